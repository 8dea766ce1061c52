//! Sets of ids, an index of byte strings, and a parallel map.

pub(crate) mod bit_set;
pub(crate) mod hash_index;
pub(crate) mod once;
#[cfg(feature = "compiler")]
pub(crate) mod parallel_map;
