//! A set of ids that is read back in ascending order, so that no result needs sorting.

use core::iter;
use core::marker::PhantomData;

use crate::ids::Id;

/// A set of the ids below a size that is fixed when the set is made.
#[derive(Clone, Debug)]
pub(crate) struct BitSet<I> {
    /// The bits of a small set, which most are, need no allocation.
    few: [u64; FEW_WORDS],
    /// The bits of a large set.
    many: Vec<u64>,
    ids: PhantomData<I>,
}

const FEW_WORDS: usize = 2;

impl<I: Id> BitSet<I> {
    /// An empty set for ids below `size`.
    pub(crate) fn new(size: usize) -> Self {
        let words = size.div_ceil(64);
        let many = if words > FEW_WORDS { vec![0; words] } else { Vec::new() };
        Self { few: [0; FEW_WORDS], many, ids: PhantomData }
    }

    /// Adds `id`. Ids past the size may be ignored.
    #[inline(always)]
    pub(crate) fn insert(&mut self, id: I) {
        if let Some(word) = self.words_mut().get_mut(id.index() / 64) {
            *word |= 1 << (id.index() % 64);
        }
    }

    /// Adds `id`, or removes it if it is there.
    pub(crate) fn toggle(&mut self, id: I) {
        if let Some(word) = self.words_mut().get_mut(id.index() / 64) {
            *word ^= 1 << (id.index() % 64);
        }
    }

    /// Whether `id` is a member.
    pub(crate) fn contains(&self, id: I) -> bool {
        let word = self.words().get(id.index() / 64);
        word.is_some_and(|word| word & 1 << (id.index() % 64) != 0)
    }

    /// The members of `other` whose positions are in this set too. Both were made with the same size.
    pub(crate) fn and<J: Id>(&self, other: &BitSet<J>) -> BitSet<J> {
        let ([first, second], [other_first, other_second]) = (self.few, other.few);
        let many = self.many.iter().zip(&other.many).map(|(word, other)| word & other);
        BitSet { few: [first & other_first, second & other_second], many: many.collect(), ids: PhantomData }
    }

    /// The members, ascending.
    pub(crate) fn members(&self) -> Vec<I> {
        let mut members = Vec::with_capacity(16);
        for (word, first) in self.words().iter().zip((0u32..).step_by(64)) {
            ones(*word).for_each(|bit| members.push(I::new(first + bit)));
        }
        members
    }

    /// Calls `each` for every id below `size` that is not a member, ascending.
    pub(crate) fn for_each_missing(&self, size: u32, mut each: impl FnMut(I)) {
        for (word, first) in self.words().iter().zip((0..size).step_by(64)) {
            let missing = !word & u64::MAX >> (64 - (size - first).min(64));
            ones(missing).for_each(|bit| each(I::new(first + bit)));
        }
    }

    #[inline(always)]
    fn words(&self) -> &[u64] {
        if self.many.is_empty() { &self.few } else { &self.many }
    }

    #[inline(always)]
    fn words_mut(&mut self) -> &mut [u64] {
        if self.many.is_empty() { &mut self.few } else { &mut self.many }
    }
}

impl<I: Id> Default for BitSet<I> {
    fn default() -> Self {
        Self::new(0)
    }
}

/// The positions of the bits that are set, ascending.
#[inline(always)]
fn ones(mut word: u64) -> impl Iterator<Item = u32> {
    iter::from_fn(move || {
        if word == 0 {
            return None;
        }
        let bit = word.trailing_zeros();
        word &= word - 1;
        Some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::BitSet;
    use crate::ids::RuleId;

    fn set(size: usize, positions: &[u32]) -> BitSet<RuleId> {
        let mut set = BitSet::new(size);
        positions.iter().for_each(|position| set.insert(RuleId(*position)));
        set
    }

    fn members(set: &BitSet<RuleId>) -> Vec<u32> {
        set.members().into_iter().map(|rule| rule.0).collect()
    }

    #[test]
    fn bit_set_iterates_in_order() {
        let mut bits = set(300, &[129, 3, 64, 3, 0, 63, 299, 1_000]);
        assert_eq!(members(&bits), [0, 3, 63, 64, 129, 299]);
        for (position, expected) in [(129, true), (3, true), (130, false), (4, false), (1_000, false)] {
            assert_eq!(bits.contains(RuleId(position)), expected, "{position}");
        }
        assert_eq!(members(&bits.and(&set(300, &[0, 1, 129]))), [0, 129]);
        bits.toggle(RuleId(3));
        bits.toggle(RuleId(4));
        assert_eq!(members(&bits), [0, 4, 63, 64, 129, 299]);
        let few = set(100, &[64, 99]);
        assert_eq!(members(&few.and(&few.clone())), [64, 99]);
    }

    #[test]
    fn for_each_missing_ends_with_the_size() {
        for size in [0, 1, 63, 64, 65, 128, 129, 200] {
            let bits = set(size as usize, &(0..size).step_by(3).collect::<Vec<_>>());
            let mut missing = Vec::new();
            bits.for_each_missing(size, |rule| missing.push(rule.0));
            assert_eq!(missing, (0..size).filter(|position| position % 3 != 0).collect::<Vec<_>>(), "{size}");
        }
    }
}
