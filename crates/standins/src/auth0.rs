//! Auth0's Management API and its token endpoint, for one tenant.

mod actions;
mod answer;
mod bindings;
mod bucket;
mod connections;
mod modules;
mod organizations;
mod page;
mod routes;
mod seed;
mod tenant;
mod token;
mod users;
mod world;

pub use routes::all_scopes;
pub use seed::{BuildSeed, RateSeed, Seed, TokenSeed};
pub use tenant::{Action, Binding, BuildState, Module, ModuleVersion, Record, Secret, Tenant, Version};

pub use crate::clock::ClockSeed;
pub use crate::stand_in::Recorded;

/// A running stand-in of Auth0.
pub type Auth0StandIn = crate::stand_in::StandIn<world::World>;
