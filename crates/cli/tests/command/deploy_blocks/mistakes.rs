//! Mistakes of people, and what is printed about them.

use super::*;

#[test]
fn action_alone_is_deployed_only_where_blocks_are_taken() {
    let world = world();
    deploy(&world, "1.key");
    done(world.run(&["deploy", "plan", "--packaging", "embedded"]));
    done(world.run(APPLY));
    for arguments in [&["deploy", "plan", "--action-only"][..], &[TRAVEL, &["--action-only"]].concat()] {
        let error = world.run(arguments).err;
        assert!(error.contains("logins run none; leave it out"), "{error}");
    }
}

#[test]
fn blocks_that_were_written_since_are_not_overruled_by_a_rollback() {
    let world = world();
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    done(world.run(&["deploy", "plan", "--packaging", "embedded"]));
    done(world.run(APPLY));
    write(&world.folder, "organizations/acme.yaml", acme_with(""));
    deploy(&world, "1.key");
    let error = refused(world.run(&["deploy", "rollback"]));
    assert!(error.contains("access that was removed would come back"), "{error}");
    done(world.run(&["deploy", "rollback", "--force"]));
    assert!(reader(&world.stand_in.tenant()).is_some_and(|it| it.embedded.contains("org_acme")));
}

#[test]
fn confirmation_before_the_plan_is_applied_says_so() {
    let world = world();
    deploy(&world, "1.key");
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    done(world.run(&[TRAVEL, &["--confirm-within", "30m"]].concat()));
    done(sign(&world, &["--plan", PLAN, "--key", "1.key"]));
    let error = refused(world.run(&["deploy", "confirm", PLAN]));
    assert!(error.contains("run `claimsmith deploy apply` with this plan first"), "{error}");
    done(world.run(APPLY));
    done(world.run(&["deploy", "confirm", PLAN]));
}

#[test]
fn plan_that_is_refused_says_that_the_file_has_an_earlier_one() {
    let world = world();
    deploy(&world, "1.key");
    let within = [TRAVEL, &["--confirm-within", "30m"]].concat();
    let run = world.run(&within);
    assert!(run.err.contains("note: `claimsmith.plan.json` is still an earlier plan"), "{run:?}");
    fs::remove_file(world.folder.path().join(PLAN)).expect("a plan");
    let run = world.run(&within);
    assert!(run.code == Some(2) && !run.err.contains("earlier plan"), "{run:?}");
}

#[test]
fn customer_that_has_left_with_a_block_is_named() {
    let world = world();
    deploy(&world, "1.key");
    fs::remove_file(world.folder.path().join("mappings/organizations/globex.yaml")).expect("a mapping");
    let without =
        |blocks: &str| platform(blocks).replace("ceilings:\n  globex: { protected: catalog-admins }\n", "");
    write(&world.folder, "platform.yaml", without(&keys()));
    let planned = world.run(&["deploy", "plan"]);
    assert!(
        planned.err.contains(
            "their logins still get what their blocks grant: globex (org_globex); to end that, set a floor"
        ),
        "{planned:?}"
    );
    let floors =
        format!("{}  floors: {{ organizations: {{ org_globex: {} }} }}\n", keys(), time_text(earlier(500)));
    write(&world.folder, "platform.yaml", without(&floors));
    let planned = world.run(&["deploy", "plan"]);
    assert!(!planned.err.contains("still get"), "{planned:?}");
    assert!(
        done(planned).contains("closes the logins of organizations that are served now: globex (org_globex)")
    );
}

#[test]
fn floor_in_the_future_is_named() {
    let world = world();
    let floor = time_text(u32::try_from(now() + 86_400).expect("before 2106"));
    write(&world.folder, "platform.yaml", platform(&format!("{}  floor: {floor}\n", keys())));
    let planned = world.run(TRAVEL);
    assert!(planned.err.contains(&format!("is in the future ({floor})")), "{planned:?}");
}

#[test]
fn draft_that_somebody_edited_is_replaced_and_named() {
    let world = world();
    deploy(&world, "1.key");
    for code in ["exports.onExecutePostLogin = async () => {};", "// edited\n"] {
        world.stand_in.change(|tenant| {
            let action =
                tenant.actions.iter_mut().find(|action| action.name == "claimsmith").expect("an Action");
            action.code =
                if code.starts_with("//") { format!("{code}{}", action.code) } else { code.to_owned() };
        });
        let planned = world.run(&["deploy", "plan"]);
        assert!(planned.err.contains("the draft of `claimsmith` is not what logins run"), "{planned:?}");
        let applied = done(world.run(APPLY));
        assert!(applied.starts_with("update: done\n"), "{applied}");
        assert!(!world.run(&["deploy", "plan"]).err.contains("the draft of"));
    }
}

#[test]
fn next_command_names_the_mappings() {
    let world = world();
    let planned = done(world.run(&["deploy", "plan", "./mappings", "--packaging", "organizations"]));
    assert!(planned.contains("`claimsmith sign ./mappings` signs the blocks"), "{planned}");
    assert!(
        planned
            .contains("`claimsmith deploy apply claimsmith.plan.json --mappings ./mappings` carries it out"),
        "{planned}"
    );
}

#[test]
fn earlier_block_does_not_count_again_when_its_mapping_leaves_the_action() {
    let world = world();
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    deploy(&world, "1.key");
    // No key may sign for the customer for a time, so its mapping is in the Action.
    let without =
        keys().replace("      protected: true\n", "      protected: true\n      organizations: [globex]\n");
    let without = without.replace("organizations: [acme]", "organizations: [globex]");
    write(&world.folder, "platform.yaml", platform(&without));
    done(world.run(&["deploy", "plan"]));
    done(sign(&world, &["--key", "1.key", "--organization", "globex"]));
    done(world.run(APPLY));
    assert!(reader(&world.stand_in.tenant()).is_some_and(|it| it.embedded.contains("org_acme")));
    write(&world.folder, "organizations/acme.yaml", acme_with(""));
    write(&world.folder, "platform.yaml", platform(&keys()));
    let error = refused(world.run(&["deploy", "plan", "--action-only"]));
    assert!(error.contains("the mappings of `acme` leave the Action"), "{error}");
    let planned = done(world.run(&["deploy", "plan"]));
    assert!(planned.contains("block      acme "), "{planned}");
}

#[test]
fn mapping_that_is_too_large_for_a_block_is_deployed_in_the_action() {
    let world = world();
    deploy(&world, "1.key");
    assert!(matches!(source(&world.stand_in.tenant(), "org_acme", now()), Some(Source::Block(_))));
    write(&world.folder, "organizations/acme.yaml", crate::traveling::acme_with_rules(400));
    let one = [TRAVEL, &["--organization", "acme"]].concat();
    let error = world.run(&one).failed_with_notes();
    assert!(error.starts_with("error: "), "{error}");
    let planned = done(world.run(&["deploy", "plan"]));
    assert!(!planned.contains("block      acme"), "{planned}");
    done(world.run(APPLY));
    let tenant = world.stand_in.tenant();
    assert!(reader(&tenant).is_some_and(|it| it.embedded.contains("org_acme")));
    assert!(matches!(source(&tenant, "org_acme", now()), Some(Source::Action)));
    assert!(matches!(source(&tenant, "org_globex", now()), Some(Source::Block(_))));
    let error = world.run(&one).failed_with_notes();
    assert_eq!(
        error,
        "error: the mapping of `acme` is in the Action or does not exist; leave out `--organization` to deploy the Action\n"
    );
}

#[test]
fn failed_assumption_on_metadata_refuses_signing_and_writing_blocks() {
    let world = world();
    deploy(&world, "1.key");
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    let within = [TRAVEL, &["--confirm-within", "30m"]].concat();
    done(world.run(&within));
    done(sign(&world, &["--plan", PLAN, "--key", "1.key"]));
    let answer = |id: &str, outcome: &str| {
        let answer = format!("{id}={outcome}");
        world.run(&["assumptions", "run", "--only", id, "--answer", &answer])
    };
    let plan_in_action = &["deploy", "plan", "--packaging", "embedded", "--out", "other.plan.json"][..];
    for (id, refused, accepted) in [
        ("metadata-replaced", &[TRAVEL, &within, APPLY][..], &[plan_in_action][..]),
        ("metadata-hold-block", &[TRAVEL, &within, APPLY], &[plan_in_action]),
        ("metadata-seen-soon", &[&within, APPLY], &[plan_in_action]),
    ] {
        let run = answer(id, "failed");
        assert_eq!(run.code, Some(1), "{run:?}");
        let expected = format!("error: this depends on an assumption that failed on {DOMAIN} (`{id}`): ");
        let before = requests(&world).len();
        for arguments in refused {
            let error = world.run(arguments).failed_with_notes();
            assert!(error.starts_with(&expected), "{arguments:?}: {error}");
        }
        let reads = requests(&world).split_off(before);
        assert!(reads.iter().all(|it| it.starts_with("GET ")), "{id}: {reads:?}");
        let signed = sign(&world, &["--key", "1.key"]);
        if id == "metadata-seen-soon" {
            done(signed);
        } else {
            let error = signed.failed();
            assert!(error.starts_with(&expected), "{error}");
        }
        for arguments in accepted {
            done(world.run(arguments));
        }
        done(answer(id, "held"));
    }
    done(world.run(APPLY));
}
