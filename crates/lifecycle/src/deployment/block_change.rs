//! The change of one block: the metadata of one Auth0 organization.
//!
//! Auth0 replaces all metadata at once and has no compare-and-swap, so what is written depends on what is there at that
//! moment, and the keys of others are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::block::{BlockRefusal, SignedBlock, key_position};

/// The metadata keys that Auth0 has for an organization.
pub const MOST_KEYS: usize = 25;

/// From this share of the free keys on, in percent, a plan warns.
const NEARLY_FULL: usize = 80;

/// The metadata of an Auth0 organization.
pub type Metadata = Map<String, Value>;

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
    /// Whether the change may remove access. The block that was found can then be written back by whoever kept it, until a
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

/// Whether a block takes so many of the keys that others have left that it may soon not fit.
pub fn is_nearly_full(metadata: &Metadata, values: usize) -> bool {
    let free = MOST_KEYS.saturating_sub(foreign(metadata).len());
    values * 100 >= free * NEARLY_FULL
}

impl BlockChange {
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
        let mut metadata = foreign(now);
        let others = metadata.len();
        if others + values.len() > MOST_KEYS {
            return Err(Refusal::NoKeys {
                organization: organization(),
                values: values.len(),
                others,
                most: MOST_KEYS,
            });
        }
        metadata.extend(values.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))));
        Ok(BlockStep::Write(metadata))
    }
}
