//! Constraints between the keys of an object, as schemas.
//!
//! Each is written so that an editor marks the key that is not allowed, and says why: `errorMessage` is not a keyword of
//! JSON Schema, but many editors show it.

use serde_json::{Map, Value as Json, json};

use super::members;
use crate::language::grammar::{Constraint, Object, Where};
use crate::language::suggestions::word_list;

/// The schemas for a constraint between the keys of `object`.
pub(super) fn constrain(constraint: &Constraint, object: &Object) -> Vec<Json> {
    match *constraint {
        Constraint::AtLeastOne(keys) => vec![at_least_one(keys, object)],
        Constraint::AtLeastOneEntry(keys) => vec![at_least_one_entry(keys)],
        Constraint::ExactlyOne(keys) => {
            let others = |at| keys.iter().skip(at + 1);
            let exclusions =
                exclusions(keys.iter().enumerate().map(|(at, key)| (*key, without_next_to(key, others(at)))));
            vec![at_least_one(keys, object), exclusions]
        }
        Constraint::Excludes(first, second) => {
            vec![exclusions(first.iter().map(|key| (*key, without_next_to(key, second.iter()))))]
        }
        Constraint::Requires(at, keys) => vec![json!({ "if": condition(at), "then": { "required": keys } })],
        Constraint::Forbids(at, keys) => {
            let message = format!("cannot be used if `{}` is {}", at.key, alternatives(at.words));
            vec![json!({ "if": condition(at), "then": without(keys.iter(), &message) })]
        }
        Constraint::OnlyIf(at, keys) => {
            let message = format!("can only be used if `{}` is {}", at.key, alternatives(at.words));
            vec![json!({ "if": condition(at), "else": without(keys.iter(), &message) })]
        }
        Constraint::Needs(key, needed) => vec![json!({ "dependencies": { key: [needed] } })],
        Constraint::WithSeveral(of, key) => {
            let several = json!({
                "required": [of],
                "properties": { of: { "type": "array", "minItems": 2 } }
            });
            let message = format!("is for several entries of `{of}`, and there is one");
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
    let message = format!("one of {} is missing", word_list(keys.iter().copied()));
    let any: Vec<_> = keys.iter().map(|key| json!({ "required": [key], "errorMessage": message })).collect();
    json!({ "anyOf": any })
}

fn at_least_one_entry(keys: &[&str]) -> Json {
    let message = format!("at least one of {} needs an entry", word_list(keys.iter().copied()));
    let entry = |key: &&str| {
        json!({
            "required": [key],
            "properties": { *key: { "minItems": 1, "errorMessage": message } },
            "errorMessage": message,
        })
    };
    json!({ "anyOf": keys.iter().map(entry).collect::<Vec<_>>() })
}

/// If one of these keys is present, none of those that it excludes is.
fn exclusions<'k>(keys: impl Iterator<Item = (&'k str, Map<String, Json>)>) -> Json {
    let dependencies: Map<String, Json> = keys
        .filter(|(_, excluded)| !excluded.is_empty())
        .map(|(key, excluded)| (key.to_owned(), Json::Object(excluded)))
        .collect();
    json!({ "dependencies": dependencies })
}

fn without_next_to<'k>(key: &str, others: impl Iterator<Item = &'k &'static str>) -> Map<String, Json> {
    without(others, &format!("cannot be used next to `{key}`"))
}

/// A schema that none of these keys fits.
fn without<'k>(keys: impl Iterator<Item = &'k &'static str>, message: &str) -> Map<String, Json> {
    let excluded: Map<String, Json> = keys.map(|key| ((*key).to_owned(), json!(false))).collect();
    if excluded.is_empty() {
        return Map::new();
    }
    members([("properties", Json::Object(excluded)), ("errorMessage", json!(message))])
}

fn condition(at: Where) -> Json {
    // Editors would show an `enum` here as the possible values of the key.
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
