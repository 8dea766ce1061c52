//! How the bytes of an Action are divided among organizations and rules, for authors whose Action is nearly full.
//!
//! Bytes before compression belong to an organization or a rule and add up. Bytes of the Action do not: customers whose
//! mappings look alike are compressed together. So the figure for the Action is how much smaller it would be without
//! the organization, which is measured by compressing everything else.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::thread;

use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::capacity::{self, OrganizationSize};
use serde::Serialize;

use crate::action::embedded_len;

/// How many organizations are measured and printed, unless all are asked for.
const LARGEST: usize = 10;

/// How the bytes are divided, largest organizations first.
#[derive(Debug, Serialize)]
pub(crate) struct Capacity {
    pub(crate) organizations: Vec<OrganizationCapacity>,
    /// The organizations that were not measured one by one.
    pub(crate) rest: Option<Rest>,
}

#[derive(Debug, Serialize)]
pub(crate) struct OrganizationCapacity {
    #[serde(flatten)]
    pub(crate) size: OrganizationSize,
    /// How much smaller the Action would be without it; `None` if it was not measured.
    pub(crate) frees: Option<usize>,
}

/// Several organizations together.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rest {
    pub(crate) organizations: usize,
    pub(crate) rules: usize,
    pub(crate) bytes: usize,
    /// How much smaller the Action would be without all of them.
    pub(crate) frees: usize,
}

/// Measures the largest organizations, or all of them.
pub(crate) fn measure(platform: &CompiledPlatform, all: bool) -> anyhow::Result<Capacity> {
    let sizes = capacity::sizes(platform);
    // If only one organization would be left for `rest`, it is measured as well.
    let measured = if all || sizes.len() <= LARGEST + 1 { sizes.len() } else { LARGEST };
    let (largest, others) = sizes.split_at(measured);
    let mut removals: Vec<BTreeSet<&str>> =
        largest.iter().map(|size| BTreeSet::from([size.name.as_str()])).collect();
    if !others.is_empty() {
        removals.push(others.iter().map(|size| size.name.as_str()).collect());
    }
    let mut freed = freed_by(platform, &removals)?;
    let rest = match others {
        [] => None,
        others => Some(Rest {
            organizations: others.len(),
            rules: others.iter().map(|size| size.rules.len()).sum(),
            bytes: others.iter().map(|size| size.bytes).sum(),
            frees: freed.pop().unwrap_or_default(),
        }),
    };
    let mut freed = freed.into_iter();
    let organizations =
        sizes.into_iter().map(|size| OrganizationCapacity { size, frees: freed.next() }).collect();
    Ok(Capacity { organizations, rest })
}

/// How much smaller the Action would be without each set of organizations.
fn freed_by(platform: &CompiledPlatform, removals: &[BTreeSet<&str>]) -> anyhow::Result<Vec<usize>> {
    let whole = embedded_len(&platform.bundle)?;
    let freed = |without: &BTreeSet<&str>| {
        let kept = embedded_len(&capacity::bundle_without(platform, without))?;
        anyhow::Ok(whole.saturating_sub(kept))
    };
    // Compression at the highest quality takes a tenth of a second for each.
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(removals.len());
    if threads < 2 {
        return removals.iter().map(freed).collect();
    }
    thread::scope(|scope| {
        let share = removals.len().div_ceil(threads);
        let workers: Vec<_> = removals
            .chunks(share)
            .map(|chunk| scope.spawn(move || chunk.iter().map(freed).collect::<anyhow::Result<Vec<_>>>()))
            .collect();
        let mut all = Vec::with_capacity(removals.len());
        for worker in workers {
            let Ok(result) = worker.join() else {
                anyhow::bail!("the size of an organization cannot be measured")
            };
            all.extend(result?);
        }
        Ok(all)
    })
}
