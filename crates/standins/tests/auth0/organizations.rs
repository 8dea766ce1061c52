//! Organizations, connections and users.

use claimsmith_standins::auth0::Seed;
use serde_json::{Value, json};

use crate::client::Tenant;

fn organizations(count: usize) -> Tenant {
    let rows: Vec<Value> = (0..count).map(|number| json!({ "name": format!("org-{number}") })).collect();
    Tenant::from_json(json!({ "tenant": { "organizations": rows } }))
}

fn names(rows: &Value) -> Vec<&str> {
    rows.as_array().expect("a list").iter().filter_map(|it| it["name"].as_str()).collect()
}

#[test]
fn organizations_are_listed_by_page() {
    let tenant = organizations(5);
    assert_eq!(names(&tenant.get("organizations?page=1&per_page=2").body), ["org-2", "org-3"]);
    let totals = tenant.get("organizations?page=2&per_page=2&include_totals=true").body;
    assert_eq!((names(&totals["organizations"]), &totals["total"]), (vec!["org-4"], &json!(5)));
    assert_eq!(tenant.get("organizations?per_page=101").status, 400);
    assert_eq!(tenant.get("organizations?page=x").status, 400);
    assert_eq!(tenant.get("organizations?page=10&per_page=100").status, 400);
}

#[test]
fn checkpoint_goes_on_after_the_last_object_seen() {
    let tenant = organizations(5);
    let first = tenant.get("organizations?take=2").body;
    assert_eq!(names(&first["organizations"]), ["org-0", "org-1"]);
    let next = first["next"].as_str().expect("a checkpoint");
    // Somebody deletes what was seen already: nothing is skipped.
    tenant.stand_in.change(|tenant| drop(tenant.organizations.remove(1)));
    let second = tenant.get(&format!("organizations?take=2&from={next}")).body;
    assert_eq!(names(&second["organizations"]), ["org-2", "org-3"]);
    let next = second["next"].as_str().expect("a checkpoint");
    let third = tenant.get(&format!("organizations?take=2&from={next}")).body;
    assert_eq!((names(&third["organizations"]), third.get("next")), (vec!["org-4"], None));
    assert_eq!(tenant.get("organizations?from=nothing").status, 400);
}

#[test]
fn checkpoints_lead_through_any_number_of_organizations() {
    let tenant = organizations(2345);
    let (mut seen, mut path) = (0, "organizations?take=100".to_owned());
    loop {
        let page = tenant.get(&path).body;
        seen += names(&page["organizations"]).len();
        let Some(next) = page["next"].as_str() else { break };
        path = format!("organizations?take=100&from={next}");
    }
    assert_eq!((seen, tenant.stand_in.requests().len()), (2345, 24));
}

#[test]
fn update_replaces_metadata() {
    let tenant = Tenant::new(Seed::default());
    let created = tenant.post("organizations", json!({ "name": "acme", "metadata": { "a": "1", "b": "2" } }));
    assert_eq!(created.status, 201);
    let path = format!("organizations/{}", created.body["id"].as_str().expect("an id"));
    tenant.patch(&path, json!({ "display_name": "Acme" }));
    assert_eq!(tenant.get(&path).body["metadata"], json!({ "a": "1", "b": "2" }));
    tenant.patch(&path, json!({ "metadata": { "c": "3" } }));
    let read = tenant.get("organizations/name/acme").body;
    assert_eq!((&read["metadata"], &read["display_name"]), (&json!({ "c": "3" }), &json!("Acme")));
}

#[test]
fn metadata_have_limits() {
    let tenant = Tenant::new(Seed::default());
    let many = |count: usize| -> Value { (0..count).map(|it| (it.to_string(), json!("x"))).collect() };
    for (number, (metadata, status)) in [
        (many(25), 201),
        (many(26), 400),
        (json!({ "a": "é".repeat(255) }), 201),
        (json!({ "a": "é".repeat(256) }), 400),
        (json!({ "k".repeat(256): "" }), 400),
        (json!({ "a": 1 }), 400),
        (json!([]), 400),
    ]
    .into_iter()
    .enumerate()
    {
        let answer =
            tenant.post("organizations", json!({ "name": format!("o{number}"), "metadata": metadata }));
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

#[test]
fn names_of_organizations_are_unique_and_plain() {
    let tenant = Tenant::new(Seed::default());
    for (name, status) in [
        ("acme", 201),
        ("acme", 409),
        ("Acme", 400),
        ("-acme", 400),
        ("a_b-c9", 201),
        ("", 400),
        (&"a".repeat(50), 201),
        (&"a".repeat(51), 400),
    ] {
        assert_eq!(tenant.post("organizations", json!({ "name": name })).status, status, "{name}");
    }
    assert_eq!(tenant.post("organizations", json!({ "name": "x", "nothing": 1 })).status, 400);
}

#[test]
fn deleted_organization_is_gone_with_its_connections() {
    let tenant = Tenant::from_json(json!({ "tenant": {
        "organizations": [{ "id": "org_1", "name": "acme" }],
        "connections": [{ "id": "con_1", "name": "acme-waad", "strategy": "waad" }],
    } }));
    let enabled = tenant.post("organizations/org_1/connections", json!({ "connection_id": "con_1" }));
    assert_eq!(enabled.body["connection"], json!({ "name": "acme-waad", "strategy": "waad" }));
    assert_eq!(
        tenant.post("organizations/org_1/connections", json!({ "connection_id": "con_1" })).status,
        409
    );
    assert_eq!(tenant.get("organizations/org_1/enabled_connections").body[0]["connection_id"], "con_1");
    assert_eq!(tenant.delete("organizations/org_1").status, 204);
    assert_eq!(
        tenant.get("organizations/org_1/connections").message(),
        (404, "No organization found by that id or name")
    );
    assert!(tenant.stand_in.tenant().organization_connections.is_empty());
}

#[test]
fn options_of_a_connection_are_replaced() {
    let tenant = Tenant::new(Seed::default());
    let body =
        json!({ "name": "c", "strategy": "oidc", "options": { "a": 1, "b": 2 }, "enabled_clients": ["app"] });
    let created = tenant.post("connections", body.clone());
    let id = created.body["id"].as_str().expect("an id");
    assert_eq!(tenant.post("connections", body).status, 409);
    tenant.patch(&format!("connections/{id}"), json!({ "options": { "b": 3 } }));
    assert_eq!(tenant.get("connections?name=c").body[0]["options"], json!({ "b": 3 }));
    assert_eq!(tenant.patch(&format!("connections/{id}"), json!({ "name": "d" })).status, 400);
    tenant.patch(
        &format!("connections/{id}/clients"),
        json!([{ "client_id": "app", "status": false }, { "client_id": "web", "status": true }]),
    );
    assert_eq!(
        tenant.get(&format!("connections/{id}/clients")).body["clients"],
        json!([{ "client_id": "web" }])
    );
}

#[test]
fn users_are_members_of_organizations() {
    let tenant = Tenant::from_json(json!({ "tenant": {
        "organizations": [{ "id": "org_1", "name": "acme" }],
        "users": [{ "user_id": "waad|1", "email": "a@example.com", "groups": ["g"], "app_metadata": { "a": 1 } }],
    } }));
    assert_eq!(tenant.post("organizations/org_1/members", json!({ "members": ["waad|2"] })).status, 400);
    assert_eq!(tenant.post("organizations/org_1/members", json!({ "members": ["waad|1"] })).status, 204);
    let members = tenant.get("organizations/org_1/members").body;
    assert_eq!(members, json!([{ "user_id": "waad|1", "email": "a@example.com" }]));
    assert_eq!(names(&tenant.get("users/waad%7C1/organizations").body), ["acme"]);
    let patched = tenant.patch("users/waad%7C1", json!({ "blocked": true, "app_metadata": { "b": 2 } })).body;
    assert_eq!((&patched["app_metadata"], &patched["groups"]), (&json!({ "a": 1, "b": 2 }), &json!(["g"])));
    tenant.delete("users/waad%7C1");
    assert_eq!(tenant.get("organizations/org_1/members").body, json!([]));
}

#[test]
fn users_are_searched_for_one_value() {
    let user =
        |id: &str, connection: &str| json!({ "user_id": id, "identities": [{ "connection": connection }] });
    let tenant =
        Tenant::from_json(json!({ "tenant": { "users": [user("a|1", "acme"), user("b|1", "other")] } }));
    let found = |query: &str| tenant.get(&format!("users?fields=user_id&q={query}")).body;
    assert_eq!(found("identities.connection:%22acme%22"), json!([{ "user_id": "a|1" }]));
    assert_eq!(found("user_id:%22b%7C1%22"), json!([{ "user_id": "b|1" }]));
    assert_eq!(found("email:%22x%22"), json!([]));
    // Rather no answer than one to another question.
    assert_eq!(tenant.get("users?q=email:*").status, 400);
    assert_eq!(tenant.get("users?q=a:1%20OR%20b:2").status, 400);
}

#[test]
fn fields_are_included_or_excluded() {
    let tenant = Tenant::from_json(json!({ "tenant": {
        "connections": [{ "id": "con_1", "name": "c", "strategy": "oidc", "options": {} }],
    } }));
    assert_eq!(tenant.get("connections?fields=id,name").body, json!([{ "id": "con_1", "name": "c" }]));
    let without = tenant.get("connections/con_1?fields=options&include_fields=false").body;
    assert_eq!(without, json!({ "id": "con_1", "name": "c", "strategy": "oidc" }));
}
