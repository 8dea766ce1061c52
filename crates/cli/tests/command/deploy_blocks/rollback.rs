//! What is taken back, and what must not be trusted again.

use super::*;

#[test]
fn action_is_not_taken_back_from_under_its_blocks() {
    let world = world();
    // The first version has another platform, and no block.
    write(&world.folder, "organizations/acme.yaml", acme_with(""));
    let platform_before = platform(&keys().replace(&key(1).public_line(""), &key(3).public_line("")));
    let platform_after = platform(&keys());
    write(&world.folder, "platform.yaml", platform_before);
    deploy(&world, "3.key");
    write(&world.folder, "platform.yaml", platform_after);
    deploy(&world, "1.key");
    let error = refused(world.run(&["deploy", "rollback", "--to", "1"]));
    assert!(
        error.starts_with("error: that version of `claimsmith` trusts a key, or takes old blocks"),
        "{error}"
    );
    let error = refused(world.run(&["deploy", "rollback", "--to", "1", "--force"]));
    assert_eq!(
        error,
        "error: that version would close the logins of `acme`, `globex`, whose mappings it cannot read; take back their blocks first, or deploy with `--packaging embedded`\n"
    );
}

#[test]
fn action_with_all_mappings_is_not_taken_back_to_one_whose_blocks_are_gone() {
    let world = world();
    deploy(&world, "1.key");
    let planned = world.run(&["deploy", "plan", "--packaging", "embedded"]);
    assert!(planned.err.contains("warning: the mappings travel as blocks now"), "{planned:?}");
    done(world.run(APPLY));
    world.stand_in.change(|tenant| set(tenant, "org_acme", crm()));
    let error = refused(world.run(&["deploy", "rollback"]));
    assert!(error.starts_with("error: that version would close the logins of `acme`, whose"), "{error}");
    assert!(reader(&world.stand_in.tenant()).is_some_and(|it| it.embedded.contains("org_acme")));
}

#[test]
fn block_that_logins_would_refuse_is_not_taken_back() {
    let world = world();
    deploy(&world, "1.key");
    let raised = format!("{}  floor: {}\n", keys(), time_text(earlier(500)));
    write(&world.folder, "platform.yaml", platform(&raised));
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "1.key"]));
    done(world.run(APPLY));
    let after = metadata(&world.stand_in.tenant(), "org_acme");
    // The files are those from before; the Action is not.
    write(&world.folder, "platform.yaml", platform(&keys()));
    let error = refused(world.run(&["deploy", "rollback", "--organization", "acme", "--plan", PLAN]));
    assert!(
        error.contains("the earlier block of `acme` would be refused: the block was signed before the floor"),
        "{error}"
    );
    assert_eq!(metadata(&world.stand_in.tenant(), "org_acme"), after);
}

#[test]
fn key_that_others_know_is_not_trusted_from_the_next_deployment_on() {
    let world = world();
    deploy(&world, "1.key");
    with_other_key(&world);
    let planned = done(world.run(&["deploy", "plan", "--action-only"]));
    assert!(
        planned.contains(
            "closes the logins of organizations that are served now: acme (org_acme), globex (org_globex)\n"
        ),
        "{planned}"
    );
    done(world.run(APPLY));
    for id in ["org_acme", "org_globex"] {
        let source = source(&world.stand_in.tenant(), id, now());
        assert!(matches!(source, Some(Source::Nowhere(BlockRefusal::Key))), "{source:?}");
    }
    let error = refused(world.run(&["deploy", "rollback"]));
    assert!(error.starts_with("error: that version of `claimsmith` trusts a key"), "{error}");
    done(world.run(&["deploy", "plan"]));
    done(sign(&world, &["--key", "3.key"]));
    done(world.run(APPLY));
    assert!(source(&world.stand_in.tenant(), "org_acme", now()).is_some_and(|it| it.is_served()));
}

#[test]
fn group_that_blocks_do_not_grant_any_more_does_not_come_back() {
    let floors = format!("  floors: {{ groups: {{ finance-readers: {} }} }}\n", time_text(earlier(500)));
    let raised = platform(&format!("{}{floors}", keys()));
    let lowered = platform(&keys()).replace(
        "ceilings:\n",
        "  others: { applications: [catalog], description: Reads others. }\nceilings:\n  acme: { groups: others }\n",
    );
    for (restricted, acme) in
        [(raised, acme_with("")), (lowered, acme_with("").replace("finance-readers", "others"))]
    {
        let world = world();
        deploy(&world, "1.key");
        write(&world.folder, "platform.yaml", restricted);
        write(&world.folder, "organizations/acme.yaml", acme);
        done(world.run(&["deploy", "plan", "--action-only"]));
        done(world.run(APPLY));
        let error = refused(world.run(&["deploy", "rollback"]));
        assert!(error.contains("`acme`: `finance-readers`"), "{error}");
        assert!(!error.contains("globex"), "{error}");
        done(world.run(&["deploy", "rollback", "--force"]));
    }
}

#[test]
fn customer_whose_mapping_is_nowhere_does_not_come_back() {
    let world = world();
    deploy(&world, "1.key");
    fs::remove_file(world.folder.path().join("mappings/organizations/acme.yaml")).expect("removed");
    let one_key = keys().replace("      organizations: [acme]\n", "");
    write(&world.folder, "platform.yaml", platform(&one_key));
    done(world.run(&["deploy", "plan", "--packaging", "embedded"]));
    done(world.run(APPLY));
    assert!(source(&world.stand_in.tenant(), "org_acme", now()).is_some_and(|it| !it.is_served()));
    let error = refused(world.run(&["deploy", "rollback"]));
    assert!(error.contains("`acme`") && error.contains("would count again"), "{error}");
}

#[test]
fn block_that_no_login_looks_at_is_not_taken_back() {
    let world = world();
    deploy(&world, "1.key");
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    deploy(&world, "1.key");
    let after = metadata(&world.stand_in.tenant(), "org_acme");
    let apply = |packaging: &[&str]| {
        done(world.run(&[&["deploy", "plan", "--out", "other.json", "--packaging"], packaging].concat()));
        done(world.run(&["deploy", "apply", "other.json"]));
    };
    let take_back = ["deploy", "rollback", "--organization", "acme", "--plan", PLAN];
    apply(&["embedded"]);
    for force in [&[][..], &["--force"]] {
        let error = refused(world.run(&[&take_back, force].concat()));
        assert!(error.contains("the mapping of `acme` is in the Action that logins run"), "{error}");
    }
    apply(&["slices", "--slices", "2"]);
    let error = refused(world.run(&take_back));
    assert!(error.contains("logins run `claimsmith-a1`, `claimsmith-a2`, which take no blocks"), "{error}");
    assert_eq!(metadata(&world.stand_in.tenant(), "org_acme"), after);
}
