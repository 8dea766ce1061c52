//! Names that differ from a known one only in letter case or in the form of their letters.
//!
//! Users and authors write such names by mistake, so a login notes them. They match nothing.

use crate::collections::hash_index::HashIndex;
use crate::text::case_mapping;
use crate::text::scan::hash;

/// Known names, case-folded.
#[derive(Debug)]
pub(crate) struct Lookalikes {
    index: HashIndex,
    names: Vec<Vec<u8>>,
}

impl Lookalikes {
    pub(crate) fn new<'n>(known: impl Iterator<Item = &'n [u8]>) -> Self {
        let names: Vec<_> = known.map(folded).collect();
        let name = |position: u32| names.get(position as usize).map(Vec::as_slice);
        let index = HashIndex::build(names.len(), &name, &mut |_, _| ());
        Self { index, names }
    }

    /// Whether a name is a known one but for letter case.
    pub(crate) fn contains(&self, name: &[u8]) -> bool {
        let name = folded(name);
        let is_name = |at: u32| self.names.get(at as usize).is_some_and(|known| *known == name);
        self.index.find(hash(&name), &is_name).is_some()
    }
}

fn folded(name: &[u8]) -> Vec<u8> {
    let mut folded = Vec::new();
    case_mapping::fold_into(name, &mut folded);
    folded
}
