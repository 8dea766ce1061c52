//! The connector of Qlik Cloud, against a stand-in.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at what is wrong"
)]

mod connect;
mod lists;
mod repeat;
mod set_up;
mod support;
#[path = "../support/timer.rs"]
mod timer;
