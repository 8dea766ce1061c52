//! A regular expression by itself, without rules and bundle.

use core::fmt;
use std::borrow::Cow;

use super::{RegexProblem, check};
use crate::codec::reader::Reader;
use crate::matching::regex_vm::{self, Cache, NameEnds};

/// A regular expression, as the engine matches it.
///
/// ```
/// use claimsmith::StandaloneRegex;
///
/// let regex = StandaloneRegex::parse("GG-(?<team>[a-z]+)-.*", false)?;
/// assert!(regex.is_match("GG-eng-1"));
/// assert_eq!(regex.captures("GG-eng-1"), Some(vec![("team".to_owned(), "eng".to_owned())]));
/// assert!(!regex.is_match("x-GG-eng-1"), "expressions match whole names");
/// # Ok::<(), claimsmith::StandaloneRegexError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandaloneRegex {
    /// As [`regex_vm::Regex::decode`] reads it.
    encoded: Vec<u8>,
    /// The names of its captures, which have their numbers by their places.
    names: Vec<String>,
}

/// Why a regular expression is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StandaloneRegexError {
    /// The language has no such regular expression; what is wrong and what to do.
    Invalid(String, String),
    /// It is larger than a bundle may carry; what is too large and what to do.
    TooLarge(String, String),
}

impl fmt::Display for StandaloneRegexError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Invalid(problem, help) | Self::TooLarge(problem, help)) = self;
        write!(out, "{problem}; {help}")
    }
}

impl core::error::Error for StandaloneRegexError {}

impl regex_vm::Regex<'_> {
    /// A name in the letters in which this expression is compared.
    pub(super) fn letters_of<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.letters() {
            regex_vm::ASCII_LOWER => Cow::Owned(name.to_ascii_lowercase()),
            _ => Cow::Borrowed(name),
        }
    }
}

impl StandaloneRegex {
    /// Parses a regular expression, and compiles it to what the engine runs.
    ///
    /// # Errors
    ///
    /// If the language does not have it, or it is larger than a bundle may carry.
    pub fn parse(pattern: &str, ignore_case: bool) -> Result<Self, StandaloneRegexError> {
        let checked = check(pattern, ignore_case).map_err(|problem| match problem {
            RegexProblem::Invalid(problem, help) => StandaloneRegexError::Invalid(problem, help),
            RegexProblem::TooLarge(problem, help) => StandaloneRegexError::TooLarge(problem, help),
        })?;
        let names: Vec<String> = checked.captures.iter().map(|capture| capture.name.clone()).collect();
        // No capture is looked up that is not in the list, which is short.
        let number = |name: &str| {
            let at = names.iter().position(|known| known == name);
            at.and_then(|at| u8::try_from(at).ok()).unwrap_or_default()
        };
        Ok(Self { encoded: checked.encode(pattern, ignore_case, &number), names })
    }

    fn decoded(&self) -> Option<regex_vm::Regex<'_>> {
        regex_vm::Regex::decode(&mut Reader::new(&self.encoded))
    }

    /// Whether the whole of a name matches; this is the engine's own matching.
    pub fn is_match(&self, name: &str) -> bool {
        self.decoded().is_some_and(|regex| {
            let name = regex.letters_of(name);
            regex.is_match(NameEnds::of(name.as_bytes()), name.as_bytes(), &mut Cache::default())
        })
    }

    /// The captures of a name that matches, each with its name; nothing if the name does not match.
    ///
    /// They are in lower case if the letter case of ASCII is ignored.
    pub fn captures(&self, name: &str) -> Option<Vec<(String, String)>> {
        let regex = self.decoded().filter(|_| self.is_match(name))?;
        let name = regex.letters_of(name);
        let mut captures = Vec::new();
        regex.captures(name.as_bytes(), |number, text| {
            if let Some(of) = self.names.get(number) {
                captures.push((of.clone(), String::from_utf8_lossy(text).into_owned()));
            }
        });
        Some(captures)
    }
}
