//! Why bytes are refused as a bundle.

use crate::codec::tags::FORMAT_VERSION;

/// Why bytes are not a bundle that this engine can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BundleError {
    /// They do not begin as a bundle does.
    Foreign,
    /// They are a bundle of another format version.
    Version(u8),
    /// They changed since they were written: the digest differs.
    Damaged,
    /// Their digest is right, but they break the format.
    Malformed,
}

impl core::fmt::Display for BundleError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Foreign => formatter.write_str("these bytes are not a bundle"),
            Self::Version(version) => write!(
                formatter,
                "the bundle has format version {version}, and this engine reads version {FORMAT_VERSION}; \
                 build it again with this version of claimsmith"
            ),
            Self::Damaged => formatter
                .write_str("the bundle is damaged: its digest differs from its content; build it again"),
            Self::Malformed => formatter.write_str("the bundle breaks its format; build it again"),
        }
    }
}

impl core::error::Error for BundleError {}
