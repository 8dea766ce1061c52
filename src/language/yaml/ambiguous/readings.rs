//! What versions of YAML take a value without quotes for.

/// What a reader takes a value for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    Null,
    Boolean,
    Number,
    Time,
    Text,
    /// It cannot be read.
    Error,
}

impl Reading {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::Time => "a date",
            Self::Text => "text",
            Self::Error => "an error",
        }
    }
}

/// By the core schema of YAML 1.2, as editors read it.
pub(super) fn by_yaml_1_2(text: &str) -> Reading {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match text {
        "~" | "null" | "Null" | "NULL" => Reading::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Reading::Boolean,
        _ if is_special(text) || is_prefixed(text, "0o", 8) || is_prefixed(text, "0x", 16) => Reading::Number,
        _ if is_decimal(unsigned) => Reading::Number,
        _ => Reading::Text,
    }
}

/// By YAML 1.1, as PyYAML and many other programs read it.
pub(super) fn by_yaml_1_1(text: &str) -> Reading {
    let is_any = |words: &[&str]| {
        let is_title =
            || text.starts_with(char::is_uppercase) && text.chars().skip(1).all(char::is_lowercase);
        words.iter().any(|word| {
            text == *word || text.eq_ignore_ascii_case(word) && (text == text.to_uppercase() || is_title())
        })
    };
    match text {
        // `=` is a sign that has lost its meaning; some programs refuse it.
        "~" | "=" => Reading::Null,
        "<<" => Reading::Error,
        // In brackets and braces, these are signs of keys and values.
        _ if text.starts_with(['?', ':']) || text.ends_with(':') => Reading::Error,
        _ if is_any(&["null"]) => Reading::Null,
        _ if is_any(&["yes", "no", "on", "off", "true", "false"]) => Reading::Boolean,
        _ if is_time(text) => Reading::Time,
        _ if is_special(text) || is_number_of_yaml_1_1(text) => Reading::Number,
        _ => Reading::Text,
    }
}

/// By YAML 1.1 to the letter, as some programs read it: more than [`by_yaml_1_1`] is not text.
pub(super) fn by_literal_yaml_1_1(text: &str) -> Reading {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_part = |rest: &str| rest.chars().all(|it| it.is_ascii_digit() || it == '_');
    match text {
        "y" | "Y" | "n" | "N" => Reading::Boolean,
        _ if unsigned.strip_prefix('.').is_some_and(is_part) => Reading::Number,
        _ if matches!(unsigned.trim_end_matches('_'), "0b" | "0x") => Reading::Number,
        _ if unsigned.strip_prefix('0').is_some_and(is_sexagesimal) => Reading::Number,
        _ if is_short_date(text) => Reading::Time,
        _ => by_yaml_1_1(text),
    }
}

/// Infinity, or what is not a number.
fn is_special(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

fn is_digits(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|char| char.is_digit(radix))
}

fn is_prefixed(text: &str, prefix: &str, radix: u32) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| is_digits(digits, radix))
}

/// Whether it is a number without a sign, such as `1`, `.5`, `1.` or `1e3`.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        None => (text, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let has_digit = !whole.is_empty() || !fraction.is_empty() && mantissa.contains('.');
    let is_part = |part: &str| part.is_empty() || is_digits(part, 10);
    has_digit && is_part(whole) && is_part(fraction) && is_digits(exponent, 10)
}

fn is_number_of_yaml_1_1(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let has_sign = unsigned.len() < text.len();
    let starts_well = unsigned.starts_with(|first: char| first.is_ascii_digit())
        || !has_sign
            && unsigned
                .strip_prefix('.')
                .is_some_and(|rest| rest.starts_with(|it: char| it.is_ascii_digit()));
    if !starts_well {
        return false;
    }
    // Underscores may separate digits.
    let digits = unsigned.replace('_', "");
    if is_digits(&digits, 10) {
        return digits == "0" || !digits.starts_with('0') || is_digits(&digits, 8);
    }
    if is_prefixed(&digits, "0b", 2) || is_prefixed(&digits, "0x", 16) || is_sexagesimal(&digits) {
        return true;
    }
    // An exponent needs a fraction before it, and a sign.
    let sign_is_missing = digits
        .split_once(['e', 'E'])
        .is_some_and(|(mantissa, exponent)| !mantissa.contains('.') || !exponent.starts_with(['+', '-']));
    is_decimal(&digits) && !sign_is_missing
}

/// Whether it is a number to the base 60, such as `12:30`, which is 750.
fn is_sexagesimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_below_60 =
        |part: &str| is_digits(part, 10) && part.parse::<u32>().is_ok_and(|it| it < 60) && part.len() < 3;
    let Some((first, rest)) = whole.split_once(':') else { return false };
    is_digits(first, 10)
        && (!first.starts_with('0') || text.contains('.'))
        && rest.split(':').all(is_below_60)
        && (fraction.is_empty() || is_digits(fraction, 10))
}

/// Whether it is a date, or begins with a date and a time.
fn is_time(text: &str) -> bool {
    let (date, time) = match text.split_once(['T', 't', ' ', '\t']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let is_part = |part: &str| is_digits(part, 10) && (part.len() == 2 || time.is_some() && part.len() == 1);
    let is_time = |time: &str| {
        let mut parts = time.trim_start().split(':');
        let hour = parts.next().is_some_and(|hour| is_digits(hour, 10) && hour.len() <= 2);
        hour && parts.next().is_some_and(|minute| is_digits(minute, 10)) && parts.next().is_some()
    };
    year.len() == 4 && is_digits(year, 10) && is_part(month) && is_part(day) && time.is_none_or(is_time)
}

/// Whether it is a date whose month or day may have one digit.
fn is_short_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let is_part = |part: &str| is_digits(part, 10) && part.len() <= 2;
    year.len() == 4 && is_digits(year, 10) && is_part(month) && is_part(day)
}
