//! Signs with which YAML hides a part of a text: anchors, aliases, tags and the like.
//!
//! Without quotes, `glob: &Finance Team*` is the glob `Team*` with a name, so it would match more than it says. A mapping
//! file needs none of these signs, and the canonical form has none, so all of them are refused.

use core::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle};

use super::scalar_text::unquoted_text;
use crate::diagnostic::{Code, Diagnostic};
use crate::text::quotes::quoted;

/// The first such sign in a file, as a diagnostic.
pub(super) fn find(file: &str, text: &str) -> Option<Diagnostic> {
    let at = first(text)?;
    Some(diagnose(file, text, at))
}

/// The place of the first such sign.
fn first(text: &str) -> Option<usize> {
    if !text.contains(['&', '*', '!', '%', '?']) {
        return None;
    }
    let mut options = Options::default();
    options.emit_unresolved_aliases = true;
    let mut end = 0;
    for event in Parser::new_from_str_with_options(text, options) {
        // An error of the parser is reported by the reader.
        let (event, span) = event.ok()?;
        let bytes = span.byte_range()?;
        match event {
            Event::Scalar(_, style, ..) if !bytes.is_empty() || is_block(style) => {
                let found = first_in_gap(text, end..bytes.start);
                if found.is_some() {
                    return found;
                }
                end = bytes.end;
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return first_in_gap(text, end..bytes.end);
            }
            _ => {}
        }
    }
    first_in_gap(text, end..text.len())
}

fn is_block(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
}

/// The first sign between two scalars, outside comments.
fn first_in_gap(text: &str, gap: Range<usize>) -> Option<usize> {
    let start = gap.start;
    let mut is_comment = false;
    text.get(gap)?.char_indices().find_map(|(at, char)| {
        match char {
            '\n' | '\r' => is_comment = false,
            '#' => is_comment = true,
            '&' | '*' | '!' | '%' | '?' if !is_comment => return Some(start + at),
            _ => {}
        }
        None
    })
}

fn diagnose(file: &str, text: &str, at: usize) -> Diagnostic {
    let rest = text.get(at..).unwrap_or_default();
    let ends = |char: char| char.is_whitespace() || matches!(char, ',' | ']' | '}');
    let token = rest.get(..rest.find(ends).unwrap_or(rest.len())).unwrap_or_default();
    let what = match rest.chars().next() {
        Some('&') => "an anchor",
        Some('*') => "an alias",
        Some('!') => "a tag",
        Some('%') => "a directive",
        _ => "the sign of a key",
    };
    let message = format!("YAML reads `{token}` as {what}, not as text");
    let span = at..at + token.len();
    let diagnostic = Diagnostic::new(Code::YamlSyntax, file, span, message);
    let whole = unquoted_text(text, at);
    let written = text.get(whole.clone()).unwrap_or_default();
    let is_text = !written.starts_with(['%', '?']) && !written.starts_with("!!");
    let holds_value = written.get(token.len()..).is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.starts_with(['"', '\'', '[', '{', '|', '>', '&', '!', '*'])
            || rest.contains(": ")
            || rest.ends_with(':')
    });
    // A block below the sign: it is not the beginning of a text.
    let names_block = whole.end == at + token.len() && begins_block(text, whole.end);
    let is_written_text = is_text && !holds_value && !names_block;
    let quoted = quoted(written);
    diagnostic.help(match written.chars().next() {
        // Both, and no fix: under `none`, a text in quotes in place of a value would let more logins through.
        Some(sign @ ('&' | '*')) if is_written_text => format!(
            "if `{sign}` belongs to the text, put the whole text in quotes: `{quoted}`; \
             if not, write the value itself, in each place where it is used"
        ),
        Some('!') if is_written_text => format!(
            "if `!` belongs to the text, put the whole text in quotes: `{quoted}`; if not, remove `{token}`"
        ),
        Some('&' | '*') => {
            "write the value in each place where it is used; mapping files have no anchors and no aliases"
                .to_owned()
        }
        Some('!') => {
            "remove it: the language defines the type of each value, and a value in quotes is text".to_owned()
        }
        Some('%') => "remove it: mapping files are always read as YAML 1.2".to_owned(),
        _ => "write the key as text before a `:`; put a text that begins with `?` in quotes".to_owned(),
    })
}

/// Whether the next line with content is indented further than the line of a place, or is a list.
fn begins_block(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let line = before.rsplit('\n').next().unwrap_or_default();
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let is_content = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let Some(next) = after.lines().skip(1).find(is_content) else { return false };
    indent(next) > indent(line) || next.trim_start().starts_with("- ") && line.trim_end().ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::super::check_refused;
    use super::find;

    #[test]
    fn sign_before_a_text_is_found_and_can_be_quoted() {
        check_refused(&[
            ("glob: &Finance Team*\n", "&Finance", "quotes: `\"&Finance Team*\"`"),
            ("exact: !x\n", "!x", "quotes: `\"!x\"`"),
            ("exact: &bi\n", "&bi", "quotes: `\"&bi\"`"),
            ("a: [x, &bi y, z] # c\n", "&bi", "quotes: `\"&bi y\"`"),
            ("a: { glob: *-x, b: 1 }\n", "*-x", "quotes: `\"*-x\"`"),
            ("- *admins # all\n", "*admins", "quotes: `\"*admins\"`"),
            ("a: !a \\ b\n", "!a", "quotes: `'!a \\ b'`"),
        ]);
    }

    #[test]
    fn sign_of_a_value_is_found() {
        check_refused(&[
            ("a: &x\n  b: c\n", "&x", "write the value in each place"),
            ("a: &x [b]\n", "&x", "write the value in each place"),
            ("a: !!str 1\n", "!!str", "remove it"),
            ("a: &x \"b\"\n", "&x", "write the value in each place"),
            ("a: &x b: c\n", "&x", "write the value in each place"),
            ("%YAML 1.2\n---\na: b\n", "%YAML", "remove it"),
            ("? a\n: b\n", "?", "write the key as text"),
        ]);
    }

    #[test]
    fn sign_within_texts_and_comments_is_not_found() {
        for text in [
            "a: b & c\n",
            "a: b! *c* ?d %e # & ! *\n",
            "a: \"*x\"\nb: '&x'\n",
            "a: |\n  *x\n  &y\nb: 1\n",
            "a: >-\n  x\n\n  !y\n# ! &\n",
            "R&D: [a*, b?]\n",
            "a: x\n  &y\n",
        ] {
            assert_eq!(find("x.yaml", text), None, "{text}");
        }
    }
}
