//! Who asks, and in which tenant: from the environment or from a file, never from arguments, which others can see.
//!
//! The names are those of auth0-deploy-cli, so its `config.json` can be used as it is.

use std::path::PathBuf;

use super::assertion::SigningKey;
use crate::secret::Secret;
use crate::settings::{LoadSettings, SettingsError, Source, check_token, read_file, stand_in_host};

const DOMAIN: &str = "AUTH0_DOMAIN";
const TOKEN: &str = "AUTH0_ACCESS_TOKEN";
const CLIENT_ID: &str = "AUTH0_CLIENT_ID";
const SECRET: &str = "AUTH0_CLIENT_SECRET";
const KEY_PATH: &str = "AUTH0_CLIENT_SIGNING_KEY_PATH";
const STAND_IN: &str = "CLAIMSMITH_AUTH0_STAND_IN";

/// What is needed to connect to a tenant.
#[derive(Debug)]
pub struct Settings {
    domain: Option<String>,
    stand_in: Option<String>,
    credentials: Credentials,
}

/// How a client proves who it is.
#[derive(Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// An access token.
    Token(Secret),
    /// Client credentials.
    #[non_exhaustive]
    Client {
        /// The client id.
        id: String,
        /// The client secret.
        secret: Secret,
    },
    /// A private-key JWT.
    #[non_exhaustive]
    Key {
        /// The client id.
        id: String,
        /// The key whose public half the client has in Auth0.
        key: Box<SigningKey>,
    },
}

impl LoadSettings for Settings {
    const EXAMPLE: &'static str = DOMAIN;

    fn read(source: &Source<'_>) -> Result<Self, SettingsError> {
        let place = source.place();
        let folder = source.folder();
        let get = |name: &str| source.get(name);
        let found: Vec<&str> =
            [TOKEN, SECRET, KEY_PATH].into_iter().filter(|name| get(name).is_some()).collect();
        let id = || {
            get(CLIENT_ID).ok_or_else(|| {
                SettingsError(format!("{place} has no `{CLIENT_ID}` for its `{}`", found.join("`, `")))
            })
        };
        let credentials = match found.as_slice() {
            [] if get(CLIENT_ID).is_some() => {
                return Err(SettingsError(format!(
                    "{place} has `{CLIENT_ID}` without a secret or a key: set `{SECRET}` or `{KEY_PATH}` as well"
                )));
            }
            [] => {
                return Err(SettingsError(format!(
                    "{place} has no credentials: set `{CLIENT_ID}` and `{SECRET}`, or `{CLIENT_ID}` and `{KEY_PATH}`, or `{TOKEN}`"
                )));
            }
            [TOKEN] => {
                let token = get(TOKEN).unwrap_or_default();
                check_token(TOKEN, place, &token)?;
                Credentials::Token(Secret::new(token))
            }
            [SECRET] => {
                Credentials::Client { id: id()?, secret: Secret::new(get(SECRET).unwrap_or_default()) }
            }
            [KEY_PATH] => {
                let path = folder.join(PathBuf::from(get(KEY_PATH).unwrap_or_default()));
                let key = read_file(&path).and_then(|pem| SigningKey::from_pem(&pem));
                let key = key.map_err(|why| SettingsError(format!("`{}` {why}", path.display())))?;
                Credentials::Key { id: id()?, key: Box::new(key) }
            }
            several => {
                return Err(SettingsError(format!(
                    "{place} has several credentials, `{}`; keep the one that is meant",
                    several.join("`, `")
                )));
            }
        };
        let domain = get(DOMAIN);
        if let Some(domain) = domain.as_deref().filter(|it| it.contains("://") || it.contains('/')) {
            return Err(SettingsError(format!(
                "`{DOMAIN}` of {place} has to be the domain alone, such as `acme.eu.auth0.com`, and not the address `{}`",
                domain.escape_debug()
            )));
        }
        Ok(Self { domain, stand_in: source.stand_in(STAND_IN)?, credentials })
    }
}

impl Settings {
    /// The same settings for a stand-in on this machine, `localhost:PORT`, which is asked in the tenant's place.
    ///
    /// # Errors
    ///
    /// If it is on another machine: it would receive the credentials.
    pub fn at_stand_in(self, host: &str) -> Result<Self, SettingsError> {
        Ok(Self { stand_in: Some(stand_in_host(STAND_IN, host)?), ..self })
    }

    /// The domain that the settings are for.
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// A stand-in of the tenant on this machine, which is asked in its place: `localhost:PORT`.
    pub fn stand_in(&self) -> Option<&str> {
        self.stand_in.as_deref()
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_key::make_rsa_key;

    fn read(values: &[(&str, &str)]) -> Result<Settings, String> {
        let settings: serde_json::Map<String, serde_json::Value> =
            values.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
        let folder = tempfile::TempDir::new().expect("a folder");
        if values.contains(&(KEY_PATH, "client-key.pem")) {
            std::fs::write(folder.path().join("client-key.pem"), make_rsa_key()).expect("a file");
        }
        Settings::from_json_in(&settings.into(), folder.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_kind_of_credentials_is_read() {
        let token = read(&[(TOKEN, "t"), (DOMAIN, "acme.eu.auth0.com")]).expect("settings");
        assert!(matches!(token.credentials(), Credentials::Token(token) if token.expose() == "t"));
        assert_eq!(token.domain(), Some("acme.eu.auth0.com"));
        // An id alone does not make it several: deploy-cli's files have one next to a token.
        assert!(read(&[(TOKEN, "t"), (CLIENT_ID, "me")]).is_ok());
        let client = read(&[(CLIENT_ID, "me"), (SECRET, "s")]).expect("settings");
        assert!(matches!(client.credentials(), Credentials::Client { id, .. } if id == "me"));
        let key = read(&[(CLIENT_ID, "me"), (KEY_PATH, "client-key.pem")]).expect("settings");
        assert!(matches!(key.credentials(), Credentials::Key { .. }));
    }

    #[test]
    fn no_error_holds_a_secret() {
        let error = |values: &[(&str, &str)]| read(values).expect_err("refused");
        let address = error(&[(TOKEN, "t"), (DOMAIN, "https://acme.eu.auth0.com/")]);
        assert!(address.contains("has to be the domain alone"), "{address}");
        assert_eq!(
            error(&[(CLIENT_ID, "me")]),
            "the file of settings has `AUTH0_CLIENT_ID` without a secret or a key: set `AUTH0_CLIENT_SECRET` or `AUTH0_CLIENT_SIGNING_KEY_PATH` as well"
        );
        assert_eq!(
            error(&[]),
            "the file of settings has no credentials: set `AUTH0_CLIENT_ID` and `AUTH0_CLIENT_SECRET`, or `AUTH0_CLIENT_ID` and `AUTH0_CLIENT_SIGNING_KEY_PATH`, or `AUTH0_ACCESS_TOKEN`"
        );
        assert_eq!(
            error(&[(SECRET, "hunter2")]),
            "the file of settings has no `AUTH0_CLIENT_ID` for its `AUTH0_CLIENT_SECRET`"
        );
        assert_eq!(
            error(&[(TOKEN, "hunter2"), (SECRET, "hunter2")]),
            "the file of settings has several credentials, `AUTH0_ACCESS_TOKEN`, `AUTH0_CLIENT_SECRET`; keep the one that is meant"
        );
        assert!(error(&[(CLIENT_ID, "me"), (KEY_PATH, "absent.pem")]).contains("absent.pem` cannot be read"));
        let settings = read(&[(CLIENT_ID, "me"), (SECRET, "hunter2")]).expect("settings");
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn stand_in_is_on_this_machine() {
        let stand_in = |host| read(&[(TOKEN, "t")]).expect("settings").at_stand_in(host);
        assert_eq!(stand_in("localhost:8443").expect("a port").stand_in(), Some("localhost:8443"));
        for host in
            ["evil.example", "localhost:8443@evil.example", "localhost:0", "localhost", "localhost:1/x"]
        {
            assert!(stand_in(host).is_err(), "{host}");
        }
    }
}
