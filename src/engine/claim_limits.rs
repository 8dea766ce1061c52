//! The limits of an application: the number of groups, and the size of the claim.

use super::evaluation::{Evaluation, Notes};
use super::tiers::below_highest;
use crate::bundle::application::{Application, OverLimit};
use crate::bundle::index::Bundle;
use crate::ids::TargetId;
use crate::outcome::{Note, Outcome, Reason};

/// Limits the groups to what the application accepts.
///
/// If rules are undecided, `possible` are the groups that the login could have with them. These are counted, so that a
/// login that sends less does not get below a limit that it would otherwise exceed.
pub(crate) fn limit(
    bundle: &Bundle<'_>,
    application: &Application<'_>,
    possible: Option<&[TargetId]>,
    evaluation: &mut Evaluation<'_>,
    notes: &mut Notes,
) {
    let groups = possible.unwrap_or(&evaluation.groups);
    // In JSON, no name is longer than twice the longest name: almost always, this settles it.
    let most = groups.len().saturating_mul(3 + 2 * bundle.longest_group());
    if groups.len() <= application.max_groups as usize && most < application.max_claim_bytes as usize {
        return;
    }
    // The brackets, and for each group its quotes and a comma, less the last comma.
    let mut bytes = 1;
    let fitting = groups.iter().take(application.max_groups as usize).take_while(|group| {
        bytes += 3 + json_len(bundle.group_name(**group).unwrap_or_default());
        bytes <= application.max_claim_bytes as usize
    });
    let fitting = fitting.count();
    if fitting == groups.len() {
        return;
    }
    match application.over_limit {
        OverLimit::Truncate => {
            let granted = evaluation.groups.len();
            let (fit, beyond) = groups.split_at_checked(fitting).unwrap_or_default();
            // A possible group beyond the limit could replace the lower groups of its tier.
            let below = below_highest(bundle, beyond);
            let last = fit.last().copied();
            evaluation.groups.retain(|group| Some(*group) <= last && !below.contains(*group));
            notes.add(Note::Truncated, (granted - evaluation.groups.len()) as u32);
        }
        OverLimit::NoGroups | OverLimit::Deny => {
            evaluation.groups.clear();
            evaluation.reason = Reason::OverLimit;
            if application.over_limit == OverLimit::Deny {
                evaluation.outcome = Outcome::Deny;
            }
        }
    }
}

/// The length of a target group's name in JSON, in bytes. Names contain no control characters.
pub(crate) fn json_len(name: &str) -> usize {
    name.len() + name.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}
