//! A service of SCIM 2.0 (RFC 7643 and 7644): users, groups and their members, of one tenant.
//!
//! It reads, creates and deletes resources. What servers in the wild do in another way is chosen by the seed.

mod answer;
mod filter;
mod lists;
mod resources;
mod seed;
mod tenant;
mod world;

pub use seed::{Quirks, Seed, TokenSeed};
pub use tenant::{Record, Tenant};

/// A running stand-in of a SCIM service.
pub type ScimStandIn = crate::stand_in::StandIn<world::World>;
