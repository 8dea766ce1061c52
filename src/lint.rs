//! Likely mistakes in mapping files that have no errors.
//!
//! Every finding is certain, apart from `foreign-syntax`: if a question is too large to decide, nothing is reported.
//!
//! | code | file |
//! | --- | --- |
//! | `unused-allow`, and what is allowed or off | `allowed` |
//! | `contains-on-text` | `contains_on_text` |
//! | `delimiter-in-name`, `invisible-character` | `misleading_name` |
//! | `duplicate-alias`, `unused-alias` | `aliases` |
//! | `duplicate-entry` | `duplicate_entry` |
//! | `duplicate-rule`, `shadowed-rule` | `shadowed_rule` |
//! | `expired-rule` | `expired_rule` |
//! | `foreign-syntax` | `foreign_syntax`, `one_set`, `other_form` |
//! | `forgeable-name` | `forgeable_name` |
//! | `future-floor` | `future_floor` |
//! | `impossible-condition` | `impossible_condition` |
//! | `near-miss` | `near_miss` |
//! | `no-effect` | `no_effect` |
//! | `redundant-grant` | `redundant_grant` |
//! | `similar-target-groups`, `unused-target-group` | `registry` |
//! | `unreachable-default` | `unreachable_default` |
//! | `unreachable-pattern` | `unreachable_pattern`, `impossible_names`, `skipped_exclusion` |
//! | `untidy-name` | `untidy_name` |
//! | `unused-capture` | `unused_capture` |
//!
//! `untested-organization` and `untested-rule` need the results of cases, and are found by `compiler/untested`.

mod aliases;
mod allowed;
mod attribute_texts;
mod attribute_values;
mod budget;
mod condition_text;
mod confusable;
mod contains_on_text;
mod contradictions;
mod duplicate_entry;
mod expired_rule;
mod foreign_syntax;
mod forgeable_name;
mod future_floor;
mod impossible_condition;
mod impossible_names;
mod misleading_name;
mod near_miss;
mod no_effect;
mod one_set;
mod other_form;
mod pattern_inclusion;
mod pattern_set;
mod prepared;
mod redundant_grant;
mod registry;
mod required_test;
mod rule_diagnostic;
mod rule_index;
#[cfg(test)]
mod samples;
mod shadowed_rule;
mod skipped_exclusion;
mod unreachable_default;
mod unreachable_pattern;
mod untidy_name;
mod unused_capture;

pub(crate) use self::allowed::{Ran, leaves_errors, settle};
use self::budget::{BUDGET_OF_ALL, BUDGET_OF_ONE, WAVE};
use self::prepared::Prepared;
use crate::collections::parallel_map;
use crate::diagnostic::Diagnostic;
use crate::language::model::{Organization, Platform};

/// Reports likely mistakes; `now` is in seconds since 1970.
pub(crate) fn lint(
    platform: &Platform,
    organizations: &[Organization],
    now: Option<f64>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    registry::lint(platform, organizations, diagnostics);
    future_floor::lint(platform, now, diagnostics);
    misleading_name::lint_platform(platform, diagnostics);
    foreign_syntax::lint_platform(platform, diagnostics);
    duplicate_entry::lint_platform(platform, diagnostics);
    no_effect::lint_exclusions(platform, organizations, diagnostics);
    no_effect::lint_marks(platform, organizations, diagnostics);
    let mut budget = BUDGET_OF_ALL;
    for wave in organizations.chunks(WAVE) {
        let most = budget.min(BUDGET_OF_ONE);
        let checked = parallel_map::map(wave, |organization| lint_one(platform, organization, now, most));
        for (findings, spent) in checked {
            diagnostics.extend(findings);
            budget = budget.saturating_sub(spent);
        }
    }
}

/// The findings of one organization, and how much of the budget they cost.
fn lint_one(
    platform: &Platform,
    organization: &Organization,
    now: Option<f64>,
    budget: usize,
) -> (Vec<Diagnostic>, usize) {
    let mut diagnostics = Vec::new();
    let mut left = budget;
    let prepared = Prepared::of(organization);
    foreign_syntax::lint(organization, &mut diagnostics);
    unreachable_pattern::lint(organization, &mut diagnostics);
    misleading_name::lint(organization, &mut diagnostics);
    untidy_name::lint(organization, &mut diagnostics);
    near_miss::lint(organization, &mut diagnostics);
    foreign_syntax::lint_spaces(organization, &mut diagnostics);
    one_set::lint(organization, &mut diagnostics);
    aliases::lint(organization, &prepared, &mut left, &mut diagnostics);
    unused_capture::lint(organization, &mut diagnostics);
    impossible_condition::lint(platform, organization, &prepared, &mut left, &mut diagnostics);
    contains_on_text::lint(organization, &mut diagnostics);
    forgeable_name::lint(platform, organization, &mut diagnostics);
    expired_rule::lint(organization, now, &mut diagnostics);
    no_effect::lint(platform, organization, &mut diagnostics);
    unreachable_default::lint(platform, organization, &mut diagnostics);
    shadowed_rule::lint(platform, organization, &prepared, &mut left, &mut diagnostics);
    redundant_grant::lint(platform, organization, &prepared, &mut left, &mut diagnostics);
    skipped_exclusion::lint(organization, &mut left, &mut diagnostics);
    duplicate_entry::lint(organization, &mut diagnostics);
    (diagnostics, budget - left)
}
