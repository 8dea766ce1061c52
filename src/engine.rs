//! Evaluates a login against a bundle.

pub(crate) mod evaluate;
pub(crate) mod evaluation;
pub(crate) mod staleness;
