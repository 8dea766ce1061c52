//! Auth0's connection strategies, and the default location and shape of the groups for each.

use super::owned_source::OwnedShape;

/// Words that people use for strategies, and what is meant.
const OTHER_WORDS: &[(&[&str], &str)] = &[
    (
        &[
            "entra",
            "entraid",
            "azure",
            "azuread",
            "aad",
            "microsoft",
            "office365",
            "o365",
            "m365",
            "windowsazuread",
        ],
        "a connection to Microsoft Entra ID (Azure AD) is `waad`; over OpenID Connect it is `oidc`, and over SAML `samlp`",
    ),
    (
        &["ldap", "ldaps", "openldap", "activedirectory", "adldap", "msad"],
        "a connection to Active Directory or LDAP by Auth0's connector is `ad`",
    ),
    (
        &["ping", "pingid", "pingone", "pingfed", "pingidentity"],
        "a connection to PingFederate is `pingfederate`; PingOne is `oidc` or `samlp`, as it is connected",
    ),
    (
        &["google", "gsuite", "googleapps", "googleworkspace", "workspace", "gapps"],
        "a connection to Google Workspace is `google-apps`",
    ),
    (&["saml", "saml2", "saml20", "samlidp", "shibboleth"], "a connection over SAML is `samlp`"),
    (&["openid", "openidconnect", "oauth", "oauth2"], "a connection over OpenID Connect is `oidc`"),
    (
        &["oktaworkforce", "oktaoidc"],
        "a connection of the type Okta Workforce is `okta`; a plain OpenID Connect connection is `oidc`",
    ),
    (&["oktasaml"], "a connection to Okta over SAML is `samlp`"),
    (&["adfederationservices", "adfs2", "adfs3", "wsfed", "wsfederation"], "a connection to ADFS is `adfs`"),
    (
        &["onelogin", "keycloak", "jumpcloud", "zitadel", "authentik", "cyberark", "duo"],
        "the strategy is how the provider is connected: `oidc` over OpenID Connect, `samlp` over SAML",
    ),
    (
        &["database", "auth0", "googleoauth2", "github", "social", "email", "sms", "custom"],
        "a connection that is not one of the enterprise types is `other`, and says under `groups` where its groups are",
    ),
];

/// What is meant by a word that is not a strategy, if people use it for one.
pub(crate) fn meant_by(word: &str) -> Option<String> {
    let letters: String = word.to_lowercase().chars().filter(|char| char.is_alphanumeric()).collect();
    let (_, meant) = OTHER_WORDS.iter().find(|(words, _)| words.contains(&letters.as_str()))?;
    Some(format!("{meant}; `claimsmith help which-strategy` says where Auth0 shows it"))
}

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

#[cfg(test)]
mod tests {
    use super::{Strategy, meant_by};

    #[test]
    fn words_of_people_are_not_strategies_and_name_one() {
        for word in [
            "Entra ID",
            "azure-ad",
            "AAD",
            "LDAP",
            "ping",
            "Google Workspace",
            "SAML 2.0",
            "okta-saml",
            "keycloak",
        ] {
            let meant = meant_by(word).expect(word);
            let quoted: Vec<_> = meant.split('`').skip(1).step_by(2).collect();
            assert!(quoted.iter().any(|it| Strategy::CHOICES.iter().any(|(name, _)| name == it)), "{meant}");
        }
        for (name, _) in Strategy::CHOICES {
            let own = format!("is `{name}`");
            assert!(meant_by(name).is_none_or(|meant| meant.contains(&own)), "{name}");
        }
        assert_eq!(meant_by("sampl"), None);
    }
}
