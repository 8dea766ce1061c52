//! Organizations and connections, as the check of an onboarding reads them.

use serde_json::json;

use crate::support::World;

fn world() -> World {
    World::from_json(json!({ "tenant": {
        "organizations": [{ "id": "org_acme", "name": "acme" }],
        "connections": [
            { "id": "con_1", "name": "acme-okta", "strategy": "okta", "options": { "set_user_root_attributes": "on_each_login" } },
            { "id": "con_2", "name": "acme-okta-old", "strategy": "okta" },
        ],
        "organization_connections": { "org_acme": [{ "connection_id": "con_1", "assign_membership_on_login": true }] },
        "connection_clients": { "con_1": ["client"] },
    } }))
}

#[test]
fn organizations_and_connections_are_found() {
    let world = world();
    let auth0 = world.connect();
    let organization = auth0.organization("org_acme").expect("an answer").expect("an organization");
    assert_eq!((organization.id.as_str(), organization.name.as_str()), ("org_acme", "acme"));
    let connection = auth0.find_connection("acme-okta").expect("an answer").expect("a connection");
    assert_eq!((connection.id.as_str(), connection.strategy.as_str()), ("con_1", "okta"));
    assert_eq!(connection.options["set_user_root_attributes"], "on_each_login");
    let enabled = auth0.organization_connections("org_acme").expect("an answer");
    assert_eq!((enabled.len(), enabled[0].connection_id.as_str()), (1, "con_1"));
    assert!(enabled[0].assign_membership_on_login);
    assert_eq!(auth0.connection_clients("con_1").expect("an answer"), ["client"]);
}

#[test]
fn what_is_not_there_is_none() {
    let world = world();
    let auth0 = world.connect();
    assert_eq!(auth0.organization("org_other").expect("an answer"), None);
    assert_eq!(auth0.find_connection("acme").expect("an answer"), None);
    assert!(!auth0.takes_scim("con_1").expect("an answer"));
    assert_eq!(auth0.organization_connections("org_other").expect_err("a refusal").status(), Some(404));
}
