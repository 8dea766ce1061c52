//! Diagnostics about a rule, which may be from a template.

use core::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Organization, Rule};

/// Another place that a diagnostic refers to: its file, its span there, and what it is.
pub(super) type RelatedPlace<'a> = (&'a str, &'a Range<usize>, &'static str);

/// A diagnostic about a place in a rule.
///
/// If the rule is from a template, the related place is where the template is used.
pub(super) fn in_rule(
    (organization, rule): (&Organization, &Rule),
    code: Code,
    span: &Range<usize>,
    message: impl Into<String>,
    related: Option<RelatedPlace<'_>>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, &rule.file, span.clone(), message);
    match (&rule.used, related) {
        (Some(used), _) => {
            diagnostic.related(&organization.file, used.clone(), "used here with these parameters")
        }
        (None, Some((file, span, label))) => diagnostic.related(file, span.clone(), label),
        (None, None) => diagnostic,
    }
}
