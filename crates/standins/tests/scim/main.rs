//! The stand-in of a SCIM service, asked over HTTPS.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at what is wrong"
)]

mod discovery;
mod hostile;
#[path = "../support/https.rs"]
mod https;
mod lists;
mod patch;
mod quirks;
mod resources;
mod support;
mod versions;
