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

/// Settings that are in the environment, or in a JSON file with the same names in its place.
pub trait LoadSettings: Sized {
    /// One of the names, for messages.
    const EXAMPLE: &'static str;

    /// Reads them from where they are.
    ///
    /// # Errors
    ///
    /// If something is missing or cannot be used.
    fn read(source: &Source<'_>) -> Result<Self, SettingsError>;

    /// Reads a file, or the environment if there is none. With a file, the environment has the addresses of stand-ins alone.
    ///
    /// # Errors
    ///
    /// If something is missing or cannot be used, or the file cannot be read.
    fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        let Some(path) = file else {
            let (place, folder) = ("the environment", Path::new(""));
            return Self::read(&Source { get: &variable, place, folder, has_stand_ins: true });
        };
        let (settings, shown) = read_json(path, Self::EXAMPLE)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::read(&Source { get: &member_of(&settings), place: &shown, folder, has_stand_ins: true })
    }

    /// Reads settings as a file holds them, without stand-ins.
    ///
    /// # Errors
    ///
    /// As for a file.
    fn from_json(settings: &Value) -> Result<Self, SettingsError> {
        Self::from_json_in(settings, Path::new(""))
    }

    /// The same for a file in a folder, in which relative paths begin.
    ///
    /// # Errors
    ///
    /// As for a file.
    fn from_json_in(settings: &Value, folder: &Path) -> Result<Self, SettingsError> {
        let place = "the file of settings";
        Self::read(&Source { get: &member_of(settings), place, folder, has_stand_ins: false })
    }
}

/// Where settings are read from.
pub struct Source<'s> {
    get: &'s dyn Fn(&str) -> Option<String>,
    place: &'s str,
    folder: &'s Path,
    has_stand_ins: bool,
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Source").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Source<'_> {
    /// The value of a name, if there is one.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        (self.get)(name)
    }

    /// What messages call it.
    pub(crate) fn place(&self) -> &str {
        self.place
    }

    /// Where paths begin.
    pub(crate) fn folder(&self) -> &Path {
        self.folder
    }

    /// The address of the stand-in that a variable of the environment names.
    pub(crate) fn stand_in(&self, name: &str) -> Result<Option<String>, SettingsError> {
        if self.has_stand_ins { stand_in_of_environment(name) } else { Ok(None) }
    }
}

/// A variable of the environment that is not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().and_then(|value| value_of(&value))
}

/// A value without the line ends after it, which files of secrets often have; `None` if it is empty.
fn value_of(text: &str) -> Option<String> {
    Some(text.trim_end_matches(['\r', '\n'])).filter(|value| !value.is_empty()).map(str::to_owned)
}

/// Refuses a token with a character that no request can carry, or with more than the token.
pub(crate) fn check_token(name: &str, place: &str, token: &str) -> Result<(), SettingsError> {
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(SettingsError(format!(
        "`{name}` of {place} has a space, a line break or another character that no token has; write the token alone, without `Bearer` or `SSWS`"
    )))
}

/// A file of settings, and its path for messages. `example` is one of its names.
pub(crate) fn read_json(path: &Path, example: &str) -> Result<(Value, String), SettingsError> {
    let shown = format!("`{}`", path.display());
    let text = read_file(path).map_err(|why| SettingsError(format!("{shown} {why}")))?;
    // Some editors write a byte order mark.
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
    let settings = serde_json::from_slice(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        SettingsError(format!(
            "{shown} is not JSON with settings such as `{example}`: line {line}, column {column} is not as JSON has it"
        ))
    })?;
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

/// The address of the stand-in that the environment names.
fn stand_in_of_environment(name: &str) -> Result<Option<String>, SettingsError> {
    variable(name).map(|host| stand_in_host(name, &host)).transpose()
}

pub(crate) fn member_of(settings: &Value) -> impl Fn(&str) -> Option<String> {
    |name| settings.get(name).and_then(Value::as_str).and_then(value_of)
}

pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() || metadata.len() > LARGEST_FILE {
        return Err("is not a file of at most 1 MiB".to_owned());
    }
    std::fs::read(path).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_before_their_line_ends() {
        let settings = serde_json::json!({ "a": "b\r\n", "c": "\n", "d": " e" });
        let get = member_of(&settings);
        assert_eq!((get("a").as_deref(), get("c"), get("d").as_deref()), (Some("b"), None, Some(" e")));
    }

    #[test]
    fn file_that_is_not_json_is_named_with_the_place() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("config.json");
        let read = |text: &str| {
            std::fs::write(&path, text).expect("a file");
            read_json(&path, "NAME").map(|(settings, _)| settings).map_err(|error| error.to_string())
        };
        assert_eq!(read("\u{feff}{\r\n}"), Ok(serde_json::json!({})));
        let error = read("{\n  \"NAME\": hunter2 }").expect_err("refused");
        assert!(error.ends_with("such as `NAME`: line 2, column 11 is not as JSON has it"), "{error}");
    }

    #[test]
    fn token_is_the_token_alone() {
        assert_eq!(check_token("TOKEN", "the environment", "abc.d-e_f"), Ok(()));
        for token in ["Bearer hunter2", "hunter2\nx", "hunter2é"] {
            let error = check_token("TOKEN", "the environment", token).expect_err("refused").to_string();
            assert!(error.starts_with("`TOKEN` of the environment has a space, a line break"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
