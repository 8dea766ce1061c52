//! Text for people.

mod diff;
mod findings;
mod tables;

use std::collections::BTreeSet;
use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Effects, Style};
use claimsmith::cases::{Case, CaseResult, Mismatch};
use claimsmith::explanation::Explanation;

pub(crate) use self::tables::{answer, built};
use crate::Verdict;
use crate::load::Mappings;
use crate::location::Sources;
use crate::render::{
    Formatted, Formatting, Tested, Unformatted, summarize_findings, summarize_formatting, summarize_tests,
};
use crate::terminal::Stream;
use crate::text::{counted, escaped, escaped_lines};

const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
const BAD: Style = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);

/// Text in a style, where the stream wants one.
fn styled(out: &Stream, style: Style, text: &str) -> String {
    if out.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Writes findings, each with its lines.
fn findings(out: &mut Stream, mappings: &Mappings) -> io::Result<()> {
    for diagnostic in &mappings.diagnostics {
        let rendered = findings::render(diagnostic, &mappings.sources, out.color);
        writeln!(out, "{rendered}\n")?;
    }
    Ok(())
}

/// Writes the findings that a command can only pass on.
pub(crate) fn obstacles(out: &mut Stream, mappings: &Mappings) -> io::Result<()> {
    findings(out, mappings)?;
    let style = if mappings.platform.is_some() { GOOD } else { BAD };
    writeln!(out, "{}", styled(out, style, &summarize_findings(&mappings.diagnostics)))
}

/// Writes what is wrong with mappings, and whether they are fine all the same.
pub(crate) fn validation(out: &mut Stream, mappings: &Mappings, fine: bool) -> io::Result<()> {
    findings(out, mappings)?;
    let style = if fine { GOOD } else { BAD };
    writeln!(out, "{}", styled(out, style, &summarize(mappings)))
}

/// One line about mappings.
pub(super) fn summarize(mappings: &Mappings) -> String {
    let problems = match mappings.diagnostics.as_slice() {
        [] => "no problems".to_owned(),
        diagnostics => summarize_findings(diagnostics),
    };
    match &mappings.platform {
        Some(platform) => {
            let counts = platform.counts;
            let organizations = counted(counts.organizations, "organization");
            let (rules, cases) = (counted(counts.rules, "rule"), counted(counts.cases, "case"));
            format!("{organizations}, {rules}, {cases}: {problems}")
        }
        None => problems,
    }
}

/// Writes how test cases went.
pub(crate) fn tests(out: &mut Stream, mappings: &Mappings, tested: &[Tested<'_>]) -> io::Result<()> {
    findings(out, mappings)?;
    if mappings.platform.is_none() {
        let summary = format!("{}; no case was run", summarize_findings(&mappings.diagnostics));
        return writeln!(out, "{}", styled(out, BAD, &summary));
    }
    for Tested { case, result } in tested.iter().filter(|tested| !tested.passed()) {
        let line = mappings.sources.locate(&case.file, &case.span).0.line;
        let failed = styled(out, BAD, "failed");
        writeln!(out, "{failed} {}:{line}: {}", escaped(&case.file), escaped(&case.name))?;
        for failure in &result.failures {
            write_mismatch(out, case, result, failure)?;
        }
        writeln!(out)?;
    }
    let passed = !tested.is_empty() && tested.iter().all(Tested::passed);
    writeln!(out, "{}", styled(out, if passed { GOOD } else { BAD }, &summarize_tests(tested)))
}

fn write_mismatch(out: &mut Stream, case: &Case, result: &CaseResult, failure: &Mismatch) -> io::Result<()> {
    writeln!(out, "  {:<9} expected {}", failure.what, escaped(&failure.expected))?;
    writeln!(out, "  {:<9}      got {}", "", escaped(&failure.got))?;
    let (expected, got) = match failure.what {
        "claims" => (&case.expect.claims, &result.answer.groups),
        "rules" => (&case.expect.rules, &result.answer.rules),
        "unmatched" => (&case.expect.unmatched, &result.answer.unmatched),
        _ => return Ok(()),
    };
    let expected: BTreeSet<&String> = expected.iter().flatten().collect();
    let got: BTreeSet<&String> = got.iter().collect();
    for (what, names, style) in [("missing", &expected - &got, BAD), ("too much", &got - &expected, BAD)] {
        if !names.is_empty() {
            let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
            let names = escaped(&names.join(", ")).into_owned();
            writeln!(out, "  {:<9} {what:>8} {}", "", styled(out, style, &names))?;
        }
    }
    Ok(())
}

/// Writes what became of files that were formatted.
pub(crate) fn formatting(out: &mut Stream, formatting: &Formatting<'_>) -> io::Result<()> {
    for (file, reason) in formatting.refused() {
        refusal(out, formatting.sources, file, reason)?;
    }
    for (file, text) in formatting.changed() {
        if formatting.check {
            diff::write(out, file, text)?;
        } else {
            writeln!(out, "formatted {}", escaped(file.path))?;
        }
    }
    let style = if formatting.verdict() == Verdict::Fine { GOOD } else { BAD };
    writeln!(out, "{}", styled(out, style, &summarize_formatting(formatting)))
}

/// Writes why a file was not formatted.
pub(crate) fn refusal(
    out: &mut Stream,
    sources: &Sources,
    file: &Formatted<'_>,
    refusal: &Unformatted,
) -> io::Result<()> {
    let rendered = match refusal {
        Unformatted::Invalid(diagnostic) => findings::render(diagnostic, sources, out.color),
        _ => findings::render_refusal(file.path, refusal, sources, out.color),
    };
    writeln!(out, "{rendered}\n")
}

/// Writes an explanation.
pub(crate) fn explanation(out: &mut Stream, explanation: &Explanation) -> io::Result<()> {
    write!(out, "{}", escaped_lines(&explanation.to_string()))
}
