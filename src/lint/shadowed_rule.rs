//! Rules that add nothing to another rule: duplicates, and rules whose effect another rule has too.

use core::hash::{Hash, Hasher};
use std::collections::{HashMap, hash_map::DefaultHasher};

use super::budget::spend;
use super::condition_text::canonical_text;
use super::pattern_set::PreparedRule;
use super::prepared::Prepared;
use super::rule_diagnostic::in_rule;
use crate::bundle::policy::UnmatchedPolicy;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Effect, Matches, Organization, Platform, Rule};
use crate::language::parsed_patterns::Grant;
use crate::language::target_names::TargetNames;
use crate::limits::FEW_CANDIDATES;

/// A rule, so that it can be compared with others.
pub(super) struct Compared<'p, 'm> {
    pub(super) rule: &'p Rule,
    matches: &'p PreparedRule<'m>,
    /// The groups that it grants or excludes, as numbers, sorted and without duplicates.
    groups: Vec<usize>,
    /// Whether what it grants depends on captures.
    expands: bool,
    /// Its condition as a number; equal conditions have the same number.
    condition: Option<usize>,
    /// Whether it matches the names of target groups.
    pub(super) matches_names: bool,
    /// Whether it has been reported as the duplicate of another rule.
    is_duplicate: bool,
}

/// Reports duplicates, and rules that grant or exclude nothing that another rule does not.
pub(super) fn lint(
    platform: &Platform,
    organization: &Organization,
    prepared: &Prepared<'_>,
    budget: &mut usize,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if organization.rules.len() < 2 {
        return;
    }
    let mut rules = compare_all(organization, prepared);
    find_duplicates(organization, &mut rules, diagnostics);
    let unmatched = organization.unmatched.unwrap_or(platform.policies.unmatched);
    find_shadowed(organization, prepared, &rules, unmatched, budget, diagnostics);
}

pub(super) fn compare_all<'p, 'm>(
    organization: &'p Organization,
    prepared: &'p Prepared<'m>,
) -> Vec<Compared<'p, 'm>> {
    let mut groups: HashMap<&str, usize> = HashMap::new();
    let mut conditions: HashMap<String, usize> = HashMap::new();
    let compare = |(rule, matches): (&'p Rule, &'p PreparedRule<'m>)| {
        let number = |group: &'p Grant| {
            let next = groups.len();
            *groups.entry(group.written.value.as_str()).or_insert(next)
        };
        let mut numbers: Vec<usize> = rule.groups.iter().map(number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let condition = rule.when.as_ref().map(|condition| {
            let next = conditions.len();
            *conditions.entry(canonical_text(condition)).or_insert(next)
        });
        let expands = rule.groups.iter().any(|group| group.expansion.is_some());
        let matches_names = TargetNames::of(rule).is_some();
        Compared { rule, matches, groups: numbers, expands, matches_names, condition, is_duplicate: false }
    };
    organization.rules.iter().zip(&prepared.rules).map(compare).collect()
}

fn find_duplicates(
    organization: &Organization,
    rules: &mut [Compared<'_, '_>],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut known: HashMap<u64, Vec<usize>> = HashMap::new();
    for position in 0..rules.len() {
        let Some(later) = rules.get(position) else { continue };
        let alike = known.entry(later.hash()).or_default();
        let first = alike.iter().filter_map(|first| rules.get(*first)).find(|first| first.is_same(later));
        let Some(first) = first else {
            alike.push(position);
            continue;
        };
        let message = format!("`{}` does the same as `{}`", later.rule.id.value, first.rule.id.value);
        let other = Some((first.rule.file.as_str(), &first.rule.id.span, "the other rule"));
        let place = (organization, later.rule);
        diagnostics.push(in_rule(place, Code::DuplicateRule, &later.rule.id.span, message, other));
        if let Some(later) = rules.get_mut(position) {
            later.is_duplicate = true;
        }
    }
}

fn find_shadowed(
    organization: &Organization,
    prepared: &Prepared<'_>,
    rules: &[Compared<'_, '_>],
    unmatched: UnmatchedPolicy,
    budget: &mut usize,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let is_everyone = |(_, rule): &(usize, &Compared<'_, '_>)| matches!(rule.rule.matches, Matches::Everyone);
    let everyone: Vec<usize> =
        rules.iter().enumerate().filter(is_everyone).map(|(position, _)| position).collect();
    let mut by_group: HashMap<usize, Vec<usize>> = HashMap::new();
    for (position, rule) in rules.iter().enumerate() {
        for group in &rule.groups {
            by_group.entry(*group).or_default().push(position);
        }
    }
    for (position, rule) in rules.iter().enumerate() {
        if rule.is_duplicate {
            continue;
        }
        // A rule that shadows this one has all of its groups. If many rules have them, the patterns narrow them down.
        let with_group =
            rule.groups.iter().filter_map(|group| by_group.get(group)).min_by_key(|all| all.len());
        let candidates = match with_group {
            Some(few) if few.len() <= FEW_CANDIDATES => few.clone(),
            _ => {
                let mut candidates = everyone.clone();
                for set in core::iter::once(&rule.matches.any).chain(&rule.matches.all) {
                    candidates.extend(prepared.candidates(set, budget));
                }
                candidates.sort_unstable();
                candidates.dedup();
                candidates
            }
        };
        for candidate in candidates {
            if candidate == position {
                continue;
            }
            let Some(other) = rules.get(candidate) else { continue };
            if !spend(budget, 1) {
                return;
            }
            // It matches some names that cannot be seen in its patterns.
            if other.is_duplicate || other.matches_names || !other.shadows(rule, unmatched, budget) {
                continue;
            }
            // Of two rules that shadow each other, the later one is reported.
            if candidate > position && !rule.matches_names && rule.shadows(other, unmatched, budget) {
                continue;
            }
            let message = match rule.rule.effect {
                Effect::Grant => {
                    format!(
                        "`{}` grants nothing that `{}` does not grant as well",
                        rule.rule.id.value, other.rule.id.value
                    )
                }
                Effect::Exclude => format!(
                    "`{}` excludes nothing that `{}` does not exclude as well",
                    rule.rule.id.value, other.rule.id.value
                ),
            };
            let place = (organization, rule.rule);
            let other =
                Some((other.rule.file.as_str(), &other.rule.id.span, "this rule already has the effect"));
            diagnostics.push(in_rule(place, Code::ShadowedRule, &rule.rule.id.span, message, other));
            break;
        }
    }
}

impl Compared<'_, '_> {
    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let everyone = matches!(self.rule.matches, Matches::Everyone);
        let expires = self.rule.expires.as_ref().map(|(moment, _)| *moment);
        (self.rule.effect == Effect::Grant, everyone, expires, &self.groups, self.condition)
            .hash(&mut hasher);
        self.matches.any.hash(&mut hasher);
        self.matches.none.hash(&mut hasher);
        self.matches.all.len().hash(&mut hasher);
        hasher.finish()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.rule.effect == other.rule.effect
            && self.condition == other.condition
            && self.groups == other.groups
            && self.expiry() == other.expiry()
            && self.matches_same(other)
    }

    /// The moment of expiry.
    fn expiry(&self) -> Option<i64> {
        self.rule.expires.as_ref().map(|(moment, _)| *moment)
    }

    fn matches_same(&self, other: &Self) -> bool {
        let everyone = |rule: &Rule| matches!(rule.matches, Matches::Everyone);
        if everyone(self.rule) != everyone(other.rule) {
            return false;
        }
        // Patterns that match the same names can capture different parts of them, so their texts are compared.
        if self.expands || other.expands {
            return self.texts() == other.texts();
        }
        self.matches.is_same(other.matches)
    }

    /// All patterns as they are written, each with its part of `match`, sorted.
    fn texts(&self) -> Vec<(usize, bool, &str, &str)> {
        let mut texts = Vec::new();
        let Matches::Groups { any, all, none, .. } = &self.rule.matches else { return texts };
        let any = any.iter().map(|patterns| (0, patterns));
        let none = none.iter().map(|patterns| (1, patterns));
        let all = all.iter().enumerate().map(|(entry, patterns)| (2 + entry, patterns));
        for (part, patterns) in any.chain(none).chain(all) {
            let exact = patterns.exact.iter().map(|name| ("exact", name));
            let globs = patterns.glob.iter().map(|glob| ("glob", &glob.written));
            let regexes = patterns.regex.iter().map(|regex| ("regex", &regex.written));
            let written = exact.chain(globs).chain(regexes);
            texts.extend(written.map(|(kind, name)| (part, patterns.ignore_case, kind, name.value.as_str())));
        }
        texts.sort_unstable();
        texts.dedup();
        texts
    }

    /// Whether `other` grants or excludes nothing that this rule does not.
    fn shadows(&self, other: &Self, unmatched: UnmatchedPolicy, budget: &mut usize) -> bool {
        let is_granted = |group: &usize| self.groups.binary_search(group).is_ok();
        if self.rule.effect != other.rule.effect || !other.groups.iter().all(is_granted) {
            return false;
        }
        if other.expands && !self.matches_same(other) {
            return false;
        }
        self.covers(other, unmatched, budget)
    }

    /// Whether this rule fires for every login for which `other` does.
    pub(super) fn fires_whenever(&self, other: &Self, budget: &mut usize) -> bool {
        self.covers(other, UnmatchedPolicy::Drop, budget)
    }

    /// Whether this rule fires for every login for which `other` does and, if unmatched groups refuse a login, matches
    /// every group that `other` matches.
    fn covers(&self, other: &Self, unmatched: UnmatchedPolicy, budget: &mut usize) -> bool {
        let lasts = match (self.expiry(), other.expiry()) {
            (None, _) => true,
            (Some(own), Some(its)) => own >= its,
            (Some(_), None) => false,
        };
        let applies = self.condition.is_none() || self.condition == other.condition;
        if !lasts || !applies {
            return false;
        }
        if self.matches_same(other) {
            return true;
        }
        let (own, its) = (self.matches, other.matches);
        let everyone = matches!(self.rule.matches, Matches::Everyone);
        let simple = own.all.is_empty() && own.none.is_empty() && !own.any.is_empty();
        if !everyone && !simple {
            return false;
        }
        // If an unmatched group refuses the login, a rule also has an effect through what it matches.
        if unmatched == UnmatchedPolicy::Deny {
            return simple
                && its.sets().all(|set| own.any.covers(set, budget))
                && its.sets().any(|set| !set.is_empty());
        }
        everyone
            || !its.any.is_empty() && own.any.covers(&its.any, budget)
            || its.all.iter().any(|set| own.any.covers(set, budget))
    }
}

#[cfg(test)]
mod tests;
