//! Random rules: their patterns, conditions and effects.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value as Json, json};

use super::{APPLICATIONS, CONNECTIONS, TARGETS, name};

/// The patterns of one set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns {
    pub(crate) exact: Vec<String>,
    pub(crate) glob: Vec<String>,
    pub(crate) regex: Vec<String>,
    pub(crate) ignore_case: bool,
}

impl Patterns {
    fn json(&self) -> Json {
        let mut json = json!({});
        for (key, list) in [("exact", &self.exact), ("glob", &self.glob), ("regex", &self.regex)] {
            if !list.is_empty() {
                json[key] = json!(list);
            }
        }
        if self.ignore_case {
            json["ignore-case"] = json!(true);
        }
        json
    }
}

fn glob() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(&["a", "b", "-", "/", "A", "eng", "ops", "ö", "Ö", "viewers", "[*]"][..]),
        3 => select(&["*", "?", "[ab]", "[!a]", "{a,ops}", "{eng,ops}-"][..]),
    ];
    vec(piece, 1..5).prop_map(|pieces| pieces.concat().replace("**", "*"))
}

fn regex() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => select(&["a", "b", "-", "/", "eng", "ops", "viewers", "[*]"][..]),
        3 => select(&[".*", ".", "[^-]+", "(a|b)*", "(?:eng|ops)?", "[a-c]{1,2}", "b+?", "[[:upper:]]", "(?:-.*)?"][..]),
    ];
    vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

fn patterns() -> impl Strategy<Value = Patterns> {
    let all = (vec(name(), 0..3), vec(glob(), 0..2), vec(regex(), 0..2), any::<bool>());
    all.prop_map(|(exact, glob, regex, ignore_case)| {
        let none = exact.is_empty() && glob.is_empty() && regex.is_empty();
        let exact = if none { vec!["a".to_owned()] } else { exact };
        // Letter case of ids always counts.
        let ignore_case = ignore_case && !exact.iter().any(|it| it.starts_with("id-"));
        Patterns { exact, glob, regex, ignore_case }
    })
}

/// Globs that all capture a team and a role, with stars and alternatives in every possible position.
fn capturing_glob() -> impl Strategy<Value = String> {
    let usual = &["${team}-${role}", "GG-${team}-${role}", "{GG/,x}${team}-${role}", "${team}/${role}"][..];
    let before = &[
        "",
        "",
        "*-",
        "*/",
        "*a",
        "?",
        "[ab]",
        "[!a]",
        "{a,a-b}-",
        "{*-,a}",
        "{eng,{eng-a,eng}}-",
        "{x,*a,ops}/",
        "A*-",
    ][..];
    let between = &[
        "-",
        "-",
        "/",
        "?",
        "[-/]",
        "-*-",
        "-{a,a-a}-",
        "{-,-a-}",
        "{-,-*-}",
        "-{b,?}",
        "{/,-{a-,*-}b}",
    ][..];
    let after = &["", "", "", "-*", "/*", "?", "{-*,/}", "-{a,b-a}", "{-a,-b,-?}", "{s,rs}"][..];
    let parts = (select(before), any::<bool>(), select(between), select(after), any::<bool>());
    let mixed = parts.prop_map(|(before, swapped, between, after, alternatives)| {
        let (one, two) = if swapped { ("${role}", "${team}") } else { ("${team}", "${role}") };
        match alternatives {
            false => format!("{before}{one}{between}{two}{after}"),
            // Each alternative has both captures.
            true => format!("{{{before}{one}{between}{two},{two}-{one}}}{after}"),
        }
    });
    prop_oneof![1 => select(usual).prop_map(str::to_owned), 3 => mixed]
}

/// Patterns that all capture a team and a role.
fn capturing() -> impl Strategy<Value = Patterns> {
    let regexes =
        &["(?<team>[^-]+)-(?<role>.+)", "(?<team>.+)-(?<role>.+?)", "(GG/)?(?<team>.+?)-(?<role>[a-z]+)"][..];
    (vec(capturing_glob(), 0..3), vec(select(regexes), 0..2), any::<bool>()).prop_map(
        |(glob, regex, ignore_case)| {
            let own = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
            let glob =
                if glob.is_empty() && regex.is_empty() { vec!["${team}-${role}".into()] } else { glob };
            Patterns { exact: Vec::new(), glob, regex: own(regex), ignore_case }
        },
    )
}

#[derive(Clone, Debug)]
pub(crate) enum Matches {
    Everyone,
    /// A group that matches one of `any`, if there are any; one for each of `all`; none that matches one of `none`.
    Groups {
        any: Vec<Patterns>,
        all: Vec<Patterns>,
        none: Vec<Patterns>,
    },
    /// A group that has the name of a target group, with `removed` before it and without `added`.
    Names {
        removed: &'static str,
        added: &'static str,
        ignore_case: bool,
        none: Vec<Patterns>,
    },
}

/// A condition of a rule.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Connection(&'static str),
    Strategy(&'static str),
    Application(&'static str),
    Client(String),
    Organization(&'static str),
    EmailDomain(&'static str),
    /// Of the organization, the connection or the client.
    Metadata(&'static str, &'static str),
    Department(Vec<Json>),
    Roles(Vec<Json>),
    /// `at-least`, `at-most`, `above` or `below`.
    Level(&'static str, i32),
    Exists(&'static str, bool),
    /// A test of the text of the attribute `department`.
    DepartmentText(TextTest),
    /// A test of the text of an entry of `roles`.
    RolesText(TextTest),
    /// As `Level`, where a text that holds a number is that number.
    LevelText(&'static str, i32),
    Any(Vec<Condition>),
    All(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    FalseIfUnknown(Box<Condition>),
}

/// `glob`, `regex`, `starts-with`, `ends-with` or `contains-text`, or `equals`, with a text.
#[derive(Clone, Debug)]
pub(crate) struct TextTest {
    pub(crate) key: &'static str,
    pub(crate) text: &'static str,
    pub(crate) ignore_case: bool,
}

fn text_test() -> impl Strategy<Value = TextTest> {
    let tests = &[
        ("glob", "F*"),
        ("glob", "*[ae]s"),
        ("glob", "{x,Sal?s,z*}"),
        ("glob", "sales"),
        ("regex", "[FS].*e.*"),
        ("regex", "legal|sales|[xz]"),
        ("starts-with", "fin"),
        ("starts-with", "L"),
        ("ends-with", "al"),
        ("ends-with", "X"),
        ("contains-text", "al"),
        ("contains-text", "IN"),
        ("equals", "FINANCE"),
        ("equals", "x"),
    ][..];
    (select(tests), any::<bool>()).prop_map(|((key, text), ignore_case)| TextTest { key, text, ignore_case })
}

fn condition() -> impl Strategy<Value = Condition> {
    let values = |texts: [&str; 3], number: i32| {
        texts.iter().map(|it| json!(it)).chain([json!(number)]).collect::<Vec<_>>()
    };
    let leaf = prop_oneof![
        1 => select(&CONNECTIONS[..]).prop_map(|(name, _)| Condition::Connection(name)),
        1 => select(&CONNECTIONS[..]).prop_map(|(_, strategy)| Condition::Strategy(strategy)),
        1 => select(&APPLICATIONS[..]).prop_map(Condition::Application),
        1 => select(&APPLICATIONS[..]).prop_map(|name| Condition::Client(format!("{name}-client"))),
        1 => Just(Condition::Organization("acme")),
        1 => select(&["acme.example", "ACME.test"][..]).prop_map(Condition::EmailDomain),
        2 => (select(&["organization", "connection", "client"][..]), select(&["gold", "silver"][..]))
            .prop_map(|(of, value)| Condition::Metadata(of, value)),
        3 => subsequence(values(["Finance", "Sales", "Legal"], 7), 1..3).prop_map(Condition::Department),
        3 => subsequence(values(["x", "y", "nobody"], 1), 1..3).prop_map(Condition::Roles),
        3 => (select(&["at-least", "at-most", "above", "below"][..]), -1..3)
            .prop_map(|(test, bound)| Condition::Level(test, bound)),
        2 => (select(&["department", "level", "roles"][..]), any::<bool>())
            .prop_map(|(attribute, wanted)| Condition::Exists(attribute, wanted)),
        3 => text_test().prop_map(Condition::DepartmentText),
        3 => text_test().prop_map(Condition::RolesText),
        2 => (select(&["at-least", "at-most", "above", "below"][..]), -1..3)
            .prop_map(|(test, bound)| Condition::LevelText(test, bound)),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..3).prop_map(Condition::Any),
            (inner.clone(), inner.clone())
                .prop_map(|(one, two)| Condition::All(Box::new(one), Box::new(two))),
            inner.clone().prop_map(|condition| Condition::Not(Box::new(condition))),
            inner.prop_map(|condition| Condition::FalseIfUnknown(Box::new(condition))),
        ]
    })
}

impl Condition {
    fn json(&self) -> Json {
        let test = |attribute: &str, test: &str, value: Json| json!({ "user": { "attribute": format!("/{attribute}"), test: value } });
        match self {
            Self::Connection(name) => json!({ "connection": name }),
            Self::Strategy(name) => json!({ "strategy": name }),
            Self::Application(name) => json!({ "application": name }),
            Self::Client(id) => json!({ "client": id }),
            Self::Organization(name) => json!({ "organization": name }),
            Self::EmailDomain(domain) => json!({ "email-domain": domain }),
            Self::Metadata(of, value) => json!({ format!("{of}-metadata"): { "tier": value } }),
            Self::Department(values) => test("department", "equals", json!(values)),
            Self::Roles(value) => test("roles", "contains", json!(value)),
            Self::Level(word, bound) => test("level", word, json!(bound)),
            Self::Exists(attribute, wanted) => test(attribute, "exists", json!(wanted)),
            Self::DepartmentText(wanted) => {
                let mut json = test("department", wanted.key, json!(wanted.text));
                json["user"]["ignore-case"] = json!(wanted.ignore_case);
                json
            }
            Self::RolesText(wanted) => {
                let entry = match wanted.key {
                    "equals" => json!(wanted.text),
                    key => json!({ key: wanted.text }),
                };
                let mut json = test("roles", "contains", entry);
                json["user"]["ignore-case"] = json!(wanted.ignore_case);
                json
            }
            Self::LevelText(word, bound) => {
                let mut json = test("level", word, json!(bound));
                json["user"]["as-number"] = json!(true);
                json
            }
            Self::Any(any) => json!({ "any": any.iter().map(Self::json).collect::<Vec<_>>() }),
            // Two conditions cannot have the same key, so one of them is in a list.
            Self::All(one, two) => json!({ "any": [one.json()], "not": { "not": two.json() } }),
            Self::Not(condition) => json!({ "not": condition.json() }),
            Self::FalseIfUnknown(condition) => {
                let mut json = condition.json();
                // It can be a key of the attribute's test, or of the whole condition.
                match **condition {
                    Self::Department(_) | Self::Level(..) => json["user"]["if-unknown"] = json!(false),
                    _ => json["if-unknown"] = json!(false),
                }
                json
            }
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) when: Option<Condition>,
    pub(crate) matches: Matches,
    pub(crate) excludes: bool,
    pub(crate) groups: Vec<&'static str>,
    /// Grants that contain captures.
    pub(crate) templates: Vec<&'static str>,
    /// Globs of target groups.
    pub(crate) globs: Vec<&'static str>,
    pub(crate) protected: bool,
    /// It expires at the beginning of this year.
    pub(crate) expires: Option<i32>,
}

impl Rule {
    /// Removes the last exact name of each set of patterns and the last target group, as long as there are others.
    pub(crate) fn remove_last(&mut self, of_names: bool, of_groups: bool) {
        if let (true, Matches::Groups { any, all, none }) = (of_names, &mut self.matches) {
            for patterns in any.iter_mut().chain(all).chain(none) {
                if patterns.exact.len() + patterns.glob.len() + patterns.regex.len() > 1 {
                    patterns.exact.pop();
                }
            }
        }
        if of_groups && self.groups.len() > 1 {
            self.groups.pop();
        }
    }
}

fn matches() -> impl Strategy<Value = (Matches, bool)> {
    let list = |most: usize| vec(patterns(), 0..most);
    prop_oneof![
        1 => Just((Matches::Everyone, false)),
        4 => patterns().prop_map(|it| (Matches::Groups { any: vec![it], all: vec![], none: vec![] }, false)),
        3 => (capturing(), list(2))
            .prop_map(|(it, none)| (Matches::Groups { any: vec![it], all: vec![], none }, true)),
        2 => (select(&[("", ""), ("GG/", ""), ("", "eng-")][..]), any::<bool>(), list(2)).prop_map(
            |((removed, added), ignore_case, none)| (Matches::Names { removed, added, ignore_case, none }, true)
        ),
        3 => (list(3), list(3), list(2)).prop_map(|(any, all, none)| {
            let any = if any.is_empty() && all.is_empty() { vec![Patterns { exact: vec!["b".into()], ..Patterns::default() }] } else { any };
            (Matches::Groups { any, all, none }, false)
        }),
    ]
}

/// Globs of target groups; each matches one of them, and not all are protected.
const TARGET_GLOBS: [&str; 6] = ["*", "*-viewers", "eng-*", "{ops,a}-[!v]*", "?-?", "[{]*"];

pub(super) fn rule() -> impl Strategy<Value = Rule> {
    let templates = &[
        "${team}-${role}",
        "${team:lower}-${role}",
        "${role}-${team}",
        "${team:upper}-${role:lower}",
        "a*-${role}",
    ][..];
    (
        option::weighted(0.4, condition()),
        matches(),
        prop::bool::weighted(0.25),
        subsequence(&TARGETS[..], 1..4),
        vec(select(templates), 1..3),
        any::<bool>(),
        option::weighted(0.2, 2025..2028),
        option::weighted(0.3, vec(select(&TARGET_GLOBS[..]), 1..3)),
    )
        .prop_map(
            |(when, (matches, captures), excludes, groups, templates, protected, expires, globs)| {
                let names = matches!(matches, Matches::Names { .. });
                let excludes = excludes && !names;
                let templates = if captures && !excludes && !names { templates } else { Vec::new() };
                let globs = globs.unwrap_or_default();
                Rule {
                    id: String::new(),
                    when,
                    matches,
                    excludes,
                    groups,
                    templates,
                    globs,
                    protected,
                    expires,
                }
            },
        )
}

impl Rule {
    /// Whether a grant begins with a wildcard, so that it needs a ceiling.
    pub(crate) fn needs_ceiling(&self) -> bool {
        self.expands() || !self.excludes && !self.globs.is_empty()
    }

    /// Whether a grant has a capture, so that the registry decides where it leads.
    pub(crate) fn expands(&self) -> bool {
        !self.templates.is_empty() || matches!(self.matches, Matches::Names { .. })
    }

    /// Whether a grant with a capture can lead to a target group.
    pub(crate) fn can_expand_to(&self, target: &str) -> bool {
        match &self.matches {
            Matches::Names { added, .. } => target.strip_prefix(added).is_some_and(|rest| !rest.is_empty()),
            _ => !self.templates.is_empty(),
        }
    }

    pub(crate) fn json(&self) -> Json {
        let sets = |sets: &[Patterns]| sets.iter().map(Patterns::json).collect::<Vec<_>>();
        let mut json = json!({ "id": self.id });
        match &self.matches {
            Matches::Everyone => json["everyone"] = json!(true),
            Matches::Names { removed, ignore_case, none, .. } => {
                let glob = format!("{removed}${{group}}");
                json["match"]["any"] = json!({ "glob": glob, "ignore-case": ignore_case });
                if !none.is_empty() {
                    json["match"]["none"] = json!(sets(none));
                }
            }
            Matches::Groups { any, all, none } if all.is_empty() && none.is_empty() && any.len() == 1 => {
                json["match"] = any[0].json();
            }
            Matches::Groups { any, all, none } => {
                for (key, list) in [("any", any), ("all", all), ("none", none)] {
                    if !list.is_empty() {
                        json["match"][key] = json!(sets(list));
                    }
                }
            }
        }
        let mut groups: Vec<Json> = self.groups.iter().chain(&self.templates).map(|it| json!(it)).collect();
        if let Matches::Names { added, .. } = self.matches {
            groups.push(json!(format!("{added}${{group}}")));
        }
        if !self.globs.is_empty() {
            groups.push(json!({ "glob": self.globs }));
        }
        json[if self.excludes { "exclude" } else { "grant" }] = json!(groups);
        if let Some(condition) = &self.when {
            json["when"] = condition.json();
        }
        if self.protected {
            json["protected"] = json!(true);
        }
        if let Some(year) = self.expires {
            json["expires"] = json!(format!("{year}-01-01"));
        }
        json
    }
}
