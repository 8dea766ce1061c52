//! The stand-in of Qlik Cloud, asked over HTTPS.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at what is wrong"
)]

mod faults;
mod groups;
#[path = "../support/https.rs"]
mod https;
mod identity_providers;
mod logins;
mod program;
mod support;
mod tokens;
mod users;
