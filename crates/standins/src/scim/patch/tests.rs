//! PATCH against paths and bodies that no client should send: an answer each time, and no resource that breaks the schema.

use serde_json::json;

use super::super::body::resource;
use super::*;

const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const PATHS: &[&str] = &[
    "",
    " ",
    ".",
    "..",
    "a.b.c",
    "[",
    "]",
    "members[",
    "members[]",
    "members]",
    "members[value]",
    "*",
    "members[value eq \"a\"]",
    "members[value eq \"a\"].value",
    "members[value eq \"a\"].display",
    "members[value eq \"a\" or value eq \"b\"]",
    "members[not (value eq \"a\")]",
    "members[nothing pr]",
    "members[value gt true]",
    "members[value eq null]",
    "members.value",
    "members.members",
    "members",
    "MEMBERS",
    "displayName",
    "displayName[value eq \"a\"]",
    "userName",
    "userName.x",
    "name",
    "name.givenName",
    "name[givenName eq \"Ada\"]",
    "active",
    "emails",
    "emails.type",
    "emails[type eq \"work\"]",
    "emails[primary eq true].primary",
    "emails[value co \"x\"].value",
    "emails[type eq \"none\"].value",
    "id",
    "meta",
    "meta.version",
    "groups",
    "schemas",
    "password",
    "externalId",
    "urn:",
    "urn:x:y",
    "\u{0}",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName",
    "urn:ietf:params:scim:schemas:core:2.0:User:userName",
    "émails",
    "emails[type eq \"é\\u0000\"]",
    "emails[type eq \"\\ud800\"]",
];

fn values() -> Vec<Value> {
    let nested = (0..60).fold(json!("x"), |inner, _| json!({ "name": [inner] }));
    vec![
        json!(null),
        json!(""),
        json!("x"),
        json!(true),
        json!(1e308),
        json!(-1),
        json!([]),
        json!({}),
        json!([null]),
        json!([[]]),
        json!([{}]),
        json!({ "value": null }),
        json!({ "value": "a" }),
        json!([{ "value": "a" }]),
        json!([{ "value": "a" }, { "value": "a" }]),
        json!([{ "VALUE": "z", "primary": true }]),
        json!([{ "value": "y", "primary": true }, { "value": "z", "primary": true }]),
        json!({ "id": "2" }),
        json!({ "members": "a" }),
        json!({ "members": [{ "value": 1 }] }),
        json!({ "userName": "" }),
        json!({ "userName": null, "displayName": null }),
        json!({ "name.givenName": "x" }),
        json!({ "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "x" }),
        json!({ "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": { "value": "1" } } }),
        json!({ "": 1, ".": 2, "[": 3 }),
        nested,
    ]
}

fn person() -> Record {
    let person = json!({
        "id": "1", "userName": "ada", "name": { "givenName": "Ada" }, "active": true,
        "emails": [{ "value": "a@x.example", "type": "work", "primary": true }, { "value": "b@x.example" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "D" },
        "meta": { "created": "2026-11-27T12:00:00.000Z" },
    });
    person.as_object().cloned().unwrap_or_default()
}

fn group() -> Record {
    let members: Vec<Value> = ["a", "b", "c"].iter().map(|id| json!({ "value": id })).collect();
    let group = json!({ "id": "g", "displayName": "Readers", "members": members });
    group.as_object().cloned().unwrap_or_default()
}

/// A PATCH with one operation, without the members that are `None`.
fn body(op: &str, path: Option<&str>, value: Option<&Value>) -> Value {
    let mut operation = Record::new();
    operation.insert("op".to_owned(), op.into());
    operation.extend(path.map(|path| ("path".to_owned(), path.into())));
    operation.extend(value.map(|value| ("value".to_owned(), value.clone())));
    json!({ "schemas": [PATCH_OP], "Operations": [operation] })
}

#[test]
fn patch_answers_hostile_operations() {
    let values = values();
    let (mut taken, mut refused) = (0, 0);
    for (kind, record) in [(Kind::User, person()), (Kind::Group, group())] {
        for path in PATHS.iter().copied().map(Some).chain([None]) {
            for value in values.iter().map(Some).chain([None]) {
                for op in ["add", "remove", "replace", "Replace"] {
                    let body = body(op, path, value);
                    match patched(kind, &Quirks::default(), &record, &body) {
                        Ok(changed) => {
                            taken += 1;
                            check_changed(kind, &record, &changed, &body);
                        }
                        Err(answer) => {
                            refused += 1;
                            let keyword = answer.body.as_ref().and_then(|it| it.get("scimType"));
                            assert!(answer.status == 400 && keyword.is_some(), "{body} {answer:?}");
                        }
                    }
                }
            }
        }
    }
    // Neither everything is refused, nor everything taken.
    assert!(taken > 500 && refused > 5000, "{taken} {refused}");
}

/// What has changed could have been written by a PUT as well, and the rest is as before.
fn check_changed(kind: Kind, record: &Record, changed: &Record, body: &Value) {
    for key in ["id", "meta", "groups", "schemas"] {
        assert_eq!(changed.get(key), record.get(key), "{body}");
    }
    let mut sent = changed.clone();
    sent.insert("schemas".to_owned(), json!([kind.schema().id]));
    let mut written = changed.clone();
    written.retain(|key, _| !matches!(key.as_str(), "id" | "meta"));
    assert_eq!(resource(kind, &Quirks::default(), &sent.into()), Ok(written), "{body}");
}

#[test]
fn patch_refuses_paths_that_are_too_large() {
    let deep = format!("members[{}value eq 1{}]", "(".repeat(5000), ")".repeat(5000));
    let wide = format!("members[value eq 1{}]", " or value eq 1".repeat(5000));
    for path in [deep, wide, "a".repeat(100_000), ".".repeat(100_000)] {
        for op in ["add", "remove", "replace"] {
            let body = body(op, Some(&path), Some(&json!({ "value": "a" })));
            let answer = patched(Kind::Group, &Quirks::default(), &group(), &body);
            assert_eq!(answer.map_err(|it| it.status), Err(400));
        }
    }
}

#[test]
fn patch_refuses_bodies_that_are_not_of_its_form() {
    for body in [
        json!(null),
        json!([]),
        json!("x"),
        json!({}),
        json!({ "schemas": [PATCH_OP] }),
        json!({ "schemas": [PATCH_OP], "Operations": [] }),
        json!({ "schemas": [PATCH_OP], "Operations": {} }),
        json!({ "schemas": [PATCH_OP], "Operations": [1, null] }),
        json!({ "Operations": [{ "op": "replace", "path": "displayName", "value": "x" }] }),
    ] {
        let answer = patched(Kind::Group, &Quirks::default(), &group(), &body);
        assert_eq!(answer.map_err(|it| it.status), Err(400), "{body}");
    }
}
