//! `claimsmith explain`.

use std::fs;

use serde_json::json;

use crate::support::{check_snapshot, root, run, run_in, run_with};

#[test]
fn logins_of_all_sample_customers_are_explained() {
    let events = fs::read_dir(root().join("js-shim/test/events")).expect("events");
    let mut names: Vec<String> = events
        .map(|entry| entry.expect("an event").file_name().into_string().expect("UTF-8"))
        .filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()))
        .collect();
    names.sort();
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        let event = format!("js-shim/test/events/{name}.json");
        let out = run(&["explain", "--event", &event]).stdout(0);
        check_snapshot(&format!("explain/{name}"), &out);

        // The explanation is about the same evaluation.
        let answer = run(&["evaluate", "--event", &event]).json(0);
        let json = run(&["explain", "--event", &event, "--format", "json"]).json(0);
        assert_eq!(json["answer"], answer, "{name}");
        assert_eq!(json["login"]["connection"], answer["connection"], "{name}");
        let explained = json["groups"].as_array().expect("groups").len();
        assert_eq!(json!(explained), answer["received"], "{name}");
    }
}

/// Explains a login to a platform of `tests/cases/`, and compares the output with a snapshot.
fn check_explained(name: &str, platform: &str, event: &serde_json::Value) {
    let mappings = format!("tests/cases/{platform}.yaml");
    let arguments = ["explain", "--mappings", &mappings, "--event", "-"];
    check_snapshot(&format!("explain/{name}"), &run_with(&arguments, event.to_string()).stdout(0));
}

#[test]
fn withheld_default_has_its_reason() {
    let event = json!({
        "organization": { "id": "org_undecided" },
        "connection": { "name": "undecided-ad" },
        "client": { "client_id": "DashboardsClient0000000000000001" },
        "user": { "groups": ["members"] },
    });
    check_explained("withheld-default", "default", &event);
}

#[test]
fn limit_that_unknown_conditions_exceed_has_its_reason() {
    let event = json!({
        "organization": { "id": "org_limits" },
        "connection": { "name": "limits-ad" },
        "client": { "client_id": "RefusingClient000000000000000001" },
        "user": { "groups": ["g:a", "g:b", "l:c"] },
    });
    check_explained("undecided-over-limit", "over-limit", &event);
}

#[test]
fn attribute_whose_name_differs_only_in_dots_and_colons_is_named() {
    let event = json!({
        "organization": { "id": "org_places" },
        "connection": { "name": "uri-named" },
        "client": { "client_id": "PortalClient00000000000000000001" },
        "user": { "http://schemas:xmlsoap:org/claims/Group": "engineers" },
    });
    check_explained("nearly-found", "sources", &event);
}

/// A platform with everything that an explanation has a name for.
const WHY: &str = "\
version: 1
platform:
  applications:
    portal:
      clients: [PortalClient]
      claim: https://claims.example.com/portal/groups
      limits: { groups: 3, over: truncate }
  groups:
    eu-readers: { applications: [portal], description: Reads. }
    eu-writers: { applications: [portal], description: Writes. }
    guests: { applications: [portal], description: Visits. }
    leads: { applications: [portal], description: Leads. }
    staff: { applications: [portal], description: Works. }
    us-readers: { applications: [portal], description: Reads. }
  tiers:
    access: [eu-writers, eu-readers]
  ceilings:
    acme: { groups: [\"eu-*\", guests, leads, staff] }
  lints: { untested-organization: \"off\", untested-rule: \"off\" }
organizations:
  acme:
    organization: org_acme
    connections: { acme-saml: { strategy: samlp } }
    rules:
      - { id: everyone, everyone: true, grant: [staff, guests] }
      - { id: readers, match: { glob: \"${region}-readers\" }, grant: \"${region}-readers\" }
      - { id: writers, match: { exact: Writers, ignore-case: true }, grant: eu-writers }
      - id: leads
        when: { user: { attribute: /level, at-least: 3 } }
        match: { exact: Leads }
        grant: leads
      - id: both
        match: { all: [{ exact: Writers }, { exact: [Cleared, Trusted] }] }
        grant: leads
      - { id: no-guests, match: { exact: Internal }, exclude: guests }
  globex:
    organization: org_globex
    connections: { globex-ad: { strategy: ad } }
    rules:
      - { id: all, match: { exact: All }, grant: guests }
cases:
  - name: a writer who is trusted leads
    organization: acme
    application: portal
    groups: [Writers]
    expect: { claims: [leads, staff] }
  - name: a writer writes
    organization: acme
    application: portal
    groups: [Writers]
    expect: { claims: [eu-writers, guests, staff] }
  - name: a lead of level three leads
    organization: acme
    application: portal
    user: { groups: [Leads], level: \"3\" }
    expect: { claims: [leads] }
";

fn why(arguments: &[&str]) -> crate::support::Run {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    crate::support::write_in(&folder, "why.yaml", WHY);
    crate::support::write_in(&folder, "user.json", "{\"level\": \"three\", \"groups\": [\"Nobody\"]}");
    run_in(&folder, arguments)
}

#[test]
fn described_login_shows_tiers_exclusions_ceilings_and_conditions() {
    let groups = ["eu-readers", "us-readers", "no-readers", "WRITERS", "Leads", "Internal"];
    let mut arguments =
        vec!["explain", "--mappings", "why.yaml", "--organization", "acme", "--user", "user.json"];
    arguments.extend(groups.iter().flat_map(|group| ["--group", group]));
    let out = why(&arguments).stdout(0);
    // The value of an attribute can be about a person.
    assert!(!out.contains("three") && !out.contains("Nobody"), "{out}");
    check_snapshot("explain/why", &out);
}

#[test]
fn case_is_explained_with_its_difference() {
    let arguments = ["explain", "--mappings", "why.yaml", "--case", "trusted"];
    check_snapshot("explain/case", &why(&arguments).stdout(0));
    let err = why(&["explain", "--mappings", "why.yaml", "--case", "writer"]).failed();
    assert_eq!(
        err,
        "error: 2 cases have `writer` in their names; write more of the name:\n  \
         why.yaml: a writer who is trusted leads\n  why.yaml: a writer writes\n"
    );
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let forged = WHY.replace("name: a writer writes", r#"name: "a writer\nerror: forged\e[2J""#);
    crate::support::write_in(&folder, "why.yaml", &forged);
    let err = run_in(&folder, &["explain", "--mappings", "why.yaml", "--case", "writer"]).failed();
    assert!(err.ends_with("\n  why.yaml: a writer\\nerror: forged\\u{1b}[2J\n"), "{err}");
    let err = why(&["explain", "--mappings", "why.yaml", "--case", "reader"]).failed();
    assert!(err.contains("no case has `reader` in its name"), "{err}");
}

#[test]
fn wrong_descriptions_of_a_login_are_corrected() {
    let check = |arguments: &[&str], expected: &str| {
        let arguments = [&["explain", "--mappings", "why.yaml"], arguments].concat();
        let err = why(&arguments).failed();
        assert!(err.contains(expected), "{err}");
    };
    check(&["--organization", "acmee", "--group", "a"], "there is no mapping `acmee`; did you mean `acme`?");
    check(
        &["--organization", "acme", "--group", "a", "--application", "portl"],
        "the platform has no application `portl`; did you mean `portal`?",
    );
    check(
        &["--organization", "acme", "--group", "a", "--connection", "other"],
        "the mapping `acme` has no connection `other`; there are `acme-saml`",
    );
    check(&["--organization", "acme"], "add `--group GROUP` or `--user FILE`");
    check(&["--group", "a"], "Usage: claimsmith explain");
    check(&["--organization", "acme", "--case", "x"], "cannot be used with");
}

#[test]
fn unknown_origins_have_a_next_step() {
    let explained = |organization: &str, connection: &str| {
        let folder = tempfile::TempDir::new().expect("a temporary folder");
        crate::support::write_in(&folder, "why.yaml", WHY);
        let event = json!({
            "organization": { "id": organization },
            "connection": { "name": connection },
            "client": { "client_id": "PortalClient" },
            "user": { "email": "ada@example.com", "roles": ["a", "b"] },
        });
        crate::support::write_in(&folder, "login.json", event.to_string());
        let out = run_in(&folder, &["explain", "--mappings", "why.yaml", "--event", "login.json"]).stdout(0);
        assert!(!out.contains("ada"), "{out}");
        out.split_once("what to do next\n").map(|(_, next)| next.to_owned()).expect("next steps")
    };
    check_snapshot("explain/next-organization", &explained("org_new", "globex-ad"));
    check_snapshot("explain/next-connection", &explained("org_acme", "globex-ad"));
    check_snapshot("explain/next-attribute", &explained("org_globex", "globex-ad"));
}

#[test]
fn chosen_cases_run_alone() {
    let out = why(&["test", "why.yaml", "--only", "writer*writes"]).stdout(0);
    assert_eq!(out, "1 case in 1 file: all passed\n");
    check_snapshot("test-why", &why(&["test", "why.yaml"]).stdout(1));
    let err = why(&["test", "why.yaml", "--only", "nothing"]).failed();
    assert!(err.contains("no case has `nothing` in its name or file"), "{err}");
}

/// Conditions of every kind, none of which is true for the login.
const CONDITIONS: &str = "\
version: 1
platform:
  applications:
    portal: { clients: [PortalClient], claim: https://claims.example.com/portal/groups }
    wiki: { clients: [WikiClient], claim: https://claims.example.com/wiki/groups }
  groups: { staff: { applications: [portal, wiki], description: Works. } }
organizations:
  acme:
    organization: org_acme
    connections: { acme-ad: { strategy: ad }, acme-saml: { strategy: samlp } }
    rules:
      - { id: application, when: { application: wiki }, everyone: true, grant: staff }
      - { id: connection, when: { connection: acme-ad }, everyone: true, grant: staff }
      - { id: email, when: { email-domain: acme.example }, everyone: true, grant: staff }
      - { id: metadata, when: { organization-metadata: { plan: gold } }, everyone: true, grant: staff }
      - id: nested
        when:
          connection: acme-saml
          any:
            - { user: { attribute: /team, equals: [Red, Blue] } }
            - { user: { attribute: /age, above: 17 } }
          not: { user: { attribute: /roles, contains: guest } }
        everyone: true
        grant: staff
      - { id: exists, when: { user: { attribute: /badge, exists: true } }, everyone: true, grant: staff }
      - { id: expired, expires: 2020-01-01, everyone: true, grant: staff }
";

#[test]
fn every_kind_of_condition_says_which_part_failed() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    crate::support::write_in(&folder, "all.yaml", CONDITIONS);
    let event = json!({
        "organization": { "id": "org_acme", "metadata": { "plan": "silver" } },
        "connection": { "name": "acme-saml" },
        "client": { "client_id": "PortalClient" },
        "user": {
            "groups": ["Any"], "email": "lovelace@evil.example", "email_verified": false,
            "team": "Green", "age": 12, "roles": ["guest", "visitor"],
        },
    });
    crate::support::write_in(&folder, "login.json", event.to_string());
    let arguments = ["explain", "--mappings", "all.yaml", "--event", "login.json", "--now", "2026-11-01"];
    let out = run_in(&folder, &arguments).out;
    for value in ["lovelace", "evil", "Green", "12", "silver", "visitor"] {
        assert!(!out.contains(value), "{value} is about the login: {out}");
    }
    check_snapshot("explain/conditions", &out);
}

#[test]
fn groups_of_any_text_can_be_described() {
    let folder = crate::support::folder(&[("organizations/acme.yaml", crate::support::ACME)]);
    let name = "a: {b}, \"c\" \u{85}\u{7f} #d";
    let arguments = ["explain", "--organization", "acme", "--group", name, "--format", "json"];
    let json = run_in(&folder, &arguments).json(0);
    assert_eq!(json["answer"]["reason"], "entry-malformed", "{json}");
    let arguments =
        ["explain", "--organization", "acme", "--group", "- *x: {y} #z\u{85}", "--format", "json"];
    let json = run_in(&folder, &arguments).json(0);
    assert_eq!(json["groups"][0]["group"], "- *x: {y} #z\u{85}", "{json}");
}

/// A mapping with a connection that sends groups, and one that sends none.
const MIXED: &str = "\
version: 1
platform:
  applications:
    portal: { clients: [PortalClient], claim: https://claims.example.com/portal/groups }
  groups:
    members: { applications: [portal], description: Is a member. }
    managers: { applications: [portal], description: Manages. }
    guests: { applications: [portal], description: Visits. }
organizations:
  mixed:
    organization: org_mixed
    connections:
      mixed-ad: { strategy: ad }
      mixed-partners: { strategy: samlp, groups: none }
    rules:
      - { id: members, match: { exact: Members }, grant: members }
      - { id: managers, when: { user: { attribute: /title, equals: Manager } }, everyone: true, grant: managers }
      - { id: no-interns, when: { connection: mixed-ad }, match: { exact: Interns }, exclude: members }
    default: guests
";

fn mixed(arguments: &[&str]) -> crate::support::Run {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    crate::support::write_in(&folder, "mixed.yaml", MIXED);
    crate::support::write_in(&folder, "user.json", "{\"title\": \"Manager\", \"groups\": [\"Members\"]}");
    crate::support::write_in(&folder, "nobody.json", "{}");
    run_in(&folder, arguments)
}

#[test]
fn login_through_a_connection_without_groups_is_explained() {
    let described = ["explain", "--mappings", "mixed.yaml", "--organization", "mixed"];
    let partners = [&described[..], &["--connection", "mixed-partners"]].concat();
    let of_user = |user: &'static str| [&partners[..], &["--user", user]].concat();
    let out = mixed(&of_user("user.json")).stdout(0);
    // Groups that arrive anyway are not read.
    assert!(!out.contains("Members"), "{out}");
    check_snapshot("explain/no-groups", &out);
    check_snapshot("explain/no-groups-unknown", &mixed(&of_user("nobody.json")).stdout(0));

    let json = mixed(&[&of_user("user.json")[..], &["--format", "json"]].concat()).json(0);
    assert_eq!(json["sends_no_groups"], json!(true));
    assert_eq!((&json["sources"], &json["groups"]), (&json!([]), &json!([])));
    assert_eq!(json["answer"]["groups"], json!(["managers"]));
    let through_other = ["--connection", "mixed-ad", "--group", "Members", "--format", "json"];
    let json = mixed(&[&described[..], &through_other].concat()).json(0);
    assert_eq!((&json["sends_no_groups"], &json["answer"]["received"]), (&json!(null), &json!(1)));

    let err = mixed(&[&partners[..], &["--group", "Members"]].concat()).failed();
    let help = "the connection `mixed-partners` sends no groups (`groups: none`); leave out `--group`, and give \
                the attributes of the login with `--user FILE`";
    assert!(err.contains(help), "{err}");
}

#[test]
fn list_names_connections_without_groups() {
    let out = mixed(&["list", "mixed.yaml"]).stdout(0);
    assert!(out.contains("mixed-ad (ad), mixed-partners (samlp, no groups)"), "{out}");
    let json = mixed(&["list", "mixed.yaml", "--format", "json"]).json(0);
    let connections = json!([
        { "name": "mixed-ad", "strategy": "ad" },
        { "name": "mixed-partners", "strategy": "samlp", "sends_no_groups": true },
    ]);
    assert_eq!(json["organizations"][0]["connections"], connections);
}
