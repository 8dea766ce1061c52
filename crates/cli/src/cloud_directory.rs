//! Reads directories of services in the cloud.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use claimsmith::compiler::directory::{DirectoryKind, DirectoryMapping};
use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::http::Options;
use claimsmith_connectors::{google, graph, okta};
use claimsmith_lifecycle::directory::Directory;

/// How long a read may take: with 600 requests in a minute, that is enough for 30 000 groups.
const LIMIT: Duration = Duration::from_secs(3600);

/// Reads the directory of a mapping, with these attributes of people, by the settings of the environment or of a file in its
/// place.
///
/// # Errors
///
/// If a setting is missing or wrong, or if nothing could be read.
pub(crate) fn read(
    mapping: &DirectoryMapping<'_>,
    attributes: Vec<&str>,
    credentials: Option<&Path>,
) -> anyhow::Result<Directory> {
    let options = Options { limit: LIMIT, ..Options::default() };
    let unusable = |why: String| anyhow!(why);
    match mapping.kind() {
        DirectoryKind::Okta => {
            let settings = okta::Settings::load(credentials)?;
            let okta = okta::Okta::new(&settings, options).map_err(unusable)?;
            okta.read(attributes)
                .with_context(|| format!("cannot read the directory of `{}`", settings.host()))
        }
        DirectoryKind::Entra => {
            let settings = graph::Settings::load(credentials)?;
            let name = match mapping.group_name() {
                Some("displayName") => graph::GroupName::DisplayName,
                _ => graph::GroupName::Id,
            };
            let graph = graph::Graph::new(&settings, options).map_err(unusable)?;
            graph
                .read(name, attributes)
                .with_context(|| format!("cannot read the directory of the tenant `{}`", settings.tenant()))
        }
        DirectoryKind::Google => {
            let settings = google::Settings::load(credentials)?;
            let name = match mapping.group_name() {
                Some("name") => google::GroupName::Name,
                _ => google::GroupName::Email,
            };
            let google = google::Google::new(&settings, options).map_err(unusable)?;
            google
                .read(name, attributes)
                .with_context(|| format!("cannot read the directory as `{}`", settings.client_email()))
        }
        DirectoryKind::File | DirectoryKind::Ldap | DirectoryKind::ActiveDirectory => {
            Err(anyhow!("the directory is not that of a service in the cloud"))
        }
    }
}
