//! What a platform sets: its applications with their limits, and the ceiling of the organization.

use std::collections::BTreeSet;

use proptest::collection::btree_set;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::json;

use super::TARGETS;

/// The target groups that an application knows, and its limits.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) groups: BTreeSet<&'static str>,
    pub(crate) limit: Option<usize>,
    pub(crate) bytes: Option<usize>,
    pub(crate) over: &'static str,
    pub(crate) provenance: bool,
    /// The delimiter of a claim that is one string.
    pub(crate) joined_by: Option<&'static str>,
    /// Whether a login that receives none of its groups is refused.
    pub(crate) deny_ungranted: bool,
}

/// The length of a claim's JSON.
pub(crate) fn claim_bytes(groups: &[&str], joined_by: Option<&str>) -> usize {
    match joined_by {
        Some(delimiter) => json!(groups.join(delimiter)).to_string().len(),
        None => json!(groups).to_string().len(),
    }
}

pub(super) fn application() -> impl Strategy<Value = Application> {
    let groups = btree_set(select(&TARGETS[..]), 6..12);
    let over = select(&["deny", "no-groups", "truncate"][..]);
    let limits = (option::weighted(0.25, 1usize..4), option::weighted(0.2, 2usize..60));
    let joined_by = option::weighted(0.3, select(&["|", "; ", "\"", "ß"][..]));
    let flags = (any::<bool>(), prop::bool::weighted(0.15), joined_by);
    (groups, limits, over, flags).prop_map(|(groups, (limit, bytes), over, flags)| {
        let (provenance, deny_ungranted, joined_by) = flags;
        Application { groups, limit, bytes, over, provenance, joined_by, deny_ungranted }
    })
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Ceiling {
    pub(crate) groups: Option<Vec<&'static str>>,
    pub(crate) protected: Vec<&'static str>,
    pub(crate) prefix: Option<&'static str>,
}

pub(super) fn ceiling() -> impl Strategy<Value = Ceiling> {
    let groups = subsequence(&["*-viewers", "eng-*", "{ops,a}-*", "staff"][..], 1..4);
    let protected = subsequence(&["eng-root", "ops-root"][..], 0..3);
    (option::of(groups), protected, option::weighted(0.3, select(&["eng-", "ops-"][..])))
        .prop_map(|(groups, protected, prefix)| Ceiling { groups, protected, prefix })
}
