//! A service, and a client of it whose clock never waits.

use std::sync::Arc;

use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::Timer;
use claimsmith_connectors::http::Options;
use claimsmith_connectors::scim::{Scim, Settings};
use claimsmith_standins::scim::{ScimStandIn, Seed, Tenant};
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::timer::FakeTimer;

pub(crate) struct World {
    pub(crate) stand_in: ScimStandIn,
    pub(crate) timer: Arc<FakeTimer>,
}

impl World {
    /// A service with a number of users, every other of whom is in the group `Even`.
    pub(crate) fn new(users: usize, quirks: Value) -> Self {
        let user = |at: usize| json!({ "id": format!("u{at}"), "userName": format!("user{at}"), "externalId": format!("auth0|{at}") });
        let members = |at: usize| json!({ "value": format!("u{at}") });
        let seed: Seed = serde_json::from_value(json!({
            "tokens": [{ "token": "hunter2" }], "quirks": quirks,
            "tenant": {
                "users": (0..users).map(user).collect::<Vec<_>>(),
                "groups": [
                    { "id": "e", "displayName": "Even", "members": (0..users).step_by(2).map(members).collect::<Vec<_>>() },
                    { "id": "n", "displayName": "None" },
                ],
            },
        }))
        .expect("a seed");
        Self { stand_in: ScimStandIn::start(seed).expect("starts"), timer: Arc::default() }
    }

    pub(crate) fn connect(&self, token: &str) -> Scim {
        let url = format!("https://{}/scim/v2", self.stand_in.domain());
        let settings =
            Settings::from_json(&json!({ "SCIM_URL": url, "SCIM_TOKEN": token })).expect("settings");
        let options = Options {
            timer: Arc::clone(&self.timer) as Arc<dyn Timer>,
            ca_pem: Some(self.stand_in.ca_pem().to_owned()),
            ..Options::default()
        };
        Scim::new(&settings, options).expect("a client")
    }

    /// Lets something go wrong at the Nth request with a method to a path below the service.
    pub(crate) fn fault(&self, method: &str, path: &str, nth: u64, kind: FaultKind<Tenant>) {
        self.stand_in.add_fault(Fault::new(At::route(method, &format!("/scim/v2/{path}"), nth), kind));
    }

    /// A request with this method for each that was sent, with the path below the service, and its body.
    pub(crate) fn sent(&self, method: &str) -> Vec<(String, Value)> {
        let requests = self.stand_in.requests().into_iter().filter(|it| it.method == method);
        requests.map(|it| (it.path.trim_start_matches("/scim/v2/").to_owned(), it.body)).collect()
    }

    /// The ids of the entries of a group of the service, as often as it has them.
    pub(crate) fn members(&self, group: &str) -> Vec<String> {
        let found = self.stand_in.tenant().groups.into_iter().find(|it| it["id"] == group);
        let group = Value::from(found.expect("a group"));
        let members = group["members"].as_array().cloned().unwrap_or_default();
        members.iter().map(|it| it["value"].as_str().expect("an id").to_owned()).collect()
    }

    /// A user of the service.
    pub(crate) fn user(&self, id: &str) -> Value {
        let found = self.stand_in.tenant().users.into_iter().find(|it| it["id"] == id);
        Value::from(found.expect("a user"))
    }

    /// Changes a user of the service, as somebody else would.
    pub(crate) fn change_user(&self, id: &str, key: &str, value: Value) {
        self.stand_in.change(|tenant| {
            let user = tenant.users.iter_mut().find(|it| it["id"] == id).expect("a user");
            user.insert(key.to_owned(), value);
        });
    }
}
