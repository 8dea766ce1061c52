//! What verbs found out, ready to be printed.

use std::borrow::Cow;
use std::ops::Range;

use claimsmith::cases::{Case, CaseResult};
use claimsmith::compiler::inspect::Reasons;
use claimsmith::diagnostic::{Code, Diagnostic, SourceFile};
use claimsmith::format::{FormatRefusal, format};
use serde::Serialize;

use crate::action::ActionSizes;
use crate::action_run::ActionDifference;
use crate::capacity::Capacity;
use crate::exit_status::ExitStatus;
use crate::recommendation::Recommendation;
use crate::slices::SliceSummary;
use crate::source_map::SourceMap;
use crate::write::WriteRefusal;

/// A test case that was run.
#[derive(Debug)]
pub(crate) struct TestedCase<'p> {
    pub(crate) case: &'p Case,
    /// The tenant that the user logs in to; `None` if only one is declared.
    pub(crate) tenant: Option<&'p str>,
    pub(crate) result: CaseResult,
    /// What the Action did otherwise than the command; `None` if only the command ran.
    pub(crate) action: Option<Vec<ActionDifference>>,
    /// Why it failed.
    pub(crate) reasons: Reasons,
}

impl TestedCase<'_> {
    /// The name of the case, and of the tenant if there are several.
    pub(crate) fn title(&self) -> String {
        let tenant = self.tenant.map(|tenant| format!(" (tenant {tenant})"));
        format!("{}{}", self.case.name, tenant.unwrap_or_default())
    }

    pub(crate) fn passed(&self) -> bool {
        self.result.failures.is_empty() && self.action_agrees()
    }

    /// Whether the Action did what the command answered, if it ran.
    pub(crate) fn action_agrees(&self) -> bool {
        self.action.as_ref().is_none_or(Vec::is_empty)
    }
}

/// The tenant that something was built for.
#[derive(Debug, Serialize)]
pub(crate) struct BuiltTenant<'b> {
    pub(crate) name: &'b str,
    /// The only domain that it may be deployed to.
    pub(crate) domain: &'b str,
}

/// What was built from mappings.
#[derive(Debug, Serialize)]
pub(crate) struct BuildSummary<'b> {
    /// The files that were written; the Action's code, or the bundle, comes first.
    pub(crate) files: &'b [Cow<'b, str>],
    /// The command that takes them to the tenant, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<&'b str>,
    /// The tenant that it is for; missing if none is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tenant: Option<BuiltTenant<'b>>,
    /// The digest of the bundle, with which the Action's log lines begin.
    pub(crate) digest: &'b str,
    /// The size of the bundle, in bytes.
    pub(crate) bundle: usize,
    /// The size of the Action by part; `None` if only the bundle was built.
    pub(crate) sizes: Option<ActionSizes>,
    /// How many bytes of the Action a rule takes on average.
    pub(crate) bytes_per_rule: Option<f64>,
    /// How the bytes are divided; `None` if only the bundle was built.
    pub(crate) capacity: Option<Capacity>,
    /// The packaging that fits; missing if only the bundle was built, or slices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) packaging: Option<Recommendation>,
    /// The Actions, if there are several; their files are in the same order.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) slices: &'b [SliceSummary],
}

/// A file that was formatted, or that could not be.
#[derive(Debug)]
pub(crate) struct FormattedFile<'s> {
    pub(crate) path: &'s str,
    /// The text of the file before; empty if it could not be read.
    pub(crate) text: &'s str,
    pub(crate) result: Result<String, Unformatted>,
}

/// Why a file was not formatted.
#[derive(Debug)]
pub(crate) enum Unformatted {
    /// It could not be read, or is not YAML.
    Invalid(Box<Diagnostic>),
    /// It uses YAML that the canonical form does not allow.
    Form(FormatRefusal),
    /// It must not be written.
    Write(WriteRefusal),
}

impl Unformatted {
    /// The code of the finding, if `validate` reports it too.
    pub(crate) fn code(&self) -> Option<Code> {
        match self {
            Self::Invalid(diagnostic) => Some(diagnostic.code),
            Self::Form(_) | Self::Write(_) => None,
        }
    }

    /// What is wrong with the file at a path.
    pub(crate) fn message(&self, path: &str) -> String {
        match self {
            Self::Invalid(diagnostic) => diagnostic.message.clone(),
            Self::Form(refusal) => refusal.to_string(),
            Self::Write(refusal) => refusal.describe(path),
        }
    }

    /// The part of the file that is the reason; empty if the reason is not in its text.
    pub(crate) fn span(&self) -> Range<usize> {
        match self {
            Self::Invalid(diagnostic) => diagnostic.span.clone(),
            Self::Form(refusal) => refusal.span().clone(),
            Self::Write(_) => 0..0,
        }
    }

    /// What to do about it.
    pub(crate) fn help(&self) -> &str {
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

impl<'s> FormattedFile<'s> {
    pub(crate) fn new(file: &'s SourceFile) -> Self {
        Self { path: &file.path, text: &file.text, result: format(file).map_err(Unformatted::from) }
    }

    /// A file that could not be read.
    pub(crate) fn unreadable(diagnostic: &'s Diagnostic) -> Self {
        let result = Err(Unformatted::Invalid(Box::new(diagnostic.clone())));
        Self { path: &diagnostic.file, text: "", result }
    }

    /// The new text, if it differs from the old text.
    pub(crate) fn changed(&self) -> Option<&str> {
        match &self.result {
            Ok(text) if text != self.text => Some(text),
            _ => None,
        }
    }
}

/// A run of the formatter.
#[derive(Debug)]
pub(crate) struct Formatting<'s> {
    pub(crate) sources: &'s SourceMap,
    pub(crate) files: Vec<FormattedFile<'s>>,
    /// Whether changes are only shown, and not written.
    pub(crate) check: bool,
}

impl Formatting<'_> {
    /// The files that differ from their canonical form, with that form.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (&FormattedFile<'_>, &str)> {
        self.files.iter().filter_map(|file| Some((file, file.changed()?)))
    }

    /// The files that were not formatted, with the reasons.
    pub(crate) fn refused(&self) -> impl Iterator<Item = (&FormattedFile<'_>, &Unformatted)> {
        self.files.iter().filter_map(|file| Some((file, file.result.as_ref().err()?)))
    }

    /// Whether every file is in its canonical form now.
    pub(crate) fn exit_status(&self) -> ExitStatus {
        let done = self.refused().next().is_none() && !(self.check && self.changed().next().is_some());
        if done { ExitStatus::Success } else { ExitStatus::Failure }
    }
}
