//! The stand-in of Auth0, asked over HTTPS.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at what is wrong"
)]

mod actions;
mod client;
mod faults;
#[path = "../support/https.rs"]
mod https;
mod invariants;
mod limits;
mod organizations;
mod program;
mod tokens;
