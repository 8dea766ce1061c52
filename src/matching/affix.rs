//! The two sides from which names are compared: a literal can be what they begin with, or what they end with.

use core::cmp::Ordering;

use crate::text::scan::same;

/// From which side two names are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Front,
    Back,
}

impl Side {
    pub(crate) fn compare(self, left: &[u8], right: &[u8]) -> Ordering {
        match self {
            Self::Front => left.cmp(right),
            Self::Back => left.iter().rev().cmp(right.iter().rev()),
        }
    }

    pub(crate) fn begins_with(self, name: &[u8], literal: &[u8]) -> bool {
        match self {
            Self::Front => name.get(..literal.len()).is_some_and(|start| same(start, literal)),
            Self::Back => name
                .len()
                .checked_sub(literal.len())
                .is_some_and(|at| name.get(at..).is_some_and(|end| same(end, literal))),
        }
    }

    /// The first 16 bytes as they lie in memory, as a number whose lowest byte comes first. Where a name has fewer,
    /// zeros stand behind them, seen from this side.
    #[inline(always)]
    pub(crate) fn window(self, name: &[u8]) -> u128 {
        // Where it begins is no branch, as which of two functions finds it would be.
        let begin = match self {
            Self::Front => 0,
            Self::Back => name.len().wrapping_sub(16),
        };
        let window = name.get(begin..).and_then(|behind| behind.first_chunk());
        window.map_or_else(|| self.short_window(name), |bytes| u128::from_le_bytes(*bytes))
    }

    #[inline(never)]
    fn short_window(self, name: &[u8]) -> u128 {
        let mut window = [0; 16];
        let begin = match self {
            Self::Front => 0,
            Self::Back => window.len().saturating_sub(name.len()),
        };
        for (byte, other) in window.iter_mut().skip(begin).zip(name) {
            *byte = *other;
        }
        u128::from_le_bytes(window)
    }

    /// Which bytes of a window count if so many of the first ones do.
    pub(crate) fn window_mask(self, len: usize) -> u128 {
        let bytes = [u8::MAX; 16];
        self.window(bytes.get(..len).unwrap_or(&bytes))
    }

    /// A number that compares as a window's bytes do, seen from this side.
    pub(crate) fn order(self, window: u128) -> u128 {
        match self {
            Self::Front => window.swap_bytes(),
            Self::Back => window,
        }
    }

    /// The first eight bytes of a window.
    #[inline(always)]
    pub(crate) fn head(self, window: u128) -> u64 {
        match self {
            Self::Front => window as u64,
            Self::Back => (window >> 64) as u64,
        }
    }

    /// The first eight bytes of a name that has as many, as they lie in memory.
    #[inline(always)]
    pub(crate) fn long_head(self, name: &[u8]) -> Option<u64> {
        let head = match self {
            Self::Front => name.first_chunk(),
            Self::Back => name.last_chunk(),
        };
        head.map(|bytes| u64::from_le_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::Side;

    #[test]
    fn windows_are_told_apart_as_names_are() {
        let names = ["a", "ab", "b", "ba", "abcdefgh", "abcdefghi", "bbcdefghi", "0123456789abcdef"];
        for side in [Side::Front, Side::Back] {
            for left in names.map(str::as_bytes) {
                for right in names.map(str::as_bytes) {
                    let (left_window, right_window) = (side.window(left), side.window(right));
                    assert_eq!(
                        side.order(left_window).cmp(&side.order(right_window)),
                        side.compare(left, right)
                    );
                    let different = (left_window ^ right_window) & side.window_mask(right.len());
                    assert_eq!(different == 0, side.begins_with(left, right), "{left:?} {right:?}");
                }
            }
        }
    }

    #[test]
    fn windows_and_heads_have_the_bytes_next_to_their_side() {
        let name = b"0123456789abcdefghij";
        assert_eq!(Side::Front.window(name), Side::Front.window(b"0123456789abcdef"));
        assert_eq!(Side::Back.window(name), Side::Back.window(b"456789abcdefghij"));
        for side in [Side::Front, Side::Back] {
            for len in 1..=name.len() {
                let name = &name[..len];
                let head = side.head(side.window(name));
                assert_eq!(side.long_head(name), (len >= 8).then_some(head), "{len}");
            }
        }
    }
}
