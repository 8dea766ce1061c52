//! Makes text that strangers wrote safe to print.

use std::borrow::Cow;
use std::fmt::Write;

/// A text for one line: control characters, those that change the writing direction, and a space without width are
/// escaped.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    escape(text, is_unsafe)
}

/// Like [`escaped`], for a text of several lines: line breaks are kept.
pub(crate) fn escaped_lines(text: &str) -> Cow<'_, str> {
    escape(text, |char| char != '\n' && is_unsafe(char))
}

fn escape(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        if hidden(char) { safe.extend(char.escape_default()) } else { safe.push(char) }
    }
    Cow::Owned(safe)
}

/// Like [`escaped_lines`], for a text that is styled already: its escape sequences are kept too.
pub(crate) fn escaped_styled(text: &str) -> Cow<'_, str> {
    escape(text, |char| !matches!(char, '\n' | '\u{1b}') && is_unsafe(char))
}

/// JSON in whose strings even those unsafe characters are escaped that JSON allows to be raw, such as U+009B.
pub(crate) fn escaped_json(json: &str) -> Cow<'_, str> {
    let hidden = |char: char| char != '\n' && is_unsafe(char);
    // Almost all documents are printable ASCII. Testing all bytes vectorizes, so it is much faster than stopping early.
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    if json.bytes().fold(true, |plain, byte| plain & is_plain(byte)) || !json.contains(hidden) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for char in json.chars() {
        if hidden(char) {
            // Writing to a string cannot fail. All of these characters are in the Basic Multilingual Plane.
            let _ = write!(safe, "\\u{:04x}", u32::from(char));
        } else {
            safe.push(char);
        }
    }
    Cow::Owned(safe)
}

/// Whether a terminal would interpret or hide a character, or another program take it as the end of a line or as the mark
/// of an encoding, instead of showing it.
pub(crate) fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{escaped, escaped_json, escaped_lines};

    #[test]
    fn escaped_text_has_no_control_characters() {
        assert_eq!(escaped("größe \u{1b}[2J\u{9b}1m\n\u{202e}"), r"größe \u{1b}[2J\u{9b}1m\n\u{202e}");
        assert_eq!(escaped("a\u{feff}b\u{2028}c\u{2029}"), r"a\u{feff}b\u{2028}c\u{2029}");
        assert_eq!(escaped("a\u{200b}b"), r"a\u{200b}b");
        assert_eq!(escaped_json("\"a\u{feff}\u{2028}\""), "\"a\\ufeff\\u2028\"");
        assert_eq!(escaped_lines("a\nb\rc"), "a\nb\\rc");
        assert_eq!(escaped_json("{\n\"a\": \"\u{9b}\u{7f}\"\n}"), "{\n\"a\": \"\\u009b\\u007f\"\n}");
    }
}
