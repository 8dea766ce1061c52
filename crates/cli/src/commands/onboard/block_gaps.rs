//! Whether the signed block of a customer is in its organization, and whether logins take it.

use claimsmith::compiler::{CompiledPlatform, MetadataWriter};
use claimsmith_connectors::auth0::Auth0;
use claimsmith_lifecycle::block::{SignedBlock, Source};
use claimsmith_lifecycle::drift::{Desired, DesiredMapping, Severity, check_block};
use claimsmith_lifecycle::tenant::Organization;

use crate::action_reader;
use crate::blocks;
use crate::deployment_files::{ACTION_NAME, TRIGGER};
use crate::login_time;
use crate::onboarding::Facts;
use crate::packaging::MappingPlace;

/// What has to be done about the block, and what should be known about it.
#[derive(Debug, Default)]
pub(super) struct BlockGaps {
    pub(super) gaps: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// Compares the metadata of the customer's organization with the block that the mapping files give, and asks the Action
/// that logins run whether it takes the block.
///
/// # Errors
///
/// If the Action cannot be read.
pub(super) fn find(
    facts: &Facts<'_>,
    platform: &CompiledPlatform,
    auth0: &Auth0,
    organization: &Organization,
) -> anyhow::Result<BlockGaps> {
    let MappingPlace::Block(writer) = facts.place else { return Ok(BlockGaps::default()) };
    let running = action_reader::of_state(&auth0.state(&[ACTION_NAME], TRIGGER)?);
    // Until mappings travel in the tenant, the Action has this one, and a block changes nothing.
    let is_embedded = running.as_ref().is_some_and(|it| it.embedded.contains(&organization.id));
    let details = facts.details;
    let desired = Desired {
        mappings: Vec::new(),
        is_metadata_ours: writer == MetadataWriter::Api,
        verification: blocks::verification(platform),
    };
    let mapping = DesiredMapping {
        name: details.name.clone(),
        file: details.file.clone(),
        organization: details.id.clone(),
        connections: Vec::new(),
        block: platform.block(&details.name).ok().filter(|_| !is_embedded).map(|block| block.bundle),
    };
    let now = login_time::current();
    let mut found = BlockGaps::default();
    let finding = check_block(&desired, &mapping, organization, now as u32);
    let is_note = finding.as_ref().is_none_or(|finding| finding.severity == Severity::Note);
    if let Some(finding) = finding {
        let list = if is_note { &mut found.notes } else { &mut found.gaps };
        list.push(format!("{}: {}; {}", finding.place, finding.what, finding.fix));
    }
    // The files may trust a key, or have lowered a floor, and the Action not yet.
    if let (true, Some(running)) = (is_note, running) {
        let block = SignedBlock::in_metadata(&organization.metadata);
        if let Source::Nowhere(why) = running.source(&organization.id, &block, Some(now)) {
            found.gaps.push(format!(
                "the Action that logins run does not take the block of `{}`: {why} (`{}`); deploy the Action with `claimsmith deploy plan --packaging organizations`",
                details.name,
                why.code()
            ));
        }
    }
    Ok(found)
}
