//! Laws that hold for every mapping and every login, checked on random ones.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at what is wrong"
)]

mod attributes_alone;
mod blocks;
mod captures;
mod found;
mod language;
mod less;
mod login;
mod reference;
mod rules;
mod small_worlds;
mod tenants;
mod world;
