//! What a stand-in begins with.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::ClockSeed;
use crate::fault::Fault;

/// An object as the service shows it.
pub type Record = Map<String, Value>;

/// What a stand-in begins with: a directory, and how the service behaves.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// Chooses the tokens that are issued.
    pub seed: u64,
    pub clock: ClockSeed,
    /// Tokens that are valid.
    pub tokens: Vec<TokenSeed>,
    /// Seconds that an issued token is valid; 3600 if it is not set.
    pub token_lifetime: Option<u64>,
    pub quirks: Quirks,
    pub tenant: Tenant,
    pub faults: Vec<Fault<Tenant>>,
}

/// A token that is valid from the start.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSeed {
    pub token: String,
}

/// What goes wrong with pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// How many entries a page has at most, whatever the query says.
    pub most_per_page: Option<usize>,
    /// The host in links to the next page, in place of the stand-in's.
    pub next_host: Option<String>,
    /// Every page is the first one, with a link to the next that is new each time.
    pub repeats_pages: bool,
}

/// All that the service holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tenant {
    pub users: Vec<Record>,
    /// `members` is a list of members as the service shows them; Okta's have an `id` alone.
    pub groups: Vec<Record>,
    /// Who may ask for a token. Microsoft: `tenant`, `client_id` and `client_secret`. Google: `client_email`, `scopes`,
    /// and the `admins` in whose name it may ask.
    pub clients: Vec<Record>,
}

/// A text member of a record; empty if there is none.
pub(super) fn text<'r>(record: &'r Record, key: &str) -> &'r str {
    record.get(key).and_then(Value::as_str).unwrap_or_default()
}
