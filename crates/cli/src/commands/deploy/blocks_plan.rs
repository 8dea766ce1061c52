//! Plans the blocks of a deployment: which organizations get another one, and in which order with the Action.

use anyhow::{Context, anyhow, bail, ensure};
use claimsmith::compiler::{CompiledPlatform, time_text};
use claimsmith_connectors::auth0::{Auth0, REQUESTS_PER_SECOND, State};
use claimsmith_lifecycle::block::{ActionReader, BlockRefusal, SignedBlock, Source, Verified};
use claimsmith_lifecycle::deployment::{
    BlockChange, BlocksPlan, Confirmation, Content, Order, Refusal, Served, closed_by, order,
};
use claimsmith_lifecycle::digest::sha256_hex;
use claimsmith_lifecycle::tenant::Organization;

use super::block_warnings;
use super::in_between;
use super::traveling::{Traveling, bundles, digest, digest_of_mappings, earlier_blocks, is_floored};
use crate::action_reader;
use crate::blocks::Signable;
use crate::deployment_files::RUNTIME;
use crate::metadata_writer;

/// What a plan of blocks is made from.
pub(super) struct Planner<'p> {
    /// Without the mappings that travel.
    pub(super) platform: &'p CompiledPlatform,
    /// The names of the mappings that travel.
    pub(super) traveling: &'p [String],
    /// The organizations that were named; all if there is none.
    pub(super) chosen: &'p [String],
    /// Whether no block is written.
    pub(super) is_action_only: bool,
    /// Whether blocks are written whose mappings are as they were.
    pub(super) is_rewritten: bool,
    /// How long the changes wait for a confirmation, in seconds.
    pub(super) confirm_within: Option<u32>,
    /// Whether a change that may remove access may wait for a confirmation.
    pub(super) is_forced: bool,
}

/// A plan of blocks, and what people should know about it.
pub(super) struct PlannedBlocks {
    pub(super) plan: BlocksPlan,
    /// The organizations that the plan closes, for people.
    pub(super) closes: Vec<String>,
    pub(super) warnings: Vec<String>,
    /// Why it must not be carried out.
    pub(super) refusals: Vec<Refusal>,
}

impl Planner<'_> {
    /// Plans from what there is. `is_current` says whether logins run the wanted Action already.
    ///
    /// # Errors
    ///
    /// If a request fails, or something must not be planned.
    pub(super) fn plan(
        &self,
        auth0: &Auth0,
        state: &State,
        is_current: bool,
    ) -> anyhow::Result<PlannedBlocks> {
        self.check(is_current)?;
        let mut warnings = Vec::new();
        let wanted = action_reader::of_bundle(&self.platform.bundle)
            .context("the compiled mappings cannot be used")?;
        let running = self.running(state)?;
        let organizations = self.organizations(auth0)?;
        let now = Some(auth0.service_time() as f64);
        let traveling = self.traveling(&organizations, &mut warnings)?;
        let mut plan = BlocksPlan {
            mappings: digest_of_mappings(self.platform, self.traveling, self.chosen)?,
            chosen: self.chosen.to_vec(),
            is_action_only: self.is_action_only,
            is_partial: !self.chosen.is_empty() || self.confirm_within.is_some(),
            order: Order::ActionFirst,
            in_between: None,
            changes: Vec::new(),
            unchanged: 0,
            closes: Vec::new(),
            confirmation: None,
        };
        let (mut refusals, mut closes, mut differing) = (Vec::new(), Vec::new(), Vec::new());
        for it in &traveling {
            let [least, _] = it.values;
            let change = self.change(it, &wanted, running.as_ref(), now);
            if self.is_action_only && change.is_some() {
                differing.push(it.name);
            }
            let change = change.filter(|_| !self.is_action_only);
            let refusal = change.as_ref().and_then(|change| change.check_keys(it.free_keys, least).err());
            if refusal.is_none() {
                warnings.extend(block_warnings::nearly_full(it));
            }
            refusals.extend(refusal);
            match change {
                Some(change) => plan.changes.push(change),
                None => plan.unchanged += 1,
            }
        }
        let blocks: Vec<Result<SignedBlock, BlockRefusal>> =
            organizations.iter().map(|it| SignedBlock::in_metadata(&it.metadata)).collect();
        let is_written = |it: &Organization| plan.changes.iter().any(|change| change.id == it.id);
        let served =
            organizations.iter().zip(&blocks).map(|(it, block)| Served::of(it, block, is_written(it)));
        let served: Vec<Served<'_>> = served.collect();
        plan.order = order(running.as_ref(), &wanted, &served, now);
        if let Some(running) = &running {
            warnings.extend(block_warnings::withheld_meanwhile(
                running, &wanted, plan.order, &served, &traveling, now,
            ));
            if self.is_action_only {
                refusals.extend(earlier_blocks(running, &wanted, &traveling, now));
            }
            warnings.extend(block_warnings::leaving(running, &traveling));
        }
        warnings.extend(block_warnings::differing(&differing));
        warnings.extend(block_warnings::without_mapping(self.platform, &wanted, &served, now));
        warnings.extend(block_warnings::floors_ahead(self.platform, self.traveling, auth0.service_time()));
        if let Some(running) = &running {
            for it in closed_by(running, &wanted, &served, now).into_iter().filter(|it| !it.is_written) {
                plan.closes.push(it.id.to_owned());
                closes.push(it.name_and_id());
            }
            if plan.order == Order::InBetween {
                let code = in_between::compose(self.platform, self.traveling, running).map_err(|why| {
                    anyhow!("the Action that takes old and new blocks cannot be made: {why}")
                })?;
                let code = sha256_hex(&code);
                plan.in_between = Some(Content { code, runtime: RUNTIME.to_owned() });
            }
        }
        plan.confirmation = self.confirmation(&plan.changes, &traveling, &wanted, auth0.service_time())?;
        Ok(PlannedBlocks { plan, closes, warnings, refusals })
    }

    /// Refuses to deploy the Action alone, if mappings leave it whose organizations have earlier blocks by now.
    ///
    /// # Errors
    ///
    /// If a request fails, or the Action that logins run cannot be read.
    pub(super) fn earlier_blocks(&self, auth0: &Auth0, state: &State) -> anyhow::Result<Option<Refusal>> {
        let Some(running) = self.running(state)? else { return Ok(None) };
        let wanted = action_reader::of_bundle(&self.platform.bundle)
            .context("the compiled mappings cannot be used")?;
        let organizations = self.organizations(auth0)?;
        let traveling = self.traveling(&organizations, &mut Vec::new())?;
        Ok(earlier_blocks(&running, &wanted, &traveling, Some(auth0.service_time() as f64)))
    }

    /// The mappings whose blocks differ from what the mapping files give, although the plan does not change them: it was
    /// edited, or a block that was right has changed since.
    ///
    /// # Errors
    ///
    /// If a request fails.
    pub(super) fn left_out(&self, auth0: &Auth0, plan: &BlocksPlan) -> anyhow::Result<Vec<String>> {
        let is_changed = |name: &str| plan.changes.iter().any(|change| change.organization == name);
        let is_chosen = |name: &&String| self.chosen.is_empty() || self.chosen.contains(name);
        let left: Vec<&String> =
            self.traveling.iter().filter(is_chosen).filter(|name| !is_changed(name)).collect();
        if left.is_empty() || self.is_action_only {
            return Ok(Vec::new());
        }
        let wanted = action_reader::of_bundle(&self.platform.bundle)
            .context("the compiled mappings cannot be used")?;
        let organizations = self.organizations(auth0)?;
        let now = Some(auth0.service_time() as f64);
        let mut names = Vec::new();
        for name in left {
            let it = Traveling::of(self.platform, name, &organizations)?;
            if it.is_ok_and(|it| self.change(&it, &wanted, None, now).is_some()) {
                names.push(name.clone());
            }
        }
        Ok(names)
    }

    fn check(&self, is_current: bool) -> anyhow::Result<()> {
        self.platform.block_settings().context("the platform takes no blocks")?;
        if !self.is_action_only {
            metadata_writer::check_own(self.platform)?;
        }
        if !self.chosen.is_empty() || self.confirm_within.is_some() {
            ensure!(
                is_current,
                "logins do not run the Action that these mapping files give, and blocks alone do not change that; plan and apply without `--organization` and `--confirm-within` first"
            );
        }
        for name in self.chosen {
            ensure!(
                self.traveling.contains(name),
                "the mapping of `{}` is in the Action or does not exist; leave out `--organization` to deploy the Action",
                name.escape_debug()
            );
        }
        Ok(())
    }

    /// What the Action knows that logins run; `None` if they run none.
    fn running(&self, state: &State) -> anyhow::Result<Option<ActionReader>> {
        let Some(code) = state.runs() else { return Ok(None) };
        let reader = action_reader::of_code(code).context(
            "the Action that logins run was built by another version of claimsmith, so what it knows of blocks cannot be read; deploy with that version, or put all mappings into the Action first, with `--packaging embedded`",
        )?;
        Ok(Some(reader))
    }

    /// The organizations of the tenant: all, or those that were chosen.
    fn organizations(&self, auth0: &Auth0) -> anyhow::Result<Vec<Organization>> {
        if self.chosen.is_empty() {
            return Ok(auth0.organizations()?);
        }
        let mut found = Vec::new();
        for name in self.chosen {
            let id = Signable::of(self.platform, name, 0)
                .map_err(|why| anyhow!("`{name}` cannot travel: {why}"))?
                .organization_id;
            found.extend(auth0.organization(&id)?);
        }
        Ok(found)
    }

    fn traveling(
        &self,
        organizations: &[Organization],
        warnings: &mut Vec<String>,
    ) -> anyhow::Result<Vec<Traveling<'_>>> {
        let mut all = Vec::new();
        let is_chosen = |name: &&String| self.chosen.is_empty() || self.chosen.contains(name);
        for name in self.traveling.iter().filter(is_chosen) {
            match Traveling::of(self.platform, name, organizations)? {
                Ok(it) => all.push(it),
                Err(id) => {
                    let missing = format!(
                        "the tenant has no organization {id}, which `{name}` names, so its block is not planned; create it, or correct the id in the mapping"
                    );
                    ensure!(self.chosen.is_empty(), "{missing}");
                    warnings.push(missing);
                }
            }
        }
        Ok(all)
    }

    /// What changes for an organization; `None` if its block says already what it is to say.
    fn change(
        &self,
        it: &Traveling<'_>,
        wanted: &ActionReader,
        running: Option<&ActionReader>,
        now: Option<f64>,
    ) -> Option<BlockChange> {
        let id = &it.signable.organization_id;
        let verified = |reader: &ActionReader| match reader.source(id, &it.block, now) {
            Source::Block(verified) => Some(verified),
            Source::Action | Source::Nowhere(_) => None,
        };
        let by_wanted = verified(wanted);
        let is_same = |verified: &Verified| {
            it.is_in(verified)
                && (verified.protected || !it.signable.grants_protected)
                && !is_floored(self.platform, verified)
        };
        if !self.is_rewritten && by_wanted.as_ref().is_some_and(is_same) {
            return None;
        }
        let before = running.and_then(verified).or(by_wanted);
        let used = before.as_ref().map(|verified| verified.bundle_at(now));
        let only_adds = |used: &[u8]| self.platform.only_adds(it.name, used);
        let may_remove = before.as_ref().is_some_and(|verified| !bundles(verified).all(only_adds));
        Some(BlockChange {
            organization: it.name.to_owned(),
            id: id.clone(),
            mapping: it.signable.digest.clone(),
            before: used.map(digest),
            may_remove,
            found: it.found.clone(),
        })
    }

    /// Until when the changes wait for a confirmation. Logins run the wanted Action.
    fn confirmation(
        &self,
        changes: &[BlockChange],
        traveling: &[Traveling<'_>],
        wanted: &ActionReader,
        now: u64,
    ) -> anyhow::Result<Option<Confirmation>> {
        let Some(within) = self.confirm_within else { return Ok(None) };
        ensure!(!changes.is_empty(), "no block would change, so there is nothing to confirm");
        for change in changes {
            let name = &change.organization;
            ensure!(
                change.before.is_some(),
                "`{name}` has no block yet that could come back without a confirmation; deploy it without `--confirm-within`"
            );
            if change.may_remove && !self.is_forced {
                let it = traveling.iter().find(|it| it.name == name);
                let rules = it
                    .map(|it| it.removing_rules(self.platform, wanted, Some(now as f64)))
                    .unwrap_or_default();
                bail!(
                    "the change of `{name}` may remove access{rules}, and without a confirmation that access would come back; deploy it without `--confirm-within`, or accept that with `--force`"
                );
            }
        }
        let deadline = u32::try_from(now + u64::from(within)).context("the clock of the tenant is wrong")?;
        let confirmation = Confirmation { deadline, within };
        confirmation.check(changes.len(), REQUESTS_PER_SECOND, now, &time_text(deadline))?;
        Ok(Some(confirmation))
    }
}
