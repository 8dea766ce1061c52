//! Texts with the quotes that they need.

use core::fmt::Write;

/// Writes a text: plain if no reader of YAML can take it for something else, and in quotes if not.
pub(super) fn write_text(out: &mut String, text: &str, in_flow: bool) {
    if is_plain(text) && !(in_flow && text.contains(',')) {
        out.push_str(text);
    } else if text.contains(['\\', '"']) && !text.contains(is_hidden) {
        // Here double quotes would need escapes, which are hard to read in a pattern.
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

/// Characters that cannot be seen, or look like a space, or make two letters look like one.
///
/// Those that only join letters are not among them: some languages cannot do without.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || char.is_whitespace() && char != ' '
        || matches!(char,
            '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a text means itself without quotes, in YAML 1.1 and 1.2, as a key and as a value, and looks like it.
///
/// Patterns and distinguished names are in quotes even where YAML would not need them: whether a glob is in quotes
/// shall not depend on where its star is.
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
        && !text.starts_with("...")
        && !is_word(text)
        && !is_number(text)
        && !is_time(text)
        && !is_object_id(text)
}

/// Whether it is a UUID: some of them look like numbers, and a list of them shall look even.
fn is_object_id(text: &str) -> bool {
    text.len() == 36
        && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Whether a reader of YAML takes it for a boolean or for nothing.
fn is_word(text: &str) -> bool {
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", ".nan", ".inf", "+.inf"];
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a reader of YAML takes it for a number, or might: `1.2.3` gets quotes as well.
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

/// Whether it begins like a date, as a reader of YAML 1.1 takes it for one.
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

/// Whether it is a date or a time that needs no quotes where the language wants one.
pub(super) fn is_plain_time(text: &str) -> bool {
    is_time(text)
        && text.chars().all(|char| {
            char.is_ascii_digit() || matches!(char, '-' | '+' | ':' | '.' | 'T' | 't' | 'Z' | 'z')
        })
        && !text.ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::write_text;

    fn check(text: &str, block: &str, flow: &str) {
        for (in_flow, expected) in [(false, block), (true, flow)] {
            let mut out = String::new();
            write_text(&mut out, text, in_flow);
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
    fn what_means_itself_is_plain() {
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
    fn what_a_reader_could_take_for_something_else_is_quoted() {
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
    fn patterns_and_object_ids_are_quoted() {
        check_double("e2f4a6b8-1c3d-4e5f-8a9b-0c1d2e3f4a5b");
        check_double("eng-*");
        check_double("*-leads");
        check_double("team-?");
        check_double("CN=Operators,OU=Groups");
        check(r"EXAMPLE\Operators", r"'EXAMPLE\Operators'", r"'EXAMPLE\Operators'");
        check(r"^it's-\d+$", r"'^it''s-\d+$'", r"'^it''s-\d+$'");
    }

    #[test]
    fn commas_are_quoted_where_they_would_separate() {
        check("one, two", "one, two", "\"one, two\"");
        check_double("one,two");
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        check("Ko\u{308}ln", r#""Ko\u0308ln""#, r#""Ko\u0308ln""#);
        check("two\nlines", r#""two\nlines""#, r#""two\nlines""#);
        check("a\u{200b}b\\", r#""a\u200bb\\""#, r#""a\u200bb\\""#);
        check("a\u{a0}b\u{7}", r#""a\xa0b\x07""#, r#""a\xa0b\x07""#);
    }
}
