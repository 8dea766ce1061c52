//! Which problems `claimsmith validate --fix` may correct.
//!
//! A fix must not give anyone access that the author did not write down. So it corrects the form of a file and the names
//! of keys that state nothing about access by themselves; it never touches patterns, conditions, the names of target
//! groups, or keys and words that open something, such as `everyone` and the policies.

use super::grammar::Object;
use super::subject::Subject;
use super::suggestions::only_nearest;
use super::wrong_type::Expected;
use super::yaml::{Kind, Node};

/// The objects in which misspelled keys are corrected.
const OBJECTS: &[&str] = &[
    "application",
    "case",
    "connection",
    "expect",
    "organization",
    "parameter",
    "platform",
    "rule",
    "target-group",
    "template",
    "tests",
    "use",
    "whole",
    "whole-case",
];

/// The keys that are written in place of a misspelled one.
const KEYS: &[&str] = &[
    "aliases",
    "application",
    "applications",
    "cases",
    "claim",
    "claims",
    "clients",
    "connection",
    "connections",
    "description",
    "event",
    "exclude",
    "expect",
    "expires",
    "grant",
    "groups",
    "match",
    "name",
    "organization",
    "organizations",
    "outcome",
    "owner",
    "parameters",
    "platform",
    "reason",
    "rules",
    "strategy",
    "template",
    "templates",
    "tiers",
    "unmatched",
    "user",
    "version",
    "with",
];

/// The keys in whose values misspelled words are corrected: those without which a file does not work at all.
const WORDS: &[&str] = &["profile", "shape", "strategy"];

/// Shorter words are too similar to each other.
const LEAST_WORD: usize = 4;

/// The key to write in place of an unknown one.
pub(super) fn key(
    unknown: &str,
    object: &Object,
    known: impl Iterator<Item = &'static str> + Clone,
) -> Option<&'static str> {
    let key = only_nearest(unknown, known)?;
    if OBJECTS.contains(&object.name) && KEYS.contains(&key) { Some(key) } else { None }
}

/// The word to write in place of an unknown one.
pub(super) fn word(
    unknown: &str,
    subject: Subject<'_>,
    known: impl Iterator<Item = &'static str> + Clone,
) -> Option<&'static str> {
    let word = only_nearest(unknown, known)?;
    let is_corrected = matches!(subject, Subject::Key(key) if WORDS.contains(&key));
    if is_corrected && word.len() >= LEAST_WORD { Some(word) } else { None }
}

/// The text to write in place of a whole number where a text belongs.
///
/// A number that is written in another way, such as `007`, has no fix: its text is not known here.
pub(super) fn quoted_number(node: &Node, expected: Expected) -> Option<String> {
    let Kind::Integer(number) = node.kind else { return None };
    let digits = number.to_string();
    let is_text = matches!(expected, Expected::Text | Expected::Texts);
    if is_text && digits.len() == node.span.len() { Some(format!("\"{digits}\"")) } else { None }
}
