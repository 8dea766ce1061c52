//! What a platform leaves of the groups that a block grants.
//!
//! The block's own exclusions and tiers have decided before. Nothing takes the place of a group that is left out, so under
//! a changed platform a block grants a subset of what it granted when it was signed.

use super::evaluation::Notes;
use super::tiers::below_highest;
use crate::bundle::block::Block;
use crate::bundle::index::Bundle;
use crate::ids::{ApplicationId, TargetId};
use crate::outcome::Note;

/// The platform's groups for the block's `groups` and, if rules are undecided, for the `possible` ones. Both are ascending.
pub(crate) fn narrow(
    platform: &Bundle<'_>,
    block: &Block<'_>,
    application: ApplicationId,
    (groups, possible): (&[TargetId], Option<&[TargetId]>),
    notes: &mut Notes,
) -> (Vec<TargetId>, Option<Vec<TargetId>>) {
    let own = platform.groups_of(application);
    let mut permitted = |groups: &[TargetId], counted: u32| {
        let permit = |group: &TargetId| {
            let target = block.target(*group).and_then(|target| match own {
                Some(own) if own.contains(target) => Ok(target),
                _ => Err(Note::ForbiddenTarget),
            });
            target.map_err(|note| notes.add(note, counted)).ok()
        };
        // Both registries are sorted by name, so the order stays.
        groups.iter().filter_map(permit).collect::<Vec<_>>()
    };
    let mut groups = permitted(groups, 1);
    let mut possible = possible.map(|possible| permitted(possible, 0));
    let below = below_highest(platform, &groups);
    for list in [Some(&mut groups), possible.as_mut()].into_iter().flatten() {
        list.retain(|group| !below.contains(*group));
    }
    (groups, possible)
}
