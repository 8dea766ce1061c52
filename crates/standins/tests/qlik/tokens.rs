//! Tokens, scopes and rate limits.

use serde_json::{Value, json};

use crate::https::Answer;
use crate::support::Tenant;

fn ask(tenant: &Tenant, body: &Value) -> Answer {
    let head = "POST /oauth/token HTTP/1.1\r\ncontent-type: application/json";
    tenant.client.exchange(head, &body.to_string()).expect("an answer")
}

fn tenant() -> Tenant {
    Tenant::new(json!({
        "token_lifetime": 60,
        "rate": { "tier_2_per_minute": 2, "window_seconds": 60, "clients_wait": false },
        "tenant": { "clients": [{ "client_id": "me", "client_secret": "s", "scopes": ["admin.users"] }] },
    }))
}

#[test]
fn token_has_the_scopes_of_its_client_and_expires() {
    let tenant = tenant();
    let good = json!({ "grant_type": "client_credentials", "client_id": "me", "client_secret": "s" });
    let answer = ask(&tenant, &good);
    let token = answer.body["access_token"].as_str().expect("a token").to_owned();
    let status = |path: &str| tenant.client.send("GET", path, &token, None).expect("an answer").status;
    assert_eq!(
        [status("/api/v1/users"), status("/api/v1/groups"), status("/api/v1/nothing")],
        [200, 403, 404]
    );
    tenant.stand_in.advance(61);
    assert_eq!(status("/api/v1/users"), 401);
    for (key, value, status) in
        [("client_secret", "x", 401), ("client_id", "x", 401), ("grant_type", "password", 400)]
    {
        let mut wrong = good.clone();
        wrong[key] = value.into();
        assert_eq!(ask(&tenant, &wrong).status, status, "{key}");
    }
}

#[test]
fn tier_is_closed_as_a_whole() {
    let tenant = tenant();
    let create = |name: &str| tenant.post("v1/groups", json!({ "name": name }));
    let answers = ["a", "b", "c"].map(create);
    assert_eq!(answers.each_ref().map(|it| it.status), [201, 201, 429]);
    assert_eq!((answers[2].code().1, answers[2].header("retry-after")), ("HTTP-429", Some("60")));
    let other = json!([{ "op": "replace", "path": "/autoCreateGroups", "value": false }]);
    assert_eq!(tenant.patch("v1/groups/settings", other).status, 429);
    assert_eq!(tenant.get("v1/groups").status, 200);
    tenant.stand_in.advance(61);
    assert_eq!(create("c").status, 201);
}
