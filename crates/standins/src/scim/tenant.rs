//! What the service holds: what a seed has, what a fault changes, and what a test looks at afterwards.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A resource as it was written.
pub type Record = Map<String, Value>;

/// All resources. Ids that a seed leaves out are made at the start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tenant {
    pub users: Vec<Record>,
    /// `members` is a list of `{value}`, the ids of users and of other groups.
    pub groups: Vec<Record>,
}

/// A text member of a record; empty if there is none.
pub(crate) fn text<'r>(record: &'r Record, key: &str) -> &'r str {
    record.get(key).and_then(Value::as_str).unwrap_or_default()
}
