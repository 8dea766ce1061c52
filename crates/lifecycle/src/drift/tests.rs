use serde_json::{Value, json};

use super::*;
use crate::block::{Bundles, LocalKey, Sign, UnsignedBlock, VerificationKey, key_name};
use crate::calendar::time_text;
use crate::tenant::{Connection, Organization};
use crate::test_bundle::bundle;

const DOMAIN: &str = "acme.eu.auth0.com";
const NOW: u32 = 1_795_780_800;

fn source(from: &str, shape: &str) -> DesiredSource {
    DesiredSource { from: from.to_owned(), shape: shape.to_owned(), cap: None }
}

fn mapping(strategy: &str, sources: Vec<DesiredSource>) -> DesiredMapping {
    DesiredMapping {
        name: "acme".to_owned(),
        file: "organizations/acme.yaml".to_owned(),
        organization: Some("org_acme".to_owned()),
        connections: vec![DesiredConnection {
            name: "acme-idp".to_owned(),
            strategy: strategy.to_owned(),
            sources,
        }],
        block: None,
        grants_protected: false,
    }
}

fn desired(mappings: Vec<DesiredMapping>) -> Desired {
    Desired { mappings, is_metadata_ours: true, verification: None, group_floors: Vec::new() }
}

fn seen(name: &str, strategy: &str, options: Value) -> Connection {
    Connection {
        id: "con_1".to_owned(),
        name: name.to_owned(),
        strategy: strategy.to_owned(),
        options,
        metadata: Value::Null,
    }
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|it| it.code.name()).collect()
}

#[track_caller]
fn check(strategy: &str, source: DesiredSource, options: Value, expected: &[&str]) {
    let desired = desired(vec![mapping(strategy, vec![source])]);
    let findings = check_connections(&desired, &[seen("acme-idp", strategy, options)]);
    assert_eq!(codes(&findings), expected, "{findings:#?}");
    let json = serde_json::to_string(&findings).expect("JSON");
    assert!(!json.contains("hunter2"), "no option is repeated");
    assert!(findings.iter().all(|it| it.file.as_deref() == Some("organizations/acme.yaml")));
}

#[test]
fn settings_of_connections_are_compared_with_what_mappings_read() {
    let groups = |shape| source("/groups", shape);
    let secret = |mut options: Value| {
        options["client_secret"] = "hunter2".into();
        options
    };
    check("samlp", groups("list-or-string"), secret(json!({})), &[]);
    for value in ["on_first_login", "never_on_login", "hunter2"] {
        let options = secret(json!({ "set_user_root_attributes": value }));
        check("samlp", groups("list-or-string"), options.clone(), &["login-sync-off"]);
        check("samlp", source("provisioned", "list"), options, &[]);
    }
    check(
        "oidc",
        groups("list-or-string"),
        secret(json!({ "attribute_map": { "mapping_mode": "use_map" } })),
        &["lists-become-text"],
    );
    check("oidc", groups("delimited"), json!({ "attribute_map": { "mapping_mode": "use_map" } }), &[]);
    check("oidc", groups("list"), json!({ "attribute_map": { "mapping_mode": "bind_all" } }), &[]);
    check(
        "okta",
        source("/federated_groups", "list"),
        json!({ "attribute_map": { "mapping_mode": "basic_profile" } }),
        &["lists-become-text"],
    );
    check("waad", groups("list"), secret(json!({})), &["groups-not-fetched"]);
    check("waad", groups("list"), json!({ "ext_groups": true }), &["nested-groups-off"]);
    let all = json!({ "ext_groups": "true", "ext_nested_groups": true });
    check("waad", groups("list"), all, &[]);
    check("waad", source("/department", "string"), json!({}), &[]);
    let no_ids = json!({ "ext_groups": true, "ext_nested_groups": true, "ext_group_ids": false });
    check("waad", source("/group_ids", "list"), no_ids.clone(), &["group-ids-off"]);
    check("waad", groups("list"), no_ids, &[]);
    let limited = json!({ "ext_groups": true, "ext_nested_groups": true, "max_groups_to_retrieve": "50" });
    check("waad", groups("list"), limited.clone(), &["groups-are-cut"]);
    check("waad", DesiredSource { cap: Some(50), ..groups("list") }, limited.clone(), &[]);
    check("waad", DesiredSource { cap: Some(51), ..groups("list") }, limited, &["groups-are-cut"]);
    check("google-apps", groups("list"), json!({}), &["groups-not-fetched"]);
    check("google-apps", groups("list"), json!({ "ext_groups": true }), &[]);
    check("google-apps", groups("objects"), json!({ "ext_groups": true }), &["extended-groups"]);
    let extended = json!({ "ext_groups": true, "ext_groups_extended": true });
    check("google-apps", groups("objects"), extended.clone(), &[]);
    check("google-apps", groups("list"), extended, &["extended-groups"]);
}

#[test]
fn connections_are_compared_by_name() {
    let desired = desired(vec![mapping("okta", Vec::new())]);
    let other = [seen("acme-idp", "oidc", json!({})), seen("Username-Password", "auth0", json!({}))];
    assert_eq!(codes(&check_connections(&desired, &other)), ["other-strategy", "unknown-connection"]);
    assert_eq!(codes(&check_connections(&desired, &[])), ["missing-connection"]);
    let any = super::tests::desired(vec![mapping("other", Vec::new())]);
    assert_eq!(codes(&check_connections(&any, &[seen("acme-idp", "oidc", json!({}))])), [""; 0]);
}

fn organization(id: &str, metadata: Value) -> Organization {
    let metadata = metadata.as_object().expect("an object").clone();
    Organization { id: id.to_owned(), name: format!("name-of-{id}"), metadata }
}

/// What is found in single organizations.
fn findings(desired: &Desired, organizations: &[Organization]) -> Vec<Finding> {
    let mut found = all_findings(desired, organizations);
    found.retain(|it| it.code != FindingCode::BlocksReplaceable);
    found
}

fn all_findings(desired: &Desired, organizations: &[Organization]) -> Vec<Finding> {
    let mut check = OrganizationCheck::new(desired, NOW);
    organizations.iter().for_each(|it| check.see(it));
    check.finish()
}

#[test]
fn organizations_are_compared_by_id() {
    let desired = desired(vec![mapping("okta", Vec::new())]);
    let both = [organization("org_acme", json!({})), organization("org_new", json!({}))];
    assert_eq!(codes(&findings(&desired, &both)), ["unmapped-organization"]);
    assert_eq!(codes(&findings(&desired, &[])), ["missing-organization"]);
    let check = OrganizationCheck::new(&desired, NOW);
    assert_eq!(check.incomplete(), [], "what was not read is not missing");
}

/// A bundle of the organization `org_acme`.
fn acme(name: &str) -> Vec<u8> {
    bundle("org_acme", name)
}

fn key(byte: u8) -> LocalKey {
    LocalKey::from_seed([byte; 32]).expect("any bytes are a key")
}

/// Metadata with a block, next to another key.
fn block(organization: &str, bundles: Bundles<'_>, issued: u32, byte: u8) -> Value {
    let unsigned = UnsignedBlock::new(DOMAIN, organization, issued, bundles).expect("a block");
    let key = key(byte);
    let values = unsigned.sign(&[&key as &dyn Sign]).and_then(|it| it.values()).expect("values");
    let mut metadata = json!({ "plan": "gold" });
    for (at, value) in values.into_iter().enumerate() {
        metadata[key_name(at)] = value.into();
    }
    metadata
}

fn with_block() -> Desired {
    let mut mapping = mapping("okta", Vec::new());
    mapping.block = Some(acme("new"));
    let verification = Verification {
        domain: DOMAIN.to_owned(),
        floor: NOW - 1000,
        floors: [("org_left".to_owned(), NOW - 10)].into(),
        keys: vec![VerificationKey::of_all(&key(1).public())],
    };
    Desired { verification: Some(verification), ..desired(vec![mapping]) }
}

#[track_caller]
fn check_block(metadata: Value, expected: &[(&str, &str)]) {
    let desired = with_block();
    let found = findings(&desired, &[organization("org_acme", metadata)]);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, (code, text)) in found.iter().zip(expected) {
        assert_eq!(found.code.name(), *code);
        assert!(found.what.contains(text), "{found:#?}");
    }
}

#[test]
fn blocks_are_verified_as_the_action_does() {
    let at = NOW - 100;
    let good = || block("org_acme", Bundles::Final(&acme("new")), at, 1);
    check_block(good(), &[]);
    check_block(json!({}), &[("no-block", "have no block")]);
    check_block(json!({ "claimsmith1": "x" }), &[("no-block", "have no block")]);
    check_block(
        block("org_acme", Bundles::Final(&acme("old")), at, 1),
        &[("block-differs", "another mapping")],
    );
    let mut damaged = good();
    damaged["claimsmith0"] = "1.20.AAAA".into();
    for (metadata, code) in [
        (block("org_acme", Bundles::Final(&acme("new")), NOW - 1001, 1), "block-stale"),
        (block("org_acme", Bundles::Final(&acme("new")), NOW + 1000, 1), "block-stale"),
        (block("org_other", Bundles::Final(&bundle("org_other", "new")), at, 1), "block-foreign"),
        (block("org_acme", Bundles::Final(&acme("new")), at, 2), "block-key"),
        (damaged, "block-damaged"),
        (json!({ "claimsmith0": "2.1.AAAA" }), "block-version"),
        (json!({ "claimsmith0": 7, "claimsmith1": "x" }), "block-damaged"),
        (json!({ "claimsmith0": null }), "block-damaged"),
    ] {
        check_block(metadata, &[("block-refused", code)]);
    }
}

#[test]
fn candidates_count_until_their_deadline() {
    let at = NOW - 100;
    let pending = |old: &str, candidate: &str, deadline| {
        let bundles = Bundles::Pending { old: &acme(old), candidate: &acme(candidate), deadline };
        block("org_acme", bundles, at, 1)
    };
    let until = format!("waits for a confirmation until {}", time_text(i64::from(NOW + 60)));
    check_block(pending("old", "new", NOW + 60), &[("block-pending", &until)]);
    check_block(pending("old", "new", NOW), &[("block-expired", "deadline")]);
    check_block(pending("old", "other", NOW + 60), &[("block-differs", "another mapping")]);
    let desired = with_block();
    let seen = organization("org_acme", pending("old", "new", NOW + 60));
    assert_eq!(pending_deadline(&desired, &desired.mappings[0], &seen, NOW), Some(NOW + 60));
}

#[test]
fn blocks_that_earlier_ones_could_replace_are_counted_once() {
    let names = ["acme", "globex", "initech"];
    let mapping = |name: &&str| DesiredMapping {
        name: (*name).to_owned(),
        organization: Some(format!("org_{name}")),
        block: Some(b"new".to_vec()),
        ..mapping("okta", Vec::new())
    };
    let desired = Desired { mappings: names.iter().map(mapping).collect(), ..with_block() };
    let check = |issued: [u32; 3], expected: &[&str]| {
        let seen = names.iter().zip(issued).map(|(name, issued)| {
            let id = format!("org_{name}");
            organization(&id, block(&id, Bundles::Final(&bundle(&id, "new")), issued, 1))
        });
        let found = all_findings(&desired, &seen.collect::<Vec<_>>());
        let replaceable = found.iter().filter(|it| it.code == FindingCode::BlocksReplaceable);
        assert_eq!(replaceable.map(|it| it.what.as_str()).collect::<Vec<_>>(), expected);
    };
    let floor = NOW - 1000;
    check([floor; 3], &[]);
    check(
        [floor, NOW, NOW],
        &[
            "could be replaced by an earlier block, because they were signed after the floors of their organizations: 2 of 3",
        ],
    );
    // A block that the Action refuses is a finding of its own.
    check(
        [floor, floor - 1, NOW],
        &[
            "could be replaced by an earlier block, because they were signed after the floors of their organizations: 1 of 2",
        ],
    );
}

#[test]
fn block_without_a_mapping_counts_until_a_floor() {
    let desired = with_block();
    let acme = organization("org_acme", block("org_acme", Bundles::Final(&acme("new")), NOW - 5, 1));
    let stray =
        |id: &str, issued, key| organization(id, block(id, Bundles::Final(&bundle(id, "x")), issued, key));
    let check = |organization, expected: &[&str]| {
        let found = findings(&desired, &[acme.clone(), organization]);
        assert_eq!(codes(&found), expected);
    };
    check(stray("org_left", NOW - 5, 1), &["block-without-mapping"]);
    check(stray("org_left", NOW - 11, 1), &["unmapped-organization", "block-unused"]);
    check(stray("org_left", NOW - 5, 2), &["unmapped-organization", "block-unused"]);
    let without = super::tests::desired(vec![mapping("okta", Vec::new())]);
    assert_eq!(codes(&findings(&without, &[acme])), ["block-unused"]);
}

#[test]
fn profiles_are_measured_without_keeping_a_person() {
    let profile = |connection: &str, groups: usize| {
        let groups: Vec<String> = (0..groups).map(|at| format!("{at:036}")).collect();
        let value = json!({
            "user_id": "waad|ada", "email": "ada@example.com", "groups": groups,
            "identities": [{ "connection": connection, "user_id": "ada" }],
        });
        value.as_object().expect("an object").clone()
    };
    let mut check = ProfileCheck::default();
    for (connection, groups) in [("acme", 10), ("acme", 300), ("globex", 250), ("initech", 100)] {
        check.see(&profile(connection, groups));
    }
    assert_eq!(check.seen(), 4);
    let findings = check.finish();
    assert_eq!(codes(&findings), ["profile-too-large", "profile-large"]);
    assert!(
        findings[0].what.starts_with("1 of 2 profiles that were read; the largest has 11"),
        "{findings:#?}"
    );
    assert!(findings[0].what.ends_with("are the attribute `groups`"), "{findings:#?}");
    assert!(!format!("{findings:?}").contains("ada"));
}

#[test]
fn block_that_does_not_grant_what_its_mapping_says_is_found() {
    let check = |change: fn(&mut Desired), expected: &str| {
        let mut desired = with_block();
        change(&mut desired);
        let seen = block("org_acme", Bundles::Final(&acme("new")), NOW - 100, 1);
        let found = findings(&desired, &[organization("org_acme", seen)]);
        let texts: Vec<&str> = found.iter().map(|it| it.what.as_str()).collect();
        assert_eq!(texts.len(), usize::from(!expected.is_empty()), "{texts:?}");
        assert!(texts.iter().all(|it| it.contains(expected)), "{texts:?}");
    };
    check(|_| {}, "");
    check(|desired| desired.mappings[0].grants_protected = true, "its key may not sign them");
    check(|desired| desired.group_floors = vec![("readers".to_owned(), NOW - 50)], "older than its floor: `");
    check(|desired| desired.group_floors = vec![("readers".to_owned(), NOW - 100)], "");
    check(|desired| desired.group_floors = vec![("other".to_owned(), NOW - 50)], "");
}
