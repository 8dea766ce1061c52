//! Which rules differ between two bundles of one organization.

use std::collections::{BTreeMap, BTreeSet};

use crate::bundle::index::Bundle;
use crate::bundle::mapping::Mapping;
use crate::ids::{ClauseId, Id, OrganizationId, RuleId};

/// What each rule has, by its id, as texts.
type Parts<'b> = BTreeMap<&'b str, BTreeSet<String>>;

/// The ids of the rules that only one of two bundles of one organization has, or that differ, ascending.
///
/// Conditions are compared only where both bundles number what they read in the same way. So nothing is named in vain, but
/// not every rule whose condition differs is named.
pub(super) fn changed_rules(one: &Bundle<'_>, other: &Bundle<'_>) -> BTreeSet<String> {
    let has_same_inputs = inputs(one) == inputs(other);
    let (one, other) = (parts(one, has_same_inputs), parts(other, has_same_inputs));
    let ids = one.keys().chain(other.keys());
    ids.filter(|id| one.get(*id) != other.get(*id)).map(|id| (*id).to_owned()).collect()
}

/// What the numbers in conditions mean.
fn inputs(bundle: &Bundle<'_>) -> String {
    let organization = bundle.organization(OrganizationId(0));
    let lookups = organization.into_iter().flat_map(|it| &it.condition_inputs);
    let lookups: Vec<_> = lookups.map(|id| bundle.lookup(*id)).collect();
    let applications: Vec<&str> = bundle.applications().iter().map(|it| it.name).collect();
    format!("{lookups:?} {applications:?}")
}

fn parts<'b>(bundle: &Bundle<'b>, with_conditions: bool) -> Parts<'b> {
    let mut parts = Parts::new();
    let Some(mapping) = bundle.mapping(OrganizationId(0)) else { return parts };
    for (id, rule) in (0..).map(RuleId).zip(mapping.rules()) {
        let own = parts.entry(rule.id).or_default();
        own.insert(format!("{} {}", rule.excludes, mapping.unconditional.contains(&id)));
        let names =
            |ids: &[_]| ids.iter().filter_map(|id| bundle.group_name(*id)).collect::<Vec<_>>().join(" ");
        own.extend(mapping.grants(id).iter().filter_map(|id| bundle.group_name(*id)).map(str::to_owned));
        if let Some(rule) = mapping.compound_rule(id) {
            own.insert(format!("{} {} {}", rule.own, rule.expires, rule.condition.is_some()));
            own.extend(rule.expansions.iter().map(|it| format!("captures {}", names(it.candidates()))));
            own.extend(rule.condition.iter().filter(|_| with_conditions).map(|it| format!("{it:?}")));
        }
    }
    let names = mapping.exact_names();
    let names = names.map(|(name, clause)| (String::from_utf8_lossy(&name).into_owned(), clause));
    for (text, clause) in names.chain(mapping.pattern_texts()) {
        if let Some(rule) = mapping.rule(mapping.rule_of(clause)) {
            parts.entry(rule.id).or_default().insert(format!("{} {text}", place(mapping, clause)));
        }
    }
    parts
}

/// Where a clause is in its rule.
fn place(mapping: &Mapping<'_>, clause: ClauseId) -> String {
    let compound = mapping.compound_rule(mapping.rule_of(clause));
    let position = |clauses: &[ClauseId]| clauses.iter().position(|it| *it == clause);
    match compound {
        _ if clause.index() < mapping.rules().len() => "own".to_owned(),
        Some(rule) => format!("all {:?}, none {:?}", position(&rule.all), position(&rule.none)),
        None => String::new(),
    }
}
