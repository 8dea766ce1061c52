//! Where a tenant differs from the mapping files in ways that change logins.
//!
//! [`Desired`] is what the files say. The checks of this module compare it with what was read from the tenant and give
//! [`Finding`]s, which are the same for people and for programs. A check that was not made gives none: whether it was made
//! is said by who reads the tenant.

mod blocks;
mod connections;
mod enabled;
mod finding;
mod organizations;
mod profiles;

#[cfg(test)]
mod tests;

pub use self::blocks::{check_block, pending_deadline};
pub use self::connections::check_connections;
pub use self::enabled::check_enabled;
pub use self::finding::{Finding, FindingCode, Severity};
pub use self::organizations::OrganizationCheck;
pub use self::profiles::{LARGEST_PROFILE, ProfileCheck};
use crate::block::Verification;

/// What the mapping files say about a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Desired {
    /// The organizations that exist in the tenant.
    pub mappings: Vec<DesiredMapping>,
    /// Whether `claimsmith deploy` writes the metadata of organizations.
    pub is_metadata_ours: bool,
    /// What its Action is to know about blocks; `None` if the platform takes none.
    pub verification: Option<Verification>,
    /// Target groups that blocks grant only if they were signed since a second after 1970, each with that second.
    pub group_floors: Vec<(String, u32)>,
}

/// A mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct DesiredMapping {
    /// Its name.
    pub name: String,
    /// The path of its file.
    pub file: String,
    /// The id of its Auth0 organization.
    pub organization: Option<String>,
    /// Where its groups are read.
    pub connections: Vec<DesiredConnection>,
    /// The bundle that is to be in its block, if it travels.
    pub block: Option<Vec<u8>>,
    /// Whether it grants protected groups, which the key of its block has to be allowed.
    pub grants_protected: bool,
}

/// A connection of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct DesiredConnection {
    /// Its name in Auth0.
    pub name: String,
    /// Its strategy; `other` is not compared.
    pub strategy: String,
    /// Where its groups are read.
    pub sources: Vec<DesiredSource>,
}

/// A source of a connection, in the words of mapping files.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct DesiredSource {
    /// A JSON Pointer below `event.user`, `provisioned` or `auth0-roles`.
    pub from: String,
    /// The shape.
    pub shape: String,
    /// How many entries mean that the list was cut.
    pub cap: Option<u32>,
}

impl DesiredSource {
    /// Whether it reads an attribute, which a connection stores at a login.
    fn reads_attribute(&self) -> bool {
        self.from.starts_with('/')
    }
}

impl DesiredConnection {
    fn reads_attributes(&self) -> bool {
        self.sources.iter().any(DesiredSource::reads_attribute)
    }
}
