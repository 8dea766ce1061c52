//! What `claimsmith deploy` does, with the network.

use std::io::Write;

use anyhow::{anyhow, ensure};
use claimsmith::compiler::time_text;
use claimsmith_connectors::auth0::{Auth0, ConnectError, Deployment};
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::block::ActionReader;
use claimsmith_lifecycle::deployment::{BlockChange, Origin, Plan, Refusal, SlicesPlan};

use super::arguments::{ApplyArguments, DeployPackaging, PlanArguments};
use super::blocks_plan::{self, Planner};
use super::closed::{READ_ORGANIZATIONS, closed_without_mapping, named, only_in_blocks};
use super::in_between;
use super::origin;
use super::prepared::{Prepared, needed_features, options_for, ours, packaging_of, read_plan, refused};
use super::second_action::SecondActions;
use super::shown::Planned;
use super::signed_blocks::SignedBlocks;
use super::slice_names;
use super::sliced;
use crate::action_reader;
use crate::arguments::OutputFormat;
use crate::assumption_record;
use crate::deployment_files::{ACTION_NAME, TRIGGER};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::journal_file::JournalFile;
use crate::login_time;
use crate::metadata_writer;
use crate::numbers::counted;
use crate::plan_file;
use crate::platform;
use crate::progress::{show_refusal, show_step};
use crate::render::json;
use crate::tenant::TenantArgument;
use crate::tenant::declared;
use crate::terminal::Terminal;
use crate::write;

const READ: &[&str] = &["read:actions"];
const DEPLOY: &[&str] = &["read:actions", "create:actions", "update:actions"];
const DEPLOY_BLOCKS: &[&str] =
    &["read:actions", "create:actions", "update:actions", "read:organizations", "update:organizations"];
/// For blocks alone.
const WRITE_BLOCKS: &[&str] = &["read:actions", "read:organizations", "update:organizations"];

/// Where an Action has its mappings.
fn packaging_of_running(running: &ActionReader) -> DeployPackaging {
    match running.verification {
        Some(_) => DeployPackaging::Organizations,
        None => DeployPackaging::Embedded,
    }
}

impl PlanArguments {
    /// Whether something was asked that only blocks have.
    fn is_about_blocks(&self) -> bool {
        !self.organizations.is_empty() || self.confirm_within.is_some() || self.rewrite || self.action_only
    }

    /// Plans, and says so if the file has an earlier plan after a refusal: it would be carried out in place of this one.
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let result = self.plan(terminal);
        if !matches!(result, Ok(ExitStatus::Success)) && self.out.exists() {
            let file = self.out.to_string_lossy();
            let file = escaped(&file);
            writeln!(
                terminal.err,
                "note: `{file}` is still an earlier plan; do not apply it in place of this one"
            )?;
        }
        result
    }

    fn plan(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.credentials.auth0()?;
        let Some(platform) = platform::load_counting_warnings(&self.mappings.path, &self.tenant, terminal)?
        else {
            return Ok(ExitStatus::Failure);
        };
        let tenant = declared(&platform)?.clone();
        platform::refuse_placeholders(&platform)?;
        assumption_record::require(&self.mappings.path, &platform, &needed_features(&platform, false, None))?;
        let auth0 = Auth0::connect(&tenant, &settings, READ, Options::default())?;
        let origin = |code: &str| origin::origin(code, tenant.domain());
        let state = auth0.state(&[ACTION_NAME], TRIGGER)?;
        let second = SecondActions::find(&auth0, &state.bindings, tenant.domain())?;
        if let Some(refusal) = second.refusal(state.action().is_some()) {
            return show_refusal(&refusal, terminal);
        }
        let running = action_reader::of_state(&state);
        let found = running.as_ref().map(packaging_of_running);
        let is_unreadable =
            state.runs().is_some_and(|code| origin(code) == Origin::Ours) && running.is_none();
        ensure!(
            self.packaging.is_some() || !is_unreadable,
            "the Action that logins run was built by another version of claimsmith, so where its mappings are cannot be read; say where they are to be, with `--packaging`"
        );
        let has_slices = !slice_names::bound(&state.bindings).is_empty();
        let found = if has_slices { Some(DeployPackaging::Slices) } else { found };
        let packaging = self.packaging.or(found).unwrap_or_default();
        let travels = packaging == DeployPackaging::Organizations;
        let is_written_by_others = travels && metadata_writer::other_program(&platform).is_some();
        ensure!(
            found == Some(DeployPackaging::Organizations) || is_written_by_others || !self.action_only,
            "`--action-only` replaces an Action that takes blocks, and logins run none; leave it out"
        );
        ensure!(
            travels || !self.is_about_blocks(),
            "`--organization`, `--rewrite` and `--confirm-within` are for blocks, and the mappings are in the Action; leave them out, or let the mappings travel first, with `--packaging organizations`"
        );
        ensure!(
            self.slices.is_none() || packaging == DeployPackaging::Slices,
            "`--slices` is for `--packaging slices`, which divides the customers among several Actions"
        );
        if has_slices || packaging == DeployPackaging::Slices {
            ensure!(
                !travels,
                "slices are in the flow, and blocks need one Action there; deploy with `--packaging embedded` first"
            );
            let is_embedded = packaging == DeployPackaging::Embedded;
            let stand_in = settings.stand_in();
            let of = (&platform, &tenant);
            return sliced::plan(self, of, &auth0, &state.bindings, is_embedded, stand_in, terminal);
        }
        if travels {
            assumption_record::require(
                &self.mappings.path,
                &platform,
                &needed_features(&platform, true, self.confirm_within),
            )?;
            if auth0.lacks(READ_ORGANIZATIONS) {
                return Err(ConnectError::MissingScopes(vec![READ_ORGANIZATIONS.to_owned()]).into());
            }
        }
        let Some(prepared) = Prepared::of(platform, packaging, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let Prepared { wanted, platform, traveling, .. } = prepared;
        let observed = state.observed(ours(&origin));
        let made_by = concat!("claimsmith ", env!("CARGO_PKG_VERSION"));
        let before = self.before.as_deref();
        let plan = Plan::new((tenant.name(), tenant.domain()), made_by, wanted, &observed, before);
        let planned = plan.and_then(|plan| plan.steps(&observed).map(|steps| (plan, steps)));
        let (mut plan, steps) = match planned {
            Ok(planned) => planned,
            Err(refusal) => return refused(refusal.into(), terminal),
        };
        let (mut warnings, mut closes) = (Vec::new(), Vec::new());
        if observed.action().is_some_and(|action| action.has_other_draft(&plan.wanted.content)) {
            warnings.push(format!(
                "the draft of `{ACTION_NAME}` is not what logins run, such as after an edit in the dashboard, and this plan replaces it"
            ));
        }
        if found == Some(DeployPackaging::Organizations) && !travels {
            warnings.push(
                "the mappings travel as blocks now, and this plan puts all of them into the Action; leave out `--packaging embedded` to keep them where they are".to_owned(),
            );
        }
        if let (false, Some(running), Some(wanted)) =
            (travels, running, action_reader::of_bundle(&platform.bundle))
        {
            let gone = running.embedded.difference(&wanted.embedded);
            let mut gone: Vec<String> = gone.map(|id| named(&running, id)).collect();
            gone.extend(only_in_blocks(&auth0, &running, &wanted)?);
            warnings.extend(closed_without_mapping(&gone));
        }
        if travels {
            let planner = Planner {
                platform: &platform,
                traveling: &traveling,
                chosen: &self.organizations,
                is_action_only: self.action_only,
                is_rewritten: self.rewrite,
                confirm_within: self.confirm_within,
                is_forced: self.force,
            };
            let blocks = planner.plan(&auth0, &state, steps.is_empty())?;
            for refusal in &blocks.refusals {
                writeln!(terminal.err, "error: {}", escaped(&refusal.to_string()))?;
            }
            if !blocks.refusals.is_empty() {
                return Ok(ExitStatus::Failure);
            }
            plan.blocks = Some(blocks.plan);
            closes = blocks.closes;
            warnings.extend(blocks.warnings);
        }
        write::write(&self.out, plan.to_json().into_bytes())?;
        let file = self.out.to_string_lossy();
        let changed = action_reader::changed_mappings(&state, &platform.bundle);
        let planned = Planned {
            file: &file,
            mappings: &self.mappings.path,
            plan: &plan,
            steps: &steps,
            changed: changed.as_deref(),
            closes: &closes,
            stand_in: settings.stand_in(),
        };
        match self.format {
            OutputFormat::Human => planned.write(&mut terminal.out)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &planned.summary())?,
        }
        terminal.out.flush()?;
        for warning in warnings {
            writeln!(terminal.err, "warning: {}", escaped(&warning))?;
        }
        Ok(ExitStatus::Success)
    }
}

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
        let Some(prepared) = Prepared::build(&self.mappings, &chosen, packaging, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let Prepared { tenant, wanted, code, platform, traveling } = prepared;
        let within = plan.blocks.as_ref().and_then(|blocks| blocks.confirmation).map(|it| it.within);
        assumption_record::require(
            &self.mappings,
            &platform,
            &needed_features(&platform, plan.blocks.is_some(), within),
        )?;
        plan.check(tenant.domain(), &wanted).map_err(named)?;
        if let Some(blocks) = &plan.blocks {
            let writes = !blocks.changes.is_empty() || blocks.is_partial;
            ensure!(
                !blocks.is_action_only || !writes,
                "`{}` says that it writes no block, and it has some; plan again",
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
            let now = blocks_plan::digest_of_mappings(&platform, &traveling, &blocks.chosen)?;
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
        let mut journal = JournalFile::beside(&self.plan, self.journal.as_deref(), tenant.domain(), &text)?;
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
        let mut record = |step: &str, phase, error: Option<&str>| {
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
            let there = blocks.changes.len() - without - carried.written;
            writeln!(
                terminal.out,
                "{} written, {} as planned already, {} unchanged",
                counted(carried.written, "block"),
                there,
                blocks.unchanged
            )?;
            if let Some(confirmation) = blocks.confirmation {
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
