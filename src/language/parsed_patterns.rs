//! Patterns and grants of mapping files: where they are, how they are written, and what parsing made of them.
//!
//! Nothing else parses a pattern of a mapping file: lowering and lints start from what is here. A pattern that cannot
//! be used has its problem instead, which lowering reports.

use super::diagnostic_sink::DiagnosticSink;
use super::yaml::Spanned;
use crate::diagnostic::Code;
use crate::limits::MAX_GROUP_BYTES;
use crate::patterns::foreign;
use crate::patterns::glob::{Glob, GlobError, too_large};
use crate::patterns::grant_text::GrantText;
use crate::patterns::regex::{ParsedRegex, RegexProblem};

/// A glob of a mapping file.
#[derive(Clone, Debug)]
pub(crate) struct GlobPattern {
    pub(crate) written: Spanned<String>,
    pub(crate) parsed: Result<Glob, PatternProblem>,
}

/// A regular expression of a mapping file.
#[derive(Clone, Debug)]
pub(crate) struct RegexPattern {
    pub(crate) written: Spanned<String>,
    pub(crate) parsed: Result<ParsedRegex, PatternProblem>,
}

/// What a rule grants or excludes: the name of a target group, or in `grant` a text with captures.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) written: Spanned<String>,
    /// `None` if there is no `${` in it.
    pub(crate) expansion: Option<GrantText>,
}

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatternProblem {
    code: Code,
    message: String,
    help: Option<String>,
    /// The captures of a glob before the problem. Grants may use them.
    pub(crate) captures: Vec<String>,
}

impl Grant {
    pub(crate) fn parse(written: Spanned<String>) -> Self {
        let expansion = GrantText::parse(&written.value);
        Self { written, expansion }
    }

    /// Whether it can grant a target group.
    pub(crate) fn can_name(&self, group: &str) -> bool {
        match &self.expansion {
            Some(expansion) => expansion.can_name(group),
            None => self.written.value == group,
        }
    }
}

impl GlobPattern {
    /// Parses a glob for names of upstream groups.
    pub(crate) fn parse(written: Spanned<String>) -> Self {
        match PatternProblem::of_text(&written.value) {
            Some(problem) => Self { written, parsed: Err(problem) },
            None => Self::parse_for_target_groups(written),
        }
    }

    /// Parses a glob for names of target groups, which the registry limits by itself.
    pub(crate) fn parse_for_target_groups(written: Spanned<String>) -> Self {
        let (captures, parsed) = Glob::parse_with_captures(&written.value);
        let parsed = parsed.map_err(|error| {
            let (code, message, help) = match error {
                GlobError::Invalid(problem, help) => {
                    let message = format!("`{}` is not a glob: {problem}", written.value.escape_debug());
                    (Code::InvalidGlob, message, Some(help.to_owned()))
                }
                GlobError::TooLarge => (Code::GlobTooLarge, too_large(), None),
            };
            PatternProblem { code, message, help, captures }
        });
        Self { written, parsed }
    }
}

impl RegexPattern {
    pub(crate) fn parse(written: Spanned<String>, ignore_case: bool) -> Self {
        if written.value.is_empty() {
            return Self { written, parsed: Err(PatternProblem::empty()) };
        }
        let parsed = ParsedRegex::parse(&written.value, ignore_case).map_err(|problem| match problem {
            RegexProblem::Invalid(problem, help) => {
                let message =
                    format!("the regex `{}` cannot be used: {problem}", on_one_line(&written.value));
                let is_repetition = problem.starts_with("repetition");
                let foreign = if is_repetition { foreign::instead_of_regex(&written.value) } else { None };
                PatternProblem::new(Code::InvalidRegex, message, foreign.unwrap_or(help))
            }
            RegexProblem::TooLarge(problem, help) => {
                let message = format!("the regular expression is too large: {problem}");
                PatternProblem::new(Code::RegexTooLarge, message, help)
            }
        });
        Self { written, parsed }
    }
}

impl PatternProblem {
    fn new(code: Code, message: String, help: impl Into<Option<String>>) -> Self {
        Self { code, message, help: help.into(), captures: Vec::new() }
    }

    fn empty() -> Self {
        let help = "name a group, or remove the entry".to_owned();
        Self::new(Code::EmptyPattern, "the pattern is empty".to_owned(), help)
    }

    /// Why no group name can match an exact name or a glob, if its characters alone show that.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::empty());
        }
        let is_impossible = |char: char| char < ' ' || matches!(char, '\u{7f}' | '\u{fffd}');
        let message = if text.chars().any(is_impossible) {
            format!("no group name has the control character or damaged text of `{}`", text.escape_debug())
        } else if text.len() > MAX_GROUP_BYTES {
            format!("the pattern has {} bytes, and a group name at most {MAX_GROUP_BYTES}", text.len())
        } else {
            return None;
        };
        Some(Self::new(Code::UnreachablePattern, message, None))
    }

    /// Why a pattern in a condition cannot be used, if its characters alone show that.
    pub(crate) fn of_attribute_text(text: &str) -> Option<Self> {
        if text.is_empty() {
            let help = "write a text, or remove the entry".to_owned();
            return Some(Self::new(Code::EmptyPattern, "the text is empty".to_owned(), help));
        }
        let is_impossible = |char: char| char < ' ' || matches!(char, '\u{7f}' | '\u{fffd}');
        let message = if text.chars().any(is_impossible) {
            format!(
                "texts with the control character or damaged text of `{}` are not compared",
                text.escape_debug()
            )
        } else if text.len() > MAX_GROUP_BYTES {
            format!(
                "the text has {} bytes, and texts of more than {MAX_GROUP_BYTES} are not compared",
                text.len()
            )
        } else {
            return None;
        };
        Some(Self::new(Code::UnreachablePattern, message, None))
    }

    /// Whether the pattern may have captures that are not known, because it could not be parsed.
    pub(crate) fn may_hide_captures(&self) -> bool {
        !matches!(self.code, Code::EmptyPattern | Code::UnreachablePattern)
    }

    pub(crate) fn report(&self, written: &Spanned<String>, findings: &mut DiagnosticSink<'_>) {
        findings.report(self.code, &written.span, self.message.as_str(), self.help.clone());
    }
}

/// A regular expression on one line. Its backslashes are not doubled, because there are many.
fn on_one_line(regex: &str) -> String {
    let show = |char: char| match char {
        '\\' | '\'' | '"' => char.to_string(),
        other => other.escape_debug().to_string(),
    };
    regex.chars().map(show).collect()
}
