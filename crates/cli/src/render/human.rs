//! Text for people.

mod capacity;
mod diff;
mod snippet;
mod style;
mod tables;

use std::collections::BTreeSet;
use std::io::{self, Write};

use claimsmith::cases::{Case, CaseResult, Mismatch};
use claimsmith::explanation::Explanation;

pub(crate) use self::capacity::{full, full_slice, nearly_full};
use self::style::{BAD, GOOD, styled};
pub(crate) use self::tables::{answer, built};
use super::summary::{
    more_findings, summarize_denied, summarize_findings, summarize_formatting, summarize_mappings,
    summarize_tests,
};
use crate::escape::{escaped, escaped_lines};
use crate::exit_status::ExitStatus;
use crate::fix::AppliedFix;
use crate::mappings::Mappings;
use crate::numbers::{counted, spaced};
use crate::results::{FormattedFile, Formatting, TestedCase, Unformatted};
use crate::source_map::SourceMap;
use crate::terminal::Stream;

/// Writes findings, each with the lines that it is about.
fn findings(out: &mut Stream, mappings: &Mappings) -> io::Result<()> {
    let (printed, more) = mappings.printed();
    for diagnostic in printed {
        let rendered = snippet::render(diagnostic, &mappings.sources, out.color);
        writeln!(out, "{rendered}\n")?;
    }
    if more > 0 {
        writeln!(out, "{}\n", more_findings(more))?;
    }
    // A program that reads the output knows, and logs would repeat it.
    if let (true, Some(first)) = (out.color, mappings.diagnostics.first()) {
        let code = first.code.name();
        writeln!(
            out,
            "`claimsmith help CODE` explains a code with examples, such as `claimsmith help {code}`"
        )?;
    }
    Ok(())
}

/// Writes findings for a verb whose own output is something else.
pub(crate) fn findings_only(out: &mut Stream, mappings: &Mappings) -> io::Result<()> {
    findings(out, mappings)?;
    let style = if mappings.platform.is_some() { GOOD } else { BAD };
    writeln!(out, "{}", styled(out, style, &summarize_findings(mappings)))
}

/// Writes the findings and a summary of mappings; `fine` decides its color.
pub(crate) fn validation(out: &mut Stream, mappings: &Mappings, fine: bool) -> io::Result<()> {
    findings(out, mappings)?;
    let style = if fine { GOOD } else { BAD };
    writeln!(out, "{}", styled(out, style, &summarize_mappings(mappings)))
}

/// Writes what was corrected, and how much; nothing if nothing was asked for.
pub(crate) fn fixes(out: &mut Stream, fixes: Option<&[AppliedFix]>) -> io::Result<()> {
    let Some(fixes) = fixes else { return Ok(()) };
    for AppliedFix { file, start, before, after, .. } in fixes {
        let place = format!("{}:{}:{}", escaped(file), start.line, start.column);
        let after = escaped(after.trim_end()).into_owned();
        match before.as_str() {
            "" => writeln!(out, "fixed {place}: added `{after}`")?,
            before => writeln!(out, "fixed {place}: `{}` is `{after}` now", escaped(before))?,
        }
    }
    let files: BTreeSet<&str> = fixes.iter().map(|fix| fix.file.as_str()).collect();
    match fixes.len() {
        0 => writeln!(out, "nothing that can be fixed with certainty\n"),
        count => writeln!(out, "{} in {}\n", counted_fixes(count), counted(files.len(), "file")),
    }
}

fn counted_fixes(count: usize) -> String {
    if count == 1 { "1 fix".to_owned() } else { format!("{} fixes", spaced(count)) }
}

/// Writes the results of test cases; `denied` says whether warnings make them a failure.
pub(crate) fn tests(
    out: &mut Stream,
    mappings: &Mappings,
    tested: &[TestedCase<'_>],
    denied: bool,
) -> io::Result<()> {
    findings(out, mappings)?;
    if mappings.platform.is_none() {
        let summary = format!("{}; no case was run", summarize_findings(mappings));
        return writeln!(out, "{}", styled(out, BAD, &summary));
    }
    for tested in tested.iter().filter(|tested| !tested.passed()) {
        case_result(out, mappings, tested)?;
        writeln!(out)?;
    }
    let passed = !tested.is_empty() && tested.iter().all(TestedCase::passed);
    let summary = summarize_tests(tested) + &summarize_denied(mappings, denied);
    writeln!(out, "{}", styled(out, if passed && !denied { GOOD } else { BAD }, &summary))
}

/// Writes where the Action ran, and whether it always did what the command answered.
pub(crate) fn action_run(out: &mut Stream, node: &str, tested: &[TestedCase<'_>]) -> io::Result<()> {
    let differing = tested.iter().filter(|tested| !tested.action_agrees()).count();
    let (style, verdict) = match differing {
        0 => (GOOD, "did what the command answers, in every case".to_owned()),
        _ => (BAD, format!("did something else than the command answers in {}", counted(differing, "case"))),
    };
    let line = format!("the Action, in WebAssembly under Node {}, {verdict}", escaped(node));
    writeln!(out, "{}", styled(out, style, &line))
}

/// Writes what is different in a failed case, and why; nothing for a case that passed.
pub(crate) fn case_result(out: &mut Stream, mappings: &Mappings, tested: &TestedCase<'_>) -> io::Result<()> {
    let TestedCase { case, result, reasons, action, .. } = tested;
    if tested.passed() {
        return Ok(());
    }
    let line = mappings.sources.locate(&case.file, &case.span).0.line;
    let failed = styled(out, BAD, "failed");
    writeln!(out, "{failed} {}:{line}: {}", escaped(&case.file), escaped(&tested.title()))?;
    for failure in &result.failures {
        write_mismatch(out, case, result, failure)?;
        for (at, reason) in reasons.get(failure.what).into_iter().flatten().enumerate() {
            let title = if at == 0 { "because" } else { "" };
            writeln!(out, "  {:<9} {title:>8} {}", "", escaped(reason))?;
        }
    }
    for difference in action.iter().flatten() {
        writeln!(out, "  {:<9} the command answers {}", difference.what, escaped(&difference.command))?;
        writeln!(out, "  {:<9}     the Action does {}", "", escaped(&difference.action))?;
    }
    Ok(())
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

/// Writes which files were formatted, or would change, and which could not be.
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
    let style = if formatting.exit_status() == ExitStatus::Success { GOOD } else { BAD };
    writeln!(out, "{}", styled(out, style, &summarize_formatting(formatting)))
}

/// Writes why a file was not formatted.
pub(crate) fn refusal(
    out: &mut Stream,
    sources: &SourceMap,
    file: &FormattedFile<'_>,
    refusal: &Unformatted,
) -> io::Result<()> {
    let rendered = match refusal {
        Unformatted::Invalid(diagnostic) => snippet::render(diagnostic, sources, out.color),
        _ => snippet::render_refusal(file.path, refusal, sources, out.color),
    };
    writeln!(out, "{rendered}\n")
}

/// Writes an explanation.
pub(crate) fn explanation(out: &mut Stream, explanation: &Explanation) -> io::Result<()> {
    write!(out, "{}", escaped_lines(&explanation.to_string()))
}
