//! The state of a tenant, as text and for JSON.

use std::io::{self, Write};

use claimsmith_connectors::auth0::{State, Version};
use claimsmith_lifecycle::deployment::{Content, Observed, Wanted};
use claimsmith_lifecycle::digest::sha256_hex;
use claimsmith_lifecycle::drift::{Finding, Severity};
use serde::Serialize;

use super::report::Report;
use crate::commands::deploy::{TenantSummary, names, quoted, short};
use crate::escape::escaped;
use crate::numbers::counted;

/// How many findings are printed for people.
const MOST_FINDINGS: usize = 200;

/// What logins run.
#[derive(Debug, Serialize)]
pub(super) struct Running {
    pub(super) action: String,
    /// Whether mappings travel as blocks.
    #[serde(skip)]
    pub(super) travels: bool,
    /// Whether logins that run the Action run what the mapping files give.
    pub(super) current: bool,
    /// Whether the trigger runs it.
    pub(super) bound: bool,
    /// The number of the version that is deployed.
    deployed: Option<u64>,
    /// What that version is; null if none is deployed.
    pub(super) found: Option<Content>,
    /// What the mapping files give.
    wanted: Content,
    mappings: String,
    pub(super) trigger: String,
    /// The names in the flow.
    bindings: Vec<String>,
    /// The newest versions, the newest first.
    versions: Vec<VersionSummary>,
}

#[derive(Debug, Serialize)]
struct VersionSummary {
    number: u64,
    created_at: String,
    /// The digest of its code.
    code: String,
}

impl Running {
    pub(super) fn new(
        (wanted, travels): (&Wanted, bool),
        state: &State,
        observed: &Observed,
        versions: &[Version],
    ) -> Self {
        let found = observed.action().and_then(|action| action.deployed.clone());
        let number = state.action().and_then(|action| action.deployed_version.as_ref()).map(|it| it.number);
        let own = observed.action().map(|action| action.id.as_str());
        let version = |version: &Version| VersionSummary {
            number: version.number,
            created_at: version.created_at.clone(),
            code: version.code.as_deref().map(sha256_hex).unwrap_or_default(),
        };
        Self {
            action: wanted.name.clone(),
            travels,
            current: found.as_ref() == Some(&wanted.content),
            bound: observed.bindings.iter().any(|bound| Some(bound.action_id.as_str()) == own),
            deployed: number,
            found,
            wanted: wanted.content.clone(),
            mappings: wanted.mappings.clone(),
            trigger: wanted.trigger.clone(),
            bindings: names(&observed.bindings).into_iter().map(str::to_owned).collect(),
            versions: versions.iter().map(version).collect(),
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        match (&self.found, self.deployed) {
            (Some(found), Some(number)) => {
                let relation = if self.current { "" } else { "not " };
                let code = short(&found.code);
                writeln!(
                    out,
                    "deployed   version {number}, code {code}: {relation}what the mapping files give"
                )?;
            }
            _ => writeln!(out, "deployed   nothing")?,
        }
        let bindings: Vec<&str> = self.bindings.iter().map(String::as_str).collect();
        let bindings = if bindings.is_empty() { "nothing".to_owned() } else { quoted(&bindings).join(", ") };
        writeln!(out, "{} {}", self.trigger, escaped(&bindings))?;
        for version in &self.versions {
            let mark = if Some(version.number) == self.deployed { ", deployed" } else { "" };
            let (time, code) = (escaped(&version.created_at), short(&version.code));
            writeln!(out, "version    {} of {time}, code {code}{mark}", version.number)?;
        }
        Ok(())
    }
}

/// Everything that is printed.
#[derive(Debug, Serialize)]
pub(super) struct Shown<'r> {
    tenant: TenantSummary<'r>,
    /// What logins run; null if that could not be read.
    running: Option<&'r Running>,
    /// How many requests it took.
    requests: usize,
    #[serde(flatten)]
    report: &'r Report,
    problems: usize,
    warnings: usize,
    notes: usize,
}

impl<'r> Shown<'r> {
    pub(super) fn new(
        tenant: TenantSummary<'r>,
        running: Option<&'r Running>,
        report: &'r Report,
        requests: usize,
    ) -> Self {
        let [problems, warnings, notes] =
            [Severity::Problem, Severity::Warning, Severity::Note].map(|it| report.count(it));
        Self { tenant, running, requests, report, problems, warnings, notes }
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.tenant.write(out)?;
        if let Some(running) = self.running {
            running.write(out)?;
        }
        for check in &self.report.checks {
            check.write(out)?;
        }
        writeln!(out, "cost       {}", counted(self.requests, "request"))?;
        let findings = &self.report.findings;
        for finding in findings.iter().take(MOST_FINDINGS) {
            write_finding(out, finding)?;
        }
        if let Some(more) = findings.len().checked_sub(MOST_FINDINGS).filter(|more| *more > 0) {
            writeln!(out, "\n{} more; `--format json` has all of them", counted(more, "finding"))?;
        }
        writeln!(out, "\n{}", self.verdict())
    }

    fn verdict(&self) -> String {
        let not_checked = self.report.not_checked();
        let mut parts = Vec::new();
        for (count, noun) in [(self.problems, "problem"), (self.warnings, "warning"), (self.notes, "note")] {
            if count > 0 {
                parts.push(counted(count, noun));
            }
        }
        if parts.is_empty() {
            parts.push("nothing was found".to_owned());
        }
        if !not_checked.is_empty() {
            parts.push(format!("not checked: {}", not_checked.join(", ")));
        }
        parts.join(", ")
    }
}

fn write_finding(out: &mut impl Write, finding: &Finding) -> io::Result<()> {
    let (severity, code) = (finding.severity.name(), finding.code.name());
    writeln!(out, "\n{severity}[{code}] {}: {}", escaped(&finding.place), escaped(&finding.what))?;
    if let Some(file) = &finding.file {
        writeln!(out, "  in   {}", escaped(file))?;
    }
    writeln!(out, "  why  {}", finding.why)?;
    writeln!(out, "  fix  {}", escaped(&finding.fix))
}
