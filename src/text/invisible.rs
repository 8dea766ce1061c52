//! Invisible chars, and spaces other than U+0020, which get into names by copying and pasting.
//!
//! Names that look alike are made equal only where a source asks for it, because some of these chars carry meaning,
//! such as the joiners of Persian and of Indian scripts.

mod table;

use super::case_mapping::push;
use crate::work;
pub(crate) use table::{is_invisible, is_space};

/// Whether [`trim_into`] would change the name.
pub(crate) fn needs_trim(name: &[u8]) -> bool {
    let ends_in_space = |end: Option<&u8>| end.is_some_and(|&byte| is_space(byte.into()) && byte.is_ascii());
    if ends_in_space(name.first()) || ends_in_space(name.last()) {
        return core::str::from_utf8(name).is_ok();
    }
    !name.is_ascii()
        && core::str::from_utf8(name).is_ok_and(|text| text.chars().any(|char| tidied(char) != Some(char)))
}

/// Appends the name without invisible chars and without spaces at its ends.
///
/// Each space inside that is not ASCII becomes U+0020.
/// Tabs and line ends inside stay: they are control characters, for which the caller refuses the name.
/// Bytes that are not UTF-8 are appended unchanged.
pub(crate) fn trim_into(name: &[u8], out: &mut Vec<u8>) {
    work::count(name.len());
    let Ok(text) = core::str::from_utf8(name) else {
        out.extend_from_slice(name);
        return;
    };
    let start = out.len();
    let mut end = start;
    for char in text.chars().filter_map(tidied) {
        let space = is_space(char);
        if space && end == start {
            continue;
        }
        push(char, out);
        if !space {
            end = out.len();
        }
    }
    out.truncate(end);
}

/// The char that replaces this one inside a name; `None` if it is removed.
pub(crate) fn tidied(char: char) -> Option<char> {
    if char.is_ascii() {
        Some(char)
    } else if is_space(char) {
        Some(' ')
    } else if is_invisible(char) {
        None
    } else {
        Some(char)
    }
}

#[cfg(test)]
mod tests {
    use super::{is_invisible, is_space, needs_trim, trim_into};

    fn trim(name: &[u8]) -> Vec<u8> {
        let mut out = b" before ".to_vec();
        trim_into(name, &mut out);
        out.strip_prefix(b" before ").unwrap().to_vec()
    }

    #[test]
    fn trim_removes_invisible_chars_and_replaces_spaces() {
        fn check(name: &str, expected: &str) {
            assert_eq!(trim(name.as_bytes()), expected.as_bytes(), "{name:?}");
            assert_eq!(needs_trim(name.as_bytes()), name != expected, "{name:?}");
        }
        check("", "");
        check(" ", "");
        check("\u{200b}", "");
        check("eng-core", "eng-core");
        check("Domain Users", "Domain Users");
        check("  Domain  Users ", "Domain  Users");
        check("\tDomain Users\r\n", "Domain Users");
        check("eng\tcore", "eng\tcore");
        check("Vertrieb Köln", "Vertrieb Köln");
        check("Vertrieb\u{a0}Köln", "Vertrieb Köln");
        check("\u{feff}eng\u{200b}-\u{ad}core", "eng-core");
        check("\u{200b} \u{2003}eng\u{3000} \u{2060}", "eng");
        check("a\u{200d} \u{fe0f}b", "a b");
        check("日本\u{3000}語", "日本 語");
        check("\u{e0041}a\u{e007f}", "a");
        check("\u{85}a\u{85}b", "a b");
    }

    #[test]
    fn is_space_agrees_with_the_standard_library() {
        for char in '\0'..=char::MAX {
            assert_eq!(is_space(char), char.is_whitespace(), "{char:?}");
            assert!(!(is_space(char) && is_invisible(char)), "{char:?}");
            assert!(!(char.is_alphanumeric() && is_invisible(char)) || is_filler(char), "{char:?}");
        }
    }

    /// Whether this is a Korean filler, a letter that shows nothing.
    fn is_filler(char: char) -> bool {
        ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'].contains(&char)
    }

    #[test]
    fn trim_keeps_bytes_that_are_not_utf_8() {
        for name in [&b" \xff "[..], b"\xc2", b"\xe2\x80", b" a\x80"] {
            assert_eq!(trim(name), name);
            assert!(!needs_trim(name));
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod laws {
        use proptest::collection::vec;
        use proptest::prelude::*;
        use proptest::sample::select;

        use super::{needs_trim, trim};

        const CHARS: [char; 12] = [
            'a', 'ö', '日', ' ', '\t', '\u{a0}', '\u{2003}', '\u{200b}', '\u{feff}', '\u{fe0f}', '\u{85}',
            '-',
        ];

        fn name() -> impl Strategy<Value = String> {
            let char = prop_oneof![4 => select(&CHARS[..]), 1 => any::<char>()];
            vec(char, 0..12).prop_map(String::from_iter)
        }

        proptest! {
            #[test]
            fn trim_is_idempotent(name in name()) {
                let trimmed = trim(name.as_bytes());
                prop_assert_eq!(needs_trim(name.as_bytes()), trimmed != name.as_bytes());
                prop_assert!(!needs_trim(&trimmed));
                prop_assert_eq!(trim(&trimmed), trimmed);
            }
        }
    }
}
