//! Test cases, and the events that they describe.

use super::*;

/// The event of a case with these members, at a connection with these keys.
fn event(connection: &str, case: &str) -> serde_json::Value {
    let file = whole(&format!(
        "organizations:
  acme: {{ organization: org_acme, connections: {{ a: {connection} }}, rules: [] }}
cases: [{{ name: x, {case}, expect: {{ claims: [] }} }}]
"
    ));
    let (files, mut cases) = read(&file);
    assert_eq!(files.diagnostics, [], "{case}");
    cases.remove(0).event
}

#[test]
fn case_groups_have_the_shape_and_form_of_the_source() {
    #[track_caller]
    fn check(source: &str, groups: &str, expected: &str) {
        let connection = format!("{{ strategy: ad, groups: {{ {source} }} }}");
        let event = event(&connection, &format!("application: qlik, groups: {groups}"));
        let found = event.pointer("/user/groups").or(event.pointer("/claimsmith/provisioned"));
        let found = found.or(event.pointer("/authorization/roles"));
        assert_eq!(found.expect(source).to_string(), expected, "{source}");
    }
    check("shape: list", "[a, b]", r#"["a","b"]"#);
    check("shape: string", "a", r#""a""#);
    check("shape: string", "[]", r#""""#);
    check("shape: json", "[a, b]", r#""[\"a\",\"b\"]""#);
    check("shape: json, field: n", "a", r#""[{\"n\":\"a\"}]""#);
    check("form: domain", "a", r#""CORP\\a""#);
    check("shape: list, form: dn, below: 'DC=x'", "'a,b'", r#"["CN=a\\,b,DC=x"]"#);
    check("shape: list, form: domain", "a", r#"["CORP\\a"]"#);
    check(
        "from: provisioned",
        "[a, b]",
        r#"[{"connection_id":"con_login","name":"a"},{"connection_id":"con_login","name":"b"}]"#,
    );
    check("from: auth0-roles", "[a, b]", r#"["a","b"]"#);
    check("from: provisioned, field: id", "a", r#"[{"connection_id":"con_login","id":"a"}]"#);
}

#[test]
fn case_event_has_email_metadata_and_provisioned_groups() {
    let case = "application: qlik, groups: [], now: 2026-11-01T00:00:00Z, email: a@b.example, \
                metadata: { organization: { tier: gold }, connection: { a: b }, client: { c: d } }, \
                provisioned: [g, { name: h, id: i }]";
    let event = event("{ strategy: ad }", case);
    let expected = serde_json::json!({
        "organization": { "id": "org_acme", "name": "acme", "metadata": { "tier": "gold" } },
        "connection": { "id": "con_login", "name": "a", "strategy": "ad", "metadata": { "a": "b" } },
        "client": { "client_id": "QlikClient", "metadata": { "c": "d" } },
        "user": { "groups": [], "email": "a@b.example", "email_verified": true },
        "claimsmith": {
            "now": "2026-11-01T00:00:00Z",
            "provisioned": [
                { "name": "g", "connection_id": "con_login" },
                { "name": "h", "id": "i", "connection_id": "con_login" },
            ],
        },
    });
    assert_eq!(event, expected);
}

#[test]
fn raw_event_receives_the_time_and_the_provisioned_groups() {
    let found = event("{ strategy: ad }", "event: { user: {} }, now: 2026-11-01, provisioned: unavailable");
    let expected =
        serde_json::json!({ "user": {}, "claimsmith": { "now": "2026-11-01", "provisioned": null } });
    assert_eq!(found, expected);
}

/// Checks the diagnostics of a case with these members, of an organization without an id.
#[track_caller]
fn check_case(source: &str, members: &str, expected: &[(&str, &'static str)]) {
    let text = format!(
        "organizations:
  acme: {{ connections: {{ a: {{ strategy: ad, groups: {{ {source} }} }} }}, rules: [] }}
cases: [{{ name: x, application: qlik, {members}, expect: {{ claims: [] }} }}]
"
    );
    check_whole(&whole(&text), expected);
}

#[test]
fn case_reports_contradicting_keys() {
    check_case("", "groups: a, now: today", &[("invalid-value", "today")]);
    check_case("", "groups: a, email: a", &[("invalid-value", "a")]);
    check_case("", "user: { email: a@b.example }, email: c@b.example", &[("invalid-value", "email")]);
    check_case("", "groups: a, metadata: { organization: { a: b } }", &[("invalid-value", "organization")]);
    check_case("", "groups: a, metadata: { client: { a: 1 } }", &[("wrong-type", "1")]);
    check_case("", "groups: a, provisioned: none", &[("wrong-type", "none")]);
    check_case("", "groups: a, provisioned: [{ id: b }]", &[("missing-key", "{")]);
    check_case("from: provisioned", "groups: a, provisioned: [b]", &[("invalid-value", "provisioned")]);
    check_case("from: provisioned", "provisioned: [b]", &[]);
    check_case("from: auth0-roles", "groups: a, auth0-roles: b", &[("invalid-value", "auth0-roles")]);
    check_case("from: auth0-roles", "auth0-roles: [b]", &[]);
    check_case("shape: string", "groups: [a, b]", &[("invalid-value", "[a, b]")]);
    check_case("", "groups: a, now: 1970", &[("wrong-type", "1970")]);
}
