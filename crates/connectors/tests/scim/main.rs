//! The connector of SCIM, against a stand-in.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at what is wrong"
)]

#[path = "../support/timer.rs"]
mod timer;

mod lists;
mod members;
mod probe;
mod support;
mod users;
