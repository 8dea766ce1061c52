//! Files that are not text in UTF-8: what they seem to be, and how to convert them.

use std::fmt::Write;
use std::ops::Range;

mod binary;
mod eight_bit;
mod wide;

/// Why bytes are not text in UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotUtf8 {
    /// What is wrong, to be written after the name of the file.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) remedy: Remedy,
    /// Where it is wrong; `None` if the file is not text at all.
    pub(crate) place: Option<WrongByte>,
}

/// The first byte that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrongByte {
    /// The text of the file in the encoding that it seems to have.
    pub(crate) text: String,
    /// The range of `text` that the byte became; empty if all bytes are wrong.
    pub(crate) span: Range<usize>,
}

/// How to turn a file into text in UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Converting it from this encoding, as `iconv` calls it.
    Convert(&'static str),
    /// Opening it in its encoding, which is unknown, and saving it.
    SaveAgain,
    /// Writing single characters again.
    Rewrite,
    /// Replacing the file.
    Replace,
}

/// The text of a file.
///
/// # Errors
///
/// If it is not UTF-8, or is UTF-16 that happens to be UTF-8 as well: English text in UTF-16 is UTF-8 with a NUL in
/// every second byte.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<String, NotUtf8> {
    if let Some(found) = wide::find(&bytes) {
        return Err(found);
    }
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        binary::find(bytes).unwrap_or_else(|| eight_bit::describe(bytes))
    })
}

impl NotUtf8 {
    /// The line of the first wrong byte, counted from one; `None` if all bytes are wrong.
    pub(crate) fn line(&self) -> Option<usize> {
        let WrongByte { text, span } = self.place.as_ref().filter(|place| !place.span.is_empty())?;
        Some(text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1)
    }

    /// What to do about it. `path` is that of the file, if it has one.
    pub(crate) fn help(&self, path: Option<&str>) -> String {
        let mut help = match self.remedy {
            Remedy::Convert(_) => "save it as UTF-8, which editors call \"Save with Encoding\"".to_owned(),
            Remedy::SaveAgain => {
                "open it with the encoding in which all its characters are right, and save it as UTF-8"
                    .to_owned()
            }
            Remedy::Rewrite => "write this character again in an editor, and save the file as UTF-8; \
                                do not convert the whole file, because the other characters are right"
                .to_owned(),
            Remedy::Replace => "write the mapping file in its place, or move it to another folder".to_owned(),
        };
        if let (Remedy::Convert(from), Some(path)) = (self.remedy, path.filter(|path| needs_no_quotes(path)))
        {
            // The name of the new file must not be that of a mapping file, in case the second command is left out.
            let _ = write!(
                help,
                ", or convert it with `iconv -f {from} -t UTF-8 {path} > {path}.utf8 && mv {path}.utf8 {path}`"
            );
        }
        help
    }
}

/// Whether every shell takes a path literally, and no command takes it for an option.
fn needs_no_quotes(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-@".contains(&byte);
    !path.starts_with('-') && path.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::{NotUtf8, Remedy, decode};

    #[track_caller]
    fn check(bytes: impl Into<Vec<u8>>, message: &str, remedy: Remedy) -> NotUtf8 {
        let found = decode(bytes.into()).expect_err(message);
        assert!(found.message.contains(message), "{found:?}");
        assert_eq!(found.remedy, remedy, "{found:?}");
        found
    }

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn utf8_is_text() {
        for text in ["", "version: 1\n", "\u{feff}version: 1\n", "grüße: 日本\n", "a\0b\n", "\0"] {
            assert_eq!(decode(text.into()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn utf16_and_utf32_are_found() {
        let text = "version: 1\n# café\n";
        let marked = format!("\u{feff}{text}");
        check(utf16(&marked, u16::to_le_bytes), "UTF-16, little-endian", Remedy::Convert("UTF-16"));
        check(utf16(&marked, u16::to_be_bytes), "UTF-16, big-endian", Remedy::Convert("UTF-16"));
        check(utf16(text, u16::to_le_bytes), "UTF-16, little-endian", Remedy::Convert("UTF-16LE"));
        check(utf16(text, u16::to_be_bytes), "UTF-16, big-endian", Remedy::Convert("UTF-16BE"));
        check(utf16("a: 1\n", u16::to_le_bytes), "UTF-16", Remedy::Convert("UTF-16LE"));
        let utf32 =
            |text: &str| -> Vec<u8> { text.chars().flat_map(|it| u32::from(it).to_le_bytes()).collect() };
        check(utf32(&marked), "UTF-32", Remedy::Convert("UTF-32"));
        check(utf32(text), "UTF-32", Remedy::Convert("UTF-32LE"));
    }

    #[test]
    fn eight_bit_encodings_are_found_with_their_place() {
        let found = check(*b"version: 1\n# caf\xe9\n", "0xE9, which is `é`", Remedy::Convert("WINDOWS-1252"));
        let place = found.place.as_ref().expect("a place");
        assert_eq!((place.text.get(place.span.clone()), found.line()), (Some("é"), Some(2)));
        check(*b"a: \x80\n", "0x80, which is `€`", Remedy::Convert("WINDOWS-1252"));
        // What MS-DOS wrote for `ü`, which means nothing in Windows-1252.
        check(*b"a: M\x81ller\n", "0x81, and its encoding is unknown", Remedy::SaveAgain);
        let cut = ["a: é, ü\nb: ".as_bytes(), b"\xc3"].concat();
        let found = check(cut, "ends within a character", Remedy::Rewrite);
        assert_eq!(found.line(), Some(2));
        check([b"a: \xc3\xa9 ".as_slice(), b"\xe9 \xc3\xa9\n"].concat(), "most", Remedy::Rewrite);
    }

    #[test]
    fn binary_files_are_found() {
        for (bytes, message) in [
            (b"PK\x03\x04\x14\0\x06\0\x08\0\xff".as_slice(), "a ZIP archive"),
            (b"\x1f\x8b\x08\0\0\0\xff", "gzip"),
            (b"\x89PNG\r\n\x1a\n\0\xff", "a picture"),
            (b"%PDF-1.7\n\xe2\xe3\0", "a PDF"),
            (b"\x7fELF\x02\x01\xff\0", "a program"),
            (b"\xff\0\0\x01\x80", "binary"),
        ] {
            check(bytes, message, Remedy::Replace);
        }
    }

    #[test]
    fn only_plain_paths_are_in_commands() {
        let found = decode(b"\xe9".to_vec()).expect_err("Latin-1");
        let help = found.help(Some("mappings/organizations/acme.yaml"));
        assert!(help.contains("iconv -f WINDOWS-1252 -t UTF-8 mappings/organizations/acme.yaml >"), "{help}");
        for path in ["-x.yaml", "a b.yaml", "a'b.yaml", "$(x).yaml", "é.yaml"] {
            assert!(!found.help(Some(path)).contains("iconv"), "{path}");
        }
        assert!(!found.help(None).contains("iconv"));
    }
}
