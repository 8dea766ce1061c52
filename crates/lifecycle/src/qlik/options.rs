//! The options of an identity provider, and how they name a claim.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::digest::sha256_hex;

/// Members that do not count when options are compared: secrets, which answers may leave out, and what Qlik Cloud reads
/// from the discovery address by itself.
const IGNORED: [&str; 4] = ["clientSecret", "decryptingKey", "openid_configuration", "issuer"];

/// A claim, and the paths by which a claims mapping finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ClaimSpelling {
    /// The name of the claim.
    pub name: String,
    /// What is written into the mapping; the first path that finds something counts.
    pub paths: Vec<String>,
}

impl ClaimSpelling {
    /// The claim as a JSON pointer, in which slashes of the name are `~1`.
    pub fn pointer(name: &str) -> Self {
        Self { name: name.to_owned(), paths: vec![pointer_of(name)] }
    }

    /// The name of the claim as it is.
    pub fn bare(name: &str) -> Self {
        Self { name: name.to_owned(), paths: vec![name.to_owned()] }
    }

    /// The pointer first, then the name as it is.
    pub fn either(name: &str) -> Self {
        Self { name: name.to_owned(), paths: vec![pointer_of(name), name.to_owned()] }
    }

    /// Whether options read the claim so.
    pub fn is_in(&self, options: &Value) -> bool {
        paths_of_groups(options) == self.paths
    }

    /// Options that read the claim so, and are the same otherwise.
    pub fn applied_to(&self, options: &Value) -> Value {
        let mut members = options.as_object().cloned().unwrap_or_default();
        let mapping = members.entry("claimsMapping").or_insert_with(|| Map::new().into());
        if !mapping.is_object() {
            *mapping = Map::new().into();
        }
        if let Some(mapping) = mapping.as_object_mut() {
            mapping.insert("groups".to_owned(), self.paths.clone().into());
        }
        members.into()
    }
}

/// RFC 6901.
fn pointer_of(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Where options read groups.
pub fn paths_of_groups(options: &Value) -> Vec<String> {
    let paths = options.pointer("/claimsMapping/groups").and_then(Value::as_array);
    paths.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A digest of options that does not depend on secrets, on the order of members, or on members without a value.
pub fn digest(options: &Value) -> String {
    let mut text = String::new();
    let members = options.as_object().into_iter().flatten();
    let kept: Map<String, Value> = members
        .filter(|(key, value)| !IGNORED.contains(&key.as_str()) && !is_empty(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    canonical(&kept.into(), &mut text);
    sha256_hex(&text)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().filter(|(_, it)| !is_empty(it)).collect();
            sorted.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (key, value) in sorted {
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}
