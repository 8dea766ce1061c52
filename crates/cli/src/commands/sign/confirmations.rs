//! Blocks that need a confirmation: which a plan has, and until when.

use std::path::Path;

use anyhow::{Context, anyhow, bail, ensure};
use claimsmith::compiler::{BlockSettings, CompiledPlatform, Tenant};
use claimsmith_lifecycle::block::{BlockRefusal, Expected, SignedBlock, UnsignedBlock, Verified, verify};
use claimsmith_lifecycle::deployment::{BlockChange, Plan, joined};

use crate::blocks::{self, Signable};
use crate::input;
use crate::signing;

/// The changes of a plan that need a confirmation.
#[derive(Debug)]
pub(super) struct Confirmations {
    /// In seconds since 1970.
    pub(super) deadline: u32,
    changes: Vec<BlockChange>,
}

impl Confirmations {
    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// If it is not a plan for the tenant, has no confirmations, or was made from other mappings.
    pub(super) fn read(path: &Path, platform: &CompiledPlatform, tenant: &Tenant) -> anyhow::Result<Self> {
        let name = path.display();
        let (reader, shown) = input::open(path)?;
        let plan = Plan::from_json(&input::read_text(reader, &shown)?)
            .map_err(|error| anyhow!("`{name}` cannot be used: {error}"))?;
        ensure!(
            plan.domain == tenant.domain(),
            "`{name}` is for the tenant {}, and not for {}",
            plan.domain.escape_debug(),
            tenant.domain()
        );
        let (confirmation, blocks) = plan
            .blocks
            .and_then(|blocks| Some((blocks.confirmation?, blocks.changes)))
            .with_context(|| {
                format!(
                    "the blocks of `{name}` need no confirmation; sign without `--plan`, or plan with `--confirm-within`"
                )
            })?;
        let known = blocks::organizations(platform);
        if let Some(gone) = blocks.iter().find(|change| !known.contains(&change.organization.as_str())) {
            bail!("there is no mapping `{}` any more; plan again", gone.organization.escape_debug());
        }
        Ok(Self { deadline: confirmation.deadline, changes: blocks })
    }

    /// The names of its organizations.
    pub(super) fn names<'p>(&self, platform: &'p CompiledPlatform) -> Vec<&'p str> {
        let mut names = blocks::organizations(platform);
        names.retain(|name| self.changes.iter().any(|change| change.organization == *name));
        names
    }

    /// The block with the old mapping, which has to be that of a key that is declared, and the candidate.
    pub(super) fn pending(
        &self,
        name: &str,
        signable: &Signable,
        (settings, tenant): (BlockSettings<'_>, &Tenant),
        issued: u32,
    ) -> anyhow::Result<UnsignedBlock> {
        let change = self
            .changes
            .iter()
            .find(|change| change.organization == name && change.id == signable.organization_id)
            .with_context(|| format!("the plan has no change of `{name}`; plan again"))?;
        ensure!(
            change.mapping == signable.digest,
            "the mapping of `{name}` has changed since the plan was made; plan again"
        );
        let old = joined(&change.found)
            .and_then(|block| verify_declared(&block, (settings, tenant), (name, &change.id), issued))
            .map_err(|refusal| {
                anyhow!("the block of `{name}` in the plan cannot be the old one: {refusal}; plan again")
            })?;
        signable
            .pending(tenant.domain(), &old.bundle, issued, self.deadline)
            .map_err(|error| anyhow!("cannot sign for `{name}`: {error}"))
    }
}

/// Checks a block of an organization, by the name of its mapping and its id, with the keys that are declared.
pub(super) fn verify_declared(
    block: &SignedBlock,
    (settings, tenant): (BlockSettings<'_>, &Tenant),
    (name, id): (&str, &str),
    now: u32,
) -> Result<Verified, BlockRefusal> {
    let by_id = settings.floors_by_id().filter(|(floored, _)| *floored == id).map(|(_, floor)| floor);
    let floor = by_id.chain([settings.organization_floor(name)]).max().unwrap_or_default();
    let expected = Expected {
        domain: tenant.domain(),
        organization: id,
        keys: &signing::known_keys(settings, name),
        floor,
        now: Some(f64::from(now)),
    };
    verify(block, expected)
}
