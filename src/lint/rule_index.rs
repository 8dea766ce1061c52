//! Which rules have a pattern that matches a name, without trying all of them.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::budget::spend;
use super::pattern_set::PreparedRule;
use crate::matching::glob::CLASS_END;
use crate::patterns::folding::fold;
use crate::patterns::regex::ParsedRegex;

/// What matching a regular expression costs, where a glob costs 1.
const REGEX_COST: usize = 16;

/// The patterns of all rules of an organization.
#[derive(Debug, Default)]
pub(super) struct RuleIndex<'m> {
    exact: HashMap<Cow<'m, str>, Vec<usize>>,
    folded: HashMap<String, Vec<usize>>,
    globs: GlobsByEnd,
    globs_ignoring_case: GlobsByEnd,
    regexes: HashMap<&'m ParsedRegex, Vec<usize>>,
    /// The sets with regular expressions: the position of the rule, and of the set in it.
    with_regexes: Vec<(usize, usize)>,
}

/// Globs by the literal text that they begin or end with, whichever is longer.
#[derive(Debug, Default)]
struct GlobsByEnd {
    by_prefix: HashMap<String, Vec<Position>>,
    by_suffix: HashMap<String, Vec<Position>>,
    prefix_lengths: BTreeSet<usize>,
    suffix_lengths: BTreeSet<usize>,
}

/// Where a glob is: the position of its rule, of its set in the rule, and its own in the set.
#[derive(Clone, Copy, Debug)]
struct Position {
    rule: usize,
    set: usize,
    glob: usize,
}

impl<'m> RuleIndex<'m> {
    pub(super) fn of(rules: &[PreparedRule<'m>]) -> Self {
        let mut index = Self::default();
        for (rule, prepared) in rules.iter().enumerate() {
            for (set, patterns) in prepared.sets().enumerate() {
                for name in &patterns.exact {
                    index.exact.entry(name.clone()).or_default().push(rule);
                }
                for name in &patterns.folded {
                    index.folded.entry(name.clone()).or_default().push(rule);
                }
                for aliased in &patterns.aliased {
                    match aliased.ignore_case {
                        true => index.folded.entry(aliased.name.to_string()).or_default().push(rule),
                        false => index.exact.entry(aliased.name.clone()).or_default().push(rule),
                    }
                }
                for regex in &patterns.regexes {
                    index.regexes.entry(*regex).or_default().push(rule);
                }
                if !patterns.regexes.is_empty() {
                    index.with_regexes.push((rule, set));
                }
                for (glob, lowered) in patterns.globs.iter().enumerate() {
                    let globs =
                        if lowered.ignore_case { &mut index.globs_ignoring_case } else { &mut index.globs };
                    globs.add(&lowered.lowered, Position { rule, set, glob });
                }
            }
        }
        index
    }

    /// Positions of the rules with a pattern that matches, ascending. Some are missing if the budget is spent.
    pub(super) fn matching(&self, name: &str, rules: &[PreparedRule<'_>], budget: &mut usize) -> Vec<usize> {
        let mut found = self.exact.get(name).cloned().unwrap_or_default();
        let mut try_globs = |globs: &GlobsByEnd, name: &str| {
            for position in globs.candidates(name) {
                let set = rules.get(position.rule).and_then(|rule| rule.sets().nth(position.set));
                let glob = set.and_then(|set| set.globs.get(position.glob));
                if spend(budget, 1) && glob.is_some_and(|glob| glob.is_match(name)) {
                    found.push(position.rule);
                }
            }
        };
        try_globs(&self.globs, name);
        if !self.folded.is_empty() || !self.globs_ignoring_case.is_empty() {
            let folded = fold(name);
            try_globs(&self.globs_ignoring_case, &folded);
            found.extend(self.folded.get(&folded).into_iter().flatten());
        }
        for (rule, set) in &self.with_regexes {
            let set = rules.get(*rule).and_then(|rule| rule.sets().nth(*set));
            if spend(budget, REGEX_COST) && set.is_some_and(|set| set.is_regex_match(name)) {
                found.push(*rule);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Positions of the rules with the very same regular expression.
    pub(super) fn with_same_regex(&self, regex: &ParsedRegex) -> Vec<usize> {
        self.regexes.get(regex).cloned().unwrap_or_default()
    }
}

impl GlobsByEnd {
    fn add(&mut self, lowered: &str, position: Position) {
        let is_special = |char: char| u32::from(char) <= u32::from(CLASS_END);
        let prefix = lowered.split(is_special).next().unwrap_or_default();
        let suffix = lowered.rsplit(is_special).next().unwrap_or_default();
        let (by, lengths, end) = if prefix.len() >= suffix.len() {
            (&mut self.by_prefix, &mut self.prefix_lengths, prefix)
        } else {
            (&mut self.by_suffix, &mut self.suffix_lengths, suffix)
        };
        lengths.insert(end.len());
        by.entry(end.to_owned()).or_default().push(position);
    }

    fn is_empty(&self) -> bool {
        self.by_prefix.is_empty() && self.by_suffix.is_empty()
    }

    /// The globs whose literal beginning or end the name has.
    fn candidates(&self, name: &str) -> impl Iterator<Item = Position> {
        let with_prefix =
            self.prefix_lengths.iter().filter_map(|length| self.by_prefix.get(name.get(..*length)?));
        let with_suffix = self
            .suffix_lengths
            .iter()
            .filter_map(|length| self.by_suffix.get(name.get(name.len().checked_sub(*length)?..)?));
        with_prefix.chain(with_suffix).flatten().copied()
    }
}
