//! The bytes of a block: what it says, its bundles, and its signatures.

use std::io::Read;

use claimsmith::key_id;

use super::refusal::BlockRefusal;
use super::signature::{KeyId, Sign, SignError, fits, signed_bytes};
use super::{MAX_INFLATED, MAX_PENDING_SECONDS};

const MAGIC: &[u8] = b"CSBK";
const VERSION: u8 = 1;
const FINAL: u8 = 0;
const PENDING: u8 = 1;
/// The bytes of a signature.
pub(super) const SIGNATURE: usize = 64;

/// The bundles of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the format has these two")]
pub enum Bundles<'b> {
    /// One bundle.
    Final(&'b [u8]),
    /// A bundle that counts only for a time, unless it is confirmed.
    Pending {
        /// What applies without a confirmation.
        old: &'b [u8],
        /// What applies before the deadline.
        candidate: &'b [u8],
        /// In seconds since 1970.
        deadline: u32,
    },
}

/// A block before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsignedBlock {
    /// Statement and payload.
    pub(super) message: Vec<u8>,
}

/// The bytes of a signed block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBlock {
    pub(super) bytes: Vec<u8>,
}

/// Why a block cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// Its bundles are too large for any block, in bytes before compression.
    TooLarge(usize),
    /// It would take more values of metadata than there are.
    TooManyValues(usize),
    /// The tenant's domain or the organization's id is empty or longer than 255 bytes.
    Name(String),
    /// The deadline is not within 24 hours after the time of signing.
    Deadline,
    /// There has to be one key, or two.
    KeyCount(usize),
    /// A key cannot be used.
    Sign(SignError),
    /// What a key gave is not its signature.
    WrongSignature,
    /// Compressing failed.
    Compress(String),
}

impl core::fmt::Display for WriteError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::TooLarge(bytes) => {
                write!(formatter, "the mapping takes {bytes} bytes, and a block has room for {MAX_INFLATED}")
            }
            Self::TooManyValues(values) => write!(
                formatter,
                "the block takes {values} values of metadata, and may take at most {}",
                super::MAX_VALUES
            ),
            Self::Name(name) => {
                write!(formatter, "`{}` is not between 1 and 255 bytes long", name.escape_debug())
            }
            Self::Deadline => {
                formatter.write_str("the deadline is not within 24 hours after the time of signing")
            }
            Self::KeyCount(count) => write!(formatter, "a block has one or two signatures, and not {count}"),
            Self::Sign(error) => error.fmt(formatter),
            Self::WrongSignature => formatter.write_str("the signature that was made does not fit its key"),
            Self::Compress(error) => write!(formatter, "the block cannot be compressed: {error}"),
        }
    }
}

impl core::error::Error for WriteError {}

impl UnsignedBlock {
    /// A block for an organization of a tenant, issued at a second since 1970.
    ///
    /// # Errors
    ///
    /// If it does not fit the format.
    pub fn new(
        domain: &str,
        organization: &str,
        issued: u32,
        bundles: Bundles<'_>,
    ) -> Result<Self, WriteError> {
        let (kind, deadline, first, second) = match bundles {
            Bundles::Final(bundle) => (FINAL, 0, bundle, [].as_slice()),
            Bundles::Pending { old, candidate, deadline } => (PENDING, deadline, old, candidate),
        };
        let all = [first, second].concat();
        if all.len() > MAX_INFLATED {
            return Err(WriteError::TooLarge(all.len()));
        }
        if kind == PENDING && !is_deadline(issued, deadline) {
            return Err(WriteError::Deadline);
        }
        let payload = compress(&all).map_err(|error| WriteError::Compress(error.to_string()))?;
        let mut message = MAGIC.to_vec();
        message.extend([VERSION, kind]);
        for word in [issued, deadline] {
            message.extend(word.to_le_bytes());
        }
        for length in [all.len(), first.len(), payload.len()] {
            message.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
        }
        for name in [domain, organization] {
            let length = u8::try_from(name.len()).ok().filter(|length| *length > 0);
            message.push(length.ok_or_else(|| WriteError::Name(name.to_owned()))?);
            message.extend(name.as_bytes());
        }
        message.extend(payload);
        Ok(Self { message })
    }

    /// Signs the block with one key, or with two while one of them replaces the other.
    ///
    /// # Errors
    ///
    /// If a key cannot be used, or gives something else than its signature.
    pub fn sign(&self, keys: &[&dyn Sign]) -> Result<SignedBlock, WriteError> {
        if !(1..=2).contains(&keys.len()) {
            return Err(WriteError::KeyCount(keys.len()));
        }
        let mut bytes = self.message.clone();
        for key in keys {
            let signature = key.sign(&signed_bytes(&self.message)).map_err(WriteError::Sign)?;
            let public = key.public();
            if !fits(&public, &self.message, &signature) {
                return Err(WriteError::WrongSignature);
            }
            bytes.extend(key_id(&public));
            bytes.extend(signature);
        }
        Ok(SignedBlock { bytes })
    }
}

impl SignedBlock {
    /// A block that was written elsewhere. Nothing is checked: [`Verification::verify`](super::Verification::verify) does.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// Statement, payload and signatures.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Whether a deadline is after the time of signing, by at most 24 hours.
fn is_deadline(issued: u32, deadline: u32) -> bool {
    deadline > issued && deadline - issued <= MAX_PENDING_SECONDS
}

/// A statement and what follows it, as it was read. Nothing in it may be trusted before the signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReadBlock<'b> {
    pub(super) is_pending: bool,
    pub(super) issued: u32,
    pub(super) deadline: u32,
    inflated: usize,
    first: usize,
    pub(super) domain: &'b [u8],
    pub(super) organization: &'b [u8],
    payload: &'b [u8],
    /// Statement and payload.
    pub(super) message: &'b [u8],
    pub(super) signatures: Vec<(KeyId, &'b [u8])>,
}

impl<'b> ReadBlock<'b> {
    /// Reads the bytes of a block, whose lengths have to fit together.
    pub(super) fn read(bytes: &'b [u8]) -> Result<Self, BlockRefusal> {
        let rest = bytes.strip_prefix(MAGIC).and_then(|rest| rest.strip_prefix(&[VERSION]));
        let mut reader = Reader(rest.ok_or(BlockRefusal::Version)?);
        Self::read_rest(bytes, &mut reader).ok_or(BlockRefusal::Damaged)
    }

    fn read_rest(bytes: &'b [u8], reader: &mut Reader<'b>) -> Option<Self> {
        let is_pending = match reader.byte()? {
            FINAL => false,
            PENDING => true,
            _ => return None,
        };
        let (issued, deadline) = (reader.word()?, reader.word()?);
        let [inflated, first, payload] = [reader.length()?, reader.length()?, reader.length()?];
        let domain = reader.name()?;
        let organization = reader.name()?;
        let payload = reader.take(payload)?;
        let message = bytes.get(..bytes.len() - reader.0.len())?;
        let mut signatures = Vec::new();
        while !reader.0.is_empty() {
            let id = reader.take(KeyId::default().len())?.try_into().ok()?;
            signatures.push((id, reader.take(SIGNATURE)?));
        }
        if !(1..=2).contains(&signatures.len()) {
            return None;
        }
        Some(Self {
            is_pending,
            issued,
            deadline,
            inflated,
            first,
            domain,
            organization,
            payload,
            message,
            signatures,
        })
    }

    /// Whether deadline and lengths fit the kind of the block.
    pub(super) fn fits_kind(&self) -> bool {
        match self.is_pending {
            true => is_deadline(self.issued, self.deadline) && self.first < self.inflated,
            false => self.deadline == 0 && self.first == self.inflated,
        }
    }

    /// The bundles, inflated: one, or the old one and the candidate.
    pub(super) fn bundles(&self) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
        if self.inflated > MAX_INFLATED {
            return None;
        }
        let mut first = inflate(self.payload, self.inflated)?;
        let second = first.split_off(self.first);
        Some((first, if self.is_pending { Some(second) } else { None }))
    }
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn word(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.word()?).ok()
    }

    /// A name, with its length before it.
    fn name(&mut self) -> Option<&'b [u8]> {
        let length = self.byte()?;
        self.take(usize::from(length))
    }
}

fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        // The window holds the largest block.
        lgwin: 18,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params)?;
    Ok(compressed)
}

/// The first seven bits of a stream with a large window, which RFC 7932 reserves (section 9.1).
const LARGE_WINDOW: u8 = 0x11;

/// Inflates to exactly a number of bytes, and reads no more than that.
fn inflate(payload: &[u8], length: usize) -> Option<Vec<u8>> {
    // The Action reads with Node, which refuses them.
    if payload.first()? & 0x7f == LARGE_WINDOW {
        return None;
    }
    let mut inflated = Vec::new();
    let most = u64::try_from(length).ok()?.checked_add(1)?;
    brotli::Decompressor::new(payload, 4096).take(most).read_to_end(&mut inflated).ok()?;
    if inflated.len() == length { Some(inflated) } else { None }
}
