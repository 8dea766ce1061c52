//! What a plan needs when it is carried out, which others may have changed since.

use super::*;

/// Replaces a text in the plan.
fn edit_plan(world: &World, from: &str, to: &str) {
    let path = world.folder.path().join(PLAN);
    let text = fs::read_to_string(&path).expect("a plan");
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).expect("written");
}

#[test]
fn order_that_was_edited_is_refused() {
    let world = world();
    deploy(&world, "1.key");
    with_other_key(&world);
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "3.key"]));
    let begun = world.stand_in.tenant();
    for (from, to) in [("in-between", "action-first"), ("action-first", "blocks-first")] {
        edit_plan(&world, &format!("\"order\": \"{from}\""), &format!("\"order\": \"{to}\""));
        let error = refused(world.run(APPLY));
        assert!(
            error.contains("no login is closed in between only by an Action that takes old and new blocks, the blocks, then the Action, so nothing was changed"),
            "{to}: {error}"
        );
        assert_eq!(reader(&world.stand_in.tenant()), reader(&begun), "{to}");
    }
    done(world.run(&[APPLY, &["--force"]].concat()));
}

#[test]
fn action_in_between_that_was_removed_from_the_plan_is_refused() {
    let world = world();
    deploy(&world, "1.key");
    with_other_key(&world);
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "3.key"]));
    let path = world.folder.path().join(PLAN);
    let mut plan: Value = serde_json::from_str(&fs::read_to_string(&path).expect("a plan")).expect("JSON");
    plan["blocks"]["in_between"] = Value::Null;
    fs::write(&path, plan.to_string()).expect("written");
    let error = refused(world.run(APPLY));
    assert!(error.contains("plan again, or accept it with `--force`"), "{error}");
}

/// A deployment whose key the customer `globex` still needs, so that it is closed.
fn closing_plan(world: &World) {
    deploy(world, "1.key");
    with_other_key(world);
    done(world.run(&["deploy", "plan", "--action-only"]));
}

#[test]
fn closures_that_the_plan_does_not_say_are_refused() {
    let world = world();
    closing_plan(&world);
    edit_plan(&world, "\"org_globex\"\n", "\"org_umbrella\"\n");
    let error = refused(world.run(APPLY));
    assert!(
        error.ends_with("; it would also close globex (org_globex); it would not close umbrella (org_umbrella); plan again, or accept it with `--force`\n"),
        "{error}"
    );
    done(world.run(&["deploy", "plan", "--action-only"]));
    done(world.run(APPLY));
}

#[test]
fn customer_who_is_served_since_the_plan_is_not_closed() {
    let world = world();
    deploy(&world, "1.key");
    // At the time of the plan, one customer has no block, and its logins are closed.
    let block = metadata(&world.stand_in.tenant(), "org_globex");
    world.stand_in.change(|tenant| set(tenant, "org_globex", crm()));
    with_other_key(&world);
    done(world.run(&["deploy", "plan", "--action-only"]));
    world.stand_in.change(|tenant| set(tenant, "org_globex", Value::Object(block.clone())));
    let error = refused(world.run(APPLY));
    assert!(
        error.ends_with(
            "; it would also close globex (org_globex); plan again, or accept it with `--force`\n"
        ),
        "{error}"
    );
    // An organization that is gone cannot be closed, and its absence does not matter.
    done(world.run(&["deploy", "plan", "--action-only"]));
    world.stand_in.change(|tenant| tenant.organizations.retain(|it| it["id"] != "org_globex"));
    done(world.run(APPLY));
}

#[test]
fn run_that_closes_customers_is_continued() {
    let world = world();
    closing_plan(&world);
    let begun = world.stand_in.tenant();
    let before = world.stand_in.requests().len();
    done(world.run(APPLY));
    let positions = world.stand_in.requests().len() - before;
    for position in 1..=positions as u64 {
        for kind in [FaultKind::Status(418), FaultKind::StatusAfter(418)] {
            world.stand_in.change(|tenant| *tenant = begun.clone());
            world.stand_in.add_fault(Fault::new(At::request(position), kind));
            assert_eq!(world.run(APPLY).code, Some(2), "{position}");
            done(world.run(APPLY));
        }
    }
}

/// A platform with a tier, in which the mapping of `globex` grants the groups of a ceiling.
fn with_tier(world: &World, blocks: &str, is_lowered: bool) {
    let tier = "tiers: { level: [catalog-admins, finance-readers] }\nceilings:";
    let mut text = platform(blocks).replace("ceilings:", tier);
    let readers = "  - { id: readers, match: { exact: readers }, grant: finance-readers }\n";
    let mut rules = format!(
        "version: 1\norganization: org_globex\nconnections: {{ globex-ad: {{ strategy: ad }} }}\nrules:\n{readers}"
    );
    if is_lowered {
        text = text.replace("ceilings:\n  globex: { protected: catalog-admins }\n", "");
        rules.push_str("  - { id: admins, match: { exact: it-admins }, grant: finance-readers }\n");
    } else {
        rules.push_str(
            "  - { id: admins, match: { exact: it-admins }, grant: catalog-admins, protected: true }\n",
        );
    }
    write(&world.folder, "platform.yaml", text);
    write(&world.folder, "organizations/globex.yaml", rules);
}

#[test]
fn group_that_the_new_action_withholds_is_replaced_before() {
    let world = world();
    with_tier(&world, &keys(), false);
    deploy(&world, "1.key");
    with_tier(&world, &keys(), true);
    let run = world.run(TRAVEL);
    assert!(run.out.contains("order      the blocks, then the Action\n"), "{run:?}");
    let withheld = "warning: from the Action until the new block of `globex` is written, people have neither these groups nor lower ones of their tiers: catalog-admins\n";
    assert!(!run.err.contains(withheld), "{run:?}");
    // If the key is replaced as well, an Action goes in between, and it has the new ceilings.
    with_tier(&world, &keys().replace(&key(1).public_line(""), &key(3).public_line("")), true);
    let run = world.run(TRAVEL);
    assert!(run.out.contains("order      an Action that takes old and new blocks"), "{run:?}");
    assert!(run.err.ends_with(withheld), "{run:?}");
}
