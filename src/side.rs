//! The two sides from which names are compared: a literal can be what they begin with, or what they end with.

use core::cmp::Ordering;

use crate::words::{back_word, front_word, same};

/// From which side two names are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Front,
    Back,
}

/// The bytes of a word.
pub(crate) const WORD: usize = 8;

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

    /// The word that a name begins with, seen from this side.
    #[inline(always)]
    pub(crate) fn word(self, name: &[u8]) -> u64 {
        match self {
            Self::Front => front_word(name),
            Self::Back => back_word(name),
        }
    }

    /// The first 16 bytes, the first one highest; missing ones are zero.
    #[inline(always)]
    pub(crate) fn start(self, name: &[u8]) -> u128 {
        let rest = match self {
            Self::Front => name.get(WORD..),
            Self::Back => name.get(..name.len().wrapping_sub(WORD)),
        };
        u128::from(self.word(name)) << 64 | u128::from(self.word(rest.unwrap_or_default()))
    }
}
