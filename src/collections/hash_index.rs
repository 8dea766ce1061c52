//! A hash table from byte strings to positions, built once and then only read.
//!
//! `std`'s map would bring SipHash and its growth code into the engine for no use:
//! the keys come from mapping files, so whoever logs in cannot choose collisions.

use crate::text::scan::hash;

/// Positions found by the hash of their key; the keys themselves stay with the caller.
#[derive(Debug, Default)]
pub(crate) struct HashIndex {
    /// A power of two of them, at most half full. A key that finds its bucket full is in one behind it.
    buckets: Vec<Bucket>,
    /// How far the hash of a key is shifted to give its bucket.
    shift: u32,
}

/// Two slots are looked at without a branch for each: which of them fits, no processor could foresee.
type Bucket = [Slot; 2];

/// The hash of a key and its position, counted from one: zero if the slot is free.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u32,
    /// In a bucket's first slot, the highest bit is set if a key should be here and is further on.
    position: u32,
}

const OVERFLOWN: u32 = 1 << 31;

impl Slot {
    /// The position as the caller counts; that of a free slot is none that a table has.
    #[inline(always)]
    fn position(self) -> u32 {
        (self.position & !OVERFLOWN).wrapping_sub(1)
    }
}

impl HashIndex {
    /// Builds the table of the `count` keys that `key` gives by position; where one occurs again,
    /// its first position stays. A position without a key is left out.
    ///
    /// Calls `repeated(first, again)` for each later position of a key.
    pub(crate) fn build<'k>(
        count: usize,
        key: &dyn Fn(u32) -> Option<&'k [u8]>,
        repeated: &mut dyn FnMut(u32, u32),
    ) -> Self {
        let bits = count.max(2).next_power_of_two().ilog2();
        let mut table = Self { buckets: vec![Bucket::default(); 1 << bits], shift: u32::BITS - bits };
        for position in 1..=count as u32 {
            let Some(name) = key(position - 1) else { continue };
            let hash = hash(name);
            match table.find(hash, &|found| key(found) == Some(name)) {
                Some(first) => repeated(first, position - 1),
                None => table.add(Slot { hash, position }),
            }
        }
        table
    }

    fn add(&mut self, slot: Slot) {
        let last = self.buckets.len() - 1;
        let home = self.home(slot.hash);
        let mut at = home;
        while let Some(bucket) = self.buckets.get_mut(at) {
            if let Some(free) = bucket.iter_mut().find(|slot| slot.position == 0) {
                *free = slot;
                break;
            }
            at = (at + 1) & last;
        }
        if let Some([first, _]) = self.buckets.get_mut(home).filter(|_| at != home) {
            first.position |= OVERFLOWN;
        }
    }

    /// The bucket where a key with this hash is looked for first.
    #[inline(always)]
    fn home(&self, hash: u32) -> usize {
        (hash >> self.shift) as usize
    }

    /// Whether a key with this `hash` may be in the table, by one look without a branch.
    #[inline(always)]
    pub(crate) fn may_have(&self, hash: u32) -> bool {
        let Some([first, second]) = self.buckets.get(self.home(hash)) else { return false };
        (first.hash == hash) | (second.hash == hash) | (first.position >= OVERFLOWN)
    }

    /// Where a key with this `hash` is, if it is in the table and where most are.
    #[inline(always)]
    pub(crate) fn guess(&self, hash: u32) -> u32 {
        let [first, second] = self.buckets.get(self.home(hash)).copied().unwrap_or_default();
        if second.hash == hash { second.position() } else { first.position() }
    }

    /// The position whose key has this `hash` and satisfies `same`.
    #[inline(never)]
    pub(crate) fn find(&self, hash: u32, same: &dyn Fn(u32) -> bool) -> Option<u32> {
        let last = self.buckets.len().wrapping_sub(1);
        let mut at = self.home(hash);
        loop {
            let bucket = self.buckets.get(at)?;
            for slot in bucket {
                if slot.position == 0 {
                    return None;
                }
                if slot.hash == hash && same(slot.position()) {
                    return Some(slot.position());
                }
            }
            at = (at + 1) & last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::HashIndex;
    use crate::text::scan::hash;

    #[test]
    fn every_key_is_found_at_its_first_position() {
        let names: Vec<String> = (0..1_000).map(|n| format!("group-{}", n % 900)).collect();
        let mut repeats = 0;
        let key = |position: u32| names.get(position as usize).map(|name| name.as_bytes());
        let table = HashIndex::build(names.len(), &key, &mut |first, again| {
            assert_eq!(first + 900, again);
            repeats += 1;
        });
        assert_eq!(repeats, 100);
        for (position, name) in names.iter().enumerate().take(900) {
            let same = |found: u32| names.get(found as usize) == Some(name);
            assert_eq!(table.find(hash(name.as_bytes()), &same), Some(position as u32));
        }
        assert_eq!(table.find(hash(b"group-901"), &|_| false), None);
    }

    #[test]
    fn an_empty_table_finds_nothing() {
        let table = HashIndex::build(0, &|_| None, &mut |_, _| ());
        assert_eq!(table.find(hash(b"x"), &|_| true), None);
    }
}
