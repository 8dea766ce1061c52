//! What is not safe if the policy is to use partial input: a login that sends less could receive more.

use std::collections::{BTreeMap, BTreeSet};

use super::lowered::{LoweredCondition, LoweredRule};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::claim_limits::{claim_overhead, json_len};
use crate::ids::{Id as _, TargetId};
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::model::{Effect, Matches, Organization, Platform, Rule, Tier};
use crate::language::policies::PARTIAL_HERE;

/// Reports a rule that excludes groups, or that requires a group to be missing, if partial input is used.
pub(super) fn check_partial(
    rule: &Rule,
    organization: &Organization,
    platform: &Platform,
    sink: &mut DiagnosticSink<'_>,
) {
    let Matches::Groups { none, .. } = &rule.matches else { return };
    if rule.effect == Effect::Grant && none.is_empty() {
        return;
    }
    let message = match rule.effect {
        Effect::Exclude => {
            "the rule excludes groups if an upstream group is present, and partial input may lack it"
        }
        Effect::Grant => "the rule fires only if an upstream group is missing, and partial input may lack it",
    };
    // For a rule of a template, the related place is where the template is used.
    let diagnostic = match rule.used {
        Some(_) => Diagnostic::new(Code::UnsafePartial, sink.file, rule.id.span.clone(), message),
        None => unsafe_partial(&rule.id.span, message, organization, platform, sink),
    };
    sink.list.push(diagnostic);
}

/// Reports applications that accept less than the rules can grant, if partial input is used: a login that sends
/// everything would be above the limit, and one that sends less would pass.
pub(super) fn check_limits(
    rules: &[LoweredRule],
    organization: &Organization,
    platform: &Platform,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let granting = rules.iter().filter(|rule| !rule.excludes);
    let granted = granting
        .flat_map(|rule| rule.groups.iter().chain(rule.expansions.iter().flat_map(|it| &it.candidates)));
    let granted = with_included(granted, platform);
    let tiers = decided_tiers(rules, platform);
    let own = organization.incomplete_span.as_ref().map(|span| (&organization.file, span));
    let chosen = own.or(platform.policies.incomplete_span.as_ref().map(|span| (&platform.file, span)));
    let Some((file, span)) = chosen else { return };
    for (position, application) in platform.applications.iter().enumerate() {
        let groups = granted.iter().filter_map(|group| platform.groups.get(group.index()));
        let names = groups
            .filter(|group| group.applications.contains(&position))
            .map(|group| group.name.value.as_str());
        let names = longest_of_each_tier(names, &tiers);
        // The claim as JSON.
        let (alone, each) = claim_overhead(application.joined_by.as_ref().map(|it| it.value.as_str()));
        let separators = names.len().saturating_sub(1).saturating_mul(each);
        let bytes = match names.len() {
            0 => 2,
            _ => names.iter().map(|name| json_len(name)).sum::<usize>() + alone + separators,
        };
        let limits = &application.limits;
        let problem = if names.len() > limits.groups as usize {
            format!("{} groups of `{}`, which accepts {}", names.len(), application.name.value, limits.groups)
        } else if bytes > (limits.claim_bytes as usize).max(2) {
            format!(
                "a claim of {bytes} bytes for `{}`, which accepts {}",
                application.name.value, limits.claim_bytes
            )
        } else {
            continue;
        };
        let message = format!(
            "the rules of `{}` can lead to {problem}, and partial input may hide that a login is above that limit",
            organization.name
        );
        let help = "choose `incomplete: deny` or `no-groups`, or grant no more than the application accepts";
        diagnostics.push(Diagnostic::new(Code::UnsafePartial, file, span.clone(), message).help(help));
    }
}

/// Target groups and those that they include.
pub(super) fn with_included<'t>(
    targets: impl Iterator<Item = &'t TargetId>,
    platform: &Platform,
) -> BTreeSet<TargetId> {
    let mut all = BTreeSet::new();
    for target in targets {
        if all.insert(*target)
            && let Some(group) = platform.groups.get(target.index())
        {
            all.extend(group.included.iter().map(|at| TargetId(*at as u32)));
        }
    }
    all
}

/// The tiers of which only one group counts against the limits. If a rule is undecided, every group of a tier that the
/// login could have counts, so no rule that names a group of the tier may depend on something that can be unknown.
fn decided_tiers<'p>(rules: &[LoweredRule], platform: &'p Platform) -> Vec<&'p Tier> {
    let undecided =
        rules.iter().filter(|rule| rule.expires != 0 || rule.condition.as_ref().is_some_and(can_be_unknown));
    let named = undecided
        .flat_map(|rule| rule.groups.iter().chain(rule.expansions.iter().flat_map(|it| &it.candidates)));
    let named = with_included(named, platform);
    let named: BTreeSet<&str> = named
        .iter()
        .filter_map(|group| Some(platform.groups.get(group.index())?.name.value.as_str()))
        .collect();
    let is_decided = |tier: &&Tier| !tier.groups.iter().any(|group| named.contains(group.value.as_str()));
    platform.tiers.iter().filter(is_decided).collect()
}

fn can_be_unknown(condition: &LoweredCondition) -> bool {
    match condition {
        LoweredCondition::All(conditions) | LoweredCondition::Any(conditions) => {
            conditions.iter().any(can_be_unknown)
        }
        LoweredCondition::Not(condition) => can_be_unknown(condition),
        LoweredCondition::Connection(_)
        | LoweredCondition::Application(_)
        | LoweredCondition::FalseIfUnknown(_) => false,
        LoweredCondition::User { .. }
        | LoweredCondition::EmailDomain(_)
        | LoweredCondition::Metadata { .. } => true,
    }
}

/// The longest name of each tier, and all names that are not in a tier.
fn longest_of_each_tier<'n>(names: impl Iterator<Item = &'n str>, tiers: &[&Tier]) -> Vec<&'n str> {
    let mut kept = Vec::new();
    let mut of_tiers: BTreeMap<usize, &str> = BTreeMap::new();
    for name in names {
        match tiers.iter().position(|tier| tier.groups.iter().any(|group| group.value == name)) {
            Some(tier) => {
                let longest = of_tiers.entry(tier).or_insert(name);
                if json_len(name) > json_len(longest) {
                    *longest = name;
                }
            }
            None => kept.push(name),
        }
    }
    kept.extend(of_tiers.into_values());
    kept
}

/// The diagnostic about a rule that is not safe with partial input; the related place is where that policy is chosen.
pub(super) fn unsafe_partial(
    span: &core::ops::Range<usize>,
    message: &str,
    organization: &Organization,
    platform: &Platform,
    sink: &DiagnosticSink<'_>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::UnsafePartial, sink.file, span.clone(), message);
    let own = organization.incomplete_span.as_ref().map(|span| (&organization.file, span));
    let place = own.or(platform.policies.incomplete_span.as_ref().map(|span| (&platform.file, span)));
    match place {
        Some((file, place)) if (file.as_str(), place) != (sink.file, span) => {
            diagnostic.related(file, place.clone(), PARTIAL_HERE)
        }
        _ => diagnostic,
    }
}
