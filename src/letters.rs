//! Letters in lower and in upper case, char by char and without regard to language or place.
//!
//! One char can become several: `İ` is `i` and a dot above (U+0307) in lower case, `ß` is `SS` in upper case.
//! So a name may grow, and what lower case makes of `İSTANBUL` is not what it makes of `ISTANBUL`.
//! As no char looks at its neighbors, `Σ` becomes `σ` at the end of a word as well.

/// Appends the name in lower case.
///
/// Bytes that are no UTF-8 have letters of ASCII only.
pub(crate) fn lower_into(name: &[u8], out: &mut Vec<u8>) {
    append(name, out, u8::to_ascii_lowercase, char::to_lowercase);
}

/// Appends the name in upper case.
///
/// Bytes that are no UTF-8 have letters of ASCII only.
pub(crate) fn upper_into(name: &[u8], out: &mut Vec<u8>) {
    append(name, out, u8::to_ascii_uppercase, char::to_uppercase);
}

/// Whether two names are the same in lower case.
pub(crate) fn same_in_lower_case(left: &[u8], right: &[u8]) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    let (mut lower_left, mut lower_right) = (Vec::new(), Vec::new());
    lower_into(left, &mut lower_left);
    lower_into(right, &mut lower_right);
    lower_left == lower_right
}

/// Appends a char in UTF-8.
pub(crate) fn push(char: char, out: &mut Vec<u8>) {
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

fn append<I: Iterator<Item = char>>(
    name: &[u8],
    out: &mut Vec<u8>,
    convert_byte: impl Fn(&u8) -> u8,
    convert: impl Fn(char) -> I,
) {
    // Most names are ASCII.
    match core::str::from_utf8(name) {
        Ok(text) if !name.is_ascii() => {
            for char in text.chars() {
                for converted in convert(char) {
                    push(converted, out);
                }
            }
        }
        _ => out.extend(name.iter().map(convert_byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::{lower_into, same_in_lower_case, upper_into};

    fn lower(name: &str) -> String {
        let mut out = b"before ".to_vec();
        lower_into(name.as_bytes(), &mut out);
        String::from_utf8(out).unwrap().strip_prefix("before ").unwrap().to_owned()
    }

    fn upper(name: &str) -> String {
        let mut out = Vec::new();
        upper_into(name.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn letters_of_any_script_change_case() {
        fn check(lower_case: &str, upper_case: &str) {
            assert_eq!(lower(upper_case), lower_case);
            assert_eq!(upper(lower_case), upper_case);
        }
        check("", "");
        check("gg-bi-admins_42 [x]", "GG-BI-ADMINS_42 [X]");
        check("vertrieb köln", "VERTRIEB KÖLN");
        check("администраторы", "АДМИНИСТРАТОРЫ");
        check("日本", "日本");
    }

    #[test]
    fn one_char_can_become_several_and_none_sees_its_neighbors() {
        assert_eq!(lower("İstanbul"), "i\u{307}stanbul");
        assert_eq!(lower("ΟΔΟΣ"), "οδοσ");
        assert_eq!(upper("straße"), "STRASSE");
        assert_eq!(upper("ŉ"), "ʼN");
        assert_eq!(lower("Straße"), "straße");
    }

    #[test]
    fn whoever_changes_case_twice_has_what_once_gives() {
        for char in ('\0'..=char::MAX).map(String::from) {
            let (lower_case, upper_case) = (lower(&char), upper(&char));
            assert_eq!(lower(&lower_case), lower_case, "{char:?}");
            assert_eq!(upper(&upper_case), upper_case, "{char:?}");
        }
    }

    #[test]
    fn what_is_no_text_keeps_its_bytes() {
        let mut out = Vec::new();
        lower_into(b"A\xc3\xffB\x80", &mut out);
        upper_into(b"a\xff", &mut out);
        assert_eq!(out, b"a\xc3\xffb\x80A\xff");
    }

    #[test]
    fn names_compare_in_lower_case() {
        fn check(left: &str, right: &str, expected: bool) {
            assert_eq!(same_in_lower_case(left.as_bytes(), right.as_bytes()), expected, "{left} {right}");
        }
        check("", "", true);
        check("ACME", "acme", true);
        check("KÖLN", "köln", true);
        check("ACME", "acmé", false);
        check("acme", "acm", false);
        check("acme", "acme ", false);
        check("ß", "SS", false);
        check("@", "`", false);
    }
}
