//! Lines of a text in quotes, or in brackets, that are not indented further than the key or the `-` that they belong to.
//!
//! YAML does not allow them, and many programs refuse them. A bracket alone, under the key that it belongs to, is not
//! allowed either, but nearly all programs read it, and many people write it.

use core::ops::Range;

use super::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic};

/// The first such line of a file, as a diagnostic.
pub(super) fn find(file: &str, text: &str, root: &Node) -> Option<Diagnostic> {
    // In brackets around the whole file, as in JSON, no line needs any indentation.
    if is_quoted_or_flow(text, root) {
        return None;
    }
    let (line, indentation) = first(text, root)?;
    let message =
        "the line is indented too little to belong to the text or brackets that begin above it".to_owned();
    let help = format!("indent it by at least {} spaces", indentation + 2);
    Some(Diagnostic::new(Code::YamlSyntax, file, line, message).help(help))
}

/// The line, and the indentation that it must have more than.
fn first(text: &str, node: &Node) -> Option<(Range<usize>, usize)> {
    match &node.kind {
        Kind::Map(members) => members.iter().find_map(|(key, value)| {
            if is_quoted_or_flow(text, value) {
                shallow_line(text, value, column(text, key.span.start))
            } else {
                first(text, value)
            }
        }),
        Kind::List(entries) => entries.iter().find_map(|entry| {
            if is_quoted_or_flow(text, entry) {
                let dash = text.get(..entry.span.start)?.trim_end().strip_suffix('-')?.len();
                shallow_line(text, entry, column(text, dash))
            } else {
                first(text, entry)
            }
        }),
        _ => None,
    }
}

/// Whether it is quoted text or a flow collection, which end at a delimiter, whatever their indentation.
fn is_quoted_or_flow(text: &str, node: &Node) -> bool {
    let written = text.get(node.span.start..).unwrap_or_default();
    let begins_inside = match &node.kind {
        Kind::Text(_) => return written.starts_with(['"', '\'']),
        Kind::Map(members) => members.first().map(|(key, _)| key.span.start),
        Kind::List(entries) => entries.first().map(|entry| entry.span.start),
        _ => return false,
    };
    // A block collection begins where the first thing in it does.
    written.starts_with(['[', '{']) && begins_inside != Some(node.span.start)
}

fn shallow_line(text: &str, node: &Node, indentation: usize) -> Option<(Range<usize>, usize)> {
    let extent = node.extent();
    let mut start = extent.start;
    for line in text.get(extent)?.split_inclusive('\n') {
        let content = line.trim_start_matches(' ');
        let is_first = start == node.span.start;
        let is_other = content.trim().is_empty() || content.starts_with('#');
        if !is_first && !is_other && line.len() - content.len() <= indentation {
            let begin = start + line.len() - content.len();
            return Some((begin..begin + content.trim_end().len(), indentation));
        }
        start += line.len();
    }
    None
}

/// How many characters are before a place in its line.
fn column(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rsplit('\n').next().map_or(0, |line| line.chars().count())
}

#[cfg(test)]
mod tests {
    use super::super::{check_refused, parse};

    #[test]
    fn shallow_lines_are_found() {
        let said = "indented too little";
        check_refused(&[
            ("a: \"b\nc\"\n", "c\"", said),
            ("a:\n  b: 'c\n  d'\n", "d'", said),
            ("a:\n  b: [\n  c\n  ]\n", "c", said),
            ("a:\n  - \"b\n  c\"\n", "c\"", said),
            ("a:\n  - b: {\n    c: d\n    }\n", "c: d", said),
            ("a:\n  - [b,\n  c]\n", "c", "at least 4 spaces"),
        ]);
    }

    #[test]
    fn lines_that_are_indented_are_not_found() {
        for text in [
            "a: [\n  b,\n  c\n]\n",
            "a:\n  - \"b\n    c\"\n",
            "a:\n- [\n  b\n  ]\n",
            "a: [b,\n# c\n\n d]\n",
            "a: |\n  b\nc: >\n d\n",
            "a:\n- [b]\n- {c: d}\n",
            "[a,\nb]\n",
            "{a: b,\nc: d}\n",
            "{\n\"a\": {\n\"b\": [\n\"c\"\n]\n}\n}\n",
        ] {
            assert!(parse("x.yaml", text).is_ok(), "{text}");
        }
    }
}
