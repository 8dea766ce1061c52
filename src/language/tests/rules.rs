//! Rules and their conditions.

use super::*;
use crate::language::model::{Condition, Effect, Matches, Scalar, Test};

#[test]
fn rule_reports_contradicting_keys() {
    check_rule("id: x, everyone: true", &[("empty-grant", "{")]);
    check_rule("id: x, everyone: true, exclude: []", &[("empty-grant", "[]")]);
    check_rule("id: x, everyone: true, grant: a, exclude: b", &[("invalid-value", "exclude")]);
    check_rule("id: x, everyone: true, grant: a, expires: 2027-02-30", &[("invalid-value", "2027-02-30")]);
    check_rule("id: x, everyone: true, grant: a, expires: 2027", &[("wrong-type", "2027")]);
    check_rule("id: x, everyone: true, grant: a, protected: on", &[("wrong-type", "on")]);
    check_rule("id: x, grant: a, match: { any: { exact: b }, glob: c }", &[("invalid-value", "glob")]);
    check_rule("id: x, grant: a, match: { none: { exact: b } }", &[("missing-match", "none")]);
    check_rule("id: x, grant: a, match: { any: [] }", &[("missing-match", "[]")]);
    check_rule("id: x, grant: a, match: { any: [{ ignore-case: true }] }", &[("missing-match", "{")]);
    check_rule("id: x, grant: a, match: { ignore-case: true }", &[("missing-match", "{")]);
    check_rule("id: x, grant: a, match: { any: [{ exakt: b }] }", &[("unknown-key", "exakt")]);
    check_rule("id: x, grant: a, match: { any: { exact: b }, regexp: c }", &[("unknown-key", "regexp")]);
}

#[test]
fn rule_has_all_its_keys() {
    let (mut files, _) = read(&whole(
        "organizations:
  acme:
    connections: { a: { strategy: ad } }
    rules:
      - id: x
        match:
          all: [{ exact: [a, b] }, { regex: 'c.*', ignore-case: true }]
          none: { glob: 'd*' }
        exclude: bi-viewers
        protected: true
        expires: 2027-01-31T12:00:00+01:00
        when:
          strategy: ad
          user: { attribute: /level, at-least: 3 }
          not: { any: [{ application: qlik }, { user: { attribute: /x, equals: [a, 1, true] } }] }
",
    ));
    assert_eq!(files.diagnostics, []);
    let rule = files.organizations.remove(0).rules.remove(0);
    assert_eq!((rule.effect, rule.protected), (Effect::Exclude, true));
    assert_eq!(rule.expires.map(|(at, _)| at), Some(1_801_393_200));
    let Matches::Groups { any, all, none, .. } = rule.matches else { panic!("it matches groups") };
    assert_eq!((any.len(), all.len(), none.len()), (0, 2, 1));
    assert!(all.last().is_some_and(|patterns| patterns.ignore_case && patterns.regex.len() == 1));
    let Some(Condition::All(all)) = rule.when else { panic!("three conditions") };
    let [Condition::Strategy(_), Condition::User { test: Test::AtLeast(3.0), .. }, Condition::Not(inner)] =
        all.as_slice()
    else {
        panic!("{all:?}")
    };
    let Condition::Any(any) = &**inner else { panic!("{inner:?}") };
    let [Condition::Application(_), Condition::User { test: Test::Equals(values), .. }] = any.as_slice()
    else {
        panic!("{any:?}")
    };
    assert_eq!(*values, [Scalar::Text("a".to_owned()), Scalar::Number(1.0), Scalar::Bool(true)]);
}

#[test]
fn condition_reports_unknown_names_and_wrong_tests() {
    check_when("{}", &[("empty-condition", "{}")]);
    check_when("{ connection: [] }", &[("empty-condition", "[]")]);
    check_when("{ any: [] }", &[("empty-condition", "[]")]);
    check_when("{ any: [{}] }", &[("empty-condition", "{}")]);
    check_when("{ not: {} }", &[("empty-condition", "{}")]);
    check_when("{ user: [] }", &[("empty-condition", "[]")]);
    check_when("{ client-metadata: {} }", &[("empty-condition", "{}")]);
    check_when("{ client-metadata: { a: [] } }", &[("empty-condition", "[]")]);
    check_when("{ connection: b }", &[("unknown-connection", "b")]);
    check_when("{ strategy: saml }", &[("invalid-value", "saml")]);
    check_when("{ application: qlick }", &[("unknown-application", "qlick")]);
    check_when("{ organization: [acme, globex] }", &[("unknown-organization", "globex")]);
    check_when("{ client: '' }", &[("invalid-value", "''")]);
    check_when("{ email-domain: a@b.example }", &[("invalid-value", "a@b.example")]);
    for domain in
        ["'*.b.example'", "https://b.example", ".b.example", "b..example", "b.example/", "-b", "'?b'"]
    {
        check_when(&format!("{{ email-domain: {domain} }}"), &[("invalid-value", domain)]);
    }
    check_when("{ user: { attribute: /a } }", &[("missing-key", "{")]);
    check_when("{ user: { attribute: /a, equals: 1, exists: true } }", &[("invalid-value", "exists")]);
    check_when("{ user: { attribute: a, exists: true } }", &[("invalid-pointer", "a")]);
    check_when(
        "{ user: { attribute: /user_metadata/a, exists: true } }",
        &[("self-service-source", "/user_metadata/a")],
    );
    check_when("{ user: { attribute: /a, above: high } }", &[("wrong-type", "high")]);
    check_when("{ user: { attribute: /a, equals: [] } }", &[("empty-condition", "[]")]);
    check_when("{ user: { attribute: /a, equals: null } }", &[("wrong-type", "null")]);
    check_when("{ user: { attribute: /a, exist: true } }", &[("unknown-key", "exist")]);
    check_when("{ connections: a }", &[("unknown-key", "connections")]);
    check_when("{ client: a, if-unknown: no }", &[("wrong-type", "no")]);
    check_when("{ user: { attribute: /a, equals: 1, if-unknown: 'false' } }", &[("wrong-type", "'false'")]);
}
