//! A user who may be there already: an earlier answer was lost, or somebody else has the name.

use claimsmith_lifecycle::sync::{NewUser, folded};

use super::members::quoted;
use super::{Scim, User};
use crate::error::Error;

/// What was found of a user.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The user with the same `externalId` and `userName`.
    Same(String),
    /// A user with one of them.
    Other(String),
    Nothing,
}

/// Whether a user is the one that is looked for.
pub(super) type IsIt<'i> = &'i dyn Fn(&User) -> bool;

/// What a filter found.
pub(super) enum Hit {
    One(User),
    None,
    /// The answer has who was not asked for: filters do not work.
    Unreliable,
}

impl Scim {
    /// Looks for a user by its ids, and checks what comes back: services ignore filters, or find nothing by some.
    pub(super) fn find(&self, user: &NewUser<'_>) -> Result<Found, Error> {
        let has_id = |it: &User| it.external_id.as_deref() == Some(user.external_id);
        let has_name = |it: &User| folded(&it.user_name) == folded(user.user_name);
        let mut other = None;
        let by_id: (_, _, IsIt<'_>) = ("externalId", user.external_id, &has_id);
        let filters = [by_id, ("userName", user.user_name, &has_name)];
        for (attribute, value, is_it) in filters {
            match self.filtered(attribute, value, is_it)? {
                Hit::One(found) if has_id(&found) && has_name(&found) => return Ok(Found::Same(found.id)),
                // Who has the name counts more.
                Hit::One(found) => other = Some(found.id),
                Hit::None => {}
                Hit::Unreliable => return self.find_in_list(&has_id, &has_name),
            }
        }
        match other {
            Some(id) => Ok(Found::Other(id)),
            None if self.has_filters()? => Ok(Found::Nothing),
            None => self.find_in_list(&has_id, &has_name),
        }
    }

    fn find_in_list(&self, has_id: IsIt<'_>, has_name: IsIt<'_>) -> Result<Found, Error> {
        let users = self.users()?;
        let mut same = users.iter().filter(|it| has_id(it) && has_name(it));
        Ok(match (same.next(), same.next()) {
            (Some(one), None) => Found::Same(one.id.clone()),
            // Two that are equal: neither is taken.
            (Some(one), Some(_)) => Found::Other(one.id.clone()),
            (None, _) => {
                let other =
                    users.iter().find(|it| has_name(it)).or_else(|| users.iter().find(|it| has_id(it)));
                other.map_or(Found::Nothing, |it| Found::Other(it.id.clone()))
            }
        })
    }

    pub(super) fn filtered(&self, attribute: &str, value: &str, is_it: IsIt<'_>) -> Result<Hit, Error> {
        let filter = format!("{attribute} eq {}", quoted(value));
        let mut answer = match self.get("/Users", &[("filter", &filter), ("count", "2")]) {
            Ok(answer) => answer,
            Err(error) if matches!(error.status(), Some(400 | 403 | 404 | 501)) => {
                return Ok(Hit::Unreliable);
            }
            Err(error) => return Err(error),
        };
        let total = answer.get("totalResults").and_then(serde_json::Value::as_u64);
        let resources = answer.get_mut("Resources").map(serde_json::Value::take).unwrap_or_default();
        Ok(match (serde_json::from_value::<Option<Vec<User>>>(resources), total) {
            (Ok(None), Some(0)) => Hit::None,
            (Ok(Some(users)), total) if total.is_none_or(|it| it <= 1) => {
                match <[User; 1]>::try_from(users) {
                    Ok([user]) if is_it(&user) => Hit::One(user),
                    Err(users) if users.is_empty() => Hit::None,
                    Ok(_) | Err(_) => Hit::Unreliable,
                }
            }
            _ => Hit::Unreliable,
        })
    }
}
