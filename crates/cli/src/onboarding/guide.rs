//! What is different for each strategy, apart from the settings of its connection.
//!
//! Sources: auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers (redirect and post-back
//! addresses, entity ids), auth0.com/docs/authenticate/protocols/scim/configure-inbound-scim (strategies with SCIM),
//! the types of the npm package `auth0` 7.1 (strategies of self-service tickets).

/// What carries the groups of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// Auth0 asks the directory.
    Directory,
    /// An ID token of OpenID Connect, or the answer of `/userinfo`.
    Token,
    /// An assertion of SAML.
    Saml,
    /// A token of WS-Federation.
    WsFederation,
    /// Auth0's connector asks the directory.
    Connector,
    /// It is not known.
    Unknown,
}

/// A strategy's part of a kit.
#[derive(Debug)]
pub(crate) struct Guide {
    pub(crate) strategy: &'static str,
    /// What the customer's IT department does, in Markdown.
    pub(crate) steps: &'static str,
    pub(crate) carrier: Carrier,
    /// Whether a self-service ticket can set up the connection.
    pub(crate) has_ticket: bool,
    /// Whether Auth0 takes SCIM for it.
    pub(crate) has_scim: bool,
}

macro_rules! guides {
    ($($strategy:literal $carrier:ident $has_ticket:literal $has_scim:literal;)*) => {
        const GUIDES: &[Guide] = &[$(Guide {
            strategy: $strategy,
            steps: include_str!(concat!("../../templates/onboarding/strategies/", $strategy, ".md")),
            carrier: Carrier::$carrier,
            has_ticket: $has_ticket,
            has_scim: $has_scim,
        },)*];
    };
}

// The strategy, what carries the groups, whether there are tickets, whether there is SCIM.
guides! {
    "waad" Directory true true;
    "okta" Token true true;
    "oidc" Token true true;
    "samlp" Saml true true;
    "adfs" WsFederation true false;
    "pingfederate" Saml true false;
    "google-apps" Directory true false;
    "ad" Connector false false;
    "other" Unknown false false;
}

impl Guide {
    /// The guide of a strategy; for one that is not known, that of `other`.
    pub(crate) fn of(strategy: &str) -> Option<&'static Self> {
        GUIDES.iter().find(|guide| guide.strategy == strategy)
    }
}

#[cfg(test)]
mod tests {
    use claimsmith::compiler::inspect;

    use super::GUIDES;

    #[test]
    fn every_strategy_has_a_guide() {
        let names: Vec<&str> = GUIDES.iter().map(|guide| guide.strategy).collect();
        assert_eq!(names, inspect::strategies().collect::<Vec<_>>());
    }
}
