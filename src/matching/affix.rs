//! The two ends of a name: a literal can be a name's prefix or its suffix.

use core::cmp::Ordering;

use crate::text::scan::{bytes_equal, load_prefix, load_suffix};

/// The end at which a literal is compared with a name. Seen from the end, suffixes are compared backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Affix {
    Prefix,
    Suffix,
}

impl Affix {
    /// Compares byte by byte from this end.
    pub(crate) fn compare(self, left: &[u8], right: &[u8]) -> Ordering {
        match self {
            Self::Prefix => left.cmp(right),
            Self::Suffix => left.iter().rev().cmp(right.iter().rev()),
        }
    }

    /// Whether a name has the literal at this end.
    pub(crate) fn has(self, name: &[u8], literal: &[u8]) -> bool {
        let end = match self {
            Self::Prefix => name.get(..literal.len()),
            Self::Suffix => name.len().checked_sub(literal.len()).and_then(|at| name.get(at..)),
        };
        end.is_some_and(|end| bytes_equal(end, literal))
    }

    /// The 8 bytes at this end, as they are in memory. Missing bytes are zero.
    #[inline(always)]
    pub(crate) fn first_8_bytes(self, name: &[u8]) -> u64 {
        match self {
            Self::Prefix => load_prefix(name).swap_bytes(),
            Self::Suffix => load_suffix(name),
        }
    }

    /// The 16 bytes at this end as a number that compares as the bytes do, the byte at the end highest.
    /// Missing bytes are zero.
    #[inline(always)]
    pub(crate) fn sort_key(self, name: &[u8]) -> u128 {
        match (self, name.first_chunk(), name.last_chunk()) {
            (Self::Prefix, Some(bytes), _) => u128::from_be_bytes(*bytes),
            (Self::Suffix, _, Some(bytes)) => u128::from_le_bytes(*bytes),
            _ => self.short_sort_key(name),
        }
    }

    #[inline(never)]
    fn short_sort_key(self, name: &[u8]) -> u128 {
        let mut key = 0;
        let mut push = |byte: &u8| key = key << 8 | u128::from(*byte);
        match self {
            Self::Prefix => name.iter().for_each(&mut push),
            Self::Suffix => name.iter().rev().for_each(&mut push),
        }
        key.unbounded_shl(8 * 16u32.saturating_sub(name.len() as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::Affix;

    #[test]
    fn sort_key_compares_as_the_first_16_bytes_do() {
        let long = "n".repeat(16);
        let names = ["", "a", "ab", "ba", "b", "abcdefgh", "bbcdefghi", "zz", &long, &format!("{long}a")];
        for affix in [Affix::Prefix, Affix::Suffix] {
            for left in names {
                for right in names {
                    let of_16 = |name: &str| {
                        let len = name.len().min(16);
                        match affix {
                            Affix::Prefix => name.as_bytes()[..len].to_vec(),
                            Affix::Suffix => name.as_bytes()[name.len() - len..].to_vec(),
                        }
                    };
                    assert_eq!(
                        affix.sort_key(left.as_bytes()).cmp(&affix.sort_key(right.as_bytes())),
                        affix.compare(&of_16(left), &of_16(right)),
                        "{affix:?} {left:?} {right:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn first_8_bytes_are_those_at_the_end() {
        for len in 0..12 {
            let name = &b"abcdefghijkl"[..len];
            let first = |affix: Affix, name: &[u8]| affix.first_8_bytes(name);
            let (prefix, suffix) = (&name[..len.min(8)], &name[len - len.min(8)..]);
            assert_eq!(first(Affix::Prefix, name), first(Affix::Prefix, prefix));
            assert_eq!(first(Affix::Suffix, name), first(Affix::Suffix, suffix));
            assert_eq!(first(Affix::Prefix, name) as u8, name.first().copied().unwrap_or_default());
            assert_eq!((first(Affix::Suffix, name) >> 56) as u8, name.last().copied().unwrap_or_default());
        }
    }

    #[test]
    fn has_compares_at_the_named_end() {
        assert!(Affix::Prefix.has(b"eng-core", b"eng-") && !Affix::Prefix.has(b"eng", b"eng-"));
        assert!(Affix::Suffix.has(b"eng-core", b"-core") && !Affix::Suffix.has(b"core", b"-core"));
        assert!(!Affix::Prefix.has(b"x-eng-", b"eng-") && !Affix::Suffix.has(b"-core-x", b"-core"));
    }
}
