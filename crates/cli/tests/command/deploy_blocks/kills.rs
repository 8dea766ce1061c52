//! Commands that are killed at each of their requests, and run again.

use super::*;

/// Kills a command at each of its requests, before the request takes effect and after it, and runs it again: everything
/// has to be as after a run that was not killed, and no login is closed meanwhile. Returns how many requests it makes.
fn check_continues_after_every_kill(world: &World, arguments: &[&str]) -> u64 {
    let begun = world.stand_in.tenant();
    let closed = watch(world, &["org_acme", "org_globex"]);
    let before = world.stand_in.requests().len();
    done(world.run(arguments));
    let positions = (world.stand_in.requests().len() - before) as u64;
    let wanted = world.stand_in.tenant();
    assert!(differs(&begun, &wanted), "{arguments:?} changes something");
    for position in 1..=positions {
        // A status that is never repeated ends the command.
        for kind in [FaultKind::Status(418), FaultKind::StatusAfter(418)] {
            world.stand_in.change(|tenant| *tenant = begun.clone());
            world.stand_in.add_fault(Fault::new(At::request(position), kind));
            let first = world.run(arguments);
            assert!(first.code == Some(2) && first.err.contains("status 418"), "{position}: {first:?}");
            done(world.run(arguments));
            assert!(!differs(&world.stand_in.tenant(), &wanted), "{arguments:?} at {position}");
        }
    }
    assert_eq!(closed.lock().expect("no panic").as_slice(), [] as [String; 0]);
    positions
}

/// Whether two states of a tenant have other blocks, or logins run another Action.
fn differs(one: &Tenant, other: &Tenant) -> bool {
    let code = |tenant: &Tenant| -> Vec<String> {
        let deployed = tenant.actions.iter().filter_map(|action| action.deployed());
        deployed.map(|version| version.code.clone()).collect()
    };
    one.organizations != other.organizations || code(one) != code(other)
}

/// A world in which acme's mapping has changed since its block was written, and the block of the change is signed.
fn with_a_signed_change() -> World {
    let world = world();
    deploy(&world, "1.key");
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    done(world.run(&[TRAVEL, &["--confirm-within", "30m"]].concat()));
    done(sign(&world, &["--plan", PLAN, "--key", "1.key"]));
    world
}

#[test]
fn confirmation_continues_after_a_kill_at_any_request() {
    let world = with_a_signed_change();
    let first = used(&world, "org_acme", now());
    assert!(check_continues_after_every_kill(&world, APPLY) >= 4);
    let candidate = used(&world, "org_acme", now());
    assert_ne!(candidate, first);
    assert!(check_continues_after_every_kill(&world, &["deploy", "confirm", PLAN]) >= 3);
    assert_eq!(used(&world, "org_acme", now() + 3600), candidate);
}

#[test]
fn rollback_of_a_block_continues_after_a_kill_at_any_request() {
    let world = with_a_signed_change();
    let first = used(&world, "org_acme", now());
    done(world.run(APPLY));
    assert!(
        check_continues_after_every_kill(
            &world,
            &["deploy", "rollback", "--organization", "acme", "--plan", PLAN]
        ) >= 4
    );
    assert_eq!(used(&world, "org_acme", now()), first);
}

#[test]
fn rollback_of_the_action_continues_after_a_kill_at_any_request() {
    let world = world();
    deploy(&world, "1.key");
    // Another version of the Action that takes the same blocks.
    let description = platform(&keys()).replace("Reads the finance domain.", "Reads finance.");
    let more = description.replace(
        "groups:\n",
        "groups:\n  audit-readers: { applications: [catalog], description: Reads audits. }\n",
    );
    write(&world.folder, "platform.yaml", more);
    done(world.run(&["deploy", "plan", "--action-only"]));
    done(world.run(APPLY));
    // Without a number, a second run would go back further.
    assert!(check_continues_after_every_kill(&world, &["deploy", "rollback", "--to", "1"]) >= 4);
}

/// Ends the run of a plan before and after each of its requests, continues it, and compares the tenants.
fn end_everywhere(change: fn(&World) -> &'static str) {
    let world = world();
    deploy(&world, "1.key");
    let key = change(&world);
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", key]));
    let begun = world.stand_in.tenant();
    let served = watch(&world, &["org_acme", "org_globex"]);
    let before = world.stand_in.requests().len();
    done(world.run(APPLY));
    let positions = world.stand_in.requests().len() - before;
    assert!(positions > 8, "{positions}");
    let state = |tenant: &Tenant| {
        let organizations = ["org_acme", "org_globex"].map(|id| metadata(tenant, id));
        (organizations, reader(tenant), tenant.bindings.values().flatten().count())
    };
    let wanted = state(&world.stand_in.tenant());
    for position in 1..=positions as u64 {
        // A status that is never repeated ends the command: before the request took effect, or after.
        for kind in [FaultKind::Status(418), FaultKind::StatusAfter(418)] {
            world.stand_in.change(|tenant| *tenant = begun.clone());
            world.stand_in.add_fault(Fault::new(At::request(position), kind));
            let first = world.run(APPLY);
            assert!(first.code == Some(2) && first.err.contains("status 418"), "{position}: {first:?}");
            done(world.run(APPLY));
            assert_eq!(state(&world.stand_in.tenant()), wanted, "{position}");
        }
    }
    assert_eq!(served.lock().expect("no panic").as_slice(), [] as [String; 0]);
}

#[test]
fn run_with_an_action_in_between_ends_anywhere_and_closes_nobody() {
    end_everywhere(|world| {
        with_other_key(world);
        "3.key"
    });
}

#[test]
fn run_with_a_raised_floor_ends_anywhere_and_closes_nobody() {
    end_everywhere(|world| {
        let raised = format!("{}  floor: {}\n", keys(), time_text(earlier(500)));
        write(&world.folder, "platform.yaml", platform(&raised));
        write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
        "1.key"
    });
}
