//! Tests of what Auth0 does, on a test organization that is as before afterwards.

use claimsmith_connectors::auth0::MetadataProbe;
use claimsmith_standins::auth0::Tenant;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::World;

fn world(metadata: Value) -> World {
    World::from_json(json!({ "tenant": {
        "organizations": [{ "id": "org_test", "name": "test", "metadata": metadata }],
        "users": [{ "user_id": "waad|ada", "groups": ["a"] }],
    } }))
}

fn metadata(world: &World) -> Value {
    world.stand_in.tenant().organizations[0]["metadata"].clone()
}

#[test]
fn metadata_are_as_before_after_the_tests() {
    let before = json!({ "plan": "gold" });
    let world = world(before.clone());
    let auth0 = world.connect();
    assert_eq!(auth0.probe_replacing("org_test"), Ok(MetadataProbe::AsWritten));
    assert_eq!(auth0.probe_size("org_test"), Ok(MetadataProbe::AsWritten));
    assert_eq!(metadata(&world), before);
    let largest =
        world.stand_in.requests().into_iter().filter_map(|it| it.body["metadata"].as_object().cloned());
    let largest = largest.max_by_key(serde_json::Map::len).expect("written metadata");
    assert_eq!((largest.len(), largest["claimsmith-probe0"].as_str().map(str::len)), (25, Some(255)));
}

#[test]
fn merged_metadata_are_noticed() {
    let world = world(json!({ "plan": "gold" }));
    // As a service that merges: what the first write added is there again when it is read.
    let merge = FaultKind::Change(Box::new(|tenant: &mut Tenant| {
        tenant.organizations[0]["metadata"]["claimsmith-probe"] = "1".into();
    }));
    world.stand_in.add_fault(Fault::new(At::route("GET", "/api/v2/organizations/org_test", 2), merge));
    assert_eq!(world.connect().probe_replacing("org_test"), Ok(MetadataProbe::NotAsWritten));
}

#[test]
fn full_metadata_leave_no_room_and_a_refusal_is_a_result() {
    let full: Value =
        (0..25).map(|at| (format!("k{at}"), json!("v"))).collect::<serde_json::Map<_, _>>().into();
    let world = self::world(full.clone());
    assert_eq!(world.connect().probe_replacing("org_test"), Ok(MetadataProbe::NoRoom));
    assert_eq!(world.connect().probe_size("org_test"), Ok(MetadataProbe::NoRoom));
    assert_eq!(metadata(&world), full);
    let world = self::world(json!({}));
    let refused = Fault::new(At::route("PATCH", "/api/v2/organizations/org_test", 1), FaultKind::Status(400));
    world.stand_in.add_fault(refused);
    assert_eq!(world.connect().probe_size("org_test"), Ok(MetadataProbe::Refused));
    assert_eq!(metadata(&world), json!({}));
}

#[test]
fn metadata_are_restored_at_every_fault_but_that_of_restoring() {
    for nth in 1..=4 {
        let before = json!({ "plan": "gold" });
        let world = world(before.clone());
        let path = "/api/v2/organizations/org_test";
        let at = At { nth, method: None, path: Some(path.to_owned()) };
        world.stand_in.add_fault(Fault::new(at, FaultKind::Status(403)));
        assert!(world.connect().probe_replacing("org_test").is_err());
        let is_restored = metadata(&world) == before;
        assert_eq!(is_restored, nth != 3, "{nth}");
    }
}

#[test]
fn errors_about_a_profile_name_no_user() {
    let world = world(json!({}));
    let profile = world.connect().profile("waad|ada").expect("an answer").expect("a profile");
    assert_eq!(profile["groups"], json!(["a"]));
    assert_eq!(world.connect().profile("waad|bob"), Ok(None));
    let fault = Fault::new(At::route("GET", "/api/v2/users/*", 1), FaultKind::Status(403));
    world.stand_in.add_fault(fault);
    let error = world.connect().profile("waad|ada").expect_err("a refusal").to_string();
    assert_eq!(error, "GET /api/v2/users/{id}: status 403");
}
