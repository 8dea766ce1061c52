//! `claimsmith sync apply` and `claimsmith sync run`: plans that are carried out.

use std::io::Write;

use anyhow::{anyhow, bail, ensure};
use claimsmith_lifecycle::sync::record::{Beginning, Ending, Event};
use claimsmith_lifecycle::sync::{
    Change, Exceeded, Observed, Plan, PlanReason, Stale, Step, carry_out, exceeded, lost, remaining,
};

use super::arguments::{ApplyArguments, MetricsArgument, PrintArguments, RunArguments, plan_file};
use super::journal::Journal;
use super::metrics::Metrics;
use super::planned::write_down;
use super::probe_arguments::DIALECT_FILE;
use super::shown::{PlanSummary, RELEASE_DIGITS, RunSummary, stale_line};
use super::target::Target;
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
        let (plan, _) = plan_file::read(&self.plan, Plan::parse)?;
        let organization = plan.organization.clone();
        self.service
            .with_target(&organization, terminal, |target, terminal| self.carry_out(plan, &target, terminal))
    }

    fn carry_out(
        &self,
        mut plan: Plan,
        target: &Target<'_>,
        terminal: &mut Terminal,
    ) -> anyhow::Result<ExitStatus> {
        target.check(&plan)?;
        let digest = plan.digest();
        let mut journal = Journal::open(&self.journal.of(&plan.organization))?;
        if let Some(run) = journal.run_of_later_plan(plan.made_at) {
            bail!("the plan cannot be carried out: the run {run} carried out a later one; plan again");
        }
        let observed = target.observed()?;
        let left = remaining(&plan.changes, &observed, &target.policy);
        if !left.stale.is_empty() {
            return refuse_stale(&left.stale, self.print.show_people, terminal);
        }
        let groups = target.subject().groups;
        let broken = exceeded(&left.changes, &observed, groups, &target.policy, &target.limits);
        let is_named = |it: &Exceeded| {
            plan.exceeded.iter().any(|other| other.guarded == it.guarded && other.removed >= it.removed)
        };
        if !broken.iter().all(is_named) {
            bail!("the plan breaks guards that it does not name; plan again");
        }
        let release = self.release.as_deref();
        if !broken.is_empty() && release != digest.get(..RELEASE_DIGITS) {
            (plan.changes, plan.exceeded) = (left.changes, broken);
            if let Some(release) = release {
                writeln!(
                    terminal.err,
                    "error: `--release {}` is not the digest of this plan, which is `{}`: the plan was replaced, or the digits are mistyped; look at its people again",
                    escaped(release),
                    digest.get(..RELEASE_DIGITS).unwrap_or_default()
                )?;
            }
            let file = self.plan.to_string_lossy();
            let summary = PlanSummary::new((&file, &digest), &plan, self.print.show_people);
            match self.print.format {
                OutputFormat::Human => {
                    summary.write("not carried out; nothing was changed", &mut terminal.out)?;
                }
                OutputFormat::Json => json::versioned(&mut terminal.out, &summary)?,
            }
            return Ok(ExitStatus::Guarded);
        }
        check_removal(&left.changes, target)?;
        plan.changes = left.changes;
        let run = Run { plan: &plan, digest, released: broken, observed: &observed, target };
        run.carry_out(&mut journal, &self.metrics, &self.print, terminal)
    }
}

impl RunArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        self.service
            .with_target(&self.organization, terminal, |target, terminal| self.run_on(&target, terminal))
    }

    fn run_on(&self, target: &Target<'_>, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
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
        check_removal(&plan.changes, target)?;
        let digest = plan.digest();
        let run = Run { plan: &plan, digest, released: Vec::new(), observed: &observed, target };
        run.carry_out(&mut journal, &self.metrics, &self.print, terminal)
    }
}

/// Checks that members are removed only from a service that was seen to remove one of two.
fn check_removal(changes: &[Change], target: &Target<'_>) -> anyhow::Result<()> {
    let removes = changes.iter().any(|change| matches!(change, Change::RemoveMembers { .. }));
    ensure!(
        !removes || target.is_removal_seen,
        "the plan removes members of groups, and it is not known how this service removes one: some remove all. Run `claimsmith sync probe`, which writes `{DIALECT_FILE}`, and then this again"
    );
    Ok(())
}

fn refuse_stale(stale: &[Stale], shows_people: bool, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
    writeln!(
        terminal.err,
        "error: {} not fit what the service has now; plan again",
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
    /// Of the whole plan, of which something may have been made already.
    digest: String,
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
        let Self { plan, digest, released, observed, target } = self;
        let undoes = match &plan.reason {
            PlanReason::Undo { run, .. } => Some(run.clone()),
            PlanReason::Mapping { .. } => None,
        };
        let name = journal.begin(Beginning {
            by: plan.made_by.clone(),
            service: plan.service.clone(),
            organization: plan.organization.clone(),
            application: plan.application.clone(),
            plan: digest,
            plan_made_at: plan.made_at,
            undoes,
            released,
        })?;
        for finding in &plan.findings {
            journal.append(Event::Found(finding.clone())).map_err(|error| anyhow!(error))?;
        }
        let mut progress = StepProgress::of(plan.changes.len(), terminal);
        let mut scim = target.scim;
        let mut outcome = carry_out(&plan.changes, observed, &mut scim, &mut |step| {
            progress.show(step.phase);
            let Step { change, phase, error, is_uncertain, id } = step;
            journal.append(Event::Step {
                change: change.clone(),
                phase,
                error: error.map(str::to_owned),
                is_uncertain,
                id: id.map(str::to_owned),
            })
        });
        progress.end()?;
        // A service may accept what it does not do.
        let (mut not_effective, mut stale, mut lost_members) = (Vec::new(), 0, 0);
        if !outcome.accepted.is_empty() {
            match target.observed() {
                Ok(now) => {
                    let left = remaining(&outcome.accepted, &now, &target.policy);
                    (not_effective, stale) = (left.changes, left.stale.len());
                    lost_members = lost(&outcome.accepted, observed, &now);
                }
                Err(error) => {
                    let why = format!("what was accepted could not be read again: {error:#}");
                    outcome.stopped.get_or_insert(why);
                }
            }
        }
        let not_effective_count = not_effective.len() + stale;
        let is_whole = outcome.is_whole() && not_effective_count + lost_members == 0;
        let is_mapped = matches!(plan.reason, PlanReason::Mapping { .. });
        let ending = Ending {
            accepted: outcome.accepted.len(),
            failed: outcome.failed.len(),
            left_out: outcome.left_out.len(),
            not_effective: not_effective_count,
            lost: lost_members,
            is_in_step: is_whole && is_mapped && plan.findings.is_empty(),
            stopped: outcome.stopped.clone(),
        };
        // What was done is said even if a full disk keeps the end out of the journal.
        let ended = journal.append(Event::Ended(ending.clone()));
        let summary =
            RunSummary::new(&name, plan, &outcome, (&not_effective, lost_members), print.show_people);
        match print.format {
            OutputFormat::Human => summary.write(&mut terminal.out)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &summary)?,
        }
        let seconds = login_time::current() - began;
        Metrics::of_run(plan, &outcome, &ending, seconds).write(metrics, journal)?;
        ended.map_err(|error| anyhow!("the journal cannot be written: {error}"))?;
        let is_sound = is_whole && plan.findings.is_empty();
        Ok(if is_sound { ExitStatus::Success } else { ExitStatus::Failure })
    }
}
