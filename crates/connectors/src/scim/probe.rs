//! What a service does, tried with a group and two users that are deleted afterwards.
//!
//! A success proves nothing, so what a request did is read back. The form that removes everyone on a service that follows
//! RFC 7644 is sent to this group alone, and only if the RFC's own form does not work.

use std::fmt;

use claimsmith_lifecycle::sync::{Attribute, Attributes, NewUser};
use serde_json::json;

use super::find::{Found, Hit};
use super::write::id_of;
use super::{Created, Dialect, Removal, Scim};
use crate::error::{Error, ErrorKind};

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// What a probe found, and what it could not delete.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Probe {
    /// What the service does.
    pub outcome: Result<Dialect, ProbeError>,
    /// What is there still, or may be.
    pub left: Vec<Left>,
}

/// Something that a probe created and could not delete.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Left {
    /// Whether it is a group, and not a user.
    pub is_group: bool,
    /// Its name.
    pub name: String,
    /// Its id; `None` if it is not known whether it was created.
    pub id: Option<String>,
    /// Why it was not deleted.
    pub error: Error,
}

/// Why it is not known what a service does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProbeError {
    /// A request failed.
    Request(Error),
    /// The service says that the name of a new user is taken, and no other user has it.
    Taken,
    /// Two members were added to a group, and the service names others, or one of them.
    NotAdded,
}

impl std::error::Error for ProbeError {}

impl fmt::Display for ProbeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => error.fmt(formatter),
            Self::Taken => formatter.write_str(
                "the service refuses a new user because the name is taken, and the name is new; look whether it has rules for names",
            ),
            Self::NotAdded => formatter.write_str(
                "two users were added to a new group, and the service does not have both as its members; look whether the token may change groups",
            ),
        }
    }
}

impl From<Error> for ProbeError {
    fn from(error: Error) -> Self {
        Self::Request(error)
    }
}

/// What a probe creates.
struct Made {
    people: [Person; 2],
    group_name: String,
    group: State,
}

struct Person {
    external_id: String,
    user_name: String,
    attributes: Attributes,
    state: State,
}

/// Whether something exists.
enum State {
    No,
    /// With an id.
    Yes(String),
    /// The answer got lost.
    Perhaps(Error),
}

impl Made {
    fn new(suffix: &str) -> Self {
        let group_name = format!("claimsmith-probe-{suffix}");
        let people = ["a", "b"].map(|it| {
            // No mail goes there (RFC 2606 §2).
            let user_name = format!("{group_name}-{it}@probe.invalid");
            let attributes = Attributes::from([
                (Attribute::DisplayName, format!("{group_name}-{it}")),
                (Attribute::GivenName, it.to_owned()),
                (Attribute::FamilyName, group_name.clone()),
                (Attribute::Email, user_name.clone()),
            ]);
            let external_id = format!("claimsmith-probe:{suffix}:{it}");
            Person { external_id, user_name, attributes, state: State::No }
        });
        Self { people, group_name, group: State::No }
    }
}

impl Person {
    fn new_user(&self) -> NewUser<'_> {
        let Self { external_id, user_name, attributes, .. } = self;
        NewUser { external_id, user_name, attributes }
    }
}

impl Scim {
    /// Tries what the service does, with a group `claimsmith-probe-SUFFIX` and two users, which are deleted afterwards.
    ///
    /// `suffix` is text that no other probe of the service has, of letters, digits and `-`.
    pub fn probe(&self, suffix: &str) -> Probe {
        let mut made = Made::new(suffix);
        let outcome = self.observe(&mut made);
        Probe { outcome, left: self.clean_up(made) }
    }

    fn observe(&self, made: &mut Made) -> Result<Dialect, ProbeError> {
        let [a, b] = &mut made.people;
        let (first, second) = (&self.create(a)?, &self.create(b)?);
        let name = a.user_name.clone();
        let group = self.create_group(made, first)?;
        let mut dialect = Dialect { service: self.url.clone(), ..Dialect::default() };
        dialect.user_name_filter_ignores_case = self.ignores_case(&name, first)?;
        self.add_members(&group, &[first, second])?;
        let members = self.member_ids_of(&group)?;
        if members.is_empty() {
            return Ok(dialect);
        }
        if !(members.contains(first) && members.contains(second)) {
            return Err(ProbeError::NotAdded);
        }
        dialect.names_members = true;
        // A refusal leaves the group as it is, which is what counts.
        refused(self.add_members(&group, &[first]))?;
        dialect.stores_members_twice =
            self.member_ids_of(&group)?.iter().filter(|it| *it == first).count() > 1;
        dialect.removal = self.removal(&group, first, second)?;
        dialect.is_removal_seen = dialect.removal != Removal::None;
        Ok(dialect)
    }

    fn create(&self, person: &mut Person) -> Result<String, ProbeError> {
        match self.create_user(person.new_user()) {
            Ok(Created::User { id, .. }) => {
                person.state = State::Yes(id.clone());
                Ok(id)
            }
            Ok(Created::NameTaken { .. }) => Err(ProbeError::Taken),
            Err(error) => {
                if error.may_have_taken_effect() {
                    person.state = State::Perhaps(error.clone());
                }
                Err(error.into())
            }
        }
    }

    /// Creates the group; with a member, if the service refuses one without.
    fn create_group(&self, made: &mut Made, member: &str) -> Result<String, Error> {
        let name = &made.group_name;
        let body = json!({ "schemas": [GROUP], "displayName": name });
        let mut answer = self.write("POST", "/Groups", Some(body), false);
        if answer.as_ref().is_err_and(|it| it.status() == Some(400)) {
            let members = json!([{ "value": member }]);
            let body = json!({ "schemas": [GROUP], "displayName": name, "members": members });
            answer = self.write("POST", "/Groups", Some(body), false);
        }
        let error = match answer.as_ref().map(id_of) {
            Ok(Some(id)) => {
                made.group = State::Yes(id.clone());
                return Ok(id);
            }
            Ok(None) => Error {
                method: "POST",
                ..self.error("/Groups", ErrorKind::Unreadable("a group without an id".to_owned()))
            },
            Err(error) => error.clone(),
        };
        if error.may_have_taken_effect() {
            made.group = State::Perhaps(error.clone());
        }
        match self.find_group(name) {
            Ok(Some(id)) => {
                made.group = State::Yes(id.clone());
                Ok(id)
            }
            _ => Err(error),
        }
    }

    fn find_group(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(self.groups()?.into_iter().find(|it| it.display_name == name).map(|it| it.id))
    }

    /// Whether a filter finds a user by a name in another letter case; `None` if it does not find the user at all.
    fn ignores_case(&self, name: &str, id: &str) -> Result<Option<bool>, Error> {
        let is_it = |it: &super::User| it.id == id;
        let Hit::One(_) = self.filtered("userName", name, &is_it)? else { return Ok(None) };
        Ok(match self.filtered("userName", &name.to_uppercase(), &is_it)? {
            Hit::One(_) => Some(true),
            Hit::None => Some(false),
            Hit::Unreliable => None,
        })
    }

    fn member_ids_of(&self, group: &str) -> Result<Vec<String>, Error> {
        Ok(self.group(group)?.entries().map(str::to_owned).collect())
    }

    /// The form that removes the first of two members, and not the second.
    fn removal(&self, group: &str, first: &str, second: &str) -> Result<Removal, Error> {
        let are_members = || {
            let members = self.member_ids_of(group)?;
            Ok([first, second].map(|id| members.iter().any(|it| it == id)))
        };
        for removal in [Removal::Path, Removal::Value] {
            if are_members()? != [true, true] {
                refused(self.add_members(group, &[first, second]))?;
            }
            if are_members()? != [true, true] {
                break;
            }
            let dialect = Dialect { removal, ..Dialect::default() };
            refused(self.remove_by(&dialect, group, &[first]))?;
            if are_members()? == [false, true] {
                return Ok(removal);
            }
        }
        Ok(Removal::None)
    }

    /// Deletes what was made. What is not there is deleted.
    fn clean_up(&self, made: Made) -> Vec<Left> {
        let Made { people, group_name, group } = made;
        let mut left = Vec::new();
        let found = || self.find_group(&group_name);
        if let Some((id, error)) = self.end("/Groups", group, &found) {
            left.push(Left { is_group: true, name: group_name, id, error });
        }
        for mut person in people {
            let state = std::mem::replace(&mut person.state, State::No);
            let found = || match self.find(&person.new_user())? {
                Found::Same(id) => Ok(Some(id)),
                Found::Other(_) | Found::Nothing => Ok(None),
            };
            if let Some((id, error)) = self.end("/Users", state, &found) {
                left.push(Left { is_group: false, name: person.user_name, id, error });
            }
        }
        left
    }

    /// Deletes something if it is there, and returns what is left: its id, if that is known, and why. `found` looks for it.
    fn end(
        &self,
        endpoint: &str,
        state: State,
        found: &dyn Fn() -> Result<Option<String>, Error>,
    ) -> Option<(Option<String>, Error)> {
        let id = match state {
            State::No => return None,
            State::Yes(id) => id,
            State::Perhaps(error) => match found() {
                Ok(found) => found?,
                Err(_) => return Some((None, error)),
            },
        };
        let error = self.delete(endpoint, &id).err()?;
        Some((Some(id), error))
    }

    fn delete(&self, endpoint: &str, id: &str) -> Result<(), Error> {
        let path = self.path_of(endpoint, id)?;
        let Err(error) = self.write("DELETE", &path, None, true) else { return Ok(()) };
        // Some services fail with 500 if it was deleted already.
        let is_gone = error.is_gone() || self.get(&path, &[]).is_err_and(|it| it.is_gone());
        if is_gone { Ok(()) } else { Err(error) }
    }
}

/// A change that the service may refuse.
fn refused(result: Result<(), Error>) -> Result<(), Error> {
    result.or_else(
        |error| if error.status().is_some() && !error.is_unauthorized() { Ok(()) } else { Err(error) },
    )
}
