//! Members of groups, which are added and removed one by one: a request that replaces all of them would undo what others
//! do meanwhile.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::write::ATTEMPTS;
use super::{Dialect, Removal, Scim};
use crate::error::Error;
use crate::rate;

impl Scim {
    /// Adds members to a group, in one request. Those who are members already stay (RFC 7644 §3.5.2.1).
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn add_members(&self, group_id: &str, user_ids: &[&str]) -> Result<(), Error> {
        if user_ids.is_empty() {
            return Ok(());
        }
        let path = self.path_of("/Groups", group_id)?;
        // Where it would make somebody a member twice, the request is not repeated without a look.
        let is_repeatable = !self.dialect.stores_members_twice;
        let mut missing = user_ids.to_vec();
        for attempt in 1.. {
            let operation = json!({ "op": "add", "path": "members", "value": values(&missing) });
            let Err(error) = self.patch(&path, vec![operation], is_repeatable) else { break };
            if is_repeatable || !error.may_have_taken_effect() || attempt >= ATTEMPTS {
                return Err(error);
            }
            self.http.sleep(rate::pause(attempt), None).map_err(|_| error)?;
            let group = self.group(group_id)?;
            // Such a service was seen to name members, so a group that names none is empty.
            let members = group.member_ids().unwrap_or_default();
            missing.retain(|id| !members.contains(id));
            if missing.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Removes members of a group, in one request. Those who are no members, or do not exist, are removed already.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal; a group that does not exist is a refusal.
    pub fn remove_members(&self, group_id: &str, user_ids: &[&str]) -> Result<(), Error> {
        self.remove_by(&self.dialect, group_id, user_ids)
    }

    pub(super) fn remove_by(
        &self,
        dialect: &Dialect,
        group_id: &str,
        user_ids: &[&str],
    ) -> Result<(), Error> {
        let path = self.path_of("/Groups", group_id)?;
        let operations = removals(dialect.removal, user_ids);
        if operations.is_empty() {
            return Ok(());
        }
        let Err(error) = self.patch(&path, operations, true) else { return Ok(()) };
        // Some services refuse to remove who is not there. A PATCH is carried out whole or not at all (RFC 7644 §3.5.2),
        // so the others are still members.
        if !error.is_gone() && !error.has_code("noTarget") {
            return Err(error);
        }
        let group = self.group(group_id)?;
        let members = group.member_ids();
        match user_ids {
            [id] if members.is_some_and(|members| members.contains(id)) => Err(error),
            [_] => Ok(()),
            _ => user_ids.iter().try_for_each(|id| self.remove_by(dialect, group_id, &[id])),
        }
    }
}

fn values(ids: &[&str]) -> Value {
    // A list that has somebody twice could make a member twice.
    let ids: BTreeSet<&&str> = ids.iter().collect();
    ids.into_iter().map(|id| json!({ "value": id })).collect()
}

fn removals(removal: Removal, ids: &[&str]) -> Vec<Value> {
    match removal {
        Removal::Path => {
            let path = |id: &&str| format!("members[value eq {}]", quoted(id));
            ids.iter().map(|id| json!({ "op": "remove", "path": path(id) })).collect()
        }
        // An empty list could remove everyone.
        Removal::Value if !ids.is_empty() => {
            vec![json!({ "op": "remove", "path": "members", "value": values(ids) })]
        }
        Removal::Value | Removal::None => Vec::new(),
    }
}

/// A text in a filter: as in JSON (RFC 7644 §3.4.2.2).
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
