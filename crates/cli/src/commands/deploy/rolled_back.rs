//! `claimsmith deploy rollback`: an older version of the Action, or the block that an organization had before.

use std::io::Write;
use std::path::Path;

use anyhow::{anyhow, bail};
use claimsmith::compiler::CompiledPlatform;
use claimsmith_connectors::Journal;
use claimsmith_connectors::auth0::{Auth0, BlockWrite, DeployError, WriteTerms};
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::block::{BlockRefusal, SignedBlock, Source, Verified};
use claimsmith_lifecycle::deployment::{
    BlockChange, Refusal, Served, Values, block_values, closed_by, joined,
};
use claimsmith_lifecycle::digest::sha256_hex;

use super::arguments::RollbackArguments;
use super::origin;
use super::prepared::{Prepared, options_for, ours, packaging_of, read_plan, refused};
use super::signed_blocks;
use super::sliced;
use super::traveling::digest;
use crate::action_reader;
use crate::deployment_files::{ACTION_NAME, TRIGGER};
use crate::exit_status::ExitStatus;
use crate::journal_file::JournalFile;
use crate::login_time;
use crate::metadata_writer;
use crate::numbers::counted;
use crate::platform;
use crate::progress::show_step;
use crate::tenant::TenantArgument;
use crate::tenant::declared;
use crate::terminal::Terminal;

const ROLL_BACK: &[&str] = &["read:actions", "create:actions"];
const WRITE_BLOCKS: &[&str] = &["read:actions", "read:organizations", "update:organizations"];
/// How many customers an error names.
const MOST_NAMES: usize = 5;
/// Where it is recorded that the Action was taken back.
const JOURNAL: &str = "claimsmith.rollback.jsonl";

impl RollbackArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        match &self.plan {
            Some(plan) => self.take_blocks_back(plan, terminal),
            None => self.take_action_back(terminal),
        }
    }

    fn take_action_back(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.access.credentials.auth0()?;
        let Some((_, platforms)) = platform::load_all(&self.access.mappings.path, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let tenant = declared(&self.access.tenant.select(platforms)?)?.clone();
        let auth0 = Auth0::connect(&tenant, &settings, ROLL_BACK, Options::default())?;
        let bindings = auth0.bindings(TRIGGER)?;
        if let Some(refusal) = sliced::refuse_rollback(&bindings, terminal)? {
            return Ok(refusal);
        }
        let is_bound = bindings.iter().any(|binding| binding.action_name == ACTION_NAME);
        let journal = self.journal.as_deref().unwrap_or(Path::new(JOURNAL));
        let mut journal = JournalFile::open(journal, tenant.domain(), "rollback")?;
        let origin = |code: &str| origin::origin(code, tenant.domain());
        let mut record = |step: &str, phase, error: Option<&str>| journal.append(step, phase, error);
        let check = |now: &str, then: &str| check_version(&auth0, now, then, self.force);
        match auth0.take_back(ours(&origin), self.to, &check, &mut record) {
            Ok(back) => {
                let what = match (is_bound, back.is_unchanged) {
                    (true, true) => "logins already run",
                    (true, false) => "logins run",
                    (false, _) => "no login runs the Action, because the flow does not have it; deployed is",
                };
                let code = back.to.code.as_deref().map(sha256_hex).unwrap_or_default();
                writeln!(
                    terminal.out,
                    "{what} version {} of `{ACTION_NAME}` (code {}), in the tenant {} ({})",
                    back.to.number,
                    code.get(..12).unwrap_or_default(),
                    tenant.name(),
                    tenant.domain()
                )?;
                Ok(ExitStatus::Success)
            }
            Err(error) => refused(error, terminal),
        }
    }

    /// Writes the blocks back that a plan found.
    fn take_blocks_back(&self, path: &Path, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.access.credentials.auth0()?;
        let (plan, text) = read_plan(path)?;
        let chosen = TenantArgument { name: Some(plan.tenant.clone()) };
        let packaging = packaging_of(&plan);
        let Some(prepared) = Prepared::build(&self.access.mappings.path, &chosen, packaging, terminal)?
        else {
            return Ok(ExitStatus::Failure);
        };
        let Prepared { tenant, platform, .. } = prepared;
        if plan.domain != tenant.domain() {
            bail!("`{}` is for the tenant {}, and not for {}", path.display(), plan.domain, tenant.domain());
        }
        metadata_writer::check_own(&platform)?;
        let mut changes = Vec::new();
        for name in &self.organizations {
            let all = plan.blocks.iter().flat_map(|blocks| &blocks.changes);
            let change = all.clone().find(|change| change.organization == *name).ok_or_else(|| {
                let changed: Vec<String> =
                    all.take(MOST_NAMES).map(|change| format!("`{}`", change.organization)).collect();
                let changed = if changed.is_empty() { "no block".to_owned() } else { changed.join(", ") };
                anyhow!(
                    "`{}` does not change `{}`; it changes {changed}",
                    path.display(),
                    name.escape_debug()
                )
            })?;
            if change.found.is_empty() {
                return refused(Refusal::NothingBefore { organization: name.clone() }.into(), terminal);
            }
            let check = signed_blocks::check(change, &change.found, &platform, login_time::current());
            if let Err(why) = check {
                let refusal = Refusal::BlockUnusable { organization: name.clone(), why };
                return refused(refusal.into(), terminal);
            }
            changes.push(change);
        }
        let auth0 = Auth0::connect(&tenant, &settings, WRITE_BLOCKS, options_for(changes.len()))?;
        let state = auth0.state(&[ACTION_NAME], TRIGGER)?;
        if let Some(refusal) = sliced::refuse_rollback_of_blocks(&state.bindings, terminal)? {
            return Ok(refusal);
        }
        let running = action_reader::of_state(&state);
        for change in &changes {
            let block = joined(&change.found);
            let now = Some(auth0.service_time() as f64);
            let organization = change.organization.clone();
            let refusal = match running.as_ref().map(|it| it.source(&change.id, &block, now)) {
                Some(Source::Nowhere(why)) => Refusal::BlockUnusable { organization, why },
                Some(Source::Action) => Refusal::BlockUnused { organization },
                Some(Source::Block(_)) | None => continue,
            };
            return refused(refusal.into(), terminal);
        }
        let mut journal = JournalFile::beside(path, self.journal.as_deref(), tenant.domain(), &text)?;
        let mut record = |step: &str, phase, error: Option<&str>| {
            let step = format!("roll back {step}");
            journal.append(&step, phase, error)?;
            show_step(terminal, &step, phase)
        };
        let mut written = 0;
        for change in &changes {
            let result = self.take_block_back(&auth0, change, &platform, &mut record);
            match result {
                Ok(is_written) => written += usize::from(is_written),
                Err(error) => return refused(error, terminal),
            }
        }
        writeln!(
            terminal.out,
            "{} taken back, {} already, in the tenant {} ({})",
            counted(written, "block"),
            changes.len() - written,
            tenant.name(),
            tenant.domain()
        )?;
        Ok(ExitStatus::Success)
    }

    fn take_block_back(
        &self,
        auth0: &Auth0,
        change: &BlockChange,
        platform: &CompiledPlatform,
        record: Journal<'_>,
    ) -> Result<bool, DeployError> {
        let organization = auth0
            .organization(&change.id)?
            .ok_or_else(|| Refusal::OrganizationDeleted { organization: change.organization.clone() })?;
        let present = block_values(&organization.metadata);
        let is_of_plan = |verified: Verified| {
            let last = verified.candidate.map_or(verified.bundle, |(candidate, _)| candidate);
            digest(&last) == change.mapping
        };
        let now = login_time::current();
        let is_expected = present == change.found
            || signed_blocks::check(change, &present, platform, now).is_ok_and(is_of_plan);
        if !is_expected && !self.force {
            return Err(Refusal::BlockChanged { organization: change.organization.clone() }.into());
        }
        let back = BlockChange { found: present, ..change.clone() };
        let values: &Values = &change.found;
        Ok(auth0.write_block(&back, values, WriteTerms::default(), record)? == BlockWrite::Written)
    }
}

/// Refuses an older version of the Action that would close logins which are served now, or that trusts what is not
/// trusted any more.
fn check_version(auth0: &Auth0, now: &str, then: &str, is_forced: bool) -> Result<(), DeployError> {
    let (Some(now), Some(then)) = (action_reader::of_code(now), action_reader::of_code(then)) else {
        let unreadable = Refusal::UnreadableVersion { name: ACTION_NAME.to_owned() };
        return if is_forced { Ok(()) } else { Err(unreadable.into()) };
    };
    // Without blocks, what an older version serves is what its mapping files said.
    if now.verification.is_none() && then.verification.is_none() {
        return Ok(());
    }
    if let (Some(now), Some(then)) = (&now.verification, &then.verification)
        && then.takes_more_than(now)
        && !is_forced
    {
        return Err(Refusal::TakesMore { name: ACTION_NAME.to_owned() }.into());
    }
    let puts_back = then.embedded.difference(&now.embedded).next().is_some();
    if now.verification.is_some() && puts_back && !is_forced {
        return Err(Refusal::StaleMappings { name: ACTION_NAME.to_owned() }.into());
    }
    let organizations = auth0.organizations()?;
    let blocks: Vec<Result<SignedBlock, BlockRefusal>> =
        organizations.iter().map(|it| SignedBlock::in_metadata(&it.metadata)).collect();
    let served = organizations.iter().zip(&blocks).map(|(it, block)| Served::of(it, block, false));
    let served: Vec<Served<'_>> = served.collect();
    let closed = closed_by(&now, &then, &served, Some(auth0.service_time() as f64));
    if !closed.is_empty() {
        let organizations = closed.into_iter().map(|it| it.name.to_owned()).collect();
        return Err(Refusal::BlocksNeedNewer { organizations }.into());
    }
    if is_forced {
        return Ok(());
    }
    let time = Some(auth0.service_time() as f64);
    let (mut organizations, mut groups) = (Vec::new(), Vec::new());
    for it in &served {
        match (now.source(it.id, it.block, time), then.source(it.id, it.block, time)) {
            (Source::Block(own), Source::Block(theirs)) => {
                let more = now.granted_only_by(&then, it.id, (&own, &theirs));
                groups.extend(Some((it.name.to_owned(), more)).filter(|(_, more)| !more.is_empty()));
            }
            (_, Source::Block(_)) => organizations.push(it.name.to_owned()),
            _ => {}
        }
    }
    let name = ACTION_NAME.to_owned();
    if !organizations.is_empty() {
        return Err(Refusal::ReplayedBlocks { name, organizations }.into());
    }
    if !groups.is_empty() {
        return Err(Refusal::RegainedGroups { name, groups }.into());
    }
    Ok(())
}
