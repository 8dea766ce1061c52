//! Lower case, upper case and case folding, char by char, independent of language and position.
//!
//! One char can become several: `İ` is `i` and a dot above (U+0307) in lower case, `ß` is `SS` in upper case.
//! So a name may grow, and `İSTANBUL` and `ISTANBUL` differ in lower case.
//! Neighboring chars are ignored, so `Σ` becomes `σ` at the end of a word as well.
//!
//! Names that are compared without letter case are *folded*, by Unicode's simple case folding.
//! It turns each char into one char, and unites chars that differ in lower case, such as the two small sigmas.

mod table;

use crate::work;
use table::{CAPITALS, IRREGULAR_CAPITALS, IRREGULAR_FOLDS};

/// Appends the name in lower case.
///
/// In bytes that are not UTF-8, only ASCII letters change.
pub(crate) fn lower_into(name: &[u8], out: &mut Vec<u8>) {
    append(name, out, u8::to_ascii_lowercase, push_lower);
}

/// Appends the case-folded name.
///
/// In bytes that are not UTF-8, only ASCII letters change.
pub(crate) fn fold_into(name: &[u8], out: &mut Vec<u8>) {
    append(name, out, u8::to_ascii_lowercase, push_folded);
}

/// Appends the name in upper case.
///
/// In bytes that are not UTF-8, only ASCII letters change.
pub(crate) fn upper_into(name: &[u8], out: &mut Vec<u8>) {
    append(name, out, u8::to_ascii_uppercase, push_upper);
}

/// Whether two names are the same without letter case.
pub(crate) fn same_folded(left: &[u8], right: &[u8]) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    // Folding turns a char of at most four bytes into one of at least one byte, so a much longer name is different.
    if left.len() > 4 * right.len() || right.len() > 4 * left.len() {
        return false;
    }
    let (mut folded_left, mut folded_right) = (Vec::new(), Vec::new());
    fold_into(left, &mut folded_left);
    fold_into(right, &mut folded_right);
    folded_left == folded_right
}

/// Appends a char in UTF-8.
pub(crate) fn push(char: char, out: &mut Vec<u8>) {
    out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

fn append(name: &[u8], out: &mut Vec<u8>, convert: impl Fn(&u8) -> u8, push_other: fn(char, &mut Vec<u8>)) {
    work::count(name.len());
    // Most names are ASCII.
    match core::str::from_utf8(name) {
        Ok(text) if !name.is_ascii() => {
            for char in text.chars() {
                match u8::try_from(char) {
                    Ok(byte) if byte.is_ascii() => out.push(convert(&byte)),
                    _ => push_other(char, out),
                }
            }
        }
        _ => out.extend(name.iter().map(convert)),
    }
}

fn push_lower(char: char, out: &mut Vec<u8>) {
    if char == 'İ' {
        return out.extend_from_slice("i\u{307}".as_bytes());
    }
    let code = char.into();
    let run = CAPITALS.partition_point(|(_, last, ..)| *last < code);
    match CAPITALS.get(run) {
        Some((first, _, step, distance)) if code >= *first && (code - first).is_multiple_of(*step) => {
            push_code(code.wrapping_add_signed(*distance), out);
        }
        _ => push(char, out),
    }
}

fn push_folded(char: char, out: &mut Vec<u8>) {
    let code = u32::from(char);
    let irregular = IRREGULAR_FOLDS.binary_search_by(|(letter, _)| u32::from(*letter).cmp(&code));
    match (irregular.ok().and_then(|at| IRREGULAR_FOLDS.get(at)), code) {
        (Some((_, folded)), _) => push_code((*folded).into(), out),
        // `İ` has no simple folding. Cherokee had only capitals at first, so its letters fold to capitals.
        (_, 0x130 | 0x13a0..=0x13f5) => push(char, out),
        (_, 0x13f8..=0x13fd) => push_code(code - 8, out),
        (_, 0xab70..=0xabbf) => push_code(code - 0x97d0, out),
        _ => push_lower(char, out),
    }
}

fn push_upper(char: char, out: &mut Vec<u8>) {
    if let Some(capitals) = IRREGULAR_CAPITALS.split(' ').find_map(|letters| letters.strip_prefix(char)) {
        out.extend_from_slice(capitals.as_bytes());
        return;
    }
    let code = u32::from(char);
    let capital = CAPITALS.iter().find_map(|(first, last, step, distance)| {
        let capital = code.wrapping_add_signed(-distance);
        let is_in = (*first..=*last).contains(&capital) && (capital - first).is_multiple_of(*step);
        is_in.then_some(capital)
    });
    push_code(capital.unwrap_or(code), out);
}

fn push_code(code: u32, out: &mut Vec<u8>) {
    push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), out);
}

#[cfg(test)]
mod tests {
    use super::table::CAPITALS;
    use super::{fold_into, lower_into, same_folded, upper_into};

    fn lower(name: &str) -> String {
        let mut out = b"before ".to_vec();
        lower_into(name.as_bytes(), &mut out);
        String::from_utf8(out).unwrap().strip_prefix("before ").unwrap().to_owned()
    }

    fn fold(name: &str) -> String {
        let mut out = Vec::new();
        fold_into(name.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    fn upper(name: &str) -> String {
        let mut out = Vec::new();
        upper_into(name.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lower_and_upper_change_letters_of_any_script() {
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
    fn lower_and_upper_can_lengthen_a_name_and_ignore_neighbors() {
        assert_eq!(lower("İstanbul"), "i\u{307}stanbul");
        assert_eq!(lower("ΟΔΟΣ"), "οδοσ");
        assert_eq!(upper("straße"), "STRASSE");
        assert_eq!(upper("ŉ"), "ʼN");
        assert_eq!(lower("Straße"), "straße");
    }

    #[test]
    fn lower_and_upper_agree_with_the_standard_library() {
        for char in '\0'..='\u{1ffff}' {
            let name = char.to_string();
            check_letter(&name, lower, char.to_lowercase().to_string());
            check_letter(&name, upper, char.to_uppercase().to_string());
        }
        // No char after that has two cases.
        assert!(CAPITALS.iter().all(|(_, last, ..)| *last < 0x1ffff));
        for char in '\u{20000}'..=char::MAX {
            assert!(char.to_lowercase().eq([char]) && char.to_uppercase().eq([char]), "{char:?}");
        }
    }

    fn check_letter(name: &str, convert: fn(&str) -> String, expected: String) {
        let converted = convert(name);
        // A standard library with another version of Unicode may have fewer letters, or more.
        let is_new = char::UNICODE_VERSION.0 != 17 && (converted == name || expected == name);
        assert!(converted == expected || is_new, "{name:?} becomes {converted:?}, not {expected:?}");
        if converted != name {
            assert_eq!(convert(&converted), converted, "{name:?} twice");
        }
    }

    #[test]
    fn lower_and_upper_change_only_ascii_outside_utf_8() {
        let mut out = Vec::new();
        lower_into(b"A\xc3\xffB\x80", &mut out);
        upper_into(b"a\xff", &mut out);
        assert_eq!(out, b"a\xc3\xffb\x80A\xff");
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn fold_is_the_simple_case_folding_of_unicode() {
        let unicode = icu_casemap::CaseMapper::new();
        for char in '\0'..=char::MAX {
            assert_eq!(fold(&char.to_string()), unicode.simple_fold(char).to_string(), "{char:?}");
        }
    }

    #[test]
    fn same_folded_ignores_letter_case() {
        fn check(left: &str, right: &str, expected: bool) {
            assert_eq!(same_folded(left.as_bytes(), right.as_bytes()), expected, "{left} {right}");
            assert_eq!(fold(left) == fold(right), expected, "{left} {right}");
            assert_eq!(fold(left).chars().count(), left.chars().count());
        }
        check("", "", true);
        check("ACME", "acme", true);
        check("KÖLN", "köln", true);
        check("ACME", "acmé", false);
        check("acme", "acm", false);
        check("acme", "acme ", false);
        check("@", "`", false);
        // Greek: both small sigmas, and letters written as symbols.
        check("ΣΥΝΤΆΚΤΕΣ", "Συντάκτες", true);
        check("ϐόλοσ", "ΒΌΛΟΣ", true);
        check("\u{345}", "Ι", true);
        // German: the sharp s has a capital, and is not two letters.
        check("STRAẞE", "straße", true);
        check("ß", "SS", false);
        // Turkish: the dotted capital and the dotless small letter fold to themselves.
        check("İ", "i", false);
        check("İ", "i\u{307}", false);
        check("ı", "I", false);
        check("İZMİR", "İzmİr", true);
        // Cherokee folds to capitals.
        check("ꮳꮃꭹ", "ᏣᎳᎩ", true);
        check("ᏸ", "Ᏸ", true);
        assert_eq!(fold("ꮳꮃꭹ"), "ᏣᎳᎩ");
        // Latin: the long s and unit signs fold to letters, ligatures do not.
        check("ſtaff", "STAFF", true);
        check("\u{212a}elvin", "kelvin", true);
        check("\u{212b}ngström", "ångström", true);
        check("µ", "Μ", true);
        check("ﬅ", "ﬆ", true);
        check("ﬁ", "fi", false);
        check("Ǆ", "ǅ", true);
    }
}
