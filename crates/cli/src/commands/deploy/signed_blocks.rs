//! The signed blocks that a plan writes: from files, each checked as the Action checks it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{anyhow, bail, ensure};
use claimsmith::compiler::CompiledPlatform;
use claimsmith_lifecycle::block::{BlockRefusal, SignedBlock, Source, Verified};
use claimsmith_lifecycle::deployment::{BlockChange, BlocksPlan, Values, joined};

use super::traveling::digest;
use crate::action_reader;
use crate::block_file;

/// The values of the blocks of a plan, by the name of the organization.
#[derive(Debug, Default)]
pub(super) struct SignedBlocks {
    /// What is written.
    pub(super) values: BTreeMap<String, Values>,
    /// When the newest of them was signed, in seconds since 1970; 0 if there is none.
    pub(super) issued: u32,
    /// What confirms it, if it needs a confirmation.
    pub(super) confirmed: BTreeMap<String, Values>,
}

impl SignedBlocks {
    /// Reads the blocks of a plan, with the path of its file, from a folder.
    ///
    /// # Errors
    ///
    /// If one is missing, was signed for something else, or would be refused at a login.
    pub(super) fn read(
        (plan, file): (&BlocksPlan, &Path),
        folder: &Path,
        platform: &CompiledPlatform,
        now: f64,
    ) -> anyhow::Result<Self> {
        let mut blocks = Self::default();
        let (mut missing, mut finals) = (Vec::new(), Vec::new());
        let is_pending = plan.confirmation.is_some();
        let how = if is_pending {
            format!("claimsmith sign --plan {}", file.display())
        } else {
            "claimsmith sign".to_owned()
        };
        let again = format!("sign again with `{how}`");
        for change in &plan.changes {
            let name = &change.organization;
            let Some(file) = block_file::read(folder, name, is_pending)? else {
                missing.push(format!("`{name}`"));
                let other = block_file::path_of(folder, name, false);
                if is_pending && other.exists() {
                    finals.push(format!("`{}`", other.display()));
                }
                continue;
            };
            let shown = block_file::path_of(folder, name, is_pending);
            let shown = shown.display();
            let deadline = plan.confirmation.map(|confirmation| confirmation.deadline);
            ensure!(
                file.deadline == deadline,
                "`{shown}` {}; {again}",
                match (file.deadline, deadline) {
                    (None, _) => "is final, and the plan asks for a confirmation",
                    (Some(_), None) => "asks for a confirmation, and the plan does not",
                    _ => "was signed for another plan",
                }
            );
            let verified = check(change, &file.values, platform, now)
                .map_err(|why| anyhow!("`{shown}` would be refused: {why}; {again}"))?;
            let candidate = match (&verified.candidate, plan.confirmation) {
                (Some((candidate, _)), Some(_)) => candidate,
                (None, None) => &verified.bundle,
                _ => bail!("`{shown}` is damaged; {again}"),
            };
            ensure!(
                digest(candidate) == change.mapping,
                "`{shown}` was signed from other mappings than the plan was made from; {again}"
            );
            blocks.issued = blocks.issued.max(verified.issued);
            if verified.candidate.is_some() {
                let old = joined(&change.found).and_then(|old| source(change, &old, platform, now));
                ensure!(
                    old.is_ok_and(|old| old.bundle == verified.bundle),
                    "`{shown}` does not keep the mapping that logins use now; {again}"
                );
                let Some(confirmed) = file.confirmed else { bail!("`{shown}` is damaged; {again}") };
                let last = check(change, &confirmed, platform, now)
                    .map_err(|why| anyhow!("`{shown}` could not be confirmed: {why}; {again}"))?;
                ensure!(
                    last.candidate.is_none() && digest(&last.bundle) == change.mapping,
                    "`{shown}` would be confirmed with another mapping; {again}"
                );
                blocks.confirmed.insert(name.clone(), confirmed);
            }
            blocks.values.insert(name.clone(), file.values);
        }
        let (kind, which) =
            if is_pending { ("block", " that asks for a confirmation") } else { ("signed block", "") };
        let is_final = match finals.as_slice() {
            [] => String::new(),
            [one] => format!(" ({one} is final)"),
            more => format!(" ({} are final)", more.join(", ")),
        };
        ensure!(
            missing.is_empty(),
            "there is no {kind} of {} in `{}`{which}{is_final}; `{how}` writes it, and `--blocks DIR` names another folder that has it",
            missing.join(", "),
            folder.display()
        );
        Ok(blocks)
    }
}

/// Checks the values of a block as the Action of a platform does at a login.
///
/// # Errors
///
/// Why they would be refused.
pub(super) fn check(
    change: &BlockChange,
    values: &Values,
    platform: &CompiledPlatform,
    now: f64,
) -> Result<Verified, BlockRefusal> {
    joined(values).and_then(|block| source(change, &block, platform, now))
}

fn source(
    change: &BlockChange,
    block: &SignedBlock,
    platform: &CompiledPlatform,
    now: f64,
) -> Result<Verified, BlockRefusal> {
    let reader = action_reader::of_bundle(&platform.bundle).ok_or(BlockRefusal::Damaged)?;
    match reader.source(&change.id, &Ok(block.clone()), Some(now)) {
        Source::Block(verified) => Ok(verified),
        Source::Nowhere(refusal) => Err(refusal),
        // Its mapping is in the Action, so a block is ignored.
        Source::Action => Err(BlockRefusal::Foreign),
    }
}
