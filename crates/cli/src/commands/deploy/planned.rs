//! `claimsmith deploy plan`: what a deployment would change.

use std::io::Write;

use anyhow::ensure;
use claimsmith::compiler::time_text;
use claimsmith_connectors::auth0::{Auth0, ConnectError};
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::block::ActionReader;
use claimsmith_lifecycle::deployment::{BlockChange, Origin, Plan};

use super::arguments::{DeployPackaging, PlanArguments};
use super::blocks_plan::Planner;
use super::closed::{READ_ORGANIZATIONS, closed_without_mapping, name_and_id, only_in_blocks};
use super::origin;
use super::prepared::{Prepared, needed_features, ours, read_plan, refused};
use super::second_action::SecondActions;
use super::shown::Planned;
use super::slice_names;
use super::sliced;
use crate::action_reader;
use crate::arguments::OutputFormat;
use crate::assumption_record;
use crate::deployment_files::{ACTION_NAME, TRIGGER};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::journal_file::{BlockStep, Earlier};
use crate::metadata_writer;
use crate::platform;
use crate::progress::show_refusal;
use crate::render::json;
use crate::tenant::declared;
use crate::terminal::Terminal;
use crate::write;

const READ: &[&str] = &["read:actions"];

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
        if !matches!(result, Ok(ExitStatus::Success)) && self.out.is_file() {
            let file = self.out.to_string_lossy();
            let file = escaped(&file);
            writeln!(
                terminal.err,
                "note: `{file}` is still an earlier plan; do not apply it in place of this one"
            )?;
        }
        result
    }

    /// Refuses to replace a plan whose blocks wait for a confirmation, which only that plan can give.
    ///
    /// # Errors
    ///
    /// If its deadline is after `now`, in seconds since 1970, and its journal has blocks that were neither confirmed nor
    /// taken back.
    fn check_replaced(&self, now: u64) -> anyhow::Result<()> {
        let Ok((plan, text)) = read_plan(&self.out) else { return Ok(()) };
        let Some(blocks) = &plan.blocks else { return Ok(()) };
        let Some(confirmation) = blocks.confirmation.filter(|it| u64::from(it.deadline) > now) else {
            return Ok(());
        };
        let earlier = Earlier::beside(&self.out, &text);
        let waits = |change: &&BlockChange| {
            matches!(earlier.of_block(&change.organization), Some((BlockStep::Written, _)))
        };
        let waiting: Vec<String> =
            blocks.changes.iter().filter(waits).map(|it| format!("`{}`", it.organization)).collect();
        let (file, deadline) = (self.out.display(), time_text(confirmation.deadline));
        ensure!(
            waiting.is_empty(),
            "`{file}` has a change of {} that waits for a confirmation until {deadline}, and no other plan can confirm it; run `claimsmith deploy confirm {file}` first, or write this plan into another file with `--out`",
            waiting.join(", ")
        );
        Ok(())
    }

    fn plan(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.access.credentials.auth0()?;
        let Some(platform) =
            platform::load_counting_warnings(&self.access.mappings.path, &self.access.tenant, terminal)?
        else {
            return Ok(ExitStatus::Failure);
        };
        let tenant = declared(&platform)?.clone();
        platform::unfilled_ids::refuse(&platform)?;
        assumption_record::require(
            &self.access.mappings.path,
            &platform,
            &needed_features(&platform, false, None),
        )?;
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
        let has_slices = !slice_names::slices_in_flow(&state.bindings).is_empty();
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
            self.check_replaced(auth0.service_time())?;
            let is_embedded = packaging == DeployPackaging::Embedded;
            let stand_in = settings.stand_in();
            let of = (&platform, &tenant);
            return sliced::plan(self, of, &auth0, &state.bindings, is_embedded, stand_in, terminal);
        }
        if travels {
            assumption_record::require(
                &self.access.mappings.path,
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
            let mut gone: Vec<String> = gone.map(|id| name_and_id(&running, id)).collect();
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
        self.check_replaced(auth0.service_time())?;
        write::write(&self.out, plan.to_json().into_bytes())?;
        let file = self.out.to_string_lossy();
        let changed = action_reader::changed_mappings(&state, &platform.bundle);
        let planned = Planned {
            file: &file,
            mappings: &self.access.mappings.path,
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
