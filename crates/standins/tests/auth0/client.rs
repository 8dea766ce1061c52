//! A tenant of Auth0, and requests to it.

use std::io;

use claimsmith_standins::auth0::{Auth0StandIn, Seed};
use serde_json::{Value, json};

pub(crate) use crate::https::{Answer, Client};

/// A tenant with the token `t`, and requests to it.
pub(crate) struct Tenant {
    pub(crate) stand_in: Auth0StandIn,
    pub(crate) client: Client,
}

impl Tenant {
    pub(crate) fn new(mut seed: Seed) -> Self {
        seed.tokens.extend(Seed::with_token("t").tokens);
        let stand_in = Auth0StandIn::start(seed).expect("starts");
        let client = Client::new(stand_in.domain(), stand_in.ca_pem());
        Self { stand_in, client }
    }

    pub(crate) fn from_json(seed: Value) -> Self {
        Self::new(serde_json::from_value(seed).expect("a seed"))
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: Option<Value>) -> io::Result<Answer> {
        send(&self.client, method, path, "t", body)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).expect("an answer")
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).expect("an answer")
    }

    pub(crate) fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body)).expect("an answer")
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).expect("an answer")
    }

    /// A new Action, built and deployed; its id.
    pub(crate) fn deployed_action(&self, name: &str) -> String {
        let created = self.post("actions/actions", action(name));
        assert_eq!(created.status, 201, "{created:?}");
        let id = created.body["id"].as_str().expect("an id").to_owned();
        for _ in 0..3 {
            self.get(&format!("actions/actions/{id}"));
        }
        assert_eq!(self.post(&format!("actions/actions/{id}/deploy"), Value::Null).status, 200);
        id
    }
}

pub(crate) fn action(name: &str) -> Value {
    json!({
        "name": name, "code": format!("// {name}"), "runtime": "node22",
        "supported_triggers": [{ "id": "post-login", "version": "v3" }],
    })
}

/// A request to the Management API.
pub(crate) fn send(
    client: &Client,
    method: &str,
    path: &str,
    token: &str,
    body: Option<Value>,
) -> io::Result<Answer> {
    client.send(method, &format!("/api/v2/{path}"), token, body)
}

impl Answer {
    pub(crate) fn message(&self) -> (u16, &str) {
        (self.status, self.body["message"].as_str().unwrap_or_default())
    }
}
