//! What all blocks of one run of `sign` have in common.

use claimsmith::compiler::{BlockSettings, Tenant};
use claimsmith_lifecycle::block::Verification;

/// What a platform says about the blocks of its tenant, and the second of signing.
#[derive(Clone, Copy)]
pub(super) struct Terms<'p> {
    pub(super) settings: BlockSettings<'p>,
    pub(super) tenant: &'p Tenant,
    /// What the tenant's Action knows.
    pub(super) verification: &'p Verification,
    /// In seconds since 1970.
    pub(super) issued: u32,
}
