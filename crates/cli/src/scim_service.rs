//! The SCIM service of an application, as arguments and settings name it.

use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;
use claimsmith_connectors::http::Options;
use claimsmith_connectors::scim::{Scim, Settings};

/// The pause between requests: services of SCIM name no limit, and some have a low one.
const INTERVAL: Duration = Duration::from_millis(200);

/// A client of the service, and the service's address for people. Nothing is sent yet; all requests together may take
/// `limit`.
///
/// # Errors
///
/// If the settings, in the file or else in the environment, cannot be used.
pub(crate) fn connect(credentials: Option<&Path>, limit: Duration) -> anyhow::Result<(Scim, String)> {
    let settings = match credentials {
        Some(file) => Settings::from_file(file)?,
        None => Settings::from_environment()?,
    };
    let interval = if settings.is_local() { Duration::ZERO } else { INTERVAL };
    let scim = Scim::new(&settings, Options { interval, limit, ..Options::default() });
    Ok((scim.map_err(|why| anyhow!(why))?, settings.url()))
}
