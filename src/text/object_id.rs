//! Object ids, such as `0f2c9a66-3b0e-4c57-9d0a-5f6f1f2f7a10`, in fewer bytes.
//!
//! They are random, so compression hardly helps: the sixteen bytes of the digits take a tenth less space in
//! an Action than the digits.

/// The length of an object id as text.
const TEXT: usize = 36;

/// The positions of its hyphens.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// The first byte of a packed object id. It is in no text, because it is never part of UTF-8.
const MARK: u8 = 0xff;

/// The length of a packed object id: the mark, then the bytes of the id.
const PACKED: usize = 17;

/// An object id in its packed form; `None` if the name is something else, or has capital letters.
pub(crate) fn pack(name: &[u8]) -> Option<[u8; PACKED]> {
    let name: &[u8; TEXT] = name.try_into().ok()?;
    let mut packed = [MARK; PACKED];
    let mut digits = 2;
    for (at, &byte) in name.iter().enumerate() {
        let digit = match byte {
            b'-' if HYPHENS.contains(&at) => continue,
            _ if HYPHENS.contains(&at) => return None,
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        let pair = packed.get_mut(digits / 2)?;
        *pair = *pair << 4 | digit;
        digits += 1;
    }
    Some(packed)
}

/// Whether bytes are a packed object id.
pub(crate) fn is_packed(bytes: &[u8]) -> bool {
    bytes.len() == PACKED && bytes.first() == Some(&MARK)
}

/// The text of a packed object id; other bytes as they are.
#[cfg(feature = "compiler")]
pub(crate) fn unpack(bytes: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    use core::fmt::Write as _;

    if !is_packed(bytes) {
        return bytes.into();
    }
    let mut text = String::with_capacity(TEXT);
    for byte in bytes.iter().skip(1) {
        if HYPHENS.contains(&text.len()) {
            text.push('-');
        }
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::{is_packed, pack, unpack};

    #[test]
    fn pack_keeps_every_digit() {
        for text in [
            "0f2c9a66-3b0e-4c57-9d0a-5f6f1f2f7a10",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "01234567-89ab-cdef-0123-456789abcdef",
        ] {
            let packed = pack(text.as_bytes()).expect(text);
            assert!(is_packed(&packed));
            assert_eq!(unpack(&packed), text.as_bytes());
            assert!(core::str::from_utf8(&packed).is_err(), "no name of a login is equal to it");
        }
    }

    #[test]
    fn pack_takes_nothing_else() {
        for text in [
            "",
            "0f2c9a66-3b0e-4c57-9d0a-5f6f1f2f7a1",
            "0f2c9a66-3b0e-4c57-9d0a-5f6f1f2f7a100",
            "0F2C9A66-3B0E-4C57-9D0A-5F6F1F2F7A10",
            "0f2c9a6603b0e-4c57-9d0a-5f6f1f2f7a10",
            "0f2c9a6-63b0e-4c57-9d0a-5f6f1f2f7a10",
            "0f2c9a66-3b0e-4c57-9d0a-5f6f1f2f7ag0",
            "0f2c9a66-3b0e-4c57-9d0a-5f6f1f2f7a-0",
            "GG-Finance-Readers-Europe-and-Africa",
        ] {
            assert_eq!(pack(text.as_bytes()), None, "{text}");
            assert_eq!(unpack(text.as_bytes()), text.as_bytes());
        }
    }
}
