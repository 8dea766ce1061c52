//! The bundle's format and the boundary as bytes: reader, writer and tags.
//!
//! No other room knows which number means what.

pub(crate) mod reader;
pub(crate) mod tags;
#[cfg(feature = "compiler")]
pub(crate) mod writer;
