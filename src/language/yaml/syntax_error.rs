//! Errors of the YAML parser as diagnostics, with help for the mistakes that authors make most often.

use core::ops::Range;

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::granit_parser::ErrorKind;
use serde_saphyr::{DefaultMessageFormatter, Error, ExternalMessageSource, MessageFormatter};

use super::causes::{self, Cause};
use super::scalar_text::unquoted_text;
use super::span_of;
use crate::diagnostic::{Code, Diagnostic};
use crate::text::quotes::quoted;

/// The diagnostic for an error that the parser found in a file with this text.
pub(super) fn diagnose(file: &str, text: &str, error: &Error) -> Diagnostic {
    let span = locate(text, error);
    if let Some(kind) = parser_error(error)
        && let Some(Cause { span, message, help }) = causes::find(text, span.start, kind)
    {
        return Diagnostic::new(Code::YamlSyntax, file, span, message).help(help);
    }
    let before = text.get(..span.start).unwrap_or_default();
    let rest = text.get(span.start..).unwrap_or_default();
    let marked = text.get(span.clone()).unwrap_or_default();
    let help = help(error, before, rest, marked);
    let diagnostic = Diagnostic::new(Code::YamlSyntax, file, span, describe(error));
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The bytes to underline: what the parser marked, or the character at its location if it marked nothing.
fn locate(text: &str, error: &Error) -> Range<usize> {
    let span = error.location().map_or(0..0, |location| match location.span().byte_offset() {
        Some(_) => span_of(&location),
        None => {
            let start = offset_of(text, location.line(), location.column());
            start..start
        }
    });
    let start = span.start.min(text.len());
    let first = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    start..span.end.clamp(start + first, text.len())
}

/// The message: in the words of mapping files where one of their limits was exceeded, otherwise the parser's.
fn describe(error: &Error) -> String {
    const TOO_DEEP: &str = "the file is nested deeper than a mapping file may be";
    let message = match cause(error) {
        Error::Budget { breach: BudgetBreach::Documents { .. }, .. } | Error::MultipleDocuments { .. } => {
            "the file has a second document; a mapping file has one"
        }
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. }
        | Error::AliasReplayStackDepthExceeded { .. } => TOO_DEEP,
        _ if matches!(parser_error(error), Some(ErrorKind::RecursionLimitExceeded)) => TOO_DEEP,
        Error::NullIntoString { .. } => "a key is empty or null, and has to be text",
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "the alias is recursive: it refers to a value that contains it"
        }
        Error::NonFiniteFloat { .. } => "YAML reads this as a number that no mapping file needs",
        Error::MergeKeyNotAllowed { .. } => "the merge key `<<` is not part of the mapping language",
        Error::Budget { .. } => "the file is larger than a mapping file may be",
        other => return DefaultMessageFormatter.format_message(other).into_owned(),
    };
    message.to_owned()
}

/// The error inside the wrappers that say where an alias was used, and show a part of the file.
fn cause(mut error: &Error) -> &Error {
    while let Error::AliasError { error: inner, .. } | Error::WithSnippet { error: inner, .. } = error {
        error = inner;
    }
    error
}

/// Help that fits the error and the text around its location; `None` for the help of the code.
fn help(error: &Error, before: &str, rest: &str, marked: &str) -> Option<String> {
    if let Error::NonFiniteFloat { .. } = cause(error) {
        return Some(format!("put it in quotes to make it text: `{}`", quoted(marked)));
    }
    if let Error::NullIntoString { .. } = cause(error) {
        return help_for_null(before, marked);
    }
    let help = if rest.starts_with("<<") {
        "write the keys out where they belong"
    } else if rest.starts_with("---") {
        "remove the second document, or put it into a file of its own"
    } else if before.trim_end().ends_with("\n...") {
        "remove the line `...`, which ends a document, and do not begin another document"
    } else if before.ends_with("{{")
        || rest.starts_with("{{")
        || before.ends_with('{') && rest.starts_with('{')
    {
        let start = before.trim_end_matches('{').len();
        let text = [before, rest].concat();
        let written = text.get(braces(&text, start)).unwrap_or_default();
        return Some(format!("put a text that begins with `{{{{` in quotes: `{}`", quoted(written)));
    } else {
        return None;
    };
    Some(help.to_owned())
}

/// Help for a key that YAML reads as null; `None` if nothing is written in its place.
fn help_for_null(before: &str, marked: &str) -> Option<String> {
    if marked == "~" || marked.eq_ignore_ascii_case("null") {
        let around = before.trim_end_matches(['{', ' ', '\n', '\r']);
        return Some(match around.ends_with("skip:") {
            true => "entries that are null are skipped by `nulls: true`".to_owned(),
            false => format!(
                "YAML reads `{marked}` as nothing; put it in quotes if it is text: `{}`",
                quoted(marked)
            ),
        });
    }
    None
}

/// A text that begins with braces: up to the end of what follows the last brace.
fn braces(text: &str, start: usize) -> Range<usize> {
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let closed = line.find("}}").map_or(0, |at| at + 2);
    let end = unquoted_text(text, start + closed).end;
    start..end
}

/// What the parser found, if the error is the parser's own.
fn parser_error(error: &Error) -> Option<&ErrorKind> {
    match cause(error) {
        Error::ExternalMessage { source, .. } => match source.as_ref() {
            ExternalMessageSource::Parser(error) => Some(error.kind()),
            _ => None,
        },
        _ => None,
    }
}

/// The byte offset of a line and a column, both counted from one, the column in characters.
fn offset_of(text: &str, line: u64, column: u64) -> usize {
    let count = |number: u64| usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    let mut start = 0;
    for (number, content) in text.split_inclusive('\n').enumerate() {
        if number == count(line) {
            let within = content.char_indices().nth(count(column));
            return start + within.map_or(content.trim_end().len(), |(at, _)| at);
        }
        start += content.len();
    }
    start
}
