//! `docs/blocks.md`, followed literally.

use std::process::Command as Program;

use super::*;
use crate::followed::{arguments, command_lines, page};

const MERGE: &str = "jq -s '.[0].metadata += .[1].metadata | .[0]' tenant/organizations/acme.json blocks/organizations/acme.json > merged.json";

fn follow(world: &World, line: &str) -> String {
    let words = arguments(line);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // It needs no tenant, and asks no agent for a key.
    done(if words[0] == "sign" { sign(world, &words[1..]) } else { world.run(&words) })
}

fn read(world: &World, path: &str) -> Value {
    let text = fs::read_to_string(world.folder.path().join(path)).expect("a file");
    serde_json::from_str(&text).expect("JSON")
}

/// The lines that merge the metadata, where the programs are there, and otherwise what they do.
fn merge(world: &World, lines: &[String]) {
    let [own, block] =
        ["tenant", "blocks"].map(|folder| read(world, &format!("{folder}/organizations/acme.json")));
    let mut merged = own;
    let added = block["metadata"].as_object().expect("metadata").clone();
    merged["metadata"].as_object_mut().expect("metadata").extend(added);
    let target = "tenant/organizations/acme.json";
    if cfg!(unix) && Program::new("jq").arg("--version").output().is_ok() {
        for line in lines {
            let run = Program::new("sh").args(["-c", line]).current_dir(world.folder.path()).output();
            assert!(run.expect("sh").status.success(), "{line}");
        }
        assert_eq!(read(world, target), merged);
    } else {
        crate::support::write_in(&world.folder, target, merged.to_string());
    }
}

#[test]
fn every_command_of_the_blocks_page_does_what_it_says() {
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
    another_program_writes(&lines[..4]);
    a_change_is_confirmed_and_taken_back(&lines[4..]);
}

fn another_program_writes(lines: &[String]) {
    let world = world();
    fs::remove_file(world.folder.path().join("mappings/organizations/globex.yaml")).expect("a file");
    let settings = format!("  writer: deploy-cli\n{}", keys());
    write(
        &world.folder,
        "platform.yaml",
        platform(&settings)
            .replace("  globex: { protected: catalog-admins }\n", "  acme: { protected: catalog-admins }\n"),
    );
    done(sign(&world, &["--key", "1.key", "--at", &time_text(earlier(1000))]));
    let own = json!({ "name": "acme", "display_name": "Acme", "metadata": crm() });
    crate::support::write_in(&world.folder, "tenant/organizations/acme.json", own.to_string());
    merge(&world, &lines[..2]);
    let merged = read(&world, "tenant/organizations/acme.json");
    assert_eq!((&merged["display_name"], &merged["metadata"]["crm"]), (&json!("Acme"), &json!("4711")));
    // What auth0-deploy-cli does with the file.
    world.stand_in.change(|tenant| set(tenant, "org_acme", merged["metadata"].clone()));
    for line in &lines[2..] {
        follow(&world, line);
    }
    let tenant = world.stand_in.tenant();
    assert!(matches!(source(&tenant, "org_acme", now()), Some(Source::Block(_))));
    assert_eq!(Value::Object(foreign(&metadata(&tenant, "org_acme"))), crm());
}

fn a_change_is_confirmed_and_taken_back(lines: &[String]) {
    let world = world();
    fs::copy(world.folder.path().join("1.key"), world.folder.path().join("production-2026.key"))
        .expect("a key");
    deploy(&world, "1.key");
    let after = now() + 86_400;
    let first = used(&world, "org_acme", after);
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    let [plan, sign, apply, confirm, rollback, action_only] = lines else {
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
