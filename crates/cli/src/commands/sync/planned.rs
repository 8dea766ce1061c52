//! `claimsmith sync plan` and `claimsmith sync undo`: plans that are written down, and change nothing.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use claimsmith_lifecycle::sync::{Plan, record, undo};

use super::arguments::{PlanArguments, PrintArguments, UndoArguments, plan_file, undo_file};
use super::shown::PlanSummary;
use super::target::Target;
use crate::arguments::OutputFormat;
use crate::exit_status::ExitStatus;
use crate::input;
use crate::render::json;
use crate::terminal::Terminal;
use crate::write;

impl PlanArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        self.service.with_target(&self.organization, terminal, |target, terminal| {
            let directory = self.directory.read(&target.mapping)?;
            let plan = target.plan(&directory, &target.observed()?)?;
            let file = plan_file(self.out.as_ref(), &self.organization);
            write_down(&plan, &file, &self.print, terminal)
        })
    }
}

impl UndoArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        self.service
            .with_target(&self.organization, terminal, |target, terminal| self.run_on(&target, terminal))
    }

    fn run_on(&self, target: &Target<'_>, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let records = read_journal(&self.journal.of(&self.organization))?;
        self.check_journal(&records, target)?;
        let observed = target.observed()?;
        let Some(undo) = undo(&records, &self.run, &observed, &target.policy) else {
            bail!(
                "the journal has no run `{}`; `claimsmith sync history {}` lists them",
                self.run.escape_debug(),
                self.organization.escape_debug()
            );
        };
        let terms = (&target.policy, &target.limits);
        let plan = Plan::undo(target.subject(), &self.run, undo, &observed, terms);
        let file = undo_file(self.out.as_ref(), &self.organization);
        write_down(&plan, &file, &self.print, terminal)
    }
}

impl UndoArguments {
    /// Checks that the run was one of the same mapping and service: ids of another service may be those of other people.
    fn check_journal(&self, records: &[record::Record], target: &Target<'_>) -> anyhow::Result<()> {
        let begun = records.iter().filter(|record| record.run == self.run);
        let begun = begun.filter_map(|record| match &record.event {
            record::Event::Begun(it) => Some(it),
            _ => None,
        });
        let subject = target.subject();
        for it in begun {
            ensure!(
                it.service == subject.service
                    && it.organization == subject.organization
                    && it.application == subject.application,
                "the run was one of the mapping `{}` and the service {}; undo it there",
                it.organization.escape_debug(),
                it.service.escape_debug()
            );
        }
        Ok(())
    }
}

/// The longest journal that is read, in bytes: more than ten years of runs.
const LONGEST_JOURNAL: u64 = 4 << 30;

/// The records of a journal.
///
/// # Errors
///
/// If it cannot be read, or a line of it is none of this program.
pub(super) fn read_journal(path: &Path) -> anyhow::Result<Vec<record::Record>> {
    let (reader, name) =
        input::open(path).context("the journal cannot be read; `--journal FILE` names another one")?;
    let mut text = String::new();
    reader.take(LONGEST_JOURNAL).read_to_string(&mut text).with_context(|| format!("cannot read {name}"))?;
    record::read(&text).map_err(|line| {
        anyhow::anyhow!(
            "{name}:{line}: this is not a record of this version; put the journal aside, or use the program that wrote it"
        )
    })
}

/// Writes a plan into a file, and says what it changes.
pub(super) fn write_down(
    plan: &Plan,
    file: &Path,
    print: &PrintArguments,
    terminal: &mut Terminal,
) -> anyhow::Result<ExitStatus> {
    let digest = plan.digest();
    write::write_private(file, plan.to_json().into_bytes())?;
    let file = file.to_string_lossy();
    let summary = PlanSummary::new((&file, &digest), plan, print.show_people);
    match print.format {
        OutputFormat::Human => summary.write("written; nothing was changed", &mut terminal.out)?,
        OutputFormat::Json => json::versioned(&mut terminal.out, &summary)?,
    }
    Ok(status_of(plan))
}

/// What the exit code says of a plan.
fn status_of(plan: &Plan) -> ExitStatus {
    if !plan.exceeded.is_empty() {
        ExitStatus::Guarded
    } else if !plan.findings.is_empty() {
        ExitStatus::Failure
    } else {
        ExitStatus::Success
    }
}
