//! Earlier blocks, which must not count again without being named: someone may have kept one and written it back.

use super::*;

const ACTION_ONLY: &[&str] = &["deploy", "plan", "--action-only"];

/// Deploys acme's mapping with a rule and then without it, and returns the metadata with the earlier block.
fn with_an_earlier_block(world: &World) -> Metadata {
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    deploy(world, "1.key");
    let earlier = metadata(&world.stand_in.tenant(), "org_acme");
    write(&world.folder, "organizations/acme.yaml", acme_with(""));
    deploy(world, "1.key");
    earlier
}

/// Lets acme's mapping be in the Action, or travel again.
fn embed(world: &World, is_embedded: bool) {
    let embedded = if is_embedded { "  embedded: acme\n" } else { "" };
    write(&world.folder, "platform.yaml", platform(&format!("{embedded}{}", keys())));
}

fn write_back(world: &World, earlier: &Metadata) {
    world.stand_in.change(|tenant| set(tenant, "org_acme", Value::Object(earlier.clone())));
}

fn is_in_the_action(world: &World) -> bool {
    matches!(source(&world.stand_in.tenant(), "org_acme", now()), Some(Source::Action))
}

#[test]
fn block_that_was_written_back_after_the_plan_is_not_revived() {
    let world = world();
    let earlier = with_an_earlier_block(&world);
    embed(&world, true);
    deploy(&world, "1.key");
    embed(&world, false);
    done(world.run(ACTION_ONLY));
    write_back(&world, &earlier);
    let error = refused(world.run(APPLY));
    assert!(error.contains("the mappings of `acme` leave the Action"), "{error}");
    assert!(is_in_the_action(&world));
    // Also if a full plan was edited to be one for the Action alone.
    done(world.run(TRAVEL));
    let path = world.folder.path().join(PLAN);
    let mut plan: Value = serde_json::from_str(&fs::read_to_string(&path).expect("a plan")).expect("JSON");
    plan["blocks"]["is_action_only"] = json!(true);
    let with_changes = plan.clone();
    plan["blocks"]["changes"] = json!([]);
    fs::write(&path, plan.to_string()).expect("written");
    let error = refused(world.run(APPLY));
    assert!(error.contains("the mappings of `acme` leave the Action"), "{error}");
    fs::write(&path, with_changes.to_string()).expect("written");
    let error = world.run(APPLY).failed_with_notes();
    assert!(error.contains("is a plan of the Action alone, and changes blocks"), "{error}");
    assert!(is_in_the_action(&world));
}

#[test]
fn block_that_returns_to_an_earlier_mapping_is_not_current() {
    let world = world();
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    deploy(&world, "1.key");
    write(&world.folder, "organizations/acme.yaml", acme_with(""));
    done(world.run(&[TRAVEL, &["--organization", "acme", "--confirm-within", "30m", "--force"]].concat()));
    done(sign(&world, &["--plan", PLAN, "--key", "1.key"]));
    done(world.run(APPLY));
    // A plan that waits for a confirmation is not replaced.
    fs::remove_file(world.folder.path().join(PLAN)).expect("a plan");
    embed(&world, true);
    deploy(&world, "1.key");
    embed(&world, false);
    // The block has this mapping now, and from the deadline on the one before.
    let error = refused(world.run(ACTION_ONLY));
    assert!(error.contains("the mappings of `acme` leave the Action"), "{error}");
}

#[test]
fn rollback_to_an_action_that_takes_an_earlier_block_is_refused() {
    let world = world();
    let earlier = with_an_earlier_block(&world);
    embed(&world, true);
    deploy(&world, "1.key");
    write_back(&world, &earlier);
    let error = refused(world.run(&["deploy", "rollback"]));
    assert!(error.contains("an earlier block would count again") && error.contains("`acme`"), "{error}");
    assert!(is_in_the_action(&world));
    done(world.run(&["deploy", "rollback", "--force"]));
    assert!(!is_in_the_action(&world));
}

#[test]
fn plan_of_the_action_alone_names_who_needs_an_organization() {
    let world = world();
    done(world.run(&["deploy", "plan"]));
    done(world.run(APPLY));
    let blocks = format!("  writer: terraform\n{}", keys());
    write(&world.folder, "platform.yaml", platform(&blocks));
    let run = world.run(&[TRAVEL, &["--action-only"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let expected = "do not go through the Auth0 organization of their customer are closed: acme, globex";
    assert!(run.err.contains(expected), "{run:?}");
    assert!(run.out.contains("unchanged  2 blocks, because of `--action-only`\n"), "{run:?}");
    assert!(
        run.err.contains("not what the mapping files give, and stay as they are: acme, globex\n"),
        "{run:?}"
    );
    // Without their blocks, those that do are closed as well.
    assert!(run.out.contains("closes the logins of") && run.out.contains("acme (org_acme)"), "{run:?}");
}

#[test]
fn customer_who_has_only_a_block_is_named_when_the_action_takes_none() {
    let world = world();
    deploy(&world, "1.key");
    for name in ["globex", "initech"] {
        fs::remove_file(world.folder.path().join(format!("mappings/organizations/{name}.yaml")))
            .expect("removed");
    }
    write(
        &world.folder,
        "platform.yaml",
        platform(&keys()).replace("ceilings:\n  globex: { protected: catalog-admins }\n", ""),
    );
    let run = world.run(&["deploy", "plan", "--packaging", "embedded"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.err.contains("mapping files have none for them any more: globex (org_globex)\n"), "{run:?}");
    assert!(run.out.contains("initech (gone: its logins are closed)"), "{run:?}");
    let run = world.run(&["deploy", "plan", "--packaging", "slices", "--slices", "2"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.err.contains("have none for them any more: globex (org_globex)\n"), "{run:?}");
}

#[test]
fn action_that_cannot_be_read_does_not_decide_where_mappings_are() {
    let world = world();
    deploy(&world, "1.key");
    world.stand_in.change(|tenant| {
        for version in tenant.actions.iter_mut().flat_map(|action| &mut action.versions) {
            // Its first line stays, which says who made it.
            let (first, rest) = version.code.split_once('\n').expect("lines");
            version.code = format!("{first}\n{}", rest.replace('"', "'"));
        }
    });
    let error = world.run(&["deploy", "plan"]).failed_with_notes();
    assert!(error.contains("say where they are to be, with `--packaging`"), "{error}");
}
