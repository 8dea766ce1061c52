//! Output: for people, as JSON, as annotations of a GitHub workflow.

pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod sarif;

use claimsmith::compiler::cases::{Case, CaseResult, Mismatch};
use claimsmith::compiler::format::FormatRefusal;
use claimsmith::diagnostic::{Diagnostic, Severity, SourceFile};
use clap::ValueEnum;
use serde::Serialize;

use crate::Verdict;
use crate::action::Sizes;
use crate::location::Sources;
use crate::text::{counted, spaced};

/// How findings and test results are printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Report {
    /// Text for people
    #[default]
    Human,
    /// One JSON document with a version
    Json,
    /// Annotations of a GitHub workflow
    Github,
}

/// How everything else is printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum Format {
    /// Text for people
    #[default]
    Human,
    /// One JSON document with a version
    Json,
}

/// A test case that was run.
#[derive(Debug)]
pub(crate) struct Tested<'p> {
    pub(crate) case: &'p Case,
    pub(crate) result: CaseResult,
}

impl Tested<'_> {
    pub(crate) fn passed(&self) -> bool {
        self.result.failures.is_empty()
    }
}

/// What was built out of mappings.
#[derive(Debug, Serialize)]
pub(crate) struct Built<'b> {
    /// The file that was written, if any was.
    pub(crate) file: Option<&'b str>,
    /// The digest of the bundle, which log lines begin with.
    pub(crate) digest: &'b str,
    /// How long the bundle is, in bytes.
    pub(crate) bundle: usize,
    /// What takes how much of the Action; `None` if only the bundle was asked for.
    pub(crate) sizes: Option<Sizes>,
    /// How many bytes of the Action a rule takes on average.
    pub(crate) bytes_per_rule: Option<f64>,
}

/// A file that was formatted, or that could not be.
#[derive(Debug)]
pub(crate) struct Formatted<'s> {
    pub(crate) file: &'s SourceFile,
    pub(crate) result: Result<String, FormatRefusal>,
}

impl<'s> Formatted<'s> {
    /// The new text, if it differs from the old one.
    fn changed(&self) -> Option<(&'s SourceFile, &str)> {
        let text = self.result.as_deref().ok()?;
        (text != self.file.text).then_some((self.file, text))
    }
}

/// What became of files that were formatted.
#[derive(Debug)]
pub(crate) struct Formatting<'s> {
    pub(crate) sources: &'s Sources,
    pub(crate) files: Vec<Formatted<'s>>,
    /// Whether nothing was written.
    pub(crate) check: bool,
}

impl Formatting<'_> {
    /// The files that differ from their canonical form, with that form.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (&SourceFile, &str)> {
        self.files.iter().filter_map(Formatted::changed)
    }

    fn refused(&self) -> impl Iterator<Item = (&SourceFile, &FormatRefusal)> {
        self.files.iter().filter_map(|file| Some((file.file, file.result.as_ref().err()?)))
    }

    /// Whether every file is canonical now.
    pub(crate) fn verdict(&self) -> Verdict {
        let done = self.refused().next().is_none() && !(self.check && self.changed().next().is_some());
        if done { Verdict::Fine } else { Verdict::No }
    }
}

/// Such as `16 files: 2 formatted, 1 refused`.
fn summarize_formatting(formatting: &Formatting<'_>) -> String {
    let (changed, refused) = (formatting.changed().count(), formatting.refused().count());
    let done = if formatting.check { "would change" } else { "formatted" };
    let parts = [(changed, done), (refused, "refused")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts.map(|(count, what)| format!("{} {what}", spaced(count))).collect();
    let what = if parts.is_empty() { "nothing to change".to_owned() } else { parts.join(", ") };
    format!("{}: {what}", counted(formatting.files.len(), "file"))
}

/// How many findings there are of each severity.
pub(crate) fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
}

/// Such as `3 errors, 1 warning in 2 files`.
fn summarize_findings(diagnostics: &[Diagnostic]) -> String {
    let mut files: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    let counts = [(Severity::Error, "error"), (Severity::Warning, "warning")];
    let counts = counts.map(|(severity, noun)| (count(diagnostics, severity), noun));
    let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(count, noun));
    format!("{} in {}", counts.collect::<Vec<_>>().join(", "), counted(files.len(), "file"))
}

/// Such as `24 cases in 6 files: all passed`.
fn summarize_tests(tested: &[Tested<'_>]) -> String {
    if tested.is_empty() {
        return "no test cases found: write them beside the mappings, as `organizations/<name>.test.yaml`"
            .to_owned();
    }
    let mut files: Vec<&str> = tested.iter().map(|tested| tested.case.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    let failed = tested.iter().filter(|tested| !tested.passed()).count();
    let verdict = if failed == 0 { "all passed".to_owned() } else { format!("{failed} failed") };
    format!("{} in {}: {verdict}", counted(tested.len(), "case"), counted(files.len(), "file"))
}

/// Such as `claims: expected [catalog-admins], got []`.
fn describe_mismatch(mismatch: &Mismatch) -> String {
    let Mismatch { what, expected, got, .. } = mismatch;
    format!("{what}: expected {expected}, got {got}")
}
