//! The SCIM service of an application, as arguments and settings name it.

use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;
use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::http::Options;
use claimsmith_connectors::scim::{Scim, Settings};

/// How many requests are sent in a second: services of SCIM name no limit, and some have a low one.
const REQUESTS_PER_SECOND: u32 = 5;

/// A client of the service, and the service's address for people. Nothing is sent yet; all requests together may take
/// `limit`. Without a rate, there is a low one, except on this machine.
///
/// # Errors
///
/// If the settings, in the file or else in the environment, cannot be used.
pub(crate) fn connect(
    credentials: Option<&Path>,
    limit: Duration,
    requests_per_second: Option<u32>,
) -> anyhow::Result<(Scim, String)> {
    let settings = Settings::load(credentials)?;
    let rate = requests_per_second.or((!settings.is_local()).then_some(REQUESTS_PER_SECOND));
    let interval = rate.map_or(Duration::ZERO, |rate| Duration::from_secs(1) / rate.max(1));
    let scim = Scim::new(&settings, Options { interval, limit, ..Options::default() });
    Ok((scim.map_err(|why| anyhow!(why))?, settings.url()))
}
