//! What is assumed about Auth0, Qlik Cloud and applications because documentation does not say it.
//!
//! [`ASSUMPTIONS`] lists each statement with its test, and [`Record`] keeps what the owner of a tenant has found out there.
//! What depends on a statement that failed has to refuse: [`Record::require`] and [`Record::require_feature`] say why. What
//! was not tested is unknown and refuses nothing: the documentation marks it *confirm*.

mod list;
mod record;

pub use self::list::{ASSUMPTIONS, Assumption, Feature, Probe, Test, assumption};
pub use self::record::{FailedAssumption, How, Outcome, Record, RecordError, Tested};
