//! Talks to the services that Claimsmith reads and changes. Every module but [`ldap`] uses one HTTP client,
//! [`http::HttpClient`].
//!
//! Errors name the request and the refusal, and never hold a token, a secret or a body.

#![allow(clippy::disallowed_methods, reason = "files, the network and the clock are what this crate is for")]

pub mod auth0;
mod directories;
mod error;
pub mod files;
pub mod google;
pub mod graph;
pub mod http;
mod journal;
pub mod ldap;
pub mod okta;
pub mod qlik;
mod rate;
pub mod scim;
mod secret;
mod settings;
#[cfg(test)]
#[path = "../tests/auth0/test_key.rs"]
mod test_key;
mod timer;

pub use error::{Error, ErrorKind, Permission, Refusal};
pub use journal::Journal;
pub use secret::Secret;
pub use settings::{LoadSettings, SettingsError, Source};
pub use timer::{SystemTimer, Timer};
