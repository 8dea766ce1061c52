//! A set of small numbers that is read back in ascending order, so that no result needs sorting.

/// A fixed-size set of the numbers below the size it was made with.
#[derive(Clone, Debug)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    pub(crate) fn new(size: usize) -> Self {
        Self { words: vec![0; size.div_ceil(64)] }
    }

    /// Adds `number` and says whether it was new; a number past the size is not added.
    pub(crate) fn insert(&mut self, number: u32) -> bool {
        let mask = 1u64 << (number % 64);
        match self.words.get_mut((number / 64) as usize) {
            Some(word) if *word & mask == 0 => {
                *word |= mask;
                true
            }
            _ => false,
        }
    }

    #[cfg(feature = "compiler")]
    pub(crate) fn contains(&self, number: u32) -> bool {
        self.words.get((number / 64) as usize).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    /// The members that are in `other` as well, ascending.
    pub(crate) fn common(&self, other: &Self) -> Vec<u32> {
        let words = || self.words.iter().zip(&other.words).map(|(left, right)| left & right);
        let count: u32 = words().map(u64::count_ones).sum();
        let mut members = Vec::with_capacity(count as usize);
        for (mut word, first) in words().zip((0u32..).step_by(64)) {
            while word != 0 {
                members.push(first + word.trailing_zeros());
                word &= word - 1;
            }
        }
        members
    }

    /// The members, ascending.
    pub(crate) fn members(&self) -> Vec<u32> {
        self.common(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn members_come_back_once_and_ascending() {
        let mut bits = Bits::new(130);
        for number in [129, 3, 64, 3, 0, 63] {
            bits.insert(number);
        }
        assert!(!bits.insert(3), "already a member");
        assert!(!bits.insert(1_000), "past the size");
        assert_eq!(bits.members(), [0, 3, 63, 64, 129]);
        let mut others = Bits::new(130);
        for number in [0, 1, 129] {
            others.insert(number);
        }
        assert_eq!(bits.common(&others), [0, 129]);
    }
}
