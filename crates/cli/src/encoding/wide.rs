//! UTF-16 and UTF-32, with or without a byte order mark.

use super::{NotUtf8, Remedy, WrongByte};

/// How many bytes at the beginning of a file are examined.
const LOOKED_AT: usize = 4096;

/// An encoding with several bytes for each character.
struct Wide {
    name: &'static str,
    /// What `iconv` calls it, with and without a byte order mark.
    marked: &'static str,
    bare: &'static str,
    mark: &'static [u8],
    decode: fn(&[u8]) -> Option<String>,
}

/// UTF-32 first, because its mark begins like that of UTF-16.
const ENCODINGS: [Wide; 4] = [
    Wide {
        name: "UTF-32, little-endian",
        marked: "UTF-32",
        bare: "UTF-32LE",
        mark: b"\xff\xfe\0\0",
        decode: |bytes| utf32(bytes, u32::from_le_bytes),
    },
    Wide {
        name: "UTF-32, big-endian",
        marked: "UTF-32",
        bare: "UTF-32BE",
        mark: b"\0\0\xfe\xff",
        decode: |bytes| utf32(bytes, u32::from_be_bytes),
    },
    Wide {
        name: "UTF-16, little-endian",
        marked: "UTF-16",
        bare: "UTF-16LE",
        mark: b"\xff\xfe",
        decode: |bytes| utf16(bytes, u16::from_le_bytes),
    },
    Wide {
        name: "UTF-16, big-endian",
        marked: "UTF-16",
        bare: "UTF-16BE",
        mark: b"\xfe\xff",
        decode: |bytes| utf16(bytes, u16::from_be_bytes),
    },
];

/// The encoding of bytes, if it is one of these.
pub(super) fn find(bytes: &[u8]) -> Option<NotUtf8> {
    let start = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let marked = ENCODINGS.iter().find(|it| bytes.starts_with(it.mark));
    // Without a mark, NUL bytes show the encoding: each ASCII character has at least one. Only a few of them are damage
    // in a text of another encoding.
    let zeros = start.iter().filter(|byte| **byte == 0).count();
    if marked.is_none() && (start.len() < 8 || zeros * 4 < start.len()) {
        return None;
    }
    let encodings = marked.map_or(ENCODINGS.as_slice(), core::slice::from_ref);
    encodings.iter().find_map(|encoding| {
        let text = (encoding.decode)(start)?;
        let text = text.trim_start_matches('\u{feff}');
        // A binary file can begin like a mark.
        is_text(text).then(|| NotUtf8 {
            message: format!("is not UTF-8 text: it is in {}", encoding.name),
            remedy: Remedy::Convert(if marked.is_some() { encoding.marked } else { encoding.bare }),
            // All of it is wrong, from the first byte on.
            place: Some(WrongByte { text: text.to_owned(), span: 0..0 }),
        })
    })
}

/// Whether characters are those of a mapping file: it has no control characters, and its keys are English.
fn is_text(text: &str) -> bool {
    let is_control = |char: char| char.is_control() && !char.is_whitespace();
    let (all, ascii) = (text.chars().count(), text.chars().filter(char::is_ascii).count());
    !text.contains(is_control) && ascii * 4 >= all
}

/// The last unit may be cut, in the file or by reading its beginning alone.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let units: Vec<u16> = bytes.as_chunks().0.iter().map(|bytes| unit(*bytes)).collect();
    let is_first_half = |unit: &u16| (0xd800..0xdc00).contains(unit);
    let whole = match units.split_last() {
        Some((last, before)) if is_first_half(last) => before,
        _ => &units,
    };
    String::from_utf16(whole).ok()
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Option<String> {
    bytes.as_chunks().0.iter().map(|bytes| char::from_u32(unit(*bytes))).collect()
}
