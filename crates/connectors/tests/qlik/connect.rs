//! Tokens, and what is not permitted.

use serde_json::json;

use crate::support::{HOST, World};

#[test]
fn client_asks_for_a_token_once() {
    let world = World::new(json!({}));
    let qlik = world.connect_as_client();
    assert_eq!(qlik.host(), HOST);
    qlik.groups().expect("groups");
    qlik.groups().expect("groups");
    let groups = "GET /api/v1/groups 200";
    assert_eq!(world.requests(), ["POST /oauth/token 200", groups, groups]);
    assert!(!format!("{qlik:?}").contains("hunter2") && !format!("{qlik:?}").contains("eyJ"));
}

#[test]
fn expired_token_is_renewed_once() {
    let world = World::new(json!({ "token_lifetime": 60 }));
    let qlik = world.connect_as_client();
    world.stand_in.advance(61);
    qlik.groups().expect("groups");
    world.stand_in.advance(61);
    world.stand_in.change(|tenant| tenant.clients.clear());
    let error = qlik.groups().expect_err("refused").to_string();
    assert!(
        error.starts_with("POST /oauth/token: status 401 (OAUTH-401)") && !error.contains("hunter2"),
        "{error}"
    );
    // A token that was given cannot be renewed.
    let world = World::new(json!({ "tokens": [{ "token": "old", "expires_in": 0 }] }));
    let qlik = world.connect_with(json!({ "QLIK_ACCESS_TOKEN": "old" })).expect("connected");
    let error = qlik.groups().expect_err("refused").to_string();
    assert_eq!(
        error,
        "GET /api/v1/groups: status 401 (HTTP-401), Unauthorized; the credentials are wrong or expired, or are for another tenant"
    );
}

#[test]
fn wrong_secret_is_described_without_it() {
    let world = World::new(json!({}));
    let wrong = json!({ "QLIK_CLIENT_ID": "me", "QLIK_CLIENT_SECRET": "hunter3" });
    let error = world.connect_with(wrong).expect_err("refused").to_string();
    assert!(
        error.starts_with("no access token, POST /oauth/token: status 401") && !error.contains("hunter"),
        "{error}"
    );
    assert!(error.contains("machine-to-machine"), "{error}");
}

#[test]
fn missing_permission_is_named() {
    let world = World::new(json!({ "tokens": [
        { "token": "users", "scopes": ["admin.users"] }, { "token": "none", "scopes": [] },
    ] }));
    let with = |token: &str| world.connect_with(json!({ "QLIK_ACCESS_TOKEN": token })).expect("connected");
    let users = with("users");
    assert_eq!(users.users(None).all().expect("users"), []);
    let error = users.groups().expect_err("refused").to_string();
    assert!(error.contains("403") && error.contains("lacks the scope `admin_classic`"), "{error}");
    let error = with("none").users(None).all().expect_err("refused").to_string();
    assert!(error.ends_with("lacks the scope `admin.users`"), "{error}");
}
