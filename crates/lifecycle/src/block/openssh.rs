//! Private keys in OpenSSH's files, as `ssh-keygen` writes them without a passphrase.
//!
//! Source: openssh-portable, PROTOCOL.key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claimsmith::{KEY_TYPE, key_id, wire_form};
use ring::signature::{Ed25519KeyPair, KeyPair};

use super::signature::{Sign, SignError, put_string};

const BEGIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";
const END: &str = "-----END OPENSSH PRIVATE KEY-----";
const MAGIC: &[u8] = b"openssh-key-v1\0";
/// The cipher and the key derivation of a file without a passphrase.
const NONE: &[u8] = b"none";
/// The length of a line of base64.
const LINE: usize = 70;
/// To a multiple of this number of bytes, the private part is filled up.
const BLOCK: usize = 8;

/// A private key that this process has.
pub struct LocalKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

impl core::fmt::Debug for LocalKey {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.debug_struct("LocalKey").field("public", &self.public()).finish_non_exhaustive()
    }
}

/// Why a text is not a private key that can be used. Nothing in it repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFileError {
    /// It is a public key.
    Public,
    /// It has a passphrase.
    Encrypted,
    /// It is a private key in another format.
    OtherFormat,
    /// It is a key of another type.
    OtherType,
    /// It is not a private key.
    NotAKey,
    /// It is damaged.
    Damaged,
}

impl core::fmt::Display for KeyFileError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::Public => "is a public key, and signing needs the private one, whose file has the same name without `.pub`",
            Self::Encrypted => {
                "has a passphrase, which claimsmith does not ask for; load it with `ssh-add`, and claimsmith signs with the agent"
            }
            Self::OtherFormat => {
                "is in another format than OpenSSH's; make a key with `claimsmith keys new` or with `ssh-keygen -t ed25519`"
            }
            Self::OtherType => {
                "is a key of another type than `ssh-ed25519`; make a key with `claimsmith keys new`"
            }
            Self::NotAKey => "is not a private key; OpenSSH's begin with `-----BEGIN OPENSSH PRIVATE KEY-----`",
            Self::Damaged => "is damaged; copy the file of the private key again, with all its lines",
        })
    }
}

impl core::error::Error for KeyFileError {}

impl LocalKey {
    /// The key with these random bytes, which nothing else may know.
    ///
    /// # Errors
    ///
    /// None is known.
    pub fn from_seed(seed: [u8; 32]) -> Result<Self, KeyFileError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyFileError::Damaged)?;
        Ok(Self { seed, pair })
    }

    /// Reads the text of a key file.
    ///
    /// # Errors
    ///
    /// If it is not a key of type `ssh-ed25519` without a passphrase.
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let text = text.trim();
        if text.starts_with("ssh-") || text.starts_with("ecdsa-") || text.starts_with("sk-") {
            return Err(KeyFileError::Public);
        }
        let Some(inner) = text.strip_prefix(BEGIN) else {
            let is_key = text.contains("PRIVATE KEY") || text.starts_with("PuTTY-User-Key-File");
            return Err(if is_key { KeyFileError::OtherFormat } else { KeyFileError::NotAKey });
        };
        let inner = inner.strip_suffix(END).ok_or(KeyFileError::Damaged)?;
        let encoded: String = inner.split_whitespace().collect();
        let bytes = STANDARD.decode(encoded).map_err(|_| KeyFileError::Damaged)?;
        let mut reader = Reader(bytes.strip_prefix(MAGIC).ok_or(KeyFileError::Damaged)?);
        let ciphers = (|| Some([reader.string()?, reader.string()?]))().ok_or(KeyFileError::Damaged)?;
        if ciphers != [NONE, NONE] {
            return Err(KeyFileError::Encrypted);
        }
        let private = read_private(&mut reader).ok_or(KeyFileError::Damaged)?;
        let mut reader = Reader(private);
        let kind = (|| {
            let checks = [reader.take(4)?, reader.take(4)?];
            let kind = reader.string()?;
            if checks[0] == checks[1] { Some(kind) } else { None }
        })();
        if kind.ok_or(KeyFileError::Damaged)? != KEY_TYPE.as_bytes() {
            return Err(KeyFileError::OtherType);
        }
        let (public, private) =
            (|| Some((reader.string()?, reader.string()?)))().ok_or(KeyFileError::Damaged)?;
        let seed = private.strip_suffix(public).and_then(|seed| seed.try_into().ok());
        let key = Self::from_seed(seed.ok_or(KeyFileError::Damaged)?)?;
        if key.public().as_slice() == public { Ok(key) } else { Err(KeyFileError::Damaged) }
    }

    /// The text of a key file.
    pub fn to_openssh(&self, comment: &str) -> String {
        let public = self.public();
        let mut private = Vec::new();
        // Any number will do, twice: it shows that a passphrase was right.
        let check: Vec<u8> = key_id(&public).into_iter().take(4).collect();
        private.extend(check.repeat(2));
        put_string(&mut private, KEY_TYPE.as_bytes());
        put_string(&mut private, &public);
        put_string(&mut private, &[self.seed, public].concat());
        put_string(&mut private, comment.as_bytes());
        let missing = private.len().next_multiple_of(BLOCK) - private.len();
        private.extend((1..=u8::MAX).take(missing));
        let mut bytes = MAGIC.to_vec();
        put_string(&mut bytes, NONE);
        put_string(&mut bytes, NONE);
        put_string(&mut bytes, b"");
        bytes.extend(1_u32.to_be_bytes());
        put_string(&mut bytes, &wire_form(&public));
        put_string(&mut bytes, &private);
        let encoded = STANDARD.encode(bytes);
        let mut text = format!("{BEGIN}\n");
        for line in encoded.as_bytes().chunks(LINE) {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        text + END + "\n"
    }

    /// The line of the `.pub` file.
    pub fn public_line(&self, comment: &str) -> String {
        let encoded = STANDARD.encode(wire_form(&self.public()));
        format!("{KEY_TYPE} {encoded} {comment}").trim_end().to_owned()
    }
}

impl Sign for LocalKey {
    fn public(&self) -> [u8; 32] {
        let mut public = [0; 32];
        public.iter_mut().zip(self.pair.public_key().as_ref()).for_each(|(to, from)| *to = *from);
        public
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], SignError> {
        let signature = self.pair.sign(bytes);
        signature.as_ref().try_into().map_err(|_| SignError("the key cannot be used".to_owned()))
    }
}

/// The private part of a file with one key.
fn read_private<'b>(reader: &mut Reader<'b>) -> Option<&'b [u8]> {
    reader.string()?;
    if reader.take(4)? != 1_u32.to_be_bytes() {
        return None;
    }
    reader.string()?;
    reader.string()
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A string of SSH.
    fn string(&mut self) -> Option<&'b [u8]> {
        let length = u32::from_be_bytes(self.take(4)?.try_into().ok()?);
        self.take(usize::try_from(length).ok()?)
    }
}
