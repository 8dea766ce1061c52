//! `claimsmith validate`.

use std::collections::BTreeMap;
use std::fs;

use claimsmith::diagnostic::{Code, Severity};
use serde_json::json;

use crate::sarif::check_sarif;
use crate::support::{ACME, check_snapshot, folder, root, run, run_in};

#[test]
fn good_mappings_are_counted() {
    let out = run(&["validate"]).told(0);
    assert!(out.starts_with("8 organizations, "), "{out}");
    assert!(out.ends_with(" cases: no problems\n"), "{out}");
    assert_eq!(run(&["validate", "mappings"]).told(0), out);
    assert_eq!(run(&["validate", "mappings/"]).told(0), out);
    assert_eq!(run(&["validate", "--deny-warnings"]).told(0), out);
}

#[test]
fn a_platform_may_be_in_one_file() {
    let out = run(&["validate", "tests/cases/routing.yaml"]).told(0);
    assert!(out.starts_with("3 organizations, 3 rules, "), "{out}");
}

/// Everything that can be wrong with a mapping file, each in a folder that is named after its code.
#[test]
fn every_finding_is_told_to_a_person() {
    let fixtures = fs::read_dir(root().join("tests/fixtures/invalid")).expect("fixtures");
    let mut names: Vec<String> = fixtures
        .map(|entry| entry.expect("a fixture").file_name().into_string().expect("UTF-8"))
        .filter(|name| name != "README.md")
        .collect();
    names.sort();
    assert!(!names.is_empty());
    let places = stated_places();
    for name in names {
        let path = format!("tests/fixtures/invalid/{name}");
        let code = name.split('.').next().expect("a name has a first part");

        let severity = Code::ALL.iter().find(|it| it.name() == code).expect("a code").severity();
        // A mapping with nothing but warnings can be used.
        let exit = i32::from(severity == Severity::Error);
        let severity = severity.name();

        let out = run(&["validate", &path]).told(exit);
        assert!(out.starts_with(&format!("{severity}[{code}]: ")), "{name}: {out}");
        check_snapshot(&format!("validate/{name}"), &out);
        assert_eq!(run(&["validate", &path, "--deny-warnings"]).told(1), out, "{name}");

        let json = run(&["validate", &path, "--format", "json"]).json(exit);
        let finding = &json["diagnostics"][0];
        assert_eq!((&finding["code"], &finding["severity"]), (&json!(code), &json!(severity)), "{name}");
        assert_eq!(json["diagnostics"].as_array().map(Vec::len), Some(1), "{name}: {out}");
        assert!(!finding["help"].as_str().expect("help").is_empty(), "{name}");
        let file = finding["file"].as_str().expect("a file");
        assert!(file.starts_with(&path), "{name}: {file}");
        let place = format!("{file}:{}:{}", finding["line"], finding["column"]);
        let told = out.contains(&place) || !root().join(file).is_file() && out.contains(file);
        assert!(told, "{name}: {place} is not in {out}");
        if let Some(stated) = places.get(&name) {
            assert!(place.ends_with(&format!("/{stated}")), "{name}: {place} instead of {stated}");
        }

        let github = run(&["validate", &path, "--format", "github"]).told(exit);
        assert!(
            github.starts_with(&format!("::{severity} file={file},line={}", finding["line"])),
            "{name}: {github}"
        );
        check_sarif(&run(&["validate", &path, "--format", "sarif"]).told(exit), &json);
    }
}

#[test]
fn warnings_are_counted_and_may_be_denied() {
    let acme = ACME.replace("version: 1", "version: 1\naliases: { 4f1c: SG Sales }");
    let folder = folder(&[("organizations/acme.yaml", &acme)]);
    let out = run_in(&folder, &["validate"]).told(0);
    assert!(out.starts_with("warning[unused-alias]: "), "{out}");
    assert!(out.ends_with("1 organization, 2 rules, 0 cases: 1 warning in 1 file\n"), "{out}");
    assert_eq!(run_in(&folder, &["validate", "--deny-warnings"]).told(1), out);
    let github = run_in(&folder, &["validate", "--format", "github"]).told(0);
    assert!(github.starts_with("::warning file=mappings/organizations/acme.yaml,line=2,"), "{github}");
    let json = run_in(&folder, &["validate", "--format", "json", "--deny-warnings"]).json(1);
    assert_eq!((&json["errors"], &json["warnings"]), (&json!(0), &json!(1)));
}

/// Where the fixtures' own list says that the offending text of each begins.
fn stated_places() -> BTreeMap<String, String> {
    let list = fs::read_to_string(root().join("tests/fixtures/invalid/README.md")).expect("the list");
    let quoted = |cell: &str| Some(cell.trim().strip_prefix('`')?.strip_suffix('`')?.to_owned());
    let rows = list.lines().filter_map(|line| {
        let mut cells = line.split('|').skip(1);
        Some((quoted(cells.next()?)?, quoted(cells.next()?)?))
    });
    let places: BTreeMap<_, _> = rows.collect();
    assert!(places.len() > 40, "the list has another form");
    places
}

#[test]
fn all_findings_of_all_files_come_in_one_run() {
    let globex =
        "version: 1\nconnections:\n  globex: { strategy: okta }\nrules:\n  - id: a\n    grant: admins\n";
    let folder = folder(&[
        ("organizations/acme.yaml", &ACME.replace("waad", "entra")),
        ("organizations/globex.yaml", globex),
        ("organizations/initech.yaml", "version: [1\n"),
    ]);
    let out = run_in(&folder, &["validate"]).told(1);
    check_snapshot("validate-several", &out);
}

#[test]
fn places_far_apart_are_shown_one_by_one() {
    let rules: String = (0..500)
        .map(|at| format!("  - {{ id: r{at}, match: {{ exact: g{at} }}, grant: catalog-admins }}\n"))
        .collect();
    let folder = folder(&[(
        "organizations/acme.yaml",
        &(ACME.to_owned() + &rules + "  - { id: admins, match: { exact: x }, grant: catalog-admins }\n"),
    )]);
    check_snapshot("validate-far-apart", &run_in(&folder, &["validate"]).told(1));
}

#[test]
fn a_line_that_nobody_can_read_is_named_and_not_shown() {
    let names: Vec<String> = (0..2_000).map(|at| format!("group-{at}")).collect();
    let acme =
        ACME.replace("it-admins", &format!("[{}]", names.join(", "))).replace("catalog-admins", "admins");
    let folder = folder(&[("organizations/acme.yaml", &acme)]);
    check_snapshot("validate-long-line", &run_in(&folder, &["validate"]).told(1));
}

#[test]
fn findings_as_json() {
    let folder = folder(&[("organizations/acme.yaml", &ACME.replace("catalog-admins", "catalog-admin"))]);
    let json = run_in(&folder, &["validate", "--format", "json"]).json(1);
    assert_eq!(
        json,
        json!({
            "version": 1,
            "diagnostics": [{
                "code": "unknown-group",
                "severity": "error",
                "message": "the registry has no target group `catalog-admin`",
                "file": "mappings/organizations/acme.yaml",
                "line": 6,
                "column": 55,
                "end": { "line": 6, "column": 68 },
                "text": "catalog-admin",
                "help": "did you mean `catalog-admins`?",
                "related": null,
            }],
            "errors": 1,
            "warnings": 0,
            "counts": null,
        })
    );
}

#[test]
fn a_related_place_is_in_the_json_too() {
    let json = run(&["validate", "tests/fixtures/invalid/duplicate-id", "--format", "json"]).json(1);
    let related = &json["diagnostics"][0]["related"];
    assert_eq!(related["file"], "tests/fixtures/invalid/duplicate-id/organizations/acme.yaml");
    assert_eq!((&related["line"], &related["column"]), (&json!(7), &json!(9)));
    assert_eq!(related["label"], "first here");
}

#[test]
fn good_mappings_as_json() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let json = run_in(&folder, &["validate", "--format", "json"]).json(0);
    let counts = json!({ "organizations": 1, "rules": 2, "patterns": 2, "cases": 0 });
    let expected = json!({ "version": 1, "diagnostics": [], "errors": 0, "warnings": 0, "counts": counts });
    assert_eq!(json, expected);
}

#[test]
fn findings_as_annotations() {
    let folder = folder(&[("organizations/acme.yaml", &ACME.replace("catalog-admins", "catalog-admin"))]);
    let out = run_in(&folder, &["validate", "--format", "github"]).told(1);
    let annotation = "::error file=mappings/organizations/acme.yaml,line=6,endLine=6,col=55,endColumn=68,\
                      title=unknown-group::the registry has no target group `catalog-admin`%0A\
                      help: did you mean `catalog-admins`?\n1 error in 1 file\n";
    assert_eq!(out, annotation);
}

#[test]
fn nothing_in_a_file_is_a_command_to_the_terminal() {
    let name = "\u{1b}[2J\u{9b}31m\u{202e}";
    let folder = folder(&[("organizations/acme.yaml", &ACME.replace("it-admins", name))]);
    for format in ["human", "json", "github"] {
        let out = run_in(&folder, &["validate", "--format", format]).told(1);
        let raw = |char: char| char != '\n' && char.is_control() || char == '\u{202e}';
        assert!(!out.contains(raw), "{format}: {out:?}");
    }
}
