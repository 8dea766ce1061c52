//! The rules of an organization, ready to be matched with names and compared with each other.

use super::pattern_inclusion::witness;
use super::pattern_set::{AliasNames, PatternSet, PreparedRule};
use super::rule_index::RuleIndex;
use crate::language::model::Organization;

/// The rules of an organization, prepared.
#[derive(Debug)]
pub(super) struct Prepared<'m> {
    pub(super) rules: Vec<PreparedRule<'m>>,
    index: RuleIndex<'m>,
}

impl<'m> Prepared<'m> {
    pub(super) fn of(organization: &'m Organization) -> Self {
        let aliases = AliasNames::of(organization);
        let rules: Vec<_> = organization.rules.iter().map(|rule| PreparedRule::of(rule, &aliases)).collect();
        let index = RuleIndex::of(&rules);
        Self { rules, index }
    }

    /// Positions of the rules with a pattern that matches the name, ascending.
    pub(super) fn matching(&self, name: &str, budget: &mut usize) -> Vec<usize> {
        self.index.matching(name, &self.rules, budget)
    }

    /// Positions of rules; those whose patterns include this set are among them.
    pub(super) fn candidates(&self, set: &PatternSet<'_>, budget: &mut usize) -> Vec<usize> {
        let names = set.exact.first().map(AsRef::as_ref).or(set.folded.first().map(String::as_str));
        let names = names.or(set.aliased.first().map(|aliased| aliased.name.as_ref()));
        match (names, set.globs.first(), set.regexes.first()) {
            (Some(name), ..) => self.matching(name, budget),
            (None, Some(glob), _) => match witness(&glob.lowered, "\u{e000}\u{e001}") {
                Some(name) => self.matching(&name, budget),
                None => Vec::new(),
            },
            (None, None, Some(regex)) => self.index.with_same_regex(regex),
            (None, None, None) => Vec::new(),
        }
    }
}
