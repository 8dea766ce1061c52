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
    /// With `totalResults` nevertheless: scim2-server 0.8.
    pub counts_with_cursors: bool,
    /// Lists of groups leave out `members`; a single group has them.
    pub lists_without_members: bool,
    /// The members of groups are always an empty list: AWS IAM Identity Center.
    pub hides_members: bool,
    /// A filter is ignored, and everything is answered: Canaille 0.3.
    pub ignores_filters: bool,
    /// Filters are equalities, joined with `and`; others are refused: AWS IAM Identity Center.
    pub takes_equalities_only: bool,
    /// There are no versions, and `If-Match` is ignored: SCIMMY 1.3.
    pub has_no_versions: bool,
    /// An attribute that no schema has is refused instead of ignored: Canaille 0.3.
    pub refuses_unknown_attributes: bool,
    /// Attributes, such as `name.givenName`, that `/Schemas` does not have: Canaille 0.3, for some.
    pub unpublished_attributes: Vec<String>,
    /// A PATCH is answered with 204: scim2-server 0.8, scimgateway 6.1, and what Entra wishes for.
    pub patches_without_body: bool,
    /// A PATCH is answered as usual, and nothing happens: scimgateway 6.1, for some paths.
    pub drops_patches: bool,
    /// What a PATCH with `remove` and a path with a filter, as RFC 7644 has it, does.
    pub removal_by_filter: RemovalByFilter,
    /// What a PATCH with `remove`, a path and a `value`, as Entra sends it, does.
    pub removal_with_value: RemovalWithValue,
    /// What a PATCH of all members of a group does.
    pub whole_members: WholeMembers,
    /// `replace` of members adds them: scimgateway 6.1.
    pub replacing_adds_members: bool,
    /// A member that is added again is there twice: SCIMMY 1.3.
    pub stores_members_twice: bool,
    /// A member does not have to exist: scim2-server 0.8, SCIMMY 1.3.
    pub stores_unknown_members: bool,
    /// Who is deleted stays a member of groups: scim2-server 0.8, SCIMMY 1.3.
    pub keeps_deleted_members: bool,
    /// A PATCH with more members than this is answered with 413: Miro, with 8000.
    pub most_members_per_patch: Option<usize>,
}

/// What `remove` with a path such as `members[value eq "ID"]` does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemovalByFilter {
    /// The values that the filter selects are removed (RFC 7644 §3.5.2.2).
    #[default]
    Taken,
    /// It is refused with 501: django-scim2 0.23.
    Refused,
    /// It is answered as usual, and nothing happens: scimgateway 6.1, for some filters.
    Ignored,
    /// The filter is ignored, so all are removed.
    TakesAll,
}

/// What `remove` with a path and a `value` does, which RFC 7644 does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemovalWithValue {
    /// It is refused: scim2-server 0.8.
    #[default]
    Refused,
    /// The values that it names are removed: SCIMMY 1.3, scimgateway 6.1, django-scim2 0.23.
    Taken,
    /// The value is ignored, so all are removed: a server that takes RFC 7644 §3.5.2.2 at its word.
    Ignored,
}

/// What `remove` of all members of a group does, and `replace`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WholeMembers {
    /// The group is empty, as RFC 7644 §3.5.2.2 says.
    #[default]
    Taken,
    /// `remove` is answered as usual, and nothing happens: scimgateway 6.1, django-scim2 0.23.
    RemovalIgnored,
    /// Both are refused: AWS IAM Identity Center.
    Refused,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            most_per_page: 1000,
            ignores_start_index: false,
            starts_again: false,
            counts_page: false,
            has_cursors: false,
            counts_with_cursors: false,
            lists_without_members: false,
            hides_members: false,
            ignores_filters: false,
            takes_equalities_only: false,
            has_no_versions: false,
            refuses_unknown_attributes: false,
            unpublished_attributes: Vec::new(),
            patches_without_body: false,
            drops_patches: false,
            removal_by_filter: RemovalByFilter::default(),
            removal_with_value: RemovalWithValue::default(),
            whole_members: WholeMembers::default(),
            replacing_adds_members: false,
            stores_members_twice: false,
            stores_unknown_members: false,
            keeps_deleted_members: false,
            most_members_per_patch: None,
        }
    }
}
