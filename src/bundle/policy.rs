//! What happens with logins that cannot be evaluated, or not completely.

use crate::codec::reader::Reader;
use crate::codec::tags::policy;

/// What happens with a login that cannot be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the engine has to act on every policy")]
pub enum Policy {
    /// It goes on, with no groups.
    NoGroups,
    /// It is refused.
    Deny,
}

/// What happens with a login whose input is incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the engine has to act on every policy")]
pub enum IncompletePolicy {
    /// It goes on, with no groups.
    NoGroups,
    /// It is refused.
    Deny,
    /// It goes on with what could be read.
    UsePartial,
}

/// What happens with an upstream group that no rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the engine has to act on every policy")]
pub enum UnmatchedPolicy {
    /// It is dropped and counted.
    Drop,
    /// The login is refused.
    Deny,
}

impl Policy {
    pub(crate) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        match reader.byte()? {
            policy::NO_GROUPS => Some(Self::NoGroups),
            policy::DENY => Some(Self::Deny),
            _ => None,
        }
    }
}
