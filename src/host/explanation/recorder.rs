//! Collects an explanation's groups and decisions from the trace of an evaluation.

use std::collections::BTreeSet;

use super::condition_parts::ConditionScope;
use super::written::{SetKey, WrittenMapping, WrittenPattern, WrittenSet};
use super::{Decision, Dropped, GroupStep, NearMiss, RuleStep, verdict_in_words};
use crate::bundle::index::Bundle;
use crate::bundle::mapping::Mapping;
use crate::collections::bit_set::BitSet;
use crate::engine::trace::{Step, Verdict};
use crate::ids::{Id as _, RuleId, TargetId};
use crate::matching::matcher::PatternKind;

/// What the ids in a trace refer to.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'b> {
    pub(super) bundle: &'s Bundle<'b>,
    pub(super) mapping: Option<&'s Mapping<'b>>,
    /// The target groups of the application.
    pub(super) own: Option<&'s BitSet<TargetId>>,
    pub(super) written: &'s WrittenMapping,
    /// What conditions are decided on; `None` if no mapping applies.
    pub(super) conditions: Option<ConditionScope<'s, 'b>>,
}

impl Scope<'_, '_> {
    pub(super) fn rule_step(&self, rule: RuleId, matched: String, forbidden: bool) -> RuleStep {
        let grants = self.mapping.map(|mapping| mapping.grants(rule));
        let rule = self.mapping.and_then(|mapping| mapping.rule(rule));
        let (grants, elsewhere) = self.split(grants.unwrap_or_default());
        RuleStep {
            rule: rule.map(|rule| rule.id.to_owned()).unwrap_or_default(),
            matched,
            forbidden,
            excludes: rule.is_some_and(|rule| rule.excludes),
            grants,
            elsewhere,
            dropped: Vec::new(),
        }
    }

    /// The names of target groups: those of the application, and the others.
    pub(super) fn split(&self, groups: &[TargetId]) -> (Vec<String>, Vec<String>) {
        let is_own = |group: &&TargetId| self.own.is_some_and(|own| own.contains(**group));
        let name = |group: &TargetId| self.bundle.group_name(*group).map(str::to_owned);
        let (own, others): (Vec<_>, Vec<_>) = groups.iter().partition(is_own);
        (own.into_iter().filter_map(name).collect(), others.into_iter().filter_map(name).collect())
    }
}

/// Records the steps of an evaluation.
pub(super) struct Recorder<'s, 'b> {
    scope: Scope<'s, 'b>,
    groups: Vec<GroupStep>,
    decided: Vec<Decision>,
    /// The sets of patterns that matched a group: the rule's id, and the position of the set.
    matched_sets: BTreeSet<(String, usize)>,
    /// Whether the policy `ungranted` refused the login.
    pub(super) ungranted: bool,
}

impl<'s, 'b> Recorder<'s, 'b> {
    pub(super) fn new(scope: Scope<'s, 'b>) -> Self {
        let (groups, decided, matched_sets) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { scope, groups, decided, matched_sets, ungranted: false }
    }

    pub(super) fn record(&mut self, step: Step<'_, '_>) {
        match step {
            Step::Received(name) => {
                let group = String::from_utf8_lossy(name).into_owned();
                self.groups.push(GroupStep { group, rules: Vec::new(), near_miss: None });
            }
            Step::Matched { found, kind, forbidden } => {
                let Some(group) = self.groups.get_mut(found.group.index()) else { return };
                let mut step = self.scope.rule_step(found.rule, describe_pattern(kind), forbidden);
                let origins = self.scope.written.find(&step.rule, kind, &group.group);
                let is_meant = |set: &WrittenSet| (set.key == SetKey::None) == forbidden;
                let origin = origins.iter().find(|(_, set, _)| is_meant(set));
                if let Some((_, _, pattern)) = origin {
                    step.matched = WrittenPattern::describe_match(pattern, &group.group);
                }
                let sets = origins.iter().map(|(at, _, _)| (step.rule.clone(), *at));
                self.matched_sets.extend(sets);
                group.rules.push(step);
            }
            Step::Expanded { found, text, target } => {
                let (own, others) = self.scope.split(target.ok().as_slice());
                let rule = self.groups.get_mut(found.group.index()).and_then(|group| group.rules.last_mut());
                if let Some(rule) = rule {
                    rule.grants.extend(own);
                    rule.elsewhere.extend(others);
                    let text = || String::from_utf8_lossy(text).into_owned();
                    rule.dropped.extend(target.err().map(|note| Dropped {
                        text: text(),
                        note,
                        detail: None,
                    }));
                }
            }
            Step::Ungranted => self.ungranted = true,
            Step::Decided { rule, verdict } => {
                let id = self.scope.mapping.and_then(|mapping| mapping.rule(rule)).map(|rule| rule.id);
                let id = id.unwrap_or_default();
                let has_matched =
                    self.groups.iter().any(|group| group.rules.iter().any(|step| step.rule == id));
                if has_matched || verdict != Verdict::GroupMissing {
                    self.decided.push(self.decision(rule, id, verdict));
                }
            }
        }
    }

    fn decision(&self, rule: RuleId, id: &str, verdict: Verdict) -> Decision {
        let parts = match verdict {
            Verdict::ConditionFalse | Verdict::ConditionUnknown | Verdict::FiredUndecided => {
                let compound = self.scope.mapping.and_then(|mapping| mapping.compound_rule(rule));
                let condition = compound.and_then(|compound| compound.condition.as_ref());
                let parts = condition.zip(self.scope.conditions.as_ref());
                parts.map(|(condition, scope)| scope.failed_parts(condition)).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let missing = if verdict == Verdict::GroupMissing { self.unmatched_sets(id) } else { Vec::new() };
        Decision { rule: id.to_owned(), verdict, parts, missing }
    }

    /// The sets of patterns of a rule that have to match a group, and match none.
    fn unmatched_sets(&self, rule: &str) -> Vec<String> {
        let sets = self.scope.written.rules.get(rule).map(|rule| rule.sets.iter().enumerate());
        let unmatched = sets.into_iter().flatten().filter(|(at, set)| {
            set.key != SetKey::None && !self.matched_sets.contains(&(rule.to_owned(), *at))
        });
        unmatched.map(|(_, set)| set.describe()).collect()
    }

    /// The recorded groups and decisions, given the ids of the rules that fired.
    pub(super) fn finish(self, fired: &[String]) -> (Vec<GroupStep>, Vec<Decision>) {
        let Self { scope, mut groups, mut decided, .. } = self;
        // A rule on aliases or on names of target groups is compiled into several parts. What counts is the part whose
        // group is there.
        let is_missing = |it: &Decision| it.verdict == Verdict::GroupMissing;
        let otherwise: BTreeSet<String> =
            decided.iter().filter(|it| !is_missing(it)).map(|it| it.rule.clone()).collect();
        decided.retain(|it| !is_missing(it) || !fired.contains(&it.rule) && !otherwise.contains(&it.rule));
        let mut seen = BTreeSet::new();
        decided.retain(|it| seen.insert((it.rule.clone(), verdict_in_words(it.verdict))));
        for step in &mut groups {
            step.rules.sort_by(|left, right| (&left.rule, &left.matched).cmp(&(&right.rule, &right.matched)));
            step.rules.dedup();
            if step.rules.is_empty() {
                step.near_miss = scope.mapping.and_then(|mapping| NearMiss::find(mapping, &step.group));
            }
        }
        (groups, decided)
    }
}

fn describe_pattern(kind: PatternKind<'_, '_>) -> String {
    match kind {
        PatternKind::Exact => "exact".to_owned(),
        PatternKind::Glob(pattern) => format!("glob {}", pattern.to_glob()),
        PatternKind::Regex(regex) if regex.is_glob() => format!("glob {}", regex.pattern()),
        PatternKind::Regex(regex) => format!("regex {}", regex.pattern()),
    }
}
