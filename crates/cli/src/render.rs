//! Output: for people, as JSON, as annotations of a GitHub workflow.

pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;

use claimsmith::compiler::cases::{Case, CaseResult, Mismatch};
use claimsmith::diagnostic::{Diagnostic, Severity};
use clap::ValueEnum;
use serde::Serialize;

use crate::action::Sizes;
use crate::text::counted;

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
