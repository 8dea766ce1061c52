//! Tiers of target groups: a user keeps only the highest group of each.

use crate::bundle::index::Bundle;
use crate::collections::bit_set::BitSet;
use crate::ids::TargetId;

/// The groups below the highest group of each tier that is among `groups`, which are ascending.
pub(crate) fn below_highest(bundle: &Bundle<'_>, groups: &[TargetId]) -> BitSet<TargetId> {
    let mut below = BitSet::new(if bundle.tiers.is_empty() { 0 } else { bundle.group_count() });
    for tier in &bundle.tiers {
        let highest = tier.iter().position(|group| groups.binary_search(group).is_ok());
        let lower = highest.and_then(|at| tier.get(at + 1..)).unwrap_or_default();
        lower.iter().for_each(|group| below.insert(*group));
    }
    below
}
