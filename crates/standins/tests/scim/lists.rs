//! Lists: filters, pages, and what a query selects.

use serde_json::json;

use crate::support::{Service, encoded, people};

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
fn filters_are_those_of_the_rfc() {
    let service = Service::new(people());
    for (filter, expected) in [
        ("userName eq \"ADA\"", vec!["Ada"]),
        ("USERNAME Eq \"ada\" and externalId eq \"X1\"", vec!["Ada"]),
        ("externalId eq \"x1\"", vec![]),
        ("externalId ne \"X1\"", vec!["bob", "carl"]),
        ("externalId pr", vec!["Ada"]),
        ("not (externalId pr)", vec!["bob", "carl"]),
        ("nickName eq null", vec!["Ada", "bob", "carl"]),
        ("emails.value eq \"ADA@example.com\"", vec!["Ada"]),
        ("emails co \"@example\"", vec!["Ada"]),
        ("emails[value ew \".com\" and not (type eq \"home\")]", vec!["Ada"]),
        ("active eq false or userName sw \"C\"", vec!["bob", "carl"]),
        ("userName gt \"ada\" and userName le \"bob\"", vec!["bob"]),
        ("groups.display eq \"readers\"", vec!["Ada"]),
        ("meta.created eq \"2026-11-27T12:00:00Z\"", vec!["Ada", "bob", "carl"]),
        ("meta.lastModified gt \"2026-11-27T12:00:00Z\"", vec![]),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"bob\"", vec!["bob"]),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department pr", vec![]),
        ("nothing eq 1", vec![]),
    ] {
        assert_eq!(service.names(&format!("Users?filter={}", encoded(filter))), expected, "{filter}");
    }
    for filter in ["userName eq", "userName zz \"a\"", "(id eq \"1\"", "active gt false", "userName eq 'a'"] {
        let answer = service.send("GET", &format!("Users?filter={}", encoded(filter)), None);
        assert_eq!(answer.refusal(), (400, "invalidFilter"), "{filter}");
    }
}

#[test]
fn search_lists_resources_of_all_types() {
    let service = Service::new(people());
    let body = |mut query: serde_json::Value| {
        query["schemas"] = json!(["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]);
        Some(query)
    };
    let all =
        service.send("POST", ".search", body(json!({ "attributes": ["displayName", "emails.value"] }))).body;
    assert_eq!(all["totalResults"], 4);
    assert_eq!(all["Resources"][0]["emails"], json!([{ "value": "ada@example.com" }]));
    assert_eq!(
        all["Resources"][3],
        json!({ "id": "g", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Readers" })
    );
    let query =
        json!({ "filter": "id eq \"2\"", "count": 1, "startIndex": 1, "excludedAttributes": ["meta", "id"] });
    let found = service.send("POST", "Users/.search", body(query)).body;
    assert_eq!((&found["Resources"][0]["id"], found["Resources"][0].get("meta")), (&json!("2"), None));
    assert_eq!(service.send("POST", ".search", Some(json!({}))).refusal(), (400, "invalidSyntax"));
    assert_eq!(
        service.send("POST", ".search", body(json!({ "count": "x" }))).refusal(),
        (400, "invalidValue")
    );
    let both = "Users?attributes=userName&excludedAttributes=emails";
    assert_eq!(service.send("GET", both, None).refusal(), (400, "invalidValue"));
}
