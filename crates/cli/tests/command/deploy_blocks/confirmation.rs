//! Changes that need a confirmation, and what they may be.

use super::*;

#[test]
fn candidate_counts_until_the_deadline_unless_it_is_confirmed() {
    let world = world();
    deploy(&world, "1.key");
    let first = used(&world, "org_acme", now());
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    let within = [TRAVEL, &["--confirm-within", "30m"]].concat();
    let planned = done(world.run(&within));
    assert!(planned.contains("\nreturns    at "), "{planned}");
    assert!(
        planned.contains("`claimsmith sign --plan claimsmith.plan.json` signs the blocks\n"),
        "{planned}"
    );
    done(sign(&world, &["--key", "1.key"]));
    let error = world.run(APPLY).err;
    assert!(
        error.contains(
            "there is no block of `acme` in `blocks` that asks for a confirmation (`blocks/acme.json` is final); `claimsmith sign --plan claimsmith.plan.json` writes it"
        ),
        "{error}"
    );
    done(sign(&world, &["--plan", PLAN, "--key", "1.key"]));
    let out = done(world.run(APPLY));
    assert!(out.contains("unless `claimsmith deploy confirm claimsmith.plan.json` comes before"), "{out}");
    let again = sign(&world, &["--plan", PLAN, "--key", "1.key"]).failed();
    assert!(again.contains("`blocks/acme.pending.json` was signed for this plan already"), "{again}");
    // Another block of the same customer does not replace what confirms this one.
    done(sign(&world, &["--key", "1.key"]));
    let deadline = now() + 30 * 60;
    let candidate = used(&world, "org_acme", now());
    assert_ne!(candidate, first);
    assert_eq!(used(&world, "org_acme", deadline + 60), first, "it returns by itself");

    let confirmed = done(world.run(&["deploy", "confirm", PLAN]));
    assert!(
        confirmed.starts_with("confirm block of acme: done\n1 block confirmed, 0 already"),
        "{confirmed}"
    );
    assert_eq!(used(&world, "org_acme", deadline + 60), candidate);
    done(world.run(&["deploy", "confirm", PLAN]));
    let error = world.run(&within).failed_with_notes();
    assert_eq!(error, "error: no block would change, so there is nothing to confirm\n");
}

#[test]
fn confirmation_is_refused_after_the_deadline_and_over_other_blocks() {
    let world = pending();
    let pending = metadata(&world.stand_in.tenant(), "org_acme");
    world.stand_in.change(|tenant| set(tenant, "org_acme", crm()));
    let error = refused(world.run(&["deploy", "confirm", PLAN]));
    assert!(error.contains("somebody has changed the block of `acme`"), "{error}");
    world.stand_in.change(|tenant| set(tenant, "org_acme", Value::Object(pending.clone())));
    world.stand_in.advance(30 * 60);
    let error = refused(world.run(&["deploy", "confirm", PLAN]));
    assert!(error.starts_with("error: the time for a confirmation ended at 20"), "{error}");
    assert_eq!(metadata(&world.stand_in.tenant(), "org_acme"), pending);
}

#[test]
fn change_is_not_written_without_the_time_to_confirm_it() {
    let world = world();
    deploy(&world, "1.key");
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    // The clock of the tenant is another one than that of the machine, and counts.
    world.stand_in.advance(500);
    done(world.run(&[TRAVEL, &["--confirm-within", "30m"]].concat()));
    let plan = fs::read_to_string(world.folder.path().join(PLAN)).expect("a plan");
    let plan: Value = serde_json::from_str(&plan).expect("JSON");
    let deadline = world.stand_in.now() + 30 * 60;
    assert_eq!(plan["blocks"]["confirmation"]["deadline"], json!(deadline));
    done(sign(&world, &["--plan", PLAN, "--key", "1.key"]));
    let before = metadata(&world.stand_in.tenant(), "org_acme");
    world.stand_in.advance(30 * 60 - 3);
    let error = refused(world.run(APPLY));
    let expected = "error: writing and confirming these blocks may take 4 seconds, and the time for a confirmation ends at 20";
    assert!(error.starts_with(expected), "{error}");
    assert_eq!(metadata(&world.stand_in.tenant(), "org_acme"), before);
}

#[test]
fn what_may_remove_access_does_not_wait_for_a_confirmation() {
    let world = world();
    deploy(&world, "1.key");
    let within = [TRAVEL, &["--confirm-within", "30m"]].concat();
    write(&world.folder, "organizations/acme.yaml", acme_with("").replace("fin-*", "acc-*"));
    let error = world.run(&within).failed_with_notes();
    assert_eq!(
        error,
        "error: the change of `acme` may remove access by the rule `finance`, and without a confirmation that access would come back; deploy it without `--confirm-within`, or accept that with `--force`\n"
    );
    let planned = done(world.run(TRAVEL));
    assert!(planned.contains("\nmay remove access, revocable by replay until a floor has passed the blocks that are replaced: acme\n"), "{planned}");
    done(world.run(&[within.as_slice(), &["--force"]].concat()));
    write(&world.folder, "platform.yaml", platform(&format!("{}  floor: 2026-11-02\n", keys())));
    let error = world.run(&within).failed_with_notes();
    assert!(
        error.starts_with("error: logins do not run the Action that these mapping files give"),
        "{error}"
    );
}

#[test]
fn mapping_that_still_waits_counts_for_what_a_change_removes() {
    let world = world();
    deploy(&world, "1.key");
    let within = [TRAVEL, &["--confirm-within", "30m"]].concat();
    write(&world.folder, "organizations/acme.yaml", acme_with("").replace("fin-*", "acc-*"));
    done(world.run(&[within.as_slice(), &["--force"]].concat()));
    done(sign(&world, &["--plan", PLAN, "--key", "1.key"]));
    done(world.run(APPLY));
    // It only adds to the candidate, but without a confirmation the mapping before that would return.
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED).replace("fin-*", "acc-*"));
    let error = world.run(&within).failed_with_notes();
    assert!(error.starts_with("error: the change of `acme` may remove access"), "{error}");
}

#[test]
fn old_mapping_means_no_more_when_it_is_signed_again() {
    let world = world();
    // The second key may sign for acme, and not for protected groups.
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "1.key"]));
    done(sign(&world, &["--key", "2.key", "--organization", "acme"]));
    done(world.run(APPLY));
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    let within = [TRAVEL, &["--confirm-within", "30m"]].concat();
    done(world.run(&within));
    let error = sign(&world, &["--plan", PLAN, "--key", "1.key"]).failed();
    assert!(error.contains("the block of `acme` was signed by a key without `protected: true`"), "{error}");
    let floors =
        format!("{}  floors: {{ groups: {{ finance-readers: {} }} }}\n", keys(), time_text(earlier(0) + 60));
    write(&world.folder, "platform.yaml", platform(&floors));
    let error = sign(&world, &["--plan", PLAN, "--key", "2.key"]).failed();
    assert!(error.contains("is from before the floor of `finance-readers`"), "{error}");
}

#[test]
fn customer_without_a_block_has_nothing_to_come_back_to() {
    let world = world();
    deploy(&world, "1.key");
    let within = [TRAVEL, &["--organization", "acme", "--confirm-within", "30m"]].concat();
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    world.stand_in.change(|tenant| set(tenant, "org_acme", crm()));
    for arguments in [&within, &[within.as_slice(), &["--force"]].concat()] {
        fs::remove_file(world.folder.path().join(PLAN)).unwrap_or_default();
        let error = world.run(arguments).failed_with_notes();
        assert_eq!(
            error,
            "error: `acme` has no block yet that could come back without a confirmation; deploy it without `--confirm-within`\n"
        );
        assert!(!world.folder.path().join(PLAN).exists());
    }
    assert_eq!(Value::Object(metadata(&world.stand_in.tenant(), "org_acme")), crm());
    // The advice.
    done(world.run(&[TRAVEL, &["--organization", "acme"]].concat()));
    done(sign(&world, &["--key", "1.key"]));
    done(world.run(APPLY));
    assert!(matches!(source(&world.stand_in.tenant(), "org_acme", now()), Some(Source::Block(_))));
}

#[test]
fn customer_who_cannot_be_confirmed_holds_up_no_other() {
    let world = world();
    deploy(&world, "1.key");
    let (first, last) = (used(&world, "org_acme", now()), used(&world, "org_globex", now()));
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    let text = fs::read_to_string(world.folder.path().join("mappings/organizations/globex.yaml"));
    write(&world.folder, "organizations/globex.yaml", text.expect("a mapping") + ADDED);
    done(world.run(&[TRAVEL, &["--confirm-within", "30m"]].concat()));
    done(sign(&world, &["--plan", PLAN, "--key", "1.key"]));
    done(world.run(APPLY));
    let begun = world.stand_in.tenant();
    let deadline = now() + 30 * 60;
    assert_eq!(used(&world, "org_globex", deadline), last);
    let patch = At::route("PATCH", "/api/v2/organizations/org_acme", 1);
    world.stand_in.add_fault(Fault::new(patch, FaultKind::Status(400)));
    type Change = fn(&mut Tenant);
    let changes: [(Change, &str); 3] = [
        (|_| {}, "Auth0 does not take the metadata of `acme`"),
        (|tenant| set(tenant, "org_acme", crm()), "somebody has changed the block of `acme`"),
        (
            |tenant| tenant.organizations.retain(|it| it["id"] != "org_acme"),
            "the Auth0 organization of `acme` does not exist any more",
        ),
    ];
    for (change, expected) in changes {
        world.stand_in.change(|tenant| *tenant = begun.clone());
        world.stand_in.change(change);
        let run = world.run(&["deploy", "confirm", PLAN]);
        assert!(run.code == Some(1) && errors(&run).contains(expected), "{run:?}");
        assert!(run.out.contains("1 block confirmed, 0 already"), "{run:?}");
        assert_ne!(used(&world, "org_globex", deadline), last, "{expected}");
    }
    world.stand_in.change(|tenant| *tenant = begun.clone());
    assert!(done(world.run(&["deploy", "confirm", PLAN])).contains("2 blocks confirmed"));
    assert_ne!(used(&world, "org_acme", deadline), first);
}

/// Writes a block of acme that waits for a confirmation.
fn pending() -> World {
    let world = world();
    deploy(&world, "1.key");
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    done(world.run(&[TRAVEL, &["--confirm-within", "30m"]].concat()));
    done(sign(&world, &["--plan", PLAN, "--key", "1.key"]));
    done(world.run(APPLY));
    world
}

#[test]
fn confirmed_block_is_not_replaced_by_the_one_that_waited() {
    let world = pending();
    done(world.run(&["deploy", "confirm", PLAN]));
    let confirmed = metadata(&world.stand_in.tenant(), "org_acme");
    for arguments in [APPLY, &[APPLY, &["--force"]].concat()] {
        let run = world.run(arguments);
        assert_eq!(errors(&run), "", "{run:?}");
        let out = done(run);
        assert!(
            out.ends_with("0 blocks written, 0 as planned already, 1 unchanged, 1 confirmed already\n"),
            "{out}"
        );
    }
    assert_eq!(metadata(&world.stand_in.tenant(), "org_acme"), confirmed);
}

#[test]
fn plan_that_was_taken_back_says_so_when_it_is_carried_out_again() {
    let world = pending();
    done(world.run(&["deploy", "rollback", "--organization", "acme", "--plan", PLAN]));
    let error = refused(world.run(&["deploy", "confirm", PLAN]));
    assert!(error.starts_with("error: the block of `acme` was taken back at 20"), "{error}");
    assert!(
        error.ends_with(
            "Z, so nothing waits for a confirmation; plan again if the change is needed after all\n"
        ),
        "{error}"
    );
    let again = world.run(APPLY);
    assert!(again.err.contains("\nnote: the block of `acme` was taken back at 20"), "{again:?}");
    assert!(again.err.ends_with("Z, and this plan writes it again\n"), "{again:?}");
    assert!(done(again).starts_with("block of acme: done\n"));
    done(world.run(&["deploy", "confirm", PLAN]));
    // The same without a journal of what was taken back.
    fs::remove_file(world.folder.path().join("claimsmith.plan.journal.jsonl")).expect("a journal");
    let elsewhere = ["--journal", "other.jsonl"];
    done(
        world.run(
            &[&["deploy", "rollback", "--organization", "acme", "--plan", PLAN], &elsewhere[..]].concat(),
        ),
    );
    let error = refused(world.run(&["deploy", "confirm", PLAN]));
    assert_eq!(
        error,
        "error: the block of `acme` is as it was before the plan, so nothing waits for a confirmation; run `claimsmith deploy apply` with this plan first, unless the change was taken back on purpose\n"
    );
}

#[test]
fn plan_whose_change_waits_for_a_confirmation_is_not_replaced() {
    let world = pending();
    let plan = || fs::read(world.folder.path().join(PLAN)).expect("a plan");
    let first = plan();
    let globex = [TRAVEL, &["--organization", "globex", "--rewrite"]].concat();
    let slices = ["deploy", "plan", "--packaging", "slices", "--slices", "2"].to_vec();
    for arguments in [TRAVEL.to_vec(), globex, slices] {
        let error = world.run(&arguments).failed_with_notes();
        assert!(
            error.starts_with(
                "error: `claimsmith.plan.json` has a change of `acme` that waits for a confirmation until 20"
            ),
            "{error}"
        );
        assert_eq!(plan(), first);
    }
    // Each of the three ways out.
    done(world.run(&[TRAVEL, &["--out", "other.json"]].concat()));
    done(world.run(&["deploy", "rollback", "--organization", "acme", "--plan", PLAN]));
    done(world.run(TRAVEL));
    let world = pending();
    done(world.run(&["deploy", "confirm", PLAN]));
    done(world.run(TRAVEL));
    let world = pending();
    world.stand_in.advance(30 * 60);
    done(world.run(TRAVEL));
}
