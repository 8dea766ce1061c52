//! Which service, and the token for it.

use crate::secret::Secret;
use crate::settings::{LoadSettings, SettingsError, Source, check_token};

const URL: &str = "SCIM_URL";
const TOKEN: &str = "SCIM_TOKEN";

/// What is needed to ask a service.
#[derive(Debug, Clone)]
pub struct Settings {
    host: String,
    base_path: String,
    token: Secret,
}

impl LoadSettings for Settings {
    const EXAMPLE: &'static str = URL;

    fn read(source: &Source<'_>) -> Result<Self, SettingsError> {
        let place = source.place();
        let get = |name: &str| source.get(name);
        let Some(url) = get(URL) else {
            return Err(SettingsError(format!(
                "{place} does not say where the SCIM service is: set `{URL}` to its base, such as `https://catalog.example.com/scim/v2`"
            )));
        };
        let (host, base_path) = parts(&url).ok_or_else(|| {
            SettingsError(format!(
                "`{URL}` of {place} has to be the base of the service with `https://`, such as `https://catalog.example.com/scim/v2`, and without a user, a query or `/Users`"
            ))
        })?;
        let Some(token) = get(TOKEN) else {
            return Err(SettingsError(format!(
                "{place} has no `{TOKEN}`, the bearer token of the SCIM service"
            )));
        };
        check_token(TOKEN, place, &token)?;
        Ok(Self { host, base_path, token: Secret::new(token) })
    }
}

impl Settings {
    /// The address of the service, for people.
    pub fn url(&self) -> String {
        format!("https://{}{}", self.host, self.base_path)
    }

    /// Whether the service is on this machine.
    pub fn is_local(&self) -> bool {
        self.host.starts_with("localhost:")
    }

    /// The host, with its port if it has one.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn base_path(&self) -> &str {
        &self.base_path
    }

    pub(super) fn token(&self) -> &Secret {
        &self.token
    }
}

/// The host and the path of a base address. The path has no slash at its end.
fn parts(url: &str) -> Option<(String, String)> {
    let rest = url.strip_prefix("https://")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = path.trim_end_matches('/');
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let is_name =
        !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || b"-.".contains(&it));
    let is_port = port.is_none_or(|port| matches!(port.parse::<u16>(), Ok(1..)));
    let is_path = path.bytes().all(|it| it.is_ascii_alphanumeric() || b"/-._~%".contains(&it));
    // The address of a list: the rest would be looked for below it.
    let is_list = ["/Users", "/Groups"].iter().any(|it| path.ends_with(it));
    let is_base = is_name && is_port && is_path && !is_list;
    is_base.then(|| (host.to_owned(), path.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn address_is_a_base_over_tls() {
        for (url, expected) in [
            ("https://catalog.example.com/scim/v2/", "https://catalog.example.com/scim/v2"),
            ("https://catalog.example.com", "https://catalog.example.com"),
            ("https://localhost:8443/v2", "https://localhost:8443/v2"),
        ] {
            let settings = Settings::from_json(&json!({ "SCIM_URL": url, "SCIM_TOKEN": "hunter2" }));
            let settings = settings.expect("settings");
            assert_eq!(settings.url(), expected);
            assert!(!format!("{settings:?}").contains("hunter2"));
        }
        for url in [
            "http://catalog.example.com/scim/v2",
            "catalog.example.com/scim/v2",
            "https://me:hunter2@catalog.example.com/scim/v2",
            "https://catalog.example.com/scim/v2?token=hunter2",
            "https://catalog.example.com/scim/v2/Users",
            "https://catalog.example.com:0/",
            "https:///scim",
        ] {
            let error = Settings::from_json(&json!({ "SCIM_URL": url, "SCIM_TOKEN": "t" }));
            let error = error.expect_err("refused").to_string();
            assert!(
                error.contains("has to be the base of the service") && !error.contains("hunter2"),
                "{error}"
            );
        }
        let error = Settings::from_json(&json!({ "SCIM_URL": "https://a.example" })).expect_err("refused");
        assert!(error.to_string().contains("has no `SCIM_TOKEN`"), "{error}");
    }
}
