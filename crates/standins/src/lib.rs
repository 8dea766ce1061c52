//! Stand-ins of the services that Claimsmith works with: stateful, seeded, and with a fault at any request.
//!
//! They answer over HTTPS on `localhost`, with a certificate authority that each of them makes when it starts.
//! Nothing in them depends on the time of day, on chance or on the network, so a test fails the same way each time.
//!
//! ```
//! use claimsmith_standins::auth0::{Auth0StandIn, Seed};
//!
//! let stand_in = Auth0StandIn::start(Seed::default())?;
//! assert!(stand_in.domain().starts_with("localhost:"));
//! assert!(stand_in.requests().is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod auth0;
mod clock;
mod control;
pub mod directories;
pub mod fault;
mod http;
mod ids;
mod json_patch;
pub mod qlik;
pub mod scim;
mod server;
mod service;
mod stand_in;
mod tls;

pub use fault::{At, Fault, FaultKind};
pub use json_patch::Operation;
pub use service::Service;
pub use stand_in::{Recorded, StandIn};
