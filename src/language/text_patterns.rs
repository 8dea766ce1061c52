//! Patterns in conditions: what the texts of attributes are compared with.

use super::diagnostic_sink::DiagnosticSink;
use super::parsed_patterns::{GlobPattern, PatternProblem, RegexPattern};
use super::yaml::Spanned;
use crate::diagnostic::Code;
use crate::matching::glob::ANY;
use crate::patterns::automaton::Automaton;
use crate::patterns::folding::{fold, fold_pattern};
use crate::patterns::regex::ParsedRegex;

/// Patterns of a text, of which one has to match.
#[derive(Clone, Debug)]
pub(crate) struct TextPatterns {
    pub(crate) ignore_case: bool,
    /// The key that they are under, such as `starts-with`.
    pub(crate) key: String,
    pub(crate) written: Vec<Spanned<String>>,
    /// What the engine compares with, case-folded if letter case is ignored.
    pub(crate) lowered: Vec<TextPattern>,
    /// The regular expressions, to compare them with other patterns.
    pub(crate) expressions: Vec<ParsedRegex>,
}

/// One pattern of a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TextPattern {
    /// The whole text.
    Text(String),
    /// A lowered glob.
    Glob(String),
    /// A regular expression, encoded.
    Regex(Vec<u8>),
}

impl TextPatterns {
    /// Parses the values of a key such as `starts-with`, and reports those that cannot be used.
    ///
    /// `None` if none of them can.
    pub(crate) fn parse(
        key: &str,
        written: &[Spanned<String>],
        ignore_case: bool,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        let (mut lowered, mut expressions) = (Vec::new(), Vec::new());
        for text in written {
            match lower(key, text, ignore_case, &mut expressions, sink) {
                Ok(patterns) => lowered.extend(patterns),
                Err(problem) => problem.report(text, sink),
            }
        }
        if lowered.is_empty() {
            return None;
        }
        Some(Self { ignore_case, key: key.to_owned(), written: written.to_vec(), lowered, expressions })
    }

    /// The automata of all patterns, for texts as they arrive.
    pub(crate) fn automata(&self) -> Vec<Automaton> {
        let of_text = |pattern: &TextPattern| match pattern {
            TextPattern::Text(text) | TextPattern::Glob(text) => {
                Some(Automaton::of_glob_as(text, self.ignore_case))
            }
            TextPattern::Regex(_) => None,
        };
        let expressions = self.expressions.iter().map(ParsedRegex::automaton);
        self.lowered.iter().filter_map(of_text).chain(expressions).collect()
    }
}

fn lower(
    key: &str,
    text: &Spanned<String>,
    ignore_case: bool,
    expressions: &mut Vec<ParsedRegex>,
    sink: &mut DiagnosticSink<'_>,
) -> Result<Vec<TextPattern>, PatternProblem> {
    if let Some(problem) = PatternProblem::of_attribute_text(&text.value) {
        return Err(problem);
    }
    let any = char::from(ANY);
    let literal = if ignore_case { fold(&text.value) } else { text.value.clone() };
    Ok(match key {
        "glob" => {
            let glob = GlobPattern::parse_for_target_groups(text.clone()).parsed?;
            let captures = !glob.captures.is_empty();
            check_captures(text, captures, "write `?*` in its place", sink);
            let everything = glob.patterns.iter().any(|pattern| *pattern == any.to_string());
            check_everything(text, everything, sink);
            let fold_name = |name: &String| if ignore_case { fold(name) } else { name.clone() };
            let names = glob.names.iter().map(|name| TextPattern::Text(fold_name(name)));
            let patterns = glob.patterns_without_captures();
            let patterns = patterns.map(|pattern| if ignore_case { fold_pattern(&pattern) } else { pattern });
            names.chain(patterns.map(TextPattern::Glob)).collect()
        }
        "regex" => {
            let regex = RegexPattern::parse(text.clone(), ignore_case).parsed?;
            let captures = !regex.captures().is_empty();
            check_captures(text, captures, "remove its name: `(…)` instead of `(?<name>…)`", sink);
            let matches_nothing_too = regex.decoded().is_some_and(|decoded| decoded.is_match(""));
            check_everything(text, regex.matches_everything() && matches_nothing_too, sink);
            let encoded = regex.encoded().to_vec();
            expressions.push(regex);
            vec![TextPattern::Regex(encoded)]
        }
        "starts-with" => vec![TextPattern::Glob(format!("{literal}{any}"))],
        "ends-with" => vec![TextPattern::Glob(format!("{any}{literal}"))],
        _ => vec![TextPattern::Glob(format!("{any}{literal}{any}"))],
    })
}

/// Reports a pattern with captures, which only a rule's own patterns can have.
fn check_captures(text: &Spanned<String>, has_any: bool, help: &str, sink: &mut DiagnosticSink<'_>) {
    if has_any {
        let message = format!(
            "`{}` has a capture, and captures of conditions cannot be granted",
            text.value.escape_debug()
        );
        sink.report(Code::UnknownCapture, &text.span, message, help.to_owned());
    }
}

/// Reports a pattern that matches every text.
fn check_everything(text: &Spanned<String>, matches: bool, sink: &mut DiagnosticSink<'_>) {
    if matches {
        let message = format!("`{}` matches every text", text.value.escape_debug());
        let help = "match fewer texts; `exists: true` asks whether the attribute has a value";
        sink.report(Code::MatchesEverything, &text.span, message, help.to_owned());
    }
}
