//! The logins that a plan closes, because the mapping files have no mapping for them.

use claimsmith_connectors::auth0::Auth0;
use claimsmith_lifecycle::block::{ActionReader, SignedBlock};
use claimsmith_lifecycle::deployment::{Served, closed_by};

/// Without it, what organizations have is not known.
pub(super) const READ_ORGANIZATIONS: &str = "read:organizations";

/// Name and id of an Auth0 organization whose mapping an Action has.
pub(super) fn name_and_id(running: &ActionReader, id: &str) -> String {
    let bundle = claimsmith::Bundle::decode(&running.bundle);
    let all = bundle.as_ref().map(claimsmith::Bundle::organizations).unwrap_or_default();
    match all.iter().find(|organization| organization.id == Some(id)) {
        Some(organization) => format!("{} ({id})", organization.name),
        None => id.to_owned(),
    }
}

/// The Auth0 organizations whose logins get a mapping from a block now, and from nowhere with an Action that takes none.
pub(super) fn only_in_blocks(
    auth0: &Auth0,
    running: &ActionReader,
    wanted: &ActionReader,
) -> anyhow::Result<Vec<String>> {
    if running.verification.is_none() || auth0.lacks(READ_ORGANIZATIONS) {
        return Ok(Vec::new());
    }
    let organizations = auth0.organizations()?;
    let blocks: Vec<_> = organizations.iter().map(|it| SignedBlock::in_metadata(&it.metadata)).collect();
    let served = organizations.iter().zip(&blocks).map(|(it, block)| Served::of(it, block, false));
    let served: Vec<Served<'_>> = served.filter(|it| !running.embedded.contains(it.id)).collect();
    let closed = closed_by(running, wanted, &served, Some(auth0.service_time() as f64));
    Ok(closed.into_iter().map(Served::name_and_id).collect())
}

/// Warns of organizations that the mapping files do not have any more.
pub(super) fn closed_without_mapping(gone: &[String]) -> Option<String> {
    if gone.is_empty() {
        return None;
    }
    Some(format!(
        "logins of these Auth0 organizations are closed, because the mapping files have none for them any more: {}",
        gone.join(", ")
    ))
}
