//! In what a service differs from the standard.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Scim;
use crate::settings::{SettingsError, read_json};

/// What a service was found to do. The default is what RFC 7644 says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Dialect {
    /// The address of the service that was asked; empty for the default.
    pub service: String,
    /// How members are removed.
    pub removal: Removal,
    /// Whether it was seen that exactly one of two members was removed.
    pub is_removal_seen: bool,
    /// Whether groups say who their members are.
    pub names_members: bool,
    /// Whether a member that is added again is there twice.
    pub stores_members_twice: bool,
    /// Whether a filter by `userName` finds a name that is written in another letter case; `None` if filters do not work.
    pub user_name_filter_ignores_case: Option<bool>,
}

/// How a member of a group is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "what writes has to know all of them")]
pub enum Removal {
    /// `"path": "members[value eq \"ID\"]"`, as RFC 7644 §3.5.2.2 has it.
    #[default]
    Path,
    /// `"path": "members"` with `"value": [{ "value": "ID" }]`, as Microsoft Entra sends it. A service that follows the RFC
    /// removes everyone then, so it is sent only where it was seen to remove one of two.
    Value,
    /// Neither of them removes one of two members.
    None,
}

impl Dialect {
    /// Reads the file of a probe.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not such a file of this version.
    pub fn from_file(path: &Path) -> Result<Self, SettingsError> {
        let (read, shown) = read_json(path, "removal")?;
        serde_json::from_value(read).map_err(|_| {
            SettingsError(format!(
                "{shown} is not the dialect of a service as this version writes it; probe the service again"
            ))
        })
    }
}

impl Scim {
    /// The same client, for a service that was probed.
    ///
    /// # Errors
    ///
    /// Text for people, if another service was probed, or one in which members cannot be removed.
    pub fn with_dialect(self, dialect: Dialect) -> Result<Self, String> {
        if dialect.service != self.url {
            return Err(format!(
                "the dialect is that of {}, and the service is {}: probe this one, because what removes one member there may remove all members here",
                dialect.service, self.url
            ));
        }
        if dialect.removal == Removal::None {
            return Err(format!(
                "{} removes no single member of a group, so its members cannot follow a directory",
                self.url
            ));
        }
        Ok(Self { dialect, ..self })
    }
}
