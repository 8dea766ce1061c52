//! Text that strangers wrote, made safe to print, and numbers in words.

use std::borrow::Cow;
use std::fmt::Write;

/// A text for one line: control characters and those that turn the writing direction are escaped.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    escape(text, is_unsafe)
}

/// A text of several lines, its line breaks kept.
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

/// Text of several lines that is styled with escape sequences already; everything else is escaped.
pub(crate) fn escaped_styled(text: &str) -> Cow<'_, str> {
    escape(text, |char| !matches!(char, '\n' | '\u{1b}') && is_unsafe(char))
}

/// JSON whose strings hold no raw control characters, not even those that JSON allows.
pub(crate) fn escaped_json(json: &str) -> Cow<'_, str> {
    let hidden = |char: char| char != '\n' && is_unsafe(char);
    // Almost always there is nothing but plain ASCII. To look at all bytes at once is much faster than to stop early.
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    if json.bytes().fold(true, |plain, byte| plain & is_plain(byte)) || !json.contains(hidden) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    for char in json.chars() {
        if hidden(char) {
            // Writing to a string cannot fail. All of these characters are in the basic plane.
            let _ = write!(safe, "\\u{:04x}", u32::from(char));
        } else {
            safe.push(char);
        }
    }
    Cow::Owned(safe)
}

/// What a terminal would obey instead of show.
pub(crate) fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A number with its noun, such as `1 file` or `1 200 files`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{} {noun}{}", spaced(count), if count == 1 { "" } else { "s" })
}

/// A number with its thousands apart, such as `100 000`.
pub(crate) fn spaced(number: usize) -> String {
    let digits = number.to_string();
    let mut spaced = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            spaced.push(' ');
        }
        spaced.push(digit);
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::{counted, escaped, escaped_json, escaped_lines, spaced};

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(escaped("größe \u{1b}[2J\u{9b}1m\n\u{202e}"), r"größe \u{1b}[2J\u{9b}1m\n\u{202e}");
        assert_eq!(escaped_lines("a\nb\rc"), "a\nb\\rc");
        assert_eq!(escaped_json("{\n\"a\": \"\u{9b}\u{7f}\"\n}"), "{\n\"a\": \"\\u009b\\u007f\"\n}");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(counted(0, "rule"), "0 rules");
        assert_eq!(counted(1, "rule"), "1 rule");
        assert_eq!(counted(2000, "rule"), "2 000 rules");
        assert_eq!(spaced(7), "7");
        assert_eq!(spaced(1234), "1 234");
        assert_eq!(spaced(100_000), "100 000");
        assert_eq!(spaced(1_000_000), "1 000 000");
    }
}
