//! A set of small numbers that is read back in ascending order, so that no result needs sorting.

/// A fixed-size set of the numbers below the size it was made with.
#[derive(Clone, Debug)]
pub(crate) struct Bits {
    /// The first numbers; most sets have no others, and need no allocation.
    first: [u64; INLINE_WORDS],
    others: Vec<u64>,
}

const INLINE_WORDS: usize = 2;

impl Bits {
    pub(crate) fn new(size: usize) -> Self {
        let others = size.div_ceil(64).saturating_sub(INLINE_WORDS);
        Self { first: [0; INLINE_WORDS], others: vec![0; others] }
    }

    /// Adds `number` and says whether it was new; a number past the size may be left out.
    #[inline(always)]
    pub(crate) fn insert(&mut self, number: u32) -> bool {
        let (at, mask) = place(number);
        let word = match self.first.get_mut(at) {
            Some(word) => Some(word),
            None => self.others.get_mut(at - INLINE_WORDS),
        };
        match word {
            Some(word) if *word & mask == 0 => {
                *word |= mask;
                true
            }
            _ => false,
        }
    }

    pub(crate) fn contains(&self, number: u32) -> bool {
        let (at, mask) = place(number);
        let word = match self.first.get(at) {
            Some(word) => Some(word),
            None => self.others.get(at - INLINE_WORDS),
        };
        word.is_some_and(|word| word & mask != 0)
    }

    /// The members that are in `other` as well, ascending.
    pub(crate) fn common(&self, other: &Self) -> Vec<u32> {
        let common = || self.words().zip(other.words()).map(|(word, other)| word & other);
        let mut members = Vec::with_capacity(common().map(|word| word.count_ones() as usize).sum());
        for (mut left, first) in common().zip((0u32..).step_by(64)) {
            while left != 0 {
                members.push(first + left.trailing_zeros());
                left &= left - 1;
            }
        }
        members
    }

    /// The members, ascending.
    pub(crate) fn members(&self) -> Vec<u32> {
        self.common(self)
    }

    fn words(&self) -> impl Iterator<Item = u64> {
        self.first.iter().chain(&self.others).copied()
    }
}

/// Which word a number is in, and which bit of it.
fn place(number: u32) -> (usize, u64) {
    ((number / 64) as usize, 1 << (number % 64))
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn members_come_back_once_and_ascending() {
        let mut bits = Bits::new(300);
        for number in [129, 3, 64, 3, 0, 63, 299] {
            bits.insert(number);
        }
        assert!(!bits.insert(3), "already a member");
        assert!(!bits.insert(1_000), "past the size");
        assert_eq!(bits.members(), [0, 3, 63, 64, 129, 299]);
        assert!(bits.contains(129) && bits.contains(3));
        assert!(!bits.contains(130) && !bits.contains(4) && !bits.contains(1_000));
        let mut others = Bits::new(300);
        for number in [0, 1, 129] {
            others.insert(number);
        }
        assert_eq!(bits.common(&others), [0, 129]);
    }
}
