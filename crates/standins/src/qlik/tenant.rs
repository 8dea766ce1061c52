//! The objects of a tenant: what a seed holds, what a fault changes, and what a test looks at afterwards.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An object that the stand-in keeps as it was written.
pub type Record = Map<String, Value>;

/// Everything in a tenant. Ids that a seed leaves out are made at the start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tenant {
    /// The tenant's own id.
    pub id: String,
    /// `assignedGroups` and `assignedRoles` are lists of `{id}`.
    pub users: Vec<Record>,
    pub groups: Vec<Record>,
    pub group_settings: GroupSettings,
    pub roles: Vec<Record>,
    pub identity_providers: Vec<Record>,
    pub auth_settings: AuthSettings,
    /// OAuth clients that may ask for a token: `client_id`, `client_secret`, and `scopes`.
    pub clients: Vec<Record>,
}

/// What happens with groups at a login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupSettings {
    /// Whether a login creates groups that do not exist.
    pub auto_create_groups: bool,
}

impl Default for GroupSettings {
    fn default() -> Self {
        Self { auto_create_groups: true }
    }
}

/// How long sessions last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthSettings {
    /// Without activity, in minutes.
    pub inactivity_minutes: u64,
    /// In total, in minutes.
    pub lifespan_minutes: u64,
    /// Whether somebody has changed them.
    pub is_changed: bool,
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self { inactivity_minutes: 30, lifespan_minutes: 1440, is_changed: false }
    }
}

/// A text member of a record; empty if there is none.
pub(crate) fn text<'r>(record: &'r Record, key: &str) -> &'r str {
    record.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The record that has an id.
pub(crate) fn by_id<'r>(records: &'r [Record], id: &str) -> Option<&'r Record> {
    records.iter().find(|record| text(record, "id") == id)
}

/// The ids in a list of references.
pub(crate) fn references<'r>(record: &'r Record, key: &str) -> Vec<&'r str> {
    let list = record.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|it| it.get("id").and_then(Value::as_str)).collect()
}
