//! Where the engine meets its hosts: the boundary of the Action, Auth0's event, and the explanation of an answer.

pub mod boundary;
#[cfg(feature = "compiler")]
mod codes;
#[cfg(feature = "compiler")]
pub mod event;
#[cfg(feature = "compiler")]
pub mod explanation;
#[cfg(all(feature = "compiler", target_arch = "wasm32", target_os = "unknown"))]
pub mod page;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub mod wasm;
