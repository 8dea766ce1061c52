//! Ceilings that hold every group of an application, and so limit nothing there.
//!
//! What the platform's owners chose counts as a limit, even if it is every group of today: a name, or a glob or prefix
//! that begins with a part of a name. What only has wildcards at its beginning also holds the groups of customers who
//! come later, so it is a limit only if it leaves out a group.

use std::collections::BTreeMap;

use crate::language::model::{Ceiling, TargetGroup};
use crate::language::parsed_patterns::GlobPattern;
use crate::matching::glob::CAPTURE;

/// Why no ceiling limits a grant.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unbounded<'p> {
    /// There is no ceiling with `groups` or `prefix`.
    WithoutCeiling,
    /// The ceiling leaves out no group of an application.
    Holds { application: &'p str, ceiling: &'p Ceiling },
}

/// The applications of which a ceiling holds every group that is not protected, at least one of them only because of
/// how it is written.
pub(super) fn held_wholly(
    ceiling: &Ceiling,
    groups: &[TargetGroup],
    is_name: impl Fn(&GlobPattern) -> bool,
) -> Vec<usize> {
    if ceiling.prefix.as_ref().is_some_and(|prefix| has_part(&prefix.value)) {
        return Vec::new();
    }
    let entries = ceiling.groups.as_deref();
    let is_name: Vec<bool> = entries.unwrap_or_default().iter().map(is_name).collect();
    // By application: whether it is held, and whether a group of it was not chosen.
    let mut found: BTreeMap<usize, (bool, bool)> = BTreeMap::new();
    for group in groups.iter().filter(|group| !group.protected) {
        let name = group.name.value.as_str();
        let fits = ceiling.prefix.as_ref().is_none_or(|prefix| name.starts_with(&prefix.value));
        // The most that is known of what holds it: not held, held by a wildcard, chosen.
        let held = entries.map(|entries| {
            let holds =
                entries.iter().zip(&is_name).filter_map(|(entry, is_name)| holds(entry, *is_name, name));
            holds.max()
        });
        let (is_held, is_chosen) = match held {
            None => (fits, false),
            Some(chosen) => (fits && chosen.is_some(), chosen == Some(true)),
        };
        for application in &group.applications {
            let (all, unchosen) = found.entry(*application).or_insert((true, false));
            *all &= is_held;
            *unchosen |= is_held && !is_chosen;
        }
    }
    found.into_iter().filter(|(_, it)| *it == (true, true)).map(|(application, _)| application).collect()
}

/// Whether an entry of `groups` chose a group that it holds; `None` if it does not hold it.
fn holds(entry: &GlobPattern, is_name: bool, name: &str) -> Option<bool> {
    if is_name {
        return (entry.written.value == name).then_some(true);
    }
    let glob = entry.parsed.as_ref().ok().filter(|glob| glob.is_match(name))?;
    Some(glob.patterns.iter().all(|pattern| has_part(literal_start(pattern))))
}

/// Whether text has a whole part of a name, such as `acme-`.
pub(super) fn has_part(text: &str) -> bool {
    let without_end = text.trim_end_matches(char::is_alphanumeric);
    without_end.chars().any(char::is_alphanumeric)
}

/// The literal before the first special construct of a lowered pattern.
pub(super) fn literal_start(pattern: &str) -> &str {
    let end = pattern.find(|char| u32::from(char) <= u32::from(CAPTURE)).unwrap_or(pattern.len());
    pattern.get(..end).unwrap_or_default()
}
