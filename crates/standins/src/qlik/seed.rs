//! What a stand-in begins with.

use serde::Deserialize;
use serde_json::{Value, json};

use super::tenant::{Record, Tenant};
use crate::clock::ClockSeed;
use crate::fault::Fault;

/// What a stand-in begins with: a tenant, and how the service around it behaves.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// Chooses the ids of new objects.
    pub seed: u64,
    pub clock: ClockSeed,
    pub rate: RateSeed,
    /// Access tokens that are valid from the start, besides those that `/oauth/token` issues.
    pub tokens: Vec<TokenSeed>,
    /// How many seconds an issued token is valid; six hours if it is not set.
    pub token_lifetime: Option<u64>,
    /// Which spelling of a claim's name in a claims mapping finds the claim.
    pub claim_path: ClaimPath,
    /// Whether answers have the client secrets of identity providers.
    pub shows_secrets: bool,
    pub tenant: Tenant,
    pub faults: Vec<Fault<Tenant>>,
}

impl Seed {
    /// An empty tenant with one OAuth client, which may do everything.
    pub fn with_client(client_id: &str, client_secret: &str) -> Self {
        let client =
            json!({ "client_id": client_id, "client_secret": client_secret, "scopes": ["admin_classic"] });
        let mut seed = Self::default();
        seed.tenant.clients.push(record(client));
        seed
    }

    /// An empty tenant where this token may do everything.
    pub fn with_token(token: &str) -> Self {
        let token = TokenSeed { token: token.to_owned(), scopes: None, expires_in: None };
        Self { tokens: vec![token], ..Self::default() }
    }
}

fn record(value: Value) -> Record {
    match value {
        Value::Object(members) => members,
        _ => Record::new(),
    }
}

/// A spelling of a claim's name in a claims mapping. Which of them a tenant takes is not documented.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimPath {
    /// A JSON pointer, such as `/https:~1~1example.com~1groups`.
    #[default]
    Pointer,
    /// The name as it is, such as `https://example.com/groups`.
    Name,
    /// The name after a slash, such as `/https://example.com/groups`.
    Slash,
}

/// How many requests a client may send, by tier: most that read are of tier 1, and those that change of tier 2.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateSeed {
    pub tier_1_per_minute: u64,
    pub tier_2_per_minute: u64,
    /// `POST …/actions/filter` of users and groups.
    pub filter_per_minute: u64,
    /// In which time they are counted.
    pub window_seconds: u64,
    /// Whether the request after a refusal counts as one that waited as long as `Retry-After` said.
    pub clients_wait: bool,
}

impl Default for RateSeed {
    fn default() -> Self {
        Self {
            tier_1_per_minute: 1000,
            tier_2_per_minute: 100,
            filter_per_minute: 200,
            window_seconds: 300,
            clients_wait: true,
        }
    }
}

/// A token that is valid from the start.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSeed {
    pub token: String,
    /// `admin_classic`, unless it is set.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// In seconds after the start of the clock; never, unless it is set.
    #[serde(default)]
    pub expires_in: Option<u64>,
}
