//! Why a block is not used.

/// Why a block is not used. [`code`](Self::code) is the reason in the Action's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the specification lists them")]
pub enum BlockRefusal {
    /// The metadata has no block.
    NoBlock,
    /// Parts of it are missing, or do not fit together.
    Damaged,
    /// It has a version that is not known.
    Version,
    /// None of its signatures is by a key that may sign for the organization.
    Key,
    /// A signature does not fit.
    Signature,
    /// It is for another tenant or organization.
    Foreign,
    /// It was signed before the floor, or after the login.
    Stale,
}

impl BlockRefusal {
    /// The reason code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoBlock => "no-block",
            Self::Damaged => "block-damaged",
            Self::Version => "block-version",
            Self::Key => "block-key",
            Self::Signature => "block-signature",
            Self::Foreign => "block-foreign",
            Self::Stale => "block-stale",
        }
    }
}

impl core::fmt::Display for BlockRefusal {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::NoBlock => "there is no block in the metadata",
            Self::Damaged => "the block is damaged",
            Self::Version => "the block has another version",
            Self::Key => "the block is not signed by a key that may sign for the organization",
            Self::Signature => "the signature of the block does not fit",
            Self::Foreign => "the block is for another tenant or organization",
            Self::Stale => "the block was signed before the floor, or in the future",
        })
    }
}

impl core::error::Error for BlockRefusal {}
