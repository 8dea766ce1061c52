//! What a stand-in begins with.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::routes::all_scopes;
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
    pub build: BuildSeed,
    /// Access tokens that are valid from the start, besides those that `/oauth/token` issues.
    pub tokens: Vec<TokenSeed>,
    /// How many seconds an issued token is valid; a day if it is not set.
    pub token_lifetime: Option<u64>,
    /// By the name of an Action: what `POST …/test` answers as `payload`.
    pub test_results: BTreeMap<String, Value>,
    /// Whether `POST …/test` runs the code of other Actions in Node.
    pub runs_tests: bool,
    pub tenant: Tenant,
    pub faults: Vec<Fault>,
}

impl Seed {
    /// An empty tenant with one client, which may do everything that the stand-in knows.
    pub fn with_client(client_id: &str, client_secret: &str) -> Self {
        let mut seed = Self::default();
        seed.tenant.clients.push(record(json!({
            "client_id": client_id, "client_secret": client_secret, "name": client_id, "app_type": "non_interactive",
        })));
        seed.tenant.client_grants.push(record(json!({ "client_id": client_id, "scope": all_scopes() })));
        seed
    }

    /// An empty tenant where this token may do everything that the stand-in knows.
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

/// How many requests the Management API accepts. The default is that of production tenants with Auth0's Enterprise plan.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateSeed {
    /// How many at once.
    pub burst: u64,
    /// How many are added each second, by the stand-in's clock.
    pub per_second: u64,
    /// Whether the request after a refusal counts as one that waited as long as `Retry-After` said.
    pub clients_wait: bool,
}

impl Default for RateSeed {
    fn default() -> Self {
        Self { burst: 50, per_second: 16, clients_wait: true }
    }
}

/// How Actions are built.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BuildSeed {
    /// After how many requests that name or list the Action it is built: pending, building, packaged, built.
    pub steps: u32,
    /// Actions whose builds all fail.
    pub fail_actions: Vec<String>,
    /// Which builds of the tenant fail, counted from 1.
    pub fail_builds: Vec<u64>,
}

impl Default for BuildSeed {
    fn default() -> Self {
        Self { steps: 3, fail_actions: Vec::new(), fail_builds: Vec::new() }
    }
}

/// A token that is valid from the start.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSeed {
    pub token: String,
    /// All that the stand-in knows, unless it is set.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// In seconds after the start of the clock; never, unless it is set.
    #[serde(default)]
    pub expires_in: Option<u64>,
}
