//! Which tenant, and who asks.

use std::path::Path;

use serde_json::Value;

use crate::secret::Secret;
use crate::settings::{
    SettingsError, member_of, read_json, stand_in_host, stand_in_of_environment, variable,
};

const TENANT: &str = "GRAPH_TENANT";
const CLIENT_ID: &str = "GRAPH_CLIENT_ID";
const SECRET: &str = "GRAPH_CLIENT_SECRET";
const CLOUD: &str = "GRAPH_CLOUD";
const STAND_IN: &str = "CLAIMSMITH_GRAPH_STAND_IN";

/// A cloud of Microsoft, with hosts of its own. No other host receives credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "these are all national clouds")]
pub enum Cloud {
    /// The one of most tenants.
    Global,
    /// US Government L4.
    UsGovernment,
    /// US Government L5.
    UsDefense,
    /// China, operated by 21Vianet.
    China,
}

impl Cloud {
    const WORDS: [(&'static str, Self); 4] = [
        ("global", Self::Global),
        ("us-government", Self::UsGovernment),
        ("us-defense", Self::UsDefense),
        ("china", Self::China),
    ];

    /// The hosts of tokens and of Microsoft Graph.
    fn hosts(self) -> (&'static str, &'static str) {
        match self {
            Self::Global => ("login.microsoftonline.com", "graph.microsoft.com"),
            Self::UsGovernment => ("login.microsoftonline.us", "graph.microsoft.us"),
            Self::UsDefense => ("login.microsoftonline.us", "dod-graph.microsoft.us"),
            Self::China => ("login.chinacloudapi.cn", "microsoftgraph.chinacloudapi.cn"),
        }
    }
}

/// What is needed to read a directory.
#[derive(Debug, Clone)]
pub struct Settings {
    tenant: String,
    cloud: Cloud,
    stand_in: Option<String>,
    client_id: String,
    client_secret: Secret,
}

impl Settings {
    /// Reads the variables of the environment.
    ///
    /// # Errors
    ///
    /// If the tenant, the client or its secret is missing, or is not one.
    pub fn from_environment() -> Result<Self, SettingsError> {
        let settings = Self::read(&variable, "the environment")?;
        Ok(Self { stand_in: stand_in_of_environment(STAND_IN)?, ..settings })
    }

    /// Reads a JSON file with the same names. The environment is ignored then, except for the stand-in's address.
    ///
    /// # Errors
    ///
    /// As for the environment, or if the file cannot be read.
    pub fn from_file(path: &Path) -> Result<Self, SettingsError> {
        let (settings, shown) = read_json(path, TENANT)?;
        let settings = Self::read(&member_of(&settings), &shown)?;
        Ok(Self { stand_in: stand_in_of_environment(STAND_IN)?, ..settings })
    }

    /// Reads settings as a file holds them.
    ///
    /// # Errors
    ///
    /// As for a file.
    pub fn from_json(settings: &Value) -> Result<Self, SettingsError> {
        Self::read(&member_of(settings), "the file of settings")
    }

    /// The same settings for a stand-in on this machine, `localhost:PORT`, which is asked in the place of both hosts.
    ///
    /// # Errors
    ///
    /// If it is on another machine: it would receive the credentials.
    pub fn at_stand_in(self, host: &str) -> Result<Self, SettingsError> {
        Ok(Self { stand_in: Some(stand_in_host(STAND_IN, host)?), ..self })
    }

    fn read(get: &dyn Fn(&str) -> Option<String>, place: &str) -> Result<Self, SettingsError> {
        let fails = |text: String| Err(SettingsError(text));
        let Some(tenant) = get(TENANT) else {
            return fails(format!(
                "{place} does not say which tenant of Microsoft Entra: set `{TENANT}` to its id or to one of its domains"
            ));
        };
        // The words mean no tenant in particular, and a token without a user needs one.
        let is_tenant = tenant.bytes().all(|it| it.is_ascii_alphanumeric() || b"-.".contains(&it))
            && !["common", "organizations", "consumers"].contains(&tenant.as_str());
        if !is_tenant {
            return fails(format!(
                "`{TENANT}` of {place} has to be the id of a tenant or one of its domains, such as `acme.onmicrosoft.com`"
            ));
        }
        let cloud = match get(CLOUD) {
            None => Cloud::Global,
            Some(word) => match Cloud::WORDS.iter().find(|(name, _)| *name == word) {
                Some((_, cloud)) => *cloud,
                None => {
                    let names: Vec<String> =
                        Cloud::WORDS.iter().map(|(name, _)| format!("`{name}`")).collect();
                    return fails(format!("`{CLOUD}` of {place} has to be {}", names.join(", ")));
                }
            },
        };
        let (Some(client_id), Some(secret)) = (get(CLIENT_ID), get(SECRET)) else {
            return fails(format!(
                "{place} has no credentials for Microsoft Graph: set `{CLIENT_ID}` and `{SECRET}`, those of an app registration that may only read"
            ));
        };
        Ok(Self { tenant, cloud, stand_in: None, client_id, client_secret: Secret::new(secret) })
    }

    /// The id of the tenant, or one of its domains.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// A stand-in on this machine, which is asked in the tenant's place: `localhost:PORT`.
    pub fn stand_in(&self) -> Option<&str> {
        self.stand_in.as_deref()
    }

    pub(super) fn api_host(&self) -> &str {
        self.stand_in.as_deref().unwrap_or(self.cloud.hosts().1)
    }

    pub(super) fn login_host(&self) -> &str {
        self.stand_in.as_deref().unwrap_or(self.cloud.hosts().0)
    }

    /// Everything that the app registration may do: there is no other scope for a token without a user.
    pub(super) fn scope(&self) -> String {
        format!("https://{}/.default", self.cloud.hosts().1)
    }

    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(super) fn client_secret(&self) -> &Secret {
        &self.client_secret
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tenant_client_and_cloud_are_read() {
        let all = json!({
            "GRAPH_TENANT": "acme.onmicrosoft.com", "GRAPH_CLIENT_ID": "me", "GRAPH_CLIENT_SECRET": "hunter2",
            "GRAPH_CLOUD": "us-defense",
        });
        let settings = Settings::from_json(&all).expect("settings");
        assert_eq!(
            [settings.tenant(), settings.login_host(), settings.api_host(), &settings.scope()],
            [
                "acme.onmicrosoft.com",
                "login.microsoftonline.us",
                "dod-graph.microsoft.us",
                "https://dod-graph.microsoft.us/.default"
            ]
        );
        assert!(!format!("{settings:?}").contains("hunter2"));
        let local = settings.clone().at_stand_in("localhost:1").expect("this machine");
        assert_eq!([local.api_host(), local.login_host()], ["localhost:1"; 2]);
        assert!(settings.at_stand_in("graph.example.com").is_err());
        for (name, value, expected) in [
            ("GRAPH_TENANT", "", "does not say which tenant"),
            ("GRAPH_TENANT", "common", "has to be the id of a tenant"),
            ("GRAPH_TENANT", "a/b", "has to be the id of a tenant"),
            ("GRAPH_CLIENT_SECRET", "", "has no credentials for Microsoft Graph"),
            ("GRAPH_CLOUD", "evil.example", "has to be `global`, `us-government`, `us-defense`, `china`"),
        ] {
            let mut changed = all.clone();
            changed[name] = value.into();
            let error = Settings::from_json(&changed).expect_err("refused").to_string();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
    }
}
