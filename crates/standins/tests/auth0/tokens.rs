//! Who may do what, and for how long.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use claimsmith_standins::auth0::Seed;
use serde_json::{Value, json};

use crate::client::{Answer, Tenant, send};

fn with_client() -> Tenant {
    Tenant::from_json(json!({
        "token_lifetime": 60,
        "tenant": {
            "clients": [{ "client_id": "app", "client_secret": "s" }, { "client_id": "other", "client_secret": "s" }],
            "client_grants": [{ "client_id": "app", "scope": ["read:actions"] }],
        },
    }))
}

fn token(tenant: &Tenant, fields: &[(&str, &str)]) -> Answer {
    let body: Vec<String> = fields.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let head = "POST /oauth/token HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded";
    tenant.client.exchange(head, &body.join("&")).expect("an answer")
}

fn audience(tenant: &Tenant) -> String {
    format!("https://{}/api/v2/", tenant.stand_in.domain())
}

#[test]
fn client_credentials_give_a_token_that_expires() {
    let tenant = with_client();
    let audience = audience(&tenant);
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", "app"),
        ("client_secret", "s"),
        ("audience", &audience),
    ];
    let answer = token(&tenant, &fields);
    assert_eq!((answer.status, &answer.body["scope"]), (200, &json!("read:actions")), "{answer:?}");
    let access = answer.body["access_token"].as_str().expect("a token");
    let list = |token: &str| send(&tenant.client, "GET", "actions/actions", token, None).expect("an answer");
    assert_eq!(list(access).status, 200);
    tenant.stand_in.advance(60);
    assert_eq!(list(access).message(), (401, "Expired token received for JSON Web Token validation"));
    assert_eq!(list("somebody").message(), (401, "Invalid token"));
}

#[test]
fn json_is_accepted_as_well_as_a_form() {
    let tenant = with_client();
    let body = json!({
        "grant_type": "client_credentials", "client_id": "app", "client_secret": "s", "audience": audience(&tenant),
    });
    let head = "POST /oauth/token HTTP/1.1\r\ncontent-type: application/json";
    assert_eq!(tenant.client.exchange(head, &body.to_string()).expect("an answer").status, 200);
}

#[test]
fn wrong_credentials_are_refused() {
    let tenant = with_client();
    let audience = audience(&tenant);
    for (id, secret, audience, status, error) in [
        ("app", "x", audience.as_str(), 401, "access_denied"),
        ("nobody", "s", &audience, 401, "access_denied"),
        ("app", "s", "https://other.example/api/v2/", 403, "access_denied"),
        ("other", "s", &audience, 403, "access_denied"),
    ] {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
            ("audience", audience),
        ];
        let answer = token(&tenant, &fields);
        assert_eq!((answer.status, &answer.body["error"]), (status, &json!(error)), "{answer:?}");
    }
    assert_eq!(token(&tenant, &[("grant_type", "password")]).body["error"], "unsupported_grant_type");
}

#[test]
fn missing_scope_is_named() {
    let tenant =
        Tenant::from_json(json!({ "tokens": [{ "token": "reader", "scopes": ["read:organizations"] }] }));
    let ask = |method, path| send(&tenant.client, method, path, "reader", None).expect("an answer");
    assert_eq!(ask("GET", "organizations").status, 200);
    let refused = ask("POST", "organizations");
    assert_eq!(refused.message(), (403, "Insufficient scope, expected any of: create:organizations"));
    assert_eq!(refused.body["errorCode"], "insufficient_scope");
}

#[test]
fn request_without_a_token_is_refused() {
    let tenant = Tenant::new(Seed::default());
    let answer = tenant.client.exchange("GET /api/v2/organizations HTTP/1.1", "").expect("an answer");
    assert_eq!(answer.message(), (401, "Missing authentication"));
}

#[test]
fn form_of_an_assertion_is_checked() {
    let tenant = with_client();
    let issuer = format!("https://{}/", tenant.stand_in.domain());
    let now = tenant.stand_in.now();
    let good = json!({ "iss": "app", "sub": "app", "aud": issuer, "jti": "1", "exp": now + 60 });
    let with = |key: &str, value: Value| {
        let mut claims = good.clone();
        claims[key] = value;
        claims
    };
    for (claims, expected) in [
        (good.clone(), None),
        (with("aud", json!("https://other.example/")), Some("client_assertion has another audience")),
        (with("iss", json!("other")), Some("client_assertion has another issuer or subject")),
        (with("exp", json!(now)), Some("client_assertion is expired")),
        (with("exp", json!(now + 3600)), Some("client_assertion is valid for too long")),
        (with("exp", Value::Null), Some("client_assertion has no exp")),
        (with("jti", Value::Null), Some("client_assertion has no jti")),
    ] {
        let answer = assert_with(&tenant, r#"{"alg":"RS256"}"#, &claims, "signature");
        assert_eq!(answer.body["error_description"].as_str(), expected, "{answer:?}");
        assert_eq!(answer.status, if expected.is_none() { 200 } else { 401 });
    }
    assert_eq!(assert_with(&tenant, r#"{"alg":"none"}"#, &good, "signature").status, 401);
    assert_eq!(assert_with(&tenant, r#"{"alg":"RS256"}"#, &good, "").status, 401);
}

fn assert_with(tenant: &Tenant, header: &str, claims: &Value, signature: &str) -> Answer {
    let parts = [header, &claims.to_string(), signature].map(|part| URL_SAFE_NO_PAD.encode(part));
    let (assertion, audience) = (parts.join("."), audience(tenant));
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
        ("audience", &audience),
    ];
    token(tenant, &fields)
}
