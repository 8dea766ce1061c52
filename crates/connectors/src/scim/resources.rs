//! Users and groups, which are only read so far.

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
}

impl Group {
    /// The ids of its members, users and groups; `None` if the answer does not say.
    pub fn member_ids(&self) -> Option<BTreeSet<&str>> {
        Some(self.members.as_ref()?.iter().map(|it| it.value.as_str()).collect())
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
        let path = format!("/Groups/{}", encoded(id));
        self.read(&path, self.get(&path, &[], true)?)
    }
}
