//! What a platform says about blocks, for one tenant.

use crate::language::model::{Blocks, Platform, SigningKey};
use crate::language::organization::is_organization_id;
use crate::text::rfc3339::format_rfc3339;

pub use crate::language::signing_key::MetadataWriter;

/// The keys and floors of the blocks of one tenant.
#[derive(Clone, Copy, Debug)]
pub struct BlockSettings<'p> {
    blocks: &'p Blocks,
    tenant: usize,
}

/// A key that may sign blocks.
#[derive(Clone, Copy, Debug)]
pub struct BlockKey<'p>(&'p SigningKey);

impl<'p> BlockSettings<'p> {
    /// Those of a platform for the tenant at a position; `None` if it has none.
    pub(super) fn of(platform: &'p Platform, tenant: usize) -> Option<Self> {
        platform.blocks.as_ref().map(|blocks| Self { blocks, tenant })
    }

    /// What writes the metadata of the tenant's organizations.
    pub fn writer(self) -> MetadataWriter {
        self.blocks.writer
    }

    /// The keys that may sign blocks of the tenant, sorted by name.
    pub fn keys(self) -> impl Iterator<Item = BlockKey<'p>> {
        self.blocks.keys.iter().filter(move |key| key.tenant == self.tenant).map(BlockKey)
    }

    /// Whether the mapping of an organization stays in the Action, by its name, because the platform says so.
    pub fn is_embedded(self, organization: &str) -> bool {
        self.blocks.embedded.iter().any(|name| name.value == organization)
    }

    /// The second before which blocks must not have been issued, since 1970; 0 if there is no floor.
    pub fn floor(self) -> u32 {
        self.blocks.floor.as_ref().map_or(0, |floor| floor.value)
    }

    /// The same for the blocks of an organization, by the name of its mapping. It is never lower than the floor of all.
    pub fn organization_floor(self, organization: &str) -> u32 {
        let floors = &self.blocks.organization_floors;
        let own = floors.iter().find(|(name, _)| name.value == organization);
        own.map_or(0, |(_, floor)| floor.value).max(self.floor())
    }

    /// The floors that name an Auth0 organization by its id, whether or not it still has a mapping.
    pub fn floors_by_id(self) -> impl Iterator<Item = (&'p str, u32)> {
        let floors = self.blocks.organization_floors.iter();
        let floors = floors.filter(|(name, _)| is_organization_id(&name.value));
        floors.map(|(name, floor)| (name.value.as_str(), floor.value))
    }

    /// The target groups that blocks do not grant if they were issued before a second, with this second.
    pub fn group_floors(self) -> impl Iterator<Item = (&'p str, u32)> {
        self.blocks.group_floors.iter().map(|(name, floor)| (name.value.as_str(), floor.value))
    }
}

impl<'p> BlockKey<'p> {
    /// Its name in `platform.yaml`.
    pub fn name(self) -> &'p str {
        &self.0.name.value
    }

    /// The 32 bytes of the public key, for Ed25519.
    pub fn public(self) -> &'p [u8; 32] {
        &self.0.public
    }

    /// The names of the mappings whose blocks it may sign, as they are listed; `None` if it is all of them.
    pub fn organizations(self) -> Option<impl Iterator<Item = &'p str>> {
        let organizations = self.0.organizations.as_ref()?;
        Some(organizations.iter().map(|name| name.value.as_str()))
    }

    /// Whether it may sign the block of an organization, by the name of its mapping.
    pub fn may_sign(self, organization: &str) -> bool {
        self.organizations().is_none_or(|mut names| names.any(|name| name == organization))
    }

    /// Whether blocks that it signed may grant protected target groups.
    pub fn may_sign_protected(self) -> bool {
        self.0.protected
    }
}

/// A time as text in UTC, such as `2026-11-01T00:00:00Z`, from seconds since 1970. `floor` takes it.
pub fn time_text(seconds: u32) -> String {
    format_rfc3339(seconds.into())
}
