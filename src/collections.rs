//! Collections of small numbers and of positions, as the engine needs them.

pub(crate) mod bit_set;
pub(crate) mod hash_index;
#[cfg(feature = "compiler")]
pub(crate) mod parallel_map;
