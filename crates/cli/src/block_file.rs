//! The files of signed blocks: `claimsmith sign` writes them, `claimsmith deploy` reads them.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use claimsmith_lifecycle::deployment::Values;
use serde::{Deserialize, Serialize};

use crate::input;

/// The version of the form of a file.
pub(crate) const VERSION: u32 = 1;

/// The file of a block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BlockFile {
    pub(crate) version: u32,
    /// The tenant's domain.
    pub(crate) domain: String,
    /// The name of the mapping.
    pub(crate) organization: String,
    /// The id of the Auth0 organization.
    pub(crate) organization_id: String,
    /// When it was signed, in seconds since 1970.
    pub(crate) issued: u32,
    /// Until when a candidate counts; null if the block is final.
    pub(crate) deadline: Option<u32>,
    /// The ids of the keys that signed it.
    pub(crate) keys: Vec<String>,
    /// The digest of its bundle, or of the candidate.
    pub(crate) digest: String,
    /// The metadata, by key.
    pub(crate) values: Values,
    /// The metadata with which a pending block is confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) confirmed: Option<Values>,
}

/// Where the block of an organization is, in a folder. One that needs a confirmation has a file of its own, so that
/// signing another one does not replace what confirms it.
pub(crate) fn path_of(folder: &Path, organization: &str, is_pending: bool) -> PathBuf {
    let kind = if is_pending { ".pending" } else { "" };
    folder.join(format!("{organization}{kind}.json"))
}

/// Reads the block of an organization; `None` if there is no file.
///
/// # Errors
///
/// If the file cannot be read, or is not a block of the organization.
pub(crate) fn read(folder: &Path, organization: &str, is_pending: bool) -> anyhow::Result<Option<BlockFile>> {
    let path = path_of(folder, organization, is_pending);
    if !path.exists() {
        return Ok(None);
    }
    let (reader, name) = input::open(&path)?;
    let text = input::read_text(reader, &name)?;
    let file: BlockFile = serde_json::from_str(&text)
        .ok()
        .filter(|file: &BlockFile| file.version == VERSION)
        .with_context(|| format!("`{}` is not a block that `claimsmith sign` wrote", path.display()))?;
    ensure!(
        file.organization == organization,
        "`{}` is the block of `{}`; name each file like the mapping that it is of",
        path.display(),
        file.organization.escape_debug()
    );
    Ok(Some(file))
}
