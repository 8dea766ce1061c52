//! The patterns of rules, ready to be matched with names and compared with each other.

use core::cell::OnceCell;
use core::hash::{Hash, Hasher};
use std::borrow::Cow;
use std::collections::HashSet;

use crate::language::model::{Matches, Organization, Patterns, Rule, takes_any_address};
use crate::matching::glob::Pattern;
use crate::patterns::automaton::Automaton;
use crate::patterns::domains::addresses;
use crate::patterns::folding::{fold, fold_pattern};
use crate::patterns::glob::Glob;
use crate::patterns::regex::{DecodedRegex, ParsedRegex};

/// The patterns of a rule, prepared; empty if the rule is for everyone.
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
    /// Names of aliases, which mean the ids of the aliases and nothing else.
    pub(super) aliased: Vec<Aliased<'m>>,
    pub(super) globs: Vec<FoldableGlob>,
    pub(super) regexes: Vec<&'m ParsedRegex>,
    decoded: OnceCell<Vec<DecodedRegex<'m>>>,
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
pub(super) struct FoldableGlob {
    /// Folded, if letter case is ignored.
    pub(super) lowered: String,
    pub(super) ignore_case: bool,
}

/// The names of an organization's aliases, as they are written and folded.
#[derive(Debug, Default)]
pub(super) struct AliasNames<'m> {
    names: HashSet<&'m str>,
    folded: HashSet<String>,
    /// Whether names can be addresses of any domain.
    any_address: bool,
}

impl<'m> AliasNames<'m> {
    pub(super) fn of(organization: &'m Organization) -> Self {
        let names = || organization.aliases.iter().map(|alias| alias.name.value.as_str());
        Self {
            names: names().collect(),
            folded: names().map(fold).collect(),
            any_address: takes_any_address(&organization.connections),
        }
    }
}

impl<'m> PreparedRule<'m> {
    pub(super) fn of(rule: &'m Rule, aliases: &AliasNames<'m>) -> Self {
        match &rule.matches {
            Matches::Everyone => Self::default(),
            Matches::Groups { any, all, none, .. } => Self {
                any: PatternSet::of(any, aliases),
                all: all.iter().map(|it| PatternSet::of(core::slice::from_ref(it), aliases)).collect(),
                none: PatternSet::of(none, aliases),
            },
        }
    }

    /// Whether two rules have the same patterns.
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
    fn of(all: &'m [Patterns], aliases: &AliasNames<'m>) -> Self {
        let mut set = Self::default();
        for patterns in all {
            let ignore_case = patterns.ignore_case;
            for exact in &patterns.exact {
                set.add_name(&exact.value, ignore_case, aliases);
            }
            for glob in patterns.glob.iter().flat_map(|glob| &glob.parsed) {
                set.add_glob(glob, ignore_case);
            }
            set.regexes.extend(patterns.regex.iter().flat_map(|regex| &regex.parsed));
        }
        if aliases.any_address {
            set.add_addresses();
        }
        sort(&mut set.exact);
        sort(&mut set.folded);
        sort(&mut set.aliased);
        sort(&mut set.globs);
        sort(&mut set.regexes);
        set
    }

    fn add_name(&mut self, name: &'m str, ignore_case: bool, aliases: &AliasNames<'m>) {
        if !ignore_case && aliases.names.contains(name) {
            self.aliased.push(Aliased { name: name.into(), ignore_case });
        } else if !ignore_case {
            self.exact.push(name.into());
        } else {
            let folded = fold(name);
            if aliases.folded.contains(&folded) {
                self.aliased.push(Aliased { name: folded.into(), ignore_case });
            } else {
                self.folded.push(folded);
            }
        }
    }

    /// Adds the addresses that lowering adds for sources of addresses.
    fn add_addresses(&mut self) {
        let exact: Vec<String> = self.exact.iter().flat_map(|name| addresses(name)).collect();
        self.exact.extend(exact.into_iter().map(Cow::from));
        let folded: Vec<String> = self.folded.iter().flat_map(|name| addresses(name)).collect();
        self.folded.extend(folded);
        let all_of = |glob: &FoldableGlob| {
            let ignore_case = glob.ignore_case;
            addresses(&glob.lowered).into_iter().map(move |lowered| FoldableGlob { lowered, ignore_case })
        };
        let globs: Vec<FoldableGlob> = self.globs.iter().flat_map(all_of).collect();
        self.globs.extend(globs);
    }

    fn add_glob(&mut self, glob: &'m Glob, ignore_case: bool) {
        if ignore_case {
            self.folded.extend(glob.names.iter().map(|name| fold(name)));
        } else {
            self.exact.extend(glob.names.iter().map(Cow::from));
        }
        for lowered in glob.patterns_without_captures() {
            let lowered = if ignore_case { fold_pattern(&lowered) } else { lowered };
            self.globs.push(FoldableGlob { lowered, ignore_case });
        }
    }

    /// What makes two sets equal.
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
        let decode = || self.regexes.iter().filter_map(|regex| regex.decoded()).collect();
        self.decoded.get_or_init(decode).iter().any(|regex| regex.is_match(name))
    }
}

impl FoldableGlob {
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
