//! Attributes of users, as they are created and as they change.

use std::sync::PoisonError;

use claimsmith_lifecycle::sync::{Attribute, Attributes, NewUser};
use serde_json::{Map, Value, json};

use super::Scim;
use super::members::quoted;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

impl Scim {
    /// The attributes that were not written so far, because the service says that its users do not have them.
    pub fn dropped(&self) -> Vec<Attribute> {
        self.dropped.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// The attributes that the service has; the others are kept for [`Self::dropped`].
    fn known<'a>(&self, attributes: &'a Attributes) -> impl Iterator<Item = (Attribute, &'a str)> {
        attributes.iter().map(|(key, value)| (*key, value.as_str())).filter(|(key, _)| {
            let is_known = match key {
                Attribute::DisplayName => self.has_attribute("displayName", None),
                Attribute::GivenName => self.has_attribute("name", Some("givenName")),
                Attribute::FamilyName => self.has_attribute("name", Some("familyName")),
                Attribute::Email => self.has_attribute("emails", Some("value")),
            };
            if !is_known {
                self.dropped.lock().unwrap_or_else(PoisonError::into_inner).insert(*key);
            }
            is_known
        })
    }

    pub(super) fn new_user(&self, user: &NewUser<'_>) -> Value {
        let mut body = Map::from_iter([
            ("schemas".to_owned(), json!([USER])),
            ("externalId".to_owned(), user.external_id.into()),
            ("userName".to_owned(), user.user_name.into()),
            ("active".to_owned(), true.into()),
        ]);
        let mut name = Map::new();
        for (key, value) in self.known(user.attributes) {
            match key {
                Attribute::DisplayName => drop(body.insert("displayName".to_owned(), value.into())),
                Attribute::GivenName => drop(name.insert("givenName".to_owned(), value.into())),
                Attribute::FamilyName => drop(name.insert("familyName".to_owned(), value.into())),
                Attribute::Email => drop(body.insert("emails".to_owned(), json!([self.email(value, true)]))),
            }
        }
        if !name.is_empty() {
            body.insert("name".to_owned(), name.into());
        }
        body.into()
    }

    /// An entry of `emails`, with what the service has of it.
    fn email(&self, value: &str, is_primary: bool) -> Value {
        let mut email = Map::from_iter([("value".to_owned(), value.into())]);
        if self.has_attribute("emails", Some("type")) {
            email.insert("type".to_owned(), "work".into());
        }
        if is_primary && self.has_attribute("emails", Some("primary")) {
            email.insert("primary".to_owned(), true.into());
        }
        email.into()
    }

    /// The operations that give a user what it does not have. `current` is the user, or `null` if it is not needed.
    pub(super) fn operations(
        &self,
        user_name: Option<&str>,
        attributes: &Attributes,
        current: &Value,
    ) -> Vec<Value> {
        let single = |path: &str, value: &str| {
            let pointer = format!("/{}", path.replace('.', "/"));
            let is_there = current.pointer(&pointer).and_then(Value::as_str) == Some(value);
            // A service that has nothing there adds it (RFC 7644 §3.5.2.3).
            if is_there { None } else { Some(json!({ "op": "replace", "path": path, "value": value })) }
        };
        let name = user_name.and_then(|name| single("userName", name));
        let known = self.known(attributes).filter_map(|(key, value)| match key {
            Attribute::DisplayName | Attribute::GivenName | Attribute::FamilyName => {
                single(key.name(), value)
            }
            Attribute::Email => self.email_operation(value, current),
        });
        name.into_iter().chain(known).collect()
    }

    /// Changes the address that [`User::email`](super::User::email) reads, and no other.
    fn email_operation(&self, value: &str, current: &Value) -> Option<Value> {
        let all = current.get("emails").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let text = |it: &'_ Value, key: &str| it.get(key).and_then(Value::as_str).map(str::to_owned);
        let is_work = |it: &&Value| text(it, "type").is_some_and(|it| it.eq_ignore_ascii_case("work"));
        let work: Vec<&Value> = all.iter().filter(is_work).collect();
        let untyped = all.first().filter(|it| text(it, "type").is_none());
        let present = work.first().copied().or(untyped);
        let Some(present) = present else {
            let has_primary = all.iter().any(|it| it.get("primary").and_then(Value::as_bool) == Some(true));
            let email = self.email(value, !has_primary);
            return Some(json!({ "op": "add", "path": "emails", "value": [email] }));
        };
        let old = text(present, "value").unwrap_or_default();
        if old == value {
            return None;
        }
        let by_value = format!("value eq {}", quoted(&old));
        let filter = match work.len() {
            0 => by_value,
            1 => "type eq \"work\"".to_owned(),
            _ => format!("type eq \"work\" and {by_value}"),
        };
        Some(json!({ "op": "replace", "path": format!("emails[{filter}].value"), "value": value }))
    }
}
