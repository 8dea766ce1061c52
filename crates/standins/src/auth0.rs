//! Auth0's Management API and its token endpoint, for one tenant.

mod actions;
mod answer;
mod bindings;
mod clock;
mod connections;
mod control;
mod handle;
mod modules;
mod organizations;
mod page;
mod routes;
mod seed;
mod tenant;
mod token;
mod users;
mod world;

pub use handle::{Auth0StandIn, Recorded};
pub use routes::all_scopes;
pub use seed::{BuildSeed, ClockSeed, RateSeed, Seed, TokenSeed};
pub use tenant::{Action, Binding, BuildState, Module, ModuleVersion, Record, Secret, Tenant, Version};
