//! Which keys sign the mappings that travel in the metadata of Auth0 organizations, and which blocks are too old.

use super::yaml::Spanned;

/// The settings for blocks.
#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    pub(crate) writer: MetadataWriter,
    /// Sorted by name.
    pub(crate) keys: Vec<SigningKey>,
    /// The names of the mappings that stay in the Action.
    pub(crate) embedded: Vec<Spanned<String>>,
    /// Blocks that were issued before this second are refused, in seconds since 1970.
    pub(crate) floor: Option<Spanned<u32>>,
    /// The same for the blocks of an organization.
    pub(crate) organization_floors: Vec<(Spanned<String>, Spanned<u32>)>,
    /// Blocks that were issued before do not grant the target group.
    pub(crate) group_floors: Vec<(Spanned<String>, Spanned<u32>)>,
}

/// A key that may sign blocks of one tenant.
#[derive(Clone, Debug)]
pub(crate) struct SigningKey {
    pub(crate) name: Spanned<String>,
    pub(crate) public: [u8; 32],
    /// The position of the tenant.
    pub(crate) tenant: usize,
    /// The names of the mappings whose blocks it may sign; `None` if it is all of them.
    pub(crate) organizations: Option<Vec<Spanned<String>>>,
    /// Whether blocks that it signed may grant protected groups.
    pub(crate) protected: bool,
}

/// What writes the metadata of Auth0 organizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "each writes in its own way, which a caller must know")]
pub enum MetadataWriter {
    /// The Management API.
    Api,
    /// Terraform.
    Terraform,
    /// auth0-deploy-cli.
    DeployCli,
}

impl MetadataWriter {
    pub(super) const WORDS: [(&str, Self); 3] =
        [("api", Self::Api), ("terraform", Self::Terraform), ("deploy-cli", Self::DeployCli)];

    /// The program's name for people; `None` for claimsmith itself.
    pub fn other_program(self) -> Option<&'static str> {
        match self {
            Self::Api => None,
            Self::Terraform => Some("Terraform"),
            Self::DeployCli => Some("auth0-deploy-cli"),
        }
    }

    /// Its word in `platform.yaml`.
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, writer)| *writer == self).map_or("api", |(word, _)| word)
    }
}
