//! A hash table from byte strings to positions, built once and then only read.
//!
//! `std`'s map would bring SipHash and its growth code into the engine for no use:
//! the keys come from mapping files, so whoever logs in cannot choose collisions.

use crate::words::hash;

/// Positions found by the hash of their key; the keys themselves stay with the caller.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// A power of two of them, at most half full. A key that finds its bucket full is in one behind it.
    buckets: Vec<[Slot; BUCKET]>,
}

/// The hash of a key and its position, counted from one: zero if the slot is empty.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u32,
    position: u32,
}

/// So many slots are looked at without a branch for each: which of them fits, no processor could foresee.
const BUCKET: usize = 4;

impl Table {
    /// Builds the table of the `count` keys that `key` gives by position; where one occurs again,
    /// its first position stays. A position without a key is left out.
    ///
    /// Calls `repeated(first, again)` for each later position of a key.
    pub(crate) fn build<'k>(
        count: usize,
        key: &dyn Fn(u32) -> Option<&'k [u8]>,
        repeated: &mut dyn FnMut(u32, u32),
    ) -> Self {
        let mut table =
            Self { buckets: vec![Default::default(); count.div_ceil(BUCKET / 2).next_power_of_two()] };
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
        let mut at = slot.hash as usize & last;
        while let Some(bucket) = self.buckets.get_mut(at) {
            if let Some(empty) = bucket.iter_mut().find(|slot| slot.position == 0) {
                *empty = slot;
                return;
            }
            at = (at + 1) & last;
        }
    }

    /// The position whose key has this `hash` and satisfies `same`.
    #[inline(never)]
    pub(crate) fn find(&self, hash: u32, same: &dyn Fn(u32) -> bool) -> Option<u32> {
        self.find_fast(hash, same)
    }

    /// The same for whoever is in a hurry: the code is there once more.
    #[inline(always)]
    pub(crate) fn find_fast(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<u32> {
        let last = self.buckets.len().wrapping_sub(1);
        let mut at = hash as usize & last;
        loop {
            let bucket = self.buckets.get(at)?;
            let mut fits = 0;
            for slot in bucket {
                fits = if slot.hash == hash { slot.position } else { fits };
            }
            if fits != 0 {
                if same(fits - 1) {
                    return Some(fits - 1);
                }
                // Another key has the same hash.
                let fits = |slot: &&Slot| slot.hash == hash && slot.position != 0 && same(slot.position - 1);
                if let Some(slot) = bucket.iter().find(fits) {
                    return Some(slot.position - 1);
                }
            }
            if bucket.last().is_none_or(|slot| slot.position == 0) {
                return None;
            }
            at = (at + 1) & last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Table;
    use crate::words::hash;

    #[test]
    fn every_key_is_found_at_its_first_position() {
        let names: Vec<String> = (0..1_000).map(|n| format!("group-{}", n % 900)).collect();
        let mut repeats = 0;
        let key = |position: u32| names.get(position as usize).map(|name| name.as_bytes());
        let table = Table::build(names.len(), &key, &mut |first, again| {
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
        let table = Table::build(0, &|_| None, &mut |_, _| ());
        assert_eq!(table.find(hash(b"x"), &|_| true), None);
    }
}
