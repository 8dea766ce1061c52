//! A value that is made when it is first needed.
//!
//! The engine in WebAssembly has one thread, and needs no lock.

#[cfg(target_arch = "wasm32")]
pub(crate) use core::cell::OnceCell as Once;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use std::sync::OnceLock as Once;
