//! What a login gives by the words of docs/mapping.md, without the engine: every pattern is held against every group,
//! globs by globset, regular expressions by the crate regex, conditions in three values by hand.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobBuilder;
use regex::RegexBuilder;
use serde_json::Value as Json;

use crate::login::{Arrival, Entry, Identity, Login, Seen, seen};
use crate::world::{
    APPLICATIONS, CONNECTIONS, Condition, Matches, Patterns, Rule, Shape, TARGETS, TIERS, World,
};

/// What is told of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) outcome: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) groups: Vec<String>,
    pub(crate) rules: Vec<String>,
    pub(crate) unmatched: Vec<String>,
    pub(crate) received: u32,
    pub(crate) notes: BTreeMap<&'static str, u32>,
}

/// globset works on bytes: what it calls one character is one byte. It sees characters outside ASCII renamed, to ones
/// that no name holds.
pub(crate) fn glob_matches(glob: &str, name: &str) -> bool {
    let renamed = |text: &str| {
        let pairs = [('ö', "\u{1}"), ('Ö', "\u{2}"), ('日', "\u{3}"), ('\u{308}', "\u{4}")];
        pairs.iter().fold(text.to_owned(), |text, (char, byte)| text.replace(*char, byte))
    };
    let built = GlobBuilder::new(&renamed(glob)).literal_separator(false).backslash_escape(false).build();
    built.expect(glob).compile_matcher().is_match(renamed(name))
}

fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

fn regex(pattern: &str, ignore_case: bool) -> regex::Regex {
    // Named classes are the only ones, and they are of ASCII.
    RegexBuilder::new(&format!("^(?:{pattern})$")).case_insensitive(ignore_case).build().expect(pattern)
}

/// A glob that captures, as a regular expression: each capture takes as little as it can.
fn of_capturing_glob(glob: &str) -> String {
    let (front, rest) = match glob.strip_prefix("{GG/,x}") {
        Some(rest) => ("(?:GG/|x)", rest),
        None => ("", glob),
    };
    format!("{front}{}", rest.replace("${team}", "(?<team>.+?)").replace("${role}", "(?<role>.+?)"))
}

struct Evaluator<'e> {
    world: &'e World,
    login: &'e Login,
    groups: Vec<&'e str>,
}

impl Evaluator<'_> {
    /// A group as globs and regular expressions see it: as it arrived, and by its readable name.
    fn names<'g>(&'g self, group: &'g str) -> impl Iterator<Item = &'g str> {
        [group].into_iter().chain(self.world.aliases.get(group).copied())
    }

    fn matches(&self, patterns: &Patterns, group: &str) -> bool {
        let fold = |text: &str| if patterns.ignore_case { lower(text) } else { text.to_owned() };
        let exact = |wanted: &String| {
            let is_wanted = |name: &&str| fold(name) == fold(wanted);
            match self.world.aliases.values().any(&is_wanted) {
                true => self.world.aliases.get(group).is_some_and(is_wanted),
                false => fold(group) == fold(wanted),
            }
        };
        let of_names = |matches: &dyn Fn(&str) -> bool| self.names(group).any(matches);
        let glob = |glob: &String| match glob.contains("${") {
            true => of_names(&|name| regex(&fold(&of_capturing_glob(glob)), false).is_match(&fold(name))),
            false => of_names(&|name| glob_matches(&fold(glob), &fold(name))),
        };
        let expression =
            |pattern: &String| of_names(&|name| regex(pattern, patterns.ignore_case).is_match(name));
        patterns.exact.iter().any(exact)
            || patterns.glob.iter().any(glob)
            || patterns.regex.iter().any(expression)
    }

    fn is_satisfied(&self, matches: &Matches) -> bool {
        let hit = |patterns: &Patterns| self.groups.iter().any(|group| self.matches(patterns, group));
        match matches {
            Matches::Everyone => true,
            Matches::Groups { any, all, none } => {
                (any.is_empty() || any.iter().any(hit)) && all.iter().all(hit) && !none.iter().any(hit)
            }
        }
    }

    /// Three-valued: `None` is unknown.
    fn decide(&self, condition: &Condition) -> Option<bool> {
        let Login { identity, .. } = self.login;
        let missing = Json::Null;
        let attribute = |name: &str| {
            let value = match name {
                "department" => &self.login.department,
                "level" => &self.login.level,
                _ => &self.login.roles,
            };
            // An object stands for an attribute that is missing.
            if *identity == Identity::WithoutProfile || value.is_object() { &missing } else { value }
        };
        let unclear = *identity == Identity::Unclear;
        match condition {
            Condition::Connection(name) => Some(CONNECTIONS[self.login.connection].0 == *name),
            Condition::Strategy(strategy) => Some(CONNECTIONS[self.login.connection].1 == *strategy),
            Condition::Application(name) => Some(APPLICATIONS[self.login.application] == *name),
            Condition::Client(id) => Some(format!("{}-client", APPLICATIONS[self.login.application]) == *id),
            Condition::Organization(name) => Some(*name == "acme"),
            Condition::Metadata(of, value) => {
                let at = ["organization", "connection", "client"].iter().position(|it| it == of);
                Some(self.login.tiers[at.expect("one of the three")] == Some(value))
            }
            Condition::EmailDomain(_)
            | Condition::Department(_)
            | Condition::Roles(_)
            | Condition::Level(..)
            | Condition::Exists(..)
                if unclear =>
            {
                None
            }
            Condition::EmailDomain(domain) => Some(match self.login.email {
                Some((email, true)) if *identity != Identity::WithoutProfile => {
                    email.rsplit_once('@').is_some_and(|(_, behind)| behind.eq_ignore_ascii_case(domain))
                }
                _ => false,
            }),
            Condition::Department(values) => attribute("department").as_str().map(|it| values.contains(&it)),
            Condition::Roles(value) => match attribute("roles") {
                Json::Array(entries) => Some(entries.iter().any(|entry| entry == value)),
                Json::String(single) => Some(single == value),
                _ => None,
            },
            Condition::Level(test, bound) => {
                let (level, bound) = (attribute("level").as_f64()?, f64::from(*bound));
                Some(match *test {
                    "at-least" => level >= bound,
                    "at-most" => level <= bound,
                    "above" => level > bound,
                    _ => level < bound,
                })
            }
            Condition::Exists(name, wanted) => Some(attribute(name).is_null() != *wanted),
            Condition::Not(condition) => self.decide(condition).map(|it| !it),
            Condition::All(one, two) => match [self.decide(one), self.decide(two)] {
                [Some(true), Some(true)] => Some(true),
                both if both.contains(&Some(false)) => Some(false),
                _ => None,
            },
            Condition::Any(any) => {
                let any: Vec<_> = any.iter().map(|it| self.decide(it)).collect();
                match any.contains(&Some(true)) {
                    true => Some(true),
                    false => any.iter().all(|it| *it == Some(false)).then_some(false),
                }
            }
        }
    }

    /// What the captures of a rule lead to.
    fn expanded(&self, rule: &Rule) -> BTreeSet<&'static str> {
        let Matches::Groups { any, .. } = &rule.matches else { return BTreeSet::new() };
        let mut targets = BTreeSet::new();
        for patterns in any.iter().filter(|_| !rule.templates.is_empty()) {
            // A regular expression ignores the case of ASCII letters only, and others keep theirs.
            let folds: [fn(&str) -> String; 2] = match patterns.ignore_case {
                true => [lower, str::to_ascii_lowercase],
                false => [str::to_owned, str::to_owned],
            };
            let [of_globs, of_regexes] = folds;
            let globs = patterns
                .glob
                .iter()
                .map(|glob| (of_globs, regex(&of_globs(&of_capturing_glob(glob)), false)));
            let regexes =
                patterns.regex.iter().map(|pattern| (of_regexes, regex(pattern, patterns.ignore_case)));
            for (fold, pattern) in globs.chain(regexes) {
                for name in self.groups.iter().flat_map(|group| self.names(group)) {
                    let Some(captures) = pattern.captures(&fold(name)).map(|captures| {
                        ["team", "role"].map(|part| captures.name(part).expect(part).as_str().to_owned())
                    }) else {
                        continue;
                    };
                    let [team, role] = captures;
                    let upper = |text: &str| text.chars().flat_map(char::to_uppercase).collect::<String>();
                    targets.extend(rule.templates.iter().filter_map(|template| {
                        let text = match *template {
                            "${team}-${role}" => format!("{team}-{role}"),
                            "${team:lower}-${role}" => format!("{}-{role}", lower(&team)),
                            "${role}-${team}" => format!("{role}-{team}"),
                            "${team:upper}-${role:lower}" => format!("{}-{}", upper(&team), lower(&role)),
                            _ => format!("a*-{role}"),
                        };
                        let target = TARGETS.iter().find(|target| **target == text)?;
                        self.world.may_grant(target, rule.protected).then_some(*target)
                    }));
                }
            }
        }
        targets
    }
}

/// What arrived: the names, the notes, and why it is incomplete, if it is.
fn read<'l>(
    world: &'l World,
    login: &'l Login,
) -> (Vec<&'l str>, BTreeMap<&'static str, u32>, Option<&'static str>) {
    let (mut groups, mut notes, mut reason) = (Vec::new(), BTreeMap::new(), None);
    let entra = CONNECTIONS[login.connection].1 != "ad";
    // What is wrong with the whole of an attribute, or what stands there.
    let found = |shape: Shape, arrival: &'l Arrival| match (shape, login.identity) {
        (Shape::Provisioned, _) => match arrival {
            Arrival::Entries(entries) => Ok(entries),
            _ => Err("provisioned-unavailable"),
        },
        (_, Identity::Unclear) => Err("identity-unclear"),
        (_, Identity::WithoutProfile) => Err("attribute-absent"),
        _ if login.overage && entra => Err("overage"),
        _ => match arrival {
            Arrival::Absent => Err("attribute-absent"),
            Arrival::Null => Err("attribute-null"),
            Arrival::Wrong => Err("attribute-type"),
            Arrival::Entries(entries) => Ok(entries),
        },
    };
    let reads: Vec<_> = login.reads(world).map(|(source, it)| (source, found(source.shape, it))).collect();
    let first = reads.iter().position(|(_, found)| !matches!(found, Err("attribute-absent")));
    let chosen = match world.sources[login.connection].1 {
        true => &reads[first.unwrap_or(0)..][..1],
        false => &reads[..],
    };
    for (source, found) in chosen {
        let entries = match found {
            Err("attribute-absent") if source.empty_if_absent => continue,
            Err(wrong) => {
                reason.get_or_insert(*wrong);
                continue;
            }
            // An empty string has no parts.
            Ok(entries) if source.shape == Shape::Delimited && matches!(entries[..], [Entry::Empty]) => {
                &[][..]
            }
            Ok(entries) => &entries[..],
        };
        for entry in entries {
            match seen(*source, entry) {
                Seen::Name(name) => groups.push(name),
                Seen::Nothing(note) => *notes.entry(note).or_default() += 1,
                Seen::Bad(wrong) => drop(reason.get_or_insert(wrong)),
            }
        }
        if source.cap.is_some_and(|cap| entries.len() >= cap) {
            reason.get_or_insert("at-cap");
        }
    }
    (groups, notes, reason)
}

pub(crate) fn evaluate(world: &World, login: &Login) -> Expected {
    let (groups, mut notes, incomplete) = read(world, login);
    let without = |outcome, reason| Expected { outcome, reason, ..Expected::default() };
    match (incomplete, world.incomplete) {
        (None, _) | (_, "use-partial") => {}
        (Some(reason), "deny") => return without("deny", reason),
        (Some(reason), _) => return without("groups", reason),
    }
    if incomplete.is_some() {
        notes.insert("partial", 1);
    }
    let evaluator = Evaluator { world, login, groups };
    let mut expected = Expected {
        outcome: "groups",
        reason: incomplete.unwrap_or("ok"),
        received: evaluator.groups.len() as u32,
        ..Expected::default()
    };

    let (mut granted, mut excluded) = (BTreeSet::<&str>::new(), BTreeSet::<&str>::new());
    let mut grants = false;
    for rule in world.rules.iter().filter(|rule| evaluator.is_satisfied(&rule.matches)) {
        let truth = rule.when.as_ref().map_or(Some(true), |condition| evaluator.decide(condition));
        let fires = truth == Some(true) || truth.is_none() && rule.excludes;
        let expired = rule.expires.is_some_and(|year| login.year >= year);
        match (truth, fires && expired) {
            (_, true) => *notes.entry("expired-rule").or_default() += 1,
            (None, _) => *notes.entry("condition-unknown").or_default() += 1,
            _ => {}
        }
        if !fires || expired {
            continue;
        }
        expected.rules.push(rule.id.clone());
        if rule.excludes {
            excluded.extend(&rule.groups);
        } else {
            grants = true;
            granted.extend(&rule.groups);
            granted.extend(evaluator.expanded(rule));
        }
    }
    if !grants && incomplete.is_none() && !world.default.is_empty() {
        granted.extend(&world.default);
        notes.insert("default", 1);
    }

    let patterns = |rule: &Rule, group: &str| match &rule.matches {
        Matches::Everyone => false,
        Matches::Groups { any, all, none } => {
            [any, all, none].into_iter().flatten().any(|patterns| evaluator.matches(patterns, group))
        }
    };
    let unmatched =
        evaluator.groups.iter().filter(|group| !world.rules.iter().any(|rule| patterns(rule, group)));
    let unmatched: BTreeSet<String> = unmatched.map(|group| (*group).to_owned()).collect();
    expected.unmatched = unmatched.into_iter().collect();
    if world.unmatched == "deny" && !expected.unmatched.is_empty() {
        (expected.outcome, expected.reason, expected.notes) = ("deny", "unmatched", notes);
        return expected;
    }

    let application = &world.applications[login.application];
    let own: Vec<&str> = granted.intersection(&application.groups).copied().collect();
    let mut left: Vec<&str> = own.iter().copied().filter(|group| !excluded.contains(group)).collect();
    if left.len() < own.len() {
        notes.insert("excluded", (own.len() - left.len()) as u32);
    }
    for (_, tier) in TIERS {
        if let Some(highest) = tier.iter().find(|group| left.contains(group)) {
            left.retain(|group| group == highest || !tier.contains(group));
        }
    }
    let fits = |count: &usize| {
        let bytes = serde_json::to_string(&left[..*count]).expect("JSON").len();
        *count <= application.limit.unwrap_or(1000) && bytes <= application.bytes.unwrap_or(8192)
    };
    let most = (0..=left.len()).rev().find(fits).unwrap_or_default();
    if most < left.len() {
        match application.over {
            "truncate" => drop(notes.insert("truncated", (left.len() - most) as u32)),
            over => {
                expected.reason = "over-limit";
                expected.outcome = if over == "deny" { "deny" } else { "groups" };
            }
        }
        left.truncate(if application.over == "truncate" { most } else { 0 });
    }
    expected.groups = left.into_iter().map(str::to_owned).collect();
    expected.notes = notes;
    expected
}
