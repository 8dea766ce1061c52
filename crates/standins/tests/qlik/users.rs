//! Users: lists, changes that partly fail, and deletion.

use serde_json::{Value, json};

use crate::support::Tenant;

fn tenant() -> Tenant {
    let users: Vec<Value> = (0..45)
        .map(|at| {
            let group = if at % 3 == 0 { json!([{ "id": "g1" }]) } else { json!([]) };
            json!({
                "id": format!("u{at:02}"), "subject": format!("auth0|{at}"), "name": format!("User {at}"),
                "email": format!("u{at}@example.com"), "assignedGroups": group,
            })
        })
        .collect();
    Tenant::new(json!({ "tenant": {
        "users": users,
        "groups": [{ "id": "g1", "name": "viewers" }, { "id": "g2", "name": "CG-x", "providerType": "custom" }],
    } }))
}

#[test]
fn users_are_listed_with_their_groups() {
    let tenant = tenant();
    assert_eq!(tenant.pages("v1/users?limit=20", "id").iter().map(Vec::len).collect::<Vec<_>>(), [20, 20, 5]);
    let in_group = tenant.pages("v1/users?limit=10&filter=assignedGroups.id%20eq%20%22g1%22", "id");
    assert_eq!(in_group.iter().map(Vec::len).collect::<Vec<_>>(), [10, 5]);
    let first = tenant.get("v1/users?limit=1&fields=id,assignedGroups").body["data"][0].clone();
    let group = json!({ "id": "g1", "name": "viewers", "providerType": "idp", "assignedRoles": [] });
    assert_eq!(first, json!({ "id": "u00", "assignedGroups": [group] }));
    assert_eq!(tenant.get("v1/users/actions/count").body["total"], 45);
    let filter = json!({ "filter": "(id eq \"u01\" or id eq \"u02\") and (status eq \"active\")" });
    assert_eq!(tenant.post("v1/users/actions/filter", filter).body["data"].as_array().map(Vec::len), Some(2));
}

#[test]
fn change_that_fails_in_part_is_answered_by_rows() {
    let tenant = tenant();
    let change = |operations: Value| tenant.patch("v1/users/u00", operations);
    let disable = json!({ "op": "replace", "path": "/status", "value": "disabled" });
    let join = json!({ "op": "add", "path": "/assignedGroups/-", "value": { "id": "g1" } });
    let partly = change(json!([disable, join]));
    assert_eq!((partly.status, partly.body["errors"].as_array().map(Vec::len)), (207, Some(1)));
    assert_eq!(tenant.get("v1/users/u00").body["status"], "disabled");
    // Memberships of groups of the identity provider come from logins alone.
    assert_eq!(change(json!([join])).code(), (400, "USERS-400"));
    assert_eq!(
        change(json!([{ "op": "remove-value", "path": "/assignedGroups", "value": [{ "id": "g1" }] }]))
            .status,
        400
    );
    let custom = json!([{ "op": "add", "path": "/assignedGroups/-", "value": { "name": "CG-x", "providerType": "custom" } }]);
    assert_eq!([change(custom.clone()).status, change(custom).status], [204, 400]);
    let leave = json!([{ "op": "remove-value", "path": "/assignedGroups", "value": [{ "id": "g2" }] }]);
    assert_eq!(change(leave).status, 204);
    assert_eq!(change(json!([{ "op": "replace", "path": "/email", "value": "x" }])).status, 400);
}

#[test]
fn deleted_user_keeps_no_name_and_is_found_by_status() {
    let tenant = tenant();
    let delete = || tenant.send("DELETE", "v1/users/u00", None).status;
    assert_eq!([delete(), delete()], [204, 404]);
    let shown = tenant.get("v1/users/u00").body;
    assert_eq!(
        (&shown["status"], &shown["subject"], &shown["email"]),
        (&json!("deleted"), &json!(""), &Value::Null)
    );
    assert_eq!(tenant.pages("v1/users?limit=100", "id")[0].len(), 44);
    assert_eq!(tenant.pages("v1/users?filter=status%20eq%20%22deleted%22", "id"), [["u00"]]);
}

#[test]
fn subject_and_email_are_unique() {
    let tenant = tenant();
    let create = |subject: &str, email: &str| {
        tenant.post("v1/users", json!({ "subject": subject, "email": email, "status": "invited" })).status
    };
    assert_eq!(
        [
            create("new", "new@example.com"),
            create("auth0|1", "y@example.com"),
            create("other", "u1@example.com")
        ],
        [201, 409, 409]
    );
    assert_eq!(create("", ""), 400);
}
