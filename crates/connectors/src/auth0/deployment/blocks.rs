//! Writes blocks into the metadata of organizations, and deploys the Action before, after or around that.

use std::collections::BTreeMap;
use std::time::Duration;

use claimsmith::compiler::time_text;
use claimsmith_lifecycle::block::{ActionReader, MAX_AHEAD_SECONDS};
use claimsmith_lifecycle::deployment::{
    ActionsPlan as _, BlockChange, BlockStep, BlocksPlan, Order, Plan, Progress, Refusal, Values,
    block_values,
};
use claimsmith_lifecycle::digest::sha256_hex;
use claimsmith_lifecycle::journal::Phase;

use super::{DeployError, MOST_LOOKS, Ours, State};
use crate::auth0::Auth0;
use crate::error::Error;
use crate::journal::Journal;

/// The requests per second that every tenant has, whatever its subscription: Auth0 allows two on free ones.
pub const REQUESTS_PER_SECOND: u64 = 2;

/// Makes the Action between the old and the new one, from the code that logins run.
pub type InBetween<'d> = &'d dyn Fn(&str) -> Result<String, String>;

/// Says what the Action with some code knows of blocks; `None` if its code is of another version.
pub type ReadAction<'d> = &'d dyn Fn(&str) -> Option<ActionReader>;

/// A deployment of blocks that is carried out.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Deployment<'d> {
    /// The plan, which has blocks.
    pub plan: &'d Plan,
    /// The code of the Action.
    pub code: &'d str,
    /// Makes the Action in between.
    pub in_between: InBetween<'d>,
    /// Reads what an Action knows.
    pub read: ReadAction<'d>,
    /// The values of each block, by the name of the organization.
    pub values: &'d BTreeMap<String, Values>,
    /// What confirms each block, if the plan asks for a confirmation.
    pub confirmed: &'d BTreeMap<String, Values>,
    /// When the newest of them was signed, in seconds since 1970.
    pub issued: u32,
    /// Whose Action it is.
    pub ours: Ours<'d>,
    /// Whether changes of others since the plan was made are accepted.
    pub is_forced: bool,
}

impl std::fmt::Debug for Deployment<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Deployment").field("plan", &self.plan).finish_non_exhaustive()
    }
}

/// What has to hold when a block is written.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct WriteTerms<'t> {
    /// Whether a block that somebody else has written since is replaced.
    pub is_forced: bool,
    /// The moment from which on it must not be written, in seconds since 1970, by the clock of the tenant.
    pub deadline: Option<u32>,
    /// What confirms the block; it is never replaced by the block that it confirms.
    pub confirmed: Option<&'t Values>,
}

/// What has become of a block that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing else")]
pub enum BlockWrite {
    /// It was written.
    Written,
    /// It was there already.
    There,
    /// It was confirmed already.
    Confirmed,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Carried {
    /// The steps of the Action.
    pub steps: Vec<String>,
    /// How many blocks were written.
    pub written: usize,
    /// How many blocks were confirmed before, and stay so.
    pub confirmed: usize,
    /// The organizations that do not exist any more; everything else was done.
    pub deleted: Vec<String>,
    /// The organizations whose blocks could not be written, each with the reason; the other blocks were written.
    pub unwritten: Vec<(String, DeployError)>,
    /// Those of them whose logins the Action would have closed, so it was not deployed.
    pub waits_for: Vec<String>,
}

/// What was confirmed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Confirmed {
    /// How many blocks were written; the others were there already.
    pub written: usize,
    /// Why the rest could not be confirmed.
    pub unconfirmed: Vec<DeployError>,
}

impl Auth0 {
    /// Carries out a plan with blocks, or what an earlier run has left of it.
    ///
    /// # Errors
    ///
    /// If a request fails or something must not be done. What was done before stays; the same plan continues there.
    pub fn carry_out_with_blocks(
        &self,
        deployment: Deployment<'_>,
        journal: Journal<'_>,
    ) -> Result<Carried, DeployError> {
        let Deployment { plan, code, ours, is_forced, .. } = deployment;
        let mut carried = Carried::default();
        let Some(blocks) = &plan.blocks else {
            carried.steps = self.carry_out(plan, &[code], ours, is_forced, journal)?;
            return Ok(carried);
        };
        if blocks.is_partial {
            self.check_current(plan, ours)?;
            self.write_blocks(deployment, blocks, journal, &mut carried)?;
            return Ok(carried);
        }
        let state = self.state(&[ours.name], ours.trigger.0)?;
        // What would be refused afterwards is refused before anything is written.
        plan.next(&state.observed(ours), deployment.progress())?;
        if !is_forced {
            self.check_order(deployment, blocks, &state)?;
        }
        if blocks.order == Order::ActionFirst {
            carried.steps = self.carry_out_from(state, plan, &[code], ours, is_forced, journal)?;
            self.write_blocks(deployment, blocks, journal, &mut carried)?;
            return Ok(carried);
        }
        if blocks.order == Order::InBetween {
            carried.steps = self.deploy_in_between(deployment, state, journal)?;
        }
        self.write_blocks(deployment, blocks, journal, &mut carried)?;
        if !carried.unwritten.is_empty() {
            carried.waits_for = self.waits_for(deployment, blocks, &carried.unwritten)?;
        }
        if carried.waits_for.is_empty() {
            carried.steps.extend(self.carry_out(plan, &[code], ours, is_forced, journal)?);
        }
        Ok(carried)
    }

    /// Deploys the Action that takes old and new blocks, unless an earlier run has.
    fn deploy_in_between(
        &self,
        deployment: Deployment<'_>,
        state: State,
        journal: Journal<'_>,
    ) -> Result<Vec<String>, DeployError> {
        let Deployment { plan, ours, is_forced, .. } = deployment;
        let Some(in_between) = plan.in_between() else { return Ok(Vec::new()) };
        let observed = state.observed(ours);
        let runs = observed.action().and_then(|action| action.deployed.as_ref());
        if runs.is_some_and(|it| [&in_between.wanted.content, &plan.wanted.content].contains(&it)) {
            return Ok(Vec::new());
        }
        let running = state.deployed_code().unwrap_or_default();
        let code = (deployment.in_between)(running).map_err(DeployError::InBetween)?;
        if sha256_hex(&code) != in_between.wanted.content.code {
            return Err(Refusal::ActionChanged { name: ours.name.to_owned() }.into());
        }
        self.carry_out_from(state, &in_between, &[&code], ours, is_forced, journal)
    }

    /// Refuses to write blocks if logins run another Action than the one that they are for.
    fn check_current(&self, plan: &Plan, ours: Ours<'_>) -> Result<(), DeployError> {
        let not_current = || Refusal::ActionNotCurrent { name: ours.name.to_owned() };
        let action = self.find_action(ours.name)?.ok_or_else(not_current)?;
        let observed = super::observe(&self.with_deployed_code(action)?, ours);
        match observed.deployed {
            Some(deployed) if deployed == plan.wanted.content => Ok(()),
            _ => Err(not_current().into()),
        }
    }

    fn write_blocks(
        &self,
        deployment: Deployment<'_>,
        blocks: &BlocksPlan,
        journal: Journal<'_>,
        carried: &mut Carried,
    ) -> Result<(), DeployError> {
        if let Some(confirmation) = blocks.confirmation {
            let deadline = time_text(confirmation.deadline);
            let now = self.service_time();
            confirmation.check(blocks.changes.len(), REQUESTS_PER_SECOND, now, &deadline)?;
        }
        let ahead = u64::from(deployment.issued).saturating_sub(self.service_time());
        if ahead > u64::from(MAX_AHEAD_SECONDS) && !blocks.changes.is_empty() {
            return Err(Refusal::SignedAhead { seconds: ahead }.into());
        }
        let deadline = blocks.confirmation.map(|confirmation| confirmation.deadline);
        for change in &blocks.changes {
            let values = deployment
                .values
                .get(&change.organization)
                .ok_or_else(|| DeployError::NoBlock(change.organization.clone()))?;
            let confirmed = deployment.confirmed.get(&change.organization);
            let terms = WriteTerms { is_forced: deployment.is_forced, deadline, confirmed };
            match self.write_block(change, values, terms, journal) {
                Ok(BlockWrite::Written) => carried.written += 1,
                Ok(BlockWrite::Confirmed) => carried.confirmed += 1,
                Ok(BlockWrite::There) => {}
                Err(DeployError::Refused(Refusal::OrganizationDeleted { organization })) => {
                    carried.deleted.push(organization);
                }
                Err(error) if error.is_about_one_block() => {
                    carried.unwritten.push((change.organization.clone(), error.of(&change.organization)));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Writes the values of a block over what was found, and reads them back.
    ///
    /// # Errors
    ///
    /// If a request fails, the organization is gone, or somebody else writes its metadata.
    pub fn write_block(
        &self,
        change: &BlockChange,
        values: &Values,
        terms: WriteTerms<'_>,
        journal: Journal<'_>,
    ) -> Result<BlockWrite, DeployError> {
        let deleted = || Refusal::OrganizationDeleted { organization: change.organization.clone() };
        let step = format!("block of {}", change.organization);
        let mut has_begun = false;
        // An answer may be lost, and then only reading says whether the metadata were written.
        let mut is_sent = false;
        let fail = |error: DeployError, has_begun: bool, journal: Journal<'_>| {
            if has_begun {
                let _ = journal(&step, Phase::Failed, Some(&error.to_string()));
            }
            Err(error)
        };
        for look in 0..MOST_LOOKS {
            if is_sent && look > 1 {
                self.pause(&change.id)?;
            }
            let metadata = match self.organization(&change.id) {
                Ok(Some(organization)) => organization.metadata,
                Ok(None) => return fail(deleted().into(), has_begun, journal),
                Err(error) => return fail(error.into(), has_begun, journal),
            };
            if !has_begun && terms.confirmed.is_some_and(|it| block_values(&metadata) == *it) {
                return Ok(BlockWrite::Confirmed);
            }
            let metadata = match change.next(&metadata, values, terms.is_forced) {
                Ok(BlockStep::Write(metadata)) => metadata,
                Ok(BlockStep::Nothing) if has_begun => {
                    journal(&step, Phase::Done, None).map_err(DeployError::Journal)?;
                    return Ok(BlockWrite::Written);
                }
                Ok(BlockStep::Nothing) => return Ok(BlockWrite::There),
                Err(refusal) => return fail(refusal.into(), has_begun, journal),
            };
            if is_sent {
                continue;
            }
            if let Some(deadline) = terms.deadline.filter(|it| self.service_time() >= u64::from(*it)) {
                let refusal = Refusal::DeadlinePassed { deadline: time_text(deadline) };
                return fail(refusal.into(), has_begun, journal);
            }
            if !has_begun {
                journal(&step, Phase::Begun, None).map_err(DeployError::Journal)?;
                has_begun = true;
            }
            match self.replace_metadata(&change.id, &metadata) {
                Ok(()) => is_sent = true,
                Err(error) if error.may_have_taken_effect() => {}
                Err(error) if error.status() == Some(404) => {
                    return fail(deleted().into(), has_begun, journal);
                }
                Err(error) => return fail(error.into(), has_begun, journal),
            }
        }
        fail(DeployError::NotWritten(change.organization.clone()), has_begun, journal)
    }

    fn pause(&self, id: &str) -> Result<(), Error> {
        let path = format!("/api/v2/organizations/{id}");
        let pause = self.http.sleep(Duration::from_secs(1), None);
        pause.map_err(|kind| Error { method: "GET", path, kind })
    }

    /// Replaces pending blocks of a plan by final ones, before their deadline. A customer who cannot be confirmed, such as
    /// because the block is not the one that the plan has written, holds up no other one, whose old mapping would return.
    ///
    /// # Errors
    ///
    /// If the deadline has passed, or a request fails.
    pub fn confirm_blocks(
        &self,
        blocks: &BlocksPlan,
        pending: &BTreeMap<String, Values>,
        confirmed: &BTreeMap<String, Values>,
        journal: Journal<'_>,
    ) -> Result<Confirmed, DeployError> {
        let deadline = blocks.confirmation.map(|confirmation| confirmation.deadline);
        let terms = WriteTerms { is_forced: false, deadline, confirmed: None };
        let mut all = Confirmed::default();
        for change in &blocks.changes {
            let organization = &change.organization;
            let none = || DeployError::NoBlock(organization.clone());
            let own = pending.get(organization).ok_or_else(none)?;
            let values = confirmed.get(organization).ok_or_else(none)?;
            let over = BlockChange { found: own.clone(), ..change.clone() };
            match self.write_block(&over, values, terms, journal) {
                Ok(outcome) => all.written += usize::from(outcome == BlockWrite::Written),
                Err(DeployError::Refused(Refusal::BlockChanged { .. })) if self.has_block_of(change)? => {
                    let organization = organization.clone();
                    all.unconfirmed.push(Refusal::NotApplied { organization }.into());
                }
                Err(error @ DeployError::Refused(Refusal::OrganizationDeleted { .. })) => {
                    all.unconfirmed.push(error);
                }
                Err(error) if error.is_about_one_block() => all.unconfirmed.push(error.of(organization)),
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    /// Whether an organization has the block that a plan found.
    fn has_block_of(&self, change: &BlockChange) -> Result<bool, DeployError> {
        let organization = self.organization(&change.id)?;
        Ok(organization.is_some_and(|it| block_values(&it.metadata) == change.found))
    }

    /// What the tenant's clock said in the last answer, in seconds since 1970; this machine's if it did not say.
    pub fn service_time(&self) -> u64 {
        self.http.service_time().unwrap_or_else(|| self.http.timer().unix_seconds())
    }
}

impl Deployment<'_> {
    fn progress(self) -> Progress {
        Progress { is_forced: self.is_forced, has_written: false }
    }
}
