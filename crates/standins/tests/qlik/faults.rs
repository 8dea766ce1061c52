//! What goes wrong on purpose, and what it leaves.

use claimsmith_standins::qlik::Tenant as Objects;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::json;

use crate::support::Tenant;

/// Creates a group with one fault: what the client sees, and whether there is a group.
fn check(kind: FaultKind<Objects>, status: Option<u16>, created: bool) {
    let tenant = Tenant::new(json!({}));
    tenant.stand_in.add_fault(Fault::new(At::request(1), kind));
    let answer = tenant.client.send("POST", "/api/v1/groups", "t", Some(json!({ "name": "a" })));
    assert_eq!(answer.as_ref().ok().map(|answer| answer.status), status, "{answer:?}");
    assert_eq!(tenant.stand_in.tenant().groups.len() == 1, created);
    assert_eq!(tenant.post("v1/groups", json!({ "name": "a" })).status, if created { 409 } else { 201 });
}

#[test]
fn statuses_and_closed_connections_come_before_or_after_the_change() {
    for status in [429, 500, 503] {
        check(FaultKind::Status(status), Some(status), false);
        check(FaultKind::StatusAfter(status), Some(status), true);
    }
    check(FaultKind::CloseBefore, None, false);
    check(FaultKind::CloseAfter, None, true);
}

#[test]
fn somebody_else_changes_the_tenant_just_before_a_request() {
    let tenant = Tenant::new(json!({ "faults": [
        { "patch": [{ "op": "add", "path": "/groups/-", "value": { "id": "x", "name": "theirs" } }] },
    ] }));
    assert_eq!(tenant.get("v1/groups").body["data"][0]["name"], "theirs");
    tenant.stand_in.add_fault(Fault::change(At::default(), |tenant: &mut Objects| tenant.groups.clear()));
    assert_eq!(tenant.get("v1/groups").body["data"], json!([]));
}

#[test]
fn refusal_by_a_fault_says_when_to_come_back() {
    let tenant = Tenant::new(json!({ "faults": [{ "status": 429, "retry_after": 30 }] }));
    let before = tenant.stand_in.now();
    let refused = tenant.get("v1/groups");
    assert_eq!((refused.code(), refused.header("retry-after")), ((429, "HTTP-429"), Some("30")));
    assert_eq!(tenant.get("v1/groups").status, 200);
    assert_eq!(tenant.stand_in.now() - before, 30);
}
