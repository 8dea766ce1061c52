//! PATCH, as RFC 7644 §3.5.2 has it.

use serde_json::{Value, json};

use crate::support::{Service, people};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// One attribute of the user 1 after some operations.
fn after(attribute: &str, operations: Value) -> Value {
    let mut seed = people();
    seed["tenant"]["users"][0]["emails"] = json!([
        { "value": "w@example.com", "type": "work", "primary": true }, { "value": "h@example.com", "type": "home" },
    ]);
    seed["tenant"]["users"][0]["name"] = json!({ "givenName": "Ada", "familyName": "L" });
    let service = Service::new(seed);
    let answer = service.patch("Users/1", operations.clone());
    assert_eq!(answer.status, 200, "{operations} {answer:?}");
    let read = service.get("Users/1");
    assert_eq!(read, answer.body);
    read[attribute].clone()
}

#[test]
fn patch_adds() {
    let add = |path: &str, value: Value| json!([{ "op": "add", "path": path, "value": value }]);
    assert_eq!(after("title", add("title", json!("T"))), "T");
    assert_eq!(after("title", json!([{ "op": "add", "value": { "TITLE": "T" } }])), "T");
    let merged = json!({ "givenName": "A", "familyName": "L" });
    assert_eq!(after("name", add("name", json!({ "givenName": "A" }))), merged);
    assert_eq!(after("name", add("name.givenName", json!("A"))), merged);
    assert_eq!(
        after(ENTERPRISE, add(&format!("{ENTERPRISE}:department"), json!("D"))),
        json!({ "department": "D" })
    );
    assert_eq!(
        after(ENTERPRISE, json!([{ "op": "add", "value": { ENTERPRISE: { "department": "D" } } }])),
        json!({ "department": "D" })
    );
    let email = json!({ "value": "n@example.com", "primary": true });
    let emails = after("emails", add("emails", json!([email])));
    assert_eq!((&emails[0]["primary"], &emails[2]), (&json!(false), &email));
    let again = add("emails", json!({ "value": "h@example.com", "type": "home" }));
    assert_eq!(after("emails", again).as_array().map(Vec::len), Some(2));
}

#[test]
fn patch_replaces() {
    let replace = |path: &str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
    assert_eq!(after("active", json!([{ "op": "replace", "value": { "active": false } }])), false);
    assert_eq!(
        after("name", replace("name", json!({ "givenName": "A", "familyName": null }))),
        json!({ "givenName": "A" })
    );
    assert_eq!(after("emails", replace("emails", json!([{ "value": "x" }]))), json!([{ "value": "x" }]));
    assert_eq!(after("emails", replace("emails", json!([]))), Value::Null);
    let emails = after("emails", replace("emails[type eq \"home\"].value", json!("x")));
    assert_eq!(emails[1], json!({ "value": "x", "type": "home" }));
    let emails = after("emails", replace("emails[type eq \"home\"].primary", json!(true)));
    assert_eq!([&emails[0]["primary"], &emails[1]["primary"]], [false, true]);
    assert_eq!(
        after("emails", replace("emails[type eq \"home\"]", json!({ "value": "x" })))[1],
        json!({ "value": "x" })
    );
}

#[test]
fn patch_removes() {
    let remove = |path: &str| json!([{ "op": "remove", "path": path }]);
    assert_eq!(after("externalId", remove("externalId")), Value::Null);
    assert_eq!(after("name", remove("name.givenName")), json!({ "familyName": "L" }));
    assert_eq!(after("emails", remove("emails")), Value::Null);
    let home = json!([{ "value": "h@example.com", "type": "home" }]);
    assert_eq!(after("emails", remove("emails[type eq \"work\"]")), home);
    assert_eq!(after("emails", remove("emails[value eq \"none\"]")).as_array().map(Vec::len), Some(2));
    assert_eq!(after("emails", remove("emails[type eq \"work\" or type eq \"home\"]")), Value::Null);
    assert_eq!(
        after("emails", remove("emails[type eq \"home\"].type"))[1],
        json!({ "value": "h@example.com" })
    );
}

#[test]
fn patch_changes_members() {
    let service = Service::new(people());
    let add = json!({ "op": "add", "path": "members", "value": [{ "value": "2" }, { "value": "3" }, { "value": "1" }] });
    assert_eq!(service.patch("Groups/g", json!([add])).status, 200);
    assert_eq!(service.members(), ["1", "2", "3"]);
    assert_eq!(service.get("Users/3")["groups"][0]["display"], "Readers");
    let remove = |id: &str| json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") });
    assert_eq!(service.patch("Groups/g", json!([remove("1"), remove("3"), remove("none")])).status, 200);
    assert_eq!(service.members(), ["2"]);
    let rename = json!([{ "op": "replace", "value": { "id": "g", "displayName": "Writers" } }]);
    assert_eq!(service.patch("Groups/g?attributes=displayName", rename).body["displayName"], "Writers");
    assert_eq!(service.get("Users/2")["groups"][0]["display"], "Writers");
}

#[test]
fn patch_is_carried_out_as_a_whole_or_not_at_all() {
    let service = Service::new(people());
    let before = (service.get("Groups/g"), service.get("Users/1"));
    let good = json!({ "op": "add", "path": "members", "value": [{ "value": "2" }] });
    for (bad, keyword) in [
        (json!({ "op": "frob", "path": "members" }), "invalidSyntax"),
        (json!({ "op": "remove" }), "noTarget"),
        (json!({ "op": "remove", "path": "nothing" }), "invalidPath"),
        (json!({ "op": "remove", "path": "members[" }), "invalidPath"),
        (json!({ "op": "remove", "path": "displayName" }), "mutability"),
        (json!({ "op": "add", "path": "members" }), "invalidValue"),
        (json!({ "op": "add", "path": "members", "value": [{ "value": "none" }] }), "invalidValue"),
        (json!({ "op": "add", "path": "members", "value": "2" }), "invalidValue"),
        (
            json!({ "op": "replace", "path": "members[value eq \"none\"]", "value": { "value": "2" } }),
            "noTarget",
        ),
        (json!({ "op": "replace", "path": "members[value eq \"1\"].value", "value": "2" }), "mutability"),
        (json!({ "op": "replace", "path": "id", "value": "x" }), "mutability"),
        (json!({ "op": "replace", "value": { "id": "x" } }), "mutability"),
        (json!({ "op": "replace", "value": { "meta.version": "x" } }), "invalidPath"),
    ] {
        let answer = service.patch("Groups/g", json!([good, bad]));
        assert_eq!(answer.refusal(), (400, keyword), "{bad}");
    }
    let taken = json!([{ "op": "replace", "path": "userName", "value": "BOB" }]);
    assert_eq!(service.patch("Users/1", taken).refusal(), (409, "uniqueness"));
    let dotted = json!([{ "op": "replace", "value": { "name.givenName": "A" } }]);
    assert_eq!(service.patch("Users/1", dotted).refusal(), (400, "invalidPath"));
    assert_eq!(service.patch("Users/9", json!([])).status, 404);
    let both = "Users/1?attributes=title&excludedAttributes=emails";
    let title = json!([{ "op": "add", "path": "title", "value": "T" }]);
    assert_eq!(service.patch(both, title).refusal(), (400, "invalidValue"));
    assert_eq!((service.get("Groups/g"), service.get("Users/1")), before);
}
