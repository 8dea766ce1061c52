//! `claimsmith onboard`.

use std::fs;
use std::path::Path;

use claimsmith::compiler::inspect::strategies;
use tempfile::TempDir;

use crate::support::{ACME, check_file, check_snapshot, folder, root, run, run_in, write};

/// A folder of mapping files with a declared tenant.
fn started() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    run_in(&folder, &["init"]).stdout(0);
    let platform = folder.path().join("mappings/platform.yaml");
    let text = fs::read_to_string(&platform).expect("the platform");
    let tenants = "version: 1\n\ntenants:\n  production: { domain: platform.eu.auth0.com }\n";
    fs::write(platform, text.replacen("version: 1\n", tenants, 1)).expect("the platform");
    folder
}

/// All files below a folder, by their paths, sorted.
fn files(root: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(root, &path, found);
        } else {
            let name =
                path.strip_prefix(root).expect("a path below").to_str().expect("UTF-8").replace('\\', "/");
            found.push((name, fs::read_to_string(&path).expect("text")));
        }
    }
    found.sort();
}

/// The texts of a kit, one after the other. The page is not a text to read.
pub(crate) fn kit(folder: &TempDir, path: &str) -> String {
    let root = folder.path().join(path);
    let mut found = Vec::new();
    files(&root, &root, &mut found);
    let shown = found.iter().filter(|(name, _)| name != "kit.html");
    shown.map(|(name, text)| format!("=== {name}\n{text}")).collect()
}

/// The digest of a mapping changes with the format of bundles.
pub(crate) fn without_digest(text: &str) -> String {
    let line = |line: &str| {
        if line.starts_with("| mapping digest |") {
            "| mapping digest | DIGEST |".to_owned()
        } else {
            line.to_owned()
        }
    };
    text.lines().map(|it| line(it) + "\n").collect()
}

/// What has been agreed with a customer, as options.
pub(crate) const AGREED: [&str; 16] = [
    "--owner",
    "Identity team",
    "--customer-contact",
    "it@acme.example",
    "--emergency-contact",
    "+1 555 0100",
    "--pilot",
    "Ten analysts",
    "--cutover",
    "2027-02-01",
    "--rotate",
    "idp-secret=2027-03-01",
    "--rotate",
    "api-key=2027-05-01",
    "--rotate",
    "review=2027-06-01",
];

#[test]
fn kit_of_each_strategy_is_as_reviewed() {
    for strategy in strategies() {
        let folder = started();
        let out = run_in(&folder, &["onboard", "acme", "--strategy", strategy]).stdout(0);
        let kit = without_digest(&kit(&folder, "onboarding/acme"));
        check_snapshot(&format!("onboard/{strategy}"), &kit);
        assert!(!kit.contains("{{"), "{strategy}");
        assert_eq!(run_in(&folder, &["validate", "--deny-warnings"]).code, Some(0));
        run_in(&folder, &["test", "--only", "acme"]).stdout(0);
        if strategy == "waad" {
            check_snapshot("onboard", &out);
        }
    }
}

#[test]
fn kit_has_what_options_and_mappings_say() {
    let folder = started();
    let own = ["onboard", "acme", "--strategy", "okta", "--scim", "--display-name", "Acme <b>|Industries"];
    let options = [&own[..], &AGREED, &["--rotate", "scim-token=2027-04-01"]].concat();
    run_in(&folder, &options).stdout(0);
    check_snapshot("onboard/okta-scim", &without_digest(&kit(&folder, "onboarding/acme")));
    let read =
        |path: &str| fs::read_to_string(folder.path().join("onboarding/acme").join(path)).expect("a file");
    let handover = read("handover.md");
    for text in [
        "Identity team",
        "it@acme.example",
        "+1 555 0100",
        "2027-03-01",
        "2027-04-01",
        "2027-05-01",
        "2027-06-01",
    ] {
        assert!(handover.contains(text), "{text}: {handover}");
    }
    assert!(!handover.contains("TODO") && handover.contains(r"Acme \<b\>\|Industries"), "{handover}");
    assert!(read("cutover.md").contains("2027-02-01"));
}

#[test]
fn kit_of_a_mapping_with_several_connections_is_for_one() {
    let out = TempDir::new().expect("a temporary folder");
    let kit = out.path().join("kit").to_str().expect("UTF-8").to_owned();
    let err = run(&["onboard", "initech", "--out", &kit]).failed();
    assert!(
        err.contains("choose one with `--connection NAME`: `initech-okta` (okta), `initech-admins` (samlp)"),
        "{err}"
    );
    let err =
        run(&["onboard", "initech", "--connection", "initech-okta", "--strategy", "waad", "--out", &kit])
            .failed();
    assert!(
        err.contains("the mapping `initech` has no such connection; it has `initech-okta` (okta)"),
        "{err}"
    );
    run(&["onboard", "initech", "--connection", "initech-admins", "--out", &kit]).stdout(0);
    let text = fs::read_to_string(out.path().join("kit/test-users.md")).expect("a file");
    assert!(text.contains("bi-admins"), "{text}");
}

/// The kit that the documentation shows.
#[test]
fn example_in_the_documentation_is_what_the_command_writes() {
    let out = TempDir::new().expect("a temporary folder");
    let kit = out.path().join("kit");
    run(&["onboard", "acme", "--display-name", "Acme Industries", "--out", kit.to_str().expect("UTF-8")])
        .stdout(0);
    let mut found = Vec::new();
    files(&kit, &kit, &mut found);
    found.retain(|(name, _)| name != "kit.html");
    let example = root().join("docs/examples/onboarding-acme");
    for (name, text) in &found {
        let path = example.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        check_file(&path, &without_digest(text));
    }
    let mut shown = Vec::new();
    files(&example, &example, &mut shown);
    let names = |files: &[(String, String)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&shown), names(&found));
}

/// Nothing of a kit names another customer of the platform.
#[test]
fn kit_names_no_other_customer() {
    let out = TempDir::new().expect("a temporary folder");
    let customers = ["acme", "globex", "hooli", "initech", "soylent", "stark", "tyrell", "umbra"];
    for customer in customers {
        let kit = out.path().join(customer);
        let path = kit.to_str().expect("UTF-8");
        let mut arguments = vec!["onboard", customer, "--out", path];
        let several = match customer {
            "initech" => Some("initech-okta"),
            _ => None,
        };
        arguments.extend(several.iter().flat_map(|name| ["--connection", name]));
        let run = run(&arguments);
        assert_eq!(run.code, Some(0), "{customer}: {}", run.err);
        let mut found = Vec::new();
        files(&kit, &kit, &mut found);
        for (name, text) in found {
            let text = text.to_lowercase();
            for other in customers.iter().filter(|it| **it != customer) {
                assert!(!text.contains(other), "{customer}: {name} names {other}");
            }
        }
    }
}

#[test]
fn kit_that_was_changed_is_kept() {
    let folder = started();
    run_in(&folder, &["onboard", "acme", "--strategy", "ad"]).stdout(0);
    let handover = folder.path().join("onboarding/acme/handover.md");
    fs::write(&handover, "mine\n").expect("a file");
    fs::remove_file(folder.path().join("onboarding/acme/README.md")).expect("a file");
    let run = run_in(&folder, &["onboard", "acme"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(
        run.out.starts_with("wrote ") && run.out.contains("into onboarding/acme\n  README.md\n"),
        "{}",
        run.out
    );
    assert_eq!(
        run.err,
        "warning: `onboarding/acme/handover.md` has other content and was kept; remove it to have it written anew\n"
    );
    assert_eq!(fs::read_to_string(&handover).expect("a file"), "mine\n");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    for link in ["onboarding", "onboarding/acme", "onboarding/acme/auth0", "onboarding/acme/README.md"] {
        let folder = started();
        fs::create_dir(folder.path().join("elsewhere")).expect("a folder");
        let path = folder.path().join(link);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        symlink(folder.path().join("elsewhere"), &path).expect("a link");
        let run = run_in(&folder, &["onboard", "acme", "--strategy", "ad"]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{link}");
        assert!(run.err.contains("link"), "{}", run.err);
        assert_eq!(fs::read_dir(folder.path().join("elsewhere")).expect("a folder").count(), 0, "{link}");
        assert!(!folder.path().join("mappings/organizations/acme.yaml").exists(), "{link}");
    }
}

#[test]
fn wrong_arguments_are_refused() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let check = |arguments: &[&str], expected: &str| {
        let err = run_in(&folder, &[&["onboard"], arguments].concat()).failed();
        assert!(err.contains(expected), "{err}");
    };
    check(
        &["globex"],
        "there is no organization `globex`; give the strategy of its connection with `--strategy`",
    );
    check(&["../evil", "--strategy", "ad"], "cannot be the name of an organization");
    check(&[&"a".repeat(51), "--strategy", "ad"], "which has at most 50 characters");
    check(&["acme", "--mappings", "none"], "`none` is not a folder");
    check(
        &["acme", "--strategy", "okta"],
        "the mapping `acme` has no such connection; it has `acme-entra` (waad)",
    );
    check(&["globex", "--strategy", "adfs", "--scim"], "Auth0 takes no SCIM for the strategy `adfs`");
    check(&["acme", "--cutover", "soon"], "write a day as in 2027-03-01");
    check(
        &["acme", "--rotate", "api-key"],
        "write WHAT=DATE, where WHAT is one of idp-secret, scim-token, api-key, review",
    );
    check(&["acme", "--rotate", "key=2027-03-01"], "`key` is not one of idp-secret");
    assert!(!folder.path().join("onboarding").exists());
    write(&folder, "organizations/globex.yaml", "version: 1\n");
    let run = run_in(&folder, &["onboard", "acme"]);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
}
