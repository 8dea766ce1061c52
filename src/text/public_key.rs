//! Public keys of OpenSSH, as `ssh-keygen` writes them into `.pub` files.

use sha2::{Digest as _, Sha256};

/// Why a text is not the public key of a key that signs blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotPublicKey {
    /// It has a private key.
    Private,
    /// It has the fingerprint of a key.
    Fingerprint,
    /// It is a key of another type, such as `ssh-rsa`.
    OtherType(&'static str),
    /// It does not begin with a type.
    NoType,
    /// It has more than one line, or control characters.
    ControlCharacters,
    /// Its base64 has another number of characters.
    Length(usize),
    /// Its base64 is damaged.
    Damaged,
    /// Anyone can make signatures that fit it.
    Weak,
}

/// The type of the keys.
pub const KEY_TYPE: &str = "ssh-ed25519";

/// What the base64 of every such key begins with: the length of the type, the type, and nearly all of the key's length.
const START: &str = "AAAAC3NzaC1lZDI1NTE5AAAAI";

/// The characters of the base64: 51 bytes, so there is no padding.
pub(crate) const CHARACTERS: usize = 68;

/// Other types of keys, the longest of each beginning first.
const OTHER_TYPES: [&str; 9] = [
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-ed25519-cert-v01@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-ed448",
    "ssh-rsa",
    "ssh-dss",
];

/// The points of small order, without the bit of the sign. With such a key, a signature does not depend on the message.
///
/// Source: RFC 7748 and RFC 8032 give the curve; `weak_keys_are_those_of_small_order` in `crates/lifecycle` computes them.
const SMALL_ORDER: [[u8; 32]; 7] = [
    ends(0x00, 0x00, 0x00),
    ends(0x01, 0x00, 0x00),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    ends(0xec, 0xff, 0x7f),
    ends(0xed, 0xff, 0x7f),
    ends(0xee, 0xff, 0x7f),
];

/// 32 bytes: the first, the same between, and the last.
const fn ends(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    if let Some((start, rest)) = bytes.split_first_mut()
        && let Some((end, _)) = rest.split_last_mut()
    {
        *start = first;
        *end = last;
    }
    bytes
}

/// A public key in SSH's wire form, as in a `.pub` file after base64.
///
/// Source: RFC 8709, section 4.
pub fn wire_form(public: &[u8; 32]) -> Vec<u8> {
    let string = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
    [string(KEY_TYPE.as_bytes()), string(public)].concat()
}

/// The id of a key in blocks: the first bytes of the SHA-256 of its wire form.
pub fn key_id(public: &[u8; 32]) -> [u8; 8] {
    let mut id = [0; 8];
    id.iter_mut().zip(Sha256::digest(wire_form(public))).for_each(|(to, from)| *to = from);
    id
}

/// The 32 bytes of a key of type `ssh-ed25519`, from the line of its `.pub` file. What is after the key is a comment.
pub(crate) fn parse_public_key(text: &str) -> Result<[u8; 32], NotPublicKey> {
    if super::private_key::has_private_key(text) {
        return Err(NotPublicKey::Private);
    }
    if text.starts_with("SHA256:") || text.starts_with("MD5:") {
        return Err(NotPublicKey::Fingerprint);
    }
    if text.chars().any(char::is_control) {
        return Err(NotPublicKey::ControlCharacters);
    }
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    if let Some(other) = OTHER_TYPES.into_iter().find(|other| *other == kind) {
        return Err(NotPublicKey::OtherType(other));
    }
    if kind != KEY_TYPE {
        return Err(NotPublicKey::NoType);
    }
    let encoded = rest.trim_start_matches(' ').split(' ').next().unwrap_or_default();
    if encoded.len() != CHARACTERS {
        return Err(NotPublicKey::Length(encoded.chars().count()));
    }
    let key = encoded.strip_prefix(START).and_then(key_bytes).ok_or(NotPublicKey::Damaged)?;
    let mut point = key;
    if let Some(last) = point.last_mut() {
        *last &= 0x7f;
    }
    if SMALL_ORDER.contains(&point) { Err(NotPublicKey::Weak) } else { Ok(key) }
}

/// The key from the characters after [`START`]. The first two bits are the last of the key's length, which are zero.
fn key_bytes(encoded: &str) -> Option<[u8; 32]> {
    let mut bits = 0_u32;
    let mut count = 0;
    let mut key = Vec::with_capacity(32);
    for (at, char) in encoded.bytes().enumerate() {
        let value = sextet(char)?;
        if at == 0 && value >= 16 {
            return None;
        }
        bits = bits << 6 | u32::from(value);
        count += if at == 0 { 4 } else { 6 };
        if count >= 8 {
            count -= 8;
            key.push((bits >> count & 0xff) as u8);
        }
    }
    if count == 0 { key.try_into().ok() } else { None }
}

/// The value of a character of base64.
fn sextet(char: u8) -> Option<u8> {
    Some(match char {
        b'A'..=b'Z' => char - b'A',
        b'a'..=b'z' => char - b'a' + 26,
        b'0'..=b'9' => char - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{NotPublicKey, parse_public_key};

    /// The key of the first test of RFC 8032, 7.1.
    const KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    const BYTES: [u8; 32] = [
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e,
        0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
    ];

    fn check(text: &str, expected: Result<[u8; 32], NotPublicKey>) {
        assert_eq!(parse_public_key(text), expected, "{text:?}");
    }

    #[test]
    fn key_is_read_with_and_without_a_comment() {
        check(&format!("ssh-ed25519 {KEY}"), Ok(BYTES));
        check(&format!("ssh-ed25519 {KEY} staging, 2026"), Ok(BYTES));
        check(&format!("ssh-ed25519  {KEY} "), Ok(BYTES));
    }

    #[test]
    fn text_that_is_not_a_public_key_is_refused() {
        check("", Err(NotPublicKey::NoType));
        check("ssh-ed25519", Err(NotPublicKey::Length(0)));
        check(KEY, Err(NotPublicKey::NoType));
        check(&format!("ssh-ed25519 {KEY}="), Err(NotPublicKey::Length(69)));
        check(&format!("ssh-ed25519 {KEY}\n"), Err(NotPublicKey::ControlCharacters));
        check(&format!("ssh-rsa {KEY}"), Err(NotPublicKey::OtherType("ssh-rsa")));
        check(&format!("ssh-ed25519 {}", KEY.replace('+', "-")), Err(NotPublicKey::Damaged));
        check(&format!("ssh-ed25519 {}", KEY.replace("AIN", "AIQ")), Err(NotPublicKey::Damaged));
        check(&format!("ssh-ed25519 {}", KEY.replace("AAAAC3", "AAAAB3")), Err(NotPublicKey::Damaged));
        check("SHA256:Zt5aPmYp0Y", Err(NotPublicKey::Fingerprint));
        check("-----BEGIN PRIVATE KEY-----", Err(NotPublicKey::Private));
        check("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ", Err(NotPublicKey::Private));
    }

    #[test]
    fn key_of_small_order_is_refused() {
        let zero = format!("AAAAC3NzaC1lZDI1NTE5AAAAI{}", "A".repeat(43));
        check(&format!("ssh-ed25519 {zero}"), Err(NotPublicKey::Weak));
        let minus_zero = format!("{}g", zero.get(..67).expect("67"));
        check(
            &format!("ssh-ed25519 {minus_zero}"),
            Ok({
                let mut bytes = [0; 32];
                bytes[31] = 0x20;
                bytes
            }),
        );
    }
}
