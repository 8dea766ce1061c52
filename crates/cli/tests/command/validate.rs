//! `claimsmith validate`.

use serde_json::json;

use crate::support::{ACME, check_snapshot, folder, run, run_in};

#[test]
fn validate_counts_what_good_mappings_contain() {
    let out = run(&["validate"]).stdout(0);
    assert!(out.starts_with("8 organizations, "), "{out}");
    assert!(out.ends_with(" cases: no problems\n"), "{out}");
    assert_eq!(run(&["validate", "mappings"]).stdout(0), out);
    assert_eq!(run(&["validate", "mappings/"]).stdout(0), out);
    assert_eq!(run(&["validate", "--deny-warnings"]).stdout(0), out);
}

#[test]
fn validate_reads_a_platform_in_one_file() {
    let out = run(&["validate", "tests/cases/routing.yaml"]).stdout(0);
    assert!(out.starts_with("3 organizations, 3 rules, "), "{out}");
}

#[test]
fn validate_counts_warnings_and_can_deny_them() {
    let acme = ACME.replace("version: 1", "version: 1\naliases: { 4f1c: SG Unused }");
    let folder = folder(&[("organizations/acme.yaml", &acme)]);
    let out = run_in(&folder, &["validate"]).stdout(0);
    assert!(out.starts_with("warning[unused-alias]: "), "{out}");
    assert!(out.ends_with("1 organization, 2 rules, 0 cases: 1 warning in 1 file\n"), "{out}");
    assert_eq!(run_in(&folder, &["validate", "--deny-warnings"]).stdout(1), out);
    let github = run_in(&folder, &["validate", "--format", "github"]).stdout(0);
    assert!(github.starts_with("::warning file=mappings/organizations/acme.yaml,line=2,"), "{github}");
    let json = run_in(&folder, &["validate", "--format", "json", "--deny-warnings"]).json(1);
    assert_eq!((&json["errors"], &json["warnings"]), (&json!(0), &json!(1)));
}

#[test]
fn validate_takes_out_what_is_allowed_and_lists_it() {
    let aliases = "version: 1\naliases: { 4f1c: SG Unused }";
    let allow = "\nallow: { unused-alias: Kept for the auditors. }";
    let acme = ACME.replace("version: 1", &[aliases, allow].concat());
    let allowing = folder(&[("organizations/acme.yaml", &acme)]);
    let out = run_in(&allowing, &["validate", "--deny-warnings"]).stdout(0);
    assert_eq!(out, "1 organization, 2 rules, 0 cases: no problems, 1 allowed\n");
    let json = run_in(&allowing, &["validate", "--format", "json"]).json(0);
    assert_eq!((&json["warnings"], &json["diagnostics"]), (&json!(0), &json!([])));
    assert_eq!(json["suppressed"][0]["code"], "unused-alias");
    assert_eq!(json["suppressed"][0]["reason"], "Kept for the auditors.");
    let github = run_in(&allowing, &["validate", "--format", "github"]).stdout(0);
    assert!(!github.contains("::"), "{github}");
    let sarif = run_in(&allowing, &["validate", "--format", "sarif"]).stdout(0);
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "unused-alias");
    let expected = json!([{ "kind": "inSource", "justification": "Kept for the auditors." }]);
    assert_eq!(result["suppressions"], expected);
}

#[test]
fn validate_takes_out_what_a_rule_and_a_target_group_allow() {
    for (cases, allowed) in [("allow", 4), ("exact", 6), ("captures-glob", 1)] {
        let out = run(&["validate", "--deny-warnings", &format!("tests/cases/{cases}.yaml")]).stdout(0);
        assert!(out.ends_with(&format!("no problems, {allowed} allowed\n")), "{out}");
    }
}

#[test]
fn allow_of_a_rule_covers_every_place_in_it() {
    let expired = "grant: catalog-admins, expires: 2020-01-01";
    let allowed = format!("{expired}, allow: {{ expired-rule: Kept for the auditors. }}");
    let with = |rule: &str| {
        let acme = ACME.replace("grant: catalog-admins", rule);
        run_in(&folder(&[("organizations/acme.yaml", &acme)]), &["validate", "--deny-warnings"])
    };
    with(expired).stdout(1);
    assert_eq!(with(&allowed).stdout(0), "1 organization, 2 rules, 0 cases: no problems, 1 allowed\n");
}

#[test]
fn validate_reports_warnings_as_the_platform_says() {
    let acme = ACME.replace("version: 1", "version: 1\naliases: { 4f1c: SG Unused }");
    let with = |level: &str, acme: &str| {
        let platform =
            format!("{PLATFORM}lints: {{ unused-alias: {level} }}\n", PLATFORM = crate::support::PLATFORM);
        folder(&[("platform.yaml", &platform), ("organizations/acme.yaml", acme)])
    };
    let off = run_in(&with("\"off\"", &acme), &["validate", "--deny-warnings"]).stdout(0);
    assert!(off.ends_with(": no problems\n"), "{off}");
    let error = run_in(&with("error", &acme), &["validate"]).stdout(1);
    assert!(error.starts_with("error[unused-alias]: "), "{error}");
    let allowed = acme.replace("version: 1", "version: 1\nallow: { unused-alias: It is meant. }");
    let error = run_in(&with("error", &allowed), &["validate"]).stdout(1);
    assert!(error.contains("error[unused-alias]: ") && error.contains("warning[unused-allow]: "), "{error}");
}

#[test]
fn validate_reports_all_findings_of_all_files_at_once() {
    let globex = "version: 1\nconnections:\n  globex: { strategy: okta }\nrules:\n  - id: a\n    grant: no-such-group\n";
    let folder = folder(&[
        ("organizations/acme.yaml", &ACME.replace("waad", "entra")),
        ("organizations/globex.yaml", globex),
        ("organizations/initech.yaml", "version: [1\n"),
    ]);
    let out = run_in(&folder, &["validate"]).stdout(1);
    check_snapshot("validate-several", &out);
}

#[test]
fn validate_shows_lines_far_apart_separately() {
    let rules: String = (0..500)
        .map(|at| format!("  - {{ id: r{at}, match: {{ exact: g{at} }}, grant: catalog-admins }}\n"))
        .collect();
    let folder = folder(&[(
        "organizations/acme.yaml",
        &(ACME.to_owned() + &rules + "  - { id: admins, match: { exact: x }, grant: catalog-admins }\n"),
    )]);
    check_snapshot("validate-far-apart", &run_in(&folder, &["validate"]).stdout(1));
}

#[test]
fn validate_names_a_line_that_is_too_long_to_show() {
    let names: Vec<String> = (0..2_000).map(|at| format!("group-{at}")).collect();
    let acme = ACME
        .replace("it-admins", &format!("[{}]", names.join(", ")))
        .replace("catalog-admins", "no-such-group");
    let folder = folder(&[("organizations/acme.yaml", &acme)]);
    check_snapshot("validate-long-line", &run_in(&folder, &["validate"]).stdout(1));
}

#[test]
fn validate_prints_findings_as_json() {
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
                "fixes": [],
            }],
            "suppressed": [],
            "errors": 1,
            "warnings": 0,
            "counts": null,
        })
    );
}

#[test]
fn validate_includes_the_related_place_in_json() {
    let folder = folder(&[("organizations/acme.yaml", &ACME.replace("id: finance", "id: admins"))]);
    let json = run_in(&folder, &["validate", "--format", "json"]).json(1);
    let related = &json["diagnostics"][0]["related"];
    assert_eq!(related["file"], "mappings/organizations/acme.yaml");
    assert_eq!((&related["line"], &related["column"]), (&json!(6), &json!(11)));
    assert_eq!(related["label"], "first here");
}

#[test]
fn validate_prints_counts_as_json() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let json = run_in(&folder, &["validate", "--format", "json"]).json(0);
    let counts = json!({ "organizations": 1, "rules": 2, "patterns": 2, "cases": 0 });
    let expected = json!({ "version": 1, "diagnostics": [], "suppressed": [], "errors": 0, "warnings": 0, "counts": counts });
    assert_eq!(json, expected);
}

#[test]
fn validate_prints_findings_as_annotations() {
    let folder = folder(&[("organizations/acme.yaml", &ACME.replace("catalog-admins", "catalog-admin"))]);
    let out = run_in(&folder, &["validate", "--format", "github"]).stdout(1);
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
        let out = run_in(&folder, &["validate", "--format", format]).stdout(1);
        let raw = |char: char| char != '\n' && char.is_control() || char == '\u{202e}';
        assert!(!out.contains(raw), "{format}: {out:?}");
    }
}

#[test]
fn very_many_findings_are_counted_instead_of_printed() {
    let rule = |at: usize| format!("  - {{ id: r{at}, match: {{ exact: g{at} }}, grant: nowhere-{at} }}\n");
    let rules: String = (0..250).map(rule).collect();
    let mapping = format!(
        "version: 1\norganization: org_acme\nconnections: {{ a: {{ strategy: waad }} }}\nrules:\n{rules}"
    );
    let folder = folder(&[("organizations/acme.yaml", &mapping)]);
    let out = run_in(&folder, &["validate"]).stdout(1);
    assert_eq!(out.matches("error[unknown-group]").count(), 200);
    assert!(
        out.contains(
            "\nand 50 more findings; correct these first, or see all of them with `--format json`\n"
        ),
        "{out}"
    );
    assert!(out.ends_with("250 errors in 1 file\n"), "{out}");
    let github = run_in(&folder, &["validate", "--format", "github"]).stdout(1);
    assert_eq!(github.matches("::error ").count(), 200);
    assert!(github.contains("\nand 50 more findings;"), "{github}");
    let json = run_in(&folder, &["validate", "--format", "json"]).json(1);
    assert_eq!(json["diagnostics"].as_array().map(Vec::len), Some(250));
}
