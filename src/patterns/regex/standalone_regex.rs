//! A regular expression on its own, without rules and a bundle.

use core::fmt;

use super::{DecodedRegex, ParsedRegex, RegexProblem};

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
    /// As [`DecodedRegex::decode`] reads it.
    encoded: Vec<u8>,
    /// The names of its captures, by their numbers.
    names: Vec<String>,
}

/// Why a regular expression is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StandaloneRegexError {
    /// The language does not have such a regular expression: what is wrong, and what to do.
    Invalid(String, String),
    /// It is larger than a bundle may carry: what is too large, and what to do.
    TooLarge(String, String),
}

impl fmt::Display for StandaloneRegexError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Invalid(problem, help) | Self::TooLarge(problem, help)) = self;
        write!(out, "{problem}; {help}")
    }
}

impl core::error::Error for StandaloneRegexError {}

impl StandaloneRegex {
    /// Parses a regular expression, and compiles it to what the engine runs.
    ///
    /// # Errors
    ///
    /// If the language does not have it, or it is larger than a bundle may carry.
    pub fn parse(pattern: &str, ignore_case: bool) -> Result<Self, StandaloneRegexError> {
        let parsed = ParsedRegex::parse(pattern, ignore_case).map_err(|problem| match problem {
            RegexProblem::Invalid(problem, help) => StandaloneRegexError::Invalid(problem, help),
            RegexProblem::TooLarge(problem, help) => StandaloneRegexError::TooLarge(problem, help),
        })?;
        let names = parsed.captures().iter().map(|capture| capture.name.clone()).collect();
        Ok(Self { encoded: parsed.encoded().to_vec(), names })
    }

    /// Whether the whole of a name matches; this is the engine's own matching.
    pub fn is_match(&self, name: &str) -> bool {
        DecodedRegex::decode(&self.encoded).is_some_and(|regex| regex.is_match(name))
    }

    /// The captures of a name that matches, each with its name; nothing if the name does not match.
    ///
    /// They are in lower case if the letter case of ASCII is ignored.
    pub fn captures(&self, name: &str) -> Option<Vec<(String, String)>> {
        let regex = DecodedRegex::decode(&self.encoded).filter(|regex| regex.is_match(name))?;
        let mut captures = Vec::new();
        regex.captures(name, |number, text| {
            if let Some(of) = self.names.get(number) {
                captures.push((of.clone(), text.to_owned()));
            }
        });
        Some(captures)
    }
}
