//! Digests of texts.

use claimsmith::hex;
use sha2::{Digest as _, Sha256};

/// The SHA-256 of a text, in hexadecimal digits.
pub fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// The first bytes of the SHA-256 of a text, in hexadecimal digits.
pub(crate) fn short_hex(text: &str, bytes: usize) -> String {
    hex(Sha256::digest(text).get(..bytes).unwrap_or_default())
}
