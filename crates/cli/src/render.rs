//! Output: for people, as JSON, as annotations of a GitHub workflow.

pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod sarif;

use std::ops::Range;

use claimsmith::cases::{Case, CaseResult, Mismatch};
use claimsmith::diagnostic::{Code, Diagnostic, Severity, SourceFile};
use claimsmith::format::{FormatRefusal, format};
use clap::ValueEnum;
use serde::Serialize;

use crate::Verdict;
use crate::action::Sizes;
use crate::location::Sources;
use crate::text::{counted, spaced};
use crate::write::Refusal;

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
    pub(crate) path: &'s str,
    /// What the file said; empty if it could not be read.
    pub(crate) text: &'s str,
    pub(crate) result: Result<String, Unformatted>,
}

/// Why a file was not formatted.
#[derive(Debug)]
pub(crate) enum Unformatted {
    /// It could not be read, or is not YAML.
    Invalid(Box<Diagnostic>),
    /// It is best left alone.
    Form(FormatRefusal),
    /// It may not be written.
    Write(Refusal),
}

impl Unformatted {
    /// The code of the finding that `validate` reports too.
    fn code(&self) -> Option<Code> {
        match self {
            Self::Invalid(diagnostic) => Some(diagnostic.code),
            Self::Form(_) | Self::Write(_) => None,
        }
    }

    /// What is wrong with the file at a path.
    fn message(&self, path: &str) -> String {
        match self {
            Self::Invalid(diagnostic) => diagnostic.message.clone(),
            Self::Form(refusal) => refusal.to_string(),
            Self::Write(refusal) => refusal.describe(path),
        }
    }

    fn span(&self) -> Range<usize> {
        match self {
            Self::Invalid(diagnostic) => diagnostic.span.clone(),
            Self::Form(refusal) => refusal.span().clone(),
            Self::Write(_) => 0..0,
        }
    }

    fn help(&self) -> &str {
        match self {
            Self::Invalid(diagnostic) => &diagnostic.help,
            Self::Form(refusal) => refusal.help(),
            Self::Write(refusal) => refusal.help,
        }
    }
}

impl From<FormatRefusal> for Unformatted {
    fn from(refusal: FormatRefusal) -> Self {
        match refusal {
            FormatRefusal::Invalid(diagnostic) => Self::Invalid(diagnostic),
            refusal => Self::Form(refusal),
        }
    }
}

impl<'s> Formatted<'s> {
    pub(crate) fn new(file: &'s SourceFile) -> Self {
        Self { path: &file.path, text: &file.text, result: format(file).map_err(Unformatted::from) }
    }

    /// A file that could not be read.
    pub(crate) fn unreadable(diagnostic: &'s Diagnostic) -> Self {
        let result = Err(Unformatted::Invalid(Box::new(diagnostic.clone())));
        Self { path: &diagnostic.file, text: "", result }
    }

    /// The new text, if it differs from the old one.
    pub(crate) fn changed(&self) -> Option<&str> {
        self.result.as_deref().ok().filter(|text| *text != self.text)
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
    fn changed(&self) -> impl Iterator<Item = (&Formatted<'_>, &str)> {
        self.files.iter().filter_map(|file| Some((file, file.changed()?)))
    }

    fn refused(&self) -> impl Iterator<Item = (&Formatted<'_>, &Unformatted)> {
        self.files.iter().filter_map(|file| Some((file, file.result.as_ref().err()?)))
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
