//! Copies of a file with one change each.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value as Json, json};

/// Copies of the file with one change each, and a description of the change.
pub(crate) fn of(file: &Json) -> Vec<(String, Json)> {
    let mut paths = Vec::new();
    collect(file, "", &mut paths);
    at(&paths, file)
}

/// The same, but only for the outermost mapping and the values of its keys.
pub(crate) fn of_top(file: &Json) -> Vec<(String, Json)> {
    let mut paths = Vec::new();
    collect(file, "", &mut paths);
    paths.retain(|path| path.matches('/').count() < 2);
    at(&paths, file)
}

/// The places of all values in a file.
pub(crate) fn paths(file: &Json) -> Vec<String> {
    let mut paths = Vec::new();
    collect(file, "", &mut paths);
    paths
}

fn at(paths: &[String], file: &Json) -> Vec<(String, Json)> {
    let mut changed = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        let node = file.pointer(path).expect("a path of the file");
        // One of several similar entries of a list is enough.
        let is_position = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        let kind: Vec<_> = path.split('/').map(|part| if is_position(&part) { "" } else { part }).collect();
        if !seen.insert((kind.join("/"), core::mem::discriminant(node))) {
            continue;
        }
        for (what, replacement) in changes(node) {
            let mut copy = file.clone();
            *copy.pointer_mut(path).expect("a path of the file") = replacement;
            changed.push((format!("{path}: {what}"), copy));
        }
    }
    changed
}

/// All keys of all mappings in a file.
pub(crate) fn keys(file: &Json) -> BTreeSet<String> {
    match file {
        Json::Object(members) => members
            .iter()
            .flat_map(|(key, value)| {
                let mut keys = keys(value);
                keys.insert(key.clone());
                keys
            })
            .collect(),
        Json::Array(entries) => entries.iter().flat_map(keys).collect(),
        _ => BTreeSet::new(),
    }
}

fn collect(node: &Json, path: &str, paths: &mut Vec<String>) {
    paths.push(path.to_owned());
    match node {
        Json::Object(members) => {
            for (key, value) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect(value, &format!("{path}/{key}"), paths);
            }
        }
        Json::Array(entries) => {
            for (at, value) in entries.iter().enumerate() {
                collect(value, &format!("{path}/{at}"), paths);
            }
        }
        _ => {}
    }
}

/// Replacements for a value.
fn changes(node: &Json) -> Vec<(String, Json)> {
    let mut values =
        vec![Json::Null, json!(true), json!(2.5), json!("none"), json!([]), json!({}), json!([node, node])];
    match node {
        Json::String(text) => {
            values.extend([
                json!(""),
                json!("x".repeat(5_000)),
                json!("{{prefix}}"),
                json!(text.to_uppercase()),
            ]);
            values.extend(["\u{7}", " ", "/~"].map(|sign| json!(format!("{text}{sign}"))));
        }
        Json::Number(_) => values.extend([json!(-200_000), json!(200_000), json!("{{prefix}}")]),
        Json::Bool(value) => values.extend([json!(!value), json!("{{prefix}}")]),
        _ => {}
    }
    let shown = |value: &Json| value.to_string().chars().take(40).collect::<String>();
    let mut changes: Vec<(String, Json)> =
        values.into_iter().map(|value| (format!("becomes {}", shown(&value)), value)).collect();
    match node {
        Json::Object(members) => {
            for key in members.keys() {
                let mut less = members.clone();
                less.remove(key);
                changes.push((format!("loses `{key}`"), Json::Object(less)));
            }
            // One key is enough: a name that the author chose, or a key of the language.
            for key in members.keys().take(1) {
                // A key of YAML has at most 1024 characters.
                for other in ["", "\u{7}", "x".repeat(1_000).as_str()] {
                    changes.push((
                        format!("has {:?} for `{key}`", other.get(..9).unwrap_or(other)),
                        renamed(members, key, other),
                    ));
                }
            }
            for (key, value) in more_keys(members) {
                let mut more = members.clone();
                if more.insert(key.to_owned(), value.clone()) != Some(value) {
                    changes.push((format!("gets `{key}`"), Json::Object(more)));
                }
            }
        }
        Json::Array(entries) => {
            for at in 0..entries.len() {
                let mut less = entries.clone();
                less.remove(at);
                changes.push((format!("loses entry {at}"), Json::Array(less)));
            }
            if let Some(first) = entries.first() {
                let mut more = entries.clone();
                more.push(first.clone());
                changes.push(("has its first entry twice".to_owned(), Json::Array(more)));
            }
        }
        _ => {}
    }
    changes
}

fn renamed(members: &Map<String, Json>, from: &str, to: &str) -> Json {
    let name = |key: &String| if key == from { to.to_owned() } else { key.clone() };
    Json::Object(members.iter().map(|(key, value)| (name(key), value.clone())).collect())
}

/// Keys that a mapping with these members may have, and that conflict with some of them.
fn more_keys(members: &Map<String, Json>) -> Vec<(&'static str, Json)> {
    let has = |keys: &[&str]| keys.iter().any(|key| members.contains_key(*key));
    let mut more = vec![("unknown", json!("x"))];
    if has(&["everyone", "match"]) {
        more.extend([("everyone", json!(true)), ("match", json!({ "exact": "x" }))]);
        more.extend([("grant", json!("bi-viewers")), ("exclude", json!("bi-viewers"))]);
    }
    if has(&["exact", "glob", "regex", "any", "all"]) {
        more.extend([
            ("exact", json!("x")),
            ("any", json!([{ "exact": "x" }])),
            ("none", json!({ "exact": "x" })),
        ]);
    }
    if has(&["attribute"]) {
        more.extend([("equals", json!("x")), ("exists", json!(true))]);
    }
    if has(&["strategy"]) {
        more.push(("combine", json!("first")));
    }
    if has(&["from", "shape", "form"]) {
        more.extend([("shape", json!("list")), ("delimiter", json!(",")), ("field", json!("name"))]);
        more.extend([("form", json!("path")), ("attribute", json!("CN")), ("domain", json!("ACME"))]);
        more.push(("identity", json!("login")));
    }
    if has(&["expect"]) {
        more.extend([
            ("event", json!({})),
            ("groups", json!([])),
            ("user", json!({})),
            ("email", json!("a@b.example")),
        ]);
        more.extend([("application", json!("qlik")), ("organization", json!("acme"))]);
    }
    if has(&["claims", "outcome"]) {
        more.extend([("claims", json!([])), ("outcome", json!("deny"))]);
    }
    if has(&["connections", "applications"]) {
        more.push(("version", json!(1)));
    }
    more
}
