//! A hash table from byte strings to positions, built once and then only read.
//!
//! `std`'s map would bring SipHash and its growth code into the engine for no use:
//! the keys come from mapping files, so whoever logs in cannot choose collisions.

use crate::words::hash;

/// Positions found by the hash of their key; the keys themselves stay with the caller.
#[derive(Debug)]
pub(crate) struct Table {
    /// Power-of-two sized, at most half full; `(hash, position + 1)`, where 0 is an empty slot.
    slots: Vec<(u32, u32)>,
}

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
        let mut table = Self { slots: vec![(0, 0); (count * 2).next_power_of_two()] };
        for (position, _) in (0u32..).zip(0..count) {
            let Some(name) = key(position) else { continue };
            let hash = hash(name);
            match table.find_slot(hash, |found| key(found) == Some(name)) {
                Err(slot) => {
                    if let Some(slot) = table.slots.get_mut(slot) {
                        *slot = (hash, position + 1);
                    }
                }
                Ok(first) => repeated(first, position),
            }
        }
        table
    }

    /// The position whose key has this `hash` and satisfies `same`.
    pub(crate) fn find(&self, hash: u32, same: impl FnMut(u32) -> bool) -> Option<u32> {
        self.find_slot(hash, same).ok()
    }

    fn find_slot(&self, hash: u32, mut same: impl FnMut(u32) -> bool) -> Result<u32, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = hash as usize & mask;
        loop {
            match self.slots.get(slot) {
                None | Some((_, 0)) => return Err(slot),
                Some(&(found, position)) if found == hash && same(position - 1) => {
                    return Ok(position - 1);
                }
                Some(_) => slot = (slot + 1) & mask,
            }
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
            assert_eq!(table.find(hash(name.as_bytes()), same), Some(position as u32));
        }
        assert_eq!(table.find(hash(b"group-901"), |_| false), None);
    }

    #[test]
    fn an_empty_table_finds_nothing() {
        let table = Table::build(0, &|_| None, &mut |_, _| ());
        assert_eq!(table.find(hash(b"x"), |_| true), None);
    }
}
