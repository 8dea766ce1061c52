//! Who asks, and in which tenant.

use std::fmt;
use std::path::Path;

use crate::secret::Secret;
use crate::settings::{
    LoadSettings, SettingsError, Source, check_token, member_of, read_json, stand_in_host, variable,
};

const HOST: &str = "QLIK_HOST";
const CLIENT_ID: &str = "QLIK_CLIENT_ID";
const SECRET: &str = "QLIK_CLIENT_SECRET";
const TOKEN: &str = "QLIK_ACCESS_TOKEN";
const PROVIDER_SECRET: &str = "QLIK_IDP_CLIENT_SECRET";
const STAND_IN: &str = "CLAIMSMITH_QLIK_STAND_IN";

/// The domains of Qlik Cloud. No other host receives credentials.
const DOMAINS: [&str; 2] = [".qlikcloud.com", ".qlikcloudgov.com"];

/// What is needed to connect to a tenant.
#[derive(Debug, Clone)]
pub struct Settings {
    host: String,
    stand_in: Option<String>,
    credentials: Credentials,
    provider_secret: Option<Secret>,
}

#[derive(Clone)]
enum Credentials {
    Token(Secret),
    Client { id: String, secret: Secret },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Token(_) => "Token",
            Self::Client { .. } => "Client",
        })
    }
}

impl LoadSettings for Settings {
    const EXAMPLE: &'static str = HOST;

    fn read(source: &Source<'_>) -> Result<Self, SettingsError> {
        let place = source.place();
        let get = |name: &str| source.get(name);
        let fails = |text: String| Err(SettingsError(text));
        let Some(host) = get(HOST) else {
            return fails(format!(
                "{place} does not say which tenant of Qlik Cloud: set `{HOST}` to its host, such as `acme.eu.qlikcloud.com`"
            ));
        };
        if !is_host(&host) {
            return fails(format!(
                "`{HOST}` of {place} has to be the host of a tenant alone, such as `acme.eu.qlikcloud.com`, and not `{}`: in lowercase letters, without `https://` and `/`, and in `qlikcloud.com` or `qlikcloudgov.com`, because no other host receives credentials",
                host.escape_debug()
            ));
        }
        let credentials = match (get(TOKEN), get(CLIENT_ID), get(SECRET)) {
            (Some(_), _, Some(_)) => {
                return fails(format!(
                    "{place} has several credentials, `{TOKEN}`, `{SECRET}`; keep the one that is meant"
                ));
            }
            (Some(token), _, None) => {
                check_token(TOKEN, place, &token)?;
                Credentials::Token(Secret::new(token))
            }
            (None, Some(id), Some(secret)) => Credentials::Client { id, secret: Secret::new(secret) },
            (None, None, Some(_)) => {
                return fails(format!("{place} has no `{CLIENT_ID}` for its `{SECRET}`"));
            }
            (None, Some(_), None) => {
                return fails(format!("{place} has no `{SECRET}` for its `{CLIENT_ID}`"));
            }
            (None, None, None) => {
                return fails(format!(
                    "{place} has no credentials for Qlik Cloud: set `{CLIENT_ID}` and `{SECRET}`, or `{TOKEN}`"
                ));
            }
        };
        let provider_secret = get(PROVIDER_SECRET).map(Secret::new);
        Ok(Self { host, stand_in: source.stand_in(STAND_IN)?, credentials, provider_secret })
    }
}

impl Settings {
    /// Whether the environment names a tenant of Qlik Cloud.
    pub fn are_in_environment() -> bool {
        variable(HOST).is_some()
    }

    /// Whether a JSON file of settings names a tenant of Qlik Cloud. One that cannot be read does not.
    pub fn are_in_file(path: &Path) -> bool {
        read_json(path, HOST).is_ok_and(|(settings, _)| member_of(&settings)(HOST).is_some())
    }

    /// The same settings for a stand-in on this machine, `localhost:PORT`, which is asked in the tenant's place.
    ///
    /// # Errors
    ///
    /// If it is on another machine: it would receive the credentials.
    pub fn at_stand_in(self, host: &str) -> Result<Self, SettingsError> {
        Ok(Self { stand_in: Some(stand_in_host(STAND_IN, host)?), ..self })
    }

    /// The host of the tenant.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// A stand-in of the tenant on this machine, which is asked in its place: `localhost:PORT`.
    pub fn stand_in(&self) -> Option<&str> {
        self.stand_in.as_deref()
    }

    /// The client secret of the identity provider, which Qlik Cloud may not give back.
    pub fn provider_secret(&self) -> Option<&Secret> {
        self.provider_secret.as_ref()
    }

    pub(super) fn credentials(&self) -> (Option<(String, Secret)>, Option<Secret>) {
        match &self.credentials {
            Credentials::Token(token) => (None, Some(token.clone())),
            Credentials::Client { id, secret } => (Some((id.clone(), secret.clone())), None),
        }
    }
}

fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253
        && DOMAINS.iter().any(|domain| text.len() > domain.len() && text.ends_with(domain))
        && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn error(settings: &Value) -> String {
        Settings::from_json(settings).expect_err("refused").to_string()
    }

    #[test]
    fn each_kind_of_credentials_is_read() {
        let host = "acme.eu.qlikcloud.com";
        let client = json!({ "QLIK_HOST": host, "QLIK_CLIENT_ID": "me", "QLIK_CLIENT_SECRET": "hunter2" });
        let settings = Settings::from_json(&client).expect("settings");
        assert_eq!((settings.host(), settings.stand_in()), (host, None));
        assert!(!format!("{settings:?}").contains("hunter2"));
        assert!(Settings::from_json(&json!({ "QLIK_HOST": host, "QLIK_ACCESS_TOKEN": "hunter2" })).is_ok());
        let several =
            json!({ "QLIK_HOST": host, "QLIK_ACCESS_TOKEN": "hunter2", "QLIK_CLIENT_SECRET": "hunter2" });
        for (settings, expected) in [
            (json!({}), "does not say which tenant"),
            (json!({ "QLIK_HOST": host }), "has no credentials for Qlik Cloud"),
            (json!({ "QLIK_HOST": host, "QLIK_CLIENT_SECRET": "hunter2" }), "has no `QLIK_CLIENT_ID`"),
            (several, "has several credentials, `QLIK_ACCESS_TOKEN`, `QLIK_CLIENT_SECRET`"),
        ] {
            let error = error(&settings);
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn only_hosts_of_qlik_cloud_receive_credentials() {
        let settings = |host: &str| json!({ "QLIK_HOST": host, "QLIK_ACCESS_TOKEN": "t" });
        for host in ["acme.eu.qlikcloud.com", "acme.us.qlikcloud.com", "acme.us.qlikcloudgov.com"] {
            assert!(Settings::from_json(&settings(host)).is_ok(), "{host}");
        }
        for host in [
            "https://acme.eu.qlikcloud.com",
            "acme.eu.qlikcloud.com/",
            "acme.eu.qlikcloud.com:443",
            "acme.eu.qlikcloud.com.evil.example",
            "evil.example",
            "evilqlikcloud.com",
            ".qlikcloud.com",
            "a@b.qlikcloud.com",
            "ACME.eu.qlikcloud.com",
        ] {
            assert!(error(&settings(host)).contains("has to be the host of a tenant alone"), "{host}");
        }
    }
}
