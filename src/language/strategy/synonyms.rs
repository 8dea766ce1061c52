//! Words that people use for strategies.

use crate::text::letters::letters_and_digits;

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
    let letters = letters_and_digits(word);
    let (_, meant) = OTHER_WORDS.iter().find(|(words, _)| words.contains(&letters.as_str()))?;
    Some(format!("{meant}; `claimsmith help which-strategy` says where Auth0 shows it"))
}

#[cfg(test)]
mod tests {
    use super::super::Strategy;
    use super::meant_by;

    #[test]
    fn meant_by_names_a_strategy() {
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
