//! In what other servers differ.

use serde_json::{Value, json};

use crate::support::{encoded, group, user, with};

#[test]
fn lists_of_other_servers_can_be_played() {
    let service = with(json!({ "most_per_page": 2, "ignores_start_index": true }));
    assert_eq!(service.names("Users?startIndex=3"), ["Ada", "bob"]);
    let service = with(json!({ "most_per_page": 2, "starts_again": true }));
    assert_eq!(service.names("Users?startIndex=3"), ["carl"]);
    assert_eq!(service.names("Users?startIndex=4"), ["Ada", "bob"]);
    assert_eq!(with(json!({ "counts_page": true, "most_per_page": 2 })).get("Users")["totalResults"], 2);
    let service = with(json!({ "has_cursors": true, "most_per_page": 2 }));
    let first = service.get("Users?cursor");
    assert_eq!((&first["nextCursor"], first.get("totalResults")), (&json!("at-2"), None));
    assert_eq!(service.names("Users?cursor=at-2"), ["carl"]);
    assert_eq!(service.get("Users?cursor=x")["scimType"], "invalidCursor");
    assert_eq!(service.send("GET", "Users?startIndex=1", None).status, 501);
    assert_eq!(
        service.get("ServiceProviderConfig")["pagination"],
        json!({
            "cursor": true, "index": false, "defaultPaginationMethod": "cursor", "defaultPageSize": 2, "maxPageSize": 2,
        })
    );
    let service = with(json!({ "has_cursors": true, "counts_with_cursors": true, "most_per_page": 2 }));
    assert_eq!(service.get("Users?cursor")["totalResults"], 3);
    let service = with(json!({ "lists_without_members": true }));
    assert_eq!(service.get("Groups")["Resources"][0].get("members"), None);
    assert_eq!(service.get("Groups/g")["members"][0]["value"], "1");
    let service = with(json!({ "hides_members": true }));
    assert_eq!(
        (&service.get("Groups/g")["members"], service.get("Users/1").get("groups")),
        (&json!([]), None)
    );
}

#[test]
fn filters_of_other_servers_can_be_played() {
    let service = with(json!({ "takes_equalities_only": true }));
    assert_eq!(
        service.names(&format!("Users?filter={}", encoded("userName eq \"bob\" and active eq false"))),
        ["bob"]
    );
    for filter in ["userName co \"a\"", "userName eq \"a\" or active eq true", "not (id eq \"1\")"] {
        let answer = service.send("GET", &format!("Users?filter={}", encoded(filter)), None);
        assert_eq!(answer.refusal(), (400, "invalidFilter"), "{filter}");
    }
    let service = with(json!({ "ignores_filters": true }));
    assert_eq!(
        service.names(&format!("Users?filter={}", encoded("userName eq \"zoe\""))),
        ["Ada", "bob", "carl"]
    );
    assert_eq!(service.get("ServiceProviderConfig")["filter"]["supported"], false);
}

/// The members after one operation on a group with the member 1.
fn members_after(quirk: Value, operation: Value) -> (u16, Vec<String>) {
    let service = with(quirk);
    let status = service.patch("Groups/g", json!([operation])).status;
    (status, service.members())
}

#[test]
fn patches_of_other_servers_can_be_played() {
    let add = |id: &str| json!({ "op": "add", "path": "members", "value": [{ "value": id }] });
    let entra = json!({ "op": "Remove", "path": "members", "value": [{ "value": "1" }] });
    let other = json!({ "op": "remove", "path": "members", "value": [{ "value": "2" }] });
    let by_filter = json!({ "op": "remove", "path": "members[value eq \"2\"]" });
    let all = json!({ "op": "remove", "path": "members" });
    let replace = json!({ "op": "replace", "path": "members", "value": [{ "value": "2" }] });
    let list = |ids: &[&str]| ids.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    for (quirk, operation, status, members) in [
        (json!({}), &entra, 400, list(&["1"])),
        (json!({ "removal_with_value": "taken" }), &entra, 200, list(&[])),
        (json!({ "removal_with_value": "taken" }), &other, 200, list(&["1"])),
        (json!({ "removal_with_value": "ignored" }), &other, 200, list(&[])),
        (json!({ "removal_by_filter": "refused" }), &by_filter, 501, list(&["1"])),
        (json!({ "removal_by_filter": "ignored" }), &by_filter, 200, list(&["1"])),
        (json!({ "removal_by_filter": "takes_all" }), &by_filter, 200, list(&[])),
        (json!({}), &by_filter, 200, list(&["1"])),
        (json!({}), &all, 200, list(&[])),
        (json!({ "whole_members": "removal_ignored" }), &all, 200, list(&["1"])),
        (json!({ "whole_members": "refused" }), &all, 400, list(&["1"])),
        (json!({ "whole_members": "refused" }), &replace, 400, list(&["1"])),
        (json!({}), &replace, 200, list(&["2"])),
        (json!({ "replacing_adds_members": true }), &replace, 200, list(&["1", "2"])),
        (json!({}), &add("1"), 200, list(&["1"])),
        (json!({ "stores_members_twice": true }), &add("1"), 200, list(&["1", "1"])),
        (json!({}), &add("9"), 400, list(&["1"])),
        (json!({ "stores_unknown_members": true }), &add("9"), 200, list(&["1", "9"])),
        (json!({ "drops_patches": true }), &add("2"), 200, list(&["1"])),
        (json!({ "patches_without_body": true }), &add("2"), 204, list(&["1", "2"])),
        (json!({ "most_members_per_patch": 0 }), &add("2"), 413, list(&["1"])),
        (json!({ "most_members_per_patch": 1 }), &add("2"), 200, list(&["1", "2"])),
    ] {
        let after = members_after(quirk.clone(), operation.clone());
        assert_eq!(after, (status, members), "{quirk} {operation}");
    }
}

#[test]
fn resources_of_other_servers_can_be_played() {
    let service = with(json!({ "keeps_deleted_members": true }));
    assert_eq!(service.send("DELETE", "Users/1", None).status, 204);
    assert_eq!(service.members(), ["1"]);
    // What was there before is not looked at.
    assert_eq!(
        service.patch("Groups/g", json!([{ "op": "add", "value": { "externalId": "x" } }])).status,
        200
    );

    let service = with(json!({ "stores_members_twice": true }));
    let twice = group(json!({ "displayName": "Twice", "members": [{ "value": "2" }, { "value": "2" }] }));
    let created = service.send("POST", "Groups", Some(twice));
    assert_eq!(created.body["members"].as_array().map(Vec::len), Some(2));
    assert_eq!(service.get("Users/2")["groups"].as_array().map(Vec::len), Some(1));

    let service = with(json!({ "has_no_versions": true }));
    let read = service.send("GET", "Users/1", None);
    assert_eq!((read.header("etag"), read.body["meta"].get("version")), (None, None));
    let body = user(json!({ "userName": "Ada" }));
    assert_eq!(service.send_with("if-match: \"x\"", "PUT", "Users/1", &body).status, 200);

    let service = with(json!({ "unpublished_attributes": ["displayName", "name.givenName"] }));
    let schema = service.get("Schemas/urn:ietf:params:scim:schemas:core:2.0:User").to_string();
    assert!(!schema.contains("\"displayName\"") && !schema.contains("\"givenName\""), "{schema}");
    assert!(schema.contains("\"familyName\""), "{schema}");

    let service = with(json!({ "refuses_unknown_attributes": true }));
    for unknown in [json!({ "userName": "x", "x": 1 }), json!({ "userName": "x", "emails": [{ "x": 1 }] })] {
        assert_eq!(service.send("POST", "Users", Some(user(unknown))).refusal(), (400, "invalidValue"));
    }
}
