//! A second implementation of docs/language, without the engine: every pattern is compared with every group,
//! globs by globset, regular expressions by the crate regex, conditions in three values by hand.

mod condition;
pub(crate) mod refresh;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use globset::{GlobBuilder, GlobMatcher};
use regex::RegexBuilder;

use crate::login::{Arrival, Entry, Identity, Login, Seen, members, seen};
use crate::world::{Application, Matches, Patterns, Rule, Shape, Source, TARGETS, TIERS, World, claim_bytes};

/// The part of an answer that the reference predicts.
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

/// globset works on bytes, so its `?` matches one byte. Characters outside ASCII are therefore replaced by ASCII ones
/// that are in no name.
pub(crate) fn glob_matches(glob: &str, name: &str) -> bool {
    let renamed = |text: &str| {
        let pairs = [('ö', "\u{1}"), ('Ö', "\u{2}"), ('日', "\u{3}"), ('\u{308}', "\u{4}")];
        pairs.iter().fold(text.to_owned(), |text, (char, byte)| text.replace(*char, byte))
    };
    let build = || {
        let built = GlobBuilder::new(&renamed(glob)).literal_separator(false).backslash_escape(false).build();
        built.expect(glob).compile_matcher()
    };
    GLOBS.with_borrow_mut(|globs| globs.entry(glob.to_owned()).or_insert_with(build).is_match(renamed(name)))
}

thread_local! {
    // The same patterns are used for many logins.
    static GLOBS: RefCell<BTreeMap<String, GlobMatcher>> = const { RefCell::new(BTreeMap::new()) };
    static REGEXES: RefCell<BTreeMap<(String, bool), Rc<regex::Regex>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Unicode's simple case folding, from a library that Claimsmith does not use.
fn fold(text: &str) -> String {
    let unicode = icu_casemap::CaseMapper::new();
    text.chars().map(|char| unicode.simple_fold(char)).collect()
}

pub(crate) fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// A regular expression that has to match whole names.
pub(crate) fn whole(pattern: &str, ignore_case: bool) -> Rc<regex::Regex> {
    // Named classes match ASCII only.
    let build = || {
        let pattern = format!("^(?:{pattern})$");
        let built = RegexBuilder::new(&pattern).case_insensitive(ignore_case).build();
        Rc::new(built.expect(&pattern))
    };
    REGEXES.with_borrow_mut(|regexes| {
        regexes.entry((pattern.to_owned(), ignore_case)).or_insert_with(build).clone()
    })
}

/// A glob as the regular expression that docs/language/patterns.md gives for it. A capture in several alternatives
/// gets a number after its name in each.
pub(crate) fn of_capturing_glob(glob: &str) -> String {
    let (mut regex, mut open, mut captures) = (String::new(), 0, 0);
    let mut rest = glob.chars();
    while let Some(char) = rest.next() {
        match char {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '$' if rest.as_str().starts_with('{') => {
                let name: String = rest.by_ref().skip(1).take_while(|char| *char != '}').collect();
                captures += 1;
                regex.push_str(&format!("(?<{name}{captures}>.+?)"));
            }
            '{' => {
                open += 1;
                regex.push_str("(?:");
            }
            ',' if open > 0 => regex.push('|'),
            '}' if open > 0 => {
                open -= 1;
                regex.push(')');
            }
            '[' => {
                let negated = rest.as_str().starts_with(['!', '^']);
                let mut listed = rest.by_ref().skip(usize::from(negated));
                // Right after the opening bracket, `]` is literal.
                let first = listed.next().expect("a class lists a character");
                let class: String =
                    [first].into_iter().chain(listed.take_while(|char| *char != ']')).collect();
                let class =
                    class.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]").replace('^', "\\^");
                let class = class.replace('&', "\\&").replace('~', "\\~");
                regex.push_str(&format!("[{}{class}]", if negated { "^" } else { "" }));
            }
            literal => regex.push_str(&regex::escape(literal.encode_utf8(&mut [0; 4]))),
        }
    }
    regex
}

/// The text of a capture: each alternative of a glob may have its own group, and one of them took part in the match.
pub(crate) fn capture_of(
    captures: &regex::Captures<'_>,
    pattern: &regex::Regex,
    part: &str,
) -> Option<String> {
    let names = pattern.capture_names().flatten();
    let mut own = names.filter(|name| name.trim_end_matches(|char: char| char.is_ascii_digit()) == part);
    own.find_map(|name| captures.name(name)).map(|taken| taken.as_str().to_owned())
}

struct Evaluator<'e> {
    world: &'e World,
    groups: Vec<&'e str>,
}

impl Evaluator<'_> {
    /// A group as globs and regular expressions see it: as it arrived, and by its readable name.
    fn names<'g>(&'g self, group: &'g str) -> impl Iterator<Item = &'g str> {
        [group].into_iter().chain(self.world.aliases.get(group).copied())
    }

    fn matches(&self, patterns: &Patterns, group: &str) -> bool {
        let fold = |text: &str| if patterns.ignore_case { fold(text) } else { text.to_owned() };
        let exact = |wanted: &String| {
            let is_wanted = |name: &&str| fold(name) == fold(wanted);
            match self.world.aliases.values().any(&is_wanted) {
                true => self.world.aliases.get(group).is_some_and(is_wanted),
                false => fold(group) == fold(wanted),
            }
        };
        let of_names = |matches: &dyn Fn(&str) -> bool| self.names(group).any(matches);
        let glob = |glob: &String| match glob.contains("${") {
            true => of_names(&|name| whole(&fold(&of_capturing_glob(glob)), false).is_match(&fold(name))),
            false => of_names(&|name| glob_matches(&fold(glob), &fold(name))),
        };
        let expression =
            |pattern: &String| of_names(&|name| whole(pattern, patterns.ignore_case).is_match(name));
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
            Matches::Names { none, .. } => !none.iter().any(hit),
        }
    }

    /// The target groups whose names a rule finds in a group.
    fn named<'r>(&'r self, rule: &'r Rule, group: &'r str) -> impl Iterator<Item = &'static str> + 'r {
        let is_named = move |target: &&&'static str| {
            let Matches::Names { removed, added, ignore_case, .. } = &rule.matches else { return false };
            let Some(rest) = target.strip_prefix(added).filter(|rest| !rest.is_empty()) else { return false };
            let exact = vec![format!("{removed}{rest}")];
            let patterns = Patterns { exact, ignore_case: *ignore_case, ..Patterns::default() };
            self.world.may_grant(target, rule.protected) && self.matches(&patterns, group)
        };
        TARGETS.iter().filter(is_named).copied()
    }

    /// Whether a rule's patterns are satisfied.
    fn fires(&self, rule: &Rule) -> bool {
        let is_named = |group: &&str| self.named(rule, group).next().is_some();
        let names = matches!(rule.matches, Matches::Names { .. });
        self.is_satisfied(&rule.matches) && (!names || self.groups.iter().any(is_named))
    }

    /// The groups that the captures of a rule lead to.
    fn expanded(&self, rule: &Rule) -> BTreeSet<&'static str> {
        if matches!(rule.matches, Matches::Names { .. }) {
            return self.groups.iter().flat_map(|group| self.named(rule, group)).collect();
        }
        let Matches::Groups { any, .. } = &rule.matches else { return BTreeSet::new() };
        let mut targets = BTreeSet::new();
        if rule.templates.is_empty() {
            return targets;
        }
        for patterns in any {
            // A regular expression ignores the case of ASCII letters only, and others keep theirs.
            let folds: [fn(&str) -> String; 2] = match patterns.ignore_case {
                true => [fold, str::to_ascii_lowercase],
                false => [str::to_owned, str::to_owned],
            };
            let [of_globs, of_regexes] = folds;
            let globs = patterns
                .glob
                .iter()
                .map(|glob| (of_globs, whole(&of_globs(&of_capturing_glob(glob)), false)));
            let regexes =
                patterns.regex.iter().map(|pattern| (of_regexes, whole(pattern, patterns.ignore_case)));
            for (fold, pattern) in globs.chain(regexes) {
                for name in self.groups.iter().flat_map(|group| self.names(group)) {
                    let Some(captures) = pattern.captures(&fold(name)).map(|captures| {
                        ["team", "role"].map(|part| capture_of(&captures, &pattern, part).expect(part))
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

/// What a login's sources contain: the names, the notes, and why the input is incomplete, if it is.
fn read<'l>(
    world: &'l World,
    login: &'l Login,
) -> (Vec<&'l str>, BTreeMap<&'static str, u32>, Option<&'static str>) {
    let (mut groups, mut notes, mut reason) = (Vec::new(), BTreeMap::new(), None);
    // The entries of an attribute, or what is wrong with all of it.
    let found = |source: Source, arrival: &'l Arrival| match (source.shape, login.identity) {
        (Shape::Provisioned, _) => match arrival {
            Arrival::Entries(entries) => Ok(entries),
            _ => Err("provisioned-unavailable"),
        },
        (_, Identity::Unclear(_)) if source.is_attribute() => Err("identity-unclear"),
        (_, Identity::WithoutProfile) if source.is_attribute() => Err("attribute-absent"),
        _ if login.withholds() && source.sees_overage(login.connection) => Err("overage"),
        _ => match arrival {
            Arrival::Absent => Err("attribute-absent"),
            Arrival::Null => Err("attribute-null"),
            Arrival::Wrong => Err("attribute-type"),
            Arrival::Unreadable => Err("attribute-unreadable"),
            Arrival::Entries(entries) => Ok(entries),
        },
    };
    let reads: Vec<_> = login.reads(world).map(|(source, it)| (source, found(source, it))).collect();
    let first = reads.iter().position(|(_, found)| !matches!(found, Err("attribute-absent")));
    let chosen = match world.sources[login.connection].1 {
        true => &reads[first.unwrap_or(0)..][..1],
        false => &reads[..],
    };
    for (source, found) in chosen {
        let entries = match found {
            Err("attribute-absent") if source.empty_if_absent => continue,
            Err("attribute-null") if source.empty_if_null => continue,
            Err(wrong) => {
                reason.get_or_insert(*wrong);
                continue;
            }
            // An empty string has no parts.
            Ok(entries) if source.shape == Shape::Delimited && matches!(entries[..], [Entry::Empty]) => {
                Vec::new()
            }
            Ok(entries) if source.shape.is_keys() => members(*source, entries).into_values().collect(),
            Ok(entries) => entries.iter().collect(),
        };
        for entry in &entries {
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

/// Whether the condition of a rule holds, `None` if that is unknown; its groups do not count.
pub(crate) fn condition_holds(rule: &Rule, login: &Login) -> Option<bool> {
    rule.when.as_ref().map_or(Some(true), |condition| condition::decide(condition, login))
}

pub(crate) fn evaluate(world: &World, login: &Login) -> Expected {
    let mut expected = evaluate_rules(world, login);
    let is_denied = world.applications[login.application].deny_ungranted || world.ungranted[0] == "deny";
    if is_denied && expected.outcome == "groups" && expected.groups.is_empty() {
        expected.outcome = "deny";
        if expected.reason == "ok" {
            expected.reason = "ungranted";
        }
    }
    expected
}

fn evaluate_rules(world: &World, login: &Login) -> Expected {
    let without = |outcome, reason| Expected { outcome, reason, ..Expected::default() };
    if world.refresh && refresh::is_stale(login) {
        return without("deny", "stale-attributes");
    }
    let (groups, mut notes, incomplete) = read(world, login);
    match (incomplete, world.incomplete) {
        (None, _) | (_, "use-partial") => {}
        (Some(reason), "deny") => return without("deny", reason),
        (Some(reason), _) => return without("groups", reason),
    }
    if incomplete.is_some() {
        notes.insert("partial", 1);
    }
    let evaluator = Evaluator { world, groups };
    let mut expected = Expected {
        outcome: "groups",
        reason: incomplete.unwrap_or("ok"),
        received: evaluator.groups.len() as u32,
        ..Expected::default()
    };

    // Groups that fired rules grant, that unknown rules would grant, that rules exclude for certain, and that they exclude
    // because their condition or the clock is unknown.
    let [mut granted, mut undecided, mut excluded, mut doubted] = [(); 4].map(|()| BTreeSet::<&str>::new());
    let (mut grants, mut undecided_rules) = (false, 0);
    let (default, is_own_default) = world.default_of(login.application);
    let decides =
        |rule: &Rule| !is_own_default || world.reaches(rule, &world.applications[login.application]);
    for rule in world.rules.iter().filter(|rule| evaluator.fires(rule)) {
        let truth = condition_holds(rule, login);
        // Whether the rule has not expired; unknown if the clock is not a number.
        let lasts = rule.expires.map_or(Some(true), |year| login.year.map(|now| now < year));
        let verdict = match (truth, lasts) {
            (Some(false), _) => continue,
            (_, Some(false)) => {
                *notes.entry("expired-rule").or_default() += 1;
                continue;
            }
            (Some(true), lasts) => lasts,
            (None, _) => None,
        };
        if verdict.is_none() {
            *notes.entry("condition-unknown").or_default() += 1;
        }
        if verdict.is_some() || rule.excludes {
            expected.rules.push(rule.id.clone());
        }
        let names = match (rule.excludes, verdict) {
            (true, Some(_)) => &mut excluded,
            (true, None) => &mut doubted,
            (false, Some(_)) => {
                grants |= decides(rule);
                &mut granted
            }
            (false, None) => {
                undecided_rules += u32::from(decides(rule));
                &mut undecided
            }
        };
        let stated = world.stated(rule);
        if rule.excludes {
            let brings_back = |target: &&'static str| {
                world.with_included(target).iter().any(|included| stated.contains(included))
            };
            names.extend(TARGETS.into_iter().filter(|target| brings_back(target)));
        } else {
            let granted = stated.into_iter().chain(evaluator.expanded(rule));
            names.extend(granted.flat_map(|target| world.with_included(target)));
        }
    }
    if !grants && undecided_rules == 0 && incomplete.is_none() && !default.is_empty() {
        granted.extend(default.iter().flat_map(|target| world.with_included(target)));
        notes.insert("default", 1);
    }

    let patterns = |rule: &Rule, group: &str| match &rule.matches {
        Matches::Everyone => false,
        Matches::Names { none, .. } => {
            evaluator.named(rule, group).next().is_some()
                || none.iter().any(|patterns| evaluator.matches(patterns, group))
        }
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
    let own: BTreeSet<&str> = granted.intersection(&application.groups).copied().collect();
    let mut left = own.clone();
    left.retain(|group| !excluded.contains(group) && !doubted.contains(group));
    if left.len() < own.len() {
        notes.insert("excluded", (own.len() - left.len()) as u32);
    }
    // Groups that may be granted if every unknown condition grants and none excludes.
    let mut possible: BTreeSet<&str> = granted.union(&undecided).copied().collect();
    possible.retain(|group| application.groups.contains(group) && !excluded.contains(group));
    for (_, tier) in TIERS {
        if let Some(highest) = tier.iter().position(|group| left.contains(group)) {
            let lower = &tier[highest + 1..];
            left.retain(|group| !lower.contains(group));
            possible.retain(|group| !lower.contains(group));
        }
    }
    let possible: Vec<&str> = possible.into_iter().collect();
    let fitting = &possible[..fitting(application, &possible)];
    if fitting.len() < possible.len() {
        if application.over == "truncate" {
            let before = left.len();
            left.retain(|group| {
                let tier = TIERS.iter().map(|(_, tier)| *tier).find(|tier| tier.contains(group));
                let higher = tier.into_iter().flatten().take_while(|it| *it != group);
                let mut higher = higher.filter(|it| possible.contains(it));
                fitting.contains(group) && higher.all(|it| fitting.contains(it))
            });
            if left.len() < before {
                notes.insert("truncated", (before - left.len()) as u32);
            }
        } else {
            expected.reason = "over-limit";
            expected.outcome = if application.over == "deny" { "deny" } else { "groups" };
            left.clear();
        }
    }
    expected.groups = left.into_iter().map(str::to_owned).collect();
    expected.notes = notes;
    expected
}

/// How many of the groups, in the order of their names, an application accepts.
fn fitting(application: &Application, groups: &[&str]) -> usize {
    let fits = |count: &usize| {
        let bytes = claim_bytes(&groups[..*count], application.joined_by);
        *count <= application.limit.unwrap_or(1000) && bytes <= application.bytes.unwrap_or(8192)
    };
    (0..=groups.len()).rev().find(fits).unwrap_or_default()
}
