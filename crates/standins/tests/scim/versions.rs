//! Versions and times.

use serde_json::{Value, json};

use crate::support::{Service, people, user};

#[test]
fn version_follows_each_change() {
    let service = Service::new(people());
    let read = service.send("GET", "Users/2", None);
    let version = read.header("etag").expect("a version").to_owned();
    assert_eq!(read.body["meta"]["version"], version.as_str());
    assert_eq!(read.body["meta"]["lastModified"], "2026-11-27T12:00:00.000Z");
    let same = service.send_with(&format!("if-none-match: {version}"), "GET", "Users/2", &Value::Null);
    assert_eq!(same.status, 304);
    // A change of nothing is not one.
    let nothing = service.patch("Users/2", json!([{ "op": "replace", "path": "active", "value": false }]));
    assert_eq!((nothing.status, nothing.header("etag")), (200, Some(version.as_str())));
    let body = user(json!({ "userName": "bob", "active": true }));
    let header = format!("if-match: \"other\", {version}");
    let changed = service.send_with(&header, "PUT", "Users/2", &body);
    assert_eq!(
        (changed.status, &changed.body["meta"]["lastModified"]),
        (200, &json!("2026-11-27T12:00:00.400Z"))
    );
    assert_ne!(changed.header("etag"), Some(version.as_str()));
    for (method, body) in [("PUT", &body), ("PATCH", &json!({})), ("DELETE", &Value::Null)] {
        assert_eq!(service.send_with(&header, method, "Users/2", body).status, 412, "{method}");
    }
    assert_eq!(service.send_with("if-match: *", "DELETE", "Users/2", &Value::Null).status, 204);
}

#[test]
fn version_follows_changes_of_others() {
    let service = Service::new(people());
    let version = service.send("GET", "Users/2", None).header("etag").expect("a version").to_owned();
    service.stand_in.change(|tenant| {
        if let Some(user) = tenant.users.get_mut(1) {
            user.insert("title".to_owned(), "T".into());
        }
    });
    assert_ne!(service.send("GET", "Users/2", None).header("etag"), Some(version.as_str()));
}
