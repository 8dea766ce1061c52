//! The quotes of texts.

use core::fmt::Write;

/// Whether a collection is written on lines of its own, or in brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Block,
    Flow,
}

/// Writes a text: without quotes if every parser of YAML reads it as that text, and with quotes otherwise.
pub(super) fn write_text(out: &mut String, text: &str, style: Style) {
    let separates = style == Style::Flow && text.contains(',');
    if is_plain(text) && !separates {
        out.push_str(text);
    } else if text.contains(['\\', '"']) && !text.contains(is_hidden) {
        // In double quotes, the text would need escapes, which are hard to read in a pattern.
        out.push('\'');
        out.push_str(&text.replace('\'', "''"));
        out.push('\'');
    } else {
        write_escaped(out, text);
    }
}

fn write_escaped(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        // Writing to a string cannot fail.
        let _ = match char {
            '"' | '\\' => write!(out, "\\{char}"),
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            hidden if is_hidden(hidden) => match u32::from(hidden) {
                code @ ..=0xff => write!(out, "\\x{code:02x}"),
                code @ ..=0xffff => write!(out, "\\u{code:04x}"),
                code => write!(out, "\\U{code:08x}"),
            },
            shown => write!(out, "{shown}"),
        };
    }
    out.push('"');
}

/// Whether a character is invisible, looks like a space, or combines with the letter before it.
///
/// Characters that only join letters are not hidden: some languages need them.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || char.is_whitespace() && char != ' '
        || matches!(char,
            '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a text needs no quotes, in YAML 1.1 and 1.2, as a key and as a value.
///
/// Patterns and distinguished names always have quotes, even where YAML would not require them: whether a glob has
/// quotes should not depend on the position of its star.
fn is_plain(text: &str) -> bool {
    let begins_well =
        text.starts_with(|char: char| char.is_alphanumeric() || matches!(char, '_' | '/' | '.' | '(' | '+'));
    let signs = ['*', '?', '[', ']', '{', '}', '&', '!', '|', '>', '<', '%', '`', '\\', '=', '#', '~', '$'];
    let comma_within = text
        .char_indices()
        .any(|(at, char)| char == ',' && text.get(at + 1..).is_some_and(|rest| !rest.starts_with(' ')));
    begins_well
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(signs)
        && !text.contains(is_hidden)
        && !comma_within
        && !matches!(text, "." | "+.")
        && !text.starts_with("...")
        && !is_word(text)
        && !is_number(text)
        && !is_time(text)
        && !is_object_id(text)
}

/// Whether it is a UUID. Some look like numbers, and a list of UUIDs should look uniform.
fn is_object_id(text: &str) -> bool {
    text.len() == 36
        && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Whether a parser of YAML may read it as a boolean or null.
fn is_word(text: &str) -> bool {
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", ".nan", ".inf", "+.inf"];
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a parser of YAML may read it as a number, or a person might: `1.2.3` also has quotes.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let all = |text: &str, allowed: fn(char) -> bool| text.starts_with(allowed) && text.chars().all(allowed);
    if let Some(("0x" | "0X" | "0o" | "0O" | "0b" | "0B", digits)) = unsigned.split_at_checked(2) {
        return all(digits, |char| char.is_ascii_hexdigit() || char == '_');
    }
    let digits = |char: char| char.is_ascii_digit() || matches!(char, '_' | '.' | ':' | '-' | '+');
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    mantissa.contains(|char: char| char.is_ascii_digit())
        && all(mantissa, digits)
        && all(exponent, |char| char.is_ascii_digit() || char == '_')
}

/// Whether it begins like a date, as a parser of YAML 1.1 may read it as one.
pub(super) fn is_time(text: &str) -> bool {
    let date = text.split(['T', 't', ' ', '\t']).next().unwrap_or_default();
    let mut parts = date.split('-');
    let mut part = |lengths: core::ops::RangeInclusive<usize>| {
        parts.next().is_some_and(|part| {
            lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    part(4..=4) && part(1..=2) && part(1..=2) && parts.next().is_none()
}

/// Whether it is a date or time that needs no quotes where the language expects one.
pub(super) fn is_plain_time(text: &str) -> bool {
    is_time(text)
        && text.chars().all(|char| {
            char.is_ascii_digit() || matches!(char, '-' | '+' | ':' | '.' | 'T' | 't' | 'Z' | 'z')
        })
        && !text.ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::{Style, write_text};

    fn check(text: &str, block: &str, flow: &str) {
        for (style, expected) in [(Style::Block, block), (Style::Flow, flow)] {
            let mut out = String::new();
            write_text(&mut out, text, style);
            assert_eq!(out, expected, "{text:?}");
        }
    }

    fn check_plain(text: &str) {
        check(text, text, text);
    }

    fn check_double(text: &str) {
        let quoted = format!("\"{text}\"");
        check(text, &quoted, &quoted);
    }

    #[test]
    fn write_text_omits_quotes_around_plain_text() {
        check_plain("bi-viewers");
        check_plain("Domain Users");
        check_plain("/app_metadata/groups");
        check_plain("https://claims.example.com/groups");
        check_plain("lunch@hooli.example");
        check_plain("Acme's own (old) group; both.");
        check_plain("__proto__");
        check_plain("Ärzte");
        check_plain("グループ");
        check_plain("12h");
        check_plain("01abcde");
        check_plain("6f1c2a54-0000");
        check_plain("The group \"all\"");
        check_plain("c^c");
        check_plain("eleven");
    }

    #[test]
    fn write_text_quotes_what_a_parser_could_misread() {
        for text in
            ["", " padded ", "yes", "No", "ON", "off", "y", "null", "~", "True", ".NaN", ".inf", "-.inf"]
        {
            check_double(text);
        }
        for text in
            ["0", "4711", "-1", "+1", "0777", "1_000", "1.5", ".5", "1e3", "1E+3", "0x1F", "0o17", "0b11"]
        {
            check_double(text);
        }
        for text in ["1:30", "190:20:30.15", "2027-01-31", "2027-1-1 10:00", "2027-01-31T10:00:00Z", "1.2.3"]
        {
            check_double(text);
        }
        for text in
            ["-dash", "- dash", "key: value", "ends:", "a #b", "@at", "%x", "{{prefix}}", "=", "<<", "..."]
        {
            check_double(text);
        }
    }

    #[test]
    fn write_text_quotes_patterns_and_object_ids() {
        check_double("e2f4a6b8-1c3d-4e5f-8a9b-0c1d2e3f4a5b");
        check_double("eng-*");
        check_double("*-leads");
        check_double("team-?");
        check_double("CN=Operators,OU=Groups");
        check(r"EXAMPLE\Operators", r"'EXAMPLE\Operators'", r"'EXAMPLE\Operators'");
        check(r"^it's-\d+$", r"'^it''s-\d+$'", r"'^it''s-\d+$'");
    }

    #[test]
    fn write_text_quotes_commas_that_would_separate() {
        check("one, two", "one, two", "\"one, two\"");
        check_double("one,two");
    }

    #[test]
    fn write_text_escapes_invisible_characters() {
        check("Ko\u{308}ln", r#""Ko\u0308ln""#, r#""Ko\u0308ln""#);
        check("two\nlines", r#""two\nlines""#, r#""two\nlines""#);
        check("a\u{200b}b\\", r#""a\u200bb\\""#, r#""a\u200bb\\""#);
        check("a\u{a0}b\u{7}", r#""a\xa0b\x07""#, r#""a\xa0b\x07""#);
    }
}
