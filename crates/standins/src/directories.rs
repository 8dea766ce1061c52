//! The directories of Okta, Microsoft Entra and Google Workspace, as far as they are read: users, groups, members.
//!
//! They answer in the shapes that the three vendors document. None of them was compared with a live tenant.

mod google;
mod graph;
mod lists;
mod okta;
mod seed;
mod tokens;
mod world;

pub use self::google::Google;
pub use self::graph::Graph;
pub use self::okta::Okta;
pub use self::seed::{Quirks, Record, Seed, Tenant, TokenSeed};

/// A running stand-in of Okta's Users and Groups APIs.
pub type OktaStandIn = crate::stand_in::StandIn<world::World<Okta>>;
/// A running stand-in of Microsoft Graph, with the endpoint of its tokens.
pub type GraphStandIn = crate::stand_in::StandIn<world::World<Graph>>;
/// A running stand-in of Google's Directory API, with the endpoint of its tokens.
pub type GoogleStandIn = crate::stand_in::StandIn<world::World<Google>>;
