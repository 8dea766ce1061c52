//! Checks of a block, in the order in which the Action makes them.

use claimsmith::key_id;

use super::MAX_AHEAD_SECONDS;
use super::refusal::BlockRefusal;
use super::signature::fits;
use super::statement::{ReadBlock, SignedBlock};

/// A key that a reader of blocks knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownKey {
    /// The public key.
    pub(super) public: [u8; 32],
    /// Whether it may sign for the organization of the login.
    pub(super) may_sign: bool,
    /// Whether blocks that it signed may grant protected groups.
    pub(super) protected: bool,
}

/// What a block has to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'e> {
    /// The tenant's domain.
    pub(super) domain: &'e str,
    /// The id of the Auth0 organization.
    pub(super) organization: &'e str,
    /// The keys of the tenant.
    pub(super) keys: &'e [KnownKey],
    /// The later of the floors of all blocks and of the organization, in seconds since 1970.
    pub(super) floor: u32,
    /// The time of the login, in seconds since 1970; `None` if the clock is broken.
    pub(super) now: Option<f64>,
}

/// A block that was signed by a known key for this organization. Its bundles were not decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// When it was signed, in seconds since 1970.
    pub issued: u32,
    /// The bundle, or the one that applies without a confirmation.
    pub bundle: Vec<u8>,
    /// The candidate of a pending block, and until when it counts, in seconds since 1970.
    pub candidate: Option<(Vec<u8>, u32)>,
    /// Whether the key that counted may sign for protected groups: the first one that may sign for the organization.
    pub protected: bool,
}

impl Verified {
    /// The bundle that counts for a login at a time, which is `None` if the clock is broken.
    pub fn bundle_at(&self, now: Option<f64>) -> &[u8] {
        match (&self.candidate, now) {
            (Some((candidate, deadline)), Some(now)) if now < f64::from(*deadline) => candidate,
            _ => &self.bundle,
        }
    }
}

/// Checks a block for an organization.
///
/// # Errors
///
/// The first reason not to use it.
pub(super) fn verify(block: &SignedBlock, expected: Expected<'_>) -> Result<Verified, BlockRefusal> {
    let read = ReadBlock::read(&block.bytes)?;
    let signers = read.signatures.iter().filter_map(|(id, signature)| {
        let key = expected.keys.iter().find(|key| key.may_sign && key_id(&key.public) == *id)?;
        Some((key, signature))
    });
    // While one key replaces another, a reader may know only one of the two.
    let (key, signature) = signers.into_iter().next().ok_or(BlockRefusal::Key)?;
    if !fits(&key.public, read.message, signature) {
        return Err(BlockRefusal::Signature);
    }
    if (read.domain, read.organization) != (expected.domain.as_bytes(), expected.organization.as_bytes()) {
        return Err(BlockRefusal::Foreign);
    }
    let is_in_time = |now: f64| f64::from(read.issued) <= now + f64::from(MAX_AHEAD_SECONDS);
    if read.issued < expected.floor || !expected.now.is_none_or(is_in_time) {
        return Err(BlockRefusal::Stale);
    }
    if !read.fits_kind() {
        return Err(BlockRefusal::Damaged);
    }
    let (bundle, candidate) = read.bundles().ok_or(BlockRefusal::Damaged)?;
    let candidate = candidate.map(|candidate| (candidate, read.deadline));
    Ok(Verified { issued: read.issued, bundle, candidate, protected: key.protected })
}
