//! Mappings that travel as signed blocks in the metadata of Auth0 organizations.
//!
//! [`UnsignedBlock`] takes what a block says, [`SignedBlock`] is its bytes, `metadata` divides them into the values of
//! Auth0's metadata, and [`Verification`] checks them as the Action does at a login. `docs/spec/block.md` describes the format.

mod metadata;
mod openssh;
mod reader;
mod refusal;
mod signature;
mod statement;
mod verify;

#[cfg(test)]
mod tests;

pub use self::metadata::{MAX_VALUES, VALUE_CHARACTERS, key_name, key_position};
pub use self::openssh::{KeyFileError, LocalKey};
pub use self::reader::{ActionReader, Source, Verification, VerificationKey};
pub use self::refusal::BlockRefusal;
pub use self::signature::{KeyId, Sign, SignError, fingerprint};
pub use self::statement::{Bundles, SignedBlock, UnsignedBlock, WriteError};
pub use self::verify::Verified;

/// The most bytes of the bundles of a block, inflated.
pub const MAX_INFLATED: usize = 262_144;

/// The longest time after which a candidate needs its confirmation, in seconds.
pub const MAX_PENDING_SECONDS: u32 = 86_400;

/// How far the clock of the signing machine may be ahead of that of a login, in seconds.
pub const MAX_AHEAD_SECONDS: u32 = 300;
