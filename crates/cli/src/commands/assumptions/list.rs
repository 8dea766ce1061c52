//! `claimsmith assumptions list`.

use std::io::{self, Write};

use claimsmith_lifecycle::assumptions::{ASSUMPTIONS, Assumption, Outcome, Record, Test};
use serde::Serialize;

use super::arguments::ListArguments;
use crate::arguments::OutputFormat;
use crate::assumption_record::{default_path, read};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::numbers::counted;
use crate::platform;
use crate::render::json;
use crate::tenant::declared;
use crate::terminal::Terminal;

/// An assumption, and what is known about it.
#[derive(Debug, Serialize)]
pub(super) struct Listed<'r> {
    pub(super) id: &'static str,
    about: &'static str,
    statement: &'static str,
    pub(super) outcome: Outcome,
    /// When it was tested; null if it was not.
    at: Option<&'r str>,
    note: Option<&'r str>,
    /// Whether an API can tell.
    automatic: bool,
    /// What to do, if a person has to look.
    test: Option<&'static str>,
    /// What refuses if it failed.
    refuses: Vec<String>,
}

impl<'r> Listed<'r> {
    pub(super) fn of(assumption: &'static Assumption, record: &'r Record) -> Self {
        let tested = record.tested(assumption.id);
        Self {
            id: assumption.id,
            about: assumption.about,
            statement: assumption.statement,
            outcome: record.outcome(assumption.id),
            at: tested.map(|it| it.at.as_str()),
            note: tested.and_then(|it| it.note.as_deref()),
            automatic: matches!(assumption.test, Test::Automatic(_)),
            test: match assumption.test {
                Test::Automatic(_) => None,
                Test::Guided(text) => Some(text),
            },
            refuses: assumption.features.iter().map(|it| it.name()).collect(),
        }
    }

    /// Writes what is known about it.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { id, about, statement, outcome, .. } = self;
        writeln!(out, "{:<8} {id}: {statement} ({about})", outcome.name())?;
        if let (Some(at), Some(note)) = (self.at, self.note) {
            writeln!(out, "         {}: {}", escaped(at), escaped(note))?;
        }
        Ok(())
    }
}

#[derive(Debug, Serialize)]
struct Document<'r> {
    domain: &'r str,
    record: String,
    assumptions: Vec<Listed<'r>>,
}

impl ListArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some(platform) = platform::load_counting_warnings(&self.mappings.path, &self.tenant, terminal)?
        else {
            return Ok(ExitStatus::Failure);
        };
        let domain = declared(&platform)?.domain();
        let path = self.record.clone().unwrap_or_else(|| default_path(&self.mappings.path, domain));
        let record = read(&path, domain)?;
        let assumptions: Vec<Listed<'_>> = ASSUMPTIONS.iter().map(|it| Listed::of(it, &record)).collect();
        match self.format {
            OutputFormat::Human => write_human(&mut terminal.out, &assumptions)?,
            OutputFormat::Json => {
                let record = path.display().to_string();
                json::versioned(&mut terminal.out, &Document { domain, record, assumptions })?;
            }
        }
        Ok(ExitStatus::Success)
    }
}

fn write_human(out: &mut impl Write, assumptions: &[Listed<'_>]) -> io::Result<()> {
    for it in assumptions {
        it.write(out)?;
        writeln!(out, "         if it fails, these refuse: {}", it.refuses.join(", "))?;
    }
    writeln!(out, "{}", summary(assumptions))
}

/// How many held, failed and are unknown.
pub(super) fn summary(assumptions: &[Listed<'_>]) -> String {
    let count = |outcome| assumptions.iter().filter(|it| it.outcome == outcome).count();
    let (held, failed, unknown) = (count(Outcome::Held), count(Outcome::Failed), count(Outcome::Unknown));
    let all = counted(assumptions.len(), "assumption");
    format!("{all}: {held} held, {failed} failed, {unknown} unknown")
}
