//! What of a customer is in the Action, and what travels in a block.

use std::fs;

use tempfile::TempDir;

use crate::blocks::{blocks_folder, keys, platform};
use crate::support::{ACME, run_in, write};

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
