//! Ids of new objects.

/// Ids that look like a service's and are the same for the same seed.
#[derive(Debug)]
pub(crate) struct Ids(pub(crate) u64);

impl Ids {
    pub(crate) fn next(&mut self) -> u64 {
        // SplitMix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }

    /// Twenty-four hexadecimal digits.
    pub(crate) fn object_id(&mut self) -> String {
        format!("{:016x}{:08x}", self.next(), self.next() >> 32)
    }

    /// Such as `org_` with sixteen letters and digits.
    pub(crate) fn short(&mut self, prefix: &str) -> String {
        const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut id = prefix.to_owned();
        for _ in 0..16 {
            let index = usize::try_from(self.next() % 62).unwrap_or_default();
            id.push(LETTERS.get(index).copied().map_or('A', char::from));
        }
        id
    }
}
