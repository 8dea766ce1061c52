//! Quotes and brackets that are not closed, or that close nothing.

use core::ops::Range;

use serde_saphyr::granit_parser::ErrorKind;

use super::super::scalar_text::unquoted_text;
use super::outline::{Line, OpenSign, Outline};
use super::{Cause, Stop};
use crate::text::quotes::quoted;

/// A quote or bracket that is open where the parser stopped, although its line has ended.
pub(super) fn unclosed(stop: &Stop<'_>) -> Option<Cause> {
    let open = if let Some(quoted) = across_lines(stop) {
        open_at(stop, quoted.start)?
    } else if let Some(open) = sign_at(stop) {
        open
    } else {
        let open = *stop.outline.open.last()?;
        if !is_after_line_of(stop, open) {
            return None;
        }
        if open.is_quote()
            && let Some(cause) = too_shallow(stop, open)
        {
            return Some(cause);
        }
        open
    };
    Some(if open.is_quote() { unclosed_quote(stop.text, open) } else { unclosed_bracket(stop.text, open) })
}

/// A text in quotes over several lines, directly before something that cannot follow a text: its quote was closed by
/// the quote of another text.
fn across_lines(stop: &Stop<'_>) -> Option<Range<usize>> {
    let is_after_text = matches!(
        stop.kind,
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar
    );
    let quoted = stop.outline.last_quoted.clone().filter(|_| is_after_text)?;
    stop.text.get(quoted.clone()).is_some_and(|text| text.contains('\n')).then_some(quoted)
}

/// The sign at which the parser stopped, if it found no end.
fn sign_at(stop: &Stop<'_>) -> Option<OpenSign> {
    match stop.kind {
        ErrorKind::UnclosedFlowCollection { .. } | ErrorKind::UnclosedQuotedScalar => {
            // The innermost sign may be another one, which is not closed either.
            let outline = Outline::of(stop.text, stop.text.len());
            outline.open.last().copied().filter(|it| it.at >= stop.at).or_else(|| open_at(stop, stop.at))
        }
        _ => None,
    }
}

fn open_at(stop: &Stop<'_>, at: usize) -> Option<OpenSign> {
    let sign = stop.text.get(at..)?.chars().next()?;
    let line = stop.text.get(..at)?.matches('\n').count() + 1;
    "[{\"'".contains(sign).then_some(OpenSign { at, sign, line })
}

/// Whether the parser stopped below the line of a sign, at something that is not written within quotes or brackets.
fn is_after_line_of(stop: &Stop<'_>, open: OpenSign) -> bool {
    let Some(between) = stop.text.get(open.at..stop.at) else { return false };
    if !between.contains('\n') {
        return false;
    }
    let start = stop.text.get(..stop.at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = stop.text.get(start..).unwrap_or_default().lines().next().unwrap_or_default().trim();
    open.is_quote() || line.is_empty() || line.starts_with("- ") || line.ends_with(':') || line.contains(": ")
}

/// A text in quotes that goes on in a line that is not indented further than its key.
fn too_shallow(stop: &Stop<'_>, open: OpenSign) -> Option<Cause> {
    let rest = stop.text.get(stop.at..)?.lines().next()?;
    let closes = rest.trim_end().ends_with(open.sign) && !rest.contains(": ");
    let line = stop.outline.lines.iter().rev().find(|line| line.start <= open.at)?;
    if !closes || *stop.kind != ErrorKind::InvalidQuotedScalarIndent {
        return None;
    }
    let message =
        format!("the text in quotes of `{}` goes on in a line that is indented too little", line.name());
    let help = format!(
        "indent it by at least {} spaces, or end the text on line {}",
        line.within_entries().0 + 2,
        open.line
    );
    Some(Cause::new(stop.at..stop.at + rest.trim_end().len(), message, help))
}

fn unclosed_quote(text: &str, open: OpenSign) -> Cause {
    let sign = open.sign;
    let rest = text.get(open.at..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim_end();
    if let Some((at, typographic)) = typographic_end(rest) {
        let message = format!(
            "the quote `{sign}` of line {} is closed by `{typographic}`, which YAML takes as text",
            open.line
        );
        let inner = rest.get(sign.len_utf8()..at).unwrap_or_default();
        let help = format!("write `{sign}{inner}{sign}`, with the same quote on both sides");
        return Cause::new(open.at..open.at + at + typographic.len_utf8(), message, help);
    }
    let message = format!("the quote `{sign}` of line {} is not closed", open.line);
    let help = format!(
        "write `{sign}` at the end of the text too, or put the whole text in other quotes if `{sign}` belongs to it"
    );
    Cause::new(open.at..open.at + rest.len(), message, help)
}

/// A typographic quote at which a text in straight quotes probably ends.
fn typographic_end(rest: &str) -> Option<(usize, char)> {
    rest.char_indices().find(|(at, char)| {
        let after = rest.get(at + char.len_utf8()..).unwrap_or_default().trim_start();
        matches!(char, '“' | '”' | '„' | '‘' | '’' | '»' | '«')
            && (after.is_empty() || after.starts_with([',', ']', '}', '#']))
    })
}

fn unclosed_bracket(text: &str, open: OpenSign) -> Cause {
    let line = text.get(open.at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let message = format!("`{}` of line {} is not closed", open.sign, open.line);
    let closing = open.closing();
    let comment = line.find(" #").map(|at| line.get(at + 1..).unwrap_or_default());
    let hidden = comment.filter(|comment| comment.contains(closing));
    let help = match hidden {
        Some(comment) => {
            let name = comment.split([',', closing]).next().unwrap_or_default().trim_end();
            format!(
                "the `{closing}` is part of a comment, which begins at ` #`: put a text with `#` in quotes, such as {}",
                shown(&quoted(name))
            )
        }
        None => {
            format!("write `{closing}` at its end; put a text that begins with `{}` in quotes", open.sign)
        }
    };
    let written = comment.map_or(line, |comment| line.strip_suffix(comment).unwrap_or(line)).trim_end();
    let length = if hidden.is_some() { line.trim_end().len() } else { written.len() };
    Cause::new(open.at..open.at + length, message, help)
}

/// A bracket that closes nothing or something else, a comma that separates nothing, or one that is missing.
pub(super) fn misplaced(stop: &Stop<'_>) -> Option<Cause> {
    let at = stop.at;
    match stop.kind {
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            let sign = stop.outline.open.last().copied().or_else(|| open_at(stop, at))?;
            let place = place_of_wrong_closing(stop.text, sign, *close).unwrap_or(at);
            let message = format!("`{open}` of line {} is closed by `{close}`", sign.line);
            Some(Cause::new(place..place + 1, message, format!("write `{}` in its place", sign.closing())))
        }
        ErrorKind::MisplacedFlowCollectionEnd => {
            let sign = stop.text.get(at..)?.chars().next()?;
            let line = stop.outline.line_at(at)?;
            let (_, value) = line.value();
            let help = format!(
                "remove it, or put the whole text in quotes if this is one text: {}",
                shown(&quoted(value))
            );
            Some(Cause::new(at..at + 1, format!("`{sign}` closes nothing"), help))
        }
        _ => comma(stop),
    }
}

fn comma(stop: &Stop<'_>) -> Option<Cause> {
    let (before, rest) = stop.text.split_at_checked(stop.at)?;
    if rest.starts_with(',')
        && let Some(cause) = list_without_brackets(stop)
    {
        return Some(cause);
    }
    if rest.starts_with(',') {
        let message = "there is nothing before this comma";
        let help = "remove it, or write what is missing; put a text that begins with `,` in quotes";
        return Some(Cause::new(stop.at..stop.at + 1, message, help));
    }
    let is_in_brackets = stop.outline.open.iter().any(|it| !it.is_quote());
    let ended = before.trim_end();
    // An entry that ends in a quote or bracket, then a space, then another entry.
    let is_next = is_in_brackets
        && (ended.ends_with(['"', '\'', ']', '}']) && ended.len() < before.len())
        && rest.starts_with(|first: char| "\"'[{".contains(first) || first.is_alphanumeric());
    let is_separator = matches!(
        stop.kind,
        ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::InvalidTrailingDoubleQuotedScalar
            | ErrorKind::InvalidTrailingSingleQuotedScalar
    );
    if is_next && is_separator {
        let end = unquoted_text(stop.text, stop.at).end.max(stop.at + 1);
        let help =
            "write a comma before it; put a text that contains quotes or brackets in quotes as a whole";
        return Some(Cause::new(stop.at..end, "a comma is missing before this", help));
    }
    // `{ a: b c: d }`, or the same without spaces.
    let is_key =
        is_in_brackets && *stop.kind == ErrorKind::ExpectedFlowMappingSeparator && rest.starts_with(':');
    is_key.then(|| {
        let start = before.rfind([' ', ',', '{', '[']).map_or(stop.at, |at| at + 1);
        let help = "write a comma before each further key; put a text that contains `: ` in quotes";
        Cause::new(start..stop.at + 1, "a comma is missing before this key, or quotes around a text", help)
    })
}

/// Several texts in quotes as one value: `exact: "a", "b"`.
fn list_without_brackets(stop: &Stop<'_>) -> Option<Cause> {
    let line = stop.outline.line_at(stop.at)?;
    let (start, value) = line.value();
    if !stop.outline.open.is_empty() || !value.starts_with(['"', '\'']) || value.contains(['[', ']']) {
        return None;
    }
    let help = match line.key() {
        Some(_) => format!("write them in brackets: {}", shown(&format!("[{value}]"))),
        None => "write each of them on a line of its own, after a `- `".to_owned(),
    };
    let message = "several texts are a list, which needs brackets or a line for each";
    Some(Cause::new(start..start + value.len(), message, help))
}

/// Where a bracket of another kind closes what was opened.
fn place_of_wrong_closing(text: &str, open: OpenSign, closing: char) -> Option<usize> {
    let from = open.at + 1;
    Some(from + text.get(from..)?.find(closing)?)
}

/// A text in the backticks of a message.
pub(super) fn shown(text: &str) -> String {
    format!("`{text}`")
}

/// The entry of a list or mapping in brackets that a place is in; both are parts of the value of a line.
pub(super) fn entry_around(line: &Line<'_>, at: usize) -> Option<Range<usize>> {
    let (start, value) = line.value();
    value.starts_with('[').then_some(())?;
    let (mut depth, mut from) = (0_usize, start + 1);
    for (column, char) in value.char_indices() {
        let here = start + column;
        match char {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends = depth == 1 && char == ',' || depth == 0;
        if ends && here >= at {
            return Some(from..here);
        }
        if ends {
            from = here + 1;
        }
    }
    None
}
