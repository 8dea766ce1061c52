//! Divides the mappings among several Actions.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::slices::{Slice, divide as divide_customers};
use serde::Serialize;

use crate::action::{self, ActionSizes, Embedded, EmbeddedEngine};

/// The most slices. A login runs all of them.
pub(crate) const MAX_SLICES: usize = 10;

/// The numbers of slices that may be asked for.
pub(crate) const COUNTS: RangeInclusive<i64> = 2..=MAX_SLICES as i64;

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
