//! A set of small numbers that is read back in ascending order, so that no result needs sorting.

use core::iter;

/// A fixed-size set of the numbers below the size it was made with.
#[derive(Clone, Debug, Default)]
pub(crate) struct BitSet {
    /// The bits of a set that is small, as most are: it needs no allocation.
    few: [u64; FEW_WORDS],
    /// The bits of a set that is not.
    many: Vec<u64>,
}

const FEW_WORDS: usize = 2;

impl BitSet {
    pub(crate) fn new(size: usize) -> Self {
        let words = size.div_ceil(64);
        Self { few: [0; FEW_WORDS], many: if words > FEW_WORDS { vec![0; words] } else { Vec::new() } }
    }

    /// Adds `number`; one past the size may be left out.
    #[inline(always)]
    pub(crate) fn insert(&mut self, number: u32) {
        insert(self.words_mut(), number);
    }

    /// Adds the numbers whose bits are set in the word at a position.
    #[inline(always)]
    pub(crate) fn insert_word(&mut self, at: u32, bits: u64) {
        if let Some(word) = self.words_mut().get_mut(at as usize) {
            *word |= bits;
        }
    }

    /// Adds `number`, or removes it if it is there.
    pub(crate) fn toggle(&mut self, number: u32) {
        if let Some(word) = self.words_mut().get_mut((number / 64) as usize) {
            *word ^= 1 << (number % 64);
        }
    }

    pub(crate) fn contains(&self, number: u32) -> bool {
        let word = self.words().get((number / 64) as usize);
        word.is_some_and(|word| word & 1 << (number % 64) != 0)
    }

    /// The members that are in `other` as well, which was made with the same size.
    #[inline(always)]
    pub(crate) fn and(&self, other: &Self) -> Self {
        let ([first, second], [other_first, other_second]) = (self.few, other.few);
        let many = self.many.iter().zip(&other.many).map(|(word, other)| word & other);
        Self { few: [first & other_first, second & other_second], many: many.collect() }
    }

    /// The members that are in `other` as well, ascending.
    pub(crate) fn common(&self, other: &Self) -> Vec<u32> {
        let common = || self.words().iter().zip(other.words()).map(|(word, other)| word & other);
        // To count them first would cost more than to make room again now and then.
        let mut members = Vec::with_capacity(16);
        for (word, at) in common().zip(0u32..) {
            ones(word).for_each(|bit| members.push(at * 64 + bit));
        }
        members
    }

    /// The members, ascending.
    pub(crate) fn members(&self) -> Vec<u32> {
        self.common(self)
    }

    /// Calls `each` for every number below `size` that is no member, ascending.
    #[inline(always)]
    pub(crate) fn for_each_missing(&self, size: u32, mut each: impl FnMut(u32)) {
        for (word, at) in self.words().iter().zip(0u32..size.div_ceil(64)) {
            let left = (size - at * 64).min(64);
            let missing = !word & u64::MAX >> (64 - left);
            ones(missing).for_each(|bit| each(at * 64 + bit));
        }
    }

    #[inline(always)]
    fn words(&self) -> &[u64] {
        if self.many.is_empty() { &self.few } else { &self.many }
    }

    /// The words of the set, for who [inserts](insert) much.
    #[inline(always)]
    pub(crate) fn words_mut(&mut self) -> &mut [u64] {
        if self.many.is_empty() { &mut self.few } else { &mut self.many }
    }
}

/// The positions of the bits that are set, ascending.
#[inline(always)]
pub(crate) fn ones(mut word: u64) -> impl Iterator<Item = u32> {
    iter::from_fn(move || {
        if word == 0 {
            return None;
        }
        let bit = word.trailing_zeros();
        word &= word - 1;
        Some(bit)
    })
}

/// Adds a number to the words of a set; one past its size may be left out.
#[inline(always)]
pub(crate) fn insert(words: &mut [u64], number: u32) {
    if let Some(word) = words.get_mut((number / 64) as usize) {
        *word |= 1 << (number % 64);
    }
}

#[cfg(test)]
mod tests {
    use super::BitSet;

    #[test]
    fn members_come_back_once_and_ascending() {
        let mut bits = BitSet::new(300);
        for number in [129, 3, 64, 3, 0, 63, 299] {
            bits.insert(number);
        }
        bits.insert(1_000);
        assert_eq!(bits.members(), [0, 3, 63, 64, 129, 299]);
        assert!(bits.contains(129) && bits.contains(3));
        assert!(!bits.contains(130) && !bits.contains(4) && !bits.contains(1_000));
        let mut others = BitSet::new(300);
        for number in [0, 1, 129] {
            others.insert(number);
        }
        assert_eq!(bits.common(&others), [0, 129]);
        bits.insert_word(3, 0b101);
        assert_eq!(bits.members(), [0, 3, 63, 64, 129, 192, 194, 299]);
        assert_eq!(bits.and(&others).members(), [0, 129]);
        let mut few = BitSet::new(100);
        few.insert(64);
        few.insert(99);
        assert_eq!(few.and(&few.clone()).members(), [64, 99]);
    }

    #[test]
    fn what_is_missing_ends_with_the_size() {
        for size in [0, 1, 63, 64, 65, 128, 129, 200] {
            let mut bits = BitSet::new(size as usize);
            for number in (0..size).step_by(3) {
                bits.insert(number);
            }
            let mut missing = Vec::new();
            bits.for_each_missing(size, |number| missing.push(number));
            assert_eq!(missing, (0..size).filter(|number| number % 3 != 0).collect::<Vec<_>>(), "{size}");
        }
    }
}
