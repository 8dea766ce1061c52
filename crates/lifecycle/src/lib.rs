//! Plans of changes to other systems, and journals of what was done. Pure: without I/O and without a clock.
//!
//! A plan says what was found and what is to be there afterwards. While it is carried out, [`deployment::ActionsPlan::next`]
//! or [`qlik::Plan::next`] decides each step from what is there at that moment, so a run that was interrupted is
//! continued by the next one.

pub mod assumptions;
pub mod block;
pub mod calendar;
pub mod certificate;
pub mod deployment;
pub mod digest;
pub mod directory;
pub mod drift;
pub mod journal;
pub mod live;
mod plan_json;
pub mod qlik;
pub mod sync;
pub mod tenant;

pub use plan_json::NotRead;
#[cfg(test)]
#[path = "../tests/support/bundle.rs"]
mod test_bundle;
