//! Texts in a file as their authors meant them, where YAML reads something else.

use core::ops::Range;

/// The bytes of an unquoted text that begins at a place: up to the end of its line, a comment, or the bracket around it.
pub(super) fn unquoted_text(text: &str, start: usize) -> Range<usize> {
    let (before, rest) = text.split_at_checked(start).unwrap_or((text, ""));
    let line = rest.lines().next().unwrap_or_default();
    let mut end =
        if is_in_brackets(before) { line.find([',', ']', '}']).unwrap_or(line.len()) } else { line.len() };
    if let Some(comment) = line.find(" #").or(line.find("\t#")) {
        end = end.min(comment);
    }
    let length = line.get(..end).map_or(0, |text| text.trim_end().len());
    start..start + length
}

/// Whether a place is within brackets or braces that were opened on its line.
fn is_in_brackets(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let count = |chars: [char; 2]| line.matches(chars).count();
    count(['[', '{']) > count([']', '}'])
}
