//! Texts that have to be in quotes, or in other quotes.

use core::ops::Range;

use serde_saphyr::granit_parser::ErrorKind;

use super::super::scalar_text::unquoted_text;
use super::signs::{entry_around, shown};
use super::{Cause, Stop};
use crate::language::grammar::{has_keys_below, is_key};
use crate::text::quotes::{quoted, single_quoted};

/// A text that YAML does not read as the text that it looks like.
pub(super) fn find(stop: &Stop<'_>) -> Option<Cause> {
    match stop.kind {
        ErrorKind::UnexpectedCharacter { character } => first_sign(stop, *character),
        ErrorKind::InvalidBlockScalarHeader => first_sign(stop, stop.text.get(stop.at..)?.chars().next()?),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate => escape(stop),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            after_quotes(stop)
        }
        ErrorKind::BlockSequenceEntryNotAllowed => inline_entry(stop),
        ErrorKind::CommentNotSeparated => Some(Cause::new(
            stop.at..stop.at + 1,
            "a comment needs a space before its `#`",
            "write a space before the `#`, or put the whole text in quotes if this is one text",
        )),
        ErrorKind::MappingValueNotAllowed => second_key(stop),
        ErrorKind::MissingAnchorOrAliasName => lone_sign(stop),
        _ => begins_with_bracket(stop),
    }
}

/// A text as it is suggested: without quotes that are not those of YAML.
fn suggested(text: &str) -> String {
    let bare = text.strip_prefix(['“', '”', '„', '‘', '’', '«']).unwrap_or(text);
    let bare = bare.strip_suffix(['“', '”', '‘', '’', '»']).unwrap_or(bare);
    shown(&quoted(bare))
}

fn first_sign(stop: &Stop<'_>, sign: char) -> Option<Cause> {
    let line = stop.outline.line_at(stop.at)?;
    let is_key = line.start + line.within_entries().0 == stop.at && line.key().is_some();
    let span = if is_key { stop.at..stop.at + line.key()?.len() } else { unquoted_text(stop.text, stop.at) };
    let written = stop.text.get(span.clone()).unwrap_or_default();
    let message = format!("a text cannot begin with {} without quotes", sign_in_words(sign));
    Some(Cause::new(span, message, format!("put it in quotes: {}", suggested(written))))
}

/// A `*` or `&` alone, or before something that is not a letter: the sign of an alias or of an anchor.
fn lone_sign(stop: &Stop<'_>) -> Option<Cause> {
    let span = unquoted_text(stop.text, stop.at);
    let written = stop.text.get(span.clone())?;
    let what = if written.starts_with('*') { "an alias" } else { "an anchor" };
    let message = format!("YAML reads `{}` as the sign of {what}, not as text", written.get(..1)?);
    let help = match written {
        // Quotes alone would make it a pattern that matches everything.
        "*" => {
            "name the groups that are meant; a text that begins with `*` needs quotes, such as `\"*-admins\"`"
                .to_owned()
        }
        _ => format!("put the whole text in quotes: {}", suggested(written)),
    };
    Some(Cause::new(span, message, help))
}

fn sign_in_words(sign: char) -> String {
    if sign == '`' { "a backtick".to_owned() } else { format!("`{sign}`") }
}

/// A value such as `{a,b}-c`, which YAML reads as a mapping and a rest.
fn begins_with_bracket(stop: &Stop<'_>) -> Option<Cause> {
    let line = stop.outline.line_at(stop.at)?;
    let (start, value) = line.value();
    if stop.at < start {
        return None;
    }
    let whole = start..start + value.len();
    let first = value.chars().next().filter(|first| matches!(first, '[' | '{'))?;
    let (span, first) = match closing_of(value) {
        // All of the value is in brackets, so one of its entries is wrong.
        Some(end) if start + end + 1 >= whole.end || stop.at <= start + end => {
            let entry = trimmed(stop.text, entry_around(line, stop.at)?);
            let written = stop.text.get(entry.clone())?;
            (entry, written.chars().find(|char| matches!(char, '[' | '{'))?)
        }
        _ => (whole, first),
    };
    let written = stop.text.get(span.clone())?;
    let what = if first == '[' { "a list" } else { "a mapping" };
    let message = format!("`{written}` has a `{first}`, which YAML reads as the beginning of {what}");
    let help = format!("put the whole text in quotes: {}", shown(&quoted(written)));
    Some(Cause::new(span, message, help))
}

/// Where the bracket that a value begins with is closed.
fn closing_of(value: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, char) in value.char_indices() {
        match char {
            '[' | '{' => depth += 1,
            ']' | '}' if depth <= 1 => return Some(at),
            ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let written = text.get(range.clone()).unwrap_or_default();
    let start = range.start + written.len() - written.trim_start().len();
    start..start + written.trim().len()
}

/// An escape that YAML does not know; the parser stops at the quote.
fn escape(stop: &Stop<'_>) -> Option<Cause> {
    let rest = stop.text.get(stop.at..)?.lines().next()?;
    let inner = rest.strip_prefix('"')?;
    let (at, length) = wrong_escape(inner)?;
    let end = closing_quote(inner).unwrap_or(inner.len());
    let written = inner.get(..end)?;
    let bad = inner.get(at..at + length)?;
    let message = format!("`{bad}` is not an escape sequence in double quotes");
    let help = if written.contains("\\\\") || written.contains("\\\"") {
        "write `\\\\` for each backslash that belongs to the text".to_owned()
    } else {
        format!("a backslash belongs in single quotes: {}", shown(&single_quoted(written)))
    };
    let start = stop.at + 1 + at;
    Some(Cause::new(start..start + length, message, help))
}

/// The first escape that is wrong, and its length.
fn wrong_escape(text: &str) -> Option<(usize, usize)> {
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return None,
            '\\' => {
                let (_, escape) = chars.next()?;
                let digits = match escape {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                let hex = text.get(at + 2..).unwrap_or_default();
                let count = hex.chars().take(digits).take_while(char::is_ascii_hexdigit).count();
                let is_surrogate = escape == 'u' && hex.get(..4).is_some_and(is_surrogate);
                if count < digits || is_surrogate || !"0abtnvfre \"/\\N_LP\txuU".contains(escape) {
                    return Some((at, 1 + escape.len_utf8() + count));
                }
            }
            _ => {}
        }
    }
    None
}

fn is_surrogate(hex: &str) -> bool {
    u32::from_str_radix(hex, 16).is_ok_and(|code| (0xD800..0xE000).contains(&code))
}

/// Where a text in double quotes ends.
fn closing_quote(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some(at),
            '\\' => drop(chars.next()),
            _ => {}
        }
    }
    None
}

/// Something after a text in quotes.
fn after_quotes(stop: &Stop<'_>) -> Option<Cause> {
    let quoted_text = stop.outline.last_quoted.clone()?;
    let line = stop.outline.line_at(stop.at)?;
    let (start, value) = line.value();
    let first = stop.text.get(quoted_text.clone())?.chars().next()?;
    let rest = unquoted_text(stop.text, stop.at);
    let message = format!("the text ends at the second `{first}`, and something follows");
    let is_whole_value = quoted_text.start == start && !value.contains(['[', '{']);
    let inner = value.strip_prefix(first).and_then(|value| value.strip_suffix(first));
    let help = match inner {
        Some(inner) if is_whole_value && value.len() > 1 => {
            let meant = if first == '\'' { inner.replace("''", "'") } else { inner.to_owned() };
            format!("put the whole text in quotes that it does not contain: {}", shown(&quoted(&meant)))
        }
        _ if is_whole_value => {
            let bare = value.replace(first, "");
            format!(
                "if `{first}` belongs to the text, put the whole text in other quotes: {}; if not, close it at the end: {}",
                shown(&in_other_quotes(value, first)),
                shown(&quoted(&bare))
            )
        }
        _ => format!("put the whole text in quotes, and use other quotes than `{first}` if it contains them"),
    };
    Some(Cause::new(rest, message, help))
}

fn in_other_quotes(text: &str, quote: char) -> String {
    if quote == '"' { single_quoted(text) } else { quoted(text) }
}

/// `key: - a`.
fn inline_entry(stop: &Stop<'_>) -> Option<Cause> {
    let span = unquoted_text(stop.text, stop.at);
    let written = stop.text.get(span.clone())?;
    let entry = written.strip_prefix('-')?.trim_start();
    let message = "a list cannot begin with `-` on the line of its key";
    let help = format!(
        "begin the list on the next line, or write it in brackets: `[{entry}]`; \
         if the `-` belongs to the text, put it in quotes: {}",
        shown(&quoted(written))
    );
    Some(Cause::new(span, message, help))
}

/// A text with `: ` in it.
fn second_key(stop: &Stop<'_>) -> Option<Cause> {
    let line = stop.outline.line_at(stop.at)?;
    let (_, rest) = line.within_entries();
    let (start, value) = line.value();
    // A key whose line is indented too far has no other key before it.
    if stop.at < start || value.is_empty() || !rest.contains(": ") {
        return None;
    }
    if let Some(cause) = key_beside_key(line.key()?, value, start) {
        return Some(cause);
    }
    let message = "the text has a colon in it, which YAML reads as the end of a key";
    let help = format!("put the whole text in quotes: {}", suggested(value));
    Some(Cause::new(start..start + value.len(), message, help))
}

/// Two keys on one line, such as `match: exact: bi`.
fn key_beside_key(outer: &str, value: &str, start: usize) -> Option<Cause> {
    let (inner, rest) = value.split_once(": ")?;
    if !has_keys_below(outer) || !is_key(inner) {
        return None;
    }
    let message = format!("`{inner}` is on the line of `{outer}`, which YAML does not allow");
    let is_plain = !rest.contains([',', '{', '}', '[', ']', '#', '"', '\'', ':']);
    let help = match is_plain {
        true => format!(
            "write `{outer}: {{ {value} }}`, or `{value}` on the next line, indented by two more spaces"
        ),
        false => format!("write `{value}` on the next line, indented by two more spaces"),
    };
    Some(Cause::new(start..start + inner.len(), message, help))
}
