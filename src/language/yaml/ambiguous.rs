//! Values without quotes that programs read in different ways.
//!
//! `no` is text in YAML 1.2 and false in YAML 1.1; `0777` is text to this program, the number 777 to most editors, and
//! 511 to others. What a group is called must not depend on the program that looks at the file, so it needs quotes.

use core::ops::Range;

use super::{Kind, Node};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::quotes::quoted;

mod readings;

use readings::{Reading, by_literal_yaml_1_1, by_yaml_1_1, by_yaml_1_2};

/// How often a value is read: by this program, and by three others.
const READINGS: usize = 4;

/// Numbers of more digits are not the same to every reader: some calculate with 53 bits.
const EXACT_DIGITS: usize = 15;

/// All such values and keys of a file.
///
/// `has_one_meaning` says of a value, and of the keys that lead to it, that no reading of it means something else in this
/// language.
pub(crate) fn find(
    file: &str,
    text: &str,
    root: &Node,
    has_one_meaning: fn(&[&str], &str) -> bool,
) -> Vec<Diagnostic> {
    let mut search = Search { file, text, has_one_meaning, keys: Vec::new(), found: Vec::new() };
    search.visit(root);
    search.found
}

struct Search<'t> {
    file: &'t str,
    text: &'t str,
    has_one_meaning: fn(&[&str], &str) -> bool,
    /// The keys that lead to the value, or to the list that it is in.
    keys: Vec<&'t str>,
    found: Vec<Diagnostic>,
}

impl<'t> Search<'t> {
    fn visit(&mut self, node: &'t Node) {
        match &node.kind {
            Kind::Map(members) => {
                for (name, value) in members {
                    self.check_key(&name.span);
                    self.keys.push(&name.value);
                    self.visit(value);
                    self.keys.pop();
                }
            }
            Kind::List(entries) => entries.iter().for_each(|entry| self.visit(entry)),
            kind => self.check_value(&node.span, kind),
        }
    }

    fn check_key(&mut self, span: &Range<usize>) {
        let Some(written) = self.without_quotes(span) else { return };
        let readings = readings(Reading::Text, written);
        // A number in plain digits is the same text to every reader.
        let is_plain = written == "0"
            || !written.starts_with('0')
                && written.len() <= EXACT_DIGITS
                && written.bytes().all(|it| it.is_ascii_digit());
        if !is_plain && readings != [Reading::Text; READINGS] {
            let help = format!("put it in quotes: `{}`", quoted(written));
            self.report(span, "the key ", written, &readings, help);
        }
    }

    fn check_value(&mut self, span: &Range<usize>, kind: &Kind) {
        let Some(written) = self.without_quotes(span) else { return };
        let here = match kind {
            Kind::Null => Reading::Null,
            Kind::Bool(_) => Reading::Boolean,
            Kind::Integer(_) | Kind::Float(_) => Reading::Number,
            Kind::Text(_) | Kind::List(_) | Kind::Map(_) => Reading::Text,
        };
        let readings = readings(here, written);
        if readings == [here; READINGS] || (self.has_one_meaning)(&self.keys, written) {
            return;
        }
        let mut help = format!("put it in quotes if it is text: `{}`", quoted(written));
        help.push_str(match readings.iter().find(|reading| **reading != Reading::Text) {
            Some(Reading::Number) => "; if it is a number, write its digits, without zeros before them",
            Some(Reading::Boolean) => "; if it is a boolean, write `true` or `false`",
            _ => "",
        });
        self.report(span, "", written, &readings, help);
    }

    /// What is written at a place, if it has no quotes and is not a block: these are text to every reader.
    fn without_quotes(&self, span: &Range<usize>) -> Option<&'t str> {
        let written = self.text.get(span.clone())?;
        let is_quoted = written.is_empty() || written.starts_with(['"', '\'']);
        (!is_quoted && !self.is_block(span, written)).then_some(written)
    }

    /// Whether a place is the content of a block, which begins below its `|` or `>`.
    fn is_block(&self, span: &Range<usize>, written: &str) -> bool {
        let before = self.text.get(..span.start).unwrap_or_default();
        let above = before.trim_end();
        let is_below = before.get(above.len()..).is_some_and(|space| space.contains('\n'));
        let header = above.trim_end_matches(|it: char| it.is_ascii_digit() || matches!(it, '+' | '-'));
        written.contains('\n') || is_below && header.ends_with(['|', '>'])
    }

    fn report(&mut self, span: &Range<usize>, what: &str, written: &str, readings: &[Reading], help: String) {
        let mut nouns: Vec<&str> = Vec::new();
        for reading in readings {
            if !nouns.contains(&reading.noun()) {
                nouns.push(reading.noun());
            }
        }
        let message = format!(
            "{what}`{written}` without quotes is {}, depending on the program that reads it",
            nouns.join(" or ")
        );
        self.found.push(Diagnostic::new(Code::WrongType, self.file, span.clone(), message).help(help));
    }
}

/// What this program takes a value for, and what others do.
fn readings(here: Reading, written: &str) -> [Reading; READINGS] {
    [here, by_yaml_1_2(written), by_yaml_1_1(written), by_literal_yaml_1_1(written)]
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::find;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let root = parse("x.yaml", text).expect(text);
        let found = find("x.yaml", text, &root, |keys, _| keys.last() == Some(&"expires"));
        let found: Vec<_> = found.iter().map(|it| text.get(it.span.clone()).expect("a place")).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_that_readers_do_not_agree_on_are_found() {
        let values = [
            "007",
            "08",
            "0777",
            "00",
            "-01",
            "0o17",
            "0b11",
            "1_000",
            "1_0.5",
            "yes",
            "No",
            "ON",
            "off",
            "1e3",
            "1E3",
            "1.5e3",
            "+.5",
            "12:30",
            "12:30:45",
            "1:20.5",
            "2026-01-01",
            "2026-01-01T10:00:00Z",
            "=",
            "2026-1-1 10:00:00",
            "2026-1-1",
            "y",
            "N",
            ".",
            "._5",
            "0b_",
            "01:30",
            "?x",
            ":x",
        ];
        for value in values {
            check(&format!("a: {value}\n"), &[value]);
            check(&format!("a: [x, {value}]\n"), &[value]);
            check(&format!("{value}: a\n"), &[value]);
            check(&format!("a: \"{value}\"\nb: '{value}'\nc: |\n  {value}\n\"{value}\": d\n"), &[]);
        }
    }

    #[test]
    fn values_that_all_readers_agree_on_are_not_found() {
        for value in [
            "0",
            "42",
            "-7",
            "+1",
            "2.5",
            "-0.5",
            "5.",
            "1.5e+3",
            "0x1F",
            "true",
            "False",
            "NULL",
            "~",
            ".inf",
            ".NaN",
            "nULL",
            "tRUE",
            "yES",
            "nope",
            "1.2.3",
            "GG-BI",
            "e3",
            "-",
            "_1",
            "2026-13",
            "10-20",
            "12:75",
            "9cf3a1b2-0000-4000-8000-000000000000",
            "a: 1",
        ] {
            if let Ok(root) = parse("x.yaml", &format!("a: [{value}]\n")) {
                let text = format!("a: [{value}]\n");
                assert!(find("x.yaml", &text, &root, |_, _| false).is_empty(), "{value}");
            }
        }
        check("a: |\n  007", &[]);
        check("a: >-\n  007\n", &[]);
        check("a:\n  007\n", &["007"]);
        check("42: x\nx-1: 007x\n", &[]);
        check("0x1F: x\n", &["0x1F"]);
        check("a: <<\nb: [c, ?d]\n", &["<<", "?d"]);
        check("123456789012345: x\n1234567890123456: x\n", &["1234567890123456"]);
        check("expires: 2026-01-01\nwhen: 2026-01-01\n", &["2026-01-01"]);
    }
}
