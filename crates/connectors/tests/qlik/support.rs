//! A tenant, and settings.

use std::sync::Arc;

use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::Timer;
use claimsmith_connectors::http::Options;
use claimsmith_connectors::qlik::{ConnectError, Qlik, Settings};
use claimsmith_standins::qlik::{QlikStandIn, Seed};
use serde_json::{Value, json};

use crate::timer::FakeTimer;

pub(crate) const HOST: &str = "acme.eu.qlikcloud.com";

pub(crate) struct World {
    pub(crate) stand_in: QlikStandIn,
    pub(crate) timer: Arc<FakeTimer>,
}

impl World {
    /// A tenant with the token `t`, and the client `me` with the secret `hunter2`.
    pub(crate) fn new(seed: Value) -> Self {
        let mut seed: Seed = serde_json::from_value(seed).expect("a seed");
        seed.tokens.extend(Seed::with_token("t").tokens);
        if seed.tenant.clients.is_empty() {
            seed.tenant.clients = Seed::with_client("me", "hunter2").tenant.clients;
        }
        Self { stand_in: QlikStandIn::start(seed).expect("starts"), timer: Arc::new(FakeTimer::default()) }
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            timer: Arc::clone(&self.timer) as Arc<dyn Timer>,
            ca_pem: Some(self.stand_in.ca_pem().to_owned()),
            ..Options::default()
        }
    }

    pub(crate) fn settings(&self, mut members: Value) -> Settings {
        members["QLIK_HOST"] = HOST.into();
        let settings = Settings::from_json(&members).expect("settings");
        settings.at_stand_in(self.stand_in.domain()).expect("a host of this machine")
    }

    pub(crate) fn connect_with(&self, members: Value) -> Result<Qlik, ConnectError> {
        Qlik::connect(&self.settings(members), self.options())
    }

    pub(crate) fn connect(&self) -> Qlik {
        self.connect_with(json!({ "QLIK_ACCESS_TOKEN": "t" })).expect("connected")
    }

    pub(crate) fn connect_as_client(&self) -> Qlik {
        let client = json!({ "QLIK_CLIENT_ID": "me", "QLIK_CLIENT_SECRET": "hunter2" });
        self.connect_with(client).expect("connected")
    }

    /// Method, path and status of all requests.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.stand_in.requests();
        let shown = requests.iter().map(|it| {
            format!("{} {} {}", it.method, it.path, it.status.map_or("-".to_owned(), |it| it.to_string()))
        });
        shown.collect()
    }
}
