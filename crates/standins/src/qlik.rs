//! Qlik Cloud's REST API and its token endpoint, for one tenant.

mod answer;
mod auth_settings;
mod filter;
mod groups;
mod identity_providers;
mod login;
mod page;
mod rate;
mod roles;
mod routes;
mod seed;
mod tenant;
mod token;
mod users;
mod world;

pub use login::Denied;
pub use seed::{ClaimPath, RateSeed, Seed, TokenSeed};
pub use tenant::{AuthSettings, GroupSettings, Record, Tenant};

/// A running stand-in of Qlik Cloud.
pub type QlikStandIn = crate::stand_in::StandIn<world::World>;
