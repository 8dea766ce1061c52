//! The result of one login's evaluation.

use crate::ids::{ApplicationId, RuleId, TargetId, UpstreamId};
use crate::outcome::{Note, Outcome, Reason};

/// A rule that matched an upstream group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Match {
    /// The upstream group.
    pub group: UpstreamId,
    /// The rule.
    pub rule: RuleId,
}

/// The result of one login.
///
/// Ids refer to the [`Bundle`](crate::Bundle) and, for rules, to the [`Mapping`](crate::Mapping) that applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Evaluation<'a> {
    /// What happens with the login.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The application; `None` if no application of the platform has the client id.
    pub application: Option<ApplicationId>,
    /// The target groups of the application, ascending, so sorted by name.
    pub groups: Vec<TargetId>,
    /// The rules that fired, ascending.
    pub rules: Vec<RuleId>,
    /// The upstream groups that no rule matched, in the order of the login.
    pub unmatched: Vec<&'a [u8]>,
    /// The number of upstream groups that the login carried; 0 if the evaluation ended before any rule was tried.
    pub received: u32,
    /// The notes, each with its count; ascending.
    pub notes: Vec<(Note, u32)>,
}

impl Evaluation<'_> {
    /// An evaluation that ended before any rule was tried.
    pub(crate) fn without_rules(
        outcome: Outcome,
        reason: Reason,
        application: Option<ApplicationId>,
    ) -> Self {
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

/// The notes of an evaluation, ascending.
#[derive(Default)]
pub(crate) struct Notes(pub(crate) Vec<(Note, u32)>);

impl Notes {
    /// Adds to the count of a note.
    pub(crate) fn add(&mut self, note: Note, count: u32) {
        if count == 0 {
            return;
        }
        match self.0.binary_search_by(|(known, _)| known.cmp(&note)) {
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    *known += count;
                }
            }
            Err(at) => self.0.insert(at, (note, count)),
        }
    }
}
