//! Auth0's connection strategies, and the default location and shape of the groups for each.

use super::owned_source::OwnedShape;

mod synonyms;

pub(crate) use synonyms::meant_by;

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

    /// The strategy as in `event.connection.strategy`.
    pub(crate) fn name(self) -> &'static str {
        Self::CHOICES.iter().find(|(_, strategy)| *strategy == self).map_or("other", |(name, _)| name)
    }

    /// Where Auth0 puts the groups of such a connection, and in which shape.
    ///
    /// Sources: auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers/azure-active-directory/v2
    /// (waad: names in `groups`), .../choose-a-connection-type-for-azure-ad (oidc: object ids in `group_ids`),
    /// Auth0's "Okta basic" template (`federated_groups`; mapped arrays arrive as one comma-separated string),
    /// auth0/passport-wsfed-saml2 (SAML and ADFS: one value is a plain string),
    /// .../adfs (the last part of the claim type: `Group`), .../google-apps (names in `groups`),
    /// auth0/ad-ldap-connector (`groups`: array of `cn`; LDAP clients and OpenID Connect providers send a single group
    /// as a string). For Entra and Google, Auth0 asks the directory's API and builds the list itself, also of one group.
    pub(crate) fn default_source(self) -> Option<(&'static str, OwnedShape)> {
        Some(match self {
            Self::Waad | Self::GoogleApps => ("/groups", OwnedShape::List),
            Self::Okta => ("/federated_groups", OwnedShape::Delimited(",".to_owned())),
            Self::Oidc => ("/group_ids", OwnedShape::ListOrString),
            Self::Samlp | Self::PingFederate | Self::Ad => ("/groups", OwnedShape::ListOrString),
            Self::Adfs => ("/Group", OwnedShape::ListOrString),
            Self::Other => return None,
        })
    }

    /// Whether such a connection can lead to Entra, which replaces a long list of groups by a sign of overage.
    pub(crate) fn has_overage(self) -> bool {
        matches!(self, Self::Waad | Self::Oidc | Self::Samlp)
    }

    /// The most groups that Auth0 or the identity provider puts into a profile of such a connection.
    ///
    /// Sources: Okta's groups claim takes at most 100; auth0.com/docs/authenticate/identity-providers/
    /// enterprise-identity-providers/google-apps ("200 groups").
    pub(crate) fn default_cap(self) -> Option<u32> {
        match self {
            Self::Okta => Some(100),
            Self::GoogleApps => Some(200),
            _ => None,
        }
    }
}
