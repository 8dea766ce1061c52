//! Characters that are written as other languages escape or encode them.

use super::{Foreign, ReadAs, looks_like_dn, shown};

pub(super) fn find(text: &str, read_as: ReadAs<'_>) -> Option<Foreign> {
    let text_shown = shown(text);
    let signs = |text: &str| text.chars().filter(|char| "*?[]{}()+.^$|\\".contains(*char)).count();
    let write = |decoded: &str| match read_as {
        // Decoded, it would be a sign of the pattern.
        ReadAs::Glob | ReadAs::Regex if signs(decoded) > signs(text) => {
            "write the character itself, so that it is not a sign of the pattern".to_owned()
        }
        _ => format!("write `{}`", shown(decoded)),
    };
    if let Some(decoded) = without_entities(text) {
        let message = format!("`{text_shown}` has a character in the form of HTML, which is not decoded");
        return Some(Foreign::new(message, write(&decoded)));
    }
    if let Some(decoded) = percent_decoded(text) {
        let message = format!("`{text_shown}` is percent-encoded, as in URLs, and is not decoded");
        return Some(Foreign::new(message, write(&decoded)));
    }
    if read_as == ReadAs::Regex || looks_like_dn(text) || !text.contains('\\') {
        return None;
    }
    if let Some(decoded) = without_numbers(text) {
        let message = format!("`{text_shown}` has an escape, which is read between double quotes only");
        return Some(Foreign::new(message, write(&decoded)));
    }
    if let Some(at) = text.find("\\\\").filter(|at| *at > 0) {
        let message = format!("`{text_shown}` has two backslashes in a row");
        let (before, after) = text.split_at_checked(at)?;
        let once = format!("{before}{}", after.replace("\\\\", "\\"));
        let help = format!("{}: a backslash is doubled between double quotes only", write(&once));
        return Some(Foreign::new(message, help));
    }
    let escape = text.match_indices('\\').find_map(|(at, _)| {
        let is_class = read_as == ReadAs::Glob && text.get(at..).is_some_and(|rest| rest.starts_with("\\]"));
        text.get(at..at + 2).filter(|it| is_escape(it) && !is_class)
    })?;
    // Regular expressions have more signs, which say what is meant.
    if super::other_pattern::is_regex(text, read_as == ReadAs::Glob) {
        return None;
    }
    let message = format!("`{escape}` in `{text_shown}` is two characters: a backslash escapes nothing here");
    let plain = text.replace(escape, escape.trim_start_matches('\\'));
    Some(Foreign::new(message, write(&plain)))
}

/// The text without entities of HTML, percent-encoding or escapes; `None` if it has none.
pub(super) fn decoded(text: &str) -> Option<String> {
    without_entities(text).or_else(|| percent_decoded(text)).or_else(|| without_numbers(text))
}

/// Whether a backslash is before a sign that no name begins with after its domain, and that is not one of globs.
fn is_escape(escape: &str) -> bool {
    escape.ends_with(['.', '-', '(', ')', ']', '}', '+', '|', '^', ' ', '&', '"', '\'', '/'])
}

/// The text with its entities decoded, if there are any.
fn without_entities(text: &str) -> Option<String> {
    let mut decoded = String::new();
    let mut found = false;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        match after.split_once(';').and_then(|(name, after)| Some((entity(name)?, after))) {
            Some((char, after)) => {
                decoded.push(char);
                found = true;
                rest = after;
            }
            None => {
                decoded.push('&');
                rest = after;
            }
        }
    }
    decoded.push_str(rest);
    found.then_some(decoded)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let point = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(point.ok()?).filter(|char| !char.is_control());
    }
    const NAMED: [(&str, char); 14] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("auml", 'ä'),
        ("ouml", 'ö'),
        ("uuml", 'ü'),
        ("Auml", 'Ä'),
        ("Ouml", 'Ö'),
        ("Uuml", 'Ü'),
        ("szlig", 'ß'),
        ("eacute", 'é'),
    ];
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, char)| *char)
}

/// The text with its percent-encoding decoded, if it has any that encodes something else than a letter or a digit.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut found = false;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let hex = after.get(..2).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if !byte.is_ascii_alphanumeric() && !byte.is_ascii_control() && byte != b'%' => {
                bytes.push(byte);
                found = true;
                rest = after.get(2..)?;
            }
            _ => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    let decoded = String::from_utf8(bytes).ok()?;
    (found && !decoded.contains(char::is_control)).then_some(decoded)
}

/// The text with escapes such as `\u00f6` decoded, if there are any.
fn without_numbers(text: &str) -> Option<String> {
    let mut decoded = String::new();
    let mut found = false;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        decoded.push_str(before);
        let number = |sign: char, length: usize| {
            let digits = after.strip_prefix(sign)?.get(..length)?;
            let point = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
            let char = char::from_u32(point).filter(|char| !char.is_control())?;
            Some((char, after.get(1 + length..)?))
        };
        match number('u', 4).or_else(|| number('x', 2)) {
            Some((char, after)) => {
                decoded.push(char);
                found = true;
                rest = after;
            }
            None => {
                decoded.push('\\');
                rest = after;
            }
        }
    }
    decoded.push_str(rest);
    found.then_some(decoded)
}
