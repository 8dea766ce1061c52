//! What holds between the keys of an object, as schemas that all of them have to fit.
//!
//! Each is written so that an editor marks the key that has no place, and says why: `errorMessage` is no keyword of
//! JSON Schema, and shown by the editors that know it.

use serde_json::{Map, Value as Json, json};

use super::members;
use crate::language::grammar::{Constraint, Object, Where};
use crate::language::suggestions::quoted;

/// The schemas of what holds between the keys of `object`.
pub(super) fn constrain(constraint: &Constraint, object: &Object) -> Vec<Json> {
    match *constraint {
        Constraint::AtLeastOne(keys) => vec![at_least_one(keys, object)],
        Constraint::ExactlyOne(keys) => {
            let others = |at| keys.iter().skip(at + 1);
            let apart =
                apart(keys.iter().enumerate().map(|(at, key)| (*key, without_beside(key, others(at)))));
            vec![at_least_one(keys, object), apart]
        }
        Constraint::Excludes(first, second) => {
            vec![apart(first.iter().map(|key| (*key, without_beside(key, second.iter()))))]
        }
        Constraint::Requires(at, keys) => vec![json!({ "if": condition(at), "then": { "required": keys } })],
        Constraint::Forbids(at, keys) => {
            let message = format!("has no place where `{}` is {}", at.key, alternatives(at.words));
            vec![json!({ "if": condition(at), "then": without(keys.iter(), &message) })]
        }
        Constraint::OnlyIf(at, keys) => {
            let message = format!("has its place where `{}` is {}", at.key, alternatives(at.words));
            vec![json!({ "if": condition(at), "else": without(keys.iter(), &message) })]
        }
        Constraint::WithSeveral(of, key) => {
            let several = json!({
                "required": [of],
                "properties": { of: { "type": "array", "minItems": 2 } }
            });
            let message = format!("says what several entries of `{of}` are together, and there is one");
            vec![
                json!({ "if": several, "then": { "required": [key] }, "else": without([&key].into_iter(), &message) }),
            ]
        }
    }
}

fn at_least_one(keys: &[&str], object: &Object) -> Json {
    if keys.len() == object.keys().count() {
        return json!({ "minProperties": 1 });
    }
    let message = format!("one of {} is missing", quoted(keys.iter().copied()));
    let any: Vec<_> = keys.iter().map(|key| json!({ "required": [key], "errorMessage": message })).collect();
    json!({ "anyOf": any })
}

/// Where there is one of these keys, there is none of those that it bars.
fn apart<'k>(keys: impl Iterator<Item = (&'k str, Map<String, Json>)>) -> Json {
    let dependencies: Map<String, Json> = keys
        .filter(|(_, barred)| !barred.is_empty())
        .map(|(key, barred)| (key.to_owned(), Json::Object(barred)))
        .collect();
    json!({ "dependencies": dependencies })
}

fn without_beside<'k>(key: &str, others: impl Iterator<Item = &'k &'static str>) -> Map<String, Json> {
    without(others, &format!("cannot stand beside `{key}`"))
}

/// None of these keys is there.
fn without<'k>(keys: impl Iterator<Item = &'k &'static str>, message: &str) -> Map<String, Json> {
    let barred: Map<String, Json> = keys.map(|key| ((*key).to_owned(), json!(false))).collect();
    if barred.is_empty() {
        return Map::new();
    }
    members([("properties", Json::Object(barred)), ("errorMessage", json!(message))])
}

fn condition(at: Where) -> Json {
    // An `enum` here would show as the values that the key can have.
    let says = json!({ "pattern": format!("^({})$", at.words.join("|")) });
    let mut condition = members([("properties", json!({ at.key: says }))]);
    if !at.or_missing {
        condition.insert("required".to_owned(), json!([at.key]));
    }
    Json::Object(condition)
}

fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(" or ")
}
