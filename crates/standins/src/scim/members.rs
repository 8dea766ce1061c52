//! The members of groups: users, and other groups.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::answer::error;
use super::tenant::{Record, Tenant, text};
use super::world::World;
use crate::http::Response;

/// The ids of a group's members.
pub(crate) fn ids(group: &Record) -> impl Iterator<Item = &str> {
    let members = group.get("members").and_then(Value::as_array);
    members.into_iter().flatten().filter_map(|it| it.get("value").and_then(Value::as_str))
}

/// Which groups a user is in, as their attribute `groups` says.
#[derive(Debug)]
pub(crate) struct Memberships<'t>(HashMap<&'t str, Vec<&'t Record>>);

impl<'t> Memberships<'t> {
    /// Those of the users with these ids, in one pass over all groups.
    pub(crate) fn of(tenant: &'t Tenant, users: &HashSet<&str>) -> Self {
        let mut groups: HashMap<&str, Vec<&Record>> = HashMap::new();
        for group in &tenant.groups {
            for id in ids(group).filter(|id| users.contains(id)) {
                groups.entry(id).or_default().push(group);
            }
        }
        Self(groups)
    }

    pub(crate) fn shown(&self, id: &str) -> Vec<Value> {
        let mut groups = self.0.get(id).cloned().unwrap_or_default();
        // A member that is stored twice is in the group once.
        groups.dedup_by_key(|group| text(group, "id").to_owned());
        let shown = |group: &&Record| json!({ "value": text(group, "id"), "display": text(group, "displayName"), "type": "direct" });
        groups.iter().map(shown).collect()
    }
}

/// Members that a group gets have to exist. Those that it had before are not looked at.
pub(crate) fn check_known(
    world: &World,
    before: Option<&Record>,
    group: &Record,
) -> Result<(), Box<Response>> {
    if world.quirks.stores_unknown_members {
        return Ok(());
    }
    let before: HashSet<&str> = before.into_iter().flat_map(ids).collect();
    match ids(group).find(|id| !before.contains(id) && !world.index.has_id(id)) {
        Some(id) => Err(error(400, Some("invalidValue"), &format!("there is no member `{id}`"))),
        None => Ok(()),
    }
}

/// Each member once, the first of those with the same `value`.
pub(crate) fn deduplicate(group: &mut Record) {
    let Some(members) = group.get_mut("members").and_then(Value::as_array_mut) else { return };
    let mut seen = HashSet::new();
    let id = |it: &'_ Value| it.get("value").and_then(Value::as_str).map(str::to_owned);
    members.retain(|it| id(it).is_none_or(|id| seen.insert(id)));
}

/// Takes a resource that is deleted out of all groups.
pub(crate) fn remove_everywhere(tenant: &mut Tenant, id: &str) {
    for group in &mut tenant.groups {
        if let Some(members) = group.get_mut("members").and_then(Value::as_array_mut) {
            members.retain(|it| it.get("value").and_then(Value::as_str) != Some(id));
        }
    }
}
