//! Rules that would match a group if its name were written slightly differently.

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::bundle::mapping::Mapping;
use crate::text::{case_mapping, invisible};

/// A rule that matches a similar name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NearMiss {
    /// The rule's id.
    pub rule: String,
    /// How the two names differ.
    pub differs_in: NameDifference,
}

/// How a name differs from a similar one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameDifference {
    /// In spaces and invisible characters.
    Invisible,
    /// In the Unicode normalization form.
    UnicodeForm,
    /// In letter case, and perhaps in the other ways too.
    LetterCase,
}

impl NameDifference {
    /// The stable word for the difference, as it appears in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Invisible => "spaces and invisible characters",
            Self::UnicodeForm => "the form of Unicode",
            Self::LetterCase => "letter case",
        }
    }
}

impl NearMiss {
    /// Finds a rule with an exact pattern that is similar to a name.
    pub(super) fn find(mapping: &Mapping<'_>, name: &str) -> Option<Self> {
        let composed = |text: &[u8]| String::from_utf8_lossy(text).nfc().collect::<String>().into_bytes();
        let folded = |text: &[u8]| {
            let mut folded = Vec::new();
            case_mapping::fold_into(&composed(text), &mut folded);
            folded
        };
        let mut trimmed = Vec::new();
        invisible::trim_into(name.as_bytes(), &mut trimmed);
        let key = folded(&trimmed);
        let (known, clause) = mapping.exact_names().find(|(known, _)| folded(known) == key)?;
        let rule = mapping.rule(mapping.rule_of(clause))?;
        let differs_in = if *trimmed == *known {
            NameDifference::Invisible
        } else if composed(&trimmed) == composed(&known) {
            NameDifference::UnicodeForm
        } else {
            NameDifference::LetterCase
        };
        Some(Self { rule: rule.id.to_owned(), differs_in })
    }
}
