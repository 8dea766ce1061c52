//! Why a failed case got what it got.

use std::collections::{BTreeMap, BTreeSet};

use super::super::CompiledPlatform;
use super::{explain, written};
use crate::bundle::index::Bundle;
use crate::host::event::Event;
use crate::host::explanation::written::{SetKey, WrittenMapping};
use crate::host::explanation::{Explanation, GroupStep, NearMiss, RuleStep};
use crate::language::cases::{Case, CaseResult};
use crate::language::model::{Effect, Organization, TargetGroup};
use crate::outcome::Note;
use crate::text::visible::visible;

/// The reasons for the differences of a failed case, by the key of `expect`.
pub type Reasons = BTreeMap<&'static str, Vec<String>>;

/// How many reasons are given for one key.
const MOST: usize = 12;

/// Finds the reasons for what is different in a failed case. `bundle` is the platform's.
pub fn reasons(
    platform: &CompiledPlatform,
    bundle: &Bundle<'_>,
    case: &Case,
    result: &CaseResult,
) -> Reasons {
    let event = Event::from_json(case.event.clone()).unwrap_or_default();
    let explanation = explain(platform, bundle, &event);
    let name = explanation.answer.organization.as_deref();
    let organization = platform.model.organizations.iter().find(|it| Some(it.name.as_str()) == name);
    let written = organization.map(written::written).unwrap_or_default();
    let registry = platform.model.platform.groups.as_slice();
    let finder = ReasonFinder { explanation: &explanation, organization, registry, written: &written };
    let mut reasons = Reasons::new();
    for failure in &result.failures {
        let found = match failure.what {
            "claims" => finder.claims(case.expect.claims.as_ref()),
            "rules" => finder.rules(case.expect.rules.as_ref()),
            "unmatched" => finder.unmatched(case.expect.unmatched.as_ref()),
            "notes" => finder.notes(case.expect.notes.as_ref()),
            // The reason says why the outcome is what it is.
            "reason" => finder.outcome(),
            "outcome" if !result.failures.iter().any(|it| it.what == "reason") => finder.outcome(),
            _ => Vec::new(),
        };
        if !found.is_empty() {
            let mut found = found;
            let more = found.len().saturating_sub(MOST);
            found.truncate(MOST);
            if more > 0 {
                found.push(format!("and {more} more reasons"));
            }
            reasons.insert(failure.what, found);
        }
    }
    reasons
}

/// That a group is not matched, and that a rule matches a similar name.
fn near_miss(group: &str, near: &NearMiss) -> String {
    format!(
        "`{}`: no rule matches it; rule `{}` matches a name that differs in {}",
        visible(group),
        near.rule,
        near.differs_in.word()
    )
}

struct ReasonFinder<'r> {
    explanation: &'r Explanation,
    organization: Option<&'r Organization>,
    registry: &'r [TargetGroup],
    written: &'r WrittenMapping,
}

impl ReasonFinder<'_> {
    /// Whether rules were tried at all.
    fn has_rules(&self) -> bool {
        self.organization.is_some() && self.explanation.answer.application.is_some()
    }

    fn outcome(&self) -> Vec<String> {
        let mut lines = vec![self.explanation.reason().to_owned()];
        lines.extend(self.explanation.next.iter().cloned());
        lines
    }

    fn claims(&self, expected: Option<&BTreeSet<String>>) -> Vec<String> {
        let answer = &self.explanation.answer;
        if !self.has_rules() || answer.reason.code() != "ok" && answer.groups.is_empty() {
            // The difference in the reason is shown, and explains this one.
            return Vec::new();
        }
        let got: BTreeSet<String> = answer.groups.iter().cloned().collect();
        let expected = expected.cloned().unwrap_or_default();
        let missing = expected.difference(&got).flat_map(|group| self.why_missing(group));
        let extra = got.difference(&expected).flat_map(|group| self.why_granted(group));
        missing.chain(extra).collect()
    }

    fn why_missing(&self, group: &str) -> Vec<String> {
        if let Some(removal) = self.explanation.removals.iter().find(|it| it.group == group) {
            return vec![format!("`{group}` is granted and removed: {}", removal.text)];
        }
        let rules = self.organization.map(|it| it.rules.as_slice()).unwrap_or_default();
        let granting = rules.iter().filter(|rule| {
            let can_grant = |name: &str| rule.groups.iter().any(|grant| grant.can_name(name));
            rule.effect == Effect::Grant
                && TargetGroup::with_including(self.registry, group).any(|it| can_grant(&it.name.value))
        });
        let reasons: Vec<String> =
            granting.map(|rule| format!("`{group}`: {}", self.why_silent(&rule.id.value))).collect();
        if !reasons.is_empty() {
            return reasons;
        }
        if self.explanation.withheld_default.iter().any(|it| it == group) {
            return vec![format!(
                "`{group}` is in the default, which is withheld because a condition is unknown"
            )];
        }
        let is_default =
            self.organization.is_some_and(|it| it.default_groups().any(|name| name.value == group));
        match is_default {
            true => {
                vec![format!("`{group}` is in the default, which is for logins that no rule grants anything")]
            }
            false => vec![format!("`{group}`: no rule grants it")],
        }
    }

    /// Why a rule does not grant what it could.
    fn why_silent(&self, rule: &str) -> String {
        if let Some(decision) = self.explanation.decided.iter().find(|it| it.rule == rule)
            && !self.explanation.answer.rules.iter().any(|it| it == rule)
        {
            let verdict = crate::host::explanation::verdict_in_words(decision.verdict);
            let details = decision.details();
            let joined =
                if details.is_empty() { String::new() } else { format!(" ({})", details.join("; ")) };
            return format!("rule `{rule}` {verdict}{joined}");
        }
        if self.explanation.answer.rules.iter().any(|it| it == rule) {
            let other = self.steps_of(rule).find(|(_, step)| !step.elsewhere.is_empty());
            return match other {
                Some(_) => format!("rule `{rule}` fires, and grants it in other applications only"),
                None => format!("rule `{rule}` fires, and its captures lead to other groups"),
            };
        }
        let sets = self.written.rules.get(rule).map(|rule| rule.sets.iter());
        let wanted = sets.into_iter().flatten().filter(|set| set.key != SetKey::None);
        let wanted: Vec<String> = wanted.map(|set| set.describe()).collect();
        let near = self.explanation.groups.iter().find_map(|step| {
            let near = step.near_miss.as_ref().filter(|near| near.rule == rule)?;
            Some(format!("; `{}` differs from that in {}", visible(&step.group), near.differs_in.word()))
        });
        let near = near.unwrap_or_default();
        format!("rule `{rule}` grants it, and no group matches {}{near}", wanted.join(", nor "))
    }

    fn why_granted(&self, group: &str) -> Vec<String> {
        let explanation = self.explanation;
        let is_granting = |step: &&RuleStep| {
            !step.excludes
                && step.grants.iter().any(|it| it == group)
                && explanation.answer.rules.contains(&step.rule)
        };
        let by_group = explanation.groups.iter().flat_map(|upstream| {
            upstream.rules.iter().filter(is_granting).map(|step| {
                format!(
                    "`{group}`: rule `{}` ({}) grants it for `{}`",
                    step.rule,
                    step.matched,
                    upstream.group.escape_debug()
                )
            })
        });
        let everyone = explanation.everyone.iter().filter(is_granting);
        let everyone = everyone.map(|step| format!("`{group}`: rule `{}` grants it to everyone", step.rule));
        let default = explanation.default.iter().filter(|it| *it == group);
        let default = default.map(|_| format!("`{group}` is the default, because no rule grants anything"));
        let included = explanation.included.iter().filter(|it| it.group == group);
        let included = included.flat_map(|it| &it.by).map(|by| format!("`{group}`: `{by}` includes it"));
        by_group.chain(everyone).chain(default).chain(included).collect()
    }

    fn rules(&self, expected: Option<&BTreeSet<String>>) -> Vec<String> {
        if !self.has_rules() || self.explanation.answer.received == 0 && self.explanation.groups.is_empty() {
            return Vec::new();
        }
        let got: BTreeSet<&String> = self.explanation.answer.rules.iter().collect();
        let expected: BTreeSet<&String> = expected.into_iter().flatten().collect();
        let missing = expected.difference(&got).map(|rule| self.why_silent(rule));
        let extra = got.difference(&expected).flat_map(|rule| {
            self.steps_of(rule).map(move |(group, step)| {
                format!("rule `{rule}` ({}) matches `{}`", step.matched, group.escape_debug())
            })
        });
        missing.chain(extra).collect()
    }

    fn unmatched(&self, expected: Option<&BTreeSet<String>>) -> Vec<String> {
        let expected: BTreeSet<&String> = expected.into_iter().flatten().collect();
        let mut lines = Vec::new();
        for step in &self.explanation.groups {
            let name = step.group.escape_debug();
            if step.rules.is_empty() && !expected.contains(&step.group) {
                lines.push(match &step.near_miss {
                    Some(near) => near_miss(&step.group, near),
                    None => format!("`{name}`: no rule matches it"),
                });
            } else if expected.contains(&step.group) {
                let steps = step.rules.iter();
                lines.extend(
                    steps.map(|it| format!("`{name}`: rule `{}` ({}) matches it", it.rule, it.matched)),
                );
            }
        }
        lines
    }

    /// The groups that are nearly matched, if the case and the login do not have that note both.
    fn notes(&self, expected: Option<&BTreeSet<String>>) -> Vec<String> {
        if expected.is_some_and(|expected| expected.contains(Note::NearMiss.code())) {
            return Vec::new();
        }
        let near = |step: &GroupStep| Some(near_miss(&step.group, step.near_miss.as_ref()?));
        self.explanation.groups.iter().filter_map(near).collect()
    }

    /// The matches of a rule, each with its group.
    fn steps_of<'s>(&'s self, rule: &'s str) -> impl Iterator<Item = (&'s str, &'s RuleStep)> {
        let groups = self.explanation.groups.iter();
        let steps = groups.flat_map(|group| group.rules.iter().map(|step| (group.group.as_str(), step)));
        steps.filter(move |(_, step)| step.rule == rule)
    }
}
