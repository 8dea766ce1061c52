//! Blocks that cannot be written, and what is done without them.

use claimsmith_lifecycle::journal::Phase;

use super::*;

fn fill(tenant: &mut Tenant, id: &str) {
    let mut metadata = metadata(tenant, id);
    metadata.extend((0..24).map(|at| (format!("k{at}"), "x".into())));
    set(tenant, id, Value::Object(metadata));
}

fn trusts(world: &World, byte: u8) -> bool {
    let public: String = key(byte).public().iter().map(|byte| format!("{byte:02x}")).collect();
    let verification = reader(&world.stand_in.tenant()).and_then(|it| it.verification).expect("blocks");
    verification.keys.iter().any(|it| it.key == public)
}

#[test]
fn action_in_between_stays_as_long_as_a_customer_needs_it() {
    let world = world();
    deploy(&world, "1.key");
    with_other_key(&world);
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "3.key"]));
    world.stand_in.change(|tenant| fill(tenant, "org_acme"));
    let run = world.run(APPLY);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(
        run.out.ends_with("update: done\ndeploy: done\nblock of globex: done\n1 block written, 0 as planned already, 0 unchanged\n"),
        "the other customer does not wait: {run:?}"
    );
    let errors: Vec<&str> = run.err.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].contains("the block of `acme` takes 2 metadata keys, and others use 25"), "{errors:?}");
    assert!(
        errors[1].contains("would close the logins of `acme`, whose blocks could not be written; until then, logins run an Action that still takes old blocks and keys"),
        "{errors:?}"
    );
    assert!(trusts(&world, 1) && trusts(&world, 3));
    for id in ["org_acme", "org_globex"] {
        assert!(source(&world.stand_in.tenant(), id, now()).is_some_and(|it| it.is_served()), "{id}");
    }
    // It is done as soon as there is room.
    world.stand_in.change(|tenant| {
        let old = block_values(&metadata(tenant, "org_acme"));
        set(tenant, "org_acme", json!(old));
    });
    done(world.run(APPLY));
    assert!(!trusts(&world, 1) && trusts(&world, 3));
}

#[test]
fn organization_that_is_gone_keeps_no_old_key() {
    let world = world();
    deploy(&world, "1.key");
    with_other_key(&world);
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "3.key"]));
    world.stand_in.change(|tenant| tenant.organizations.retain(|it| it["id"] != "org_acme"));
    let run = world.run(APPLY);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.err.contains("error: the Auth0 organization of `acme` does not exist any more"), "{run:?}");
    assert!(!trusts(&world, 1) && trusts(&world, 3));
}

#[test]
fn customer_who_can_be_closed_does_not_keep_the_old_key() {
    let world = world();
    deploy(&world, "1.key");
    with_other_key(&world);
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "3.key"]));
    world.stand_in.change(|tenant| fill(tenant, "org_acme"));
    assert_eq!(world.run(APPLY).code, Some(1));
    // The advice of the error.
    let planned = done(world.run(&["deploy", "plan", "--action-only"]));
    assert!(
        planned.contains("closes the logins of organizations that are served now: acme (org_acme)\n"),
        "{planned}"
    );
    done(world.run(APPLY));
    assert!(!trusts(&world, 1) && trusts(&world, 3));
}

#[test]
fn metadata_that_auth0_refuses_hold_up_no_other_customer() {
    let world = world();
    deploy(&world, "1.key");
    let raised = format!("{}  floor: {}\n", keys(), time_text(earlier(500)));
    write(&world.folder, "platform.yaml", platform(&raised));
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "1.key"]));
    let patch = At::route("PATCH", "/api/v2/organizations/org_acme", 1);
    world.stand_in.add_fault(Fault::new(patch, FaultKind::Status(400)));
    let run = world.run(APPLY);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.out.contains("block of globex: done\n") && run.err.contains("`acme`"), "{run:?}");
    assert!(source(&world.stand_in.tenant(), "org_acme", now()).is_some_and(|it| it.is_served()));
    let steps: Vec<_> = world.journal("claimsmith.plan.journal.jsonl");
    assert!(
        steps.iter().any(|(step, phase)| step == "block of acme" && *phase == Phase::Failed),
        "{steps:?}"
    );
    done(world.run(APPLY));
}

#[test]
fn mapping_for_which_too_few_keys_are_left_is_not_planned() {
    let world = world();
    done(world.run(&["deploy", "plan"]));
    done(world.run(APPLY));
    world.stand_in.change(|tenant| fill(tenant, "org_acme"));
    let error = refused(world.run(TRAVEL));
    assert_eq!(
        error,
        "error: the block of `acme` takes 2 metadata keys, and others use 25 of Auth0's 25; remove 2 of theirs, give the mapping fewer rules, or keep it in the Action: add `acme` to `embedded` of `blocks` in platform.yaml, and plan again\n"
    );
    // The advice keeps it in the Action.
    let blocks = keys().replace("[acme]", "[globex]");
    let blocks = blocks.replace("protected: true\n", "protected: true\n      organizations: [globex]\n");
    write(&world.folder, "platform.yaml", platform(&blocks));
    done(world.run(TRAVEL));
    done(sign(&world, &["--organization", "globex", "--key", "1.key"]));
    done(world.run(APPLY));
    let reader = reader(&world.stand_in.tenant()).expect("an Action");
    assert!(reader.embedded.contains("org_acme") && !reader.embedded.contains("org_globex"));
}

#[test]
fn mapping_that_soon_does_not_fit_is_a_warning() {
    let world = world();
    world.stand_in.change(|tenant| {
        let mut metadata = metadata(tenant, "org_acme");
        metadata.extend((0..22).map(|at| (format!("k{at}"), "x".into())));
        set(tenant, "org_acme", Value::Object(metadata));
    });
    let run = world.run(TRAVEL);
    assert!(
        run.err.contains("warning: the block of `acme` takes 2 of the 2 metadata keys that others have left"),
        "{run:?}"
    );
}
