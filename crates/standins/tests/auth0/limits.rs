//! How many requests are accepted, and what time it is.

use claimsmith_standins::auth0::Seed;
use serde_json::json;

use crate::client::Tenant;

#[test]
fn requests_over_the_limit_are_told_when_to_come_back() {
    let tenant = Tenant::from_json(json!({
        "clock": { "start": 1000, "ms_per_request": 0 },
        "rate": { "burst": 2, "per_second": 1, "clients_wait": false },
    }));
    let left: Vec<Option<String>> = (0..2)
        .map(|_| tenant.get("organizations").header("x-ratelimit-remaining").map(str::to_owned))
        .collect();
    assert_eq!(left, [Some("1".to_owned()), Some("0".to_owned())]);
    let refused = tenant.get("organizations");
    assert_eq!(refused.message(), (429, "Global limit has been reached"));
    assert_eq!(refused.body["errorCode"], "too_many_requests");
    let header = |name| refused.header(name);
    assert_eq!([header("x-ratelimit-limit"), header("x-ratelimit-remaining")], [Some("2"), Some("0")]);
    assert_eq!([header("x-ratelimit-reset"), header("retry-after")], [Some("1002"), Some("1")]);
    tenant.stand_in.advance(1);
    assert_eq!(tenant.get("organizations").status, 200);
    assert_eq!(tenant.get("organizations").status, 429);
}

#[test]
fn date_is_that_of_the_clock() {
    let tenant = Tenant::from_json(json!({ "clock": { "start": 0, "ms_per_request": 1000 } }));
    assert_eq!(tenant.get("organizations").header("date"), Some("Thu, 01 Jan 1970 00:00:01 GMT"));
    tenant.stand_in.advance(86_400);
    assert_eq!(tenant.get("organizations").header("date"), Some("Fri, 02 Jan 1970 00:00:02 GMT"));
}

#[test]
fn same_seed_gives_the_same_answers() {
    let run = || {
        let tenant = Tenant::new(Seed { seed: 7, ..Seed::default() });
        let created = tenant.post("organizations", json!({ "name": "acme" }));
        tenant.deployed_action("a");
        (created.body, tenant.get("actions/actions").body)
    };
    let first = run();
    assert_eq!(first, run());
    assert_ne!(Tenant::new(Seed::default()).post("organizations", json!({ "name": "acme" })).body, first.0);
}

#[test]
fn unknown_paths_and_malformed_bodies_are_refused() {
    let tenant = Tenant::new(Seed::default());
    assert_eq!(tenant.get("nothing").status, 404);
    assert_eq!(tenant.client.exchange("GET / HTTP/1.1", "").expect("an answer").status, 404);
    let head = "POST /api/v2/organizations HTTP/1.1\r\nauthorization: Bearer t";
    let answer = tenant.client.exchange(head, "{").expect("an answer");
    assert_eq!(answer.message(), (400, "Invalid request payload JSON format"));
}
