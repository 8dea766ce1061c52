//! Which organization, and the token for it.

use reqwest::Url;

use crate::secret::Secret;
use crate::settings::{LoadSettings, SettingsError, Source, check_token};

const URL: &str = "OKTA_URL";
const TOKEN: &str = "OKTA_TOKEN";

/// What is needed to read a directory.
#[derive(Debug, Clone)]
pub struct Settings {
    host: String,
    token: Secret,
}

impl LoadSettings for Settings {
    const EXAMPLE: &'static str = URL;

    fn read(source: &Source<'_>) -> Result<Self, SettingsError> {
        let place = source.place();
        let get = |name: &str| source.get(name);
        let Some(url) = get(URL) else {
            return Err(SettingsError(format!(
                "{place} does not say which organization of Okta: set `{URL}` to its address, such as `https://acme.okta.com`"
            )));
        };
        let host = host_of(&url).ok_or_else(|| {
            SettingsError(format!(
                "`{URL}` of {place} has to be the address of an organization, such as `https://acme.okta.com`: with `https://`, and without a user, a path or a query"
            ))
        })?;
        let Some(token) = get(TOKEN) else {
            return Err(SettingsError(format!(
                "{place} has no `{TOKEN}`, the API token of an administrator who may only read"
            )));
        };
        check_token(TOKEN, place, &token)?;
        Ok(Self { host, token: Secret::new(token) })
    }
}

impl Settings {
    /// The host of the organization, with its port if it has one.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn token(&self) -> &Secret {
        &self.token
    }
}

/// The host of an address without anything else.
fn host_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let is_plain = url.username().is_empty() && url.password().is_none();
    let host = url.host_str().filter(|_| url.scheme() == "https" && is_bare && is_plain)?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn address_is_that_of_an_organization() {
        for (url, expected) in [
            ("https://acme.okta.com", "acme.okta.com"),
            ("https://login.acme.example/", "login.acme.example"),
            ("https://localhost:8443", "localhost:8443"),
        ] {
            let settings = Settings::from_json(&json!({ "OKTA_URL": url, "OKTA_TOKEN": "hunter2" }));
            let settings = settings.expect("settings");
            assert_eq!(settings.host(), expected);
            assert!(!format!("{settings:?}").contains("hunter2"));
        }
        for url in [
            "http://acme.okta.com",
            "acme.okta.com",
            "https://me:hunter2@acme.okta.com",
            "https://acme.okta.com/api/v1",
            "https://acme.okta.com?token=hunter2",
        ] {
            let error = Settings::from_json(&json!({ "OKTA_URL": url, "OKTA_TOKEN": "t" }));
            let error = error.expect_err("refused").to_string();
            assert!(
                error.contains("the address of an organization") && !error.contains("hunter2"),
                "{error}"
            );
        }
        for (settings, expected) in [
            (json!({}), "does not say which organization"),
            (json!({ "OKTA_URL": "https://acme.okta.com" }), "has no `OKTA_TOKEN`"),
            (
                json!({ "OKTA_URL": "https://acme.okta.com", "OKTA_TOKEN": "SSWS hunter2" }),
                "write the token alone, without `Bearer` or `SSWS`",
            ),
        ] {
            let error = Settings::from_json(&settings).expect_err("refused").to_string();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
    }
}
