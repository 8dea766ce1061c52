//! Valid YAML that is surely not what its author meant.

use core::ops::Range;

use super::scalar_text::{quoted, unquoted_text};
use super::{Kind, Node, Spanned};
use crate::diagnostic::{Code, Diagnostic};

/// The first such place in a file, as a diagnostic.
pub(super) fn find(file: &str, text: &str, root: &Node) -> Option<Diagnostic> {
    let mut found: Vec<Misread> = Vec::new();
    collect(text, root, &mut found);
    let first = found.into_iter().min_by_key(|it| it.span.start)?;
    Some(Diagnostic::new(Code::YamlSyntax, file, first.span, first.message).help(first.help))
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
                }
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
        help: format!("put a text that begins with `#` in quotes: `{}`", quoted(written)),
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

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[track_caller]
    fn check(text: &str, marked: &str, message: &str) {
        let diagnostic = parse("x.yaml", text).expect_err(text);
        assert_eq!(text.get(diagnostic.span.clone()), Some(marked), "{diagnostic:?}");
        assert!(diagnostic.message.contains(message), "{diagnostic:?}");
    }

    #[test]
    fn misread_values_are_found() {
        check("exact: #bi x\n", "#bi x", "is a comment");
        check("exact:\n  - a\n  - #bi\n", "#bi", "is a comment");
        check("a: {exact:bi}\n", ":", "space is missing");
        check("a: b\n\u{a0}c: d\n", "\u{a0}", "looks like a space (U+00A0)");
        check("exact:\n  -a\n  -b\n", "-", "space is missing after the `-`");
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
        ] {
            assert!(parse("x.yaml", text).is_ok(), "{text}");
        }
    }
}
