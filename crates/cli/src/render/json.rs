//! JSON for programs. Each document says its version; its fields change on purpose only.

use std::io::{self, Write};

use claimsmith::cases::{Expect, Mismatch};
use claimsmith::compiler::Counts;
use claimsmith::diagnostic::{Code, Diagnostic, Severity};
use claimsmith::event::Answer;
use serde::Serialize;

use crate::load::Mappings;
use crate::location::{Location, Sources};
use crate::render::{Built, Formatting, Tested, count};
use crate::text::escaped_json;

const VERSION: u32 = 1;

/// Writes a document that says its version itself, over several lines.
pub(crate) fn document(out: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string_pretty(document)?;
    writeln!(out, "{}", escaped_json(&json))
}

/// Writes a document in one line.
pub(crate) fn line(out: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string(document)?;
    writeln!(out, "{}", escaped_json(&json))
}

/// Writes what stands for the answer to a line that is no event.
pub(crate) fn error_line(out: &mut impl Write, number: usize, error: &str) -> io::Result<()> {
    #[derive(Serialize)]
    struct ErrorLine<'e> {
        version: u32,
        line: usize,
        error: &'e str,
    }
    line(out, &ErrorLine { version: VERSION, line: number, error })
}

/// Puts the version before the members of something that does not say one.
#[derive(Serialize)]
struct Versioned<'b, T> {
    version: u32,
    #[serde(flatten)]
    body: &'b T,
}

/// Writes an explanation.
pub(crate) fn explanation(
    out: &mut impl Write,
    body: &claimsmith::explanation::Explanation,
) -> io::Result<()> {
    document(out, &Versioned { version: VERSION, body })
}

/// Writes what was built: an Action with its sizes, or a bundle alone.
pub(crate) fn built(out: &mut impl Write, built: &Built<'_>) -> io::Result<()> {
    document(out, &Versioned { version: VERSION, body: built })
}

#[derive(Serialize)]
struct Validation<'m> {
    version: u32,
    diagnostics: Vec<Finding<'m>>,
    errors: usize,
    warnings: usize,
    /// Absent of mappings that have errors.
    counts: Option<Counts>,
}

#[derive(Serialize)]
struct Finding<'m> {
    code: &'static str,
    severity: &'static str,
    message: &'m str,
    file: &'m str,
    line: usize,
    column: usize,
    end: Location,
    text: &'m str,
    help: &'m str,
    related: Option<Place<'m>>,
}

#[derive(Serialize)]
struct Place<'m> {
    file: &'m str,
    line: usize,
    column: usize,
    end: Location,
    label: &'m str,
}

impl<'m> Finding<'m> {
    fn new(sources: &'m Sources, diagnostic: &'m Diagnostic) -> Self {
        let (Location { line, column }, end) = sources.locate(&diagnostic.file, &diagnostic.span);
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
                let (Location { line, column }, end) = sources.locate(&related.file, &related.span);
                Place { file: &related.file, line, column, end, label: &related.label }
            }),
        }
    }
}

fn findings(mappings: &Mappings) -> Vec<Finding<'_>> {
    mappings.diagnostics.iter().map(|diagnostic| Finding::new(&mappings.sources, diagnostic)).collect()
}

/// Writes what is wrong with mappings.
pub(crate) fn validation(out: &mut impl Write, mappings: &Mappings) -> io::Result<()> {
    let validation = Validation {
        version: VERSION,
        diagnostics: findings(mappings),
        errors: count(&mappings.diagnostics, Severity::Error),
        warnings: count(&mappings.diagnostics, Severity::Warning),
        counts: mappings.platform.as_ref().map(|platform| platform.counts),
    };
    document(out, &validation)
}

#[derive(Serialize)]
struct Tests<'m> {
    version: u32,
    diagnostics: Vec<Finding<'m>>,
    cases: Vec<CaseRun<'m>>,
    passed: usize,
    failed: usize,
}

#[derive(Serialize)]
struct CaseRun<'m> {
    file: &'m str,
    line: usize,
    name: &'m str,
    event: &'m serde_json::Value,
    expect: &'m Expect,
    answer: &'m Answer,
    failures: &'m [Mismatch],
    passed: bool,
}

/// Writes how test cases went.
pub(crate) fn tests(out: &mut impl Write, mappings: &Mappings, tested: &[Tested<'_>]) -> io::Result<()> {
    let passed = tested.iter().filter(|tested| tested.passed()).count();
    let cases = tested.iter().map(|tested| CaseRun {
        file: &tested.case.file,
        line: mappings.sources.locate(&tested.case.file, &tested.case.span).0.line,
        name: &tested.case.name,
        event: &tested.case.event,
        expect: &tested.case.expect,
        answer: &tested.result.answer,
        failures: &tested.result.failures,
        passed: tested.passed(),
    });
    let tests = Tests {
        version: VERSION,
        diagnostics: findings(mappings),
        cases: cases.collect(),
        passed,
        failed: tested.len() - passed,
    };
    document(out, &tests)
}

#[derive(Serialize)]
struct FormattedFiles<'f> {
    version: u32,
    files: Vec<FormattedFile<'f>>,
    changed: usize,
    refused: usize,
}

#[derive(Serialize)]
struct FormattedFile<'f> {
    file: &'f str,
    /// `unchanged`, `formatted`, `would-change` or `refused`.
    outcome: &'static str,
    refusal: Option<Refusal<'f>>,
}

#[derive(Serialize)]
struct Refusal<'f> {
    /// That of the finding that `validate` reports too, if the file cannot be read or is not YAML.
    code: Option<&'static str>,
    message: String,
    line: usize,
    column: usize,
    end: Location,
    help: &'f str,
}

/// Writes what became of files that were formatted.
pub(crate) fn formatting(out: &mut impl Write, formatting: &Formatting<'_>) -> io::Result<()> {
    let changed = if formatting.check { "would-change" } else { "formatted" };
    let files = formatting.files.iter().map(|file| FormattedFile {
        file: file.path,
        outcome: match &file.result {
            Err(_) => "refused",
            Ok(_) if file.changed().is_some() => changed,
            Ok(_) => "unchanged",
        },
        refusal: file.result.as_ref().err().map(|refusal| {
            let (Location { line, column }, end) = formatting.sources.locate(file.path, &refusal.span());
            let (code, message) = (refusal.code().map(Code::name), refusal.message(file.path));
            Refusal { code, message, line, column, end, help: refusal.help() }
        }),
    });
    let files = FormattedFiles {
        version: VERSION,
        files: files.collect(),
        changed: formatting.changed().count(),
        refused: formatting.refused().count(),
    };
    document(out, &files)
}
