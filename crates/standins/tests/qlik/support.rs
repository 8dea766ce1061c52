//! A tenant with the token `t`, and requests to it.

use claimsmith_standins::qlik::{QlikStandIn, Seed};
use serde_json::Value;

use crate::https::{Answer, Client};

pub(crate) struct Tenant {
    pub(crate) stand_in: QlikStandIn,
    pub(crate) client: Client,
}

impl Tenant {
    pub(crate) fn new(seed: Value) -> Self {
        let mut seed: Seed = serde_json::from_value(seed).expect("a seed");
        seed.tokens.extend(Seed::with_token("t").tokens);
        let stand_in = QlikStandIn::start(seed).expect("starts");
        let client = Client::new(stand_in.domain(), stand_in.ca_pem());
        Self { stand_in, client }
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.client.send(method, &format!("/api/{path}"), "t", body).expect("an answer")
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body))
    }

    pub(crate) fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body))
    }

    /// The values of a member of all rows, from page to page.
    pub(crate) fn pages(&self, path: &str, key: &str) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut next = Some(format!("/api/{path}"));
        while let Some(path) = next {
            let answer = self.client.send("GET", &path, "t", None).expect("an answer");
            assert_eq!(answer.status, 200, "{answer:?}");
            let rows = answer.body["data"].as_array().expect("rows");
            pages.push(rows.iter().map(|row| row[key].as_str().expect("a text").to_owned()).collect());
            let href = answer.body["links"]["next"]["href"].as_str();
            let own = format!("https://{}", self.stand_in.domain());
            next = href.map(|href| href.strip_prefix(&own).expect("the tenant's address").to_owned());
        }
        pages
    }
}

impl Answer {
    /// Status and the code of the first error.
    pub(crate) fn code(&self) -> (u16, &str) {
        (self.status, self.body["errors"][0]["code"].as_str().unwrap_or_default())
    }
}
