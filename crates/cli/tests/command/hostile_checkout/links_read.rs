//! Links that lead out of the named folder, in a ring or too deep are not read.

use std::fs;
use std::path::Path;

use super::{acme, check_unreadable, checkout, link, plant, text};
use crate::support::{ACME, Run, folder, run_in, write};

#[test]
fn a_link_that_leaves_the_folder_is_not_read() {
    let folder = checkout();
    fs::write(folder.path().join("secret.yaml"), "token: s3cret\n").expect("a file");
    let secret = fs::canonicalize(folder.path().join("secret.yaml")).expect("a file");
    let leaves = format!("leads out of `mappings`, to `{}`", secret.display());
    for target in [Path::new("../../secret.yaml"), &secret, Path::new("../../mappings/../secret.yaml")] {
        plant(target, acme(&folder));
        check_unreadable(&folder, "mappings/organizations/acme.yaml", &leaves);
    }
    // A link to a link.
    link("../secret.yaml", folder.path().join("mappings/hop.txt"));
    plant("../hop.txt", acme(&folder));
    check_unreadable(&folder, "mappings/organizations/acme.yaml", &leaves);
    for verb in [&["validate"] as &[&str], &["test"], &["fmt"], &["fmt", "--check"]] {
        let Run { out, err, .. } = run_in(&folder, verb);
        assert!(!(out + &err).contains("s3cret"));
    }
    // A folder whose name only begins like that of the mappings.
    let sibling = folder.path().join("mappings-of-others");
    fs::create_dir(&sibling).expect("a folder");
    fs::write(sibling.join("acme.yaml"), ACME).expect("a file");
    plant("../../mappings-of-others/acme.yaml", acme(&folder));
    check_unreadable(&folder, "mappings/organizations/acme.yaml", "leads out of `mappings`");
}

#[test]
fn a_linked_folder_that_leaves_the_folder_is_not_read() {
    let folder = checkout();
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("a folder");
    fs::write(elsewhere.join("order@1.yaml"), "version: 1\n").expect("a file");
    link("../elsewhere", folder.path().join("mappings/templates"));
    check_unreadable(&folder, "mappings/templates", "leads out of `mappings`, to");
    assert!(run_in(&folder, &["fmt"]).stdout(1).ends_with("3 files: 1 formatted, 1 refused\n"));
    assert_eq!(text(acme(&folder)), ACME);
}

#[test]
fn links_within_the_folder_are_read() {
    let folder = folder(&[]);
    // Kubernetes mounts the files of a volume like this.
    write(&folder, "..2026/organizations/acme.yaml", ACME);
    link("..2026", folder.path().join("mappings/..data"));
    link("..data/organizations", folder.path().join("mappings/organizations"));
    fs::create_dir(folder.path().join("mappings/real")).expect("a folder");
    let fine = "1 organization, 2 rules, 0 cases: no problems\n";
    assert_eq!(run_in(&folder, &["validate"]).stdout(0), fine);
    // The folder itself may be a link, because the user named it.
    link("mappings", folder.path().join("linked"));
    assert_eq!(run_in(&folder, &["validate", "linked"]).stdout(0), fine);
    assert_eq!(run_in(&folder, &["fmt", "--check", "linked"]).stdout(0), "2 files: nothing to change\n");
}

#[test]
fn loops_of_links_are_findings() {
    let folder = checkout();
    let root = folder.path().join("mappings");
    for at in 0..30 {
        link(".", root.join(format!("loop-{at}")));
    }
    let json = run_in(&folder, &["validate", "--format", "json"]).json(1);
    assert_eq!(json["errors"], 30, "{json:#}");
    for at in 0..30 {
        fs::remove_file(root.join(format!("loop-{at}"))).expect("a link");
    }
    link("../organizations", root.join("organizations/europe"));
    check_unreadable(&folder, "mappings/organizations/europe", "is a link to a folder that is read already");
    fs::remove_file(root.join("organizations/europe")).expect("a link");
    plant("acme.yaml", acme(&folder));
    check_unreadable(
        &folder,
        "mappings/organizations/acme.yaml",
        "is a link that leads back to itself: to `acme.yaml`",
    );
}

#[test]
fn folders_that_are_nested_too_deep_are_findings() {
    let folder = checkout();
    write(&folder, "1/2/3/4/5/6/7/8/acme.yaml", ACME);
    check_unreadable(&folder, "mappings/1/2/3/4/5/6/7/8", "is nested deeper than 8 folders");
}

#[test]
fn names_and_targets_of_links_are_escaped() {
    let folder = checkout();
    let name = "mappings/organizations/a\u{1b}[31m\n::error::b.yaml";
    link("x\u{1b}[2J\n::error::forged", folder.path().join(name));
    for arguments in [&["validate"] as &[&str], &["validate", "--format", "github"], &["fmt"]] {
        let out = run_in(&folder, arguments).stdout(1);
        assert!(!out.contains('\u{1b}') && !out.contains("\n::error::"), "{out:?}");
    }
}
