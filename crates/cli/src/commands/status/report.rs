//! What a look at a tenant gave: what was checked, and what was found.

use claimsmith_connectors::{Error, ErrorKind};
use claimsmith_lifecycle::drift::{Finding, Severity};
use serde::Serialize;

/// How far a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum CheckState {
    Checked,
    /// It is not known whether something is wrong.
    NotChecked,
    /// By an option.
    Skipped,
}

/// A part of the tenant.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    /// Such as `organizations`.
    pub(super) name: &'static str,
    pub(super) state: CheckState,
    /// How many objects were read.
    pub(super) read: usize,
    /// How many there are, if that is known.
    pub(super) total: Option<usize>,
    /// The scopes that are missing.
    pub(super) missing_scopes: Vec<String>,
    /// Why it was not checked, or not completely.
    pub(super) why: Option<String>,
}

impl Check {
    pub(super) fn new(name: &'static str, state: CheckState) -> Self {
        Self { name, state, read: 0, total: None, missing_scopes: Vec::new(), why: None }
    }

    /// A check that needs a scope.
    pub(super) fn without_scope(name: &'static str, scope: &str) -> Self {
        let missing_scopes = vec![scope.to_owned()];
        Self { missing_scopes, ..Self::new(name, CheckState::NotChecked) }
    }

    /// A check whose request failed, after a number of objects.
    ///
    /// # Errors
    ///
    /// The same error, if the credentials are the reason: then nothing can be checked.
    pub(super) fn failed(name: &'static str, read: usize, error: Error) -> Result<Self, Error> {
        if error.status() == Some(401) {
            return Err(error);
        }
        let missing_scopes = match &error.kind {
            ErrorKind::Refused(refusal) => refusal.missing_scopes.clone(),
            _ => Vec::new(),
        };
        let why = if missing_scopes.is_empty() { Some(error.to_string()) } else { None };
        Ok(Self { read, missing_scopes, why, ..Self::new(name, CheckState::NotChecked) })
    }
}

/// All checks, and what they found.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    pub(super) checks: Vec<Check>,
    /// Problems first.
    pub(super) findings: Vec<Finding>,
}

impl Report {
    pub(super) fn add(&mut self, check: Check, findings: impl IntoIterator<Item = Finding>) {
        self.checks.push(check);
        self.findings.extend(findings);
        self.findings.sort_by_key(|finding| finding.severity);
    }

    pub(super) fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// The names of what was not checked.
    pub(super) fn not_checked(&self) -> Vec<&'static str> {
        let not = self.checks.iter().filter(|check| check.state == CheckState::NotChecked);
        not.map(|check| check.name).collect()
    }

    /// Every scope that is missing, once.
    pub(super) fn missing_scopes(&self) -> Vec<&str> {
        let mut scopes: Vec<&str> =
            self.checks.iter().flat_map(|check| &check.missing_scopes).map(String::as_str).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }
}
