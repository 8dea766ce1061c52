//! Users and groups, as they are read.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Scim;
use crate::error::Error;
use crate::http::encoded;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// The id that the service issued.
    pub id: String,
    /// Its name; two names that differ by letter case alone are the same.
    #[serde(default)]
    pub user_name: String,
    /// The id that the client issued.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Whether it may log in, if the service says so.
    #[serde(default)]
    pub active: Option<bool>,
    /// The name that is shown.
    #[serde(default)]
    pub display_name: Option<String>,
    #[serde(default)]
    name: Option<Name>,
    #[serde(default)]
    emails: Option<Vec<Email>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Name {
    #[serde(default)]
    given_name: Option<String>,
    #[serde(default)]
    family_name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Email {
    #[serde(default)]
    value: Option<String>,
    /// Such as `work`, if the service says.
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

impl User {
    /// The given name.
    pub fn given_name(&self) -> Option<&str> {
        self.name.as_ref()?.given_name.as_deref()
    }

    /// The family name.
    pub fn family_name(&self) -> Option<&str> {
        self.name.as_ref()?.family_name.as_deref()
    }

    /// The address of the type `work`; if the service names no types, the first one.
    pub fn email(&self) -> Option<&str> {
        let all = self.emails.as_deref()?;
        let is_work = |it: &&Email| it.kind.as_ref().is_some_and(|kind| kind.eq_ignore_ascii_case("work"));
        let found = all.iter().find(is_work).or_else(|| all.first().filter(|it| it.kind.is_none()));
        found?.value.as_deref()
    }
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Group {
    /// The id that the service issued.
    pub id: String,
    /// Its name. Services differ in whether it is unique.
    #[serde(default)]
    pub display_name: String,
    /// Its members; `None` if the answer does not say.
    #[serde(default)]
    members: Option<Vec<Member>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Member {
    value: String,
    /// `User` or `Group`, if the service says.
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

impl Member {
    fn is_group(&self) -> bool {
        self.kind.as_ref().is_some_and(|kind| kind.eq_ignore_ascii_case("group"))
    }
}

impl Group {
    /// The ids of its members, apart from those that the service says are groups; `None` if the answer does not say who its
    /// members are.
    pub fn member_ids(&self) -> Option<BTreeSet<&str>> {
        let users = self.members.as_ref()?.iter().filter(|it| !it.is_group());
        Some(users.map(|it| it.value.as_str()).collect())
    }

    /// The ids of all its entries, as often as it has them.
    pub(super) fn entries(&self) -> impl Iterator<Item = &str> {
        self.members.iter().flatten().map(|it| it.value.as_str())
    }

    /// Whether groups are members of it, by what the service says and by the ids of all groups.
    pub fn has_groups(&self, groups: &BTreeSet<String>) -> bool {
        self.members.iter().flatten().any(|it| it.is_group() || groups.contains(&it.value))
    }
}

impl Scim {
    /// All users.
    ///
    /// # Errors
    ///
    /// If a page cannot be read, or the list does not end: no part of it is returned then.
    pub fn users(&self) -> Result<Vec<User>, Error> {
        self.all("/Users")
    }

    /// All groups. A service may leave out the members of a group here.
    ///
    /// # Errors
    ///
    /// If a page cannot be read, or the list does not end: no part of it is returned then.
    pub fn groups(&self) -> Result<Vec<Group>, Error> {
        self.all("/Groups")
    }

    /// One group, by its id.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn group(&self, id: &str) -> Result<Group, Error> {
        let path = self.path_of("/Groups", id)?;
        let group: Group = self.read(&path, self.get(&path, &[])?)?;
        if group.id != id {
            return Err(self.unreadable(&path, "a group with another id".to_owned()));
        }
        Ok(group)
    }

    /// The path of one resource.
    pub(super) fn path_of(&self, endpoint: &str, id: &str) -> Result<String, Error> {
        if ["", ".", ".."].contains(&id) {
            return Err(self.unreadable(endpoint, "an id that is a path".to_owned()));
        }
        Ok(format!("{endpoint}/{}", encoded(id)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_in_groups_are_not_people() {
        let group = |members| -> Group {
            serde_json::from_value(json!({ "id": "g1", "members": members })).expect("a group")
        };
        let known = BTreeSet::from(["g2".to_owned()]);
        // The type counts more than an id, which a user may have as well.
        let typed = group(json!([{ "value": "u1" }, { "value": "u2", "type": "Group" }]));
        assert_eq!((typed.member_ids(), typed.has_groups(&known)), (Some(BTreeSet::from(["u1"])), true));
        assert!(group(json!([{ "value": "g2" }])).has_groups(&known));
        assert!(!group(json!([{ "value": "u1", "type": "User" }])).has_groups(&known));
    }
}
