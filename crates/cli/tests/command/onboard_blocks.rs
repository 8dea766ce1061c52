//! `claimsmith onboard` on a platform whose mappings travel as signed blocks.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::blocks::{DOMAIN, blocks_folder, key, keys, platform};
use crate::deploy::World;
use crate::onboard::{kit, without_digest};
use crate::support::{Run, check_snapshot, claimsmith, run_in, write};

/// The kit of a customer as text, where the platform has these `blocks`.
fn kit_of(arguments: &[&str], blocks: &str) -> String {
    let folder = blocks_folder(blocks);
    run_in(&folder, &[&["onboard"], arguments].concat()).stdout(0);
    without_digest(&kit(&folder, &format!("onboarding/{}", arguments.first().expect("a name"))))
}

const NEW: &[&str] = &["stark", "--strategy", "okta"];

/// A part of a kit.
#[track_caller]
fn part<'k>(kit: &'k str, file: &str) -> &'k str {
    let (_, rest) = kit.split_once(&format!("=== {file}\n")).expect("the file");
    rest.split("\n=== ").next().expect("a text")
}

#[test]
fn kit_of_a_customer_whose_mapping_travels_is_as_reviewed() {
    let kit = kit_of(NEW, &keys());
    check_snapshot("onboard/okta-block", &kit);
    for wrong in ["the mapping that the Action contains", "`claimsmith deploy rollback` lets"] {
        assert!(!kit.contains(wrong), "{wrong}");
    }
    for writer in ["terraform", "deploy-cli"] {
        let kit = kit_of(NEW, &format!("  writer: {writer}\n{}", keys()));
        let parts = ["auth0.md", "auth0/terraform/onboarding.tf", "cutover.md", "handover.md"];
        let shown: String = parts.iter().map(|file| format!("=== {file}\n{}\n", part(&kit, file))).collect();
        check_snapshot(&format!("onboard-block-{writer}"), &shown);
        assert!(!kit.contains("--confirm-within") && !kit.contains("rollback --organization"), "{kit}");
    }
}

#[test]
fn kit_of_a_customer_whose_mapping_stays_says_why() {
    let check = |arguments: &[&str], blocks: &str, why: &str| {
        let kit = kit_of(arguments, blocks);
        let text = part(&kit, "auth0.md");
        let stays = format!("that of this customer stays in the Action: {why}.\n");
        assert!(text.contains("\n## The Action\n") && text.contains(&stays), "{text}");
        assert!(!kit.contains("ignore_changes") && !kit.contains("floors"), "{kit}");
    };
    let embedded = format!("  embedded: [acme]\n{}", keys());
    check(&["acme"], &embedded, "`blocks` lists it under `embedded`");
    let scoped = keys().replace("      protected: true\n", "      organizations: [globex]\n");
    check(NEW, &scoped, "no key of `blocks` may sign for it");
    let condition = "the rule `finance` has a condition on metadata, which is not signed";
    check(&["umbrella"], &keys(), condition);
}

#[test]
fn plan_of_the_platform_deploys_what_takes_blocks() {
    let folder = blocks_folder(&keys());
    run_in(&folder, &["onboard", "--platform"]).stdout(0);
    let plan =
        || fs::read_to_string(folder.path().join("onboarding/platform/platform-plan.md")).expect("a plan");
    assert!(
        plan().contains("`claimsmith deploy plan --tenant production --packaging organizations` |"),
        "{}",
        plan()
    );
    let blocks = format!("  writer: terraform\n{}", keys());
    write(&folder, "platform.yaml", platform(&blocks));
    fs::remove_file(folder.path().join("onboarding/platform/platform-plan.md")).expect("a plan");
    run_in(&folder, &["onboard", "--platform"]).stdout(0);
    assert!(plan().contains("--packaging organizations --action-only` |"), "{}", plan());
}

/// A tenant with the organization and the connection of `acme`, whose mapping travels, and its kit.
fn tenant(blocks: &str) -> World {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let world = World::with(
        blocks_folder(blocks),
        DOMAIN,
        json!({
            "clock": { "start": now, "ms_per_request": 0 },
            "rate": { "burst": 1_000_000 },
            "tenant": {
                "organizations": [{ "id": "org_acme", "name": "acme" }],
                "connections": [{
                    "id": "con_1", "name": "acme-entra", "strategy": "waad",
                    "options": { "set_user_root_attributes": "on_each_login", "ext_groups": true },
                }],
                "organization_connections": {
                    "org_acme": [{ "connection_id": "con_1", "assign_membership_on_login": true }],
                },
                "connection_clients": { "con_1": ["CatalogClient"] },
            },
        }),
    );
    run_in(&world.folder, &["onboard", "acme"]).stdout(0);
    world
}

/// What is said of the tenant.
fn said(world: &World) -> String {
    let run = world.run(&["onboard", "--check", "acme"]);
    assert_eq!(run.code, Some(1), "files of the kit have places to fill in: {run:?}");
    run.out.lines().filter(|line| line.starts_with("tenant ")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn check_looks_for_the_block_as_a_login_does() {
    let world = tenant(&keys());
    let out = said(&world);
    assert!(
        out.starts_with("tenant acme.eu.auth0.com: organization `acme`: its metadata have no block; run `claimsmith deploy plan --organization acme`, `claimsmith sign --organization acme` and"),
        "{out}"
    );
    run_to_end(&world, &["deploy", "plan", "--packaging", "organizations"]);
    sign(&world);
    run_to_end(&world, &["deploy", "apply", "claimsmith.plan.json"]);
    assert_eq!(said(&world), "");
    // A block of an earlier mapping.
    let file = world.folder.path().join("mappings/organizations/acme.yaml");
    let before = fs::read_to_string(&file).expect("a mapping");
    fs::write(&file, before.replace("fin-", "finance-")).expect("a mapping");
    assert!(said(&world).contains("its block has another mapping than the files"), "{}", said(&world));
    fs::write(&file, before).expect("a mapping");
    // Files that trust another key: they would refuse the block, which the Action takes.
    let others = keys().replace(&key(1).public_line(""), &key(3).public_line(""));
    let others = others.replace(&key(2).public_line(""), &key(4).public_line(""));
    write(&world.folder, "platform.yaml", platform(&others));
    assert!(said(&world).contains("(`block-key`); run `claimsmith deploy plan"), "{}", said(&world));
    // And the other way around.
    run_to_end(&world, &["deploy", "plan", "--action-only"]);
    run_to_end(&world, &["deploy", "apply", "claimsmith.plan.json"]);
    write(&world.folder, "platform.yaml", platform(&keys()));
    let out = said(&world);
    assert!(out.contains("the Action that logins run does not take the block of `acme`: "), "{out}");
}

#[test]
fn check_without_credentials_says_that_the_block_was_not_looked_for() {
    let ask = |blocks: &str| {
        let folder = blocks_folder(blocks);
        run_in(&folder, &["onboard", "acme"]).stdout(0);
        let command = claimsmith(&["onboard", "--check", "acme"]).current_dir(folder.path());
        let command = ["AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_SIGNING_KEY_PATH", "AUTH0_ACCESS_TOKEN"]
            .into_iter()
            .fold(command, |command, name| command.env_remove(name));
        Run::new(command.output().expect("the command starts")).stdout(1)
    };
    let line = "so it is not known whether the signed block of `acme` is there, without which its logins are closed\n";
    assert!(ask(&keys()).contains(line));
    assert!(!ask(&format!("  embedded: [acme]\n{}", keys())).contains("signed block"));
}

#[track_caller]
fn run_to_end(world: &World, arguments: &[&str]) {
    let run = world.run(arguments);
    assert_eq!(run.code, Some(0), "{run:?}");
}

fn sign(world: &World) {
    let command = claimsmith(&["sign", "--key", "1.key"]).current_dir(world.folder.path());
    let command = command.env_remove("SSH_AUTH_SOCK").env_remove("CLAIMSMITH_SIGNING_KEY");
    let run = Run::new(command.output().expect("the command starts"));
    assert_eq!(run.code, Some(0), "{run:?}");
}
