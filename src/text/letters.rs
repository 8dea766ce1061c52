//! The letters and digits of a text, for words that people write with different spaces, signs and letter case.

/// The letters, in lowercase, and digits of a text.
pub(crate) fn letters_and_digits(text: &str) -> String {
    text.to_lowercase().chars().filter(|char| char.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::letters_and_digits;

    #[test]
    fn letters_and_digits_are_left_of_a_text() {
        assert_eq!(letters_and_digits("SAML 2.0"), "saml20");
        assert_eq!(letters_and_digits("\u{201c}Client_ID\u{201d},"), "clientid");
        assert_eq!(letters_and_digits("-"), "");
    }
}
