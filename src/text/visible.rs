//! Texts of mapping files as messages show them.

use super::invisible::is_invisible;

/// The text with everything escaped that cannot be seen, as `\u{…}`.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::new();
    for char in text.chars() {
        // A combining mark looks like a part of the char before it.
        if is_invisible(char) || unicode_normalization::char::is_combining_mark(char) {
            shown.extend(char.escape_unicode());
        } else {
            shown.extend(char.escape_debug());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn visible_escapes_invisible_chars_and_combining_marks() {
        assert_eq!(visible("a\u{200b}b\u{a0}c"), "a\\u{200b}b\\u{a0}c");
        assert_eq!(visible("Ko\u{308}ln"), "Ko\\u{308}ln");
        assert_eq!(visible("Köln 語"), "Köln 語");
    }
}
