//! A tenant and settings.

use std::fs;
use std::sync::Arc;

use claimsmith::compiler::{Tenant, compile_whole};
use claimsmith::diagnostic::SourceFile;
use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::Timer;
use claimsmith_connectors::auth0::{Auth0, ConnectError, Settings};
use claimsmith_connectors::http::Options;
use claimsmith_standins::auth0::{Auth0StandIn, Seed};
use serde_json::{Value, json};

use crate::test_key::make_rsa_key;
use crate::timer::FakeTimer;

pub(crate) const DOMAIN: &str = "acme-staging.eu.auth0.com";

/// A tenant of a platform.
pub(crate) fn tenant() -> Tenant {
    let text = format!(
        "version: 1
platform:
  tenants: {{ staging: {{ domain: {DOMAIN} }} }}
  applications: {{ hub: {{ clients: {{ staging: [hub-client] }}, claim: https://example.com/groups }} }}
  groups: {{ readers: {{ applications: [hub], description: Reads. }} }}
organizations:
  acme:
    organization: {{ staging: org_acme }}
    connections: {{ acme-ad: {{ strategy: ad }} }}
    rules: [{{ id: everyone, everyone: true, grant: readers }}]
"
    );
    let compilation = compile_whole(&SourceFile { path: "p.yaml".to_owned(), text });
    let platform = compilation.platform.unwrap_or_else(|| panic!("{:?}", compilation.diagnostics));
    platform.tenant().expect("a tenant").clone()
}

pub(crate) struct World {
    pub(crate) stand_in: Auth0StandIn,
    pub(crate) timer: Arc<FakeTimer>,
}

impl World {
    pub(crate) fn new(mut seed: Seed) -> Self {
        seed.tokens.extend(Seed::with_token("t").tokens);
        Self { stand_in: Auth0StandIn::start(seed).expect("starts"), timer: Arc::new(FakeTimer::default()) }
    }

    pub(crate) fn from_json(seed: Value) -> Self {
        Self::new(serde_json::from_value(seed).expect("a seed"))
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            timer: Arc::clone(&self.timer) as Arc<dyn Timer>,
            ca_pem: Some(self.stand_in.ca_pem().to_owned()),
            ..Options::default()
        }
    }

    /// Settings with the stand-in's address.
    pub(crate) fn settings(&self, mut members: Value) -> Settings {
        let object = members.as_object_mut().expect("an object");
        object.insert("AUTH0_DOMAIN".to_owned(), DOMAIN.into());
        settings(&members).at_stand_in(self.stand_in.domain()).expect("a host of this machine")
    }

    pub(crate) fn connect_with(&self, members: Value, scopes: &[&str]) -> Result<Auth0, ConnectError> {
        Auth0::connect(&tenant(), &self.settings(members), scopes, self.options())
    }

    pub(crate) fn connect(&self) -> Auth0 {
        self.connect_with(json!({ "AUTH0_ACCESS_TOKEN": "t" }), &[]).expect("connected")
    }

    pub(crate) fn statuses(&self) -> Vec<Option<u16>> {
        self.stand_in.requests().iter().map(|it| it.status).collect()
    }
}

/// Settings from a file, which may name the key `client-key.pem`.
pub(crate) fn settings(members: &Value) -> Settings {
    let folder = tempfile::TempDir::new().expect("a folder");
    if members["AUTH0_CLIENT_SIGNING_KEY_PATH"] == "client-key.pem" {
        fs::write(folder.path().join("client-key.pem"), make_rsa_key()).expect("a file");
    }
    Settings::from_json_in(members, folder.path()).expect("settings")
}
