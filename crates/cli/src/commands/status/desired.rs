//! What the mapping files say about a tenant, for the comparison with what it has.

use std::collections::BTreeSet;

use claimsmith::compiler::inspect::{self, OrganizationConnections};
use claimsmith::compiler::{CompiledPlatform, MetadataWriter};
use claimsmith_lifecycle::drift::{Desired, DesiredConnection, DesiredMapping, DesiredSource};

use crate::blocks;
use crate::packaging::Division;

/// What a platform says about its tenant.
pub(super) fn of(platform: &CompiledPlatform) -> Desired {
    let division = Division::of(platform);
    let traveling = division.as_ref().map(Division::traveling_names).unwrap_or_default();
    let mappings = inspect::organization_connections(platform).map(|it| mapping(it, platform, &traveling));
    Desired {
        mappings: mappings.collect(),
        is_metadata_ours: platform.block_settings().is_none_or(|it| it.writer() == MetadataWriter::Api),
        verification: blocks::verification(platform),
        group_floors: blocks::group_floors(platform),
    }
}

fn mapping(
    organization: OrganizationConnections,
    platform: &CompiledPlatform,
    traveling: &BTreeSet<&str>,
) -> DesiredMapping {
    let OrganizationConnections { name, file, id, connections } = organization;
    let travels = traveling.contains(name.as_str());
    let block = if travels { platform.block(&name).ok() } else { None };
    let connections = connections.into_iter().map(|connection| DesiredConnection {
        name: connection.name,
        strategy: connection.strategy.to_owned(),
        sources: connection
            .sources
            .into_iter()
            .map(|source| DesiredSource {
                from: source.from,
                shape: source.shape.to_owned(),
                cap: source.cap,
            })
            .collect(),
    });
    DesiredMapping {
        name,
        file,
        organization: id,
        connections: connections.collect(),
        grants_protected: block.as_ref().is_some_and(|block| block.grants_protected),
        block: block.map(|block| block.bundle),
    }
}
