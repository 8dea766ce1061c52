//! What a stand-in begins with.

use serde::Deserialize;

use super::tenant::Tenant;
use crate::clock::ClockSeed;
use crate::fault::Fault;

/// What a stand-in begins with: resources, and how the service behaves.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// Chooses the ids of new resources.
    pub seed: u64,
    pub clock: ClockSeed,
    /// Bearer tokens that are valid.
    pub tokens: Vec<TokenSeed>,
    pub quirks: Quirks,
    pub tenant: Tenant,
    pub faults: Vec<Fault<Tenant>>,
}

/// A bearer token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSeed {
    pub token: String,
}

/// In what the service differs from others, as real ones do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// How many resources a page has at most, whatever `count` says.
    pub most_per_page: usize,
    /// Every page is the first one: scimmy-routers 1.3 with Express 5.
    pub ignores_start_index: bool,
    /// A page after the last one is the first one again: SCIMMY 1.3.
    pub starts_again: bool,
    /// `totalResults` is the number of resources of the page: AWS IAM Identity Center in 2020.
    pub counts_page: bool,
    /// Pages go from cursor to cursor (RFC 9865), without `totalResults`.
    pub has_cursors: bool,
    /// Lists of groups leave out `members`; a single group has them.
    pub lists_without_members: bool,
    /// The members of groups are always an empty list: AWS IAM Identity Center.
    pub hides_members: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            most_per_page: 1000,
            ignores_start_index: false,
            starts_again: false,
            counts_page: false,
            has_cursors: false,
            lists_without_members: false,
            hides_members: false,
        }
    }
}
