//! Which mappings are in the Action, and which travel as blocks in the metadata of Auth0 organizations.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use claimsmith::compiler::{BlockSettings, CompiledPlatform, MetadataWriter};

#[cfg(not(target_family = "wasm"))]
use crate::blocks::{NotSignable, Signable};

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

/// The organizations of a platform that takes blocks, by the names of their mappings.
#[derive(Debug)]
pub(crate) struct Division {
    /// Those whose mappings travel.
    traveling: Vec<String>,
    /// Those whose mappings have to be in the Action, each with the reason.
    pub(crate) embedded: Vec<(String, Obstacle)>,
}

/// Why a mapping cannot travel.
#[derive(Debug)]
pub(crate) enum Obstacle {
    #[cfg(not(target_family = "wasm"))]
    NotSignable(NotSignable),
    /// The command runs as WebAssembly, which cannot make blocks.
    #[cfg(target_family = "wasm")]
    NoBlocks,
    /// `platform.yaml` lists it under `embedded`.
    Embedded,
    /// No key may sign for the organization.
    NoKey,
    /// It grants protected groups, and no key may sign that for the organization.
    NoKeyForProtected,
}

impl Obstacle {
    /// A short word for programs.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NotSignable(why) => why.code(),
            Self::Embedded => "embedded",
            Self::NoKey => "no-key",
            Self::NoKeyForProtected => "no-key-for-protected",
        }
    }
}

impl Display for Obstacle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(not(target_family = "wasm"))]
            Self::NotSignable(why) => why.fmt(formatter),
            #[cfg(target_family = "wasm")]
            Self::NoBlocks => {
                formatter.write_str("this command runs as WebAssembly, which cannot make blocks")
            }
            Self::Embedded => formatter.write_str("`blocks` lists it under `embedded`"),
            Self::NoKey => formatter.write_str("no key of `blocks` may sign for it"),
            Self::NoKeyForProtected => {
                formatter.write_str("it grants protected groups, and no key of `blocks` may sign that for it")
            }
        }
    }
}

impl Division {
    /// Divides the organizations of a platform; `None` if it takes no blocks.
    pub(crate) fn of(platform: &CompiledPlatform) -> Option<Self> {
        let settings = platform.block_settings()?;
        let mut division = Self { traveling: Vec::new(), embedded: Vec::new() };
        for name in platform.organization_names() {
            match obstacle(platform, settings, name) {
                None => division.traveling.push(name.to_owned()),
                Some(why) => division.embedded.push((name.to_owned(), why)),
            }
        }
        Some(division)
    }

    /// The names of the organizations whose mappings travel.
    pub(crate) fn traveling_names(&self) -> BTreeSet<&str> {
        self.traveling.iter().map(String::as_str).collect()
    }
}

/// Where the mapping of one customer is.
#[derive(Debug)]
pub(crate) enum MappingPlace {
    /// In the Action, as all mappings are: the platform takes no blocks.
    Action,
    /// In the Action for a reason, although the platform takes blocks.
    Stays(Obstacle),
    /// In a block, in metadata that the program in `writer` of `platform.yaml` writes.
    Block(MetadataWriter),
}

impl MappingPlace {
    /// That of an organization, by the name of its mapping.
    ///
    /// # Errors
    ///
    /// If the platform takes blocks and the command runs as WebAssembly, which cannot say how large a block is.
    pub(crate) fn of(platform: &CompiledPlatform, name: &str) -> anyhow::Result<Self> {
        let Some(settings) = platform.block_settings() else { return Ok(Self::Action) };
        match obstacle(platform, settings, name) {
            None => Ok(Self::Block(settings.writer())),
            #[cfg(target_family = "wasm")]
            Some(Obstacle::NoBlocks) => anyhow::bail!(
                "platform.yaml has `blocks`, and {}, so it cannot say where the mapping is; use a claimsmith that is built for this system",
                Obstacle::NoBlocks
            ),
            Some(why) => Ok(Self::Stays(why)),
        }
    }
}

/// Why the mapping of an organization cannot travel; `None` if it can.
fn obstacle(platform: &CompiledPlatform, settings: BlockSettings<'_>, name: &str) -> Option<Obstacle> {
    if settings.is_embedded(name) {
        return Some(Obstacle::Embedded);
    }
    let grants_protected = match grants_protected(platform, name) {
        Ok(grants_protected) => grants_protected,
        Err(why) => return Some(why),
    };
    let mut keys = settings.keys().filter(|key| key.may_sign(name)).peekable();
    if keys.peek().is_none() {
        return Some(Obstacle::NoKey);
    }
    let is_signable = !grants_protected || keys.any(|key| key.may_sign_protected());
    if is_signable { None } else { Some(Obstacle::NoKeyForProtected) }
}

/// Whether a mapping that can travel grants protected groups.
#[cfg(not(target_family = "wasm"))]
fn grants_protected(platform: &CompiledPlatform, name: &str) -> Result<bool, Obstacle> {
    // The size does not depend on the time of signing. There is room for a second signature, so that replacing a key
    // never moves a mapping into the Action.
    let signable = Signable::of(platform, name, 0).map_err(Obstacle::NotSignable)?;
    let values = signable.unsigned.value_count(2);
    values.map_err(|error| Obstacle::NotSignable(NotSignable::TooLarge(error)))?;
    Ok(signable.grants_protected)
}

#[cfg(target_family = "wasm")]
fn grants_protected(_: &CompiledPlatform, _: &str) -> Result<bool, Obstacle> {
    Err(Obstacle::NoBlocks)
}
