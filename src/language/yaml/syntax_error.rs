//! Errors of the YAML parser as diagnostics, with help for the mistakes that authors make most often.

use core::ops::Range;

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::granit_parser::ErrorKind;
use serde_saphyr::{DefaultMessageFormatter, Error, ExternalMessageSource, MessageFormatter};

use super::span_of;
use crate::diagnostic::{Code, Diagnostic};

/// The diagnostic for an error that the parser found in a file with this text.
pub(super) fn diagnose(file: &str, text: &str, error: &Error) -> Diagnostic {
    let span = locate(text, error);
    let before = text.get(..span.start).unwrap_or_default();
    let rest = text.get(span.start..).unwrap_or_default();
    let diagnostic = Diagnostic::new(Code::YamlSyntax, file, span, describe(error));
    match help(error, before, rest) {
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
            "the file has a second document, and may have one"
        }
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. }
        | Error::AliasReplayStackDepthExceeded { .. } => TOO_DEEP,
        _ if matches!(parser_error(error), Some(ErrorKind::RecursionLimitExceeded)) => TOO_DEEP,
        Error::NullIntoString { .. } => "a key is empty, and has to be text",
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "the alias is recursive: it refers to a value that contains it"
        }
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
fn help(error: &Error, before: &str, rest: &str) -> Option<String> {
    let help = if rest.starts_with("<<") {
        "write the keys out where they belong"
    } else if rest.starts_with("---") {
        "remove the second document, or put it into a file of its own"
    } else if before.ends_with("{{")
        || rest.starts_with("{{")
        || before.ends_with('{') && rest.starts_with('{')
    {
        "put a text that begins with `{{` in quotes"
    } else if before.ends_with('\t') || rest.starts_with('\t') {
        "YAML is indented with spaces, not with tabs"
    } else if let Some(bracket) = bracket_of_glob(before) {
        return Some(format!("put a glob that begins with `{bracket}` in quotes"));
    } else if let Some(first) = rest.chars().next().filter(|first| "@%`".contains(*first)) {
        return Some(format!("put a text that begins with `{first}` in quotes"));
    } else if rest.starts_with('*') {
        "put a glob that begins with `*` in quotes"
    } else {
        return help_for_kind(parser_error(error)?, before, rest).map(str::to_owned);
    };
    Some(help.to_owned())
}

/// Help for an error of the parser.
fn help_for_kind(kind: &ErrorKind, before: &str, rest: &str) -> Option<&'static str> {
    let key_before = last_line(before).trim_start();
    let key_before = key_before.strip_prefix("- ").unwrap_or(key_before);
    let help = match kind {
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => "write a text that contains a backslash in single quotes",
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => "close the quote that is opened above or here",
        ErrorKind::InvalidTrailingSingleQuotedScalar => {
            "put the whole text in quotes, and write an apostrophe within single quotes twice"
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar => "put the whole text in single quotes",
        ErrorKind::SimpleKeyExpected if first_line(rest).contains(':') => "write a space after the colon",
        ErrorKind::SimpleKeyExpected => "write a colon and a value after the key",
        ErrorKind::MappingValueNotAllowed if key_before.contains(": ") => {
            "put a text that contains `: ` in quotes"
        }
        ErrorKind::ExpectedBlockSequenceEntry if rest.starts_with('-') => "write a space after the `-`",
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::ExpectedBlockMappingKey
            if key_before.is_empty() || matches!(kind, ErrorKind::MappingValueNotAllowed) =>
        {
            "correct the indentation: all keys of one mapping begin in the same column"
        }
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::ExpectedFlowMappingSeparator
            if before.ends_with(['}', ']']) || rest.starts_with(['{', '[']) =>
        {
            "inside brackets, put a text that contains `{`, `[` or `,` in quotes"
        }
        ErrorKind::InvalidColonPlacement
        | ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping => "close the bracket that is opened above or here",
        ErrorKind::BlockSequenceEntryNotAllowed => {
            "begin the list on the next line, or write it in brackets, such as `[a, b]`"
        }
        ErrorKind::InvalidBlockScalarHeader => "put a text that begins with `|` or `>` in quotes",
        _ => return None,
    };
    Some(help)
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

/// The bracket that begins a value such as `[ab]*`, which YAML reads as a list and a rest.
fn bracket_of_glob(before: &str) -> Option<char> {
    let line = last_line(before);
    let value = line
        .split_once(": ")
        .map_or_else(|| line.trim_start().strip_prefix("- "), |(_, value)| Some(value))?;
    let value = value.trim_start();
    let (first, last) = (value.chars().next()?, value.chars().next_back()?);
    let is_pair = matches!((first, last), ('[', ']') | ('{', '}'));
    // The value itself must be closed, and not a list inside it.
    let opened = value.chars().filter(|char| *char == first).count();
    let closed = value.chars().filter(|char| *char == last).count();
    if is_pair && opened == closed { Some(first) } else { None }
}

fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or_default()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
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
