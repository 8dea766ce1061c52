//! How much room mappings take in the metadata of an organization, by the number of their rules.
#![allow(clippy::expect_used, reason = "a test stops at what is wrong")]

use claimsmith::compiler::compile_whole;
use claimsmith::diagnostic::SourceFile;
use claimsmith_lifecycle::block::{Bundles, LocalKey, SignedBlock, UnsignedBlock, WriteError};
use proptest::prelude::*;

const ISSUED: u32 = 1_793_491_200;
const UNITS: [&str; 8] =
    ["finance", "marketing", "sales", "logistics", "engineering", "quality", "treasury", "legal"];
const SUBJECTS: [&str; 8] =
    ["reporting", "forecast", "campaigns", "inventory", "pricing", "contracts", "payroll", "shipments"];
const ROLES: [&str; 8] =
    ["viewers", "analysts", "editors", "owners", "admins", "stewards", "approvers", "guests"];
const PLACES: [&str; 8] = ["emea", "apac", "amer", "nordics", "plant-01", "plant-07", "us-east", "test"];
const TARGETS: usize = 40;

/// Names as directories have them, of four words each.
fn names(count: usize) -> impl Strategy<Value = Vec<String>> {
    let all: Vec<String> = UNITS
        .iter()
        .flat_map(|unit| SUBJECTS.iter().map(move |subject| format!("{unit}-{subject}")))
        .flat_map(|start| ROLES.iter().map(move |role| format!("{start}-{role}")))
        .flat_map(|start| PLACES.iter().map(move |place| format!("{start}-{place}")))
        .collect();
    prop::sample::subsequence(all, count)
}

/// A bundle with one rule for each name.
fn bundle(names: &[String]) -> Vec<u8> {
    let mut text = "\
version: 1
platform:
  applications: { portal: { clients: [client], claim: https://example.com/groups } }
  groups:
"
    .to_owned();
    for target in 0..TARGETS {
        text += &format!("    target-{target}: {{ applications: [portal], description: Reads. }}\n");
    }
    text += "\
organizations:
  acme:
    organization: org_Acme
    connections: { acme-ad: { strategy: ad } }
    rules:
";
    for (position, name) in names.iter().enumerate() {
        let target = (position * 7) % TARGETS;
        text +=
            &format!("      - {{ id: r{position}, match: {{ exact: {name} }}, grant: target-{target} }}\n");
    }
    let file = SourceFile { path: "sizes.yaml".to_owned(), text };
    compile_whole(&file).platform.expect("no errors").block("acme").expect("a block").bundle
}

fn signed(bundles: Bundles<'_>) -> SignedBlock {
    let block = UnsignedBlock::new("acme.eu.auth0.com", "org_Acme", ISSUED, bundles).expect("it fits");
    block.sign(&[&LocalKey::from_seed([1; 32]).expect("a key")]).expect("a key")
}

fn values(names: &[String]) -> Result<usize, WriteError> {
    signed(Bundles::Final(&bundle(names))).values().map(|values| values.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn room_for_rules(forty in names(40), two_hundred in names(200), six_hundred in names(600)) {
        let few = values(&forty).expect("a quarter of the room");
        prop_assert!((3..=7).contains(&few), "{few}");
        let many = values(&two_hundred).expect("less than the room");
        prop_assert!(many > few && many <= 18, "{many}");
        prop_assert!(matches!(values(&six_hundred), Err(WriteError::TooManyValues(_))));
    }

    /// What both bundles have in common is compressed away, so a change that waits for its confirmation fits where
    /// the mapping does.
    #[test]
    fn old_and_candidate_take_little_more_than_one(all in names(41), left_out in 0_usize..41) {
        let candidate = bundle(&all);
        let mut fewer = all;
        fewer.remove(left_out);
        let old = bundle(&fewer);
        let alone = signed(Bundles::Final(&candidate)).bytes().len();
        let both = signed(Bundles::Pending { old: &old, candidate: &candidate, deadline: ISSUED + 1800 });
        let more = both.bytes().len().saturating_sub(alone);
        prop_assert!(more <= alone / 4, "{alone} and {more} more");
    }
}
