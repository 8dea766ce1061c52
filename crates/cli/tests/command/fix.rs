//! `claimsmith validate --fix`.

use std::fs;

use serde_json::json;

use crate::support::{ACME, check_snapshot, folder, run_in, write};

/// Everything that has a fix, and comments around it.
const MISTAKES: &str = "\
# Acme's mapping.
organisation: org_acme  # as in the tenant
conections:
  # The directory.
  acme-entra: { strategy: oktaa }
ruless:
  - id: 4711  # by number
    owmer: it@acme.example
    match: { exact: [1234, it-admins] }
    grants: catalog-admins
  - { id: finance, match: { glob: \"fin-*\" }, grant: finance-readers }
";

const FIXED: &str = "\
# Acme's mapping.
version: 1
organization: org_acme  # as in the tenant
connections:
  # The directory.
  acme-entra: { strategy: okta }
rules:
  - id: \"4711\"  # by number
    owner: it@acme.example
    match: { exact: [\"1234\", it-admins] }
    grant: catalog-admins
  - { id: finance, match: { glob: \"fin-*\" }, grant: finance-readers }
";

fn read(folder: &tempfile::TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join("mappings").join(path)).expect("a file")
}

#[test]
fn fix_corrects_what_is_certain_and_keeps_comments() {
    let folder = folder(&[("organizations/acme.yaml", MISTAKES)]);
    check_snapshot("validate-fix", &run_in(&folder, &["validate", "--fix"]).stdout(0));
    assert_eq!(read(&folder, "organizations/acme.yaml"), FIXED);
    let again = run_in(&folder, &["validate", "--fix"]).stdout(0);
    assert!(again.starts_with("nothing that can be fixed with certainty\n"), "{again}");
}

#[test]
fn fix_prints_what_remains() {
    let acme = MISTAKES.replace("finance-readers", "finance-reader");
    let folder = folder(&[("organizations/acme.yaml", &acme)]);
    let out = run_in(&folder, &["validate", "--fix"]).stdout(1);
    assert!(out.contains("the registry has no target group `finance-reader`"), "{out}");
    assert_eq!(read(&folder, "organizations/acme.yaml"), FIXED.replace("finance-readers", "finance-reader"));
}

/// What could change who receives what stays as it is.
#[test]
fn fix_leaves_access_alone() {
    let check = |from: &str, to: &str| {
        let acme = ACME.replace(from, to);
        assert_ne!(acme, ACME, "{from}");
        let folder = folder(&[("organizations/acme.yaml", &acme)]);
        let out = run_in(&folder, &["validate", "--fix"]).stdout(1);
        assert!(out.starts_with("nothing that can be fixed with certainty\n"), "{to}: {out}");
        assert_eq!(read(&folder, "organizations/acme.yaml"), acme, "{to}");
    };
    check("grant: catalog-admins", "grant: catalog-admin");
    check("match: { exact: it-admins }", "match: { exat: it-admins }");
    check("match: { exact: it-admins }", "match: { exact: it-admins, nnone: { exact: x } }");
    check("match: { exact: it-admins }", "everyon: true");
    check("match: { exact: it-admins }", "match: { exact: it-admins }, if: { aplication: catalog }");
    check("match: { exact: it-admins }", "match: { exact: it-admins }, proteced: true");
    check("rules:", "policies: { incomplete: use-partal }\nrules:");
    check("rules:", "defaut: [finance-readers]\nrules:");
    // Not known which of the two is right.
    check("rules:", "conection: { a: { strategy: ad } }\nconnectons: { b: { strategy: ad } }\nrules:");
}

#[test]
fn fix_writes_all_files_or_none() {
    let files = [
        ("organizations/acme.yaml", MISTAKES),
        ("organizations/globex.yaml", &MISTAKES.replace("acme", "globex")),
    ];
    let folder = folder(&files);
    let path = folder.path().join("mappings/organizations/globex.yaml");
    fs::hard_link(&path, folder.path().join("other.yaml")).expect("a second name");
    let run = run_in(&folder, &["validate", "--fix"]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    assert!(run.err.contains("2 hard links") && run.err.ends_with("nothing was written\n"), "{}", run.err);
    assert_eq!(read(&folder, "organizations/acme.yaml"), MISTAKES);
}

#[test]
fn fixes_are_in_json_and_sarif() {
    let folder = folder(&[("organizations/acme.yaml", &ACME.replace("strategy", "stratgy"))]);
    let json = run_in(&folder, &["validate", "--format", "json"]).json(1);
    let fix =
        json!([{ "line": 4, "column": 17, "end": { "line": 4, "column": 24 }, "replacement": "strategy" }]);
    assert_eq!(json["diagnostics"][0]["fixes"], fix);
    assert_eq!(json.get("fixed"), None);

    let sarif: serde_json::Value =
        serde_json::from_str(&run_in(&folder, &["validate", "--format", "sarif"]).stdout(1)).expect("JSON");
    let fix = json!([{
        "description": { "text": "did you mean `strategy`?" },
        "artifactChanges": [{
            "artifactLocation": { "uri": "mappings/organizations/acme.yaml" },
            "replacements": [{
                "deletedRegion": { "startLine": 4, "startColumn": 17, "endLine": 4, "endColumn": 24 },
                "insertedContent": { "text": "strategy" },
            }],
        }],
    }]);
    assert_eq!(sarif["runs"][0]["results"][0]["fixes"], fix);

    let json = run_in(&folder, &["validate", "--fix", "--format", "json"]).json(0);
    let fixed = json!([{
        "code": "unknown-key",
        "file": "mappings/organizations/acme.yaml",
        "line": 4,
        "column": 17,
        "before": "stratgy",
        "after": "strategy",
    }]);
    assert_eq!((&json["fixed"], &json["diagnostics"]), (&fixed, &json!([])));
    write(&folder, "organizations/acme.yaml", ACME.replace("strategy", "stratgy"));
    let run = run_in(&folder, &["validate", "--fix", "--format", "sarif"]);
    assert!(
        run.err.starts_with("fixed mappings/organizations/acme.yaml:4:17: `stratgy` is `strategy` now\n")
    );
    serde_json::from_str::<serde_json::Value>(&run.out).expect("JSON");
}
