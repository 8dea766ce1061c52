//! The blocks of a platform: which organizations have one, and what is in it.

use claimsmith::compiler::block::NotABlock;
use claimsmith::compiler::inspect;
use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith_lifecycle::block::{Bundles, UnsignedBlock, Verification, WriteError};

/// The names of all mappings, sorted; some may not exist in the platform's tenant.
pub(crate) fn organizations(platform: &CompiledPlatform) -> Vec<&str> {
    let mut names: Vec<&str> = inspect::mapping_files(platform).map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

/// What the tenant's Action knows about blocks when it is deployed from the files; `None` if the platform takes none.
pub(crate) fn verification(platform: &CompiledPlatform) -> Option<Verification> {
    Verification::from_json(&platform.verification()?)
}

/// Target groups with a floor, each with its second since 1970.
pub(crate) fn group_floors(platform: &CompiledPlatform) -> Vec<(String, u32)> {
    let floors = platform.block_settings().into_iter().flat_map(|settings| settings.group_floors());
    floors.map(|(group, floor)| (group.to_owned(), floor)).collect()
}

/// A block that only needs its signatures.
#[derive(Debug)]
pub(crate) struct Signable {
    pub(crate) organization_id: String,
    /// The digest of its bundle.
    pub(crate) digest: String,
    /// Its bundle.
    bundle: Vec<u8>,
    pub(crate) grants_protected: bool,
    pub(crate) unsigned: UnsignedBlock,
}

/// Why a mapping does not travel as a block: it is embedded in the Action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotSignable {
    NotABlock(NotABlock),
    TooLarge(WriteError),
}

impl NotSignable {
    /// A short word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NotABlock(NotABlock::NoOrganizationId) => "no-organization",
            Self::NotABlock(NotABlock::UnsignedCondition { .. }) => "unsigned-condition",
            Self::NotABlock(_) => "unknown-organization",
            Self::TooLarge(_) => "too-large",
        }
    }
}

impl std::fmt::Display for NotSignable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotABlock(NotABlock::NoOrganizationId) => {
                formatter.write_str("it has no Auth0 organization, whose metadata could hold a block")
            }
            Self::NotABlock(NotABlock::UnsignedCondition { rule }) => write!(
                formatter,
                "the rule `{}` has a condition on metadata, which is not signed",
                rule.escape_debug()
            ),
            Self::NotABlock(_) => formatter.write_str("it does not exist in this tenant"),
            Self::TooLarge(error) => error.fmt(formatter),
        }
    }
}

impl Signable {
    /// The block of an organization, by the name of its mapping, issued at a second since 1970.
    pub(crate) fn of(platform: &CompiledPlatform, name: &str, issued: u32) -> Result<Self, NotSignable> {
        let block = platform.block(name).map_err(NotSignable::NotABlock)?;
        let domain = platform.tenant().map(Tenant::domain).unwrap_or_default();
        let unsigned =
            UnsignedBlock::new(domain, &block.organization_id, issued, Bundles::Final(&block.bundle));
        let digest = claimsmith::Bundle::decode(&block.bundle).map(|bundle| bundle.digest_hex());
        Ok(Self {
            organization_id: block.organization_id,
            digest: digest.unwrap_or_default(),
            bundle: block.bundle,
            grants_protected: block.grants_protected,
            unsigned: unsigned.map_err(NotSignable::TooLarge)?,
        })
    }

    /// The same mapping as a candidate, which counts only before a deadline, unless it is confirmed.
    ///
    /// # Errors
    ///
    /// If the two mappings do not fit into a block, or the deadline is too far away.
    pub(crate) fn pending(
        &self,
        domain: &str,
        old: &[u8],
        issued: u32,
        deadline: u32,
    ) -> Result<UnsignedBlock, WriteError> {
        let bundles = Bundles::Pending { old, candidate: &self.bundle, deadline };
        UnsignedBlock::new(domain, &self.organization_id, issued, bundles)
    }
}
