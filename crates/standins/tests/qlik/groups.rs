//! Groups and their settings.

use serde_json::{Value, json};

use crate::support::Tenant;

fn create(tenant: &Tenant, name: &str, kind: &str) -> u16 {
    tenant.post("v1/groups", json!({ "name": name, "providerType": kind })).status
}

#[test]
fn names_are_unique_by_type_and_letter_case() {
    let tenant = Tenant::new(json!({}));
    for (name, kind, status) in [
        ("bi-viewers", "idp", 201),
        ("bi-viewers", "idp", 409),
        ("BI-viewers", "idp", 201),
        ("bi-viewers", "custom", 201),
        ("", "idp", 400),
        ("x", "other", 400),
    ] {
        assert_eq!(create(&tenant, name, kind), status, "{name} {kind}");
    }
    assert_eq!(create(&tenant, &"ä".repeat(256), "idp"), 201);
    assert_eq!(create(&tenant, &"ä".repeat(257), "idp"), 400);
    let created = tenant.post("v1/groups", json!({ "name": "plain" }));
    assert_eq!((created.status, &created.body["providerType"]), (201, &json!("idp")));
    // Filters do not look at letter case.
    let found = tenant.get("v1/groups?filter=name%20eq%20%22bi-VIEWERS%22");
    assert_eq!(found.body["data"].as_array().map(Vec::len), Some(3));
}

#[test]
fn lists_have_pages_with_links() {
    let tenant = Tenant::new(json!({}));
    for name in ["c", "a", "e", "b", "d"] {
        create(&tenant, name, "idp");
    }
    let expected: [&[&str]; 3] = [&["a", "b"], &["c", "d"], &["e"]];
    assert_eq!(tenant.pages("v1/groups?limit=2&sort=name", "name"), expected);
    assert_eq!(tenant.pages("v1/groups?limit=5&sort=-name", "name"), [["e", "d", "c", "b", "a"]]);
    let second = tenant.get("v1/groups?limit=2&sort=name&totalResults=true");
    assert_eq!(second.body["totalResults"], 5);
    for query in ["limit=101", "limit=0", "next=x", "sort=color", "filter=name"] {
        assert_eq!(tenant.get(&format!("v1/groups?{query}")).code(), (400, "GROUPS-400"), "{query}");
    }
}

#[test]
fn page_after_a_deleted_group_leaves_none_out() {
    let tenant = Tenant::new(json!({}));
    for name in ["a", "b", "c"] {
        create(&tenant, name, "idp");
    }
    let first = tenant.get("v1/groups?limit=1&sort=name");
    let id = first.body["data"][0]["id"].as_str().expect("an id");
    assert_eq!(tenant.send("DELETE", &format!("v1/groups/{id}"), None).status, 204);
    let next =
        first.body["links"]["next"]["href"].as_str().and_then(|it| it.split_once("/api/")).expect("a link");
    assert_eq!(tenant.get(next.1).body["data"][0]["name"], "b");
}

#[test]
fn only_custom_groups_are_renamed() {
    let tenant = Tenant::new(json!({ "tenant": { "groups": [
        { "id": "i", "name": "idp-group" }, { "id": "c", "name": "custom-group", "providerType": "custom" },
    ], "roles": [{ "id": "r", "name": "Steward" }] } }));
    let rename = |id: &str| {
        tenant
            .patch(&format!("v1/groups/{id}"), json!([{ "op": "replace", "path": "name", "value": "new" }]))
            .status
    };
    assert_eq!([rename("i"), rename("c"), rename("x")], [400, 204, 404]);
    let roles = json!([{ "op": "replace", "path": "assignedRoles", "value": [{ "name": "Steward" }] }]);
    assert_eq!(tenant.patch("v1/groups/i", roles).status, 204);
    assert_eq!(tenant.get("v1/groups/i").body["assignedRoles"][0]["id"], "r");
}

#[test]
fn custom_group_is_deleted_only_when_it_is_empty() {
    let tenant = Tenant::new(json!({ "tenant": {
        "groups": [{ "id": "i", "name": "a" }, { "id": "c", "name": "b", "providerType": "custom" }],
        "users": [{ "id": "u", "subject": "s", "name": "n", "assignedGroups": [{ "id": "i" }, { "id": "c" }] }],
    } }));
    let delete = |id: &str| tenant.send("DELETE", &format!("v1/groups/{id}"), None).status;
    assert_eq!([delete("c"), delete("i"), delete("i")], [400, 204, 404]);
    let groups = &tenant.get("v1/users/u").body["assignedGroups"];
    assert_eq!(groups.as_array().map(Vec::len), Some(1));
}

#[test]
fn settings_are_changed_by_patches() {
    let tenant = Tenant::new(json!({}));
    assert_eq!(tenant.get("v1/groups/settings").body["autoCreateGroups"], true);
    let off = json!([{ "op": "replace", "path": "/autoCreateGroups", "value": false }]);
    assert_eq!(tenant.patch("v1/groups/settings", off).status, 204);
    assert_eq!(tenant.get("v1/groups/settings").body["autoCreateGroups"], false);
    assert_eq!(tenant.patch("v1/groups/settings", json!([])).status, 400);
    let system = tenant.get("v1/groups?systemGroups=true");
    assert_eq!(system.body["data"][0]["name"], "com.qlik.Everyone");
}

#[test]
fn sessions_last_for_whole_hours() {
    let tenant = Tenant::new(json!({}));
    let settings = tenant.get("core/auth-settings").body;
    assert_eq!(
        (&settings["isDefault"], &settings["maxUserSessionLifespanMinutes"]),
        (&json!(true), &json!(1440))
    );
    let set = |minutes: u64| {
        let patch = json!([{ "op": "replace", "path": "/maxUserSessionLifespanMinutes", "value": minutes }]);
        tenant.patch("core/auth-settings", patch).status
    };
    assert_eq!([set(90), set(0), set(480)], [400, 400, 200]);
    let settings = tenant.get("core/auth-settings").body;
    assert_eq!(
        (&settings["isDefault"], &settings["maxUserSessionLifespanMinutes"]),
        (&json!(false), &json!(480))
    );
}

#[test]
fn tenant_has_at_most_ten_thousand_groups_of_identity_providers() {
    let groups: Vec<Value> = (0..10_000).map(|at| json!({ "name": format!("g{at}") })).collect();
    let tenant = Tenant::new(json!({ "tenant": { "groups": groups } }));
    assert_eq!([create(&tenant, "one more", "idp"), create(&tenant, "one more", "custom")], [403, 201]);
}
