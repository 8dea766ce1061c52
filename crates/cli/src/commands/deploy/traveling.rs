//! The mappings that travel, each with what the tenant has for it.

use std::collections::BTreeSet;

use anyhow::anyhow;
use claimsmith::Bundle;
use claimsmith::compiler::CompiledPlatform;
use claimsmith_lifecycle::block::{ActionReader, BlockRefusal, SignedBlock, Source, Verified};
use claimsmith_lifecycle::deployment::{Refusal, Values, block_values, free_keys};
use claimsmith_lifecycle::digest::sha256_hex;
use claimsmith_lifecycle::tenant::Organization;

use crate::blocks::Signable;

/// How many rules a refusal names.
const MOST_RULES: usize = 5;

/// An organization of the tenant whose mapping travels.
pub(super) struct Traveling<'p> {
    pub(super) name: &'p str,
    pub(super) signable: Signable,
    pub(super) found: Values,
    pub(super) block: Result<SignedBlock, BlockRefusal>,
    /// How many metadata keys others have left.
    pub(super) free_keys: usize,
    /// How many it takes at least, and with a second signature, which replacing a key needs.
    pub(super) values: [usize; 2],
}

impl<'p> Traveling<'p> {
    /// A mapping that travels, with what the tenant has for it; or the id of its organization, if the tenant has none.
    ///
    /// # Errors
    ///
    /// If it cannot travel any more.
    pub(super) fn of(
        platform: &CompiledPlatform,
        name: &'p str,
        organizations: &[Organization],
    ) -> anyhow::Result<Result<Self, String>> {
        let signable =
            Signable::of(platform, name, 0).map_err(|why| anyhow!("`{name}` cannot travel: {why}"))?;
        let Some(organization) = organizations.iter().find(|it| it.id == signable.organization_id) else {
            return Ok(Err(signable.organization_id));
        };
        Ok(Ok(Self {
            name,
            found: block_values(&organization.metadata),
            block: SignedBlock::in_metadata(&organization.metadata),
            free_keys: free_keys(&organization.metadata),
            values: [1, 2].map(|signatures| signable.unsigned.value_count(signatures).unwrap_or_default()),
            signable,
        }))
    }

    /// Whether a block has this mapping, now and later.
    pub(super) fn is_in(&self, verified: &Verified) -> bool {
        verified.candidate.is_none() && digest(&verified.bundle) == self.signable.digest
    }

    /// The rules because of which the mapping may remove access that its block grants, for people. Empty if it is something
    /// else.
    pub(super) fn removing_rules(
        &self,
        platform: &CompiledPlatform,
        reader: &ActionReader,
        now: Option<f64>,
    ) -> String {
        let Source::Block(verified) = reader.source(&self.signable.organization_id, &self.block, now) else {
            return String::new();
        };
        let rules = bundles(&verified).flat_map(|bundle| platform.removing_rules(self.name, bundle));
        let rules: BTreeSet<String> = rules.map(|rule| format!("`{rule}`")).collect();
        let more = rules.len().saturating_sub(MOST_RULES);
        let mut named: Vec<String> = rules.into_iter().take(MOST_RULES).collect();
        named.extend((more > 0).then(|| format!("{more} more")));
        match named.as_slice() {
            [] => String::new(),
            [one] => format!(" by the rule {one}"),
            [first @ .., last] => format!(" by the rules {} and {last}", first.join(", ")),
        }
    }
}

/// The bundles of a block: the candidate, if there is one, and the mapping that stays.
pub(super) fn bundles(verified: &Verified) -> impl Iterator<Item = &[u8]> {
    let candidate = verified.candidate.iter().map(|(candidate, _)| candidate);
    candidate.chain([&verified.bundle]).map(Vec::as_slice)
}

/// The customers whose mappings leave the Action, and whose logins would get an earlier mapping that a block still has.
pub(super) fn earlier_blocks(
    running: &ActionReader,
    wanted: &ActionReader,
    traveling: &[Traveling<'_>],
    now: Option<f64>,
) -> Option<Refusal> {
    let is_other = |it: &&Traveling<'_>| {
        let id = &it.signable.organization_id;
        running.embedded.contains(id)
            && matches!(wanted.source(id, &it.block, now), Source::Block(verified) if !it.is_in(&verified))
    };
    let organizations: Vec<String> = traveling.iter().filter(is_other).map(|it| it.name.to_owned()).collect();
    if organizations.is_empty() { None } else { Some(Refusal::EarlierBlocks { organizations }) }
}

/// Whether the Action withholds a group of a block because the block is older than the group's floor.
pub(super) fn is_floored(platform: &CompiledPlatform, verified: &Verified) -> bool {
    let Ok(bundle) = Bundle::decode(&verified.bundle) else { return true };
    let floors = platform.block_settings().into_iter().flat_map(|settings| settings.group_floors());
    let mut floors = floors.filter(|(_, floor)| *floor > verified.issued);
    floors.any(|(group, _)| bundle.names().any(|name| name == group))
}

/// The digest of all mappings that travel, or of those that were chosen, with the names of their organizations.
///
/// # Errors
///
/// If one of them cannot travel any more.
pub(super) fn digest_of_mappings(
    platform: &CompiledPlatform,
    traveling: &[String],
    chosen: &[String],
) -> anyhow::Result<String> {
    let mut text = String::new();
    for name in traveling.iter().filter(|name| chosen.is_empty() || chosen.contains(name)) {
        let signable =
            Signable::of(platform, name, 0).map_err(|why| anyhow!("`{name}` cannot travel: {why}"))?;
        text.push_str(&format!("{name} {}\n", signable.digest));
    }
    Ok(sha256_hex(&text))
}

/// The digest of a bundle. Empty if the bundle cannot be read; no mapping has an empty digest.
pub(super) fn digest(bundle: &[u8]) -> String {
    Bundle::decode(bundle).map(|bundle| bundle.digest_hex()).unwrap_or_default()
}
