//! Evaluates a login against a bundle.

pub(crate) mod claim_limits;
pub(crate) mod evaluate;
pub(crate) mod evaluation;
pub(crate) mod narrowing;
pub(crate) mod route;
pub(crate) mod rules;
pub(crate) mod staleness;
pub(crate) mod tiers;
pub(crate) mod trace;
