//! Whether the signed block of a customer is in its organization, and whether logins take it.

use claimsmith::compiler::{CompiledPlatform, MetadataWriter};
use claimsmith_connectors::auth0::Auth0;
use claimsmith_lifecycle::block::{SignedBlock, Source};
use claimsmith_lifecycle::drift::{Desired, DesiredMapping, Severity, check_block};
use claimsmith_lifecycle::tenant::Organization;

use crate::action_reader;
use crate::blocks;
use crate::deployment_files::{ACTION_NAME, TRIGGER};
use crate::onboarding::Facts;
use crate::packaging::MappingPlace;

/// Compares the metadata of the customer's organization with the block that the mapping files give, and asks the Action
/// that logins run whether it takes the block. `report` gets what is found, each with whether it is a note only.
///
/// # Errors
///
/// If the Action cannot be read.
pub(super) fn find(
    facts: &Facts<'_>,
    platform: &CompiledPlatform,
    auth0: &Auth0,
    organization: &Organization,
    report: &mut dyn FnMut(String, bool),
) -> anyhow::Result<()> {
    let MappingPlace::Block(writer) = facts.place else { return Ok(()) };
    let running = action_reader::of_state(&auth0.state(&[ACTION_NAME], TRIGGER)?);
    // Until mappings travel in the tenant, the Action has this one, and a block changes nothing.
    let is_embedded = running.as_ref().is_some_and(|it| it.embedded.contains(&organization.id));
    let details = facts.details;
    let desired = Desired {
        mappings: Vec::new(),
        is_metadata_ours: writer == MetadataWriter::Api,
        verification: blocks::verification(platform),
        group_floors: blocks::group_floors(platform),
    };
    let block = platform.block(&details.name).ok().filter(|_| !is_embedded);
    let mapping = DesiredMapping {
        name: details.name.clone(),
        file: details.file.clone(),
        organization: details.id.clone(),
        connections: Vec::new(),
        grants_protected: block.as_ref().is_some_and(|block| block.grants_protected),
        block: block.map(|block| block.bundle),
    };
    let now = auth0.service_time();
    let finding = check_block(&desired, &mapping, organization, now as u32);
    let is_note = finding.as_ref().is_none_or(|finding| finding.severity == Severity::Note);
    if let Some(finding) = finding {
        report(format!("{}: {}; {}", finding.place, finding.what, finding.fix), is_note);
    }
    // The files may trust a key, or have lowered a floor, and the Action not yet.
    if let (true, Some(running)) = (is_note, running) {
        let block = SignedBlock::in_metadata(&organization.metadata);
        if let Source::Nowhere(why) = running.source(&organization.id, &block, Some(now as f64)) {
            let what = format!(
                "the Action that logins run does not take the block of `{}`: {why} (`{}`); deploy the Action with `claimsmith deploy plan --packaging organizations`",
                details.name,
                why.code()
            );
            report(what, false);
        }
    }
    Ok(())
}
