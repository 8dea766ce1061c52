//! What people should know about a plan of blocks before they carry it out.

use std::collections::BTreeSet;

use claimsmith::compiler::{CompiledPlatform, inspect, time_text};
use claimsmith_lifecycle::block::{ActionReader, Source};
use claimsmith_lifecycle::deployment::{Order, Served, is_nearly_full, withheld};

use super::traveling::Traveling;

/// A block that takes nearly all metadata keys that others have left.
pub(super) fn nearly_full(it: &Traveling<'_>) -> Option<String> {
    let [_, values] = it.values;
    if !is_nearly_full(it.free_keys, values) {
        return None;
    }
    Some(format!(
        "the block of `{}` takes {values} of the {} metadata keys that others have left, counting a second signature; a mapping that does not fit has to be in the Action",
        it.name, it.free_keys
    ))
}

/// The groups that customers lack from the Action until their new block is written.
pub(super) fn withheld_meanwhile(
    running: &ActionReader,
    wanted: &ActionReader,
    order: Order,
    served: &[Served<'_>],
    traveling: &[Traveling<'_>],
    now: Option<f64>,
) -> Vec<String> {
    let mut warnings = Vec::new();
    let in_between = running.in_between(wanted);
    // In every other order, the new block is there before the Action that withholds the group.
    for it in served.iter().filter(|it| order == Order::InBetween || !it.is_written) {
        let next = if it.is_written { &in_between } else { wanted };
        let groups = withheld(running, next, it, now);
        let name = traveling.iter().find(|traveling| traveling.signable.organization_id == it.id);
        if let (Some(name), false) = (name.map(|it| it.name), groups.is_empty()) {
            warnings.push(format!(
                "from the Action until the new block of `{name}` is written, people have neither these groups nor lower ones of their tiers: {}",
                groups.join(", ")
            ));
        }
    }
    warnings
}

/// The mappings that leave the Action.
pub(super) fn leaving(running: &ActionReader, traveling: &[Traveling<'_>]) -> Option<String> {
    let leaves = |it: &&Traveling<'_>| running.embedded.contains(&it.signable.organization_id);
    let leaving: Vec<&str> = traveling.iter().filter(leaves).map(|it| it.name).collect();
    if leaving.is_empty() {
        return None;
    }
    Some(format!(
        "these mappings leave the Action, and then logins that do not go through the Auth0 organization of their customer are closed: {}",
        leaving.join(", ")
    ))
}

/// The customers whose blocks a plan of the Action alone leaves as they are.
pub(super) fn differing(names: &[&str]) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    Some(format!(
        "these blocks are not what the mapping files give, and stay as they are: {}",
        names.join(", ")
    ))
}

/// The organizations whose block the Action takes although the files have no mapping for them.
pub(super) fn without_mapping(
    platform: &CompiledPlatform,
    wanted: &ActionReader,
    organizations: &[Served<'_>],
    now: Option<f64>,
) -> Option<String> {
    let mappings = inspect::organization_connections(platform);
    let ids: BTreeSet<String> = mappings.filter_map(|mapping| mapping.id).collect();
    let is_served = |it: &&Served<'_>| {
        !ids.contains(it.id) && matches!(wanted.source(it.id, it.block, now), Source::Block(_))
    };
    let left: Vec<String> = organizations.iter().filter(is_served).map(Served::name_and_id).collect();
    if left.is_empty() {
        return None;
    }
    Some(format!(
        "no mapping has these Auth0 organizations, and their logins still get what their blocks grant: {}; to end that, set a floor for each under `blocks.floors.organizations` in platform.yaml, and plan again",
        left.join(", ")
    ))
}

/// Floors that are in the future, so that every block is refused until then.
pub(super) fn floors_ahead(platform: &CompiledPlatform, traveling: &[String], now: u64) -> Option<String> {
    let settings = platform.block_settings()?;
    let names = traveling.iter().map(|name| settings.organization_floor(name));
    let floors = names.chain([settings.floor()]).chain(settings.group_floors().map(|(_, floor)| floor));
    let latest = floors.filter(|floor| u64::from(*floor) > now).max()?;
    Some(format!(
        "a floor in platform.yaml is in the future ({}), and no block that is signed before counts; correct it, unless that is meant",
        time_text(latest)
    ))
}
