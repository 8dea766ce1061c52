//! What a service says about itself. It may say nothing, or what is not so: then it is not known.

use std::sync::OnceLock;

use serde_json::Value;

use super::Scim;
use crate::error::Error;

const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

impl Scim {
    /// Whether the service says that its lists go from cursor to cursor (RFC 9865).
    pub(super) fn has_cursors(&self) -> Result<bool, Error> {
        self.says("/pagination/cursor")
    }

    /// Whether the service says that it takes no positions in lists (RFC 9865 §3).
    pub(super) fn has_cursors_alone(&self) -> Result<bool, Error> {
        Ok(self.has_cursors()? && !self.says("/pagination/index")?)
    }

    /// Whether the service says that it filters lists.
    pub(super) fn has_filters(&self) -> Result<bool, Error> {
        self.says("/filter/supported")
    }

    fn says(&self, pointer: &str) -> Result<bool, Error> {
        Ok(self.config()?.pointer(pointer).and_then(Value::as_bool) == Some(true))
    }

    /// Whether users have an attribute that can be written, such as `name` with `givenName` in it; yes, if the service does
    /// not say.
    pub(super) fn has_attribute(&self, name: &str, part: Option<&str>) -> bool {
        let schema = self.once_read(&self.user_schema, "/Schemas", user_attributes);
        let Some(attributes) = schema.ok().and_then(Value::as_array) else { return true };
        let found = |all: &[Value], name: &str| {
            let is_it = |it: &&Value| text(it, "name").is_some_and(|it| it.eq_ignore_ascii_case(name));
            all.iter().find(is_it).cloned()
        };
        let is_writable = |it: &Value| text(it, "mutability") != Some("readOnly");
        let Some(attribute) = found(attributes, name).filter(is_writable) else { return false };
        match (part, attribute.get("subAttributes").and_then(Value::as_array)) {
            (Some(part), Some(parts)) => found(parts, part).is_some_and(|it| is_writable(&it)),
            // A service that does not list the parts may have them.
            (Some(_), None) | (None, _) => true,
        }
    }

    fn config(&self) -> Result<&Value, Error> {
        self.once_read(&self.config, "/ServiceProviderConfig", |answer| answer)
    }

    /// What the service answered first; `null` if it has no such thing. An answer that got lost is asked for again.
    fn once_read<'s>(
        &self,
        read: &'s OnceLock<Value>,
        path: &str,
        part: impl Fn(Value) -> Value,
    ) -> Result<&'s Value, Error> {
        if let Some(value) = read.get() {
            return Ok(value);
        }
        let value = match self.get(path, &[]) {
            Ok(answer) => part(answer),
            Err(error) if matches!(error.status(), Some(400..=499 | 501)) && !error.is_unauthorized() => {
                Value::Null
            }
            Err(error) => return Err(error),
        };
        Ok(read.get_or_init(|| value))
    }
}

/// The attributes of users in the answer of `/Schemas`.
fn user_attributes(mut answer: Value) -> Value {
    let schemas = answer.get_mut("Resources").and_then(Value::as_array_mut);
    let user = schemas.into_iter().flatten().find(|it| text(it, "id") == Some(USER_SCHEMA));
    let attributes = user.and_then(|it| it.get_mut("attributes")).map(Value::take);
    attributes.filter(|it| it.as_array().is_some_and(|it| !it.is_empty())).unwrap_or_default()
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}
