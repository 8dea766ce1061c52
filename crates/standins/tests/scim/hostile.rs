//! Requests that no client should send: an answer each time, and the service goes on.

use serde_json::{Value, json};

use crate::support::{Service, encoded, people};

#[test]
fn service_answers_hostile_requests() {
    let service = Service::new(people());
    let before = service.stand_in.tenant();
    let nested = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies =
        ["{", "null", "1", "[]", "{}", "\"\\ud800\"", "{\"schemas\":{}}", "{\"schemas\":[1]}", &nested];
    for path in ["Users", "Users/1", "Groups/g", "Users/.search", ".search", "Bulk", "Me", "Schemas/x", ""] {
        for method in ["POST", "PUT", "PATCH", "FROB"] {
            for body in bodies {
                let head = format!("{method} /scim/v2/{path} HTTP/1.1\r\nauthorization: Bearer t");
                let answer = service.client.exchange(&head, body).expect("an answer");
                assert!((400..=501).contains(&answer.status), "{method} {path} {answer:?}");
                assert_eq!(answer.body["status"], answer.status.to_string(), "{method} {path}");
            }
        }
    }
    let deep = format!("{}id pr{}", "(".repeat(2000), ")".repeat(2000));
    let filters =
        ["", "\"", "id", "id eq", "id eq \"", "id eq x", "not", "not (", "[", "emails[", "a.b.c pr", &deep];
    for filter in filters {
        let answer = service.send("GET", &format!("Users?filter={}", encoded(filter)), None);
        assert_eq!(answer.refusal(), (400, "invalidFilter"), "{filter}");
    }
    for query in ["count=x", "startIndex=1e9", "count=99999999999999999999"] {
        assert_eq!(
            service.send("GET", &format!("Users?{query}"), None).refusal(),
            (400, "invalidValue"),
            "{query}"
        );
    }
    let most = i64::MAX;
    assert_eq!(service.get(&format!("Users?startIndex={most}&count={most}"))["totalResults"], 3);
    for query in ["attributes=,,", "attributes=a.b.c.d", "excludedAttributes=%00%ff,.,[", "%=%&&=&attributes"]
    {
        assert_eq!(service.send("GET", &format!("Users/1?{query}"), None).status, 200, "{query}");
    }
    for id in ["%2F", "%00", "..", "1/2", "1%20", "%zz"] {
        assert_eq!(service.send("GET", &format!("Users/{id}"), None).status, 404, "{id}");
    }
    for header in ["if-match: ,", "if-match: W/", "if-match: \"", "if-match: ,*"] {
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Ada" });
        assert_eq!(service.send_with(header, "PUT", "Users/1", &body).status, 412, "{header}");
    }
    assert_eq!(service.send_with("if-none-match: ,", "GET", "Users/1", &Value::Null).status, 200);
    assert_eq!(service.stand_in.tenant(), before);
}
