//! The attributes that a mapping names, of a person as a service describes it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The names of attributes. A dot leads into an object: `name.givenName`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attributes(BTreeSet<String>);

impl Attributes {
    pub(crate) fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self(names.into_iter().filter(|it| !it.is_empty()).map(str::to_owned).collect())
    }

    /// The members of a person that have to be asked for.
    pub(crate) fn members(&self) -> BTreeSet<&str> {
        self.0.iter().map(|name| name.split_once('.').map_or(name.as_str(), |(first, _)| first)).collect()
    }

    /// Those that a person has, each under its whole name.
    pub(crate) fn of(&self, person: &Value) -> Map<String, Value> {
        let found = self.0.iter().filter_map(|name| Some((name.clone(), value_at(person, name)?)));
        found.collect()
    }
}

/// What is at a name: a text, a number, a truth value, or a list of them. In a list of objects, the name leads into each.
fn value_at(value: &Value, name: &str) -> Option<Value> {
    // An attribute of one's own may have a dot in its name.
    if let Some(found) = value.get(name) {
        return plain(found);
    }
    match value {
        Value::Array(items) => {
            let found: Vec<Value> = items.iter().filter_map(|item| value_at(item, name)).collect();
            if found.is_empty() { None } else { Some(Value::Array(found)) }
        }
        _ => {
            let (first, rest) = name.split_once('.')?;
            value_at(value.get(first)?, rest)
        }
    }
}

fn plain(value: &Value) -> Option<Value> {
    match value {
        Value::Null | Value::Object(_) => None,
        Value::Array(items) => {
            let found: Vec<Value> = items.iter().filter(|it| !it.is_array()).filter_map(plain).collect();
            // A list that has something else in it is not one of names.
            (found.len() == items.len() && !items.is_empty()).then_some(Value::Array(found))
        }
        _ => Some(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_are_found_by_their_paths() {
        let person = json!({
            "mail": "ada@example.com", "jobTitle": null, "name": { "givenName": "Ada" }, "a.b": 1,
            "organizations": [{ "department": "Sales", "title": {} }, { "cost": 1 }, { "department": "IT" }],
            "businessPhones": [], "otherMails": ["a", "b"], "mixed": ["a", {}],
        });
        let names = [
            "mail",
            "jobTitle",
            "name",
            "name.givenName",
            "a.b",
            "organizations.department",
            "organizations.title",
            "businessPhones",
            "otherMails",
            "mixed",
            "mail.more",
            "",
        ];
        let attributes = Attributes::new(names);
        assert_eq!(
            Value::from(attributes.of(&person)),
            json!({
                "mail": "ada@example.com", "name.givenName": "Ada", "a.b": 1,
                "organizations.department": ["Sales", "IT"], "otherMails": ["a", "b"],
            })
        );
        let members: Vec<&str> = attributes.members().into_iter().collect();
        assert_eq!(
            members,
            ["a", "businessPhones", "jobTitle", "mail", "mixed", "name", "organizations", "otherMails"]
        );
    }
}
