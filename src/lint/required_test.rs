//! The tests that a condition consists of, and what is found about them.

use core::ops::Range;

use crate::language::model::Condition;

/// Why a condition can never hold: two tests that contradict each other, or one that nothing passes.
#[derive(Debug)]
pub(super) struct Contradiction {
    pub(super) message: String,
    pub(super) span: Range<usize>,
    pub(super) other: Option<Range<usize>>,
}

/// A test that has to hold, or has to be false.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequiredTest<'c> {
    pub(super) condition: &'c Condition,
    pub(super) negated: bool,
}

/// The place of a condition.
pub(super) fn span_of(condition: &Condition) -> Range<usize> {
    let place = match condition {
        Condition::All(all) | Condition::Any(all) => return all.first().map(span_of).unwrap_or_default(),
        Condition::Not(inner) | Condition::FalseIfUnknown(inner) => return span_of(inner),
        Condition::Connection(names)
        | Condition::Application(names)
        | Condition::Client(names)
        | Condition::Organization(names)
        | Condition::EmailDomain(names)
        | Condition::Metadata { values: names, .. } => names.first().map(|name| &name.span),
        Condition::Strategy(all) => all.first().map(|(_, span)| span),
        Condition::User { span, .. } => Some(span),
    };
    place.cloned().unwrap_or_default()
}
