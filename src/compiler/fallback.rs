//! What the Action knows without the engine and the bundle: how it fails, and which claims it sets.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::bundle::policy::Policy;
use crate::language::model::{Application, Platform, Tokens};
use crate::language::yaml::Spanned;

/// What the Action does when the engine or the bundle cannot be used. It is stored next to them as plain JSON.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Fallback {
    /// What happens with a login whose client cannot be read: `no-groups` or `deny`.
    pub failure: &'static str,
    /// How each client receives its groups; `None` if its logins are refused.
    pub claims: BTreeMap<String, Option<Delivery>>,
}

/// How an application receives its groups: as a claim on both tokens, or in another way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Delivery {
    /// A claim on both tokens.
    Claim(String),
    /// A claim on one of the tokens, or with a SAML attribute or a provenance claim.
    Full {
        /// The name of the claim.
        claim: String,
        /// Whether the ID token carries it.
        id: bool,
        /// Whether the access token carries it.
        access: bool,
        /// The SAML attribute that also carries the groups.
        saml: Option<String>,
        /// The claim with the bundle's digest and the rules that fired.
        provenance: Option<String>,
        /// The delimiter of a claim that is one string.
        joined: Option<String>,
    },
}

impl Fallback {
    pub(crate) fn of(platform: &Platform, tenant: usize) -> Self {
        // The login receives nothing, so a policy that refuses that applies as well.
        let is_refused = |application: &Application| {
            [platform.policies.failure, platform.policies.ungranted, application.ungranted]
                .contains(&Policy::Deny)
        };
        // A client that cannot be read may be one whose logins are refused.
        let failure = if platform.applications.iter().any(is_refused) { "deny" } else { "no-groups" };
        let mut claims = BTreeMap::new();
        for application in &platform.applications {
            let delivery = if is_refused(application) { None } else { Some(Delivery::of(application)) };
            for client in application.clients_in(tenant) {
                claims.insert(client.value.clone(), delivery.clone());
            }
        }
        Self { failure, claims }
    }
}

impl Delivery {
    fn of(application: &Application) -> Self {
        let text = |name: &Option<Spanned<String>>| name.as_ref().map(|name| name.value.clone());
        let claim = text(&application.claim).unwrap_or_default();
        let (saml, provenance) = (text(&application.saml_attribute), text(&application.provenance));
        let Tokens { id, access } = application.tokens;
        let joined = text(&application.joined_by);
        match (id, access, &saml, &provenance, &joined) {
            (true, true, None, None, None) => Self::Claim(claim),
            _ => Self::Full { claim, id, access, saml, provenance, joined },
        }
    }
}
