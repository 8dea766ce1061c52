//! JSON for programs. Each document has a version, and its fields are part of the interface.

use std::io::{self, Write};

use claimsmith::cases::{Expect, Mismatch};
use claimsmith::compiler::Counts;
use claimsmith::compiler::inspect::Reasons;
use claimsmith::diagnostic::{Code, Diagnostic, Severity, Suppressed};
use claimsmith::event::Answer;
use serde::Serialize;

use crate::action_run::ActionDifference;
use crate::escape::escaped_json;
use crate::fix::AppliedFix;
use crate::mappings::Mappings;
use crate::results::{BuildSummary, Formatting, TestedCase};
use crate::source_map::{LineColumn, SourceMap};

const VERSION: u32 = 1;

/// Writes a document that contains its version, over several lines.
pub(crate) fn document(out: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string_pretty(document)?;
    writeln!(out, "{}", escaped_json(&json))
}

/// Writes a document that contains its version, in one line.
pub(crate) fn line(out: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string(document)?;
    writeln!(out, "{}", escaped_json(&json))
}

/// Writes the answer to a line that is not an event.
pub(crate) fn error_line(out: &mut impl Write, number: usize, error: &str) -> io::Result<()> {
    #[derive(Serialize)]
    struct ErrorLine<'e> {
        version: u32,
        line: usize,
        error: &'e str,
    }
    line(out, &ErrorLine { version: VERSION, line: number, error })
}

/// Adds the version to a document that does not contain it.
#[derive(Serialize)]
struct Versioned<'b, T> {
    version: u32,
    #[serde(flatten)]
    body: &'b T,
}

/// Writes a document that does not contain its version, with it.
pub(crate) fn versioned(out: &mut impl Write, body: &impl Serialize) -> io::Result<()> {
    document(out, &Versioned { version: VERSION, body })
}

/// Writes an explanation.
pub(crate) fn explanation(
    out: &mut impl Write,
    body: &claimsmith::explanation::Explanation,
) -> io::Result<()> {
    document(out, &Versioned { version: VERSION, body })
}

/// Writes what was built: an Action with its sizes, or only a bundle.
pub(crate) fn built(out: &mut impl Write, built: &BuildSummary<'_>) -> io::Result<()> {
    document(out, &Versioned { version: VERSION, body: built })
}

#[derive(Serialize)]
struct ValidationReport<'m> {
    version: u32,
    diagnostics: Vec<ReportedFinding<'m>>,
    /// Warnings that the files allow, each with the reason.
    suppressed: Vec<SuppressedFinding<'m>>,
    errors: usize,
    warnings: usize,
    /// Null if the mappings have errors.
    counts: Option<Counts>,
    /// What was corrected; missing without `--fix`.
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<&'m [AppliedFix]>,
}

#[derive(Serialize)]
struct ReportedFinding<'m> {
    code: &'static str,
    severity: &'static str,
    message: &'m str,
    file: &'m str,
    line: usize,
    column: usize,
    end: LineColumn,
    text: &'m str,
    help: &'m str,
    related: Option<RelatedSpan<'m>>,
    /// The changes of the file that solve the problem, of which any one is enough; at most one today.
    fixes: Vec<ReportedFix<'m>>,
}

#[derive(Serialize)]
struct SuppressedFinding<'m> {
    #[serde(flatten)]
    finding: ReportedFinding<'m>,
    reason: &'m str,
}

/// A part of the file and what to write in its place.
#[derive(Serialize)]
struct ReportedFix<'m> {
    line: usize,
    column: usize,
    end: LineColumn,
    replacement: &'m str,
}

#[derive(Serialize)]
struct RelatedSpan<'m> {
    file: &'m str,
    line: usize,
    column: usize,
    end: LineColumn,
    label: &'m str,
}

impl<'m> ReportedFinding<'m> {
    fn new(sources: &'m SourceMap, diagnostic: &'m Diagnostic) -> Self {
        let (LineColumn { line, column }, end) = sources.locate(&diagnostic.file, &diagnostic.span);
        Self {
            code: diagnostic.code.name(),
            severity: diagnostic.severity.name(),
            message: &diagnostic.message,
            file: &diagnostic.file,
            line,
            column,
            end,
            text: sources.text(&diagnostic.file, &diagnostic.span),
            help: &diagnostic.help,
            related: diagnostic.related.as_ref().map(|related| {
                let (LineColumn { line, column }, end) = sources.locate(&related.file, &related.span);
                RelatedSpan { file: &related.file, line, column, end, label: &related.label }
            }),
            fixes: diagnostic
                .fix
                .iter()
                .map(|fix| {
                    let (LineColumn { line, column }, end) = sources.locate(&diagnostic.file, &fix.span);
                    ReportedFix { line, column, end, replacement: &fix.replacement }
                })
                .collect(),
        }
    }
}

fn findings(mappings: &Mappings) -> Vec<ReportedFinding<'_>> {
    mappings
        .diagnostics
        .iter()
        .map(|diagnostic| ReportedFinding::new(&mappings.sources, diagnostic))
        .collect()
}

fn suppressed(mappings: &Mappings) -> Vec<SuppressedFinding<'_>> {
    let all = mappings.suppressed.iter();
    all.map(|Suppressed { diagnostic, reason }| SuppressedFinding {
        finding: ReportedFinding::new(&mappings.sources, diagnostic),
        reason,
    })
    .collect()
}

/// Writes the findings of mappings, and what they hold.
pub(crate) fn validation(
    out: &mut impl Write,
    mappings: &Mappings,
    fixed: Option<&[AppliedFix]>,
) -> io::Result<()> {
    let validation = ValidationReport {
        version: VERSION,
        diagnostics: findings(mappings),
        suppressed: suppressed(mappings),
        errors: mappings.count(Severity::Error),
        warnings: mappings.count(Severity::Warning),
        counts: mappings.counts,
        fixed,
    };
    document(out, &validation)
}

#[derive(Serialize)]
struct TestReport<'m> {
    version: u32,
    diagnostics: Vec<ReportedFinding<'m>>,
    cases: Vec<ReportedCase<'m>>,
    passed: usize,
    failed: usize,
}

#[derive(Serialize)]
struct ReportedCase<'m> {
    file: &'m str,
    line: usize,
    name: &'m str,
    /// Missing if only one tenant is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<&'m str>,
    event: &'m serde_json::Value,
    expect: &'m Expect,
    answer: &'m Answer,
    failures: &'m [Mismatch],
    /// What the Action did otherwise than the command; missing if only the command ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    action_differences: Option<&'m [ActionDifference]>,
    /// Why, by what is different.
    reasons: &'m Reasons,
    passed: bool,
}

/// Writes the results of test cases.
pub(crate) fn tests(out: &mut impl Write, mappings: &Mappings, tested: &[TestedCase<'_>]) -> io::Result<()> {
    let passed = tested.iter().filter(|tested| tested.passed()).count();
    let cases = tested.iter().map(|tested| ReportedCase {
        file: &tested.case.file,
        line: mappings.sources.locate(&tested.case.file, &tested.case.span).0.line,
        name: &tested.case.name,
        tenant: tested.tenant,
        event: &tested.case.event,
        expect: &tested.case.expect,
        answer: &tested.result.answer,
        failures: &tested.result.failures,
        action_differences: tested.action.as_deref(),
        reasons: &tested.reasons,
        passed: tested.passed(),
    });
    let tests = TestReport {
        version: VERSION,
        diagnostics: findings(mappings),
        cases: cases.collect(),
        passed,
        failed: tested.len() - passed,
    };
    document(out, &tests)
}

#[derive(Serialize)]
struct FormattingReport<'f> {
    version: u32,
    files: Vec<ReportedFile<'f>>,
    changed: usize,
    refused: usize,
}

#[derive(Serialize)]
struct ReportedFile<'f> {
    file: &'f str,
    /// `unchanged`, `formatted`, `would-change` or `refused`.
    outcome: &'static str,
    refusal: Option<ReportedRefusal<'f>>,
}

#[derive(Serialize)]
struct ReportedRefusal<'f> {
    /// The code of the finding that `validate` reports too, if the file cannot be read or is not YAML.
    code: Option<&'static str>,
    message: String,
    line: usize,
    column: usize,
    end: LineColumn,
    help: &'f str,
}

/// Writes which files were formatted, or would change, and which could not be.
pub(crate) fn formatting(out: &mut impl Write, formatting: &Formatting<'_>) -> io::Result<()> {
    let changed = if formatting.check { "would-change" } else { "formatted" };
    let files = formatting.files.iter().map(|file| ReportedFile {
        file: file.path,
        outcome: match &file.result {
            Err(_) => "refused",
            Ok(_) if file.changed().is_some() => changed,
            Ok(_) => "unchanged",
        },
        refusal: file.result.as_ref().err().map(|refusal| {
            let (LineColumn { line, column }, end) = formatting.sources.locate(file.path, &refusal.span());
            let (code, message) = (refusal.code().map(Code::name), refusal.message(file.path));
            ReportedRefusal { code, message, line, column, end, help: refusal.help() }
        }),
    });
    let report = FormattingReport {
        version: VERSION,
        files: files.collect(),
        changed: formatting.changed().count(),
        refused: formatting.refused().count(),
    };
    document(out, &report)
}
