//! Many names in one piece of memory, as they cross the boundary and as hosts hand them over.

use std::borrow::Cow;

#[cfg(feature = "compiler")]
use crate::text::scan::scan_measured;
use crate::text::scan::{ScannedName, scan_joined};

/// The strings of a JSON array that has at least one, and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct NameList<'a> {
    count: usize,
    joined: Cow<'a, [u8]>,
    /// The bytes of each string, if the host knows them and no string holds a zero byte; else nothing.
    #[cfg(feature = "compiler")]
    lengths: Vec<u32>,
}

impl<'a> NameList<'a> {
    /// So many strings in UTF-8, with a zero byte between them. One that holds a zero itself, which no directory's
    /// name does, makes more parts than `count`.
    pub fn joined(count: usize, joined: &'a [u8]) -> Self {
        Self {
            count,
            joined: Cow::Borrowed(joined),
            #[cfg(feature = "compiler")]
            lengths: Vec::new(),
        }
    }

    /// Joins strings.
    #[cfg(feature = "compiler")]
    pub fn of(names: &[&str]) -> Self {
        let joined = names.join("\0").into_bytes();
        // As many zeros as names: one of them holds a zero itself.
        let measured = if count_zeros(&joined) < names.len() && u32::try_from(joined.len()).is_ok() {
            names
        } else {
            &[]
        };
        let lengths = measured.iter().map(|name| name.len() as u32).collect();
        Self { count: names.len(), joined: Cow::Owned(joined), lengths }
    }

    /// How many strings there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The strings with a zero byte between them.
    pub fn bytes(&self) -> &[u8] {
        &self.joined
    }

    /// What the zero bytes part: the strings, if there are as many.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        self.joined.split(|byte| *byte == 0)
    }

    /// Looks at every part, and says how many there are.
    #[inline(always)]
    pub(crate) fn scan<'n>(&'n self, mut each: impl FnMut(ScannedName<'n>)) -> usize {
        #[cfg(feature = "compiler")]
        if !self.lengths.is_empty() {
            scan_measured(&self.joined, &self.lengths, each);
            return self.count;
        }
        let mut parts = 0;
        scan_joined(&self.joined, |name| {
            each(name);
            parts += 1;
        });
        parts
    }
}

/// How many bytes are zero: of so few at once that their number is a byte, which compilers make vectors of.
#[cfg(feature = "compiler")]
fn count_zeros(bytes: &[u8]) -> usize {
    let count = |bytes: &[u8]| bytes.iter().fold(0u8, |zeros, byte| zeros + u8::from(*byte == 0));
    bytes.chunks(255).map(|bytes| usize::from(count(bytes))).sum()
}

#[cfg(test)]
mod tests {
    use super::NameList;

    fn check(names: &[&str], parts: usize) {
        let joined = names.join("\0");
        for given in [NameList::of(names), NameList::joined(names.len(), joined.as_bytes())] {
            let mut scanned = Vec::new();
            assert_eq!(given.scan(|name| scanned.push(name.name)), parts);
            assert_eq!(scanned, given.parts().collect::<Vec<_>>());
            assert_eq!((given.count(), given.bytes()), (names.len(), joined.as_bytes()));
        }
    }

    #[test]
    fn names_are_the_same_whoever_joins_them() {
        check(&["a"], 1);
        check(&["", ""], 2);
        check(&["finance-readers", "Vertrieb-Köln", "x"], 3);
    }

    #[test]
    fn a_zero_in_a_name_makes_more_parts_than_there_are_names() {
        check(&["a\0b", "c"], 3);
        check(&["\0"], 2);
    }
}
