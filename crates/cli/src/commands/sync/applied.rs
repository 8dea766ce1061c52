//! `claimsmith sync apply` and `claimsmith sync run`: plans that are carried out.

use std::io::Write;

use claimsmith_lifecycle::digest::sha256_hex;
use claimsmith_lifecycle::sync::record::{Beginning, Ending, Event};
use claimsmith_lifecycle::sync::{
    Exceeded, Observed, Plan, PlanReason, Stale, Step, carry_out, exceeded, remaining,
};

use super::arguments::{ApplyArguments, MetricsArgument, PrintArguments, RunArguments, plan_file};
use super::journal::Journal;
use super::metrics::Metrics;
use super::planned::write_down;
use super::shown::{RunSummary, guard, stale_line};
use super::target::{Target, mapping_of};
use crate::arguments::OutputFormat;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::login_time;
use crate::numbers::counted;
use crate::plan_file;
use crate::render::json;
use crate::step_progress::StepProgress;
use crate::terminal::Terminal;

/// How many stale changes are listed.
const MOST_LISTED: usize = 20;

impl ApplyArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let (mut plan, _) = plan_file::read(&self.plan, Plan::parse)?;
        let organization = plan.organization.clone();
        let Some(platform) = self.service.platform(terminal)? else { return Ok(ExitStatus::Failure) };
        let mapping = mapping_of(&platform, &organization)?;
        let service = self.service.connect(&mapping)?;
        let target = Target::of(&platform, (&organization, mapping), &service)?;
        target.check(&plan)?;
        let mut journal = Journal::open(&self.journal.of(&organization))?;
        let observed = target.observed()?;
        let left = remaining(&plan.changes, &observed, &target.policy);
        if !left.stale.is_empty() {
            return refuse_stale(&left.stale, self.print.show_people, terminal);
        }
        let groups = target.subject().groups;
        let broken = exceeded(&left.changes, &observed, groups, &target.policy, &target.limits);
        let is_named = |it: &Exceeded| plan.exceeded.iter().any(|other| other.guarded == it.guarded);
        let is_released = self.release && broken.iter().all(is_named);
        if !broken.is_empty() && !is_released {
            for exceeded in &broken {
                writeln!(terminal.err, "error: {}", escaped(&guard(exceeded)))?;
            }
            let plan = escaped(&self.plan.to_string_lossy()).to_string();
            writeln!(
                terminal.err,
                "note: `claimsmith sync apply {plan} --release` carries it out nevertheless, if the plan names these guards; look at its people first"
            )?;
            return Ok(ExitStatus::Guarded);
        }
        plan.changes = left.changes;
        let run = Run { plan: &plan, released: broken, observed: &observed, target: &target };
        run.carry_out(&mut journal, &self.metrics, &self.print, terminal)
    }
}

impl RunArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some(platform) = self.service.platform(terminal)? else { return Ok(ExitStatus::Failure) };
        let mapping = mapping_of(&platform, &self.organization)?;
        let service = self.service.connect(&mapping)?;
        let target = Target::of(&platform, (&self.organization, mapping), &service)?;
        let mut journal = Journal::open(&self.journal.of(&self.organization))?;
        let directory = self.directory.read(&target.mapping)?;
        let observed = target.observed()?;
        let plan = target.plan(&directory, &observed)?;
        if !plan.exceeded.is_empty() {
            let file = plan_file(self.out.as_ref(), &self.organization);
            let status = write_down(&plan, &file, &self.print, terminal)?;
            Metrics::of_guarded(&plan).write(&self.metrics, &journal)?;
            return Ok(status);
        }
        let run = Run { plan: &plan, released: Vec::new(), observed: &observed, target: &target };
        run.carry_out(&mut journal, &self.metrics, &self.print, terminal)
    }
}

fn refuse_stale(stale: &[Stale], shows_people: bool, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
    writeln!(
        terminal.err,
        "error: {} not fit to what the service has now; plan again",
        if stale.len() == 1 {
            "1 change does".to_owned()
        } else {
            format!("{} do", counted(stale.len(), "change"))
        }
    )?;
    if shows_people {
        for stale in stale.iter().take(MOST_LISTED) {
            writeln!(terminal.err, "note: {}", escaped(&stale_line(stale)))?;
        }
    }
    Ok(ExitStatus::Failure)
}

/// A plan that is carried out.
struct Run<'r> {
    plan: &'r Plan,
    /// The guards that a person has released.
    released: Vec<Exceeded>,
    observed: &'r Observed,
    target: &'r Target<'r>,
}

impl Run<'_> {
    fn carry_out(
        self,
        journal: &mut Journal,
        metrics: &MetricsArgument,
        print: &PrintArguments,
        terminal: &mut Terminal,
    ) -> anyhow::Result<ExitStatus> {
        let began = login_time::current();
        let Self { plan, released, observed, target } = self;
        let undoes = match &plan.reason {
            PlanReason::Undo { run, .. } => Some(run.clone()),
            PlanReason::Mapping { .. } => None,
        };
        let name = journal.begin(Beginning {
            by: plan.made_by.clone(),
            service: plan.service.clone(),
            organization: plan.organization.clone(),
            application: plan.application.clone(),
            plan: sha256_hex(&plan.to_json()),
            undoes,
            released,
        })?;
        for finding in &plan.findings {
            journal.append(Event::Found(finding.clone())).map_err(|error| anyhow::anyhow!(error))?;
        }
        let mut progress = StepProgress::of(plan.changes.len(), terminal);
        let mut scim = target.scim;
        let mut outcome = carry_out(&plan.changes, observed, &mut scim, &mut |step| {
            progress.show(step.phase);
            let Step { change, phase, error, id } = step;
            journal.append(Event::Step {
                change: change.clone(),
                phase,
                error: error.map(str::to_owned),
                id: id.map(str::to_owned),
            })
        });
        progress.end()?;
        // A service may accept what it does not do.
        let mut not_effective = Vec::new();
        if !outcome.accepted.is_empty() {
            match target.observed() {
                Ok(now) => {
                    let left = remaining(&outcome.accepted, &now, &target.policy);
                    not_effective = left.changes;
                }
                Err(error) => {
                    let why = format!("what was accepted could not be read again: {error:#}");
                    outcome.stopped.get_or_insert(why);
                }
            }
        }
        let ending = Ending {
            accepted: outcome.accepted.len(),
            failed: outcome.failed.len(),
            left_out: outcome.left_out.len(),
            not_effective: not_effective.len(),
            stopped: outcome.stopped.clone(),
        };
        let is_whole = ending.is_whole();
        journal.append(Event::Ended(ending)).map_err(|error| anyhow::anyhow!(error))?;
        let summary = RunSummary::new(&name, plan, &outcome, &not_effective, print.show_people);
        match print.format {
            OutputFormat::Human => summary.write(&mut terminal.out)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &summary)?,
        }
        let seconds = login_time::current() - began;
        Metrics::of_run(plan, &outcome, not_effective.len(), seconds).write(metrics, journal)?;
        let is_sound = is_whole && plan.findings.is_empty();
        Ok(if is_sound { ExitStatus::Success } else { ExitStatus::Failure })
    }
}
