//! People of a tenant, for comparing what they should hold with what they do. Nothing of them may be printed.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Auth0;
use super::calls::found;
use super::inventory::MOST_PROFILES;
use crate::error::Error;
use crate::http::encoded;

/// An organization has up to 100 000 members, in pages of 100.
const MOST_PAGES: usize = 1000;

/// A user has groups of up to 200 pages: the Action reads no more of them either.
const MOST_GROUP_PAGES: usize = 200;

#[derive(Deserialize)]
struct Member {
    user_id: String,
}

/// Profiles of a connection.
#[derive(Debug)]
#[non_exhaustive]
pub struct Profiles {
    /// Those that were read.
    pub profiles: Vec<Map<String, Value>>,
    /// How many there are, if Auth0 says so.
    pub total: Option<usize>,
}

impl Auth0 {
    /// The ids of an organization's members. Scope `read:organization_members`.
    ///
    /// # Errors
    ///
    /// If a page cannot be read: no part of the list is returned then.
    pub fn member_ids(&self, organization: &str) -> Result<BTreeSet<String>, Error> {
        let path = format!("/organizations/{}/members", encoded(organization));
        let mut ids = BTreeSet::new();
        let each = &mut |rows: Vec<Member>| ids.extend(rows.into_iter().map(|it| it.user_id));
        self.checkpoints((&path, "members"), &[], MOST_PAGES, each)?;
        Ok(ids)
    }

    /// The profiles of a connection's users, at most a number of them, those with the newest logins first. Scope
    /// `read:users`.
    ///
    /// # Errors
    ///
    /// If a page cannot be read.
    pub fn profiles_of(&self, connection: &str, most: usize) -> Result<Profiles, Error> {
        let query = format!("identities.connection:\"{}\"", connection.replace(['"', '\\'], ""));
        let filter = [("q", query.as_str()), ("search_engine", "v3")];
        let mut all = Vec::new();
        let total = self.profile_pages(&filter, most.min(MOST_PROFILES), &mut |rows| all.extend(rows))?;
        Ok(Profiles { profiles: all, total })
    }

    /// The groups that directories provision for a user, as `api.groups` of an Action has them. Scope `read:groups`.
    ///
    /// # Errors
    ///
    /// If a page cannot be read: no part of the list is returned then.
    pub fn provisioned_groups(&self, user: &str) -> Result<Vec<Value>, Error> {
        let path = format!("/users/{}/groups", encoded(user));
        let mut groups = Vec::new();
        let each = &mut |rows: Vec<Value>| groups.extend(rows);
        self.checkpoints((&path, "groups"), &[], MOST_GROUP_PAGES, each).map_err(without_person)?;
        Ok(groups)
    }

    /// The metadata of a client; none if there is no such client. Scope `read:clients`.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn client_metadata(&self, client: &str) -> Result<Value, Error> {
        let found: Option<Value> =
            found(self.call("GET", format!("/clients/{}", encoded(client)), None, true))?;
        Ok(found.and_then(|mut it| it.get_mut("client_metadata").map(Value::take)).unwrap_or_default())
    }
}

/// The path names a person.
fn without_person(error: Error) -> Error {
    Error { path: "/api/v2/users/…/groups".to_owned(), ..error }
}
