//! Which service account asks, and in whose name.

use std::sync::Arc;

use crate::auth0::SigningKey;
use crate::settings::{LoadSettings, SettingsError, Source, member_of, read_json, stand_in_host};

const KEY_FILE: &str = "GOOGLE_SERVICE_ACCOUNT_FILE";
const ADMIN: &str = "GOOGLE_ADMIN";
const STAND_IN: &str = "CLAIMSMITH_GOOGLE_STAND_IN";

/// Where tokens come from, and what they are for. No other host receives an assertion or a token.
const LOGIN_HOST: &str = "oauth2.googleapis.com";
const API_HOST: &str = "admin.googleapis.com";

/// What is needed to read a directory.
#[derive(Debug, Clone)]
pub struct Settings {
    client_email: String,
    key: Arc<SigningKey>,
    admin: String,
    stand_in: Option<String>,
}

impl LoadSettings for Settings {
    const EXAMPLE: &'static str = ADMIN;

    fn read(source: &Source<'_>) -> Result<Self, SettingsError> {
        let place = source.place();
        let folder = source.folder();
        let get = |name: &str| source.get(name);
        let Some(key_file) = get(KEY_FILE) else {
            return Err(SettingsError(format!(
                "{place} has no `{KEY_FILE}`, the path of the JSON key of a service account with domain-wide delegation"
            )));
        };
        let Some(admin) = get(ADMIN).filter(|it| it.contains('@')) else {
            return Err(SettingsError(format!(
                "{place} has no `{ADMIN}`, the address of an administrator in whose name the service account reads users and groups"
            )));
        };
        let (account, shown) = read_json(&folder.join(key_file), "client_email")?;
        let get = member_of(&account);
        let (Some(client_email), Some(pem)) = (get("client_email"), get("private_key")) else {
            return Err(SettingsError(format!(
                "{shown} is not the JSON key of a service account, which has `client_email` and `private_key`"
            )));
        };
        let key = SigningKey::from_pem(pem.as_bytes());
        let key = key.map_err(|why| SettingsError(format!("`private_key` of {shown} {why}")))?;
        Ok(Self { client_email, key: Arc::new(key), admin, stand_in: source.stand_in(STAND_IN)? })
    }
}

impl Settings {
    /// The same settings for a stand-in on this machine, `localhost:PORT`, which is asked in the place of both hosts.
    ///
    /// # Errors
    ///
    /// If it is on another machine: it would receive the assertion.
    pub fn at_stand_in(self, host: &str) -> Result<Self, SettingsError> {
        Ok(Self { stand_in: Some(stand_in_host(STAND_IN, host)?), ..self })
    }

    /// The address of the service account.
    pub fn client_email(&self) -> &str {
        &self.client_email
    }

    /// A stand-in on this machine, which is asked in the account's place: `localhost:PORT`.
    pub fn stand_in(&self) -> Option<&str> {
        self.stand_in.as_deref()
    }

    pub(super) fn admin(&self) -> &str {
        &self.admin
    }

    pub(super) fn key(&self) -> &SigningKey {
        &self.key
    }

    pub(super) fn api_host(&self) -> &str {
        self.stand_in.as_deref().unwrap_or(API_HOST)
    }

    pub(super) fn login_host(&self) -> &str {
        self.stand_in.as_deref().unwrap_or(LOGIN_HOST)
    }

    /// For whom an assertion is.
    pub(super) fn audience(&self) -> String {
        format!("https://{}/token", self.login_host())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::test_key::make_rsa_key;

    #[test]
    fn key_is_that_of_a_service_account() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let write = |name: &str, content: Value| {
            std::fs::write(folder.path().join(name), content.to_string()).expect("a file");
        };
        write("key.json", json!({ "client_email": "reader@acme.example", "private_key": make_rsa_key() }));
        write("broken.json", json!({ "client_email": "reader@acme.example", "private_key": "hunter2" }));
        write("other.json", json!({ "installed": {} }));
        let settings = |file: &str, admin: &str| {
            let all = json!({ "GOOGLE_SERVICE_ACCOUNT_FILE": file, "GOOGLE_ADMIN": admin });
            Settings::from_json_in(&all, folder.path())
        };
        let read = settings("key.json", "admin@acme.example").expect("settings");
        assert_eq!(
            [read.client_email(), read.admin(), read.api_host(), &read.audience()],
            [
                "reader@acme.example",
                "admin@acme.example",
                "admin.googleapis.com",
                "https://oauth2.googleapis.com/token"
            ]
        );
        assert!(read.at_stand_in("admin.example.com").is_err());
        for (file, admin, expected) in [
            ("", "a@b", "has no `GOOGLE_SERVICE_ACCOUNT_FILE`"),
            ("key.json", "", "has no `GOOGLE_ADMIN`"),
            ("missing.json", "a@b", "cannot be read"),
            ("other.json", "a@b", "is not the JSON key of a service account"),
            ("broken.json", "a@b", "is not a private RSA key"),
        ] {
            let error = settings(file, admin).expect_err("refused").to_string();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
    }
}
