//! The keys `lints` and `allow`: how severe each kind of warning is, and which findings are allowed.

use super::{TextRole, TextType, ValueType, Word, word};
use crate::diagnostic::Code;

/// The codes whose severity can be set; other errors are always errors.
pub(crate) fn lint_codes() -> Vec<&'static str> {
    Code::ALL.iter().filter(|code| code.is_lint()).map(|code| code.name()).collect()
}

static LINT_CODE: TextType = TextType::among(lint_codes);

/// Whether keys of this type are codes of warnings. Only a static has one address: that of a constant's list can differ
/// from use to use.
pub(crate) fn is_lint_code(key: &TextType) -> bool {
    core::ptr::eq(key, &LINT_CODE)
}

pub(crate) static LINT_LEVELS: &[Word] = &[
    word("error", "The mappings cannot be used, and `allow` does not help."),
    word("warning", "Reported; one place can be allowed with a reason."),
    word("off", "Not reported."),
];

/// The codes of warnings that cannot be off, because what they find can give someone access.
pub(crate) fn guard_codes() -> impl Iterator<Item = &'static str> {
    Code::ALL.iter().filter(|code| code.guards_access()).map(|code| code.name())
}

/// The levels that these can have.
pub(crate) fn guard_levels() -> &'static [Word] {
    LINT_LEVELS.split_last().map_or(LINT_LEVELS, |(_off, others)| others)
}

/// Levels by code.
pub(super) const LINTS: ValueType =
    ValueType::Map { key: &LINT_CODE, of: &ValueType::Word(LINT_LEVELS), least: 0 };

static REASON: TextType = TextType::matching(usize::MAX, "\\S", "write the reason")
    .with_role(TextRole::Remark)
    .such_as("the customer renames the group in May");

/// Reasons by code.
pub(super) const ALLOW: ValueType =
    ValueType::Map { key: &LINT_CODE, of: &ValueType::Text(&REASON), least: 1 };
