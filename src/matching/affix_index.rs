//! Globs indexed by the literal that their matches begin or end with.
//!
//! One lookup of a name's own first bytes rejects most names, and leaves few literals for the others. A binary search
//! finds the greatest of these that is not above the name. Only that literal and its *parents*, the literals that it
//! begins with itself, can be prefixes of the name. Suffixes work the same way, read backwards.

use core::cmp::Ordering;
use core::ops::Range;

use super::affix::Affix;
use super::glob::ClauseGlob;
use crate::text::scan::hash_step;

/// Globs by their literal prefix, or by their literal suffix.
#[derive(Debug)]
pub(crate) struct AffixIndex<'b> {
    affix: Affix,
    /// Sorted by literal, each literal once.
    entries: Vec<AffixEntry<'b>>,
    /// Sorted by literal.
    globs: Vec<ClauseGlob<'b>>,
    /// Selects those of a name's [first 8 bytes](Affix::first_8_bytes) that every literal has.
    mask: u64,
    /// The range of the entries with these first bytes, by the hash of the bytes. The length is a power of two.
    buckets: Vec<Range<u32>>,
    /// The number of bits by which a hash is shifted to give its bucket: its highest bits are the best.
    shift: u32,
}

/// A literal, and the globs whose matches begin with it.
#[derive(Debug)]
struct AffixEntry<'b> {
    literal: &'b [u8],
    sort_key: u128,
    /// Where the globs begin and end.
    globs: (u32, u32),
    /// The longest other literal that this one begins with.
    parent: Option<u32>,
}

impl<'b> AffixIndex<'b> {
    /// Indexes globs that are sorted by their literal; `None` if they are not, or if a literal is empty.
    pub(crate) fn new(affix: Affix, globs: Vec<ClauseGlob<'b>>) -> Option<Self> {
        let mut entries: Vec<AffixEntry<'b>> = Vec::with_capacity(globs.len());
        let mut shortest = usize::MAX;
        for (glob, position) in globs.iter().zip(0..) {
            let literal = glob.pattern.literal(affix);
            let last = entries.last_mut();
            match affix.compare(last.as_ref().map_or(&[], |last| last.literal), literal) {
                Ordering::Less => {}
                Ordering::Equal => {
                    last?.globs.1 = position + 1;
                    continue;
                }
                Ordering::Greater => return None,
            }
            // The parent is the entry before this one, or one of its parents.
            let mut parent = (entries.len() as u32).checked_sub(1);
            while let Some(entry) = parent.and_then(|at| entries.get(at as usize)) {
                if affix.has(literal, entry.literal) {
                    break;
                }
                parent = entry.parent;
            }
            let sort_key = affix.sort_key(literal);
            entries.push(AffixEntry { literal, sort_key, globs: (position, position + 1), parent });
            shortest = shortest.min(literal.len());
        }
        let ones = [u8::MAX; 8];
        let mask = affix.first_8_bytes(ones.get(..shortest).unwrap_or(&ones));
        // With this many buckets, the first bytes of most names share a bucket with no literal.
        let len = (16 * entries.len()).next_power_of_two().clamp(128, 1 << 16);
        let mut index =
            Self { affix, entries, globs, mask, buckets: vec![0..0; len], shift: u64::BITS - len.ilog2() };
        for (entry, position) in index.entries.iter().zip(0..) {
            let at = index.bucket(entry.literal);
            let bucket = index.buckets.get_mut(at)?;
            // If other first bytes have the same hash, the bucket has the entries between them too.
            let start = if bucket.end == 0 { position } else { bucket.start };
            *bucket = start..position + 1;
        }
        Some(index)
    }

    /// The globs.
    #[cfg(feature = "compiler")]
    pub(crate) fn globs(&self) -> &[ClauseGlob<'b>] {
        &self.globs
    }

    /// The bucket of a name's first bytes.
    #[inline(always)]
    fn bucket(&self, name: &[u8]) -> usize {
        (hash_step(0, self.affix.first_8_bytes(name) & self.mask) >> self.shift) as usize
    }

    /// Calls `matched` for each glob that matches a name.
    #[inline(always)]
    pub(crate) fn for_each_match<'p>(&'p self, name: &[u8], matched: &mut dyn FnMut(&'p ClauseGlob<'b>)) {
        let range = self.buckets.get(self.bucket(name)).cloned().unwrap_or_default();
        if !range.is_empty() {
            self.search(range, name, matched);
        }
    }

    #[inline(never)]
    fn search<'p>(&'p self, range: Range<u32>, name: &[u8], matched: &mut dyn FnMut(&'p ClauseGlob<'b>)) {
        let entries = self.entries.get(range.start as usize..range.end as usize).unwrap_or_default();
        let candidates = match entries {
            // Most ranges have one entry, and need no search.
            [_] => 1,
            entries => self.count_up_to(name, entries),
        };
        let mut at = (range.start as usize + candidates).checked_sub(1);
        while let Some(entry) = at.and_then(|at| self.entries.get(at)) {
            if self.affix.has(name, entry.literal) {
                let globs = self.globs.get(entry.globs.0 as usize..entry.globs.1 as usize);
                for glob in globs.unwrap_or_default() {
                    if glob.pattern.is_rest_match(self.affix, name) {
                        matched(glob);
                    }
                }
            }
            at = entry.parent.map(|parent| parent as usize);
        }
    }

    /// The number of entries whose literal is not above the name.
    fn count_up_to(&self, name: &[u8], entries: &[AffixEntry<'b>]) -> usize {
        let sort_key = self.affix.sort_key(name);
        entries.partition_point(|entry| match entry.sort_key.cmp(&sort_key) {
            Ordering::Equal => self.affix.compare(entry.literal, name) != Ordering::Greater,
            order => order == Ordering::Less,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::AffixIndex;
    use crate::ids::ClauseId;
    use crate::matching::affix::Affix;
    use crate::matching::glob::{ClauseGlob, Pattern};

    #[test]
    fn literals_of_any_length_are_in_different_buckets() {
        for affix in [Affix::Prefix, Affix::Suffix] {
            for len in 1..=9 {
                let mut literals: Vec<String> =
                    ('a'..='z').map(|char| char.to_string() + &"x".repeat(len - 1)).collect();
                if affix == Affix::Suffix {
                    literals = literals.iter().map(|literal| literal.chars().rev().collect()).collect();
                }
                let lowered = literals.iter().map(|literal| match affix {
                    Affix::Prefix => format!("{literal}\u{1}"),
                    Affix::Suffix => format!("\u{1}{literal}"),
                });
                let lowered: Vec<String> = lowered.collect();
                let glob = |lowered| ClauseGlob {
                    pattern: Pattern::decode(lowered).expect("a glob"),
                    clause: ClauseId(0),
                };
                let globs = lowered.iter().map(|lowered| glob(lowered.as_str())).collect();
                let index = AffixIndex::new(affix, globs).expect("sorted globs");
                let buckets: BTreeSet<_> =
                    literals.iter().map(|literal| index.bucket(literal.as_bytes())).collect();
                assert!(buckets.len() > 20, "{affix:?} {len}: {} buckets of 26", buckets.len());
            }
        }
    }
}
