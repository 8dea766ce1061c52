//! The values of Auth0's metadata that hold a block.
//!
//! Source of the limits: Auth0's Management API takes at most 25 metadata keys of an organization, with values of at most
//! 255 characters. Blocks leave five keys to others.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use serde_json::{Map, Value};

use super::refusal::BlockRefusal;
use super::signature::KeyId;
use super::statement::{SIGNATURE, SignedBlock, UnsignedBlock, WriteError};

/// The most values that a block takes.
pub const MAX_VALUES: usize = 20;

/// The most characters of a value.
pub const VALUE_CHARACTERS: usize = 255;

const KEY: &str = "claimsmith";
const VERSION: &str = "1";

/// The key of the metadata for the value at a position.
pub fn key_name(position: usize) -> String {
    format!("{KEY}{position}")
}

/// The position of the value of a key; `None` if the key is not one of a block's.
pub fn key_position(key: &str) -> Option<usize> {
    let position = key.strip_prefix(KEY)?.parse().ok()?;
    if position < MAX_VALUES && key_name(position) == key { Some(position) } else { None }
}

impl SignedBlock {
    /// The values of the metadata, in the order of their keys.
    ///
    /// # Errors
    ///
    /// If they are too many.
    pub fn values(&self) -> Result<Vec<String>, WriteError> {
        let text = URL_SAFE_NO_PAD.encode(&self.bytes);
        let count = value_count(text.len());
        if count > MAX_VALUES {
            return Err(WriteError::TooManyValues(count));
        }
        let all = format!("{VERSION}.{count}.{text}");
        let chunks = all.as_bytes().chunks(VALUE_CHARACTERS);
        Ok(chunks.map(|chunk| String::from_utf8_lossy(chunk).into_owned()).collect())
    }

    /// The block in an organization's metadata, as the Action reads it: a first value that is not text is a damaged block.
    ///
    /// # Errors
    ///
    /// If there is none, or its values do not fit together.
    pub fn in_metadata(metadata: &Map<String, Value>) -> Result<Self, BlockRefusal> {
        let get = |key: &str| metadata.get(key).and_then(Value::as_str);
        match Self::join(get) {
            Err(BlockRefusal::NoBlock) if metadata.contains_key(&key_name(0)) => Err(BlockRefusal::Damaged),
            found => found,
        }
    }

    /// The block in some values, by key. `get` has `None` for a key that is missing.
    ///
    /// # Errors
    ///
    /// If there is none, or its values do not fit together.
    pub fn join<'v>(get: impl Fn(&str) -> Option<&'v str>) -> Result<Self, BlockRefusal> {
        let first = get(&key_name(0)).ok_or(BlockRefusal::NoBlock)?;
        let mut parts = first.splitn(3, '.');
        let (Some(version), Some(count), Some(start)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(BlockRefusal::Damaged);
        };
        let count = parse_count(count).ok_or(BlockRefusal::Damaged)?;
        let is_version = (1..=3).contains(&version.len()) && version.bytes().all(|it| it.is_ascii_digit());
        if !is_version || !start.bytes().all(is_of_alphabet) {
            return Err(BlockRefusal::Damaged);
        }
        if version != VERSION {
            return Err(BlockRefusal::Version);
        }
        let mut text = start.to_owned();
        for position in 1..count {
            text.push_str(get(&key_name(position)).filter(|it| is_short(it)).ok_or(BlockRefusal::Damaged)?);
        }
        if count > MAX_VALUES || !is_short(first) || !text.bytes().all(is_of_alphabet) {
            return Err(BlockRefusal::Damaged);
        }
        // The Action reads with Node, which ignores bits and a character that are not a whole byte.
        if text.len() % 4 == 1 {
            text.pop();
        }
        let bytes = LENIENT.decode(text).map_err(|_| BlockRefusal::Damaged)?;
        Ok(Self { bytes })
    }
}

/// Reads base64url whose last character has bits that belong to no byte.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

impl UnsignedBlock {
    /// How many values of metadata the block takes with a number of signatures.
    ///
    /// # Errors
    ///
    /// If they are too many.
    pub fn value_count(&self, signatures: usize) -> Result<usize, WriteError> {
        let bytes = self.message.len() + signatures * (KeyId::default().len() + SIGNATURE);
        // Unpadded base64 has four characters for three bytes.
        let count = value_count((4 * bytes).div_ceil(3));
        if count > MAX_VALUES { Err(WriteError::TooManyValues(count)) } else { Ok(count) }
    }
}

/// How many values a text takes, with version and number before it.
fn value_count(text: usize) -> usize {
    let count_with = |digits: usize| (VERSION.len() + digits + 2 + text).div_ceil(VALUE_CHARACTERS);
    if count_with(1) < 10 { count_with(1) } else { count_with(2) }
}

/// The number of values, in one or two decimal digits without a zero before them.
fn parse_count(text: &str) -> Option<usize> {
    let is_plain = text.len() <= 2 && !text.starts_with('0') && text.bytes().all(|it| it.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

fn is_short(value: &str) -> bool {
    value.len() <= VALUE_CHARACTERS
}

fn is_of_alphabet(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
