//! What is changed in a service: users, one at a time.

use claimsmith_lifecycle::sync::{Attribute, Attributes, NewUser};
use serde_json::{Value, json};

use super::Scim;
use super::find::Found;
use crate::error::{Error, ErrorKind};
use crate::http::Request;
use crate::rate;

/// How often a change is sent that is not repeated without a look at what became of it.
pub(super) const ATTEMPTS: u32 = 3;
/// Of requests that change a part of a resource (RFC 7644 §3.5.2).
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// What became of a user that was to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other case")]
pub enum Created {
    /// It exists now.
    User {
        /// The id that the service issued.
        id: String,
        /// Whether it was there already, with the same `externalId` and `userName`: an earlier answer was lost. Its other
        /// attributes, and whether it is active, may differ then.
        is_adopted: bool,
    },
    /// Another user has the name, or the same `externalId` with another name.
    NameTaken {
        /// The id of that user, if it is known.
        id: Option<String>,
    },
}

impl Scim {
    /// Creates a user, unless it is there.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal other than that the user exists.
    pub fn create_user(&self, user: NewUser<'_>) -> Result<Created, Error> {
        let body = self.new_user(&user);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let failure = match self.write("POST", "/Users", Some(body.clone()), false) {
                Ok(answer) => match id_of(&answer) {
                    Some(id) => {
                        self.check_kept(&id, &answer, &user)?;
                        return Ok(Created::User { id, is_adopted: false });
                    }
                    None => None,
                },
                Err(error) if error.is_taken() || error.may_have_taken_effect() => Some(error),
                Err(error) => return Err(error),
            };
            match (self.find(&user), failure) {
                (Ok(Found::Same(id)), failure) => {
                    return Ok(Created::User { id, is_adopted: failure.is_some() });
                }
                (Ok(Found::Other(id)), _) => return Ok(Created::NameTaken { id: Some(id) }),
                (Ok(Found::Nothing), Some(error)) if error.is_taken() => {
                    return Ok(Created::NameTaken { id: None });
                }
                (Ok(Found::Nothing), Some(error)) => {
                    let can_repeat =
                        attempt < ATTEMPTS && self.http.sleep(rate::pause(attempt), None).is_ok();
                    if !can_repeat {
                        return Err(error);
                    }
                }
                (Ok(Found::Nothing) | Err(_), None) => {
                    let kind = ErrorKind::Unreadable("a user without an id".to_owned());
                    return Err(Error { method: "POST", ..self.error("/Users", kind) });
                }
                // That the user may exist now counts more than why it is not known.
                (Err(_), Some(error)) if error.may_have_taken_effect() => return Err(error),
                (Err(error), Some(_)) => return Err(error),
            }
        }
    }

    /// Checks that the service keeps the `externalId` of a user that it has created. It is what says later whose the user
    /// is, so one without it could never be taken out of a group again: such a user is deactivated.
    fn check_kept(&self, id: &str, answer: &Value, user: &NewUser<'_>) -> Result<(), Error> {
        let keeps = |it: &Value| it.get("externalId").and_then(Value::as_str) == Some(user.external_id);
        if keeps(answer) {
            return Ok(());
        }
        let path = self.path_of("/Users", id)?;
        if keeps(&self.get(&path, &[])?) {
            return Ok(());
        }
        self.set_active(id, false)?;
        let kind = ErrorKind::Unreadable(
            "a user without the `externalId` that was sent, so nothing says whose it is; it was deactivated, and such a service cannot follow a directory"
                .to_owned(),
        );
        Err(Error { method: "POST", ..self.error("/Users", kind) })
    }

    /// Changes a user. Attributes that are not named, and other e-mail addresses, stay as they are; what the service says
    /// that it does not have is left out, see [`Self::dropped`].
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn update_user(
        &self,
        id: &str,
        user_name: Option<&str>,
        attributes: &Attributes,
    ) -> Result<(), Error> {
        let path = self.path_of("/Users", id)?;
        // Which of the addresses changes depends on those that are there.
        let current = match attributes.contains_key(&Attribute::Email) {
            true => self.get(&path, &[])?,
            false => Value::Null,
        };
        self.patch(&path, self.operations(user_name, attributes, &current), true)
    }

    /// Lets a user log in, or not.
    ///
    /// # Errors
    ///
    /// If there is no answer, or a refusal.
    pub fn set_active(&self, id: &str, is_active: bool) -> Result<(), Error> {
        let path = self.path_of("/Users", id)?;
        let operation = json!({ "op": "replace", "path": "active", "value": is_active });
        self.patch(&path, vec![operation], true)
    }

    /// Sends operations, unless there are none.
    pub(super) fn patch(&self, path: &str, operations: Vec<Value>, is_repeatable: bool) -> Result<(), Error> {
        if operations.is_empty() {
            return Ok(());
        }
        let body = json!({ "schemas": [PATCH_OP], "Operations": operations });
        self.write("PATCH", path, Some(body), is_repeatable).map(drop)
    }

    /// Sends a change, and returns the answer if it can be read: a service need not send one (RFC 7644 §3.5.2), and whether
    /// the change took effect is what is read later.
    pub(super) fn write(
        &self,
        method: &'static str,
        path: &str,
        body: Option<Value>,
        is_repeatable: bool,
    ) -> Result<Value, Error> {
        let path = format!("{}{path}", self.base_path);
        let request = Request { method, path, query: &[], body, is_repeatable, shows_message: false };
        match self.http.send(&request, Some(&self.token)) {
            Err(Error { kind: ErrorKind::Unreadable(_), .. }) => Ok(Value::Null),
            other => other,
        }
    }
}

/// The id of the resource in an answer.
pub(super) fn id_of(answer: &Value) -> Option<String> {
    answer.get("id").and_then(Value::as_str).filter(|id| !id.is_empty()).map(str::to_owned)
}
