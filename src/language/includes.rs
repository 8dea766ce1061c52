//! Target groups that include others: who receives `administrators` also receives `readers`.
//!
//! What a group includes, directly or through others, is known when compiling.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::diagnostic_sink::DiagnosticSink;
use super::model::{TargetGroup, Tier};
use super::yaml::Spanned;
use crate::diagnostic::Code;
use crate::limits::MAX_INCLUDED;

/// The position of a group in the registry, which is sorted by name.
fn position(groups: &[TargetGroup], name: &str) -> Option<usize> {
    groups.binary_search_by(|group| group.name.value.as_str().cmp(name)).ok()
}

/// The groups that are listed under `includes` of a group, each with the entry.
fn listed(groups: &[TargetGroup], at: usize) -> impl Iterator<Item = (usize, &Spanned<String>)> {
    let entries = groups.get(at).map(|group| group.includes.as_slice()).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((position(groups, &entry.value)?, entry)))
}

/// What a group includes: for each included group, the group that lists it. The group itself is among them if there is a
/// cycle. The search ends when the limit is exceeded.
fn search(groups: &[TargetGroup], from: usize) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for (next, _) in listed(groups, at) {
            if found.len() > MAX_INCLUDED {
                return found;
            }
            if let std::collections::btree_map::Entry::Vacant(entry) = found.entry(next) {
                entry.insert(at);
                queue.push_back(next);
            }
        }
    }
    found
}

/// The path from a group to one that it includes, with both ends.
fn path(found: &BTreeMap<usize, usize>, from: usize, to: usize) -> Vec<usize> {
    let mut path = vec![to];
    let mut at = to;
    while let Some(before) = found.get(&at).copied().filter(|_| path.len() <= found.len()) {
        path.push(before);
        at = before;
        if at == from {
            break;
        }
    }
    path.reverse();
    path
}

fn describe(groups: &[TargetGroup], path: &[usize]) -> String {
    let mut text = String::new();
    for (at, group) in path.iter().filter_map(|at| groups.get(*at)).enumerate() {
        text.push_str(match at {
            0 => "",
            1 => " includes ",
            _ => ", which includes ",
        });
        text.push_str(&format!("`{}`", group.name.value.escape_debug()));
    }
    text
}

/// How a group includes another one, such as "`admins` includes `editors`, which includes `readers`".
pub(crate) fn chain(groups: &[TargetGroup], from: usize, to: usize) -> String {
    describe(groups, &path(&search(groups, from), from, to))
}

/// Sets what each group includes, directly or through others. Reports groups that include themselves.
pub(super) fn resolve(groups: &mut [TargetGroup], sink: &mut DiagnosticSink<'_>) {
    let mut in_cycles = BTreeSet::new();
    for at in 0..groups.len() {
        if groups.get(at).is_none_or(|group| group.includes.is_empty()) {
            continue;
        }
        let mut found = search(groups, at);
        let Some(group) = groups.get(at) else { continue };
        let name = group.name.value.escape_debug();
        if found.len() > MAX_INCLUDED {
            let message = format!(
                "the group `{name}` includes more than {MAX_INCLUDED} groups, counting those that they include"
            );
            let help = "include fewer groups, or let rules grant them".to_owned();
            sink.report(Code::InvalidValue, &group.name.span, message, help);
            continue;
        }
        if found.contains_key(&at) {
            let cycle = path(&found, at, at);
            // Each cycle is reported once.
            if !cycle.iter().any(|group| in_cycles.contains(group)) {
                let next = cycle.get(1).copied().unwrap_or(at);
                let entry = listed(groups, at).find(|(listed, _)| *listed == next);
                let message = match cycle.len() {
                    2 => format!("the group `{name}` includes itself"),
                    _ => format!("the group includes itself: {}", describe(groups, &cycle)),
                };
                let span = entry.map_or(&group.name.span, |(_, entry)| &entry.span);
                sink.report(Code::IncludeCycle, span, message, None);
            }
            in_cycles.extend(cycle);
        }
        found.remove(&at);
        if let Some(group) = groups.get_mut(at) {
            group.included = found.into_keys().collect();
        }
    }
}

/// Reports groups that include a group of the same tier: a user keeps only one group of a tier.
pub(super) fn check_tiers(groups: &[TargetGroup], tiers: &[Tier], sink: &mut DiagnosticSink<'_>) {
    for tier in tiers {
        let members: BTreeSet<usize> =
            tier.groups.iter().filter_map(|group| position(groups, &group.value)).collect();
        for at in &members {
            let Some(group) = groups.get(*at) else { continue };
            let Some(other) = group.included.iter().find(|other| members.contains(other)) else { continue };
            let found = search(groups, *at);
            let path = path(&found, *at, *other);
            let entry = listed(groups, *at).find(|(listed, _)| path.get(1) == Some(listed));
            let message = format!(
                "{}, and `{}` and `{}` are in the tier `{}`, of which a user keeps only one group",
                describe(groups, &path),
                group.name.value.escape_debug(),
                groups
                    .get(*other)
                    .map(|other| other.name.value.escape_debug().to_string())
                    .unwrap_or_default(),
                tier.name.escape_debug()
            );
            let span = entry.map_or(&group.name.span, |(_, entry)| &entry.span);
            let in_tier = tier.groups.iter().find(|it| it.value == group.name.value);
            match in_tier {
                Some(place) => {
                    sink.report_related(Code::InvalidValue, span, message, (&place.span, "in this tier"));
                }
                None => sink.report(Code::InvalidValue, span, message, None),
            }
            sink.help_last("remove the entry, or one of the two from the tier");
        }
    }
}
