//! Files that are not text in any encoding.

use super::{NotUtf8, Remedy};

/// How well-known kinds of files begin.
const SIGNATURES: [(&[u8], &str); 8] = [
    (b"PK\x03\x04", "a ZIP archive, like the files of Excel and Word"),
    (b"\xd0\xcf\x11\xe0", "a file of an old Excel or Word"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"%PDF-", "a PDF document"),
    (b"\x7fELF", "a program"),
];

/// What kind of file bytes are that are not UTF-8; `None` if they may be text in another encoding.
pub(super) fn find(bytes: &[u8]) -> Option<NotUtf8> {
    let what = match SIGNATURES.iter().find(|(start, _)| bytes.starts_with(start)) {
        Some((_, what)) => *what,
        None if bytes.iter().any(is_control) => "binary data",
        None => return None,
    };
    Some(NotUtf8 {
        message: format!("is not text: it seems to be {what}"),
        remedy: Remedy::Replace,
        place: None,
    })
}

/// Whether a byte is a control character that text in an encoding of single bytes does not have.
fn is_control(byte: &u8) -> bool {
    matches!(byte, 0..=8 | 0xb | 0xe..=0x1a | 0x1c..=0x1f | 0x7f)
}
