//! A regular expression as the engine decodes it, for names that are not part of a login.

use std::borrow::Cow;

use crate::codec::reader::Reader;
use crate::matching::regex_vm::{self, Cache, NameEnds, Regex};

/// A regular expression that matches as it does at a login.
#[derive(Debug)]
pub(crate) struct DecodedRegex<'b>(Regex<'b>);

impl<'b> DecodedRegex<'b> {
    /// `None` if the bytes are not what the compiler writes.
    pub(crate) fn decode(encoded: &'b [u8]) -> Option<Self> {
        Regex::decode(&mut Reader::new(encoded)).map(Self)
    }

    /// Whether the whole of a name matches.
    pub(crate) fn is_match(&self, name: &str) -> bool {
        let name = self.in_its_case(name);
        self.0.is_match(NameEnds::of(name.as_bytes()), name.as_bytes(), &mut Cache::default())
    }

    /// Calls `each` for every capture of a name that matches, with its number and its text.
    ///
    /// The text is in lower case if the letter case of ASCII is ignored. Numbers that the expression does not have
    /// come with an empty text.
    pub(crate) fn captures(&self, name: &str, mut each: impl FnMut(usize, &str)) {
        let name = self.in_its_case(name);
        self.0.captures(name.as_bytes(), |number, text| each(number, &String::from_utf8_lossy(text)));
    }

    /// A name in the letter case in which this expression is compared.
    fn in_its_case<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.0.letters() {
            regex_vm::ASCII_LOWER => Cow::Owned(name.to_ascii_lowercase()),
            _ => Cow::Borrowed(name),
        }
    }
}
