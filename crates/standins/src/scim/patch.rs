//! PATCH (RFC 7644 §3.5.2). All operations of a request take effect, or none.

mod apply;
mod operation;

use serde_json::Value;

use super::answer::error;
use super::body::check_complete;
use super::kind::Kind;
use super::seed::Quirks;
use super::tenant::Record;
use crate::http::Response;

/// The resource after the operations in the body of a PATCH.
///
/// # Errors
///
/// The refusal of the service, with the keyword that RFC 7644 has for it.
pub(crate) fn patched(
    kind: Kind,
    quirks: &Quirks,
    record: &Record,
    body: &Value,
) -> Result<Record, Box<Response>> {
    let operations = operation::read(body)?;
    let members: usize = operations.iter().map(operation::Operation::members).sum();
    if quirks.most_members_per_patch.is_some_and(|most| members > most) {
        return Err(error(413, None, "the request changes too many members"));
    }
    let mut changed = record.clone();
    for operation in operations {
        apply::apply(kind, quirks, &mut changed, &operation)?;
    }
    check_complete(kind, &changed)?;
    Ok(if quirks.drops_patches { record.clone() } else { changed })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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

    /// Every operation with every path and every value: an answer, and no resource that breaks the schema.
    #[test]
    fn patch_answers_hostile_operations() {
        let deep = format!("members[{}value eq 1{}]", "(".repeat(200), ")".repeat(200));
        let wide = format!("members[value eq 1{}]", " or value eq 1".repeat(1100));
        let long = "a".repeat(10_000);
        let paths = [
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
            &deep,
            &wide,
            &long,
        ];
        let nested = (0..60).fold(json!("x"), |inner, _| json!({ "name": [inner] }));
        let values = [
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
        ];
        let quirks = Quirks::default();
        let (mut taken, mut refused) = (0, 0);
        for (kind, record) in [(Kind::User, person()), (Kind::Group, group())] {
            for (op, path) in ["add", "remove", "replace", "Replace", "frob", ""]
                .into_iter()
                .flat_map(|op| paths.iter().map(move |path| (op, Some(*path))).chain([(op, None)]))
            {
                for value in values.iter().map(Some).chain([None]) {
                    let mut operation = json!({ "op": op });
                    for (key, member) in [("path", path.map(Value::from)), ("value", value.cloned())] {
                        if let (Some(operation), Some(member)) = (operation.as_object_mut(), member) {
                            operation.insert(key.to_owned(), member);
                        }
                    }
                    let body = json!({
                        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation],
                    });
                    match patched(kind, &quirks, &record, &body) {
                        Ok(changed) => {
                            taken += 1;
                            for key in ["id", "meta", "groups", "schemas"] {
                                assert_eq!(changed.get(key), record.get(key), "{body}");
                            }
                            assert!(check_complete(kind, &changed).is_ok(), "{body}");
                            let again =
                                super::super::body::resource(kind, &quirks, &with_schemas(kind, &changed));
                            let stored = |record: &Record| {
                                let mut record = record.clone();
                                record.retain(|key, _| !matches!(key.as_str(), "id" | "meta"));
                                record
                            };
                            assert_eq!(again.ok().map(|it| stored(&it)), Some(stored(&changed)), "{body}");
                        }
                        Err(answer) => {
                            refused += 1;
                            assert_eq!(answer.status, 400, "{body}");
                            let keyword = answer.body.as_ref().and_then(|it| it.get("scimType")?.as_str());
                            assert!(keyword.is_some(), "{body}");
                        }
                    }
                }
            }
        }
        assert!(taken > 500 && refused > 5000, "{taken} {refused}");
    }

    fn with_schemas(kind: Kind, record: &Record) -> Value {
        let mut record = record.clone();
        record.insert("schemas".to_owned(), json!([kind.schema().id]));
        record.into()
    }

    #[test]
    fn patch_refuses_bodies_that_are_not_of_its_form() {
        for body in [
            json!(null),
            json!([]),
            json!("x"),
            json!({}),
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] }),
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [] }),
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": {} }),
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [1, null] }),
            json!({ "Operations": [{ "op": "replace", "path": "displayName", "value": "x" }] }),
        ] {
            let answer = patched(Kind::Group, &Quirks::default(), &group(), &body);
            assert_eq!(answer.map_err(|it| it.status), Err(400), "{body}");
        }
    }
}
