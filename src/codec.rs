//! The numbers of the bundle's format and of the boundary: reader, writer and tags.
//!
//! No other room knows which number says what.

pub(crate) mod reader;
#[cfg(feature = "compiler")]
pub(crate) mod writer;
