//! Marks that do not belong in a file, and spaces that are missing or of the wrong kind.

use serde_saphyr::granit_parser::ErrorKind;

use super::outline::Line;
use super::{Cause, Stop};

/// Marks of a merge conflict.
pub(super) fn of_a_merge(stop: &Stop<'_>) -> Option<Cause> {
    let mut start = 0;
    for line in stop.text.split_inclusive('\n') {
        let body = line.trim_end();
        let is_mark = ["<<<<<<<", "|||||||", ">>>>>>>"]
            .iter()
            .any(|mark| body.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')));
        if is_mark {
            let message = "the file has the markers of an unresolved merge conflict";
            let help = "keep the lines that are right, and remove the others and the lines that begin with \
                        `<<<<<<<`, `=======` and `>>>>>>>`";
            return Some(Cause::new(start..start + body.len(), message, help));
        }
        start += line.len();
    }
    None
}

/// The marks that Markdown puts around a file.
pub(super) fn of_markdown(stop: &Stop<'_>) -> Option<Cause> {
    let line = stop.outline.line_at(stop.at)?;
    if !line.content.starts_with("```") {
        return None;
    }
    Some(Cause::new(
        line.span(),
        "three backticks are a mark of Markdown, and not part of a mapping file",
        "remove the lines that begin with three backticks",
    ))
}

/// A line that is indented with a tab, or with something that only looks like a space.
pub(super) fn of_indentation(stop: &Stop<'_>) -> Option<Cause> {
    let here = stop.outline.line_at(stop.at).map_or(0, |line| line.start);
    let is_about_tabs = matches!(
        stop.kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
    );
    if is_about_tabs {
        // A tab after a text is noticed at the text.
        return tab_from(stop.text, here).or_else(|| any_tab(stop));
    }
    let lines = stop.outline.lines.iter().rev();
    lines.take(2).find_map(|line| indented(stop.text, line.start, line.indent))
}

/// The first line from a place on that is indented with a tab.
fn tab_from(text: &str, from: usize) -> Option<Cause> {
    let mut start = from;
    for line in text.get(from..)?.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let white = text.get(start..start + indent).unwrap_or_default();
        if white.trim_end_matches(['\n', '\r']).contains('\t') && !line.trim().is_empty() {
            return indented(text, start, indent);
        }
        start += line.len();
    }
    None
}

/// A tab where the parser stopped.
fn any_tab(stop: &Stop<'_>) -> Option<Cause> {
    let at = stop.at + stop.text.get(stop.at..)?.find('\t')?;
    Some(Cause::new(at..at + 1, "there is a tab where YAML needs a space", "write a space in its place"))
}

fn indented(text: &str, start: usize, indent: usize) -> Option<Cause> {
    let white = text.get(start..start + indent)?;
    let (column, char) = white.char_indices().find(|(_, char)| *char != ' ')?;
    let at = start + column;
    let rest = text.get(start + indent..).unwrap_or_default().lines().next().unwrap_or_default();
    let name = rest.split([' ', ':']).next().unwrap_or_default();
    let what = match char {
        '\t' => "a tab".to_owned(),
        other => format!("a character that looks like a space (U+{:04X})", u32::from(other)),
    };
    let message = format!("the line of `{name}` is indented with {what}");
    let help = "indent it with spaces, two for each level; editors can replace all of them at once";
    Some(Cause::new(at..at + char.len_utf8(), message, help))
}

/// A character that cannot be seen, and that YAML refuses.
pub(super) fn invisible(stop: &Stop<'_>) -> Option<Cause> {
    let is_refused = |char: &char| match stop.kind {
        ErrorKind::UnexpectedCharacter { .. } => {
            char.is_control() && !matches!(char, '\n' | '\r' | '\t' | '\u{85}')
        }
        ErrorKind::BomInsideDocument => *char == '\u{feff}',
        _ => false,
    };
    // The mark of the parser is at the beginning of the text with the character.
    let (after, char) = stop.text.get(stop.at..)?.char_indices().find(|(_, char)| is_refused(char))?;
    let at = stop.at + after;
    let what = if char == '\u{feff}' { "byte order mark" } else { "control character" };
    let message = format!("there is an invisible character, the {what} U+{:04X}", u32::from(char));
    Some(Cause::new(at..at + char.len_utf8(), message, "remove it; it may have been pasted with a name"))
}

/// A space that is missing after a colon or a `-`, or a sign that is not quite a colon or a `-`.
pub(super) fn without_space(stop: &Stop<'_>) -> Option<Cause> {
    let line = stop.outline.line_at(stop.at)?;
    let is_joined = matches!(stop.kind, ErrorKind::MappingValueNotAllowed);
    of_line(line).or_else(|| stop.outline.line_above().filter(|_| is_joined).and_then(of_line))
}

fn of_line(line: &Line<'_>) -> Option<Cause> {
    dash(line).or_else(|| colon(line))
}

/// A `-` without a space after it, or a sign that looks like it.
fn dash(line: &Line<'_>) -> Option<Cause> {
    let first = line.content.chars().next()?;
    let rest = line.content.get(first.len_utf8()..)?;
    let at = line.at();
    let span = at..at + first.len_utf8();
    match first {
        '-' if rest.starts_with(char::is_alphanumeric) => {
            let help = format!("write `- {rest}`, or `\"{}\"` if the `-` belongs to the text", line.content);
            let help = if line.key().is_some() { format!("write `- {rest}`") } else { help };
            Some(Cause::new(span, "a space is missing after the `-`", help))
        }
        '–' | '—' | '•' | '‐' | '‑' | '−' | '·' | '*' if rest.starts_with(' ') => {
            let message = format!("`{first}` does not begin an entry of a list");
            Some(Cause::new(span, message, format!("write `-{rest}`, with the `-` of the keyboard")))
        }
        _ => None,
    }
}

/// A colon without a space after it, or a sign that looks like a colon.
fn colon(line: &Line<'_>) -> Option<Cause> {
    let (column, rest) = line.within_entries();
    let (at, colon) =
        rest.char_indices().find(|(_, char)| !char.is_ascii_alphanumeric() && !"-_".contains(*char))?;
    let key = rest.get(..at).filter(|key| key.starts_with(|first: char| first.is_ascii_lowercase()))?;
    let value = rest.get(at + colon.len_utf8()..)?;
    let start = line.start + column + at;
    let span = start..start + colon.len_utf8();
    let written = format!("{key}: {}", value.trim_start());
    let help = format!("write `{}`", written.trim_end());
    match colon {
        ':' if value.starts_with('\u{a0}') || value.starts_with('\u{3000}') => {
            let message = "after the colon is a character that looks like a space";
            Some(Cause::new(start..start + 1, message, help))
        }
        // Two slashes are those of an address.
        ':' if !value.is_empty() && !value.starts_with([' ', '\t', ':']) && !value.starts_with("//") => {
            Some(Cause::new(span, format!("a space is missing after the colon of `{key}`"), help))
        }
        '：' | '꞉' | '︰' | '﹕' | '∶' | 'ː' => {
            let message = format!("`{colon}` after `{key}` looks like a colon, and is another character");
            Some(Cause::new(span, message, help))
        }
        '=' if !value.starts_with('=') => {
            Some(Cause::new(span, format!("`{key}` and its value are joined by `=`"), help))
        }
        _ => None,
    }
}
