//! What a look at a tenant gave: what was checked, and what was found.

use std::io::{self, Write};

use anyhow::bail;
use claimsmith_connectors::auth0::Auth0;
use claimsmith_connectors::{Error, ErrorKind};
use claimsmith_lifecycle::drift::{Finding, Severity};
use serde::Serialize;

use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::numbers::spaced;

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

impl Check {
    /// Writes its line.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{:<10} {}", state_word(self.state), escaped(&text_of(self)))
    }
}

fn state_word(state: CheckState) -> &'static str {
    match state {
        CheckState::Checked => "checked",
        CheckState::NotChecked => "UNKNOWN",
        CheckState::Skipped => "skipped",
    }
}

fn text_of(check: &Check) -> String {
    let mut text = match (check.total, check.read) {
        (Some(total), read) if total != read => {
            format!("{}: {} of {} read", check.name, spaced(read), spaced(total))
        }
        (_, read) if check.state == CheckState::Checked || read > 0 => {
            format!("{}: {} read", check.name, spaced(read))
        }
        _ => check.name.to_owned(),
    };
    if !check.missing_scopes.is_empty() {
        text.push_str(&format!(
            ": not checked, because the token lacks the scope `{}`",
            check.missing_scopes.join("` or `")
        ));
    }
    if let Some(why) = &check.why {
        text.push_str(&format!(": not checked, {why}"));
    }
    text
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

    /// Whether the credentials lack the scope of a check, which is noted then.
    pub(super) fn lacks_scope(&mut self, auth0: &Auth0, name: &'static str, scope: &str) -> bool {
        let lacks = auth0.lacks(scope);
        if lacks {
            self.add(Check::without_scope(name, scope), []);
        }
        lacks
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

    /// Success, if nothing is unknown.
    ///
    /// # Errors
    ///
    /// What was not checked, with the `consequence`.
    pub(super) fn all_checked(&self, consequence: &str) -> anyhow::Result<ExitStatus> {
        let not_checked = self.not_checked();
        if not_checked.is_empty() {
            return Ok(ExitStatus::Success);
        }
        let scopes = self.missing_scopes();
        let advice = match scopes.is_empty() {
            true => "run the command again".to_owned(),
            false => {
                format!("add `{}` to the client grant for the Auth0 Management API", scopes.join("`, `"))
            }
        };
        bail!("could not read everything ({}), so {consequence}; {advice}", not_checked.join(", "))
    }
}
