//! `docs/blocks.md`, followed literally.

use std::process::Command as Program;

use serde_json::Map;

use super::*;
use crate::followed::{arguments, command_lines, page};

const MERGE: &str = "jq -s '.[0].metadata += .[1].metadata | .[0]' tenant/organizations/acme.json blocks/organizations/acme.json > merged.json";

fn follow(world: &World, line: &str) -> String {
    let words = arguments(line);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // It needs no tenant, and asks no agent for a key.
    done(match words.split_first() {
        Some((&"sign", rest)) => sign(world, rest),
        _ => world.run(&words),
    })
}

/// The organization in a file, and its metadata.
fn organization(world: &World, path: &str) -> (Value, Map<String, Value>) {
    let text = fs::read_to_string(world.folder.path().join(path)).expect("a file");
    let organization: Value = serde_json::from_str(&text).expect("JSON");
    let metadata = organization.get("metadata").and_then(Value::as_object).expect("metadata").clone();
    (organization, metadata)
}

/// The lines that merge the metadata, where the programs are there, and otherwise what they do.
fn merge(world: &World, lines: &[String]) {
    let (mut merged, mut metadata) = organization(world, "tenant/organizations/acme.json");
    metadata.extend(organization(world, "blocks/organizations/acme.json").1);
    merged.as_object_mut().expect("an object").insert("metadata".to_owned(), metadata.into());
    let target = "tenant/organizations/acme.json";
    if cfg!(unix) && Program::new("jq").arg("--version").output().is_ok() {
        for line in lines {
            let run = Program::new("sh").args(["-c", line]).current_dir(world.folder.path()).output();
            assert!(run.expect("sh").status.success(), "{line}");
        }
        assert_eq!(organization(world, target).0, merged);
    } else {
        crate::support::write_in(&world.folder, target, merged.to_string());
    }
}

/// The lines of the page, which are as the tests expect them.
fn lines() -> Vec<String> {
    let lines = command_lines(&page("blocks.md"));
    assert_eq!(
        lines,
        [
            MERGE,
            "mv merged.json tenant/organizations/acme.json",
            "claimsmith deploy plan --packaging organizations --action-only",
            "claimsmith deploy apply claimsmith.plan.json",
            "claimsmith deploy plan --packaging organizations --organization acme --confirm-within 30m",
            "claimsmith sign --plan claimsmith.plan.json --key production-2026.key",
            "claimsmith deploy apply claimsmith.plan.json",
            "claimsmith deploy confirm claimsmith.plan.json",
            "claimsmith deploy rollback --organization acme --plan claimsmith.plan.json",
            "claimsmith deploy plan --action-only",
        ]
    );
    lines
}

#[test]
fn commands_beside_another_writer_do_what_the_page_says() {
    let lines = &lines()[..4];
    let world = world();
    fs::remove_file(world.folder.path().join("mappings/organizations/globex.yaml")).expect("a file");
    let settings = format!("  writer: deploy-cli\n{}", keys());
    // The ceiling of the customer that has left is now that of the other one.
    write(&world.folder, "platform.yaml", platform(&settings).replace("  globex: {", "  acme: {"));
    done(sign(&world, &["--key", "1.key", "--at", &time_text(earlier(1000))]));
    let own = json!({ "name": "acme", "display_name": "Acme", "metadata": crm() });
    crate::support::write_in(&world.folder, "tenant/organizations/acme.json", own.to_string());
    merge(&world, &lines[..2]);
    let (merged, added) = organization(&world, "tenant/organizations/acme.json");
    assert_eq!((&merged["display_name"], &added["crm"]), (&json!("Acme"), &json!("4711")));
    // What auth0-deploy-cli does with the file.
    world.stand_in.change(|tenant| set(tenant, "org_acme", added.clone().into()));
    for line in &lines[2..] {
        follow(&world, line);
    }
    let tenant = world.stand_in.tenant();
    assert!(matches!(source(&tenant, "org_acme", now()), Some(Source::Block(_))));
    assert_eq!(Value::Object(foreign(&metadata(&tenant, "org_acme"))), crm());
}

#[test]
fn commands_of_a_confirmation_do_what_the_page_says() {
    let lines = lines();
    let world = world();
    fs::copy(world.folder.path().join("1.key"), world.folder.path().join("production-2026.key"))
        .expect("a key");
    deploy(&world, "1.key");
    let after = now() + 86_400;
    let first = used(&world, "org_acme", after);
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    let [plan, sign, apply, confirm, rollback, action_only] = &lines[4..] else {
        unreachable!("there are six lines");
    };
    for line in [plan, sign, apply] {
        follow(&world, line);
    }
    let candidate = used(&world, "org_acme", now());
    assert_ne!(candidate, first);
    assert_eq!(used(&world, "org_acme", after), first, "without a confirmation it comes back");
    follow(&world, confirm);
    assert_eq!(used(&world, "org_acme", after), candidate);
    follow(&world, rollback);
    assert_eq!(used(&world, "org_acme", now()), first);
    let planned = follow(&world, action_only);
    assert!(!planned.contains("block "), "{planned}");
}
