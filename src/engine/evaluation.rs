//! What the evaluation of one login gives.

use crate::outcome::{Note, Outcome, Reason};

/// One rule that fired on one upstream group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Match {
    /// The group's position among those received.
    pub group: u32,
    /// The rule's position in its mapping.
    pub rule: u32,
}

/// The result of one login.
///
/// Positions refer to the [`Bundle`](crate::Bundle) and, for rules, to the
/// [`Mapping`](crate::Mapping) that applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Evaluation<'a> {
    /// What happens with the login.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The application that is logged in to, by its position in the bundle.
    pub application: Option<u32>,
    /// The target groups of the application, by their position in the registry, ascending: sorted by name.
    pub groups: Vec<u32>,
    /// The rules that fired, by their position in the mapping, ascending.
    pub rules: Vec<u32>,
    /// The upstream groups that no rule wanted, in the order of the login.
    pub unmatched: Vec<&'a [u8]>,
    /// How many upstream groups the login carried.
    pub received: u32,
    /// What happened on the way, with how often; ascending.
    pub notes: Vec<(Note, u32)>,
}

impl Evaluation<'_> {
    /// An evaluation that ended before any rule was tried.
    pub(crate) fn without_rules(outcome: Outcome, reason: Reason, application: Option<u32>) -> Self {
        Self {
            outcome,
            reason,
            application,
            groups: Vec::new(),
            rules: Vec::new(),
            unmatched: Vec::new(),
            received: 0,
            notes: Vec::new(),
        }
    }
}
