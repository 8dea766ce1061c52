//! Resources are created, replaced and deleted.

use serde_json::json;

use crate::support::{Service, group, people, user};

#[test]
fn resources_are_created_and_deleted() {
    let service = Service::new(people());
    let created = service.send("POST", "Users", Some(user(json!({ "id": "mine", "USERNAME": "dora" }))));
    let id = created.body["id"].as_str().expect("an id").to_owned();
    assert!(created.status == 201 && id != "mine", "{created:?}");
    assert!(created.header("location").expect("a location").ends_with(&format!("/scim/v2/Users/{id}")));
    let twin = service.send("POST", "Users", Some(user(json!({ "userName": "DORA" }))));
    assert_eq!(
        (twin.status, &twin.body["scimType"], &twin.body["status"]),
        (409, &json!("uniqueness"), &json!("409"))
    );
    assert_eq!(service.send("DELETE", "Users/1", None).status, 204);
    assert_eq!(service.send("DELETE", "Users/1", None).status, 404);
    assert_eq!(service.members(), [""; 0]);
    assert_eq!(service.stand_in.tenant().users.len(), 3);
    assert_eq!(service.client.send("GET", "/scim/v2/Users", "x", None).expect("an answer").status, 401);
    assert_eq!(service.send("PUT", "Users", Some(json!({}))).status, 405);
    assert_eq!(service.send("POST", "Bulk", Some(json!({}))).status, 501);
    assert_eq!(service.send("GET", "Roles", None).status, 404);
}

#[test]
fn bodies_are_read_by_the_schema() {
    let service = Service::new(people());
    let written = user(json!({
        "userName": "eve", "NAME": { "givenname": "Eve", "unknown": 1 }, "unknown": true, "groups": [{ "value": "g" }],
        "meta": { "created": "x" }, "password": "hunter2", "emails": [], "title": null, "active": true,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Data" },
    }));
    let mut created = service.send("POST", "Users", Some(written)).body;
    let members = created.as_object_mut().expect("a resource");
    members.retain(|key, _| key != "id");
    assert_eq!(members.remove("meta").expect("meta")["created"], "2026-11-27T12:00:00.100Z");
    assert_eq!(
        created,
        json!({
            "schemas": [
                "urn:ietf:params:scim:schemas:core:2.0:User",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            ],
            "userName": "eve", "name": { "givenName": "Eve" }, "active": true,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Data" },
        })
    );
    let primary = json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }]);
    for (body, keyword) in [
        (json!([]), "invalidSyntax"),
        (json!({ "userName": "x" }), "invalidValue"),
        (json!({ "userName": "x", "schemas": ["urn:x"] }), "invalidValue"),
        (user(json!({})), "invalidValue"),
        (user(json!({ "userName": "" })), "invalidValue"),
        (user(json!({ "userName": 1 })), "invalidValue"),
        (user(json!({ "userName": "x", "active": "True" })), "invalidValue"),
        (user(json!({ "userName": "x", "emails": { "value": "a" } })), "invalidValue"),
        (user(json!({ "userName": "x", "emails": ["a"] })), "invalidValue"),
        (user(json!({ "userName": "x", "emails": primary })), "invalidValue"),
        (user(json!({ "userName": "x", "name": "x" })), "invalidValue"),
    ] {
        assert_eq!(service.send("POST", "Users", Some(body.clone())).refusal(), (400, keyword), "{body}");
    }
}

#[test]
fn put_replaces_what_a_client_can_write() {
    let service = Service::new(people());
    let answer =
        service.send("PUT", "Users/1", Some(user(json!({ "id": "9", "userName": "ADA", "title": "T" }))));
    assert_eq!((answer.status, &answer.body["id"], &answer.body["title"]), (200, &json!("1"), &json!("T")));
    assert_eq!((answer.body.get("emails"), answer.body.get("externalId")), (None, None));
    assert_eq!(answer.body["groups"][0]["value"], "g");
    let taken = service.send("PUT", "Users/1", Some(user(json!({ "userName": "BOB" }))));
    assert_eq!(taken.refusal(), (409, "uniqueness"));
    assert_eq!(service.send("PUT", "Users/9", Some(user(json!({ "userName": "x" })))).status, 404);
    let members = |id: &str| {
        Some(group(json!({ "displayName": "Readers", "members": [{ "value": id }, { "value": id }] })))
    };
    assert_eq!(service.send("PUT", "Groups/g", members("none")).refusal(), (400, "invalidValue"));
    assert_eq!(service.send("PUT", "Groups/g", members("2")).status, 200);
    assert_eq!(service.members(), ["2"]);
}

#[test]
fn resources_are_found_after_deletions_and_changes_of_others() {
    let service = Service::new(people());
    assert_eq!(service.send("DELETE", "Users/1", None).status, 204);
    assert_eq!(service.get("Users/3")["userName"], "carl");
    let created = service.send("POST", "Users", Some(user(json!({ "userName": "Ada" }))));
    let id = created.body["id"].as_str().expect("an id").to_owned();
    assert_eq!(service.send("DELETE", "Users/2", None).status, 204);
    assert_eq!(
        (service.get("Users/3")["id"].clone(), service.get(&format!("Users/{id}"))["id"].clone()),
        (json!("3"), json!(id))
    );
    // The names of those who are deleted, or have another one, are free.
    let rename = |name: &str| Some(user(json!({ "userName": name })));
    assert_eq!(service.send("PUT", "Users/3", rename("ADA")).status, 409);
    assert_eq!(service.send("PUT", "Users/3", rename("BOB")).status, 200);
    assert_eq!(service.send("PUT", "Users/3", rename("bob")).status, 200);
    assert_eq!(service.send("POST", "Users", rename("Carl")).status, 201);
    assert_eq!(service.send("POST", "Users", rename("Bob")).status, 409);
    service.stand_in.change(|tenant| {
        tenant.users.reverse();
        tenant.users.retain(|it| it.get("id") != Some(&json!(id)));
    });
    assert_eq!(service.get("Users/3")["userName"], "bob");
    assert_eq!(service.send("GET", &format!("Users/{id}"), None).status, 404);
    assert_eq!(service.send("POST", "Users", rename("Ada")).status, 201);
}
