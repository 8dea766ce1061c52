//! Which mappings are in the Action, and which travel as blocks in the metadata of Auth0 organizations.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use claimsmith::compiler::block::{Block, NotABlock};
use claimsmith::compiler::{BlockSettings, CompiledPlatform};
use claimsmith_lifecycle::block::{Bundles, UnsignedBlock, WriteError};

/// Where the mappings of customers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Packaging {
    /// All in the Action
    #[default]
    Embedded,
    /// Divided among several Actions of the same trigger
    Slices,
    /// Each in the metadata of its Auth0 organization, as a signed block
    Organizations,
}

/// The organizations of a platform that takes blocks.
#[derive(Debug)]
pub(crate) struct Division {
    /// Those whose mappings travel, by name.
    pub(crate) travelling: Vec<(String, Block)>,
    /// Those whose mappings have to be in the Action, by name, and why.
    pub(crate) embedded: Vec<(String, Embedded)>,
}

/// Why a mapping cannot travel.
#[derive(Debug)]
pub(crate) enum Embedded {
    NotABlock(NotABlock),
    /// No key may sign for the organization.
    NoKey,
    /// It grants protected groups, and no key may sign that for the organization.
    NoKeyForProtected,
    /// The block does not fit into metadata.
    Size(WriteError),
}

impl Display for Embedded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotABlock(NotABlock::NoOrganizationId) => {
                formatter.write_str("it has no Auth0 organization")
            }
            Self::NotABlock(NotABlock::UnsignedCondition { rule }) => {
                write!(formatter, "the rule `{rule}` has a condition on metadata, which is not signed")
            }
            Self::NotABlock(_) => formatter.write_str("it is not in this tenant"),
            Self::NoKey => formatter.write_str("no key of `blocks` may sign for it"),
            Self::NoKeyForProtected => {
                formatter.write_str("it grants protected groups, and no key of `blocks` may sign that for it")
            }
            Self::Size(error) => error.fmt(formatter),
        }
    }
}

impl Division {
    /// Divides the organizations of a platform; `None` if it takes no blocks.
    pub(crate) fn of(platform: &CompiledPlatform) -> Option<Self> {
        let settings = platform.block_settings()?;
        let domain = platform.tenant()?.domain();
        let mut division = Self { travelling: Vec::new(), embedded: Vec::new() };
        for name in platform.organization_names() {
            match travelling(platform, settings, domain, name) {
                Ok(block) => division.travelling.push((name.to_owned(), block)),
                Err(why) => division.embedded.push((name.to_owned(), why)),
            }
        }
        Some(division)
    }

    /// The names of the organizations whose mappings travel.
    pub(crate) fn travelling_names(&self) -> BTreeSet<&str> {
        self.travelling.iter().map(|(name, _)| name.as_str()).collect()
    }
}

fn travelling(
    platform: &CompiledPlatform,
    settings: BlockSettings<'_>,
    domain: &str,
    name: &str,
) -> Result<Block, Embedded> {
    let block = platform.block(name).map_err(Embedded::NotABlock)?;
    let mut keys = settings.keys().filter(|key| key.may_sign(name)).peekable();
    if keys.peek().is_none() {
        return Err(Embedded::NoKey);
    }
    if block.grants_protected && !keys.any(|key| key.may_sign_protected()) {
        return Err(Embedded::NoKeyForProtected);
    }
    // The size does not depend on the time of signing. There is room for a second signature, so that replacing a key
    // never moves a mapping into the Action.
    let unsigned = UnsignedBlock::new(domain, &block.organization_id, 0, Bundles::Final(&block.bundle));
    unsigned.and_then(|unsigned| unsigned.value_count(2)).map_err(Embedded::Size)?;
    Ok(block)
}
