//! Whole tenants, page by page.

use std::time::Duration;

use claimsmith_connectors::ErrorKind;
use claimsmith_connectors::auth0::Auth0;
use claimsmith_connectors::http::Options;
use serde_json::{Value, json};

use crate::support::{World, tenant};

fn organizations(count: usize) -> Value {
    (0..count)
        .map(|at| json!({ "id": format!("org_{at}"), "name": format!("o{at}"), "metadata": { "plan": "gold" } }))
        .collect()
}

/// A connection that keeps half a second between two requests.
fn paced(world: &World) -> Auth0 {
    let options = Options { interval: Duration::from_millis(500), ..world.options() };
    let settings = world.settings(json!({ "AUTH0_ACCESS_TOKEN": "t" }));
    Auth0::connect(&tenant(), &settings, &[], options).expect("connected")
}

#[test]
fn thousand_organizations_take_ten_requests_at_two_a_second() {
    let world = World::from_json(json!({ "tenant": { "organizations": organizations(1000) } }));
    let (mut pages, mut ids) = (Vec::new(), Vec::new());
    let read = paced(&world).read_organizations(&mut |rows| {
        pages.push(rows.len());
        ids.extend(rows.into_iter().map(|it| (it.id, it.metadata["plan"].clone())));
    });
    read.expect("all pages");
    assert_eq!((pages, ids.len()), (vec![100; 10], 1000));
    assert_eq!(ids.last(), Some(&("org_999".to_owned(), json!("gold"))));
    assert_eq!(world.stand_in.requests().len(), 10);
    assert_eq!(world.timer.waits(), [500; 9], "never more than two requests in a second");
}

#[test]
fn rate_limit_of_the_smallest_plan_is_enough() {
    let world = World::from_json(json!({
        "rate": { "burst": 2, "per_second": 2 }, "clock": { "ms_per_request": 500 },
        "tenant": { "organizations": organizations(1000) },
    }));
    let mut count = 0;
    paced(&world).read_organizations(&mut |rows| count += rows.len()).expect("all pages");
    assert_eq!(count, 1000);
    assert_eq!(world.statuses(), [Some(200); 10]);
}

#[test]
fn list_that_is_too_long_is_an_error_and_not_cut() {
    let enabled: Vec<Value> = (0..1001).map(|at| json!({ "connection_id": format!("con_{at}") })).collect();
    let world = World::from_json(json!({ "tenant": {
        "organizations": [{ "id": "org_acme", "name": "acme" }], "organization_connections": { "org_acme": enabled },
    } }));
    let error = world.connect().organization_connections("org_acme").expect_err("too long");
    assert_eq!(error.kind, ErrorKind::Incomplete { pages: 10 });
    assert_eq!(
        error.to_string(),
        "GET /api/v2/organizations/org_acme/enabled_connections: the list has more than the 10 pages that are read, so not all of it is known"
    );
    let actions: Vec<Value> =
        (0..1000).map(|at| json!({ "id": format!("a{at}"), "name": format!("a{at}") })).collect();
    let world = World::from_json(json!({ "tenant": { "actions": actions } }));
    let error = world.connect().actions().expect_err("too long");
    assert_eq!(error.kind, ErrorKind::Incomplete { pages: 10 });
}

#[test]
fn profiles_with_the_newest_logins_are_read_first() {
    let user = |at: usize| json!({ "user_id": format!("u{at}"), "last_login": format!("2026-11-{:02}", at % 28 + 1), "at": at });
    let users: Vec<Value> = (0..250).map(user).collect();
    let world = World::from_json(json!({ "tenant": { "users": users } }));
    let read = |most| {
        let (mut count, mut newest) = (0, Value::Null);
        let total = world.connect().read_profiles(most, &mut |rows| {
            newest = if count == 0 { rows[0]["last_login"].clone() } else { newest.take() };
            count += rows.len();
        });
        (total.expect("an answer"), count, newest)
    };
    assert_eq!(read(30), (Some(250), 30, json!("2026-11-28")));
    assert_eq!(read(150), (Some(250), 150, json!("2026-11-28")));
    assert_eq!(read(5000), (Some(250), 250, json!("2026-11-28")));
    assert_eq!(read(0), (None, 0, Value::Null));
}
