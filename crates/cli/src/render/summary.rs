//! Results in one line.

use claimsmith::cases::Mismatch;
use claimsmith::diagnostic::Severity;

use crate::action_run::ActionDifference;
use crate::mappings::Mappings;
use crate::numbers::{counted, spaced};
use crate::results::{Formatting, TestedCase};

/// What mapping files hold, if they can be used, and how many findings there are.
pub(super) fn summarize_mappings(mappings: &Mappings) -> String {
    let mut problems =
        if mappings.diagnostics.is_empty() { "no problems".to_owned() } else { summarize_findings(mappings) };
    if !mappings.suppressed.is_empty() {
        problems += &format!(", {} allowed", spaced(mappings.suppressed.len()));
    }
    match mappings.counts {
        Some(counts) => {
            let organizations = counted(counts.organizations, "organization");
            let (rules, cases) = (counted(counts.rules, "rule"), counted(counts.cases, "case"));
            format!("{organizations}, {rules}, {cases}: {problems}")
        }
        None => problems,
    }
}

/// What is said in place of the findings that are not printed.
pub(super) fn more_findings(more: usize) -> String {
    let findings = if more == 1 { "finding" } else { "findings" };
    format!(
        "and {} more {findings}; correct these first, or see all of them with `--format json`",
        spaced(more)
    )
}

/// Such as `16 files: 2 formatted, 1 refused`.
pub(super) fn summarize_formatting(formatting: &Formatting<'_>) -> String {
    let (changed, refused) = (formatting.changed().count(), formatting.refused().count());
    let done = if formatting.check { "would change" } else { "formatted" };
    let parts = [(changed, done), (refused, "refused")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts.map(|(count, what)| format!("{} {what}", spaced(count))).collect();
    let what = if parts.is_empty() { "nothing to change".to_owned() } else { parts.join(", ") };
    format!("{}: {what}", counted(formatting.files.len(), "file"))
}

/// Such as `3 errors, 1 warning in 2 files`.
pub(super) fn summarize_findings(mappings: &Mappings) -> String {
    let mut files: Vec<&str> =
        mappings.diagnostics.iter().map(|diagnostic| diagnostic.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    let counts = [(Severity::Error, "error"), (Severity::Warning, "warning")];
    let counts = counts.map(|(severity, noun)| (mappings.count(severity), noun));
    let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(count, noun));
    format!("{} in {}", counts.collect::<Vec<_>>().join(", "), counted(files.len(), "file"))
}

/// Such as `24 cases in 6 files: all passed`.
pub(super) fn summarize_tests(tested: &[TestedCase<'_>]) -> String {
    if tested.is_empty() {
        return "no test cases found: write them next to the mappings, as `organizations/<name>.test.yaml`"
            .to_owned();
    }
    let mut files: Vec<&str> = tested.iter().map(|tested| tested.case.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    let failed = tested.iter().filter(|tested| !tested.passed()).count();
    let result = if failed == 0 { "all passed".to_owned() } else { format!("{failed} failed") };
    format!("{} in {}: {result}", counted(tested.len(), "case"), counted(files.len(), "file"))
}

/// Why cases that passed are a failure, such as `; 1 warning in 1 file, and warnings are denied`, if they are.
pub(super) fn summarize_denied(mappings: &Mappings, denied: bool) -> String {
    if denied {
        format!("; {}, and warnings are denied", summarize_findings(mappings))
    } else {
        String::new()
    }
}

/// A difference between command and Action, in one line.
pub(super) fn describe_action_difference(difference: &ActionDifference) -> String {
    let ActionDifference { what, command, action } = difference;
    format!("{what}: the command answers {command}, the Action does {action}")
}

/// Such as `claims: expected [catalog-admins], got []`.
pub(super) fn describe_mismatch(mismatch: &Mismatch) -> String {
    let Mismatch { what, expected, got, .. } = mismatch;
    format!("{what}: expected {expected}, got {got}")
}
