//! A file whose name is nearly right, or a folder that is nearly the right one, is one finding and never skipped.

use std::fs;

use crate::support::{ACME, folder, run_in, write};

const CASES: &str = "\
version: 1
cases: [{ name: a, connection: acme-entra, groups: [it-admins], application: catalog, expect: { claims: [catalog-admins] } }]
";

/// Renames a file of a folder that has no problems, and checks that this is the only finding.
#[track_caller]
fn check_renamed(from: &str, to: &str) {
    let folder = folder(&[("organizations/acme.yaml", ACME), ("organizations/acme.test.yaml", CASES)]);
    let path = |name: &str| folder.path().join("mappings").join(name);
    fs::rename(path(from), path(to)).expect("a file");
    let out = run_in(&folder, &["validate"]).stdout(1);
    let name = from.rsplit('/').next().expect("a name");
    assert!(out.starts_with("error[misplaced-file]: "), "{out}");
    assert!(out.contains(&format!("--> mappings/{to}")), "{out}");
    assert!(out.contains(&format!("= help: rename it to `{name}`")), "{out}");
    assert!(out.ends_with("1 error in 1 file\n"), "{out}");
    fs::rename(path(to), path(from)).expect("a file");
    run_in(&folder, &["validate"]).stdout(0);
}

#[test]
fn file_with_a_nearly_right_name_is_one_finding() {
    let mapping = "organizations/acme.yaml";
    for name in ["acme.yml", "acme.YAML", "acme.Yml", "acme.yaml.txt", "acme.yml.txt", "acme.json"] {
        check_renamed(mapping, &format!("organizations/{name}"));
    }
    let test = "organizations/acme.test.yaml";
    for name in ["acme.tests.yaml", "acme.test.YAML", "acme.test.yml", "acme.Test.yaml", "acme.test.json"] {
        check_renamed(test, &format!("organizations/{name}"));
    }
    for name in ["Platform.yaml", "platform.yml", "platform.yaml.txt"] {
        check_renamed("platform.yaml", name);
    }
}

#[test]
fn file_with_a_nearly_right_name_is_never_read() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    write(&folder, "organizations/globex.YAML", b"\xff\xfe not UTF-8");
    let out = run_in(&folder, &["validate"]).stdout(1);
    assert!(out.contains("= help: rename it to `globex.yaml`"), "{out}");
    let folder =
        crate::support::folder(&[("organizations/acme.yaml", ACME), ("organizations/acme.yml", ACME)]);
    let out = run_in(&folder, &["validate"]).stdout(1);
    assert!(
        out.contains("= help: remove it, or move what it holds into `acme.yaml`, which is there as well"),
        "{out}"
    );
    assert!(out.ends_with("1 error in 1 file\n"), "{out}");
}

#[test]
fn file_of_another_kind_is_ignored() {
    let others = ["organizations/README.md", "organizations/acme.yaml.orig", "package.json", "notes.txt"];
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    for name in others {
        write(&folder, name, "not ours");
    }
    assert_eq!(run_in(&folder, &["validate"]).stdout(0), "1 organization, 2 rules, 0 cases: no problems\n");
}

#[test]
fn part_of_a_folder_of_mappings_is_one_finding_that_names_the_whole() {
    let folder = folder(&[("organizations/acme.yaml", ACME), ("organizations/emea/globex.yaml", ACME)]);
    for (given, whole) in [
        ("mappings/organizations", "mappings"),
        ("mappings/organizations/emea", "mappings"),
        ("./mappings/organizations/.", "./mappings"),
    ] {
        let out = run_in(&folder, &["validate", given]).stdout(1);
        let help = format!("= help: name the whole folder, as in `claimsmith validate {whole}`");
        assert!(out.starts_with("error[missing-platform]: ") && out.contains(&help), "{out}");
        assert!(out.ends_with("1 error in 1 file\n"), "{out}");
    }
}

#[test]
fn file_in_place_of_a_folder_is_one_finding() {
    let folder = folder(&[("organizations", "")]);
    let out = run_in(&folder, &["validate"]).stdout(1);
    let message = "error[unreadable-file]: `mappings/organizations` is a file, not a folder\n";
    assert!(out.starts_with(message) && out.ends_with("1 error in 1 file\n"), "{out}");
}

#[test]
fn missing_folder_of_mappings_is_an_error_that_says_how_to_start() {
    let folder = folder(&[]);
    let mappings = folder.path().join("mappings");
    fs::rename(&mappings, folder.path().join("elsewhere")).expect("a folder");
    let err = run_in(&folder, &["validate"]).failed();
    assert!(err.starts_with("error: there is no folder `mappings` here"), "{err}");
    assert!(err.contains("start one with `claimsmith init`"), "{err}");
    fs::copy(folder.path().join("elsewhere/platform.yaml"), folder.path().join("platform.yaml"))
        .expect("a file");
    let err = run_in(&folder, &["validate"]).failed();
    assert!(err.contains("name that folder, as in `claimsmith validate .`"), "{err}");
}
