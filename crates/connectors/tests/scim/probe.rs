//! What a service does, tried with a group that is deleted afterwards.

use claimsmith_connectors::scim::{Dialect, Probe, ProbeError, Removal};
use claimsmith_standins::FaultKind;
use claimsmith_standins::scim::Tenant;
use serde_json::{Value, json};

use crate::support::World;

/// A probe of a service with two users and two groups, which stay as they are.
fn probe(world: &World) -> Probe {
    let before = world.stand_in.tenant();
    let probe = world.connect("hunter2").probe("7f");
    if probe.left.is_empty() {
        assert_eq!(world.stand_in.tenant(), before, "everything is deleted");
    }
    probe
}

fn found(quirks: Value) -> Dialect {
    let world = World::new(2, quirks);
    let probe = probe(&world);
    assert_eq!(probe.left, []);
    let dialect = probe.outcome.expect("a dialect");
    assert_eq!(dialect.service, format!("https://{}/scim/v2", world.stand_in.domain()));
    Dialect { service: String::new(), ..dialect }
}

#[test]
fn probe_finds_how_one_of_two_members_is_removed() {
    let known = Dialect {
        is_removal_seen: true,
        names_members: true,
        user_name_filter_ignores_case: Some(true),
        ..Dialect::default()
    };
    let with = |removal| Dialect { removal, is_removal_seen: removal != Removal::None, ..known.clone() };
    for (quirks, expected) in [
        (json!({}), known.clone()),
        // The RFC's form is first, whatever else works.
        (json!({ "removal_with_value": "taken" }), known.clone()),
        (json!({ "removal_by_filter": "refused", "removal_with_value": "taken" }), with(Removal::Value)),
        (json!({ "removal_by_filter": "ignored", "removal_with_value": "taken" }), with(Removal::Value)),
        (json!({ "removal_by_filter": "takes_all", "removal_with_value": "taken" }), with(Removal::Value)),
        // These empty the group, and are never used.
        (json!({ "removal_by_filter": "refused", "removal_with_value": "ignored" }), with(Removal::None)),
        (json!({ "removal_by_filter": "takes_all", "removal_with_value": "ignored" }), with(Removal::None)),
        (json!({ "removal_by_filter": "ignored" }), with(Removal::None)),
        (json!({ "stores_members_twice": true }), Dialect { stores_members_twice: true, ..known.clone() }),
        (
            json!({ "ignores_filters": true }),
            Dialect { user_name_filter_ignores_case: None, ..known.clone() },
        ),
        // It is not known whether they have members.
        (
            json!({ "hides_members": true }),
            Dialect { user_name_filter_ignores_case: Some(true), ..Dialect::default() },
        ),
        (
            json!({ "drops_patches": true }),
            Dialect { user_name_filter_ignores_case: Some(true), ..Dialect::default() },
        ),
        (
            json!({ "patches_without_body": true, "has_no_versions": true, "lists_without_members": true }),
            known.clone(),
        ),
    ] {
        assert_eq!(found(quirks.clone()), expected, "{quirks}");
    }
}

#[test]
fn probe_sends_the_form_of_entra_only_if_that_of_the_rfc_does_not_work() {
    let world = World::new(2, json!({ "removal_with_value": "ignored" }));
    probe(&world).outcome.expect("a dialect");
    let removes = |it: &Value| it["op"] == "remove" && it["path"] == "members";
    let sent = world.sent("PATCH").into_iter();
    let operations: Vec<Value> =
        sent.flat_map(|(_, body)| body["Operations"].as_array().expect("a list").clone()).collect();
    assert!(!operations.iter().any(removes), "{operations:?}");
}

#[test]
fn probe_deletes_what_it_made_after_a_failure_at_any_request() {
    let requests = {
        let world = World::new(2, json!({}));
        probe(&world).outcome.expect("a dialect");
        world.stand_in.requests().len()
    };
    for nth in 1..=requests as u64 {
        for kind in [
            FaultKind::CloseBefore,
            FaultKind::CloseAfter,
            FaultKind::Status(418),
            FaultKind::StatusAfter(503),
        ] {
            let name = format!("{kind:?} at {nth}");
            let world = World::new(2, json!({}));
            world
                .stand_in
                .add_fault(claimsmith_standins::Fault::new(claimsmith_standins::At::request(nth), kind));
            let probe = probe(&world);
            // Only a refusal of the deletion itself leaves something, and it is named.
            let tenant = world.stand_in.tenant();
            let left = tenant.users.len() + tenant.groups.len() - 4;
            assert_eq!(probe.left.len(), left, "{name}: {probe:?}");
        }
    }
}

#[test]
fn what_could_not_be_deleted_is_named() {
    let world = World::new(2, json!({}));
    world.fault("DELETE", "Groups/*", 1, FaultKind::Status(403));
    world.fault("DELETE", "Users/*", 2, FaultKind::Status(403));
    let left = probe(&world).left;
    let names: Vec<(bool, &str, bool)> =
        left.iter().map(|it| (it.is_group, it.name.as_str(), it.id.is_some())).collect();
    assert_eq!(
        names,
        [(true, "claimsmith-probe-7f", true), (false, "claimsmith-probe-7f-b@probe.invalid", true)]
    );
    assert!(left.iter().all(|it| it.error.is_unauthorized()), "{left:?}");
}

#[test]
fn probe_that_cannot_create_says_why() {
    let world = World::new(2, json!({}));
    world.fault("POST", "Users", 1, FaultKind::Status(403));
    let Err(ProbeError::Request(error)) = probe(&world).outcome else { panic!("refused") };
    assert!(error.is_unauthorized(), "{error}");
    world.fault("POST", "Users", 1, FaultKind::Status(409));
    assert_eq!(probe(&world).outcome, Err(ProbeError::Taken));
    let change = |tenant: &mut Tenant| {
        let members = |it: &mut Value| it.as_array_mut().expect("a list").truncate(1);
        let group = tenant.groups.last_mut().expect("a group");
        members(group.get_mut("members").expect("members"));
    };
    world.fault("GET", "Groups/*", 1, FaultKind::Change(Box::new(change)));
    assert_eq!(probe(&world).outcome, Err(ProbeError::NotAdded));
}
