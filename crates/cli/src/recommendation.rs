//! Says which packaging fits: by size, by the number of customers, and by whether the platform takes blocks.

use std::collections::BTreeSet;

use claimsmith::compiler::CompiledPlatform;
use serde::Serialize;

use crate::action::{self, ActionSizes, Embedded, EmbeddedEngine};
use crate::numbers::{counted, spaced};
use crate::packaging::Division;
use crate::slices::{self, MAX_SLICES};

/// From this number of customers on, a change of one of them should not deploy an Action with hundreds of others.
const MANY_CUSTOMERS: usize = 300;

/// The packaging that fits, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Recommendation {
    /// None if the mappings fit nowhere.
    packaging: Option<&'static str>,
    reason: Reason,
    /// How many Actions would hold the mappings; null if one Action has enough room.
    slices: Option<usize>,
    /// The bytes of the largest of these Actions.
    largest: Option<usize>,
    /// How many more rules of the present average size one Action has room for; null if it has no rules yet.
    more_rules: Option<usize>,
    /// What blocks would leave in the Action; null if that was not measured.
    blocks: Option<WithBlocks>,
}

/// An Action whose customers' mappings travel as blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct WithBlocks {
    /// Whether `platform.yaml` has `blocks`.
    declared: bool,
    /// The number of mappings that travel, and of those that stay in the Action.
    traveling: usize,
    embedded: usize,
    /// The bytes of the Action.
    total: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Reason {
    /// One Action has enough room.
    Fits,
    /// One Action has at least 80 % of its bytes in use.
    NearlyFull,
    /// One Action is too small.
    TooLarge,
    /// One Action is too small, and the number of customers is one for which several Actions are as well, or soon will be.
    ManyCustomers,
    /// The platform takes blocks, so mappings travel.
    BlocksDeclared,
    /// No packaging has room.
    TooLargeForAll,
}

/// Says which packaging fits the mappings, all of which are in the platform's bundle.
///
/// # Errors
///
/// If an Action cannot be made.
pub(crate) fn recommend(
    engine: EmbeddedEngine<'_>,
    platform: &CompiledPlatform,
    sizes: &ActionSizes,
) -> anyhow::Result<Recommendation> {
    let fits = sizes.total <= sizes.limit;
    let more_rules = sizes.per_rule().filter(|bytes| *bytes > 0.0);
    let more_rules =
        more_rules.map(|bytes| (sizes.limit.saturating_sub(sizes.total) as f64 / bytes) as usize);
    let with_room = Recommendation {
        packaging: Some("embedded"),
        reason: Reason::Fits,
        slices: None,
        largest: None,
        more_rules,
        blocks: None,
    };
    let is_declared = platform.block_settings().is_some();
    if fits && !sizes.is_nearly_full() && !is_declared {
        return Ok(with_room);
    }
    let blocks = with_blocks(engine, platform, sizes.limit)?;
    let is_usable = |it: &WithBlocks| it.traveling > 0 && it.total <= sizes.limit;
    if is_declared && blocks.as_ref().is_some_and(is_usable) {
        let reason = Reason::BlocksDeclared;
        return Ok(Recommendation { packaging: Some("organizations"), reason, blocks, ..with_room });
    }
    if fits && !sizes.is_nearly_full() {
        return Ok(Recommendation { blocks, ..with_room });
    }
    let slices = slices::fewest(engine, platform, sizes.limit)?;
    let largest = slices.iter().flatten().map(|slice| slice.summary.sizes.total).max();
    let is_many = platform.organization_names().count() >= MANY_CUSTOMERS;
    let usable = blocks.as_ref().is_some_and(is_usable);
    let (packaging, reason) = match (fits, &slices) {
        (true, _) => (Some("embedded"), Reason::NearlyFull),
        (false, Some(_)) if !(is_many && usable) => (Some("slices"), Reason::TooLarge),
        (false, _) if usable => (Some("organizations"), Reason::ManyCustomers),
        (false, _) => (None, Reason::TooLargeForAll),
    };
    Ok(Recommendation {
        packaging,
        reason,
        slices: slices.map(|slices| slices.len()),
        largest,
        more_rules,
        blocks,
    })
}

/// The Action if the mappings travel that can.
fn with_blocks(
    engine: EmbeddedEngine<'_>,
    platform: &CompiledPlatform,
    limit: usize,
) -> anyhow::Result<Option<WithBlocks>> {
    let division = Division::of(platform);
    let declared = division.is_some();
    let all: Vec<&str> = platform.organization_names().collect();
    let traveling: BTreeSet<&str> = match &division {
        Some(division) => division.traveling_names(),
        // Without keys, whether a mapping is too large for a block is left to `sign`.
        None => all.iter().copied().filter(|name| platform.block(name).is_ok()).collect(),
    };
    if traveling.is_empty() {
        return Ok(None);
    }
    let bundle = platform.bundle_with_blocks(&traveling);
    let part = Embedded { bundle: &bundle, rules: 0, slice: None };
    let total = action::compose_part(engine, platform, part, limit)?.sizes.total;
    let embedded = all.len().saturating_sub(traveling.len());
    Ok(Some(WithBlocks { declared, traveling: traveling.len(), embedded, total }))
}

impl Recommendation {
    /// The recommendation in words.
    pub(crate) fn words(&self, sizes: &ActionSizes) -> String {
        let percent = |bytes: usize| bytes.saturating_mul(100) / sizes.limit.max(1);
        let free = 100_usize.saturating_sub(sizes.percent());
        let slices = match (self.slices, self.largest) {
            (Some(count), Some(largest)) => {
                format!("{count} Actions, the largest with {} % of the limit", percent(largest))
            }
            _ => "more Actions than a login should run".to_owned(),
        };
        let blocks = self.blocks.map(|it| {
            let kept = match it.embedded {
                0 => String::new(),
                count => format!(", {} among them", counted(count, "mapping")),
            };
            let traveling = counted(it.traveling, "mapping");
            format!(
                "{traveling} would travel, and the Action would have {} % of the limit{kept}",
                percent(it.total)
            )
        });
        let embedded = match self.more_rules {
            Some(rules) => {
                format!(
                    "embedded: one Action holds all mappings, with {free} % free, room for about {} more rules",
                    spaced(rules)
                )
            }
            None => format!("embedded: one Action holds all mappings, with {free} % free"),
        };
        let declare = match self.blocks.is_some_and(|it| it.declared) {
            true => "with `--packaging organizations`",
            false => "`--packaging organizations` needs `blocks` in platform.yaml",
        };
        let otherwise = blocks.as_ref().map(|it| format!("; {declare}: {it}")).unwrap_or_default();
        let blocks = blocks.unwrap_or_default();
        match self.reason {
            Reason::Fits => embedded,
            Reason::NearlyFull => format!("{embedded}; `--packaging slices` would take {slices}{otherwise}"),
            Reason::BlocksDeclared => {
                format!(
                    "organizations: platform.yaml has `blocks`, and with `--packaging organizations` {blocks}"
                )
            }
            Reason::TooLarge => format!(
                "slices: one Action would have {} % of the limit; `--packaging slices` takes {slices}{otherwise}",
                sizes.percent()
            ),
            Reason::ManyCustomers => format!(
                "organizations: one Action would have {} % of the limit, and `--packaging slices` would take {slices}; {declare}: {blocks}",
                sizes.percent()
            ),
            Reason::TooLargeForAll => format!(
                "none: one Action would have {} % of the limit, and of {MAX_SLICES} slices one is too large as well; reduce the largest customers",
                sizes.percent()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::PartSizes;

    #[test]
    fn words_give_reason_and_figures() {
        let part = PartSizes { raw: 0, compressed: None, embedded: 50_000 };
        let check = |total: usize, reason: Reason, slices: Option<(usize, usize)>, blocks, expected: &str| {
            let sizes =
                ActionSizes { engine: part, mapping: part, shim: part, total, limit: 100_000, rules: 100 };
            let recommendation = Recommendation {
                packaging: None,
                reason,
                slices: slices.map(|(count, _)| count),
                largest: slices.map(|(_, largest)| largest),
                more_rules: Some(100_000_usize.saturating_sub(total) / 500),
                blocks,
            };
            assert_eq!(recommendation.words(&sizes), expected);
        };
        let blocks =
            |declared, traveling, embedded| Some(WithBlocks { declared, traveling, embedded, total: 66_000 });
        let fits = "embedded: one Action holds all mappings, with 40 % free, room for about 80 more rules";
        check(60_000, Reason::Fits, None, None, fits);
        let nearly = "embedded: one Action holds all mappings, with 10 % free, room for about 20 more rules; `--packaging slices` would take 2 Actions, the largest with 77 % of the limit; `--packaging organizations` needs `blocks` in platform.yaml: 9 mappings would travel, and the Action would have 66 % of the limit, 1 mapping among them";
        check(90_000, Reason::NearlyFull, Some((2, 77_100)), blocks(false, 9, 1), nearly);
        let declared = "organizations: platform.yaml has `blocks`, and with `--packaging organizations` 10 mappings would travel, and the Action would have 66 % of the limit";
        check(60_000, Reason::BlocksDeclared, None, blocks(true, 10, 0), declared);
        let full = "slices: one Action would have 130 % of the limit; `--packaging slices` takes 2 Actions, the largest with 99 % of the limit";
        check(130_000, Reason::TooLarge, Some((2, 99_900)), None, full);
        let many = "organizations: one Action would have 300 % of the limit, and `--packaging slices` would take more Actions than a login should run; `--packaging organizations` needs `blocks` in platform.yaml: 900 mappings would travel, and the Action would have 66 % of the limit";
        check(300_000, Reason::ManyCustomers, None, blocks(false, 900, 0), many);
        let none = "none: one Action would have 300 % of the limit, and of 10 slices one is too large as well; reduce the largest customers";
        check(300_000, Reason::TooLargeForAll, None, None, none);
    }
}
