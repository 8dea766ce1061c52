//! What goes wrong on purpose, and what it leaves.

use std::thread;

use claimsmith_standins::auth0::{self, Seed};
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::client::{Tenant, send};

fn organizations(tenant: &Tenant) -> usize {
    tenant.stand_in.tenant().organizations.len()
}

/// Creates an organization with one fault: what the client sees, and whether there is an organization.
fn check(kind: FaultKind, status: Option<u16>, created: bool) {
    let tenant = Tenant::new(Seed::default());
    tenant.stand_in.add_fault(Fault::new(At::request(1), kind));
    let create = || send(&tenant.client, "POST", "organizations", "t", Some(json!({ "name": "acme" })));
    let answer = create();
    assert_eq!(answer.as_ref().ok().map(|answer| answer.status), status, "{answer:?}");
    assert_eq!(organizations(&tenant) == 1, created);
    // Only once: afterwards the request succeeds, or finds what it did before.
    assert_eq!(create().expect("an answer").status, if created { 409 } else { 201 });
    let requests = tenant.stand_in.requests();
    assert_eq!((requests[0].status, requests[0].faults.len(), requests[1].faults.len()), (status, 1, 0));
}

#[test]
fn statuses_and_closed_connections_come_before_or_after_the_change() {
    for status in [429, 500, 502, 503] {
        check(FaultKind::Status(status), Some(status), false);
        check(FaultKind::StatusAfter(status), Some(status), true);
    }
    check(FaultKind::CloseBefore, None, false);
    check(FaultKind::CloseAfter, None, true);
}

#[test]
fn refusal_by_a_fault_has_the_headers_of_a_real_one() {
    let tenant = Tenant::from_json(json!({ "faults": [{ "status": 429 }] }));
    let refused = tenant.get("organizations");
    assert_eq!(refused.message(), (429, "Global limit has been reached"));
    assert_eq!(
        [refused.header("retry-after"), refused.header("x-ratelimit-remaining")],
        [Some("1"), Some("0")]
    );
}

#[test]
fn client_that_was_told_to_wait_comes_back_later() {
    let tenant = Tenant::from_json(json!({ "faults": [{ "status": 503, "retry_after": 30 }] }));
    let before = tenant.stand_in.now();
    assert_eq!(tenant.get("organizations").header("retry-after"), Some("30"));
    assert_eq!(tenant.get("organizations").status, 200);
    assert_eq!(tenant.stand_in.now() - before, 30);
}

#[test]
fn fault_happens_at_the_nth_request_to_a_route() {
    let tenant = Tenant::from_json(json!({ "faults": [
        { "at": { "nth": 2, "method": "GET", "path": "/api/v2/organizations/*" }, "status": 503, "times": 2 },
    ] }));
    tenant.post("organizations", json!({ "name": "acme" }));
    let statuses: Vec<u16> = (0..4).map(|_| tenant.get("organizations/x").status).collect();
    assert_eq!(statuses, [404, 503, 503, 404]);
}

#[test]
fn somebody_else_changes_the_tenant_just_before_a_request() {
    let tenant = Tenant::from_json(json!({
        "tenant": { "organizations": [{ "id": "org_1", "name": "acme", "metadata": {} }] },
        "faults": [
            { "at": { "nth": 2 }, "patch": [{ "op": "add", "path": "/organizations/0/metadata/theirs", "value": "1" }] },
            { "at": { "nth": 3 }, "patch": [{ "op": "remove", "path": "/nothing" }] },
        ],
    }));
    let metadata = || tenant.get("organizations/org_1").body["metadata"].clone();
    assert_eq!(
        [metadata(), metadata(), metadata()],
        [json!({}), json!({ "theirs": "1" }), json!({ "theirs": "1" })]
    );
    assert!(tenant.stand_in.requests()[2].faults[0].contains("cannot be applied"));

    tenant
        .stand_in
        .add_fault(Fault::change(At::default(), |tenant: &mut auth0::Tenant| tenant.organizations.clear()));
    assert_eq!(tenant.get("organizations/org_1").status, 404);
}

#[test]
fn delayed_request_is_carried_out_when_it_is_released() {
    let tenant = Tenant::new(Seed::default());
    tenant.stand_in.add_fault(Fault::new(At::default(), FaultKind::Delay));
    let client = tenant.client.clone();
    let delayed =
        thread::spawn(move || send(&client, "POST", "organizations", "t", Some(json!({ "name": "acme" }))));
    tenant.stand_in.wait_for_delayed();
    // Others are answered meanwhile.
    assert_eq!(tenant.post("organizations", json!({ "name": "acme" })).status, 201);
    assert_eq!(tenant.stand_in.requests()[0].status, None);
    tenant.stand_in.release();
    assert_eq!(delayed.join().expect("no panic").expect("an answer").status, 409);
}

#[test]
fn stand_in_ends_while_a_request_is_delayed() {
    let tenant = Tenant::new(Seed::default());
    tenant.stand_in.add_fault(Fault::new(At::default(), FaultKind::Delay));
    let client = tenant.client.clone();
    let delayed = thread::spawn(move || send(&client, "GET", "organizations", "t", None));
    tenant.stand_in.wait_for_delayed();
    drop(tenant);
    drop(delayed.join().expect("no panic"));
}

#[test]
fn requests_are_recorded_without_the_token() {
    let tenant = Tenant::new(Seed::default());
    tenant.post("organizations?x=1", json!({ "name": "acme" }));
    let recorded = serde_json::to_value(tenant.stand_in.requests()).expect("JSON");
    let expected = json!([{
        "number": 1, "method": "POST", "path": "/api/v2/organizations", "query": "x=1",
        "body": { "name": "acme" }, "status": 201, "faults": [],
    }]);
    assert_eq!(recorded, expected);
    assert_ne!(expected[0]["body"], Value::Null);
}
