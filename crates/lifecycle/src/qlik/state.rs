//! What Qlik Cloud is to have, what it had when a plan was made, and what it has now.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::options::ClaimSpelling;

/// What is to be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Wanted {
    /// The application, by its name in `platform.yaml`.
    pub application: String,
    /// The groups of the registry that it knows, sorted.
    pub groups: Vec<String>,
    /// How the identity provider finds their claim; `None` if its options stay as they are.
    pub claim: Option<ClaimSpelling>,
}

/// What there was when a plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Found {
    /// The wanted groups that did not exist.
    pub missing_groups: Vec<String>,
    /// The identity provider of people; `None` if its options stay as they are.
    pub provider: Option<FoundProvider>,
}

/// An identity provider that there was. Options are only known by their digests: they may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FoundProvider {
    /// Its id.
    pub id: String,
    /// The digest of what was live.
    pub options: String,
    /// Where it read groups.
    pub groups_paths: Vec<String>,
    /// The digest of what was pending.
    pub pending: Option<String>,
}

/// What there is now.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Observed {
    /// All groups but those of the system.
    pub groups: Vec<ObservedGroup>,
    /// The active identity provider of people.
    pub provider: Option<ObservedProvider>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ObservedGroup {
    /// Its name.
    pub name: String,
    /// Whether the identity provider assigns it; custom groups are assigned by people.
    pub is_of_provider: bool,
    /// Whether it can be used.
    pub is_active: bool,
}

impl ObservedGroup {
    /// A group that the identity provider assigns.
    pub fn of_provider(name: &str) -> Self {
        Self { name: name.to_owned(), is_of_provider: true, is_active: true }
    }
}

/// An identity provider as it is now.
#[derive(Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ObservedProvider {
    /// Its id.
    pub id: String,
    /// `OIDC`, `SAML` or `jwtAuth`.
    pub protocol: String,
    /// Such as `auth0`.
    pub provider: String,
    /// What is live.
    pub options: Value,
    /// What is pending.
    pub pending: Option<Value>,
    /// How the verification of what is pending ended.
    pub verification: Verification,
}

impl core::fmt::Debug for ObservedProvider {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut shown = formatter.debug_struct("ObservedProvider");
        shown.field("id", &self.id).field("verification", &self.verification).finish_non_exhaustive()
    }
}

/// How a verification ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other case")]
pub enum Verification {
    /// It did not take place.
    Open,
    /// It failed, with this status.
    Failed(String),
    /// A person has logged in.
    Passed {
        /// The groups that the claims mapping found; `None` if it found no list.
        groups: Option<Vec<String>>,
        /// The names of the claims that the identity provider sent.
        sent_claims: Vec<String>,
    },
}
