//! Plans of blocks: which mappings and signed blocks they are for, and how they are refused.

use super::*;

#[test]
fn blocks_are_what_the_plan_says() {
    let world = world();
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "1.key"]));
    let path = world.folder.path().join("blocks/acme.json");
    let text = fs::read_to_string(&path).expect("a block");
    let mut block: Value = serde_json::from_str(&text).expect("JSON");
    let check = |block: &Value, expected: &str| {
        fs::write(&path, block.to_string()).expect("written");
        let run = world.run(APPLY);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.err.contains(expected), "{run:?}");
    };
    check(&json!({}), "`blocks/acme.json` is not a block that `claimsmith sign` wrote");
    block["organization"] = "globex".into();
    check(&block, "`blocks/acme.json` is the block of `globex`");
    block["organization"] = "acme".into();
    block["values"]["claimsmith1"] = "AAAA".into();
    check(&block, "would be refused: the block is damaged; sign again with `claimsmith sign`");
    let globex = fs::read_to_string(world.folder.path().join("blocks/globex.json")).expect("a block");
    let globex: Value = serde_json::from_str(&globex).expect("JSON");
    block["values"] = globex["values"].clone();
    check(&block, "would be refused: the block is for another tenant or organization");
    fs::write(&path, &text).expect("written");
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    done(world.run(TRAVEL));
    check(
        &serde_json::from_str(&text).expect("JSON"),
        "was signed from other mappings than the plan was made from; sign again with `claimsmith sign`",
    );
    assert_eq!(world.deployed(), None);
}

#[test]
fn blocks_that_logins_would_refuse_for_their_time_are_not_written() {
    let world = world();
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "1.key"]));
    let ahead = json!({ "clock": { "start": now() - 3600, "ms_per_request": 0 }, "tenant": {
        "organizations": world.stand_in.tenant().organizations,
    } });
    let mut slow = World::with(blocks_folder(&keys()), DOMAIN, ahead);
    std::mem::swap(&mut slow.folder, &mut { world }.folder);
    fs::write(slow.folder.path().join("ca.pem"), slow.stand_in.ca_pem()).expect("a file");
    let error = refused(slow.run(APPLY));
    assert!(error.contains("seconds ahead of the tenant's clock"), "{error}");
    assert_eq!(slow.deployed(), None);
}

#[test]
fn block_from_before_the_floor_of_its_group_is_written_again() {
    let world = world();
    deploy(&world, "1.key");
    let floors =
        format!("{}  floors: {{ groups: {{ finance-readers: {} }} }}\n", keys(), time_text(earlier(500)));
    write(&world.folder, "platform.yaml", platform(&floors));
    let planned = done(world.run(&[TRAVEL, &["--format", "json"]].concat()));
    let planned: Value = serde_json::from_str(&planned).expect("JSON");
    let names: Vec<&str> = planned["blocks"]["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .filter_map(|change| change["organization"].as_str())
        .collect();
    assert_eq!(names, ["acme"], "the other customer does not grant the group");
}

#[test]
fn plan_is_for_the_mappings_that_it_was_made_from() {
    let world = world();
    deploy(&world, "1.key");
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "1.key"]));
    write(&world.folder, "organizations/acme.yaml", acme_with(""));
    let error = world.run(APPLY).failed_with_notes();
    assert_eq!(
        error,
        "error: `claimsmith.plan.json` cannot be carried out: the mappings have changed since it was made; plan again\n"
    );
}

/// Edits the plan by hand.
fn edit_plan(world: &World, edit: impl FnOnce(&mut Value)) {
    let path = world.folder.path().join(PLAN);
    let mut plan = serde_json::from_str(&fs::read_to_string(&path).expect("a plan")).expect("JSON");
    edit(&mut plan);
    fs::write(&path, plan.to_string()).expect("written");
}

#[test]
fn plan_that_leaves_out_a_block_is_refused() {
    let world = world();
    deploy(&world, "1.key");
    let first = used(&world, "org_acme", now());
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    for chosen in [&[] as &[&str], &["--organization", "acme"]] {
        done(world.run(&[TRAVEL, chosen].concat()));
        done(sign(&world, &["--organization", "acme", "--key", "1.key"]));
        edit_plan(&world, |plan| plan["blocks"]["changes"] = json!([]));
        assert_eq!(
            refused(world.run(APPLY)),
            "error: the plan does not write the blocks of `acme`, which differ from what the mapping files give, so nothing was changed; plan again, or leave these blocks as they are with `--force`\n"
        );
        assert!(done(world.run(&[APPLY, &["--force"]].concat())).contains("0 blocks written"));
        assert_eq!(used(&world, "org_acme", now()), first);
    }
    done(world.run(TRAVEL));
    assert!(done(world.run(APPLY)).contains("1 block written"));
}

#[test]
fn plan_that_repeats_something_is_refused() {
    let world = world();
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "1.key"]));
    edit_plan(&world, |plan| {
        let changes = plan["blocks"]["changes"].as_array_mut().expect("changes");
        changes.push(changes[0].clone());
    });
    let run = world.run(APPLY);
    assert!(run.code == Some(2) && run.err.contains("it changes the block of `acme` twice"), "{run:?}");
    done(world.run(TRAVEL));
    let path = world.folder.path().join(PLAN);
    let text = fs::read_to_string(&path).expect("a plan");
    fs::write(&path, text.replacen('{', "{ \"domain\": \"x\",", 1)).expect("written");
    let run = world.run(APPLY);
    assert!(run.code == Some(2) && run.err.contains("it has `domain` twice in one object"), "{run:?}");
    assert_eq!(world.deployed(), None);
}
