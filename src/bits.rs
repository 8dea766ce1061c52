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

    /// The members, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> {
        self.words.iter().zip(0u32..).flat_map(|(&word, position)| {
            let mut left = word;
            core::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.checked_sub(1)?;
                Some(position * 64 + bit)
            })
        })
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
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 3, 63, 64, 129]);
    }
}
