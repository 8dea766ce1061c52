//! The names of slices, and which of them are in the flow.

use claimsmith_connectors::auth0::Binding;

use crate::deployment_files::ACTION_NAME;
use crate::slices::MAX_SLICES;

/// The sets, of which one is in the flow.
const SETS: [char; 2] = ['a', 'b'];

/// The name of an Action of a set, counted from 1.
pub(super) fn name_of(set: char, number: usize) -> String {
    format!("{ACTION_NAME}-{set}{number}")
}

/// The set of an Action, by its name.
pub(super) fn set_of(name: &str) -> Option<char> {
    let of_set = |set: char| (1..=MAX_SLICES).any(|number| name_of(set, number) == name);
    SETS.into_iter().find(|set| of_set(*set))
}

/// The names of slices in the flow, in their order: those of the set that comes first.
pub(crate) fn slices_in_flow(bindings: &[Binding]) -> Vec<&str> {
    own_in_flow(bindings).into_iter().filter(|name| set_of(name).is_some()).collect()
}

/// The names in the flow that belong together, in their order: those of the set of slices that comes first, or that of the
/// one Action.
pub(super) fn own_in_flow(bindings: &[Binding]) -> Vec<&str> {
    let names = || bindings.iter().map(|it| it.action_name.as_str());
    match names().find_map(set_of) {
        Some(set) => names().filter(|name| set_of(name) == Some(set)).collect(),
        None => names().filter(|name| *name == ACTION_NAME).collect(),
    }
}
