//! A service with the token `t`, and requests to it.

use claimsmith_standins::scim::{ScimStandIn, Seed};
use serde_json::{Value, json};

use crate::https::{Answer, Client};

pub(crate) struct Service {
    pub(crate) stand_in: ScimStandIn,
    pub(crate) client: Client,
}

impl Service {
    pub(crate) fn new(mut seed: Value) -> Self {
        seed["tokens"] = json!([{ "token": "t" }]);
        let seed: Seed = serde_json::from_value(seed).expect("a seed");
        let stand_in = ScimStandIn::start(seed).expect("starts");
        let client = Client::new(stand_in.domain(), stand_in.ca_pem());
        Self { stand_in, client }
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.client.send(method, &format!("/scim/v2/{path}"), "t", body).expect("an answer")
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.send("GET", path, None).body
    }

    /// A request with one more header.
    pub(crate) fn send_with(&self, header: &str, method: &str, path: &str, body: &Value) -> Answer {
        let head = format!("{method} /scim/v2/{path} HTTP/1.1\r\nauthorization: Bearer t\r\n{header}");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.client.exchange(&head, &body).expect("an answer")
    }

    /// A PATCH with these operations.
    pub(crate) fn patch(&self, path: &str, operations: Value) -> Answer {
        let body =
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        self.send("PATCH", path, Some(body))
    }

    /// The ids of the members of the group `g`.
    pub(crate) fn members(&self) -> Vec<String> {
        let members = self.get("Groups/g")["members"].as_array().cloned().unwrap_or_default();
        members.iter().map(|it| it["value"].as_str().expect("an id").to_owned()).collect()
    }

    /// The user names of a list.
    pub(crate) fn names(&self, path: &str) -> Vec<String> {
        let body = self.get(path);
        let rows = body["Resources"].as_array().cloned().unwrap_or_default();
        rows.iter().map(|it| it["userName"].as_str().expect("a name").to_owned()).collect()
    }
}

pub(crate) fn people() -> Value {
    json!({ "tenant": {
        "users": [
            { "id": "1", "userName": "Ada", "externalId": "X1", "emails": [{ "value": "ada@example.com" }] },
            { "id": "2", "userName": "bob", "active": false },
            { "id": "3", "userName": "carl" },
        ],
        "groups": [{ "id": "g", "displayName": "Readers", "members": [{ "value": "1" }] }],
    } })
}

pub(crate) fn user(attributes: Value) -> Value {
    with_schema("urn:ietf:params:scim:schemas:core:2.0:User", attributes)
}

pub(crate) fn group(attributes: Value) -> Value {
    with_schema("urn:ietf:params:scim:schemas:core:2.0:Group", attributes)
}

fn with_schema(schema: &str, mut attributes: Value) -> Value {
    attributes["schemas"] = json!([schema]);
    attributes
}

/// People, in a service with this quirk.
pub(crate) fn with(quirk: Value) -> Service {
    let mut seed = people();
    seed["quirks"] = quirk;
    Service::new(seed)
}

/// A part of a query.
pub(crate) fn encoded(text: &str) -> String {
    text.replace(' ', "%20").replace('"', "%22")
}

impl Answer {
    /// Status and keyword of an error.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        (self.status, self.body["scimType"].as_str().unwrap_or_default())
    }
}
