//! The connector of Auth0, against a stand-in of the Management API.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at what is wrong"
)]

mod actions;
mod connect;
mod deployment;
mod inventory;
mod organizations;
mod probes;
mod repeat;
mod support;
mod test_key;
#[path = "../support/timer.rs"]
mod timer;
