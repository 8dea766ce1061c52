//! The decoded program: a platform's index, and the mapping of each organization.

pub(crate) mod application;
pub(crate) mod block;
pub(crate) mod block_settings;
pub(crate) mod condition;
pub(crate) mod error;
pub(crate) mod grant_expansion;
pub(crate) mod index;
pub(crate) mod mapping;
pub(crate) mod policy;
pub(crate) mod text_pattern;
