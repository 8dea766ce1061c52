//! `claimsmith status` and `claimsmith deploy plan` where the flow has several Actions that claimsmith built, against a
//! stand-in of Auth0's Management API.

use claimsmith_standins::auth0::{Binding, Tenant};
use serde_json::{Value, json};

use crate::deploy::{DOMAIN, World, for_tenant};
use crate::support::{ACME, write};

const APPLY: &[&str] = &["deploy", "apply", "claimsmith.plan.json"];

fn deployed(plan: &[&str]) -> World {
    let world = World::new(json!({ "rate": { "burst": 1_000_000 } }));
    let beta = ACME.replace("org_acme", "org_beta").replace("acme-entra", "beta-ad");
    write(&world.folder, "organizations/beta.yaml", for_tenant(&beta, DOMAIN));
    world.run(plan).stdout(0);
    world.run(APPLY).stdout(0);
    std::fs::remove_file(world.folder.path().join("claimsmith.plan.json")).expect("a plan");
    world
}

/// Copies an Action, with the code that `change` makes of the deployed one.
fn copy(tenant: &mut Tenant, name: &str, copied: &str, change: impl Fn(&str) -> String) {
    let mut action = tenant.actions.iter().find(|it| it.name == name).expect("an Action").clone();
    copied.clone_into(&mut action.id);
    copied.clone_into(&mut action.name);
    action.code = change(&action.code);
    for version in &mut action.versions {
        version.id = format!("{copied}-{}", version.number);
        version.code = change(&version.code);
    }
    tenant.actions.push(action);
}

fn bind(tenant: &mut Tenant, name: &str) {
    let action = tenant.actions.iter().find(|it| it.name == name).expect("an Action");
    let binding = Binding {
        id: name.to_owned(),
        action_id: action.id.clone(),
        display_name: name.to_owned(),
        ..Binding::default()
    };
    tenant.bindings.entry("post-login".to_owned()).or_default().push(binding);
}

/// The places of the findings about a second Action.
#[track_caller]
fn found(world: &World) -> Vec<String> {
    let run = world.run(&["status", "--format", "json", "--profiles", "0"]);
    let json: Value = serde_json::from_str(&run.out).expect("JSON");
    let findings = json.get("findings").and_then(Value::as_array).expect("a list");
    let text = |finding: &Value, member: &str| -> String {
        finding.get(member).and_then(Value::as_str).expect("a text").to_owned()
    };
    let second = findings.iter().filter(|it| text(it, "code") == "second-action");
    second.map(|it| text(it, "place")).collect()
}

#[track_caller]
fn refused(world: &World, arguments: &[&str], expected: &[&str]) {
    let before = world.stand_in.tenant();
    let run = world.run(arguments);
    assert_eq!(run.code, Some(1), "{run:?}");
    for expected in expected {
        assert!(run.err.contains(expected), "{expected}: {run:?}");
    }
    assert!(!world.folder.path().join("claimsmith.plan.json").exists());
    assert_eq!(world.stand_in.tenant(), before);
}

#[test]
fn second_action_is_named_and_no_plan_is_made() {
    let same = |code: &str| code.to_owned();
    let other = |code: &str| code.replace(DOMAIN, "other.eu.auth0.com");
    let changes: [&dyn Fn(&str) -> String; 2] = [&same, &other];
    for change in changes {
        let world = deployed(&["deploy", "plan"]);
        world.stand_in.change(|tenant| copy(tenant, "claimsmith", "old groups", change));
        assert_eq!(found(&world), [""; 0], "logins do not run it");
        world.run(&["deploy", "plan", "--out", "unbound.json"]).stdout(0);
        world.stand_in.change(|tenant| bind(tenant, "old groups"));
        assert_eq!(found(&world), ["Action `old groups`"]);
        let run = world.run(&["status"]);
        assert!(
            run.out.contains(
                "problem[second-action] Action `old groups`: post-login runs it as well as `claimsmith`"
            ),
            "{run:?}"
        );
        let expected = "error: post-login also runs `old groups`, which claimsmith built as well, and the one that runs last overwrites the claims of the other; remove `old groups` from the flow in the dashboard, and plan again\n";
        refused(&world, &["deploy", "plan"], &[expected]);
        refused(&world, &["deploy", "plan", "--packaging", "slices", "--slices", "2"], &[expected]);
    }
}

#[test]
fn action_of_another_name_can_be_taken_over() {
    let world = deployed(&["deploy", "plan"]);
    world.stand_in.change(|tenant| {
        copy(tenant, "claimsmith", "groups", str::to_owned);
        let own = tenant.actions.iter().find(|it| it.name == "claimsmith").expect("an Action").id.clone();
        tenant.bindings.values_mut().for_each(|all| all.retain(|it| it.action_id != own));
        tenant.actions.retain(|it| it.name != "claimsmith");
        bind(tenant, "groups");
    });
    assert_eq!(found(&world), ["Action `groups`"]);
    refused(&world, &["deploy", "plan"], &["rename `groups` to `claimsmith` in the dashboard"]);
    // What the message advises replaces it, and no login is without groups.
    world.stand_in.change(|tenant| {
        tenant
            .actions
            .iter_mut()
            .filter(|it| it.name == "groups")
            .for_each(|it| it.name = "claimsmith".to_owned());
    });
    assert_eq!(found(&world), [""; 0]);
    world.run(&["deploy", "plan"]).stdout(0);
}

#[test]
fn slices_of_one_set_belong_together() {
    let slices: &[&str] = &["deploy", "plan", "--packaging", "slices", "--slices", "2"];
    let world = deployed(slices);
    assert_eq!(found(&world), [""; 0]);
    // The Action from before is left, outside the flow.
    world.stand_in.change(|tenant| copy(tenant, "claimsmith-a1", "claimsmith", str::to_owned));
    assert_eq!(found(&world), [""; 0]);
    world.stand_in.change(|tenant| bind(tenant, "claimsmith"));
    assert_eq!(found(&world), ["Action `claimsmith`"]);
    refused(&world, &["deploy", "plan"], &["post-login also runs `claimsmith`"]);

    // Slices of the other set.
    let world = deployed(slices);
    world.stand_in.change(|tenant| copy(tenant, "claimsmith-a1", "claimsmith-b1", str::to_owned));
    world.stand_in.change(|tenant| bind(tenant, "claimsmith-b1"));
    assert_eq!(found(&world), ["Action `claimsmith-b1`"]);
    refused(&world, &["deploy", "plan"], &["post-login also runs `claimsmith-b1`"]);
    refused(
        &world,
        &["deploy", "plan", "--packaging", "embedded"],
        &["post-login also runs `claimsmith-b1`"],
    );
}

#[test]
fn only_action_that_serves_logins_stays_until_another_one_does() {
    let world = deployed(&["deploy", "plan"]);
    world.stand_in.change(|tenant| {
        copy(tenant, "claimsmith", "groups", str::to_owned);
        let own = tenant.actions.iter().find(|it| it.name == "claimsmith").expect("an Action").id.clone();
        tenant.bindings.values_mut().for_each(|all| all.retain(|it| it.action_id != own));
        bind(tenant, "groups");
    });
    let expected = "bind `claimsmith` in the dashboard first";
    refused(&world, &["deploy", "plan"], &[expected]);
    assert!(world.run(&["status"]).out.contains(expected));
    let run = world.run(&["deploy", "rollback", "--to", "1"]);
    assert!(run.out.contains("no login runs the Action, because the flow does not have it"), "{run:?}");
}

#[test]
fn force_does_not_deploy_beside_a_second_action() {
    for plan in [&["deploy", "plan"][..], &["deploy", "plan", "--packaging", "slices", "--slices", "2"]] {
        let world = deployed(&["deploy", "plan"]);
        write(&world.folder, "organizations/acme.yaml", for_tenant(&ACME.replace("fin-*", "acc-*"), DOMAIN));
        world.run(plan).stdout(0);
        world.stand_in.change(|tenant| {
            copy(tenant, "claimsmith", "old groups", str::to_owned);
            bind(tenant, "old groups");
        });
        let before = world.stand_in.tenant();
        for arguments in [APPLY, &[APPLY, &["--force"]].concat()] {
            let run = world.run(arguments);
            assert_eq!(run.code, Some(1), "{run:?}");
            assert!(run.err.contains("old groups"), "{run:?}");
        }
        assert_eq!(world.stand_in.tenant(), before);
    }
}
