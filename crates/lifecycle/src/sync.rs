//! Users and memberships of a service: what the mappings give, against what the service has.
//!
//! [`Desired`] comes from a directory through the mapping files, [`Observed`] from the service. [`difference`] says what
//! has to change, and [`exceeded`] which guards that breaks. Three rules hold for every input:
//!
//! - Nothing is removed that a complete read of the directory did not justify.
//! - Users that are not ours keep everything, also in groups that are managed.
//! - After the changes are made, the difference is empty, except that a name which became free is used in the next run.

mod carry_out;
mod desired;
mod difference;
mod guards;
mod mapped;
mod observed;
mod plan;
pub mod record;
mod remaining;
mod undo;

#[cfg(test)]
mod tests;

pub use self::carry_out::{Extent, Failure, NewUser, Outcome, Recorder, Service, Step, carry_out};
pub use self::desired::{Attribute, Attributes, Desired, DesiredUser, Policy, Ungranted};
pub use self::difference::{
    Change, Difference, Finding, Group, Member, Replaced, User, WhyRemoved, difference, folded,
};
pub use self::guards::{Exceeded, Guarded, Limit, Limits, exceeded};
pub use self::mapped::{Mapped, NO_USER_NAME};
pub use self::observed::{Observed, ObservedGroup, ObservedUser};
pub use self::plan::{Plan, PlanReason, Read, Subject, Unfit};
pub use self::remaining::{Remaining, Stale, WhyStale, lost, remaining};
pub use self::undo::{Undo, undo};
