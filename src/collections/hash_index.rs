//! A hash table from byte strings to positions, built once and then only read.
//!
//! `std`'s map would add SipHash and code for growing to the engine, and neither is needed:
//! the keys come from mapping files, so a login cannot choose keys that collide.

use crate::text::scan::hash;

/// Positions found by the hash of their key. The caller keeps the keys.
#[derive(Debug, Default)]
pub(crate) struct HashIndex {
    /// A power of two of them, at most half full. A key whose slot is taken is in the next free one.
    slots: Vec<Slot>,
    /// The number of bits by which a hash is shifted to give its slot.
    shift: u32,
}

/// The hash of a key and its position; `None` if the slot is free.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u32,
    position: Option<u32>,
}

impl HashIndex {
    /// Builds the index of the `count` keys that `key` gives by position. Of equal keys the first position is kept.
    /// Positions without a key are skipped.
    ///
    /// Calls `repeated(first, again)` for each later position of a key.
    pub(crate) fn build<'k>(
        count: usize,
        key: &dyn Fn(u32) -> Option<&'k [u8]>,
        repeated: &mut dyn FnMut(u32, u32),
    ) -> Self {
        let bits = (2 * count).max(2).next_power_of_two().ilog2();
        let mut index = Self { slots: vec![Slot::default(); 1 << bits], shift: u32::BITS - bits };
        for position in 0..count as u32 {
            let Some(name) = key(position) else { continue };
            let hash = hash(name);
            match index.find(hash, &|found| key(found) == Some(name)) {
                Some(first) => repeated(first, position),
                None => index.add(Slot { hash, position: Some(position) }),
            }
        }
        index
    }

    fn add(&mut self, slot: Slot) {
        let last = self.slots.len() - 1;
        let mut at = self.home(slot.hash);
        while let Some(place) = self.slots.get_mut(at) {
            if place.position.is_none() {
                *place = slot;
                return;
            }
            at = (at + 1) & last;
        }
    }

    /// The slot where a key with this hash is looked for first.
    #[inline(always)]
    fn home(&self, hash: u32) -> usize {
        (hash >> self.shift) as usize
    }

    /// The position whose key has this `hash` and satisfies `is_key`.
    #[inline(always)]
    pub(crate) fn find(&self, hash: u32, is_key: &dyn Fn(u32) -> bool) -> Option<u32> {
        // Most names that are not in the index end at an empty slot.
        self.slots.get(self.home(hash))?.position?;
        self.find_from(self.home(hash), hash, is_key)
    }

    #[inline(never)]
    fn find_from(&self, home: usize, hash: u32, is_key: &dyn Fn(u32) -> bool) -> Option<u32> {
        let last = self.slots.len().wrapping_sub(1);
        let mut at = home;
        loop {
            let slot = self.slots.get(at)?;
            let position = slot.position?;
            if slot.hash == hash && is_key(position) {
                return Some(position);
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
    fn hash_index_finds_the_first_position_of_every_key() {
        let names: Vec<String> = (0..1_000).map(|n| format!("group-{}", n % 900)).collect();
        let mut repeats = 0;
        let key = |position: u32| names.get(position as usize).map(|name| name.as_bytes());
        let index = HashIndex::build(names.len(), &key, &mut |first, again| {
            assert_eq!(first + 900, again);
            repeats += 1;
        });
        assert_eq!(repeats, 100);
        for (position, name) in names.iter().enumerate().take(900) {
            let is_key = |found: u32| names.get(found as usize) == Some(name);
            assert_eq!(index.find(hash(name.as_bytes()), &is_key), Some(position as u32));
        }
        assert_eq!(index.find(hash(b"group-901"), &|_| false), None);
    }

    #[test]
    fn empty_hash_index_finds_nothing() {
        let index = HashIndex::build(0, &|_| None, &mut |_, _| ());
        assert_eq!(index.find(hash(b"x"), &|_| true), None);
        assert_eq!(HashIndex::default().find(hash(b"x"), &|_| true), None);
    }
}
