//! What is probably not meant, in mapping files in which nothing else is wrong.
//!
//! Every finding is certain: where a question is too large to decide, nothing is said.

mod aliases;
mod captures;
mod conditions;
mod confusable;
mod contradictions;
mod index;
mod names;
mod near_miss;
mod patterns;
mod protected;
mod registry;
mod rule_inclusion;
mod rules;
#[cfg(test)]
mod samples;
mod shadowed_rule;
mod tidy;
mod values;

use core::ops::Range;

use self::patterns::Prepared;
use crate::collections::parallel_map;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Organization, Platform, Rule};

/// What comparing all rules of one organization may take, in steps of some nanoseconds.
const BUDGET_OF_ONE: usize = 5_000_000;

/// What comparing the rules of all organizations may take: when it is spent, no further wave begins with any.
const BUDGET_OF_ALL: usize = 20_000_000;

/// So many organizations are looked at at once, however many processors there are: what is found is the same everywhere.
const WAVE: usize = 64;

/// Looks for what is probably not meant; `now` is in seconds since 1970.
pub(crate) fn lint(
    platform: &Platform,
    organizations: &[Organization],
    now: Option<f64>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    registry::lint(platform, organizations, diagnostics);
    names::lint_platform(platform, diagnostics);
    let mut budget = BUDGET_OF_ALL;
    for wave in organizations.chunks(WAVE) {
        let given = budget.min(BUDGET_OF_ONE);
        let linted = parallel_map::map(wave, |organization| lint_one(platform, organization, now, given));
        for (findings, taken) in linted {
            diagnostics.extend(findings);
            budget = budget.saturating_sub(taken);
        }
    }
}

/// The findings of one organization, and how much of the budget they took.
fn lint_one(
    platform: &Platform,
    organization: &Organization,
    now: Option<f64>,
    budget: usize,
) -> (Vec<Diagnostic>, usize) {
    let mut diagnostics = Vec::new();
    let mut left = budget;
    let prepared = Prepared::of(organization);
    names::lint(organization, &mut diagnostics);
    tidy::lint(organization, &mut diagnostics);
    near_miss::lint(organization, &mut diagnostics);
    aliases::lint(organization, &prepared, &mut left, &mut diagnostics);
    captures::lint(organization, &mut diagnostics);
    conditions::lint(platform, organization, &prepared, &mut left, &mut diagnostics);
    protected::lint(platform, organization, &mut diagnostics);
    rules::lint(organization, now, &mut diagnostics);
    shadowed_rule::lint(platform, organization, &prepared, &mut left, &mut diagnostics);
    (diagnostics, budget - left)
}

/// A place in a file, and what is there.
type Place<'a> = (&'a str, &'a Range<usize>, &'static str);

/// A finding in a rule.
///
/// In a rule of a template, the other place is where the template is used.
fn in_rule(
    (organization, rule): (&Organization, &Rule),
    code: Code,
    span: &Range<usize>,
    message: impl Into<String>,
    other: Option<Place<'_>>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, &rule.file, span.clone(), message);
    match (&rule.used, other) {
        (Some(used), _) => {
            diagnostic.related(&organization.file, used.clone(), "used here with these parameters")
        }
        (None, Some((file, span, label))) => diagnostic.related(file, span.clone(), label),
        (None, None) => diagnostic,
    }
}
