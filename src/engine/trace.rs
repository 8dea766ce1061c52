//! The steps of an evaluation, from which `explain` is made.

use super::evaluation::Match;
use crate::ids::{RuleId, TargetId};
use crate::matching::matcher::PatternKind;
use crate::outcome::Note;

/// A step of an evaluation.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Step<'s, 'b> {
    /// A group was received, with the name that rules see. Later steps refer to groups by their order.
    Received(&'s [u8]),
    /// A pattern of a rule matched a group.
    Matched {
        /// The group and the rule.
        found: Match,
        /// The pattern.
        kind: PatternKind<'s, 'b>,
        /// Whether the match keeps the rule from firing, because the pattern is under `none`.
        forbidden: bool,
    },
    /// A grant with captures was expanded.
    Expanded {
        /// The group and the rule.
        found: Match,
        /// The expansion.
        text: &'s [u8],
        /// The target group, or why the expansion grants nothing.
        target: Result<TargetId, Note>,
    },
    /// A compound rule was decided.
    Decided {
        /// The rule.
        rule: RuleId,
        /// Whether it fires, or why not.
        verdict: Verdict,
    },
    /// The login has no groups, and a policy refuses that.
    Ungranted,
}

/// Whether a compound rule fires, or why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It fires.
    Fired,
    /// It excludes, and fires although its condition is unknown.
    FiredUndecided,
    /// A group that it needs is missing.
    GroupMissing,
    /// A group that it forbids is there.
    GroupForbidden,
    /// It has expired.
    Expired,
    /// Its condition is false.
    ConditionFalse,
    /// Its condition is unknown.
    ConditionUnknown,
}
