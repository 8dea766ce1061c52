//! Small examples of mistakes that random worlds found.

use claimsmith::compiler::compile_whole;
use claimsmith::diagnostic::SourceFile;
use claimsmith::event::{Event, answer};
use claimsmith::{Bundle, explanation};
use serde_json::json;

use crate::reference::glob_matches;

/// Checks a login with these groups under `rules`; `id-1` has the alias `GG-eng`.
#[track_caller]
fn check(rules: &str, groups: &[&str], expected: &[&str], fired: &[&str]) {
    let text = format!(
        "version: 1
platform:
  applications: {{ one: {{ clients: [one-client], claim: 'https://claims.example.com/groups' }} }}
  groups:
    all: {{ applications: [one], description: x }}
    öl: {{ applications: [one], description: x }}
  ceilings: {{ acme: {{ groups: [all, öl] }} }}
organizations:
  acme:
    connections: {{ c: {{ strategy: ad }} }}
    aliases: {{ id-1: GG-eng }}
    rules: {rules}
cases: []
"
    );
    let compiled = compile_whole(&SourceFile { path: "x.yaml".to_owned(), text });
    let platform = compiled.platform.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    let bundle = Bundle::decode(&platform.bundle).expect("the compiler's bundles decode");
    let event = json!({
        "connection": { "name": "c" }, "client": { "client_id": "one-client" }, "user": { "groups": groups },
    });
    let event = Event::from_json(event).expect("an object");
    let answer = answer(&bundle, &event);
    assert_eq!(
        (answer.groups.as_slice(), answer.rules.as_slice()),
        (&owned(expected)[..], &owned(fired)[..])
    );
    let explanation = explanation::explain(&bundle, &event);
    let steps = explanation.groups.iter().flat_map(|step| &step.rules).chain(&explanation.everyone);
    let mut explained: Vec<String> = steps.map(|step| step.rule.clone()).collect();
    explained.sort();
    assert_eq!(explained, answer.rules, "every rule that fired is explained");
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn pattern_with_unused_captures_matches_aliases() {
    let everyone = "{ id: z, everyone: true, grant: all }";
    for pattern in ["glob: 'GG-${team}'", "regex: 'GG-(?<team>.+)'"] {
        let grants = format!("[{{ id: x, match: {{ {pattern} }}, grant: all }}]");
        check(&grants, &["id-1"], &["all"], &["x"]);
        check(&grants, &["GG-ops"], &["all"], &["x"]);
        let excludes = format!("[{{ id: x, match: {{ {pattern} }}, exclude: all }}, {everyone}]");
        check(&excludes, &["id-1"], &[], &["x", "z"]);
        check(&excludes, &["id-2"], &["all"], &["z"]);
    }
}

#[test]
fn rule_for_everyone_is_explained_with_its_condition() {
    let rule = |more: &str| format!("[{{ id: x, everyone: true, {more}, grant: all }}]");
    check(&rule("expires: 2030-01-01"), &[], &["all"], &["x"]);
    check(&rule("when: { application: one }"), &[], &["all"], &["x"]);
    check(&rule("when: { user: { attribute: /level, above: 1 } }"), &[], &[], &[]);
}

/// The mistake was in the reference: it replaced `ö` by a character that `id-1` has as well.
#[test]
fn reference_distinguishes_letters_outside_ascii() {
    let rules = "[{ id: x, match: { glob: '*?ö' }, grant: all }]";
    check(rules, &["id-7"], &[], &[]);
    check(rules, &["id-ö"], &["all"], &["x"]);
    for (name, matches) in [("id-1", false), ("id-2", false), ("id-ö", true), ("ö", false)] {
        assert_eq!(glob_matches("*?ö", name), matches, "{name}");
    }
}

/// The mistake was in the reference: it changed all letters of a regular expression's capture to lower case.
#[test]
fn regex_capture_keeps_the_case_of_letters_outside_ascii() {
    let rule = |pattern: &str, grant: &str| {
        format!("[{{ id: x, match: {{ {pattern}, ignore-case: true }}, grant: '{grant}' }}]")
    };
    let (glob, regex) = ("glob: 'T-${team}'", "regex: 't-(?<team>.+)'");
    for (pattern, team, expected) in [
        (glob, "ALL", true),
        (glob, "ÖL", true),
        (regex, "ALL", true),
        (regex, "öL", true),
        (regex, "ÖL", false),
    ] {
        let expected: &[&str] = match expected {
            true if team == "ALL" => &["all"],
            true => &["öl"],
            false => &[],
        };
        check(&rule(pattern, "${team}"), &[&format!("t-{team}")], expected, &["x"]);
    }
}
