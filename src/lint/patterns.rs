//! An organization's patterns, ready to be held against names and against each other.

use core::cell::OnceCell;
use core::hash::{Hash, Hasher};
use std::borrow::Cow;
use std::collections::HashSet;

use super::captures;
use super::index::Index;
use super::rule_inclusion::witness;
use crate::language::model::takes_any_address;
use crate::language::model::{Matches, Organization, Patterns, Rule};
use crate::matching::glob::{ANY, CLASS_END, ONE, Pattern};
use crate::patterns::automaton::Automaton;
use crate::patterns::domains::addresses;
use crate::patterns::folding::{fold, fold_pattern};
use crate::patterns::glob::Glob;
use crate::patterns::regex::HostRegex;

/// The rules of an organization, prepared.
#[derive(Debug)]
pub(super) struct Prepared<'m> {
    pub(super) rules: Vec<PreparedRule<'m>>,
    index: Index<'m>,
}

/// What a rule matches, prepared; empty for a rule for everyone.
#[derive(Debug, Default)]
pub(super) struct PreparedRule<'m> {
    pub(super) any: PatternSet<'m>,
    pub(super) all: Vec<PatternSet<'m>>,
    pub(super) none: PatternSet<'m>,
}

/// Patterns of which a name has to match one; each list is sorted.
#[derive(Debug, Default)]
pub(super) struct PatternSet<'m> {
    pub(super) exact: Vec<Cow<'m, str>>,
    /// Names whose letter case is ignored, folded.
    pub(super) folded: Vec<String>,
    /// Readable names, which stand for the ids of their aliases and for nothing else.
    pub(super) aliased: Vec<Aliased<'m>>,
    pub(super) globs: Vec<LoweredGlob>,
    pub(super) regexes: Vec<WrittenRegex<'m>>,
    engines: OnceCell<Vec<HostRegex>>,
    pub(super) automata: OnceCell<Vec<Automaton>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Aliased<'m> {
    /// Folded, if letter case is ignored.
    pub(super) name: Cow<'m, str>,
    pub(super) ignore_case: bool,
}

/// A glob with at least one wildcard.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LoweredGlob {
    /// Folded, if letter case is ignored.
    pub(super) lowered: String,
    pub(super) ignore_case: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct WrittenRegex<'m> {
    pub(super) text: &'m str,
    pub(super) ignore_case: bool,
}

/// The readable names of an organization, as they are and folded.
#[derive(Debug, Default)]
struct Readable<'m> {
    names: HashSet<&'m str>,
    folded: HashSet<String>,
    /// Whether names can be addresses of any domain.
    any_address: bool,
}

impl<'m> Readable<'m> {
    fn of(organization: &'m Organization) -> Self {
        let names = || organization.aliases.iter().map(|alias| alias.name.value.as_str());
        Self {
            names: names().collect(),
            folded: names().map(fold).collect(),
            any_address: takes_any_address(&organization.connections),
        }
    }
}

impl<'m> Prepared<'m> {
    pub(super) fn of(organization: &'m Organization) -> Self {
        let readable = Readable::of(organization);
        let rules: Vec<_> = organization.rules.iter().map(|rule| PreparedRule::of(rule, &readable)).collect();
        let index = Index::of(&rules);
        Self { rules, index }
    }

    /// Positions of the rules with a pattern that matches the name, ascending.
    pub(super) fn matching(&self, name: &str, budget: &mut usize) -> Vec<usize> {
        self.index.matching(name, &self.rules, budget)
    }

    /// Positions of rules among which are those whose patterns cover this set.
    pub(super) fn candidates(&self, set: &PatternSet<'m>, budget: &mut usize) -> Vec<usize> {
        let names = set.exact.first().map(Cow::as_ref).or(set.folded.first().map(String::as_str));
        let names = names.or(set.aliased.first().map(|aliased| aliased.name.as_ref()));
        match (names, set.globs.first(), set.regexes.first()) {
            (Some(name), ..) => self.matching(name, budget),
            (None, Some(glob), _) => match witness(&glob.lowered, "\u{e000}\u{e001}") {
                Some(name) => self.matching(&name, budget),
                None => Vec::new(),
            },
            (None, None, Some(regex)) => self.index.alike(regex),
            (None, None, None) => Vec::new(),
        }
    }
}

impl<'m> PreparedRule<'m> {
    fn of(rule: &'m Rule, readable: &Readable<'m>) -> Self {
        match &rule.matches {
            Matches::Everyone => Self::default(),
            Matches::Groups { any, all, none, .. } => Self {
                any: PatternSet::of(any, readable),
                all: all.iter().map(|it| PatternSet::of(core::slice::from_ref(it), readable)).collect(),
                none: PatternSet::of(none, readable),
            },
        }
    }

    /// Whether two rules match the same for the same reasons.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let sorted = |rule: &Self| {
            let mut all: Vec<_> =
                rule.all.iter().map(PatternSet::key).map(|key| format!("{key:?}")).collect();
            all.sort_unstable();
            all
        };
        self.any.key() == other.any.key()
            && self.none.key() == other.none.key()
            && self.all.len() == other.all.len()
            && (self.all.is_empty() || sorted(self) == sorted(other))
    }

    pub(super) fn sets(&self) -> impl Iterator<Item = &PatternSet<'m>> {
        core::iter::once(&self.any).chain(&self.all).chain(core::iter::once(&self.none))
    }
}

impl<'m> PatternSet<'m> {
    fn of(all: &'m [Patterns], readable: &Readable<'m>) -> Self {
        let mut set = Self::default();
        for patterns in all {
            let ignore_case = patterns.ignore_case;
            for exact in &patterns.exact {
                set.add_name(&exact.value, ignore_case, readable);
            }
            for glob in &patterns.glob {
                set.add_glob(&glob.value, ignore_case);
            }
            let regexes = patterns.regex.iter().map(|regex| regex.value.as_str());
            set.regexes.extend(regexes.map(|text| WrittenRegex { text, ignore_case }));
        }
        if readable.any_address {
            set.add_addresses();
        }
        sort(&mut set.exact);
        sort(&mut set.folded);
        sort(&mut set.aliased);
        sort(&mut set.globs);
        sort(&mut set.regexes);
        set
    }

    fn add_name(&mut self, name: &'m str, ignore_case: bool, readable: &Readable<'m>) {
        if !ignore_case && readable.names.contains(name) {
            self.aliased.push(Aliased { name: name.into(), ignore_case });
        } else if !ignore_case {
            self.exact.push(name.into());
        } else {
            let folded = fold(name);
            if readable.folded.contains(&folded) {
                self.aliased.push(Aliased { name: folded.into(), ignore_case });
            } else {
                self.folded.push(folded);
            }
        }
    }

    /// Adds what lowering adds for sources of addresses.
    fn add_addresses(&mut self) {
        let exact: Vec<String> = self.exact.iter().flat_map(|name| addresses(name)).collect();
        self.exact.extend(exact.into_iter().map(Cow::from));
        let folded: Vec<String> = self.folded.iter().flat_map(|name| addresses(name)).collect();
        self.folded.extend(folded);
        let all_of = |glob: &LoweredGlob| {
            let ignore_case = glob.ignore_case;
            addresses(&glob.lowered).into_iter().map(move |lowered| LoweredGlob { lowered, ignore_case })
        };
        let globs: Vec<LoweredGlob> = self.globs.iter().flat_map(all_of).collect();
        self.globs.extend(globs);
    }

    fn add_glob(&mut self, text: &str, ignore_case: bool) {
        for lowered in lower_glob(text) {
            let has_wildcard = lowered.contains(|char: char| u32::from(char) <= u32::from(CLASS_END));
            match (has_wildcard, ignore_case) {
                (true, false) => self.globs.push(LoweredGlob { lowered, ignore_case }),
                (true, true) => {
                    self.globs.push(LoweredGlob { lowered: fold_pattern(&lowered), ignore_case });
                }
                (false, false) => self.exact.push(lowered.into()),
                (false, true) => self.folded.push(fold(&lowered)),
            }
        }
    }

    /// What makes a set the same as another.
    fn key(&self) -> impl Hash + Eq + core::fmt::Debug {
        (&self.exact, &self.folded, &self.aliased, &self.globs, &self.regexes)
    }

    pub(super) fn hash(&self, hasher: &mut impl Hasher) {
        self.key().hash(hasher);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.exact.is_empty()
            && self.folded.is_empty()
            && self.aliased.is_empty()
            && self.globs.is_empty()
            && self.regexes.is_empty()
    }

    /// Whether one of the regular expressions matches a name.
    pub(super) fn is_regex_match(&self, name: &str) -> bool {
        let compile = || {
            let engines = self.regexes.iter();
            engines.filter_map(|it| HostRegex::new(it.text, it.ignore_case)).collect()
        };
        self.engines.get_or_init(compile).iter().any(|engine| engine.is_match(name))
    }
}

impl LoweredGlob {
    pub(super) fn is_match(&self, name: &str) -> bool {
        let Some(pattern) = Pattern::decode(&self.lowered) else { return false };
        if self.ignore_case {
            pattern.is_match(fold(name).as_bytes())
        } else {
            pattern.is_match(name.as_bytes())
        }
    }
}

fn sort<T: Ord>(all: &mut Vec<T>) {
    all.sort_unstable();
    all.dedup();
}

/// Takes from the budget; whether it was enough.
pub(super) fn spend(budget: &mut usize, steps: usize) -> bool {
    let enough = *budget >= steps;
    *budget = budget.saturating_sub(steps);
    enough
}

/// What a glob matches, lowered; nothing if it does not parse. Captures match what their wildcards do.
pub(super) fn lower_glob(glob: &str) -> Vec<String> {
    let without_captures;
    let glob = if glob.contains("${") {
        without_captures = captures::without(glob);
        &without_captures
    } else {
        glob
    };
    if glob.contains(['[', '{', '}']) {
        return Glob::parse(glob).map(|glob| [glob.names, glob.patterns].concat()).unwrap_or_default();
    }
    let mut lowered = String::with_capacity(glob.len());
    lowered.extend(glob.chars().map(|char| match char {
        '*' => char::from(ANY),
        '?' => char::from(ONE),
        char => char,
    }));
    vec![lowered]
}
