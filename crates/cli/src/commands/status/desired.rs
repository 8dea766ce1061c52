//! What the mapping files say about a tenant, for the comparison with what it has.

use std::collections::BTreeSet;

use claimsmith::compiler::inspect::{self, OrganizationConnections};
use claimsmith::compiler::{BlockKey, BlockSettings, CompiledPlatform, Tenant};
use claimsmith_lifecycle::block::KnownKey;
use claimsmith_lifecycle::drift::{
    Desired, DesiredBlock, DesiredBlocks, DesiredConnection, DesiredMapping, DesiredSource,
};

use crate::packaging::Division;
use crate::signing::known_keys;

/// What a platform says about its tenant.
pub(super) fn of(platform: &CompiledPlatform) -> Desired {
    let division = Division::of(platform);
    let travelling = division.as_ref().map(Division::travelling_names).unwrap_or_default();
    let mappings = inspect::organization_connections(platform).map(|it| mapping(it, platform, &travelling));
    Desired {
        domain: platform.tenant().map(Tenant::domain).unwrap_or_default().to_owned(),
        mappings: mappings.collect(),
        blocks: platform.block_settings().map(blocks),
    }
}

fn mapping(
    organization: OrganizationConnections,
    platform: &CompiledPlatform,
    travelling: &BTreeSet<&str>,
) -> DesiredMapping {
    let OrganizationConnections { name, file, id, connections } = organization;
    let block = if travelling.contains(name.as_str()) { block(platform, &name) } else { None };
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
    DesiredMapping { name, file, organization: id, connections: connections.collect(), block }
}

fn block(platform: &CompiledPlatform, name: &str) -> Option<DesiredBlock> {
    let settings = platform.block_settings()?;
    let block = platform.block(name).ok()?;
    let by_id = settings.floors_by_id().filter(|(id, _)| *id == block.organization_id);
    let floor = by_id.map(|(_, floor)| floor).fold(settings.organization_floor(name), u32::max);
    Some(DesiredBlock { bundle: block.bundle, keys: known_keys(settings, name), floor })
}

fn blocks(settings: BlockSettings<'_>) -> DesiredBlocks {
    let known = |key: BlockKey<'_>| KnownKey {
        public: *key.public(),
        may_sign: key.organizations().is_none(),
        protected: key.may_sign_protected(),
    };
    DesiredBlocks {
        keys: settings.keys().map(known).collect(),
        floor: settings.floor(),
        floors: settings.floors_by_id().map(|(id, floor)| (id.to_owned(), floor)).collect(),
    }
}
