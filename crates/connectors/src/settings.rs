//! Where settings come from: the environment or a file, never arguments, which others can see.

use std::fmt;
use std::path::Path;

use serde_json::Value;

/// The largest file of settings or of a key, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

/// What is wrong with settings, without their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError(pub(crate) String);

impl std::error::Error for SettingsError {}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A variable of the environment that is not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A file of settings, and its path for messages. `example` is one of its names.
pub(crate) fn read_json(path: &Path, example: &str) -> Result<(Value, String), SettingsError> {
    let shown = format!("`{}`", path.display());
    let text = read_file(path).map_err(|why| SettingsError(format!("{shown} {why}")))?;
    let settings = serde_json::from_slice(&text)
        .map_err(|_| SettingsError(format!("{shown} is not JSON with settings such as `{example}`")))?;
    Ok((settings, shown))
}

/// The address of a stand-in, which has to be on this machine: another one would receive the credentials.
pub(crate) fn stand_in_host(name: &str, host: &str) -> Result<String, SettingsError> {
    let port = host.strip_prefix("localhost:").and_then(|port| port.parse::<u16>().ok());
    match port {
        Some(1..) => Ok(host.to_owned()),
        _ => Err(SettingsError(format!(
            "`{name}` is for a stand-in on this machine, and has to be `localhost:PORT`"
        ))),
    }
}

pub(crate) fn member_of(settings: &Value) -> impl Fn(&str) -> Option<String> {
    |name| settings.get(name).and_then(Value::as_str).filter(|it| !it.is_empty()).map(str::to_owned)
}

pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() || metadata.len() > LARGEST_FILE {
        return Err("is not a file of at most 1 MiB".to_owned());
    }
    std::fs::read(path).map_err(unreadable)
}
