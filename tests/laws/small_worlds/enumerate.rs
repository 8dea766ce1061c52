//! Enumerates the small worlds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::world::{
    Application, CONNECTIONS, Condition, Matches, NameForm, Patterns, Rule, Shape, Source, World,
};

/// In the order of their names.
pub(super) const TARGETS: [&str; 3] = ["eng-admins", "eng-viewers", "staff"];

/// The limits of a platform's applications: two groups are above each of them.
pub(super) const LIMITED: [&str; 3] = [
    r#"{ "over": "deny", "groups": 1 }"#,
    r#"{ "over": "no-groups", "claim-bytes": 15 }"#,
    r#"{ "over": "truncate", "groups": 1 }"#,
];
pub(super) const FREE: [&str; 1] = [r#"{ "over": "deny" }"#];

/// The policies `incomplete` and `unmatched`.
const POLICIES: [(&str, &str); 5] = [
    ("deny", "drop"),
    ("no-groups", "drop"),
    ("use-partial", "drop"),
    ("deny", "deny"),
    ("use-partial", "deny"),
];
/// Pairs of a target group and one that it includes: none, into a tier, and out of it.
pub(super) const INCLUDES: [&[(&str, &str)]; 3] =
    [&[], &[("staff", "eng-viewers")], &[("eng-admins", "staff")]];
const DEFAULTS: [&[&str]; 2] = [&[], &["eng-viewers", "staff"]];

/// The effect of a rule, with its groups.
#[derive(Clone, Copy)]
enum Effect {
    Grant(&'static str),
    Exclude(&'static str),
    /// Grants the expansion of its captures.
    Capture,
}

fn patterns(name: &str) -> Patterns {
    Patterns { exact: vec![name.to_owned()], ..Patterns::default() }
}

fn exact(name: &str) -> Matches {
    Matches::Groups { any: vec![patterns(name)], all: vec![], none: vec![] }
}

fn both() -> Matches {
    Matches::Groups { any: vec![], all: vec![patterns("a"), patterns("b")], none: vec![] }
}

fn one_without() -> Matches {
    Matches::Groups { any: vec![patterns("a")], all: vec![], none: vec![patterns("b")] }
}

fn capture() -> Matches {
    let any = vec![Patterns { glob: vec!["${team}-${role}".to_owned()], ..Patterns::default() }];
    Matches::Groups { any, all: vec![], none: vec![] }
}

fn finance() -> Condition {
    Condition::Department(vec![json!("Finance")])
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

fn false_if_unknown(condition: Condition) -> Condition {
    Condition::FalseIfUnknown(Box::new(condition))
}

fn rule(matches: Matches, effect: Effect, when: Option<Condition>, expires: Option<i32>) -> Rule {
    let (excludes, groups, templates) = match effect {
        Effect::Grant(group) => (false, vec![group], vec![]),
        Effect::Exclude(group) => (true, vec![group], vec![]),
        Effect::Capture => (false, vec![], vec!["${team}-${role}"]),
    };
    let globs = Vec::new();
    Rule { id: String::new(), when, matches, excludes, groups, templates, globs, protected: false, expires }
}

fn applications(limits: &[&str]) -> Vec<Application> {
    let application = |limits: &&str| {
        let limits: Json = serde_json::from_str(limits).expect("JSON");
        let number = |key: &str| limits.get(key).and_then(Json::as_u64).map(|number| number as usize);
        let over = ["deny", "no-groups", "truncate"].into_iter().find(|over| limits["over"] == *over);
        Application {
            groups: BTreeSet::from(TARGETS),
            limit: number("groups"),
            bytes: number("claim-bytes"),
            over: over.expect("a policy"),
            provenance: false,
            joined_by: None,
            deny_ungranted: false,
        }
    };
    limits.iter().map(application).collect()
}

fn world(
    rules: &[Rule],
    default: &[&'static str],
    (incomplete, unmatched): (&'static str, &'static str),
    empty_if_absent: bool,
    limits: &[&str],
) -> World {
    let source = Source {
        shape: Shape::List,
        form: NameForm::Plain,
        empty_if_absent,
        empty_if_null: false,
        skips: (false, false),
        skipped: &[],
        cap: None,
        overage: None,
    };
    let mut rules = rules.to_vec();
    for (at, rule) in rules.iter_mut().enumerate() {
        rule.id = format!("rule-{at}");
    }
    World {
        applications: applications(limits),
        ceiling: None,
        includes: Vec::new(),
        sources: vec![(vec![source], false); CONNECTIONS.len()],
        aliases: BTreeMap::new(),
        rules,
        default: default.to_vec(),
        application_defaults: Default::default(),
        incomplete,
        unmatched,
        ungranted: ["no-groups"; 2],
        refresh: false,
    }
}

pub(super) fn worlds() -> Vec<World> {
    let mut worlds = of_one_rule();
    worlds.extend(of_two_rules());
    worlds.extend(with_includes());
    worlds
}

/// Every test by itself, negated, and with `if-unknown: false`, under every policy.
fn of_one_rule() -> Vec<World> {
    let metadata = |of| Condition::Metadata(of, "gold");
    let tests = [
        finance(),
        Condition::Level("at-least", 1),
        Condition::Roles(vec![json!("x")]),
        Condition::EmailDomain("acme.example"),
        metadata("organization"),
        metadata("connection"),
        metadata("client"),
        Condition::Exists("department", true),
        Condition::Exists("department", false),
    ];
    let mut conditions: Vec<(Option<Condition>, Option<i32>)> = vec![(None, None), (None, Some(2026))];
    for test in tests {
        let all = [
            test.clone(),
            not(test.clone()),
            false_if_unknown(test.clone()),
            not(false_if_unknown(test.clone())),
            false_if_unknown(not(test)),
        ];
        conditions.extend(all.map(|condition| (Some(condition), None)));
    }
    let mut worlds = Vec::new();
    for (matches, effect) in [
        (exact("a"), Effect::Grant("staff")),
        (exact("a"), Effect::Exclude("staff")),
        (one_without(), Effect::Grant("eng-viewers")),
        (capture(), Effect::Capture),
        (Matches::Everyone, Effect::Grant("staff")),
        (Matches::Everyone, Effect::Exclude("staff")),
    ] {
        for (when, expires) in &conditions {
            let rule = [rule(matches.clone(), effect, when.clone(), *expires)];
            for default in DEFAULTS {
                for policies in POLICIES {
                    worlds.push(world(&rule, default, policies, false, &FREE));
                }
                worlds.push(world(&rule, default, POLICIES[0], true, &FREE));
            }
            // The default alone has two groups.
            worlds.push(world(&rule, DEFAULTS[1], POLICIES[0], false, &LIMITED));
        }
    }
    worlds
}

/// Two rules that both grant, that exclude each other's groups, or that share a tier, each with its own condition.
fn of_two_rules() -> Vec<World> {
    let (first, second) = (first_rules(), second_rules());
    let mut worlds = Vec::new();
    for one in &first {
        for two in &second {
            let rules = [one.clone(), two.clone()];
            for default in DEFAULTS {
                worlds.push(world(&rules, default, POLICIES[0], false, &LIMITED));
            }
            // The compiler refuses these whatever their conditions, so worlds without conditions are enough.
            let has_condition = one.when.is_some() || two.when.is_some() || two.expires.is_some();
            for limits in [&FREE[..], &LIMITED[..]] {
                let partial = world(&rules, &[], POLICIES[2], false, limits);
                if !(has_condition && super::must_be_refused(&partial)) {
                    worlds.push(partial);
                }
            }
        }
    }
    worlds
}

fn first_rules() -> Vec<Rule> {
    let mut first = Vec::new();
    for matches in [exact("a"), Matches::Everyone, both(), one_without(), capture()] {
        let effects = match &matches {
            Matches::Groups { any, .. } if any.iter().any(|it| !it.glob.is_empty()) => vec![Effect::Capture],
            _ => vec![Effect::Grant("eng-viewers"), Effect::Grant("staff")],
        };
        for effect in effects {
            for when in [None, Some(finance()), Some(not(finance()))] {
                first.push(rule(matches.clone(), effect, when, None));
            }
        }
    }
    first
}

fn second_rules() -> Vec<Rule> {
    let email = Condition::EmailDomain("acme.example");
    let conditions = [
        (None, None),
        (None, Some(2026)),
        (Some(finance()), None),
        (Some(not(finance())), None),
        (Some(not(email)), None),
        (Some(false_if_unknown(finance())), None),
    ];
    let mut second = Vec::new();
    for matches in [exact("a"), exact("b"), Matches::Everyone] {
        for effect in [
            Effect::Grant("eng-admins"),
            Effect::Grant("staff"),
            Effect::Exclude("eng-viewers"),
            Effect::Exclude("staff"),
        ] {
            for (when, expires) in &conditions {
                second.push(rule(matches.clone(), effect, when.clone(), *expires));
            }
        }
    }
    second.extend(conditions.map(|(when, expires)| rule(capture(), Effect::Capture, when, expires)));
    second
}

/// Two rules in platforms whose target groups include others. What is unknown is so in as few ways as possible.
fn with_includes() -> Vec<World> {
    let few = |rule: &&Rule| matches!(rule.when, None | Some(Condition::Department(_)));
    let (first, second) = (first_rules(), second_rules());
    let mut worlds = Vec::new();
    for one in first.iter().filter(few) {
        for two in second.iter().filter(few) {
            for includes in &INCLUDES[1..] {
                for default in DEFAULTS {
                    let rules = [one.clone(), two.clone()];
                    let world = world(&rules, default, POLICIES[0], false, &LIMITED);
                    worlds.push(World { includes: includes.to_vec(), ..world });
                }
            }
        }
    }
    worlds
}
