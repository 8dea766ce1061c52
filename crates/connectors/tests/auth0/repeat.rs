//! What is sent again, when, and what never is.

use std::time::Duration;

use claimsmith_connectors::auth0::{ActionContent, Auth0};
use claimsmith_connectors::http::Options;
use claimsmith_connectors::{Error, ErrorKind};
use claimsmith_standins::auth0::Seed;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::json;

use crate::support::{World, tenant};

const CONTENT: ActionContent<'_> = ActionContent { code: "// code", runtime: "node22" };

fn create(auth0: &Auth0) -> Result<(), Error> {
    auth0.create_action("claimsmith", ("post-login", "v3"), CONTENT).map(|_| ())
}

fn read(auth0: &Auth0) -> Result<(), Error> {
    auth0.actions().map(|_| ())
}

/// One fault at the first request: how many requests there are, whether the call succeeds, and its waits.
fn check(
    kind: FaultKind,
    call: fn(&Auth0) -> Result<(), Error>,
    requests: usize,
    is_ok: bool,
    waits: &[u64],
) {
    let world = World::new(Seed::default());
    let name = format!("{kind:?}");
    world.stand_in.add_fault(Fault::new(At::request(1), kind));
    let result = call(&world.connect());
    assert_eq!((result.is_ok(), world.statuses().len()), (is_ok, requests), "{name}: {result:?}");
    assert_eq!(world.timer.waits(), waits, "{name}");
}

#[test]
fn reading_is_repeated_after_whatever_may_pass() {
    for status in [500, 502, 503, 504] {
        check(FaultKind::Status(status), read, 2, true, &[500]);
    }
    check(FaultKind::CloseBefore, read, 2, true, &[500]);
    check(FaultKind::CloseAfter, read, 2, true, &[500]);
    check(FaultKind::Status(429), read, 2, true, &[1000]);
    check(FaultKind::Status(418), read, 1, false, &[]);
}

#[test]
fn creating_is_repeated_only_if_nothing_has_changed() {
    check(FaultKind::Status(429), create, 2, true, &[1000]);
    for kind in
        [FaultKind::Status(503), FaultKind::StatusAfter(503), FaultKind::CloseBefore, FaultKind::CloseAfter]
    {
        check(kind, create, 1, false, &[]);
    }
}

#[test]
fn errors_say_whether_something_may_have_changed() {
    let world = World::new(Seed::default());
    let auth0 = world.connect();
    for (kind, may_have) in [
        (FaultKind::CloseAfter, true),
        (FaultKind::StatusAfter(503), true),
        (FaultKind::Status(409), false),
        (FaultKind::Status(400), false),
    ] {
        world.stand_in.add_fault(Fault::new(At::request(1), kind));
        let error = create(&auth0).expect_err("fails");
        assert_eq!(error.may_have_taken_effect(), may_have, "{error}");
        assert_eq!(error.to_string().ends_with("(the change may have taken effect nevertheless)"), may_have);
    }
}

#[test]
fn attempts_are_bounded() {
    let world = World::new(Seed::default());
    world.stand_in.add_fault(Fault::new(At::request(1), FaultKind::Status(503)).repeated(100));
    let error = read(&world.connect()).expect_err("fails");
    assert_eq!(
        error.to_string(),
        "GET /api/v2/actions/actions: status 503, The service is temporarily unavailable; the service has a problem"
    );
    assert_eq!(world.statuses().len(), 5);
    assert_eq!(world.timer.waits(), [500, 1000, 2000, 4000]);
}

#[test]
fn the_whole_operation_has_a_deadline() {
    let world = World::new(Seed::default());
    world.stand_in.add_fault(Fault::new(At::request(1), FaultKind::Status(503)).repeated(100));
    let settings = world.settings(json!({ "AUTH0_ACCESS_TOKEN": "t" }));
    let options = Options { limit: Duration::from_secs(3), attempts: 100, ..world.options() };
    let auth0 = Auth0::connect(&tenant(), &settings, &[], options).expect("connected");
    let error = read(&auth0).expect_err("fails");
    assert!(matches!(error.kind, ErrorKind::Deadline { .. }), "{error}");
    assert!(error.to_string().contains("not done within 3 seconds; the last attempt: status 503"), "{error}");
    assert_eq!(world.timer.waits(), [500, 1000], "2 more seconds would be too late");
}

#[test]
fn an_empty_bucket_is_waited_for() {
    let rate = json!({ "burst": 2, "per_second": 1, "clients_wait": true });
    let world = World::from_json(json!({ "rate": rate, "clock": { "ms_per_request": 0 } }));
    let auth0 = world.connect();
    for _ in 0..4 {
        read(&auth0).expect("an answer");
    }
    // The stand-in's clock does not move here, so it refuses where a real service would have filled up.
    assert!(world.timer.waits().iter().all(|wait| *wait == 1000), "{:?}", world.timer.waits());
    assert!(world.timer.waits().len() >= 2);
}

#[test]
fn no_error_holds_a_body_or_a_token() {
    let world = World::new(Seed::default());
    let auth0 = world.connect();
    let code = "// a secret of the mapping".repeat(5000);
    let content = ActionContent { code: &code, runtime: "node22" };
    let error = auth0.create_action("claimsmith", ("post-login", "v3"), content).expect_err("too large");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("a secret") && !text.contains("Bearer") && text.len() < 500, "{text}");
    assert_eq!(error.status(), Some(400));
}
