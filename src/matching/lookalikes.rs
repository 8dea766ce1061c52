//! Names that differ from a known one only in letter case or in the form of their letters.
//!
//! Users and authors write such names by mistake, so a login notes them. They match nothing.

use crate::collections::hash_index::HashIndex;
use crate::text::case_mapping;
use crate::text::scan::{ScannedName, hash, hash_step, load_prefix, load_suffix};

/// Known names, case-folded.
#[derive(Debug)]
pub(crate) struct Lookalikes {
    index: HashIndex,
    names: Vec<Vec<u8>>,
    /// Whether a name has ends with this hash. Nearly every name of a login has other ones, and then it is not folded.
    ends: Vec<bool>,
}

/// With 16 possible hashes for each name, one in 16 names of a login at most is folded in vain.
const HASHES_PER_NAME: usize = 16;

impl Lookalikes {
    pub(crate) fn new<'n>(known: impl Iterator<Item = &'n [u8]>) -> Self {
        let names: Vec<_> = known.map(folded).collect();
        let name = |position: u32| names.get(position as usize).map(Vec::as_slice);
        let index = HashIndex::build(names.len(), &name, &mut |_, _| ());
        let mut known_ends = vec![false; (names.len() * HASHES_PER_NAME).next_power_of_two()];
        for name in &names {
            let at = ends(name) & (known_ends.len() - 1);
            if let Some(is_known) = known_ends.get_mut(at) {
                *is_known = true;
            }
        }
        Self { index, names, ends: known_ends }
    }

    /// Whether a name is a known one but for letter case.
    pub(crate) fn contains(&self, scanned: &ScannedName<'_>) -> bool {
        // Folding can change the length and the ends of a name that is not ASCII.
        let at = ends(scanned.name) & (self.ends.len() - 1);
        if scanned.ascii && self.ends.get(at) == Some(&false) {
            return false;
        }
        let name = folded(scanned.name);
        let is_name = |at: u32| self.names.get(at as usize).is_some_and(|known| *known == name);
        self.index.find(hash(&name), &is_name).is_some()
    }
}

/// A hash of a name's length and ends. In ASCII it does not depend on letter case.
fn ends(name: &[u8]) -> usize {
    const LETTER_CASE: u64 = 0x2020_2020_2020_2020;
    let start = hash_step(name.len() as u64, load_prefix(name) | LETTER_CASE);
    (hash_step(start, load_suffix(name) | LETTER_CASE) >> 40) as usize
}

fn folded(name: &[u8]) -> Vec<u8> {
    let mut folded = Vec::new();
    case_mapping::fold_into(name, &mut folded);
    folded
}
