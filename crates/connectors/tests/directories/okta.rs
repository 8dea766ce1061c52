//! Okta.

use std::sync::Arc;

use claimsmith_connectors::ErrorKind;
use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::okta::{Okta, Settings};
use claimsmith_standins::directories::{OktaStandIn, Tenant};
use claimsmith_standins::{At, Fault};
use serde_json::{Value, json};

use crate::timer::FakeTimer;
use crate::{count, memberships, options, records, status};

struct World {
    stand_in: OktaStandIn,
    timer: Arc<FakeTimer>,
}

fn user(at: usize, status: &str) -> Value {
    json!({
        "id": format!("u{at}"), "status": status,
        "profile": { "login": format!("user{at}@acme.example"), "email": null, "department": "Sales" },
    })
}

fn group(name: &str, members: impl IntoIterator<Item = usize>) -> Value {
    let members: Vec<Value> = members.into_iter().map(|at| json!({ "id": format!("u{at}") })).collect();
    json!({ "id": format!("g-{name}"), "type": "OKTA_GROUP", "profile": { "name": name }, "members": members })
}

impl World {
    fn new(users: &[Value], groups: &[Value], quirks: Value) -> Self {
        let seed = json!({
            "tokens": [{ "token": "hunter2" }], "quirks": quirks, "tenant": { "users": users, "groups": groups },
        });
        let stand_in = OktaStandIn::start(serde_json::from_value(seed).expect("a seed")).expect("starts");
        Self { stand_in, timer: Arc::default() }
    }

    /// An organization with these numbers of users, all of whom are in one group, and some in two.
    fn of_size(users: usize, quirks: Value) -> Self {
        let people: Vec<Value> = (0..users).map(|at| user(at, "ACTIVE")).collect();
        let groups = [group("All", 0..users), group("One", 0..users.min(1)), group("Nobody", [])];
        Self::new(&people, &groups, quirks)
    }

    fn connect(&self, token: &str) -> Okta {
        let url = format!("https://{}", self.stand_in.domain());
        let settings =
            Settings::from_json(&json!({ "OKTA_URL": url, "OKTA_TOKEN": token })).expect("settings");
        Okta::new(&settings, options(self.stand_in.ca_pem(), &self.timer)).expect("a client")
    }
}

#[test]
fn everyone_is_read_whatever_the_size_of_a_page() {
    for (users, quirks) in [
        (0, json!({})),
        (1, json!({})),
        // Pages of 200 users and of 1000 members.
        (401, json!({})),
        (1001, json!({})),
        (90, json!({ "most_per_page": 7 })),
    ] {
        let world = World::of_size(users, quirks.clone());
        let directory = world.connect("hunter2").read(["login"]).expect("a directory");
        assert_eq!(directory.unread, [] as [String; 0], "{users} {quirks}");
        let found = ["All", "One", "Nobody"].map(|name| count(&directory, name));
        assert_eq!((directory.people.len(), found), (users, [users, users.min(1), 0]), "{users} {quirks}");
    }
}

#[test]
fn status_says_who_can_log_in_and_those_who_left_are_there() {
    let all = [
        ("ACTIVE", true),
        ("PROVISIONED", true),
        ("PASSWORD_EXPIRED", true),
        ("RECOVERY", true),
        ("LOCKED_OUT", true),
        ("STAGED", false),
        ("SUSPENDED", false),
        ("DEPROVISIONED", false),
    ];
    let users: Vec<Value> = all.iter().enumerate().map(|(at, (status, _))| user(at, status)).collect();
    let world = World::new(&users, &[group("All", 0..7)], json!({}));
    let directory = world.connect("hunter2").read(["login", "email", "department"]).expect("a directory");
    assert!(directory.is_complete(), "{:?}", directory.unread);
    for (at, (status, is_active)) in all.iter().enumerate() {
        let person = directory.people.iter().find(|it| it.id == format!("u{at}")).expect("a person");
        assert_eq!(person.is_active, *is_active, "{status}");
        let expected = json!({ "login": format!("user{at}@acme.example"), "department": "Sales" });
        assert_eq!(Value::from(person.attributes.clone()), expected);
    }
    let world = World::new(&[user(0, "HIBERNATING")], &[], json!({}));
    let directory = world.connect("hunter2").read([]).expect("a directory");
    assert!(!directory.is_complete() && !directory.people[0].is_active);
}

#[test]
fn accident_7_only_10_or_50_users_seen() {
    for size in [10, 50] {
        let world = World::of_size(120, json!({ "most_per_page": size }));
        let directory = world.connect("hunter2").read([]).expect("a directory");
        assert!(directory.is_complete(), "{:?}", directory.unread);
        assert_eq!((directory.people.len(), count(&directory, "All")), (120, 120));
    }
}

#[test]
fn throttled_reader_waits_until_the_window_ends() {
    let world = World::of_size(300, json!({}));
    // Without `Retry-After`, the headers of the limit say it.
    world.stand_in.add_fault(status("/api/v1/users", 2, 429));
    world.stand_in.add_fault(status("/api/v1/groups", 1, 429).retry_after(3));
    let okta = world.connect("hunter2");
    let directory = okta.read([]).expect("a directory");
    assert!(directory.is_complete(), "{:?}", directory.unread);
    assert_eq!(world.timer.waits(), [3000, 60_000]);
    assert_eq!(okta.requests(), world.stand_in.requests().len());
}

#[test]
fn failed_page_in_the_middle_makes_the_read_incomplete() {
    let world = World::of_size(300, json!({}));
    world.stand_in.add_fault(status("/api/v1/users", 3, 403));
    let directory = world.connect("hunter2").read([]).expect("a directory");
    let why = "GET /api/v1/users: status 403 (E0000006); the API token has to be of an administrator";
    assert!(directory.unread[0].starts_with(why), "{:?}", directory.unread);
    assert_eq!(directory.people.len(), 0, "a part of a list is not a list");

    let world = World::of_size(300, json!({}));
    world.stand_in.add_fault(status("/api/v1/groups/*/users", 2, 503).repeated(99));
    let directory = world.connect("hunter2").read([]).expect("a directory");
    assert!(!directory.is_complete());
}

#[test]
fn group_that_is_deleted_meanwhile_makes_the_read_incomplete() {
    let world = World::of_size(3, json!({}));
    let delete = |tenant: &mut Tenant| tenant.groups.truncate(1);
    world.stand_in.add_fault(Fault::change(At::route("GET", "/api/v1/groups/*/users", 2), delete));
    let directory = world.connect("hunter2").read([]).expect("a directory");
    assert_eq!(directory.unread[0], "GET /api/v1/groups/g-One/users: status 404 (E0000007)");
}

#[test]
fn repeated_page_ends_and_is_incomplete() {
    let world = World::of_size(30, json!({ "most_per_page": 2, "repeats_pages": true }));
    let directory = world.connect("hunter2").read([]).expect("a directory");
    assert_eq!(directory.unread, ["GET /api/v1/groups: unexpected answer: a list whose pages repeat"]);
    assert_eq!(world.stand_in.requests().len(), 2);
}

#[test]
fn token_never_goes_to_another_host() {
    let other = World::of_size(3, json!({}));
    let quirks = json!({ "most_per_page": 2, "next_host": other.stand_in.domain() });
    let world = World::of_size(3, quirks);
    let error = world.connect("hunter2").read([]).expect_err("refused");
    assert_eq!(error.kind, ErrorKind::OtherHost);
    assert_eq!((world.stand_in.requests().len(), other.stand_in.requests().len()), (1, 0));
}

#[test]
fn failure_at_the_beginning_is_an_error_without_secrets() {
    let world = World::of_size(3, json!({}));
    let error = world.connect("hunter3").read([]).expect_err("refused").to_string();
    assert!(error.starts_with("GET /api/v1/groups: status 401 (E0000011); the credentials are"), "{error}");
    assert!(!error.contains("hunter"), "{error}");
}

#[test]
fn token_that_is_revoked_meanwhile_makes_the_read_incomplete() {
    let world = World::of_size(3, json!({}));
    world.stand_in.add_fault(status("/api/v1/users", 1, 401));
    let directory = world.connect("hunter2").read([]).expect("a directory");
    assert!(directory.unread[0].starts_with("GET /api/v1/users: status 401 "), "{:?}", directory.unread);
}

#[test]
fn person_who_is_activated_between_two_lists_is_there_once() {
    let users = [user(0, "DEPROVISIONED"), user(1, "ACTIVE")];
    let world = World::new(&users, &[group("All", [1])], json!({}));
    world.stand_in.add_fault(Fault::change(At::route("GET", "/api/v1/users", 2), |tenant: &mut Tenant| {
        tenant.users[0].insert("status".to_owned(), "ACTIVE".into());
    }));
    let directory = world.connect("hunter2").read([]).expect("a directory");
    assert!(directory.is_complete(), "{:?}", directory.unread);
    assert!(directory.people.iter().all(|it| it.is_active));
    assert_eq!(memberships(&directory).len(), 2);
}

#[test]
fn person_who_is_created_meanwhile_does_not_make_the_read_incomplete() {
    let world = World::of_size(2, json!({}));
    world.stand_in.add_fault(Fault::change(At::route("GET", "/api/v1/users", 2), |tenant: &mut Tenant| {
        tenant.users.extend(records(json!([user(9, "ACTIVE")])));
        tenant.groups[0]["members"].as_array_mut().expect("members").push(json!({ "id": "u9" }));
    }));
    let directory = world.connect("hunter2").read([]).expect("a directory");
    assert!(directory.is_complete(), "{:?}", directory.unread);
    assert_eq!(memberships(&directory)["u9"], [] as [&str; 0]);
}

#[test]
fn member_whom_the_list_of_users_lacks_makes_the_read_incomplete() {
    let world = World::new(&[user(0, "ACTIVE")], &[group("All", [0, 7])], json!({}));
    let directory = world.connect("hunter2").read([]).expect("a directory");
    assert_eq!(directory.unread, ["1 of the members of groups are neither people nor groups that were read"]);
}
