//! What a deployment needs from what there is when it is carried out, which may differ from when it was planned.

use claimsmith_lifecycle::block::{BlockRefusal, SignedBlock};
use claimsmith_lifecycle::deployment::{BlocksPlan, Refusal, Runs, Served, Values, block_values, waiting};
use claimsmith_lifecycle::tenant::Organization;

use super::{DeployError, Deployment, State};
use crate::auth0::Auth0;

impl Auth0 {
    /// Refuses a plan whose order or closures are not those that what is there now needs.
    pub(super) fn check_order(
        &self,
        deployment: Deployment<'_>,
        blocks: &BlocksPlan,
        state: &State,
    ) -> Result<(), DeployError> {
        let Deployment { plan, ours, read, .. } = deployment;
        let observed = state.observed(ours);
        let content = observed.action().and_then(|action| action.deployed.as_ref());
        let runs = plan.runs(content.filter(|_| state.runs().is_some()));
        if runs == Runs::Wanted {
            return Ok(());
        }
        let changed = || Refusal::ActionChanged { name: ours.name.to_owned() };
        let running = match state.runs() {
            None => None,
            Some(code) => Some(read(code).ok_or_else(changed)?),
        };
        let wanted = read(deployment.code).ok_or_else(changed)?;
        let organizations = self.organizations()?;
        let found: Vec<Found<'_>> = organizations.iter().map(Found::of).collect();
        let is_written = |found: &Found<'_>| {
            let change = blocks.changes.iter().find(|change| change.id == found.organization.id);
            let values = change.and_then(|change| deployment.values.get(&change.organization));
            values.is_some_and(|values| *values != found.values)
        };
        let served: Vec<Served<'_>> = found.iter().map(|it| it.served(is_written(it))).collect();
        let now = Some(self.service_time() as f64);
        Ok(blocks.check_order(running.as_ref(), &wanted, &served, runs, now)?)
    }

    /// The names of the organizations whose logins the wanted Action would close, among those whose blocks could not be
    /// written.
    pub(super) fn waits_for(
        &self,
        deployment: Deployment<'_>,
        blocks: &BlocksPlan,
        unwritten: &[(String, DeployError)],
    ) -> Result<Vec<String>, DeployError> {
        let state = self.state(&[deployment.ours.name], deployment.ours.trigger.0)?;
        let Some(code) = state.runs() else { return Ok(Vec::new()) };
        let changed = || Refusal::ActionChanged { name: deployment.ours.name.to_owned() };
        let running = (deployment.read)(code).ok_or_else(changed)?;
        let wanted = (deployment.read)(deployment.code).ok_or_else(changed)?;
        let mut names = Vec::new();
        for change in &blocks.changes {
            if !unwritten.iter().any(|(name, _)| *name == change.organization) {
                continue;
            }
            let Some(organization) = self.organization(&change.id)? else { continue };
            let found = Found::of(&organization);
            let now = Some(self.service_time() as f64);
            if !waiting(&running, &wanted, &[found.served(true)], now).is_empty() {
                names.push(change.organization.clone());
            }
        }
        Ok(names)
    }
}

/// What the metadata of an organization have of a block.
struct Found<'f> {
    organization: &'f Organization,
    values: Values,
    block: Result<SignedBlock, BlockRefusal>,
}

impl<'f> Found<'f> {
    fn of(organization: &'f Organization) -> Self {
        let values = block_values(&organization.metadata);
        Self { organization, block: SignedBlock::in_metadata(&organization.metadata), values }
    }

    fn served(&self, is_written: bool) -> Served<'_> {
        Served::of(self.organization, &self.block, is_written)
    }
}
