//! The change of one block: the metadata of one Auth0 organization.
//!
//! Auth0 replaces all metadata at once and has no compare-and-swap, so what is written depends on what is there at that
//! moment, and the keys of others are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::refusal::Refusal;
use crate::block::{BlockRefusal, SignedBlock, key_position};
use crate::tenant::Metadata;

/// The metadata keys that Auth0 has for an organization.
pub const MOST_KEYS: usize = 25;

/// From this share of the free keys on, in percent, a plan warns.
const NEARLY_FULL: usize = 80;

/// The values of a block, by key.
pub type Values = BTreeMap<String, String>;

/// The block of one organization, as it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct BlockChange {
    /// The name of the mapping.
    pub organization: String,
    /// The id of the Auth0 organization.
    pub id: String,
    /// The digest of the mapping's bundle.
    pub mapping: String,
    /// The values that the metadata had; empty if there were none.
    pub found: Values,
    /// The digest of the mapping that logins used: that of the block that was found, or of the Action; `None` if there was
    /// none that could be used.
    pub before: Option<String>,
    /// Whether the change may remove access. The block that was found can then be written back by someone who kept it, until a
    /// floor has passed it.
    pub may_remove: bool,
}

/// What is to be written for a block.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other case")]
pub enum BlockStep {
    /// These metadata, which are the whole.
    Write(Metadata),
    /// Nothing: the values are there.
    Nothing,
}

/// The values of a block in some metadata, also those beyond its number. A value that is not text is left out.
pub fn block_values(metadata: &Metadata) -> Values {
    let own = metadata.iter().filter(|(key, _)| key_position(key).is_some());
    own.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// The block in some values.
///
/// # Errors
///
/// If there is none, or its values do not fit together.
pub fn joined(values: &Values) -> Result<SignedBlock, BlockRefusal> {
    SignedBlock::join(|key| values.get(key).map(String::as_str))
}

/// The metadata of others: all that are no block's.
pub fn foreign(metadata: &Metadata) -> Metadata {
    let own = metadata.iter().filter(|(key, _)| key_position(key).is_none());
    own.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// How many metadata keys others have left for a block.
pub fn free_keys(metadata: &Metadata) -> usize {
    MOST_KEYS.saturating_sub(foreign(metadata).len())
}

/// Whether a block takes most of the keys that others have left, and may soon not fit.
pub fn is_nearly_full(free: usize, values: usize) -> bool {
    values * 100 >= free * NEARLY_FULL
}

impl BlockChange {
    /// Refuses a block that takes more keys than others have left.
    ///
    /// # Errors
    ///
    /// If it does.
    pub fn check_keys(&self, free: usize, values: usize) -> Result<(), Refusal> {
        if values <= free {
            return Ok(());
        }
        Err(Refusal::NoKeys {
            organization: self.organization.clone(),
            values,
            others: MOST_KEYS - free,
            most: MOST_KEYS,
        })
    }

    /// Decides what to write, from the metadata that are there now.
    ///
    /// # Errors
    ///
    /// If somebody else has changed the block, or others have left too few keys.
    pub fn next(&self, now: &Metadata, values: &Values, is_forced: bool) -> Result<BlockStep, Refusal> {
        let present = block_values(now);
        if present == *values {
            return Ok(BlockStep::Nothing);
        }
        let organization = || self.organization.clone();
        if present != self.found && !is_forced {
            return Err(Refusal::BlockChanged { organization: organization() });
        }
        self.check_keys(free_keys(now), values.len())?;
        let mut metadata = foreign(now);
        metadata.extend(values.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))));
        Ok(BlockStep::Write(metadata))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn metadata(value: Value) -> Metadata {
        value.as_object().cloned().unwrap_or_default()
    }

    fn values(texts: &[&str]) -> Values {
        (0..).zip(texts).map(|(at, text)| (crate::block::key_name(at), (*text).to_owned())).collect()
    }

    fn change(found: &[&str]) -> BlockChange {
        BlockChange {
            organization: "acme".to_owned(),
            id: "org_acme".to_owned(),
            mapping: "digest".to_owned(),
            found: values(found),
            before: None,
            may_remove: false,
        }
    }

    #[test]
    fn keys_of_others_are_kept_and_old_values_are_removed() {
        let now = metadata(json!({
            "crm": "1", "claimsmith": "x", "claimsmith01": "y", "claimsmith20": "z",
            "claimsmith0": "a", "claimsmith1": "b", "claimsmith7": "c",
        }));
        let found = BlockChange { found: block_values(&now), ..change(&[]) };
        assert_eq!(found.found.len(), 3);
        let step = found.next(&now, &values(&["new"]), false);
        let expected = json!({
            "crm": "1", "claimsmith": "x", "claimsmith01": "y", "claimsmith20": "z", "claimsmith0": "new",
        });
        assert_eq!(step, Ok(BlockStep::Write(metadata(expected))));
    }

    #[test]
    fn what_is_there_already_is_not_written() {
        let now = metadata(json!({ "claimsmith0": "new", "crm": "1" }));
        assert_eq!(change(&["old"]).next(&now, &values(&["new"]), false), Ok(BlockStep::Nothing));
    }

    #[test]
    fn block_of_somebody_else_is_replaced_only_by_force() {
        for now in [
            json!({ "claimsmith0": "other" }),
            json!({}),
            json!({ "claimsmith0": "old", "claimsmith1": "x" }),
        ] {
            let now = metadata(now);
            let refused = change(&["old"]).next(&now, &values(&["new"]), false);
            assert_eq!(refused, Err(Refusal::BlockChanged { organization: "acme".to_owned() }));
            let forced = change(&["old"]).next(&now, &values(&["new"]), true);
            assert_eq!(forced, Ok(BlockStep::Write(metadata(json!({ "claimsmith0": "new" })))));
        }
    }

    #[test]
    fn block_needs_the_keys_that_others_leave() {
        let others =
            |count: usize| -> Metadata { (0..count).map(|at| (format!("k{at}"), "x".into())).collect() };
        let new = values(&["a", "b"]);
        assert!(change(&[]).next(&others(23), &new, false).is_ok());
        assert!(matches!(
            change(&[]).next(&others(24), &new, true),
            Err(Refusal::NoKeys { values: 2, others: 24, most: 25, .. })
        ));
        assert_eq!([15, 16].map(|values| is_nearly_full(free_keys(&others(5)), values)), [false, true]);
        assert!(is_nearly_full(free_keys(&others(25)), 0));
    }
}
