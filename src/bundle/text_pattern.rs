//! Patterns of whole texts in conditions.

use crate::codec::reader::Reader;
use crate::codec::tags::condition as tag;
use crate::limits::MAX_GROUP_BYTES;
use crate::matching::glob::Pattern;
use crate::matching::regex_vm::{AS_ARRIVED, ASCII_LOWER, Cache, FOLDED, NameEnds, Regex};
use crate::text::case_mapping::fold_into;
use crate::text::scan::{bytes_equal, scan};

/// A pattern of whole texts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextPattern<'b> {
    /// The letter case in which it is compared.
    letters: u8,
    kind: Kind<'b>,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind<'b> {
    Text(&'b str),
    Glob(Pattern<'b>),
    Regex(Regex<'b>),
}

impl<'b> TextPattern<'b> {
    /// Decodes what follows the number of its kind; `None` if it is not well-formed.
    pub(crate) fn decode(kind: u8, reader: &mut Reader<'b>) -> Option<Self> {
        let letters = match kind {
            tag::FOLDED_TEXT_PATTERN | tag::FOLDED_GLOB => FOLDED,
            _ => AS_ARRIVED,
        };
        Some(match kind {
            tag::TEXT_PATTERN | tag::FOLDED_TEXT_PATTERN => {
                Self { letters, kind: Kind::Text(reader.text()?) }
            }
            tag::GLOB | tag::FOLDED_GLOB => {
                Self { letters, kind: Kind::Glob(Pattern::decode(reader.text()?)?) }
            }
            tag::REGEX => {
                let regex = Regex::decode(reader)?;
                Self { letters: regex.letters(), kind: Kind::Regex(regex) }
            }
            _ => return None,
        })
    }

    /// Whether the whole text matches; `None` if no group could have it as its name: patterns are made for such texts,
    /// and time is limited by their length.
    pub(crate) fn matches(&self, text: &[u8]) -> Option<bool> {
        if text.len() > MAX_GROUP_BYTES || scan(text).malformed {
            return None;
        }
        let mut converted = Vec::new();
        match self.letters {
            ASCII_LOWER => converted.extend(text.iter().map(u8::to_ascii_lowercase)),
            FOLDED => fold_into(text, &mut converted),
            _ => {}
        }
        let text = if self.letters == AS_ARRIVED { text } else { &converted };
        Some(match &self.kind {
            Kind::Text(known) => bytes_equal(known.as_bytes(), text),
            Kind::Glob(glob) => glob.is_match(text),
            Kind::Regex(regex) => regex.is_match(NameEnds::of(text), text, &mut Cache::default()),
        })
    }

    /// The pattern as an explanation shows it.
    #[cfg(feature = "compiler")]
    pub(crate) fn describe(&self) -> String {
        let pattern = match &self.kind {
            Kind::Text(text) => format!("`{}`", text.escape_debug()),
            Kind::Glob(glob) => format!("a text like `{}`", glob.to_glob()),
            Kind::Regex(regex) => format!("a text like the expression `{}`", regex.pattern()),
        };
        if self.letters == AS_ARRIVED { pattern } else { format!("{pattern} in any letter case") }
    }
}
