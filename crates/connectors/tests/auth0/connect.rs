//! Tokens, scopes, and tenants that must not be talked to.

use claimsmith_connectors::auth0::{Auth0, ConnectError};
use claimsmith_standins::auth0::Seed;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::json;

use crate::support::{World, settings, tenant};

#[test]
fn each_kind_of_credentials_connects() {
    let world = World::new(Seed::with_client("deploy", "hunter2"));
    for members in [
        json!({ "AUTH0_CLIENT_ID": "deploy", "AUTH0_CLIENT_SECRET": "hunter2" }),
        json!({ "AUTH0_CLIENT_ID": "deploy", "AUTH0_CLIENT_SIGNING_KEY_PATH": "client-key.pem" }),
        json!({ "AUTH0_ACCESS_TOKEN": "t" }),
    ] {
        let auth0 = world.connect_with(members, &["read:actions"]).expect("connected");
        assert_eq!(auth0.actions().expect("an answer"), []);
        assert!(!format!("{auth0:?}").contains("eyJ"), "the token is not shown");
    }
    assert_eq!(world.statuses(), [Some(200); 5]);
}

#[test]
fn another_tenant_is_refused_before_the_first_request() {
    let world = World::new(Seed::default());
    for domain in
        ["acme.eu.auth0.com", "ACME-staging.eu.auth0.com", "acme-staging.eu.auth0.com.evil.example", ""]
    {
        let members = json!({ "AUTH0_DOMAIN": domain, "AUTH0_ACCESS_TOKEN": "hunter2" });
        let settings = settings(&members).at_stand_in(world.stand_in.domain()).expect("a host");
        let result = Auth0::connect(&tenant(), &settings, &[], world.options());
        if domain.is_empty() {
            // Not set: the tenant's own domain is used.
            result.expect("connected");
            continue;
        }
        let error = result.expect_err("refused");
        assert!(matches!(error, ConnectError::OtherDomain(_)), "{error}");
        let text = error.to_string();
        assert!(text.contains("`acme-staging.eu.auth0.com`") && !text.contains("hunter2"), "{text}");
    }
    assert_eq!(world.statuses(), []);
}

#[test]
fn refused_credentials_are_described_without_them() {
    let world = World::new(Seed::with_client("deploy", "right"));
    let wrong = world
        .connect_with(json!({ "AUTH0_CLIENT_ID": "deploy", "AUTH0_CLIENT_SECRET": "hunter2" }), &[])
        .expect_err("refused");
    assert_eq!(
        wrong.to_string(),
        "no access token, POST /oauth/token: status 401 (access_denied); the credentials are wrong or expired, or are for another tenant (client id, secret or key)"
    );
    world.stand_in.change(|tenant| tenant.client_grants.clear());
    let no_grant = world
        .connect_with(json!({ "AUTH0_CLIENT_ID": "deploy", "AUTH0_CLIENT_SECRET": "right" }), &[])
        .expect_err("refused");
    assert!(no_grant.to_string().ends_with("with a client grant"), "{no_grant}");
    let expired = World::from_json(json!({ "tokens": [{ "token": "old", "expires_in": 0 }] }));
    let auth0 = expired.connect_with(json!({ "AUTH0_ACCESS_TOKEN": "old" }), &[]).expect("not asked yet");
    let error = auth0.actions().expect_err("refused").to_string();
    assert!(
        error.starts_with("GET /api/v2/actions/actions: status 401") && error.contains("expired"),
        "{error}"
    );
    assert!(!error.contains("old"), "{error}");
}

#[test]
fn missing_scopes_are_each_named() {
    let mut seed = Seed::with_client("deploy", "s");
    seed.tenant.client_grants[0].insert("scope".to_owned(), json!(["read:actions"]));
    seed.tokens = serde_json::from_value(json!([{ "token": "few", "scopes": [] }])).expect("tokens");
    let world = World::new(seed);
    let client = json!({ "AUTH0_CLIENT_ID": "deploy", "AUTH0_CLIENT_SECRET": "s" });
    let error = world.connect_with(client, &["read:actions", "create:actions", "update:actions"]);
    assert_eq!(
        error.expect_err("refused").to_string(),
        "the application may not use `create:actions`, `update:actions`; add what is missing to its client grant for the Auth0 Management API"
    );
    // What a given token may do is seen at the requests.
    let auth0 =
        world.connect_with(json!({ "AUTH0_ACCESS_TOKEN": "few" }), &["read:actions"]).expect("connected");
    assert_eq!(
        auth0.actions().expect_err("refused").to_string(),
        "GET /api/v2/actions/actions: status 403 (insufficient_scope), the token lacks the scope `read:actions`"
    );
}

#[test]
fn token_request_is_repeated() {
    let world = World::new(Seed::with_client("deploy", "s"));
    world.stand_in.add_fault(Fault::new(At::request(1), FaultKind::CloseAfter));
    let client = json!({ "AUTH0_CLIENT_ID": "deploy", "AUTH0_CLIENT_SECRET": "s" });
    world.connect_with(client, &[]).expect("connected");
    assert_eq!(world.statuses(), [None, Some(200)]);
}

#[test]
fn unknown_authority_is_not_trusted() {
    let world = World::new(Seed::default());
    let other = World::new(Seed::default());
    let settings = world.settings(json!({ "AUTH0_ACCESS_TOKEN": "t" }));
    let auth0 = Auth0::connect(&tenant(), &settings, &[], other.options()).expect("not asked yet");
    let error = auth0.actions().expect_err("refused").to_string();
    assert!(error.contains("no connection") && error.contains("certificate"), "{error}");
    assert_eq!(world.statuses(), []);
}
