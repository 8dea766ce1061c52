//! Auth0's connection strategies, and where each puts the groups unless the mapping says otherwise.

use crate::source::Shape;

/// A connection's strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    Waad,
    Okta,
    Oidc,
    Samlp,
    Adfs,
    PingFederate,
    GoogleApps,
    Ad,
    Other,
}

impl Strategy {
    pub(crate) const CHOICES: &'static [(&'static str, Self)] = &[
        ("waad", Self::Waad),
        ("okta", Self::Okta),
        ("oidc", Self::Oidc),
        ("samlp", Self::Samlp),
        ("adfs", Self::Adfs),
        ("pingfederate", Self::PingFederate),
        ("google-apps", Self::GoogleApps),
        ("ad", Self::Ad),
        ("other", Self::Other),
    ];

    /// The word for it, as in `event.connection.strategy`.
    pub(crate) fn name(self) -> &'static str {
        Self::CHOICES.iter().find(|(_, strategy)| *strategy == self).map_or("other", |(name, _)| name)
    }

    /// Where Auth0 puts the groups of such a connection, and how they look there.
    ///
    /// Sources: auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/azure-active-directory/v2
    /// (waad: names in `groups`), .../choose-a-connection-type-for-azure-ad (oidc: object ids in `group_ids`),
    /// Auth0's "Okta basic" template (`federated_groups`; mapped arrays arrive as one comma-separated string),
    /// auth0/passport-wsfed-saml2 (SAML and ADFS: one value is a plain string),
    /// .../adfs (the last part of the claim type: `Group`), .../google-apps (names in `groups`),
    /// auth0/ad-ldap-connector (`groups`: array of `cn`).
    pub(crate) fn default_source(self) -> Option<(&'static str, Shape<'static>)> {
        Some(match self {
            Self::Waad | Self::GoogleApps | Self::Ad => ("/groups", Shape::List),
            Self::Okta => ("/federated_groups", Shape::Delimited(",")),
            Self::Oidc => ("/group_ids", Shape::List),
            Self::Samlp | Self::PingFederate => ("/groups", Shape::ListOrString),
            Self::Adfs => ("/Group", Shape::ListOrString),
            Self::Other => return None,
        })
    }
}
