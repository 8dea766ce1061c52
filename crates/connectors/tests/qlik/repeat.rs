//! What is sent again, when, and what never is.

use claimsmith_connectors::qlik::{Created, Qlik};
use claimsmith_connectors::{Error, ErrorKind};
use claimsmith_standins::qlik::Tenant;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::json;

use crate::support::World;

/// One fault at the first request: how many requests there are, whether the call succeeds, and its waits.
fn check(
    kind: FaultKind<Tenant>,
    call: fn(&Qlik) -> Result<(), Error>,
    requests: usize,
    is_ok: bool,
    waits: &[u64],
) {
    let world = World::new(
        json!({ "tenant": { "identity_providers": [{ "id": "idp", "pendingState": "verified" }] } }),
    );
    let name = format!("{kind:?}");
    world.stand_in.add_fault(Fault::new(At::request(1), kind));
    let result = call(&world.connect());
    assert_eq!((result.is_ok(), world.requests().len()), (is_ok, requests), "{name}: {result:?}");
    assert_eq!(world.timer.waits(), waits, "{name}");
}

#[test]
fn what_may_be_repeated_is_repeated() {
    let read: fn(&Qlik) -> Result<(), Error> = |qlik| qlik.groups().map(drop);
    let create: fn(&Qlik) -> Result<(), Error> = |qlik| qlik.create_group("a").map(drop);
    for call in [read, create] {
        for kind in [
            FaultKind::Status(503),
            FaultKind::StatusAfter(500),
            FaultKind::CloseBefore,
            FaultKind::CloseAfter,
        ] {
            check(kind, call, 2, true, &[500]);
        }
        check(FaultKind::Status(429), call, 2, true, &[1000]);
        check(FaultKind::Status(418), call, 1, false, &[]);
    }
}

#[test]
fn promoting_is_repeated_only_if_nothing_has_changed() {
    let promote: fn(&Qlik) -> Result<(), Error> = |qlik| qlik.promote_pending_options("idp");
    check(FaultKind::Status(429), promote, 2, true, &[1000]);
    for kind in [FaultKind::Status(503), FaultKind::CloseBefore, FaultKind::CloseAfter] {
        check(kind, promote, 1, false, &[]);
    }
}

#[test]
fn group_is_created_once() {
    let world = World::new(json!({}));
    let qlik = world.connect();
    world.stand_in.add_fault(Fault::new(At::request(1), FaultKind::CloseAfter));
    assert_eq!(qlik.create_group("a"), Ok(Created::Before));
    assert_eq!(qlik.create_group("A"), Ok(Created::Now), "letter case counts");
    assert_eq!(world.stand_in.tenant().groups.len(), 2);
}

#[test]
fn full_tier_is_waited_for_as_long_as_it_says() {
    let world = World::new(
        json!({ "rate": { "tier_2_per_minute": 2, "window_seconds": 60 }, "clock": { "ms_per_request": 0 } }),
    );
    let qlik = world.connect();
    for name in ["a", "b", "c"] {
        qlik.create_group(name).expect("created");
    }
    assert_eq!(world.timer.waits(), [60_000]);
}

#[test]
fn the_whole_operation_has_a_deadline() {
    let world = World::new(json!({}));
    world.stand_in.add_fault(Fault::new(At::request(1), FaultKind::Status(429)).retry_after(900));
    let error = world.connect().groups().expect_err("too late");
    assert!(matches!(error.kind, ErrorKind::Deadline { .. }), "{error}");
    assert!(world.timer.waits().is_empty());
}

#[test]
fn error_says_why_without_a_filter_or_a_body() {
    let world = World::new(json!({}));
    let error = world.connect().create_group(&"x".repeat(300)).expect_err("refused").to_string();
    assert_eq!(error, "POST /api/v1/groups: status 400 (GROUPS-400), name is too long");
}
