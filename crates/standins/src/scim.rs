//! A service of SCIM 2.0 (RFC 7643 and 7644): users, groups and their members, of one tenant.
//!
//! It follows the RFCs strictly. What servers in the wild do in another way is chosen by the seed.

mod answer;
mod attribute;
mod body;
mod discovery;
mod filter;
mod index;
mod kind;
mod lists;
mod members;
mod patch;
mod path;
mod query;
mod resources;
mod schema;
mod seed;
mod selection;
mod shown;
mod tenant;
mod version;
mod world;

pub use seed::{Quirks, RemovalByFilter, RemovalWithValue, Seed, TokenSeed, WholeMembers};
pub use tenant::{Record, Tenant};

/// A running stand-in of a SCIM service.
pub type ScimStandIn = crate::stand_in::StandIn<world::World>;
