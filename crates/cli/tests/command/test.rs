//! `claimsmith test`.

use serde_json::json;

use crate::support::{ACME, check_snapshot, folder, run, run_in, write};

const CASES: &str = "\
version: 1
cases:
  - name: an administrator administers
    application: catalog
    groups: [it-admins]
    expect: { claims: [catalog-admins] }
  - name: an administrator reads the finance domain
    application: catalog
    groups: [it-admins, Domain Users]
    expect:
      claims: [finance-readers]
      rules: [admins, finance]
      unmatched: []
  - name: a login without the attribute is let in
    application: catalog
    user: {}
    expect: { claims: [] }
";

#[test]
fn the_sample_cases_pass() {
    let out = run(&["test"]).stdout(0);
    assert!(out.ends_with(" cases in 8 files: all passed\n"), "{out}");
    assert_eq!(out.lines().count(), 1, "{out}");
}

#[test]
fn the_cases_of_a_whole_platform_in_one_file_pass() {
    let out = run(&["test", "tests/cases/routing.yaml"]).stdout(0);
    assert!(out.ends_with(" cases in 1 file: all passed\n"), "{out}");
}

#[test]
fn failed_cases_have_location_and_difference() {
    let folder = folder(&[("organizations/acme.yaml", ACME), ("organizations/acme.test.yaml", CASES)]);
    check_snapshot("test-failed", &run_in(&folder, &["test"]).stdout(1));
    check_snapshot("test-failed-github", &run_in(&folder, &["test", "--format", "github"]).stdout(1));
}

/// Names that differ from a pattern in ways that a reader does not see.
#[test]
fn failed_cases_name_the_rule_that_nearly_matches() {
    let cases = "\
version: 1
cases:
  - name: letter case
    application: catalog
    groups: [IT-Admins]
    expect: { claims: [catalog-admins] }
  - name: a space and an invisible character
    application: catalog
    groups: [\"it-admins \", \"it\\u200b-admins\"]
    expect: { claims: [], unmatched: [it-admins], notes: [] }
  - name: the expected rule
    application: catalog
    groups: [IT-ADMINS]
    expect: { claims: [], rules: [admins] }
  - name: the expected note
    application: catalog
    groups: [it-admins]
    expect: { claims: [catalog-admins], notes: [near-miss] }
";
    let folder = folder(&[("organizations/acme.yaml", ACME), ("organizations/acme.test.yaml", cases)]);
    check_snapshot("test-near-miss", &run_in(&folder, &["test"]).stdout(1));
}

#[test]
fn results_as_json() {
    let folder = folder(&[("organizations/acme.yaml", ACME), ("organizations/acme.test.yaml", CASES)]);
    let json = run_in(&folder, &["test", "--format", "json"]).json(1);
    assert_eq!((&json["passed"], &json["failed"]), (&json!(1), &json!(2)));
    assert_eq!(json["diagnostics"], json!([]));

    let passed = &json["cases"][0];
    assert_eq!(passed["file"], "mappings/organizations/acme.test.yaml");
    assert_eq!(passed["line"], 3);
    assert_eq!(passed["name"], "an administrator administers");
    assert_eq!(passed["event"]["user"], json!({ "groups": ["it-admins"] }));
    assert_eq!(passed["expect"]["claims"], json!(["catalog-admins"]));
    assert_eq!(passed["answer"]["groups"], json!(["catalog-admins"]));
    assert_eq!((&passed["passed"], &passed["failures"]), (&json!(true), &json!([])));

    let failed = &json["cases"][1];
    assert_eq!((&failed["line"], &failed["passed"]), (&json!(7), &json!(false)));
    let claims = json!({ "what": "claims", "expected": "[finance-readers]", "got": "[catalog-admins]" });
    assert_eq!(failed["failures"][0], claims);
}

#[test]
fn mappings_with_errors_run_no_cases() {
    let acme = ACME.replace("waad", "entra");
    let folder = folder(&[("organizations/acme.yaml", &acme), ("organizations/acme.test.yaml", CASES)]);
    let out = run_in(&folder, &["test"]).stdout(1);
    assert!(out.contains("error[invalid-value]"), "{out}");
    assert!(out.ends_with("1 error in 1 file; no case was run\n"), "{out}");
    let github = run_in(&folder, &["test", "--format", "github"]).stdout(1);
    assert!(github.ends_with("1 error in 1 file; no case was run\n"), "{github}");
    let json = run_in(&folder, &["test", "--format", "json"]).json(1);
    assert_eq!(json["diagnostics"][0]["code"], "invalid-value");
    assert_eq!((&json["cases"], &json["passed"], &json["failed"]), (&json!([]), &json!(0), &json!(0)));
}

#[test]
fn finding_no_case_is_a_failure() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let out = run_in(&folder, &["test"]).stdout(1);
    let hint = "no test cases found: write them next to the mappings, as `organizations/<name>.test.yaml`\n";
    assert_eq!(out, hint);
    assert_eq!(run_in(&folder, &["test", "--format", "github"]).stdout(1), hint);
    assert_eq!(run_in(&folder, &["test", "--format", "json"]).json(1)["cases"], json!([]));
}

#[test]
fn warnings_can_be_a_failure() {
    let warned = ACME.to_owned() + "aliases: { 0a1b: unused-name }\n";
    let cases = "version: 1\ncases:\n  - { name: a, application: catalog, groups: [it-admins], expect: { claims: [catalog-admins] } }\n";
    let folder = folder(&[("organizations/acme.yaml", &warned), ("organizations/acme.test.yaml", cases)]);
    let out = run_in(&folder, &["test"]).stdout(0);
    assert!(out.ends_with("\n1 case in 1 file: all passed\n"), "{out}");
    let denied = "1 case in 1 file: all passed; 1 warning in 1 file, and warnings are denied\n";
    for format in ["human", "github"] {
        let out = run_in(&folder, &["test", "--deny-warnings", "--format", format]).stdout(1);
        assert!(out.ends_with(denied), "{out}");
    }
    assert_eq!(run_in(&folder, &["test", "--deny-warnings", "--format", "json"]).json(1)["failed"], 0);
    write(&folder, "organizations/acme.yaml", ACME);
    run_in(&folder, &["test", "--deny-warnings"]).stdout(0);
}
