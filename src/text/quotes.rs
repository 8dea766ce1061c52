//! Texts in quotes, as messages show them to be written in a mapping file.
//!
//! The canonical form of files has rules of its own (`language/format/scalar_style.rs`): it leaves out quotes wherever
//! no parser needs them, and a message leaves them out only where no reader could doubt that.

/// A text in quotes: in double quotes, unless these would need escapes.
pub(crate) fn quoted(text: &str) -> String {
    if text.chars().any(char::is_control) {
        escaped(text)
    } else if text.contains(['"', '\\']) {
        single_quoted(text)
    } else {
        format!("\"{text}\"")
    }
}

/// A text as it can be written anywhere: in quotes unless it surely needs none.
pub(crate) fn written(text: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_' | '/' | '~');
    let is_other_type = ["true", "false", "null"].contains(&text.to_lowercase().as_str());
    if !is_other_type
        && text.starts_with(|first: char| first.is_alphabetic() || first == '/')
        && text.chars().all(is_plain)
    {
        text.to_owned()
    } else if text.chars().any(char::is_control) {
        escaped(text)
    } else {
        single_quoted(text)
    }
}

/// A text in single quotes, between which nothing is an escape.
pub(crate) fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text in double quotes. Every escape of JSON is one of YAML.
fn escaped(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::{quoted, written};

    #[test]
    fn quoted_avoids_escapes() {
        for (text, expected) in [
            ("a b", "\"a b\""),
            ("it's", "\"it's\""),
            ("a\"b'c", "'a\"b''c'"),
            ("a\\b", "'a\\b'"),
            ("a\n\"", "\"a\\n\\\"\""),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn texts_are_written_without_quotes_if_they_surely_need_none() {
        for text in ["acme-okta", "/groups", "a_1~"] {
            assert_eq!(written(text), text);
        }
        for (text, expected) in
            [("True", "'True'"), ("1a", "'1a'"), ("it's", "'it''s'"), ("a b", "'a b'"), ("a\t", "\"a\\t\"")]
        {
            assert_eq!(written(text), expected);
        }
    }
}
