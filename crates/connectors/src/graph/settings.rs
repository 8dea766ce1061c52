//! Which tenant, and who asks.

use crate::secret::Secret;
use crate::settings::{LoadSettings, SettingsError, Source, stand_in_host};

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

impl LoadSettings for Settings {
    const EXAMPLE: &'static str = TENANT;

    fn read(source: &Source<'_>) -> Result<Self, SettingsError> {
        let place = source.place();
        let get = |name: &str| source.get(name);
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
        Ok(Self {
            tenant,
            cloud,
            stand_in: source.stand_in(STAND_IN)?,
            client_id,
            client_secret: Secret::new(secret),
        })
    }
}

impl Settings {
    /// The same settings for a stand-in on this machine, `localhost:PORT`, which is asked in the place of both hosts.
    ///
    /// # Errors
    ///
    /// If it is on another machine: it would receive the credentials.
    pub fn at_stand_in(self, host: &str) -> Result<Self, SettingsError> {
        Ok(Self { stand_in: Some(stand_in_host(STAND_IN, host)?), ..self })
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
