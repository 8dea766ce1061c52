//! An organization's patterns, ready to be held against names and against each other.

use core::cell::OnceCell;
use core::hash::{Hash, Hasher};
use std::borrow::Cow;

use super::super::automaton::Automaton;
use super::super::coverage;
use super::super::glob::Glob;
use super::super::model::{Matches, Organization, Patterns, Rule};
use super::captures;
use super::index::Index;
use crate::pattern::{ANY, CLASS, CLASS_END, NEGATED_CLASS, ONE, Pattern};

/// What the search in automata costs more than looking up a name.
const AUTOMATON: usize = 32;

/// The most names of a rule that are asked whether they cover a glob.
const MAX_FOLLOWED_NAMES: usize = 64;

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

/// Patterns of which a name has to match one.
#[derive(Debug, Default)]
pub(super) struct PatternSet<'m> {
    /// Sorted.
    pub(super) exact: Vec<Cow<'m, str>>,
    /// Names whose letter case is left out of account, in lower case. Sorted.
    pub(super) folded: Vec<String>,
    pub(super) globs: Vec<LoweredGlob>,
    /// What can only be compared as text. Sorted.
    pub(super) opaque: Vec<Opaque<'m>>,
    tokens: OnceCell<Vec<Automaton>>,
}

/// A glob with at least one wildcard.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LoweredGlob {
    /// In lower case, if letter case is left out of account.
    pub(super) lowered: String,
    pub(super) ignore_case: bool,
}

/// A pattern that no question but that for its like is asked about: a regular expression, for example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Opaque<'m> {
    text: &'m str,
    regex: bool,
    ignore_case: bool,
}

/// One of the patterns of a set.
#[derive(Clone, Copy, Debug)]
enum Member<'s, 'm> {
    Name(&'s str, bool),
    Glob(&'s LoweredGlob),
    Opaque(Opaque<'m>),
}

/// Letter case as patterns leave it out of account.
pub(super) fn lower_case(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

impl<'m> Prepared<'m> {
    pub(super) fn of(organization: &'m Organization) -> Self {
        let rules: Vec<_> = organization.rules.iter().map(PreparedRule::of).collect();
        let index = Index::of(&rules);
        Self { rules, index }
    }

    /// Positions of the rules with a pattern that matches the name, ascending.
    ///
    /// Regular expressions are not asked.
    pub(super) fn matching(&self, name: &str, budget: &mut usize) -> Vec<usize> {
        self.index.matching(name, &self.rules, budget)
    }

    /// Whether there are patterns that [`matching`](Self::matching) does not ask.
    pub(super) fn has_opaque(&self) -> bool {
        self.index.has_opaque()
    }

    /// Positions of rules among which are all whose patterns cover this set.
    pub(super) fn candidates(&self, set: &PatternSet<'m>, budget: &mut usize) -> Vec<usize> {
        let Some(member) = set.members().next() else { return Vec::new() };
        match member {
            Member::Opaque(opaque) => self.index.alike(&opaque),
            Member::Name(name, _) => self.matching(name, budget),
            Member::Glob(glob) => match witness(&glob.lowered, "\u{e000}\u{e001}") {
                Some(name) => self.matching(&name, budget),
                None => Vec::new(),
            },
        }
    }
}

impl<'m> PreparedRule<'m> {
    fn of(rule: &'m Rule) -> Self {
        match &rule.matches {
            Matches::Everyone => Self::default(),
            Matches::Groups { any, all, none, .. } => Self {
                any: PatternSet::of(any),
                all: all.iter().map(|patterns| PatternSet::of(core::slice::from_ref(patterns))).collect(),
                none: PatternSet::of(none),
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
    pub(super) fn of(all: &'m [Patterns]) -> Self {
        let mut set = Self::default();
        for patterns in all {
            let ignore_case = patterns.ignore_case;
            for exact in &patterns.exact {
                if !ignore_case {
                    set.exact.push(exact.text.as_str().into());
                } else if is_plain(&exact.text) {
                    set.folded.push(lower_case(&exact.text));
                } else {
                    set.opaque.push(Opaque { text: &exact.text, regex: false, ignore_case });
                }
            }
            for glob in &patterns.glob {
                set.add_glob(&glob.text, ignore_case);
            }
            let regexes = patterns.regex.iter().map(|regex| regex.text.as_str());
            set.opaque.extend(regexes.map(|text| Opaque { text, regex: true, ignore_case }));
        }
        sort(&mut set.exact);
        sort(&mut set.folded);
        sort(&mut set.globs);
        sort(&mut set.opaque);
        set
    }

    fn add_glob(&mut self, text: &'m str, ignore_case: bool) {
        // What a class is without letter case is for the matcher to say.
        if ignore_case && (text.contains('[') || !is_plain(text)) {
            self.opaque.push(Opaque { text, regex: false, ignore_case });
            return;
        }
        for lowered in lower_glob(text) {
            let has_wildcard = lowered.contains(|char: char| u32::from(char) <= u32::from(CLASS_END));
            match (has_wildcard, ignore_case) {
                (true, false) => self.globs.push(LoweredGlob { lowered, ignore_case }),
                (true, true) => self.globs.push(LoweredGlob { lowered: lower_case(&lowered), ignore_case }),
                (false, false) => self.exact.push(lowered.into()),
                (false, true) => self.folded.push(lower_case(&lowered)),
            }
        }
    }

    /// What makes a set the same as another.
    fn key(&self) -> Key<'_, 'm> {
        (&self.exact, &self.folded, &self.globs, &self.opaque)
    }

    pub(super) fn hash(&self, hasher: &mut impl Hasher) {
        self.key().hash(hasher);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members().next().is_none()
    }

    fn members(&self) -> impl Iterator<Item = Member<'_, 'm>> {
        let exact = self.exact.iter().map(|name| Member::Name(name.as_ref(), false));
        let folded = self.folded.iter().map(|name| Member::Name(name.as_str(), true));
        let globs = self.globs.iter().map(Member::Glob);
        exact.chain(folded).chain(globs).chain(self.opaque.iter().copied().map(Member::Opaque))
    }

    /// Whether every name that `other` matches is matched by this set; no, if the budget is spent.
    pub(super) fn covers(&self, other: &PatternSet<'m>, budget: &mut usize) -> bool {
        other.members().all(|member| self.covers_member(member, budget))
    }

    fn covers_member(&self, member: Member<'_, 'm>, budget: &mut usize) -> bool {
        if !spend(budget, 1 + self.globs.len()) {
            return false;
        }
        let has_folded = |name: &str| {
            let name = lower_case(name);
            self.folded.binary_search(&name).is_ok()
        };
        match member {
            Member::Opaque(opaque) => self.opaque.binary_search(&opaque).is_ok(),
            Member::Name(name, false) => {
                self.exact.binary_search_by(|exact| exact.as_ref().cmp(name)).is_ok()
                    || !self.folded.is_empty() && has_folded(name)
                    || self.globs.iter().any(|glob| glob.is_match(name))
            }
            Member::Name(name, true) => {
                self.folded.binary_search_by(|folded| folded.as_str().cmp(name)).is_ok()
                    || self.globs.iter().any(|glob| glob.ignore_case && glob.is_match(name))
                    || self.follow(name, true, budget)
            }
            Member::Glob(glob) => {
                let same =
                    |own: &LoweredGlob| own.lowered == glob.lowered && (own.ignore_case || !glob.ignore_case);
                self.globs.iter().any(same) || self.follow(&glob.lowered, glob.ignore_case, budget)
            }
        }
    }

    /// Asks the automata, if some of the names that the pattern matches are matched.
    fn follow(&self, lowered: &str, ignore_case: bool, budget: &mut usize) -> bool {
        let may = |filling| witness(lowered, filling).is_none_or(|name| self.is_match(&name));
        if !["", "\u{e000}\u{e001}"].into_iter().all(may) || *budget == 0 {
            return false;
        }
        let Some(pattern) = Automaton::of_glob_as(lowered, ignore_case) else { return false };
        let own: Vec<&Automaton> = self.tokens.get_or_init(|| self.read_tokens()).iter().collect();
        let given = *budget / AUTOMATON;
        let mut left = given;
        let covered = coverage::is_covered(&pattern, &own, &mut left);
        spend(budget, (given - left) * AUTOMATON);
        covered
    }

    fn read_tokens(&self) -> Vec<Automaton> {
        // Names help to cover a glob only where it matches few, and lists of them are long.
        let few = self.exact.len() + self.folded.len() <= MAX_FOLLOWED_NAMES;
        self.members()
            .filter(|member| few || !matches!(member, Member::Name(..)))
            .filter_map(|member| match member {
                Member::Name(name, ignore_case) => Automaton::of_glob_as(name, ignore_case),
                Member::Glob(glob) => Automaton::of_glob_as(&glob.lowered, glob.ignore_case),
                Member::Opaque(_) => None,
            })
            .collect()
    }

    /// Whether a name matches; regular expressions are not asked.
    fn is_match(&self, name: &str) -> bool {
        self.exact.binary_search_by(|exact| exact.as_ref().cmp(name)).is_ok()
            || !self.folded.is_empty() && self.folded.binary_search(&lower_case(name)).is_ok()
            || self.globs.iter().any(|glob| glob.is_match(name))
    }
}

impl LoweredGlob {
    pub(super) fn is_match(&self, name: &str) -> bool {
        let Some(pattern) = Pattern::decode(&self.lowered) else { return false };
        if self.ignore_case {
            pattern.is_match(lower_case(name).as_bytes())
        } else {
            pattern.is_match(name.as_bytes())
        }
    }
}

/// The contents of a set.
type Key<'s, 'm> = (&'s [Cow<'m, str>], &'s [String], &'s [LoweredGlob], &'s [Opaque<'m>]);

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

/// Whether each character of a text has the lower case of one character.
fn is_plain(text: &str) -> bool {
    // The dotted capital I is the only one that has not.
    text.is_ascii() || !text.contains('\u{130}') && !lower_case(text).contains("i\u{307}")
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

/// A name that a lowered pattern matches, with `filling` for any characters.
fn witness(lowered: &str, filling: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = lowered.chars();
    while let Some(char) = rest.next() {
        match u8::try_from(char) {
            Ok(ANY) => name.push_str(filling),
            Ok(ONE) => name.push('\u{e002}'),
            Ok(CLASS) => {
                name.push(rest.next()?);
                rest.by_ref().find(|char| *char == char::from(CLASS_END));
            }
            Ok(NEGATED_CLASS) => {
                let listed: Vec<char> =
                    rest.by_ref().take_while(|char| *char != char::from(CLASS_END)).collect();
                let is_listed = |char: char| {
                    listed.as_chunks::<2>().0.iter().any(|[low, high]| (*low..=*high).contains(&char))
                };
                name.push(['\u{e003}', 'a', '0', '-'].into_iter().find(|char| !is_listed(*char))?);
            }
            _ => name.push(char),
        }
    }
    Some(name)
}
