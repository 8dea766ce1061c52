//! Characters that end a line to readers of YAML 1.1 and not to those of YAML 1.2.
//!
//! Even in a comment: what follows one of them may be a rule to one program and a comment to another.

use crate::diagnostic::{Code, Diagnostic};

/// The first such character in a file, as a diagnostic.
pub(super) fn find(file: &str, text: &str) -> Option<Diagnostic> {
    let (at, char) =
        text.char_indices().find(|(_, char)| matches!(char, '\u{85}' | '\u{2028}' | '\u{2029}'))?;
    let code = u32::from(char);
    let message =
        format!("the character U+{code:04X} ends a line or does not, depending on the program that reads it");
    let help = format!(
        "remove it; if it belongs to a text, put the text in double quotes and write `\\u{code:04x}`"
    );
    Some(Diagnostic::new(Code::YamlSyntax, file, at..at + char.len_utf8(), message).help(help))
}

#[cfg(test)]
mod tests {
    use super::super::{check_refused, parse};

    #[test]
    fn line_breaks_of_yaml_1_1_are_found() {
        check_refused(&[
            ("a: b\u{2028}c\n", "\u{2028}", "`\\u2028`"),
            ("a: \"b\u{85}c\"\n", "\u{85}", "`\\u0085`"),
            ("a: b # c\u{2029}d\n", "\u{2029}", "U+2029"),
        ]);
        assert!(parse("x.yaml", "a: \"b\\u2028c\"\n").is_ok());
    }
}
