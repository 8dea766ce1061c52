//! `claimsmith onboard` on a platform whose mappings travel as signed blocks.

use std::fs;

use crate::blocks::{blocks_folder, keys};
use crate::onboard::{kit, without_digest};
use crate::support::{check_snapshot, run_in, write};

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
    write(&folder, "platform.yaml", crate::blocks::platform(&blocks));
    fs::remove_file(folder.path().join("onboarding/platform/platform-plan.md")).expect("a plan");
    run_in(&folder, &["onboard", "--platform"]).stdout(0);
    assert!(plan().contains("--packaging organizations --action-only` |"), "{}", plan());
}
