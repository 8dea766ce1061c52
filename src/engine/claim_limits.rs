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
    let (alone, each) = claim_overhead(application.joined_by);
    // In JSON, no name is longer than twice the longest name: almost always, this settles it.
    let most = groups.len().saturating_mul(each + 2 * bundle.longest_group());
    if groups.len() <= application.max_groups as usize && most < application.max_claim_bytes as usize {
        return;
    }
    // Each group is counted with the separator after it, which the last one does not have.
    let mut bytes = 0;
    let fitting = groups.iter().take(application.max_groups as usize).take_while(|group| {
        bytes += each + json_len(bundle.group_name(**group).unwrap_or_default());
        bytes + alone <= application.max_claim_bytes as usize + each
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

/// The bytes of a claim's JSON besides the names: `alone + each * (groups - 1)`, if there are groups. Of a list, the
/// brackets and the first group's quotes, and for each further group its quotes and a comma; of a string, its quotes and
/// the delimiters.
pub(crate) fn claim_overhead(joined_by: Option<&str>) -> (usize, usize) {
    joined_by.map_or((4, 3), |delimiter| (2, json_len(delimiter)))
}

/// The length of a target group's name in JSON, in bytes. Names contain no control characters.
pub(crate) fn json_len(name: &str) -> usize {
    name.len() + name.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}
