//! What an Auth0 tenant has, as its Management API lists it.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The metadata of an organization.
pub type Metadata = Map<String, Value>;

/// An organization.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Organization {
    /// Its id, `org_…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its metadata: all of them, since Auth0 replaces them as a whole.
    #[serde(default, deserialize_with = "none_if_null")]
    pub metadata: Metadata,
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Connection {
    /// Its id, `con_…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its strategy.
    #[serde(default)]
    pub strategy: String,
    /// Its options. They may hold secrets: print no member of them that is not known to be none.
    #[serde(default)]
    pub options: Value,
    /// Its metadata, which hold no secrets.
    #[serde(default)]
    pub metadata: Value,
}

fn none_if_null<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Metadata, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
