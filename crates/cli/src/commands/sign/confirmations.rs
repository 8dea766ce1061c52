//! Blocks that need a confirmation: which a plan has, and until when.

use std::path::Path;

use anyhow::{Context, anyhow, bail, ensure};
use claimsmith::Bundle;
use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith_lifecycle::block::UnsignedBlock;
use claimsmith_lifecycle::deployment::{BlockChange, Plan, joined};

use super::terms::Terms;
use crate::block_file;
use crate::blocks::{self, Signable};
use crate::plan_file;

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
        let (plan, _) = plan_file::read(path, Plan::from_json)?;
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

    /// Refuses to sign a block of this plan again: only what was applied can be confirmed.
    pub(super) fn check_unsigned(&self, folder: &Path, name: &str) -> anyhow::Result<()> {
        let is_signed = block_file::read(folder, name, true)
            .ok()
            .flatten()
            .is_some_and(|file| file.deadline == Some(self.deadline));
        ensure!(
            !is_signed,
            "`{}` was signed for this plan already, and only that block can be confirmed once it is applied; remove the file if it was not applied, and sign again",
            block_file::path_of(folder, name, true).display()
        );
        Ok(())
    }

    /// The block with the old mapping, which has to be that of a key that is declared, and the candidate.
    pub(super) fn pending(
        &self,
        name: &str,
        signable: &Signable,
        terms: &Terms<'_>,
        may_grant_protected: bool,
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
        let Terms { settings, tenant, verification, issued } = terms;
        let old = joined(&change.found)
            .and_then(|block| verification.verify(&change.id, &block, Some(f64::from(*issued))))
            .map_err(|refusal| {
                anyhow!("the block of `{name}` in the plan cannot be the old one: {refusal}; plan again")
            })?;
        // The old mapping is signed again with the new one, and must not mean more than it did.
        ensure!(
            old.protected || !may_grant_protected,
            "the block of `{name}` was signed by a key without `protected: true`, and with this key its old mapping could grant more; deploy the change without `--confirm-within`"
        );
        let floored = settings.group_floors().find(|(group, floor)| {
            *floor > old.issued
                && Bundle::decode(&old.bundle).is_ok_and(|it| it.names().any(|it| it == *group))
        });
        if let Some((group, _)) = floored {
            bail!(
                "the block of `{name}` is from before the floor of `{group}`, and without a confirmation it would grant that group again; deploy the change without `--confirm-within`"
            );
        }
        signable
            .pending(tenant.domain(), &old.bundle, *issued, self.deadline)
            .map_err(|error| anyhow!("cannot sign for `{name}`: {error}"))
    }
}
