//! Signatures of OpenSSH's form, with keys of type `ssh-ed25519`.
//!
//! Source: openssh-portable, PROTOCOL.sshsig; the key's form is that of RFC 8709.

use claimsmith::wire_form;
use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::{Digest, Sha256, Sha512};

/// What a signature is for: one for another purpose never fits a block.
const NAMESPACE: &str = "claimsmith-block";

/// The first bytes of the SHA-256 of a public key in SSH's wire form.
pub type KeyId = [u8; 8];

/// Something that signs with one key.
pub trait Sign {
    /// The public key.
    fn public(&self) -> [u8; 32];

    /// The Ed25519 signature of exactly these bytes.
    ///
    /// # Errors
    ///
    /// If the key cannot be used.
    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], SignError>;
}

/// A key cannot be used: what happened, without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct SignError(pub String);

impl core::fmt::Display for SignError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl core::error::Error for SignError {}

/// Appends a string of SSH: its length in big-endian order, and its bytes.
pub(super) fn put_string(bytes: &mut Vec<u8>, string: &[u8]) {
    // A length that does not fit is never reached: all strings are short.
    bytes.extend(u32::try_from(string.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(string);
}

/// The fingerprint of a key, as `ssh-keygen -l` prints it.
pub fn fingerprint(public: &[u8; 32]) -> String {
    use base64::Engine;
    let digest = base64::engine::general_purpose::STANDARD_NO_PAD.encode(Sha256::digest(wire_form(public)));
    format!("SHA256:{digest}")
}

/// The bytes that a key signs for a message, which is statement and payload of a block.
pub(super) fn signed_bytes(message: &[u8]) -> Vec<u8> {
    let mut bytes = b"SSHSIG".to_vec();
    put_string(&mut bytes, NAMESPACE.as_bytes());
    put_string(&mut bytes, b"");
    put_string(&mut bytes, b"sha512");
    put_string(&mut bytes, &Sha512::digest(message));
    bytes
}

/// Whether a signature of a message is by a key.
pub(super) fn fits(public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(&signed_bytes(message), signature).is_ok()
}
