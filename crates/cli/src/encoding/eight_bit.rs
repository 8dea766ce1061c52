//! Encodings with one byte for each character, and UTF-8 with a few wrong bytes.

use super::{NotUtf8, Remedy, WrongByte};

/// The characters from 0x80 to 0x9F of Windows-1252; U+FFFD for bytes that mean nothing. The others are those of
/// Latin-1, which are also the first ones of Unicode.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}',
    '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

/// Describes text that is not UTF-8: the encoding that it seems to have, and the first wrong byte.
pub(super) fn describe(bytes: &[u8]) -> NotUtf8 {
    let (mut right, mut wrong) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        right += chunk.valid().chars().filter(|char| !char.is_ascii()).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    let first = bytes.utf8_chunks().next();
    let at = first.as_ref().map_or(0, |chunk| chunk.valid().len());
    let byte = bytes.get(at).copied().unwrap_or_default();
    let is_cut = at > 0 && str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
    // Converting a file that is mostly right would make the right characters wrong.
    if right >= wrong && right > 0 {
        let message = match is_cut {
            true => "is not UTF-8 text: it ends within a character".to_owned(),
            false => format!(
                "is not UTF-8 text: here is the byte 0x{byte:02X}, although most of its characters are UTF-8"
            ),
        };
        return NotUtf8 { message, remedy: Remedy::Rewrite, place: Some(lossy(bytes)) };
    }
    let place = Some(windows_1252(bytes, at));
    if bytes.iter().any(|byte| from_windows_1252(*byte) == '\u{fffd}') {
        let message =
            format!("is not UTF-8 text: here is the byte 0x{byte:02X}, and its encoding is unknown");
        return NotUtf8 { message, remedy: Remedy::SaveAgain, place };
    }
    let char = from_windows_1252(byte);
    let message = format!(
        "is not UTF-8 text: here is the byte 0x{byte:02X}, which is `{char}` in Windows-1252, the usual encoding of older programs"
    );
    NotUtf8 { message, remedy: Remedy::Convert("WINDOWS-1252"), place }
}

fn from_windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252.get(usize::from(byte - 0x80)).copied().unwrap_or('\u{fffd}'),
        other => char::from(other),
    }
}

fn windows_1252(bytes: &[u8], at: usize) -> WrongByte {
    let before: usize = bytes.iter().take(at).map(|byte| from_windows_1252(*byte).len_utf8()).sum();
    let text: String = bytes.iter().map(|byte| from_windows_1252(*byte)).collect();
    let length = bytes.get(at).map_or(0, |byte| from_windows_1252(*byte).len_utf8());
    WrongByte { text, span: before..before + length }
}

/// The text with U+FFFD in place of wrong bytes.
fn lossy(bytes: &[u8]) -> WrongByte {
    let at = bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len());
    WrongByte { text: String::from_utf8_lossy(bytes).into_owned(), span: at..at + '\u{fffd}'.len_utf8() }
}
