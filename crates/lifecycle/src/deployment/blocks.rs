//! The blocks of a deployment.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::block_change::BlockChange;
use super::order::Order;
use super::refusal::Refusal;
use super::state::Content;

/// How many requests the change of one block takes: it reads, writes and reads again.
const REQUESTS: u64 = 3;

/// The blocks of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct BlocksPlan {
    /// The digest of the mappings that the plan was made from.
    pub mappings: String,
    /// The names of the organizations that were chosen; all if there is none.
    pub chosen: Vec<String>,
    /// Whether blocks stay as they are, whatever the mappings say.
    pub is_action_only: bool,
    /// Whether only some organizations were planned, and the Action is not touched.
    pub is_partial: bool,
    /// When the Action is deployed.
    pub order: Order,
    /// The Action between the old and the new one, if the order has one.
    pub in_between: Option<Content>,
    /// What is written, sorted by the names of the organizations.
    pub changes: Vec<BlockChange>,
    /// How many blocks stay as they are.
    pub unchanged: usize,
    /// The ids of the Auth0 organizations that logins are closed for afterwards, and were not before.
    pub closes: Vec<String>,
    /// Until when the changes need a confirmation; `None` if they are final.
    pub confirmation: Option<Confirmation>,
}

impl BlocksPlan {
    /// The name of the first mapping that is changed twice, or whose organization is.
    pub(super) fn repeated(&self) -> Option<&str> {
        let (mut names, mut ids) = (BTreeSet::new(), BTreeSet::new());
        let mut each = self.changes.iter();
        let repeated = each.find(|it| !names.insert(it.organization.as_str()) || !ids.insert(it.id.as_str()));
        repeated.map(|change| change.organization.as_str())
    }
}

/// Until when changes need a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Confirmation {
    /// The moment from which on logins use the old mappings again, in seconds since 1970, by the clock of the tenant.
    pub deadline: u32,
    /// How long that was when the plan was made, in seconds.
    pub within: u32,
}

impl Confirmation {
    /// Refuses blocks that could not all be written and confirmed in half of the time.
    ///
    /// # Errors
    ///
    /// If the time has passed, or is too short for a number of changes at a number of requests per second. `deadline` is
    /// the deadline as text.
    pub fn check(self, changes: usize, per_second: u64, now: u64, deadline: &str) -> Result<(), Refusal> {
        let left = u64::from(self.deadline).saturating_sub(now);
        if left == 0 {
            return Err(Refusal::DeadlinePassed { deadline: deadline.to_owned() });
        }
        let needed = (changes as u64 * REQUESTS).div_ceil(per_second.max(1));
        // Half for writing, and what people look at in between; half for confirming.
        if needed > left / 2 {
            return Err(Refusal::TooLittleTime { deadline: deadline.to_owned(), needed: needed * 2 });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_time_is_for_confirming() {
        let confirmation = Confirmation { deadline: 1000, within: 100 };
        let check = |changes, now| confirmation.check(changes, 2, now, "soon");
        // 33 changes take 99 requests, which are 50 seconds.
        assert_eq!((check(33, 900), check(1, 996)), (Ok(()), Ok(())));
        let too_little = |needed| Err(Refusal::TooLittleTime { deadline: "soon".to_owned(), needed });
        assert_eq!((check(34, 900), check(1, 997)), (too_little(102), too_little(4)));
        let passed = Err(Refusal::DeadlinePassed { deadline: "soon".to_owned() });
        assert_eq!((check(0, 1000), check(1, 2000)), (passed.clone(), passed));
    }
}
