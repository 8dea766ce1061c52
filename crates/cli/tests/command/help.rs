//! Help, version and wrong arguments.

use crate::support::{Run, check_snapshot, claimsmith, run};

#[test]
fn every_verb_has_help() {
    for verb in ["", "validate", "fmt", "test", "evaluate", "explain", "bundle", "schema"] {
        let arguments: Vec<&str> = [verb, "--help"].into_iter().filter(|it| !it.is_empty()).collect();
        let output = claimsmith(&arguments).env("COLUMNS", "100").output().expect("the command starts");
        let name = if verb.is_empty() { "claimsmith" } else { verb };
        check_snapshot(&format!("help/{name}"), &Run::new(output).stdout(0));
    }
}

#[test]
fn wrong_arguments_are_refused() {
    let check = |arguments: &[&str]| {
        let err = run(arguments).failed();
        assert!(err.contains("Usage: claimsmith") || err.contains("try '--help'"), "{err}");
    };
    check(&[]);
    check(&["deploy"]);
    check(&["validate", "--format", "xml"]);
    check(&["validate", "one", "two"]);
    check(&["test", "--format", "sarif"]);
    check(&["fmt", "--format", "github"]);
    check(&["evaluate", "--event", "-", "--now", "tomorrow"]);
    check(&["test", "--now", "2026-11-01"]);
    check(&["evaluate"]);
    check(&["evaluate", "--jsonl", "--format", "human", "--event", "-"]);
    check(&["explain", "--event", "-", "--format", "github"]);
    check(&["schema", "rule"]);
    check(&["schema", "platform", "--out", "dist"]);
    check(&["bundle", "--out", "dist", "--bundle-only", "bundle.csmb"]);
}

#[test]
fn version_is_printed() {
    let out = run(&["--version"]).stdout(0);
    assert_eq!(out, format!("claimsmith {}\n", env!("CARGO_PKG_VERSION")));
}
