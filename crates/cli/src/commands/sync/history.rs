//! `claimsmith sync history`: what the journal says.

use std::io::Write;

use claimsmith::compiler::time_text;
use claimsmith_lifecycle::journal::Phase;
use claimsmith_lifecycle::sync::Policy;
use claimsmith_lifecycle::sync::record::{Beginning, Ending, Event, Record};
use serde::Serialize;

use super::arguments::HistoryArguments;
use super::planned::read_journal;
use super::shown::{Counts, lines_of};
use crate::arguments::OutputFormat;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::render::json;
use crate::terminal::Terminal;

/// A run.
#[derive(Debug, Serialize)]
struct PastRun<'r> {
    run: &'r str,
    at: String,
    application: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes: Option<&'r str>,
    released: usize,
    changes: Counts,
    /// Each change of a person, with what it was caused by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    people: Vec<String>,
    findings: usize,
    /// `None` if the process ended in between.
    ending: Option<&'r Ending>,
}

#[derive(Debug, Serialize)]
struct History<'r> {
    runs: Vec<PastRun<'r>>,
}

impl HistoryArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let records = read_journal(&self.journal.of(&self.organization))?;
        let history = self.history(&records);
        if let Some(run) = &self.run
            && history.runs.is_empty()
        {
            anyhow::bail!(
                "the journal has no run `{}`; `claimsmith sync history {}` lists them",
                run.escape_debug(),
                self.organization.escape_debug()
            );
        }
        match self.print.format {
            OutputFormat::Human => history.runs.iter().try_for_each(|run| run.write(&mut terminal.out))?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &history)?,
        }
        Ok(ExitStatus::Success)
    }

    fn history<'r>(&self, records: &'r [Record]) -> History<'r> {
        let person = self.person.as_ref();
        let person = person.map(|id| format!("{}{id}: ", Policy::prefix_of(&self.organization)));
        let mut runs: Vec<PastRun<'_>> = Vec::new();
        for record in records {
            match &record.event {
                Event::Begun(beginning) => runs.push(PastRun::of(record, beginning)),
                event => {
                    let Some(run) = runs.iter_mut().rev().find(|it| it.run == record.run) else { continue };
                    match event {
                        Event::Step { change, phase: Phase::Done, .. } => {
                            run.changes.add(change);
                            let lines = lines_of(change).into_iter();
                            run.people.extend(lines.filter(|line| match &person {
                                Some(person) => line.starts_with(person),
                                None => self.print.show_people,
                            }));
                        }
                        Event::Found(_) => run.findings += 1,
                        Event::Ended(ending) => run.ending = Some(ending),
                        Event::Step { .. } | Event::Begun(_) => {}
                    }
                }
            }
        }
        runs.retain(|run| self.run.as_ref().is_none_or(|name| name == run.run));
        if person.is_some() {
            runs.retain(|run| !run.people.is_empty());
        }
        History { runs }
    }
}

impl<'r> PastRun<'r> {
    fn of(record: &'r Record, beginning: &'r Beginning) -> Self {
        Self {
            run: &record.run,
            at: time_text(u32::try_from(record.at).unwrap_or(u32::MAX)),
            application: &beginning.application,
            undoes: beginning.undoes.as_deref(),
            released: beginning.released.len(),
            changes: Counts::default(),
            people: Vec::new(),
            findings: 0,
            ending: None,
        }
    }

    fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut notes = Vec::new();
        if let Some(run) = self.undoes {
            notes.push(format!("takes {run} back"));
        }
        if self.released > 0 {
            notes.push("guards released".to_owned());
        }
        if self.findings > 0 {
            notes.push(format!("{} to decide", self.findings));
        }
        match self.ending {
            None => notes.push("ended in between".to_owned()),
            Some(ending) if !ending.is_whole() => notes.push("not everything took effect".to_owned()),
            Some(_) => {}
        }
        let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
        writeln!(out, "{}: {}{}", escaped(self.run), self.changes, escaped(&notes))?;
        self.people.iter().try_for_each(|line| writeln!(out, "  {}", escaped(line)))
    }
}
