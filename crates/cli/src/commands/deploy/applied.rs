//! `claimsmith deploy apply`: carries out a plan.

use std::io::Write;

use anyhow::{anyhow, ensure};
use claimsmith::compiler::time_text;
use claimsmith_connectors::auth0::{Auth0, Deployment};
use claimsmith_lifecycle::deployment::{BlockChange, Refusal, SlicesPlan};
use claimsmith_lifecycle::journal::Phase;

use super::arguments::ApplyArguments;
use super::blocks_plan::Planner;
use super::in_between;
use super::origin;
use super::prepared::{Prepared, needed_features, options_for, ours, packaging_of, read_plan, refused};
use super::second_action::SecondActions;
use super::signed_blocks::SignedBlocks;
use super::sliced;
use super::traveling::digest_of_mappings;
use crate::action_reader;
use crate::assumption_record;
use crate::deployment_files::{ACTION_NAME, TRIGGER};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::journal_file::{BlockStep, Earlier, JournalFile};
use crate::login_time;
use crate::metadata_writer;
use crate::numbers::counted;
use crate::plan_file;
use crate::progress::{show_refusal, show_step};
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;

const DEPLOY: &[&str] = &["read:actions", "create:actions", "update:actions"];
const DEPLOY_BLOCKS: &[&str] =
    &["read:actions", "create:actions", "update:actions", "read:organizations", "update:organizations"];
/// For blocks alone.
const WRITE_BLOCKS: &[&str] = &["read:actions", "read:organizations", "update:organizations"];

impl ApplyArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let (slices, text) = plan_file::read(&self.plan, |text| SlicesPlan::from_json(text).transpose())?;
        if let Some(plan) = slices {
            return sliced::apply(self, &plan, &text, DEPLOY, terminal);
        }
        let settings = self.credentials.auth0()?;
        let (plan, text) = read_plan(&self.plan)?;
        let named = |error| anyhow!("`{}` cannot be carried out: {error}", self.plan.display());
        let chosen = TenantArgument { name: Some(plan.tenant.clone()) };
        let packaging = packaging_of(&plan);
        let Some(prepared) = Prepared::build(&self.mappings.path, &chosen, packaging, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let Prepared { tenant, wanted, code, platform, traveling } = prepared;
        let within = plan.blocks.as_ref().and_then(|blocks| blocks.confirmation).map(|it| it.within);
        assumption_record::require(
            &self.mappings.path,
            &platform,
            &needed_features(&platform, plan.blocks.is_some(), within),
        )?;
        plan.check(tenant.domain(), &wanted).map_err(named)?;
        if let Some(blocks) = &plan.blocks {
            let writes = !blocks.changes.is_empty() || blocks.is_partial;
            ensure!(
                !blocks.is_action_only || !writes,
                "`{}` is a plan of the Action alone, and changes blocks; plan again",
                self.plan.display()
            );
            if !blocks.is_action_only {
                metadata_writer::check_own(&platform)?;
            }
            let is_known = |change: &BlockChange| traveling.contains(&change.organization);
            ensure!(
                blocks.changes.iter().all(is_known),
                "`{}` changes a mapping that does not exist, or does not travel, any more; plan again",
                self.plan.display()
            );
            let now = digest_of_mappings(&platform, &traveling, &blocks.chosen)?;
            ensure!(
                blocks.is_action_only || now == blocks.mappings,
                "`{}` cannot be carried out: the mappings have changed since it was made; plan again",
                self.plan.display()
            );
        }
        let signed = match &plan.blocks {
            Some(blocks) => {
                SignedBlocks::read((blocks, &self.plan), &self.blocks, &platform, login_time::current())?
            }
            None => SignedBlocks::default(),
        };
        let mut journal =
            JournalFile::beside(&self.plan, self.journal.path.as_deref(), tenant.domain(), &text)?;
        let scopes = match &plan.blocks {
            None => DEPLOY,
            Some(blocks) if blocks.is_partial => WRITE_BLOCKS,
            Some(_) => DEPLOY_BLOCKS,
        };
        let auth0 = Auth0::connect(&tenant, &settings, scopes, options_for(signed.values.len()))?;
        if let Some(blocks) = plan.blocks.as_ref().filter(|_| !self.force) {
            let planner = Planner {
                platform: &platform,
                traveling: &traveling,
                chosen: &blocks.chosen,
                is_action_only: blocks.is_action_only,
                is_rewritten: false,
                confirm_within: within,
                is_forced: self.force,
            };
            if blocks.is_action_only
                && let Some(refusal) =
                    planner.earlier_blocks(&auth0, &auth0.state(&[ACTION_NAME], TRIGGER)?)?
            {
                return refused(refusal.into(), terminal);
            }
            let organizations = planner.left_out(&auth0, blocks)?;
            if !organizations.is_empty() {
                return refused(Refusal::BlocksLeftOut { organizations }.into(), terminal);
            }
        }
        // Without `--force`, the plan refuses whatever was added to the flow since.
        if self.force
            && let Some(refusal) = SecondActions::refusal_now(&auth0, tenant.domain())?
        {
            return show_refusal(&refusal, terminal);
        }
        let origin = |code: &str| origin::origin(code, tenant.domain());
        let deployments = 1 + usize::from(plan.blocks.as_ref().is_some_and(|it| it.in_between.is_some()));
        let mut record = |step: &str, phase, error: Option<&str>| {
            if phase == Phase::Begun
                && let Some(before) = done_before(journal.earlier(), step, deployments)
            {
                let shown = writeln!(terminal.err, "note: {}", escaped(&before));
                shown.map_err(|error| error.to_string())?;
            }
            journal.append(step, phase, error)?;
            show_step(terminal, step, phase)
        };
        let in_between = |running: &str| {
            let running = action_reader::of_code(running)
                .ok_or("what logins run now was built by another version of claimsmith")?;
            in_between::compose(&platform, &traveling, &running)
        };
        let deployment = Deployment {
            plan: &plan,
            code: &code,
            in_between: &in_between,
            read: &action_reader::of_code,
            values: &signed.values,
            confirmed: &signed.confirmed,
            issued: signed.issued,
            ours: ours(&origin),
            is_forced: self.force,
        };
        let carried = match auth0.carry_out_with_blocks(deployment, &mut record) {
            Ok(carried) => carried,
            Err(error) => return refused(error, terminal),
        };
        if carried.waits_for.is_empty() {
            let what = if carried.steps.is_empty() { "already run" } else { "run" };
            writeln!(
                terminal.out,
                "logins {what} `{ACTION_NAME}` with the mappings {}, in the tenant {} ({})",
                wanted.mappings.get(..12).unwrap_or_default(),
                tenant.name(),
                tenant.domain()
            )?;
        }
        if let Some(blocks) = &plan.blocks {
            let without = carried.deleted.len() + carried.unwritten.len();
            let there = blocks.changes.len() - without - carried.written - carried.confirmed;
            let confirmed = match carried.confirmed {
                0 => String::new(),
                confirmed => format!(", {confirmed} confirmed already"),
            };
            writeln!(
                terminal.out,
                "{} written, {} as planned already, {} unchanged{confirmed}",
                counted(carried.written, "block"),
                there,
                blocks.unchanged
            )?;
            if let Some(confirmation) = blocks.confirmation.filter(|_| carried.written + there > 0) {
                writeln!(
                    terminal.out,
                    "the old mappings return at {} unless `claimsmith deploy confirm {}` comes before",
                    time_text(confirmation.deadline),
                    escaped(&self.plan.to_string_lossy())
                )?;
            }
        }
        terminal.out.flush()?;
        for organization in &carried.deleted {
            let refusal = Refusal::OrganizationDeleted { organization: organization.clone() };
            writeln!(terminal.err, "error: {}", escaped(&refusal.to_string()))?;
        }
        for (_, error) in &carried.unwritten {
            writeln!(terminal.err, "error: {}", escaped(&error.to_string()))?;
        }
        if !carried.waits_for.is_empty() {
            let refusal = Refusal::BlocksMissing { organizations: carried.waits_for };
            writeln!(terminal.err, "error: {}", escaped(&refusal.to_string()))?;
        }
        let is_complete = carried.deleted.is_empty() && carried.unwritten.is_empty();
        Ok(if is_complete { ExitStatus::Success } else { ExitStatus::Failure })
    }
}

/// Says that an earlier run has taken a step of the plan, which is not in force any more. `deployments` is how often a run
/// deploys the Action.
fn done_before(earlier: &Earlier, step: &str, deployments: usize) -> Option<String> {
    if let Some(organization) = step.strip_prefix("block of ") {
        return Some(match earlier.of_block(organization)? {
            (BlockStep::TakenBack, at) => {
                format!("the block of `{organization}` was taken back at {at}, and this plan writes it again")
            }
            (_, at) => format!(
                "this plan wrote the block of `{organization}` at {at} already, and somebody has replaced it since; it is written again"
            ),
        });
    }
    let times = earlier.times(step);
    let at = times.last().filter(|_| step == "deploy" && times.len() >= deployments)?;
    Some(format!(
        "this plan deployed the Action at {at} already, and logins run another version since, such as after `claimsmith deploy rollback`; it is deployed again"
    ))
}
