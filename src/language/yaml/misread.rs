//! Valid YAML that is surely not what its author meant.

use core::ops::Range;

use super::scalar_text::unquoted_text;
use super::{Kind, Node, Spanned};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::grammar::is_remark;
use crate::text::quotes::quoted;

/// The first such place in a file, as a diagnostic.
pub(super) fn find(file: &str, text: &str, root: &Node) -> Option<Diagnostic> {
    let mut found: Vec<Misread> = Vec::new();
    collect(text, root, &mut found);
    let first = found.into_iter().min_by_key(|it| it.span.start)?;
    Some(Diagnostic::new(Code::YamlSyntax, file, first.span, first.message).help(first.help))
}

/// Warnings about texts that end where a comment begins that looks like a part of them: `exact: BI #1 Team`.
pub(super) fn cut_off(file: &str, text: &str, root: &Node) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if text.contains(" #") {
        collect_cut_off(file, text, root, &mut found);
    }
    found
}

fn collect_cut_off(file: &str, text: &str, node: &Node, found: &mut Vec<Diagnostic>) {
    match &node.kind {
        Kind::Map(members) => members.iter().for_each(|(_, value)| collect_cut_off(file, text, value, found)),
        Kind::List(entries) => entries.iter().for_each(|entry| collect_cut_off(file, text, entry, found)),
        Kind::Text(value) => found.extend(cut_text(file, text, node, value)),
        _ => {}
    }
}

fn cut_text(file: &str, text: &str, node: &Node, value: &str) -> Option<Diagnostic> {
    // Only a text without quotes is written as it is read.
    if text.get(node.span.clone())? != value {
        return None;
    }
    let rest = text.get(node.span.end..)?.lines().next()?.trim_end();
    let comment = rest.trim_start();
    let is_joined = comment.strip_prefix('#')?.starts_with(|first: char| first.is_alphanumeric());
    if !is_joined || !rest.starts_with(" #") {
        return None;
    }
    let start = node.span.end + rest.len() - comment.len();
    let message = format!("`{comment}` is a comment, so the text is `{value}`");
    let help = format!(
        "put the whole text in quotes: `{}`; if it is a comment, write a space after its `#`",
        quoted(&format!("{value}{rest}"))
    );
    Some(Diagnostic::new(Code::ForeignSyntax, file, start..start + comment.len(), message).help(help))
}

struct Misread {
    span: Range<usize>,
    message: String,
    help: String,
}

fn collect(text: &str, node: &Node, found: &mut Vec<Misread>) {
    match &node.kind {
        Kind::Map(members) => {
            for (key, value) in members {
                found.extend(indented_key(text, key));
                if matches!(value.kind, Kind::Null) {
                    found.extend(commented(text, key.span.end, Some(&key.value)));
                    found.extend(joined_key(text, key));
                    found.extend(closed_key(text, key));
                }
                found.extend(joined_entries(text, key, value));
                collect(text, value, found);
            }
        }
        Kind::List(entries) => {
            for entry in entries {
                if matches!(entry.kind, Kind::Null) {
                    let line = text.get(..entry.span.start).and_then(|before| before.rfind('\n'));
                    found.extend(commented(text, line.map_or(0, |at| at + 1), None));
                }
                collect(text, entry, found);
            }
        }
        Kind::Text(_) => found.extend(joined_dash(text, node)),
        _ => {}
    }
}

/// A value that is a comment: `exact: #bi`.
fn commented(text: &str, from: usize, key: Option<&str>) -> Option<Misread> {
    let rest = text.get(from..)?.lines().next()?;
    let before = match key {
        Some(_) => rest.trim_start_matches([' ', '\t', '"', '\'']).strip_prefix(':')?,
        None => rest.trim_start().strip_prefix('-')?,
    };
    let comment = before.trim_start();
    // A comment in words has a space after its sign.
    if !comment.strip_prefix('#')?.starts_with(|first: char| first.is_alphanumeric()) {
        return None;
    }
    let start = from + rest.len() - comment.len();
    let written = comment.trim_end();
    let of = key.map_or_else(|| "the entry".to_owned(), |key| format!("`{key}`"));
    Some(Misread {
        span: start..start + written.len(),
        message: format!("`{written}` is a comment, so {of} has no value"),
        help: format!(
            "put a text that begins with `#` in quotes: `{}`; if it is a comment, write the value of {of} before it",
            quoted(written)
        ),
    })
}

/// A key in braces that was meant to have a value: `{exact:bi}`.
fn joined_key(text: &str, key: &Spanned<String>) -> Option<Misread> {
    let written = text.get(key.span.clone())?;
    let (name, value) = written.split_once(':')?;
    let is_key = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|char| char.is_ascii_lowercase() || char == '-');
    let has_colon = text.get(key.span.end..)?.trim_start().starts_with(':');
    if !is_key || has_colon || value.is_empty() {
        return None;
    }
    let at = key.span.start + name.len();
    Some(Misread {
        span: at..at + 1,
        message: format!("a space is missing after the colon of `{name}`"),
        help: format!("write `{name}: {value}`"),
    })
}

/// A key in brackets or braces that ends with its colon, `[exact:]`, which not all programs can read.
fn closed_key(text: &str, key: &Spanned<String>) -> Option<Misread> {
    let written = text.get(key.span.clone())?;
    let rest = text.get(key.span.end..)?.strip_prefix(':')?;
    if !rest.starts_with([',', ']', '}']) || written.starts_with(['"', '\'']) {
        return None;
    }
    let whole = quoted(&format!("{written}:"));
    Some(Misread {
        span: key.span.end..key.span.end + 1,
        message: format!("the colon of `{written}` has no value after it"),
        help: format!("write a space and a value, or `{whole}` if the colon belongs to the text"),
    })
}

/// A key after a character that only looks like a space.
fn indented_key(text: &str, key: &Spanned<String>) -> Option<Misread> {
    let first = key.value.chars().next().filter(|first| first.is_whitespace() && *first != ' ')?;
    if !text.get(key.span.clone())?.starts_with(first) {
        return None;
    }
    let name = key.value.trim_start();
    Some(Misread {
        span: key.span.start..key.span.start + first.len_utf8(),
        message: format!(
            "`{name}` comes after a character that looks like a space (U+{:04X})",
            u32::from(first)
        ),
        help: "indent it with spaces, two for each level".to_owned(),
    })
}

/// A text that begins its line with a `-`, like an entry of a list: `-bi`.
fn joined_dash(text: &str, node: &Node) -> Option<Misread> {
    let written = text.get(node.span.clone())?;
    let rest = written.strip_prefix('-').filter(|rest| rest.starts_with(char::is_alphanumeric))?;
    let before = text.get(..node.span.start)?;
    let line = before.rsplit('\n').next()?;
    if !line.trim().is_empty() || !before.trim_end().ends_with(':') {
        return None;
    }
    let line = unquoted_text(text, node.span.start);
    let whole = text.get(line)?;
    let entry = rest.lines().next().unwrap_or_default();
    Some(Misread {
        span: node.span.start..node.span.start + 1,
        message: "a space is missing after the `-`".to_owned(),
        help: format!(
            "write `- {entry}` if it is an entry of a list, or `{}` if the `-` belongs to the text",
            quoted(whole)
        ),
    })
}

/// A list whose first entry lacks its `-`, so that all lines are one text.
fn joined_entries(text: &str, key: &Spanned<String>, value: &Node) -> Option<Misread> {
    let written = text.get(value.span.clone()).filter(|_| matches!(value.kind, Kind::Text(_)))?;
    let (first, rest) = written.split_once('\n')?;
    let (first, is_plain) = (first.trim_end(), !written.starts_with(['"', '\'', '|', '>']));
    // A block of text has its sign after the colon.
    let is_after_key = text.get(..value.span.start)?.trim_end().ends_with(':');
    let mut lines = rest.lines().peekable();
    let is_list = lines.peek().is_some() && lines.all(|line| line.trim_start().starts_with("- "));
    // An explanation may have lines of any kind.
    if is_remark(&key.value) || !is_plain || !is_after_key || !is_list {
        return None;
    }
    Some(Misread {
        span: value.span.start..value.span.start + first.len(),
        message: format!(
            "the first entry of `{}` does not begin with `-`, so all lines are one text",
            key.value
        ),
        help: format!("write `- {first}`"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{check_refused, parse};
    use super::cut_off;

    #[test]
    fn misread_values_are_found() {
        check_refused(&[
            ("exact: #bi x\n", "#bi x", "is a comment"),
            ("exact:\n  - a\n  - #bi\n", "#bi", "is a comment"),
            ("a: {exact:bi}\n", ":", "space is missing"),
            ("a: [b:]\n", ":", "`\"b:\"`"),
            ("a: b\n\u{a0}c: d\n", "\u{a0}", "looks like a space (U+00A0)"),
            ("exact:\n  -a\n  -b\n", "-", "space is missing after the `-`"),
            ("exact:\n  a b\n  - c\n  - d\n", "a b", "so all lines are one text"),
        ]);
    }

    #[test]
    fn texts_that_a_comment_cuts_off_are_found() {
        let found = |text: &str| cut_off("x.yaml", text, &parse("x.yaml", text).expect(text));
        let one = found("exact: BI #1 Team\n");
        assert_eq!(one.len(), 1, "{one:?}");
        assert!(one.iter().all(|it| it.help.contains("`\"BI #1 Team\"`")), "{one:?}");
        assert_eq!(found("exact:\n  - BI #1\n  - x\n").len(), 1);
        for text in ["a: b # c\n", "a: \"b\" #c\n", "a: \"b #c\"\n", "a: b#c\n", "a: b  ## c\n", "a: 1 #c\n"]
        {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn meant_values_are_not_found() {
        for text in [
            "a: # comment\n  b: c\n",
            "a: #comment\n  b: c\n",
            "a: # b\n",
            "a: { b, c: d }\n",
            "a: {\"b:c\": d}\n",
            "a: -b\nc: [-d]\n",
            "a:\n  - -b\n",
            "a:\n  \"-b\"\n",
            "a:\n  b\n  c\n",
            "why:\n  b\n  - c\n",
            "allow:\n  no-effect:\n    b\n    - c\n",
        ] {
            assert!(parse("x.yaml", text).is_ok(), "{text}");
        }
    }
}
