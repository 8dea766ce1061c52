//! Names that a pattern matches, for examples that people read.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

use super::automaton::{everything, read_glob};
use super::captures::tree;
use super::folding::contains;
use super::glob::Glob;
use super::regex::ParsedRegex;
use crate::limits::MAX_GROUP_BYTES;

/// What any text is replaced by.
const WORD: &str = "example";

/// The texts that captures shall have, by name.
pub(crate) type Captured = [(String, String)];

impl Glob {
    /// A few names that it matches. A capture has the text that is asked for, if it can have it.
    pub(crate) fn examples(&self, captured: &Captured) -> Vec<String> {
        if !self.tokens.is_empty() {
            let text = |number: &str| {
                let name = self.captures.get(number.parse::<usize>().ok()?)?;
                captured.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
            };
            let tree = tree(&self.tokens, &str::to_owned);
            return example(&tree, &text).into_iter().collect();
        }
        let patterns = self.patterns.iter().take(FEW).map(|pattern| example_of_glob(pattern));
        self.names.iter().take(FEW).cloned().chain(patterns).collect()
    }
}

impl ParsedRegex {
    /// A name that it probably matches. A capture has the text that is asked for, whether or not it can have it.
    pub(crate) fn example(&self, captured: &Captured) -> Option<String> {
        let text =
            |wanted: &str| captured.iter().find(|(name, _)| name == wanted).map(|(_, text)| text.as_str());
        example(self.tree(), &text)
    }
}

/// How many names of one glob are tried.
const FEW: usize = 3;

/// A text that a lowered glob without captures matches.
pub(crate) fn example_of_glob(lowered: &str) -> String {
    let mut text = String::new();
    for token in read_glob(lowered) {
        match token {
            None => text.push_str(WORD),
            Some(ranges) => text.extend(usual_char(&ranges)),
        }
    }
    text
}

/// A text that an expression matches; `None` if it would be too long.
fn example<'t>(tree: &Hir, captured: &dyn Fn(&str) -> Option<&'t str>) -> Option<String> {
    let mut text = String::new();
    add(tree, captured, &mut text)?;
    Some(text)
}

fn add<'t>(tree: &Hir, captured: &dyn Fn(&str) -> Option<&'t str>, text: &mut String) -> Option<()> {
    if text.len() > MAX_GROUP_BYTES {
        return None;
    }
    match tree.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => text.push(usual_char(&ranges(class))?),
        HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => return None,
        HirKind::Capture(capture) => match capture.name.as_deref().and_then(captured) {
            Some(wanted) => text.push_str(wanted),
            None => add(&capture.sub, captured, text)?,
        },
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| add(part, captured, text))?,
        HirKind::Alternation(parts) => add(parts.first()?, captured, text)?,
        HirKind::Repetition(repetition) => {
            let takes_words = match repetition.sub.kind() {
                HirKind::Class(Class::Unicode(class)) => {
                    let ranges = ranges(class);
                    WORD.chars().all(|char| contains(&ranges, char))
                }
                _ => false,
            };
            if takes_words && repetition.max.is_none() && repetition.min as usize <= WORD.len() {
                text.push_str(WORD);
            } else {
                (0..repetition.min).try_for_each(|_| add(&repetition.sub, captured, text))?;
            }
        }
    }
    Some(())
}

fn ranges(class: &ClassUnicode) -> Vec<(char, char)> {
    class.iter().map(|range| (range.start(), range.end())).collect()
}

/// A letter or a digit if there is one in the ranges.
fn usual_char(ranges: &[(char, char)]) -> Option<char> {
    let usual = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain("-_. ".chars());
    let mut usual = if *ranges == *everything() { 'x'..='x' } else { 'a'..='a' }.chain(usual);
    usual.find(|char| contains(ranges, *char)).or_else(|| ranges.first().map(|(first, _)| *first))
}

#[cfg(test)]
mod tests {
    use super::super::glob::Glob;
    use super::super::regex::ParsedRegex;

    #[test]
    fn examples_of_globs_match_them() {
        let check = |glob: &str, captured: &[(&str, &str)], expected: &[&str]| {
            let parsed = Glob::parse(glob).expect(glob);
            let captured: Vec<_> =
                captured.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
            let examples = parsed.examples(&captured);
            assert_eq!(examples, expected, "{glob}");
            assert!(examples.iter().all(|name| parsed.is_match(name)), "{glob}");
        };
        check("GG-BI-*", &[], &["GG-BI-example"]);
        check("{eng,ops}-?", &[], &["eng-x", "ops-x"]);
        check("x[0-9]", &[], &["x0"]);
        check("GG-${team}-RW", &[("team", "bi")], &["GG-bi-RW"]);
        check("GG-${team}-RW", &[], &["GG-example-RW"]);
    }

    #[test]
    fn examples_of_regexes_match_them() {
        let check = |regex: &str, captured: &[(&str, &str)], expected: &str| {
            let parsed = ParsedRegex::parse(regex, false).expect(regex);
            let captured: Vec<_> =
                captured.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
            let example = parsed.example(&captured).expect(regex);
            assert_eq!(example, expected);
            assert!(parsed.decoded().is_some_and(|decoded| decoded.is_match(&example)), "{regex}");
        };
        check("(?:eng|ops)-[0-9]{3}", &[], "eng-000");
        check("x-.+", &[], "x-example");
        check("x-[^a-z]*y", &[], "x-y");
        check("GG_(?<team>[a-z]+)_(?:RW|RO)", &[("team", "bi")], "GG_bi_RW");
    }
}
