//! The stand-in of a SCIM service, asked over HTTPS.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at what is wrong"
)]

#[path = "../support/https.rs"]
mod https;

use claimsmith_standins::scim::{ScimStandIn, Seed};
use serde_json::{Value, json};

use crate::https::{Answer, Client};

struct Service {
    stand_in: ScimStandIn,
    client: Client,
}

impl Service {
    fn new(mut seed: Value) -> Self {
        seed["tokens"] = json!([{ "token": "t" }]);
        let seed: Seed = serde_json::from_value(seed).expect("a seed");
        let stand_in = ScimStandIn::start(seed).expect("starts");
        let client = Client::new(stand_in.domain(), stand_in.ca_pem());
        Self { stand_in, client }
    }

    fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.client.send(method, &format!("/scim/v2/{path}"), "t", body).expect("an answer")
    }

    fn get(&self, path: &str) -> Value {
        self.send("GET", path, None).body
    }

    /// The user names of a list.
    fn names(&self, path: &str) -> Vec<String> {
        let body = self.get(path);
        let rows = body["Resources"].as_array().cloned().unwrap_or_default();
        rows.iter().map(|it| it["userName"].as_str().expect("a name").to_owned()).collect()
    }
}

fn people() -> Value {
    json!({ "tenant": {
        "users": [
            { "id": "1", "userName": "Ada", "externalId": "X1", "emails": [{ "value": "ada@example.com" }] },
            { "id": "2", "userName": "bob", "active": false },
            { "id": "3", "userName": "carl" },
        ],
        "groups": [{ "id": "g", "displayName": "Readers", "members": [{ "value": "1" }] }],
    } })
}

#[test]
fn lists_are_read_page_by_page() {
    let service = Service::new(people());
    let body = service.get("Users?startIndex=2&count=1");
    assert_eq!(
        [&body["totalResults"], &body["startIndex"], &body["itemsPerPage"], &body["Resources"][0]["id"]],
        [&json!(3), &json!(2), &json!(1), &json!("2")]
    );
    assert_eq!(body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:ListResponse");
    assert_eq!(service.names("Users?startIndex=-3&count=2"), ["Ada", "bob"]);
    assert_eq!(service.names("Users?startIndex=4"), [""; 0]);
    assert_eq!(service.get("Users?count=0")["totalResults"], 3);
    let one = service.get("Users/1");
    assert_eq!(one["groups"], json!([{ "value": "g", "display": "Readers", "type": "direct" }]));
    assert_eq!(one["meta"]["resourceType"], "User");
    assert_eq!(service.get("Groups/g?excludedAttributes=members").get("members"), None);
}

#[test]
fn filters_are_equalities() {
    let service = Service::new(people());
    for (filter, expected) in [
        ("userName eq \"ADA\"", vec!["Ada"]),
        ("USERNAME Eq \"ada\" and externalId eq \"X1\"", vec!["Ada"]),
        ("externalId eq \"x1\"", vec![]),
        ("emails.value eq \"ADA@example.com\"", vec!["Ada"]),
        ("active eq false", vec!["bob"]),
    ] {
        let encoded = filter.replace(' ', "%20").replace('"', "%22");
        assert_eq!(service.names(&format!("Users?filter={encoded}")), expected, "{filter}");
    }
    for filter in ["userName co \"a\"", "userName eq", "userName eq \"a\" or active eq true", "(id eq \"1\")"]
    {
        let encoded = filter.replace(' ', "%20").replace('"', "%22");
        let answer = service.send("GET", &format!("Users?filter={encoded}"), None);
        assert_eq!((answer.status, &answer.body["scimType"]), (400, &json!("invalidFilter")), "{filter}");
    }
}

#[test]
fn resources_are_created_and_deleted() {
    let service = Service::new(people());
    let created = service.send("POST", "Users", Some(json!({ "id": "mine", "userName": "dora" })));
    let id = created.body["id"].as_str().expect("an id").to_owned();
    assert!(created.status == 201 && id != "mine", "{created:?}");
    assert!(created.header("location").expect("a location").ends_with(&format!("/scim/v2/Users/{id}")));
    let twin = service.send("POST", "Users", Some(json!({ "userName": "DORA" })));
    assert_eq!(
        (twin.status, &twin.body["scimType"], &twin.body["status"]),
        (409, &json!("uniqueness"), &json!("409"))
    );
    assert_eq!(service.send("DELETE", "Users/1", None).status, 204);
    assert_eq!(service.send("DELETE", "Users/1", None).status, 404);
    assert_eq!(service.get("Groups/g")["members"], json!([]));
    assert_eq!(service.stand_in.tenant().users.len(), 3);
    assert_eq!(service.client.send("GET", "/scim/v2/Users", "x", None).expect("an answer").status, 401);
    assert_eq!(service.send("PUT", "Users/2", Some(json!({}))).status, 405);
    assert_eq!(service.send("GET", "Roles", None).status, 404);
}

#[test]
fn servers_of_other_kinds_can_be_played() {
    let with = |quirk: Value| {
        let mut seed = people();
        seed["quirks"] = quirk;
        Service::new(seed)
    };
    let service = with(json!({ "most_per_page": 2, "ignores_start_index": true }));
    assert_eq!(service.names("Users?startIndex=3"), ["Ada", "bob"]);
    let service = with(json!({ "most_per_page": 2, "starts_again": true }));
    assert_eq!(service.names("Users?startIndex=3"), ["carl"]);
    assert_eq!(service.names("Users?startIndex=4"), ["Ada", "bob"]);
    assert_eq!(with(json!({ "counts_page": true, "most_per_page": 2 })).get("Users")["totalResults"], 2);
    let service = with(json!({ "has_cursors": true, "most_per_page": 2 }));
    let first = service.get("Users?cursor");
    assert_eq!((&first["nextCursor"], first.get("totalResults")), (&json!("at-2"), None));
    assert_eq!(service.names("Users?cursor=at-2"), ["carl"]);
    assert_eq!(service.get("Users?cursor=x")["scimType"], "invalidCursor");
    assert_eq!(service.get("ServiceProviderConfig")["pagination"], json!({ "cursor": true, "index": false }));
    let service = with(json!({ "lists_without_members": true }));
    assert_eq!(service.get("Groups")["Resources"][0].get("members"), None);
    assert_eq!(service.get("Groups/g")["members"][0]["value"], "1");
    let service = with(json!({ "hides_members": true }));
    assert_eq!(
        (&service.get("Groups/g")["members"], service.get("Users/1").get("groups")),
        (&json!([]), None)
    );
}
