//! Many names in one piece of memory, as they cross the boundary.

use std::borrow::Cow;

use crate::text::scan::{ScannedName, scan_joined};

/// The strings of a JSON array that has at least one string and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct NameList<'a> {
    count: usize,
    joined: Cow<'a, [u8]>,
}

impl<'a> NameList<'a> {
    /// `count` strings in UTF-8, joined by zero bytes. A string that contains a zero byte, which no directory's name
    /// does, makes more parts than `count`.
    pub fn joined(count: usize, joined: &'a [u8]) -> Self {
        Self { count, joined: Cow::Borrowed(joined) }
    }

    /// Joins strings.
    #[cfg(feature = "compiler")]
    pub fn of(names: &[&str]) -> Self {
        Self { count: names.len(), joined: Cow::Owned(names.join("\0").into_bytes()) }
    }

    /// The number of strings.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The strings, joined by zero bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.joined
    }

    /// The parts between zero bytes. They are the strings if there are [`count`](Self::count) parts.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        self.joined.split(|byte| *byte == 0)
    }

    /// Scans every part, and returns the number of parts.
    #[inline(always)]
    pub(crate) fn scan<'n>(&'n self, mut each: impl FnMut(ScannedName<'n>)) -> usize {
        let mut parts = 0;
        scan_joined(&self.joined, |name| {
            each(name);
            parts += 1;
        });
        parts
    }
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
    fn name_list_is_the_same_owned_and_borrowed() {
        check(&["a"], 1);
        check(&["", ""], 2);
        check(&["finance-readers", "Vertrieb-Köln", "x"], 3);
    }

    #[test]
    fn name_list_has_more_parts_than_names_if_a_name_contains_zero() {
        check(&["a\0b", "c"], 3);
        check(&["\0"], 2);
    }
}
