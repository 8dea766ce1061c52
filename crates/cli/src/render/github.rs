//! Annotations of a GitHub workflow, which GitHub shows next to the lines.
//!
//! The syntax is described at <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::Range;

use claimsmith::diagnostic::{Code, Severity};

use super::summary::{
    describe_action_difference, describe_mismatch, more_findings, summarize_denied, summarize_findings,
    summarize_formatting, summarize_mappings, summarize_tests,
};
use crate::escape::escaped;
use crate::mappings::Mappings;
use crate::results::{Formatting, TestedCase};
use crate::source_map::SourceMap;

/// Writes the findings and a summary of mappings.
pub(crate) fn validation(out: &mut impl Write, mappings: &Mappings) -> io::Result<()> {
    findings(out, mappings)?;
    writeln!(out, "{}", summarize_mappings(mappings))
}

/// Writes the results of test cases; `denied` says whether warnings make them a failure.
pub(crate) fn tests(
    out: &mut impl Write,
    mappings: &Mappings,
    tested: &[TestedCase<'_>],
    denied: bool,
) -> io::Result<()> {
    findings(out, mappings)?;
    if mappings.platform.is_none() {
        return writeln!(out, "{}; no case was run", summarize_findings(mappings));
    }
    for tested in tested.iter().filter(|tested| !tested.passed()) {
        let TestedCase { case, result, reasons, action, .. } = tested;
        let mut message = tested.title();
        for failure in &result.failures {
            // Writing to a string cannot fail.
            let _ = write!(message, "\n{}", describe_mismatch(failure));
            for reason in reasons.get(failure.what).into_iter().flatten() {
                let _ = write!(message, "\n  because {reason}");
            }
        }
        for difference in action.iter().flatten() {
            let _ = write!(message, "\n{}", describe_action_difference(difference));
        }
        annotate(out, "error", &mappings.sources, (&case.file, &case.span), "failed case", &message)?;
    }
    writeln!(out, "{}{}", summarize_tests(tested), summarize_denied(mappings, denied))
}

/// Writes which files were formatted, or would change, and which could not be.
pub(crate) fn formatting(out: &mut impl Write, formatting: &Formatting<'_>) -> io::Result<()> {
    for (file, refusal) in formatting.refused() {
        let title = refusal.code().map_or("cannot be formatted", Code::name);
        let message = format!("{}\nhelp: {}", refusal.message(file.path), refusal.help());
        annotate(out, "error", formatting.sources, (file.path, &refusal.span()), title, &message)?;
    }
    for (file, text) in formatting.changed() {
        let (level, title, message) = match formatting.check {
            true => ("error", "not formatted", "help: run `claimsmith fmt`"),
            false => ("notice", "formatted", "the file was brought into its canonical form"),
        };
        let place = first_difference(file.text, text);
        annotate(out, level, formatting.sources, (file.path, &place), title, message)?;
    }
    writeln!(out, "{}", summarize_formatting(formatting))
}

/// The first line of a text that another text does not have in the same place.
fn first_difference(text: &str, other: &str) -> Range<usize> {
    let mut start = 0;
    let mut others = other.split_inclusive('\n');
    for line in text.split_inclusive('\n') {
        if others.next() != Some(line) {
            return start..start + line.trim_end_matches(['\n', '\r']).len();
        }
        start += line.len();
    }
    start..start
}

fn findings(out: &mut impl Write, mappings: &Mappings) -> io::Result<()> {
    let (printed, more) = mappings.printed();
    for diagnostic in printed {
        let level = match diagnostic.severity {
            Severity::Error => "error",
            _ => "warning",
        };
        let message = format!("{}\nhelp: {}", diagnostic.message, diagnostic.help);
        let place = (diagnostic.file.as_str(), &diagnostic.span);
        annotate(out, level, &mappings.sources, place, diagnostic.code.name(), &message)?;
    }
    if more > 0 {
        writeln!(out, "{}", more_findings(more))?;
    }
    Ok(())
}

fn annotate(
    out: &mut impl Write,
    level: &str,
    sources: &SourceMap,
    (file, span): (&str, &Range<usize>),
    title: &str,
    message: &str,
) -> io::Result<()> {
    let (start, end) = sources.locate(file, span);
    write!(out, "::{level} file={},line={},endLine={}", property(file), start.line, end.line)?;
    // GitHub takes columns within one line only.
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    }
    writeln!(out, ",title={}::{}", property(title), data(message))
}

/// The message, which follows `::`. Line breaks and `%` are encoded, because they would end or change it.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| escaped(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// The value of a property. `:` and `,` are encoded too, because they would end it.
fn property(text: &str) -> String {
    escaped(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, first_difference, property};

    #[test]
    fn messages_cannot_contain_commands() {
        assert_eq!(data("100 % sure\n::error::no\r\u{1b}[m"), r"100 %25 sure%0A::error::no\r\u{1b}[m");
        assert_eq!(property("a:b,c%\n"), r"a%3Ab%2Cc%25\n");
    }

    #[test]
    fn first_difference_is_a_line_of_the_text() {
        let check = |text: &str, other: &str, expected| assert_eq!(first_difference(text, other), expected);
        check("a\nbc\nd\n", "a\nb\nd\n", 2..4);
        check("a\r\nb\n", "a\nb\n", 0..1);
        check("a\nb", "a\nb\n", 2..3);
        check("a\n\n", "a\n", 2..2);
        check("a\n", "a\nb\n", 2..2);
    }
}
