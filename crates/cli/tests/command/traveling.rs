//! What of a customer is in the Action, and what travels in a block.

use std::fs;

use tempfile::TempDir;

use crate::blocks::{blocks_folder, keys, platform};
use crate::support::{ACME, Run, claimsmith, run_in, write};

/// The code of the Action that the mappings of a folder give.
fn action(folder: &TempDir) -> String {
    let out = run_in(folder, &["bundle", "--packaging", "organizations", "--out", "dist"]);
    assert_eq!(out.code, Some(0), "{out:?}");
    fs::read_to_string(folder.path().join("dist/action.js")).expect("an Action")
}

/// A customer like acme, with another organization and connection.
fn customer(name: &str) -> String {
    let admins = "  - { id: admins, match: { exact: it-admins }, grant: catalog-admins }\n";
    ACME.replace(admins, "").replace("acme", name).replace("org_Acme", &format!("org_{name}"))
}

#[test]
fn customers_whose_mappings_travel_change_no_byte_of_the_action() {
    let folder = blocks_folder(&keys());
    let first = action(&folder);
    for name in ["hooli", "stark", "wayne"] {
        write(&folder, &format!("organizations/{name}.yaml"), customer(name));
        assert!(action(&folder) == first, "a new customer");
    }
    let rule = "  - { id: audit, match: { exact: audit }, grant: finance-readers }\n";
    write(&folder, "organizations/hooli.yaml", format!("{}{rule}", customer("hooli")));
    assert!(action(&folder) == first, "a new rule");
    fs::remove_file(folder.path().join("mappings/organizations/wayne.yaml")).expect("removed");
    assert!(action(&folder) == first, "a customer who has left");
    // What the platform says about one customer is in the Action, which enforces it.
    let ceiling =
        platform(&keys()).replace("ceilings:\n", "ceilings:\n  stark: { groups: finance-readers }\n");
    write(&folder, "platform.yaml", ceiling);
    assert!(action(&folder) != first, "a ceiling");
}

#[test]
fn mapping_stays_in_the_action_where_the_platform_says_so() {
    let folder = blocks_folder(&keys());
    let travels = action(&folder);
    let embedded = format!("  embedded: acme\n{}", keys());
    write(&folder, "platform.yaml", platform(&embedded));
    assert!(action(&folder).len() > travels.len());
    let out = run_in(&folder, &["sign", "--key", "1.key"]);
    assert!(
        out.out.contains("acme stays in the Action: `blocks` lists it under `embedded` (embedded)\n"),
        "{out:?}"
    );
    assert!(
        !folder.path().join("blocks/acme.json").exists() && folder.path().join("blocks/globex.json").exists()
    );
    // The key signs for no customer whose mapping is in the Action.
    let revoked = run_in(&folder, &["keys", "revoke", "second"]);
    assert!(revoked.out.contains("no customer is closed"), "{revoked:?}");
    let unknown = platform(&embedded.replace("acme", "acmee"));
    write(&folder, "platform.yaml", unknown);
    let error = run_in(&folder, &["validate"]);
    assert!(
        error.out.contains("no mapping describes the organization `acmee`") && error.out.contains("`acme`"),
        "{error:?}"
    );
}

/// The mapping of acme with a number of rules whose names have nothing in common, so that they hardly get smaller.
pub(crate) fn acme_with_rules(count: u64) -> String {
    let mut text = customer("acme");
    for rule in 0..count {
        // SplitMix64, which spreads each number over all 64 bits.
        let name: String = (0..2)
            .map(|half| {
                let mut bits = (2 * rule + half + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                format!("{:016x}", bits ^ (bits >> 31))
            })
            .collect();
        text += &format!("  - {{ id: rule-{rule}, match: {{ exact: {name} }}, grant: finance-readers }}\n");
    }
    text
}

fn sign(folder: &TempDir, arguments: &[&str]) -> Run {
    let command = claimsmith(&[&["sign", "--key", "1.key"], arguments].concat()).current_dir(folder.path());
    let command = command.env_remove("SSH_AUTH_SOCK").env_remove("CLAIMSMITH_SIGNING_KEY");
    Run::new(command.output().expect("the command starts"))
}

#[test]
fn mapping_that_is_too_large_for_a_block_stays_in_the_action() {
    let folder = blocks_folder(&keys());
    let travels = action(&folder);
    write(&folder, "organizations/acme.yaml", acme_with_rules(400));
    let out = sign(&folder, &[]).stdout(0);
    let (before, after) = out.split_once("the block takes ").expect("its size");
    assert!(before.ends_with("acme stays in the Action: "), "{out}");
    let (values, after) = after.split_once(' ').expect("a number");
    assert!(values.parse::<u32>().expect("a number") > 20, "{out}");
    assert!(after.starts_with("values of metadata, and may take at most 20 (too-large)\n"), "{out}");
    assert!(!folder.path().join("blocks/acme.json").exists());
    assert!(folder.path().join("blocks/globex.json").exists());
    // A customer that was named is expected to have a block.
    let named = sign(&folder, &["--organization", "acme"]);
    assert!(named.code == Some(1) && named.out.contains("(too-large)"), "{named:?}");
    let json = sign(&folder, &["--format", "json"]).json(0);
    let codes: Vec<_> = json["embedded"].as_array().expect("a list").iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["too-large", "no-organization", "unsigned-condition"]);
    assert!(action(&folder).len() > travels.len() + 10_000, "the Action has the mapping");
}

#[test]
fn sign_warns_from_16_values_on() {
    let folder = blocks_folder(&keys());
    let mut seen = Vec::new();
    for rules in (116..400).step_by(4) {
        write(&folder, "organizations/acme.yaml", acme_with_rules(rules));
        let run = sign(&folder, &["--organization", "acme", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
        let values = json["signed"][0]["values"].as_u64().expect("a number");
        seen.push(values);
        if values < 16 {
            assert_eq!(run.err, "", "{values} values");
            continue;
        }
        let expected = format!(
            "warning: the block of `acme` takes {values} of 20 values; a mapping that does not fit has to be in the Action\n"
        );
        assert_eq!((run.code, run.err), (Some(0), expected));
        break;
    }
    assert!(seen.contains(&15) && seen.contains(&16), "{seen:?}");
}

#[test]
fn mapping_with_a_condition_on_any_metadata_stays_in_the_action() {
    let folder = blocks_folder(&keys());
    let stays = "umbrella stays in the Action: the rule `finance` has a condition on metadata, which is not signed (unsigned-condition)\n";
    let path = folder.path().join("mappings/organizations/umbrella.yaml");
    let text = fs::read_to_string(&path).expect("a mapping");
    let condition = "{ organization-metadata: { plan: gold } }";
    assert!(text.contains(condition), "{text}");
    let mut actions = Vec::new();
    for of in ["organization", "connection", "client"] {
        let metadata = format!("{of}-metadata: {{ plan: gold }}");
        for when in [
            format!("{{ {metadata} }}"),
            format!("{{ not: {{ {metadata} }} }}"),
            format!("{{ {metadata}, if-unknown: false }}"),
            format!("{{ any: [{{ application: catalog }}, {{ {metadata} }}] }}"),
            format!("{{ any: [{{ application: catalog }}, {{ not: {{ {metadata} }} }}] }}"),
        ] {
            write(&folder, "organizations/umbrella.yaml", text.replace(condition, &when));
            let out = sign(&folder, &[]).stdout(0);
            assert!(out.contains(stays), "{when}: {out}");
            assert!(!folder.path().join("blocks/umbrella.json").exists(), "{when}");
            actions.push(action(&folder));
        }
    }
    actions.sort_unstable();
    actions.dedup();
    assert_eq!(actions.len(), 15, "the Action has each of them");
    // Attributes of the user are no metadata, which others write.
    let when = "{ user: { attribute: /plan, equals: gold } }";
    write(&folder, "organizations/umbrella.yaml", text.replace(condition, when));
    let out = sign(&folder, &[]).stdout(0);
    assert!(!out.contains("unsigned-condition") && out.contains("blocks/umbrella.json"), "{out}");
}
