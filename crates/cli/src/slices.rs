//! Divides the mappings among several Actions, and says which packaging fits.

use std::collections::BTreeMap;

use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::slices::{Slice, divide as divide_customers};
use serde::Serialize;

use crate::action::{self, ActionSizes, Embedded, EmbeddedEngine};
use crate::numbers::spaced;

/// The most slices. A login runs all of them.
pub(crate) const MAX_SLICES: usize = 10;

/// Keys are listed by at least this number of digits of their digests.
const MIN_DIGITS: usize = 4;

/// All digits of a digest.
const MAX_DIGITS: usize = 22;

/// One of several Actions.
#[derive(Debug)]
pub(crate) struct SliceAction {
    pub(crate) text: String,
    pub(crate) summary: SliceSummary,
}

/// What one of several Actions has.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SliceSummary {
    /// Counted from 1.
    pub(crate) slice: usize,
    /// The digest of its bundle, with which its log lines begin.
    pub(crate) digest: String,
    pub(crate) organizations: Vec<String>,
    pub(crate) sizes: ActionSizes,
}

/// Makes an Action of each slice.
///
/// # Errors
///
/// If an Action cannot be made.
pub(crate) fn divide(
    engine: EmbeddedEngine<'_>,
    platform: &CompiledPlatform,
    count: usize,
    limit: usize,
) -> anyhow::Result<Vec<SliceAction>> {
    let slices = divide_customers(platform, count);
    let lists = lists(&slices);
    let numbered = (1..).zip(slices.into_iter().zip(lists));
    let make = |(number, (slice, list)): (usize, (Slice, String))| {
        let part =
            Embedded { bundle: &slice.bundle, rules: slice.rules, slice: Some((number, count, &list)) };
        let action = action::compose_part(engine, platform, part, limit)?;
        let bundle = claimsmith::Bundle::decode(&slice.bundle)?;
        let summary = SliceSummary {
            slice: number,
            digest: bundle.digest_hex(),
            organizations: slice.organizations,
            sizes: action.sizes,
        };
        Ok(SliceAction { text: action.text, summary })
    };
    numbered.map(make).collect()
}

/// The fewest slices that fit into their Actions; `None` if not even the most do.
///
/// # Errors
///
/// If an Action cannot be made.
pub(crate) fn fewest(
    engine: EmbeddedEngine<'_>,
    platform: &CompiledPlatform,
    limit: usize,
) -> anyhow::Result<Option<Vec<SliceAction>>> {
    for count in 2..=MAX_SLICES {
        let slices = divide(engine, platform, count, limit)?;
        if slices.iter().all(|slice| slice.summary.sizes.total <= limit) {
            return Ok(Some(slices));
        }
    }
    Ok(None)
}

/// The packaging that fits, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Recommendation {
    /// None if the mappings do not even fit into the most slices.
    packaging: Option<&'static str>,
    reason: Reason,
    /// How many Actions would hold the mappings; null if one Action has enough room.
    slices: Option<usize>,
    /// The bytes of the largest of these Actions.
    largest: Option<usize>,
    /// How many more rules of the present average size one Action has room for; null if it has no rules yet.
    more_rules: Option<usize>,
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
    /// Even one of the most slices is.
    TooLargeForSlices,
}

/// Says which packaging fits the mappings.
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
    if fits && !sizes.is_nearly_full() {
        let reason = Reason::Fits;
        return Ok(Recommendation {
            packaging: Some("embedded"),
            reason,
            slices: None,
            largest: None,
            more_rules,
        });
    }
    let slices = fewest(engine, platform, sizes.limit)?;
    let largest = slices.iter().flatten().map(|slice| slice.summary.sizes.total).max();
    let (packaging, reason) = match (fits, &slices) {
        (true, _) => (Some("embedded"), Reason::NearlyFull),
        (false, Some(_)) => (Some("slices"), Reason::TooLarge),
        (false, None) => (None, Reason::TooLargeForSlices),
    };
    Ok(Recommendation { packaging, reason, slices: slices.map(|slices| slices.len()), largest, more_rules })
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
        let embedded = match self.more_rules {
            Some(rules) => {
                format!(
                    "embedded: one Action holds all mappings, with {free} % free, room for about {} more rules",
                    spaced(rules)
                )
            }
            None => format!("embedded: one Action holds all mappings, with {free} % free"),
        };
        match self.reason {
            Reason::Fits => embedded,
            Reason::NearlyFull => format!("{embedded}; `--packaging slices` would take {slices}"),
            Reason::TooLarge => format!(
                "slices: one Action would have {} % of the limit; `--packaging slices` takes {slices}",
                sizes.percent()
            ),
            Reason::TooLargeForSlices => format!(
                "none: one Action would have {} % of the limit, and of {MAX_SLICES} slices one is too large as well; reduce the largest customers",
                sizes.percent()
            ),
        }
    }
}

/// What each slice knows of the logins of others: for the first one their keys, for each other one its own.
fn lists(slices: &[Slice]) -> Vec<String> {
    let digests: Vec<Vec<String>> =
        slices.iter().map(|slice| slice.keys.iter().map(|key| action::digest(key)).collect()).collect();
    let digits = (MIN_DIGITS..MAX_DIGITS).find(|digits| are_distinct(&digests, *digits));
    let digits = digits.unwrap_or(MAX_DIGITS);
    let list = |sign: char, digests: &mut dyn Iterator<Item = &String>| {
        let first = |digest: &String| digest.chars().take(digits).collect::<String>();
        let mut keys: Vec<String> = digests.map(first).collect();
        keys.sort_unstable();
        keys.dedup();
        format!("{sign}{digits:02}{}", keys.concat())
    };
    let list_of = |at: usize| match at {
        0 => list('-', &mut digests.iter().skip(1).flatten()),
        _ => list('+', &mut digests.iter().skip(at).take(1).flatten()),
    };
    (0..slices.len()).map(list_of).collect()
}

/// Whether no two keys of different slices have the same first digits.
fn are_distinct(digests: &[Vec<String>], digits: usize) -> bool {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    digests.iter().enumerate().all(|(slice, digests)| {
        digests
            .iter()
            .all(|digest| *known.entry(digest.get(..digits).unwrap_or(digest)).or_insert(slice) == slice)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::PartSizes;

    #[test]
    fn words_give_reason_and_figures() {
        let part = PartSizes { raw: 0, compressed: None, embedded: 50_000 };
        let check = |total: usize, reason: Reason, slices: Option<(usize, usize)>, expected: &str| {
            let sizes =
                ActionSizes { engine: part, mapping: part, shim: part, total, limit: 100_000, rules: 100 };
            let recommendation = Recommendation {
                packaging: None,
                reason,
                slices: slices.map(|(count, _)| count),
                largest: slices.map(|(_, largest)| largest),
                more_rules: Some(100_000_usize.saturating_sub(total) / 500),
            };
            assert_eq!(recommendation.words(&sizes), expected);
        };
        let fits = "embedded: one Action holds all mappings, with 40 % free, room for about 80 more rules";
        check(60_000, Reason::Fits, None, fits);
        let nearly = "embedded: one Action holds all mappings, with 10 % free, room for about 20 more rules; `--packaging slices` would take 2 Actions, the largest with 77 % of the limit";
        check(90_000, Reason::NearlyFull, Some((2, 77_100)), nearly);
        let full = "slices: one Action would have 130 % of the limit; `--packaging slices` takes 2 Actions, the largest with 99 % of the limit";
        check(130_000, Reason::TooLarge, Some((2, 99_900)), full);
        let none = "none: one Action would have 300 % of the limit, and of 10 slices one is too large as well; reduce the largest customers";
        check(300_000, Reason::TooLargeForSlices, None, none);
    }

    #[test]
    fn are_distinct_compares_keys_of_different_slices() {
        let check = |digits: usize, slices: &[&[&str]], expected: bool| {
            let owned: Vec<Vec<String>> =
                slices.iter().map(|keys| keys.iter().map(|&key| key.to_owned()).collect()).collect();
            assert_eq!(are_distinct(&owned, digits), expected, "{slices:?}");
        };
        check(1, &[&["ab", "ac"], &["bb"]], true);
        check(1, &[&["ab"], &["ac"]], false);
        check(2, &[&["ab"], &["ac"]], true);
        check(2, &[&["abc"], &[], &["abd"]], false);
    }
}
