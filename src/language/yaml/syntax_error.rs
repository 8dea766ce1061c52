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
    match help(before, rest) {
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
        Error::ExternalMessage { source, .. } if is_recursion_limit(source) => TOO_DEEP,
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

fn is_recursion_limit(source: &ExternalMessageSource) -> bool {
    matches!(source, ExternalMessageSource::Parser(error) if matches!(error.kind(), ErrorKind::RecursionLimitExceeded))
}

/// Help that fits the text around the location; `None` for the help of the code.
fn help(before: &str, rest: &str) -> Option<&'static str> {
    if rest.starts_with("<<") {
        Some("write the keys out where they belong")
    } else if rest.starts_with("---") {
        Some("remove the second document, or put it into a file of its own")
    } else if before.ends_with("{{") || rest.starts_with("{{") {
        Some("put a text that begins with `{{` in quotes")
    } else if rest.starts_with('*') {
        Some("put a glob that begins with `*` in quotes")
    } else if before.ends_with('\t') || rest.starts_with('\t') {
        Some("YAML is indented with spaces, not with tabs")
    } else {
        None
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
