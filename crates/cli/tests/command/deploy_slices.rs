//! `claimsmith deploy` with several Actions that divide the customers, against a stand-in of Auth0's Management API.

use std::sync::{Arc, Mutex};

use claimsmith_standins::auth0::Tenant;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::deploy::{DOMAIN, World, for_tenant};
use crate::support::{ACME, write};

const PLAN: &[&str] = &["deploy", "plan", "--packaging", "slices", "--slices", "2"];
const APPLY: &[&str] = &["deploy", "apply", "claimsmith.plan.json"];

/// A tenant with a mapping for each of several customers.
fn world() -> World {
    let world = World::new(json!({ "rate": { "burst": 1_000_000 } }));
    for name in ["beta", "gamma", "delta"] {
        let text =
            ACME.replace("org_acme", &format!("org_{name}")).replace("acme-entra", &format!("{name}-ad"));
        write(&world.folder, &format!("organizations/{name}.yaml"), for_tenant(&text, DOMAIN));
    }
    world
}

/// The names in the flow, each with the code that logins run.
type Flow = Vec<(String, Option<String>)>;

fn flow(tenant: &Tenant) -> Flow {
    let action = |id: &str| tenant.actions.iter().find(|action| action.id == id);
    let bound = tenant.bindings.values().flatten().filter_map(|it| action(&it.action_id));
    bound.map(|it| (it.name.clone(), it.deployed().map(|version| version.code.clone()))).collect()
}

fn names(world: &World) -> Vec<String> {
    flow(&world.stand_in.tenant()).into_iter().map(|(name, _)| name).collect()
}

/// Collects each flow that logins find when a request arrives.
fn watch(world: &World) -> Arc<Mutex<Vec<Flow>>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let found = Arc::clone(&seen);
    let watching = Fault::change(At::request(1), move |tenant| {
        let mut seen = found.lock().expect("no panic");
        let flow = flow(tenant);
        if seen.last() != Some(&flow) {
            seen.push(flow);
        }
    });
    world.stand_in.add_fault(watching.repeated(10_000));
    seen
}

fn change(world: &World) {
    let text = ACME.replace("fin-*", "acc-*");
    write(&world.folder, "organizations/acme.yaml", for_tenant(&text, DOMAIN));
}

#[test]
fn slices_take_the_place_of_one_action_at_once() {
    let world = world();
    world.run(&["deploy", "plan", "--before", "Check device"]).stdout(0);
    world.run(APPLY).stdout(0);
    assert_eq!(names(&world), ["claimsmith", "Check device"]);
    let planned = world.run(PLAN).stdout(0);
    assert!(planned.contains("replaces   `claimsmith`\n"), "{planned}");
    assert!(planned.contains("changed    no mapping\n"), "{planned}");
    let before = flow(&world.stand_in.tenant());
    let seen = watch(&world);
    let out = world.run(APPLY).stdout(0);
    assert!(
        out.ends_with("bind claimsmith-a1, claimsmith-a2: done\nlogins run `claimsmith-a1`, `claimsmith-a2`, in the tenant staging (acme-staging.eu.auth0.com)\n"),
        "{out}"
    );
    assert_eq!(names(&world), ["claimsmith-a1", "claimsmith-a2", "Check device"]);
    let after = flow(&world.stand_in.tenant());
    assert!(after.iter().all(|(_, code)| code.is_some()), "everything in the flow is deployed");
    assert_eq!(*seen.lock().expect("no panic"), [before, after], "there is nothing in between");

    // The same again needs nothing, and `deploy plan` alone keeps the slices and their number.
    let again = world.run(&["deploy", "plan"]).stdout(0);
    assert!(again.contains("replaces   nothing\nsteps      none\n") && !again.contains("changed"), "{again}");
    let out = world.run(APPLY).stdout(0);
    assert!(out.starts_with("logins already run `claimsmith-a1`, `claimsmith-a2`"), "{out}");
    let differing = |run: &crate::support::Run| run.out.matches("problem[action-").count();
    let run = world.run(&["status", "--profiles", "0"]);
    assert!(run.out.contains("checked    slices: 2 read\n") && differing(&run) == 0, "{run:?}");
    change(&world);
    let run = world.run(&["status", "--profiles", "0"]);
    assert!(run.out.contains("problem[action-differs] Action `claimsmith-a"), "{run:?}");
    assert_eq!(differing(&run), 1, "one customer is in one slice: {run:?}");
    let run = world.run(&["deploy", "rollback"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.err.contains("only one Action can be taken back"), "{run:?}");

    // And back into one Action.
    world.run(&["deploy", "plan", "--packaging", "embedded"]).stdout(0);
    world.run(APPLY).stdout(0);
    assert_eq!(names(&world), ["claimsmith", "Check device"]);
}

#[test]
fn run_with_slices_ends_anywhere_and_is_continued() {
    let world = world();
    world.run(PLAN).stdout(0);
    world.run(APPLY).stdout(0);
    change(&world);
    let planned = world.run(&["deploy", "plan"]).stdout(0);
    assert!(planned.contains("changed    acme\n"), "{planned}");
    let begun = world.stand_in.tenant();
    let old = flow(&begun);
    let count = world.stand_in.requests().len();
    world.run(APPLY).stdout(0);
    let positions = world.stand_in.requests().len() - count;
    let new = flow(&world.stand_in.tenant());
    let bound: Vec<&str> = new.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(bound, ["Check device", "claimsmith-b1", "claimsmith-b2"]);
    assert!(positions > 10, "{positions}");
    let seen = watch(&world);
    for position in 1..=positions as u64 {
        for kind in [FaultKind::Status(418), FaultKind::StatusAfter(418)] {
            world.stand_in.change(|tenant| *tenant = begun.clone());
            world.stand_in.add_fault(Fault::new(At::request(position), kind));
            let first = world.run(APPLY);
            assert!(first.code == Some(2) && first.err.contains("status 418"), "{position}: {first:?}");
            world.run(APPLY).stdout(0);
            assert_eq!(flow(&world.stand_in.tenant()), new, "{position}");
        }
    }
    let seen = seen.lock().expect("no panic");
    assert!(seen.iter().all(|flow| *flow == old || *flow == new), "{seen:?}");
}

#[test]
fn set_that_is_not_in_the_flow_is_used_again() {
    let world = world();
    for (at, expected) in ["a", "b", "a"].into_iter().enumerate() {
        let text = ACME.replace("fin-*", &format!("fin{at}-*"));
        write(&world.folder, "organizations/acme.yaml", for_tenant(&text, DOMAIN));
        world.run(PLAN).stdout(0);
        world.run(APPLY).stdout(0);
        let own = [1, 2].map(|number| format!("claimsmith-{expected}{number}"));
        assert_eq!(names(&world)[1..], own);
    }
    assert_eq!(world.stand_in.tenant().actions.len(), 5);
}

#[test]
fn what_others_change_is_not_replaced() {
    let world = world();
    world.run(PLAN).stdout(0);
    world.run(APPLY).stdout(0);
    change(&world);
    world.run(&["deploy", "plan"]).stdout(0);
    let begun = world.stand_in.tenant();
    // A slice leaves the flow, or another Action comes.
    for remove in ["claimsmith-a2", "Check device"] {
        world.stand_in.change(|tenant| {
            *tenant = begun.clone();
            tenant.bindings.values_mut().for_each(|all| all.retain(|it| it.display_name != remove));
        });
        let run = world.run(APPLY);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.err.contains(&format!("removed: `{remove}`")), "{run:?}");
    }
    // An Action of the name that is not ours.
    let foreign = json!({
        "actions": [{ "id": "x", "name": "claimsmith-a1", "code": "//", "versions": [{ "number": 1, "deployed": true }] }],
    });
    let other = World::new(json!({ "tenant": foreign }));
    let run = other.run(PLAN);
    assert!(
        run.code == Some(1) && run.err.contains("`claimsmith-a1` that claimsmith did not build"),
        "{run:?}"
    );
}

#[test]
fn plan_of_slices_that_was_edited_touches_no_other_action() {
    let world = world();
    world.run(PLAN).stdout(0);
    let path = world.folder.path().join("claimsmith.plan.json");
    let text = std::fs::read_to_string(&path).expect("a plan");
    let mut plan: Value = serde_json::from_str(&text).expect("JSON");
    plan["replaced"] = json!(["other"]);
    std::fs::write(&path, plan.to_string()).expect("written");
    let error = world.run(APPLY).failed();
    assert!(error.contains("it changes Actions that are not those of claimsmith"), "{error}");
    std::fs::write(&path, text.replace("claimsmith-a1", "Check device")).expect("written");
    let error = world.run(APPLY).failed();
    assert!(error.contains("it changes Actions that are not those of claimsmith"), "{error}");
    assert_eq!(names(&world), ["Check device"]);
}

#[test]
fn edited_plan_takes_no_action_of_others_out_of_the_flow() {
    let world = world();
    world.run(&["deploy", "plan"]).stdout(0);
    world.run(APPLY).stdout(0);
    world.run(PLAN).stdout(0);
    let path = world.folder.path().join("claimsmith.plan.json");
    let text = std::fs::read_to_string(&path).expect("a plan");
    let mut plan: Value = serde_json::from_str(&text).expect("JSON");
    let found = plan["found"].as_array_mut().expect("a list");
    let other = found.iter_mut().find(|it| it["name"] == "Check device").expect("an Action of others");
    other["name"] = json!("claimsmith-b9");
    let id = other["action_id"].clone();
    plan["replaced"].as_array_mut().expect("a list").push(id);
    std::fs::write(&path, plan.to_string()).expect("written");
    let before = names(&world);
    for force in [&[][..], &["--force"]] {
        let run = world.run(&[APPLY, force].concat());
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.err.contains("`Check device`"), "{run:?}");
        assert_eq!(names(&world), before);
    }
}

#[test]
fn customers_whose_logins_end_are_named() {
    let world = world();
    world.run(PLAN).stdout(0);
    world.run(APPLY).stdout(0);
    std::fs::remove_file(world.folder.path().join("mappings/organizations/beta.yaml")).expect("removed");
    for plan in [&["deploy", "plan"][..], &["deploy", "plan", "--packaging", "embedded"]] {
        let run = world.run(plan);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.out.contains("changed    beta (gone: its logins are closed)\n"), "{run:?}");
        assert!(run.err.contains("have none for them any more: beta (org_beta)\n"), "{run:?}");
    }
}

#[test]
fn slices_that_somebody_else_has_deployed_since_are_not_replaced() {
    let world = world();
    world.run(PLAN).stdout(0);
    world.run(APPLY).stdout(0);
    change(&world);
    world.run(&["deploy", "plan"]).stdout(0);
    let code_of = |tenant: &Tenant| flow(tenant).iter().map(|(_, code)| code.clone()).collect::<Vec<_>>();
    // Somebody deploys other code into the same Actions.
    world.stand_in.change(|tenant| {
        let slice = tenant.actions.iter_mut().find(|it| it.name == "claimsmith-a2").expect("a slice");
        for version in slice.versions.iter_mut().filter(|it| it.deployed) {
            version.code.push_str("// edited\n");
        }
    });
    let before = code_of(&world.stand_in.tenant());
    let run = world.run(APPLY);
    assert!(
        run.code == Some(1) && run.err.contains("somebody has changed the Action `claimsmith-a2`"),
        "{run:?}"
    );
    assert_eq!(code_of(&world.stand_in.tenant()), before);
    world.run(&[APPLY, &["--force"]].concat()).stdout(0);
    assert_eq!(names(&world), ["Check device", "claimsmith-b1", "claimsmith-b2"]);
    // Once they have left the flow, the plan is done, whatever becomes of them.
    world.run(APPLY).stdout(0);
}
