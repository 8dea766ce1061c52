//! `claimsmith init` and `claimsmith new`.

use std::fs;

use claimsmith::compiler::inspect::strategies;
use tempfile::TempDir;

use crate::support::{ACME, check_snapshot, folder, run_in, write, write_in};

/// Runs the checks of the workflow that `init` writes.
#[track_caller]
fn check_passes(folder: &TempDir, mappings: &str, cases: usize) {
    let run = run_in(folder, &["validate", mappings, "--deny-warnings"]);
    assert!(run.code == Some(0) && run.out.ends_with(": no problems\n"), "{run:?}");
    let out = run_in(folder, &["fmt", mappings, "--check"]).stdout(0);
    assert!(out.ends_with(": nothing to change\n"), "{out}");
    let out = run_in(folder, &["test", mappings]).stdout(0);
    assert!(out.starts_with(&format!("{cases} cases in ")) && out.ends_with(": all passed\n"), "{out}");
    run_in(folder, &["bundle", mappings, "--bundle-only", "mappings.csmb"]).stdout(0);
}

#[test]
fn new_folder_passes_its_own_checks_with_every_strategy() {
    for strategy in strategies() {
        let folder = TempDir::new().expect("a temporary folder");
        let out = run_in(&folder, &["init", "--strategy", strategy]).stdout(0);
        check_passes(&folder, "mappings", 3);
        let added = run_in(&folder, &["new", "organization", "second", "--strategy", strategy]).stdout(0);
        check_passes(&folder, "mappings", 6);
        let text = fs::read_to_string(folder.path().join("mappings/organizations/second.yaml"));
        assert!(text.expect("a mapping").contains(&format!("strategy: {strategy}\n")), "{strategy}");
        if strategy == "waad" {
            check_snapshot("init", &out);
            check_snapshot("new-organization", &added);
        }
        let owners = fs::read_to_string(folder.path().join("CODEOWNERS")).expect("a file");
        if strategy == "okta" {
            check_snapshot("init-codeowners", &owners);
        }
    }
}

#[test]
fn ids_that_are_still_placeholders_are_named() {
    let folder = TempDir::new().expect("a temporary folder");
    run_in(&folder, &["init", "--organization", "acme"]).stdout(0);
    let note = "note: these ids are placeholders, and nothing can be signed or deployed until they are those of Auth0: `ReplaceByTheClientId`, `org_Replaceacme`\n";
    let run = run_in(&folder, &["validate", "--deny-warnings"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), note), "{run:?}");
    for (path, placeholder, id) in [
        ("platform.yaml", "ReplaceByTheClientId", "ReportsClient"),
        ("organizations/acme.yaml", "org_Replaceacme", "org_acme"),
    ] {
        let path = folder.path().join("mappings").join(path);
        let text = fs::read_to_string(&path).expect("a file");
        fs::write(&path, text.replace(placeholder, id)).expect("written");
    }
    assert_eq!(run_in(&folder, &["validate", "--deny-warnings"]).err, "");
}

#[test]
fn new_folder_has_what_its_tools_need() {
    let folder = TempDir::new().expect("a temporary folder");
    run_in(&folder, &["init", "some/where", "--organization", "acme"]).stdout(0);
    let read = |path: &str| fs::read_to_string(folder.path().join("some/where").join(path)).expect("a file");
    let settings: serde_json::Value = serde_json::from_str(&read(".vscode/settings.json")).expect("JSON");
    let schemas = settings["yaml.schemas"].as_object().expect("schemas");
    for path in schemas.keys() {
        assert!(read(path).contains("json-schema.org/draft-07"), "{path}");
    }
    serde_json::from_str::<serde_json::Value>(&read(".vscode/extensions.json")).expect("JSON");
    // The workflow and the hook run commands that exist.
    for line in read(".github/workflows/claimsmith.yml").lines().chain(read(".githooks/pre-commit").lines()) {
        let Some(command) = line.trim().trim_start_matches("- run: ").strip_prefix("claimsmith ") else {
            continue;
        };
        let mut arguments: Vec<&str> = command.split(' ').collect();
        if arguments == ["bundle"] {
            arguments.extend(["--bundle-only", "mappings.csmb"]);
        }
        let inner = folder.path().join("some/where");
        let run =
            crate::support::claimsmith(&arguments).current_dir(inner).output().expect("the command starts");
        assert_eq!(run.status.code(), Some(0), "{command}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &str| {
            let path = folder.path().join("some/where").join(path);
            fs::metadata(path).expect("a file").permissions().mode()
        };
        assert_ne!(mode(".githooks/pre-commit") & 0o100, 0);
        assert_eq!(mode("README.md") & 0o111, 0);
    }
}

#[test]
fn nothing_is_overwritten() {
    for path in ["README.md", ".github/workflows/claimsmith.yml", "mappings/organizations/acme.test.yaml"] {
        let folder = TempDir::new().expect("a temporary folder");
        write_in(&folder, path, "mine");
        let err = run_in(&folder, &["init", "--organization", "acme"]).failed();
        assert!(err.contains(&format!("`{path}` would be overwritten; nothing was written")), "{err}");
        assert_eq!(fs::read_to_string(folder.path().join(path)).expect("a file"), "mine");
        assert!(!folder.path().join(".gitattributes").exists());
    }
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let err = run_in(&folder, &["new", "organization", "acme", "--strategy", "ad"]).failed();
    assert!(
        err.contains("there is an organization `acme` already, in `mappings/organizations/acme.yaml`"),
        "{err}"
    );
    write(&folder, "organizations/globex.notes", "mine");
    fs::create_dir(folder.path().join("mappings/organizations/globex.yaml.d")).expect("a folder");
    run_in(&folder, &["new", "organization", "globex", "--strategy", "ad"]).stdout(0);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = TempDir::new().expect("a temporary folder");
    fs::create_dir(folder.path().join("elsewhere")).expect("a folder");
    for link in ["mappings", ".github", ".vscode"] {
        let elsewhere = folder.path().join("elsewhere");
        symlink(elsewhere, folder.path().join(link)).expect("a link");
        let run = run_in(&folder, &["init"]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{}", run.err);
        assert!(run.err.contains("link"), "{}", run.err);
        let written = fs::read_dir(folder.path().join("elsewhere")).expect("a folder").count();
        assert_eq!(written, 0, "{link}");
        fs::remove_file(folder.path().join(link)).expect("the link");
    }
    // A link that leads nowhere is a name that is taken.
    symlink("nowhere", folder.path().join("README.md")).expect("a link");
    let err = run_in(&folder, &["init"]).failed();
    assert!(err.contains("`README.md` would be overwritten"), "{err}");
}

#[test]
fn new_organization_passes_under_any_policy() {
    for policies in [
        "",
        "policies: { incomplete: no-groups }\n",
        "policies: { unmatched: deny }\n",
        "policies: { incomplete: no-groups, unmatched: deny }\n",
    ] {
        let folder = folder(&[("organizations/acme.yaml", ACME)]);
        let platform = folder.path().join("mappings/platform.yaml");
        let text = fs::read_to_string(&platform).expect("the platform") + policies;
        fs::write(&platform, text).expect("the platform");
        run_in(&folder, &["new", "organization", "globex", "--strategy", "okta"]).stdout(0);
        let out = run_in(&folder, &["test"]).stdout(0);
        assert_eq!(out, "3 cases in 1 file: all passed\n", "{policies}");
        let out = run_in(&folder, &["validate", "--deny-warnings"]);
        assert!(!out.out.contains("globex"), "{}", out.out);
    }
}

#[test]
fn wrong_names_and_folders_are_refused() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    for name in ["../evil", "Acme", "a b", "acme.test", "", "/acme", "emea//acme", "emea/../../acme", "emea/"]
    {
        let err = run_in(&folder, &["new", "organization", name, "--strategy", "ad"]).failed();
        assert!(err.contains("cannot be the name of an organization; write lowercase letters"), "{err}");
    }
    let err = run_in(&folder, &["new", "organization", "x", "--strategy", "saml"]).failed();
    assert!(err.contains("[possible values: waad, okta, oidc, samlp,"), "{err}");
    let err =
        run_in(&folder, &["new", "organization", "x", "--strategy", "ad", "--mappings", "none"]).failed();
    assert!(err.contains("`none` is not a folder; `claimsmith init` starts one"), "{err}");
    let broken = folder.path().join("mappings/organizations/acme.yaml");
    fs::write(broken, "version: 1\n").expect("a file");
    let run = run_in(&folder, &["new", "organization", "x", "--strategy", "ad"]);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    assert!(!folder.path().join("mappings/organizations/x.yaml").exists());
}

/// The tour of the README, with the texts that it shows.
#[test]
fn tour_of_the_readme_works() {
    const CASE: &str = include_str!("../tour/case.yaml");
    const RULE: &str = include_str!("../tour/rule.yaml");
    let folder = TempDir::new().expect("a temporary folder");
    run_in(&folder, &["init"]).stdout(0);
    let mapping = folder.path().join("mappings/organizations/first-customer.yaml");
    let cases = folder.path().join("mappings/organizations/first-customer.test.yaml");
    let read = |path: &std::path::Path| fs::read_to_string(path).expect("a file");

    fs::write(&cases, read(&cases) + CASE).expect("a file");
    check_snapshot("tour-failed", &run_in(&folder, &["test"]).stdout(1));

    let rule = "  - id: readers\n    match:\n      glob: \"Report Readers*\"\n    grant: report-readers\n";
    let text = read(&mapping);
    assert!(text.contains(rule), "{text}");
    fs::write(&mapping, text.replace(rule, RULE)).expect("a file");
    check_snapshot("tour-error", &run_in(&folder, &["test"]).stdout(1));

    fs::write(&mapping, text.replace(rule, &RULE.replace("report-reader\n", "report-readers\n")))
        .expect("a file");
    assert_eq!(run_in(&folder, &["test"]).stdout(0), "4 cases in 1 file: all passed\n");
    check_passes(&folder, "mappings", 4);
    let explain = ["explain", "--organization", "first-customer", "--group", "Auditors North"];
    check_snapshot("tour-explain", &run_in(&folder, &explain).stdout(0));
}

#[test]
fn organizations_can_be_in_folders() {
    let folder = TempDir::new().expect("a temporary folder");
    run_in(&folder, &["init"]).stdout(0);
    let out = run_in(&folder, &["new", "organization", "emea/north/acme", "--strategy", "okta"]).stdout(0);
    assert!(out.starts_with("wrote mappings/organizations/emea/north/acme.yaml\n"), "{out}");
    check_passes(&folder, "mappings", 6);
    let explain = ["explain", "--organization", "acme", "--group", "Report Editors"];
    assert!(run_in(&folder, &explain).stdout(0).contains("is set to [report-editors]"));
    let json = run_in(&folder, &["list", "--format", "json"]).json(0);
    assert_eq!(json["organizations"][0]["file"], "mappings/organizations/emea/north/acme.yaml");
    assert_eq!(json["organizations"][0]["cases"], 3);
    // A name is unique across the folders.
    let err = run_in(&folder, &["new", "organization", "apac/acme", "--strategy", "okta"]).failed();
    assert!(err.contains("already, in `mappings/organizations/emea/north/acme.yaml`"), "{err}");
}
