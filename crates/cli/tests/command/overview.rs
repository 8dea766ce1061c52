//! `claimsmith list`, `claimsmith matrix` and `claimsmith expiring`.

use serde_json::json;

use crate::support::{Run, check_snapshot, run, run_in, write_in};

/// Names as only an attacker would choose them, and everything that the commands list.
const PLATFORM: &str = "\
version: 1
platform:
  applications:
    portal: { clients: [PortalClient], claim: https://claims.example.com/portal/groups }
  groups:
    \"<script>alert('1')</script>\": { applications: [portal], description: A name. }
    \"=1+1\": { applications: [portal], description: A name. }
    guests: { applications: [portal], description: Visits. }
    eu-readers: { applications: [portal], description: Reads. }
    us-readers: { applications: [portal], description: Reads. }
  ceilings:
    acme: { groups: [\"<script>alert('1')</script>\", \"=1+1\", guests, \"eu-*\", \"us-*\"] }
organizations:
  acme:
    organization: org_acme
    connections:
      \"@SUM(A1)\": { strategy: samlp }
      acme-ad: { strategy: ad }
    rules:
      - { id: names, match: { exact: Names }, grant: [\"<script>alert('1')</script>\", \"=1+1\"] }
      - { id: readers, match: { glob: \"${region}-readers\" }, grant: \"${region}-readers\", owner: Acme, Inc. }
      - { id: no-guests, match: { exact: Internal }, exclude: guests, owner: -Security }
    default: [guests]
  globex:
    organization: org_globex
    connections: { globex-ad: { strategy: ad } }
    rules:
      - id: project
        match: { exact: Project }
        grant: eu-readers
        owner: Globex IT
        expires: 2031-03-01
      - id: audit
        match: { exact: Auditors }
        grant: us-readers
        expires: \"2031-01-15T12:00:00Z\"
cases:
  - { name: a case, organization: globex, application: portal, groups: [Other], expect: { claims: [] } }
";

fn listed(arguments: &[&str]) -> Run {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    write_in(&folder, "all.yaml", PLATFORM.replace("owner: Acme, Inc.", "owner: \"Acme, Inc.\""));
    run_in(&folder, arguments)
}

#[test]
fn list_shows_organizations_at_a_glance() {
    check_snapshot("list", &listed(&["list", "all.yaml"]).stdout(0));
    check_snapshot("list-csv", &listed(&["list", "all.yaml", "--format", "csv"]).stdout(0));
    let json = listed(&["list", "all.yaml", "--format", "json"]).json(0);
    let globex = &json["organizations"][1];
    assert_eq!(globex["connections"], json!([{ "name": "globex-ad", "strategy": "ad" }]));
    assert_eq!((&globex["rules"], &globex["cases"]), (&json!(2), &json!(1)));
    assert_eq!((&globex["owners"], &globex["organization"]), (&json!(["Globex IT"]), &json!("org_globex")));
    assert!(globex["action_bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{globex}");
}

#[test]
fn list_counts_the_cases_of_the_samples() {
    let json = run(&["list", "--format", "json"]).json(0);
    let organizations = json["organizations"].as_array().expect("organizations");
    let sum = |key: &str| organizations.iter().filter_map(|it| it[key].as_u64()).sum::<u64>();
    let counts = &run(&["validate", "--format", "json"]).json(0)["counts"];
    assert_eq!(
        (json!(sum("rules")), json!(sum("cases"))),
        (counts["rules"].clone(), counts["cases"].clone())
    );
    assert_eq!(json!(organizations.len()), counts["organizations"]);
}

#[test]
fn matrix_shows_who_can_grant_what() {
    check_snapshot("matrix", &listed(&["matrix", "all.yaml"]).stdout(0));
    check_snapshot("matrix-csv", &listed(&["matrix", "all.yaml", "--format", "csv"]).stdout(0));
    let html = listed(&["matrix", "all.yaml", "--format", "html"]).stdout(0);
    check_snapshot("matrix-html", &html);
    assert!(!html.contains("<script") && !html.contains("http://") && !html.contains("https://"), "{html}");
    let json = listed(&["matrix", "all.yaml", "--format", "json"]).json(0);
    let entry = |rule: &str, effect: &str, conditional: bool| json!([{ "rule": rule, "effect": effect, "conditional": conditional }]);
    let globex = &json["organizations"][1]["groups"];
    assert_eq!(globex["eu-readers"], entry("project", "grant", true));
    let acme = &json["organizations"][0]["groups"];
    assert_eq!(acme["us-readers"], entry("readers", "grant", false));
    assert_eq!(acme["guests"][0]["effect"], "exclude");
    assert_eq!(acme["guests"][1], json!({ "rule": null, "effect": "default", "conditional": false }));
}

#[test]
fn expiring_rules_are_found_in_time() {
    let at = |now: &str, within: &str, code: i32| {
        listed(&["expiring", "all.yaml", "--now", now, "--within", within]).stdout(code)
    };
    assert_eq!(at("2031-01-01", "14d", 0), "no rule expires within 14 days\n");
    check_snapshot("expiring", &at("2031-01-16", "12w", 1));
    let arguments = ["expiring", "all.yaml", "--now", "2031-01-01", "--within", "15d", "--format", "json"];
    let json = listed(&arguments).json(1);
    let rule = &json["rules"][0];
    assert_eq!(
        (&rule["rule"], &rule["days"], &json["within_days"]),
        (&json!("audit"), &json!(14), &json!(15))
    );
    assert_eq!((&rule["expires"], &rule["line"]), (&json!("2031-01-15T12:00:00Z"), &json!(36)));
    for within in ["soon", "90", "-1d", "99999w", "d", "3651d"] {
        let err = listed(&["expiring", "all.yaml", "--within", within]).failed();
        assert!(err.contains("number of days or weeks") || err.contains("unexpected argument"), "{err}");
    }
}

#[test]
fn mappings_with_errors_have_no_overview() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    write_in(&folder, "all.yaml", "version: 1\n");
    for verb in ["list", "matrix", "expiring"] {
        let run = run_in(&folder, &[verb, "all.yaml"]);
        assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "{verb}");
        assert_eq!(run_in(&folder, &[verb, "nowhere"]).code, Some(2), "{verb}");
    }
}
