//! Lists, which are read to their end or not at all.

use claimsmith_standins::scim::Tenant;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::World;

/// How many users a list of a service with this quirk has, and in how many requests.
fn read(users: usize, quirks: Value) -> (Result<usize, String>, usize) {
    let world = World::new(users, quirks);
    let found = world.connect("hunter2").users();
    (found.map(|it| it.len()).map_err(|error| error.to_string()), world.stand_in.requests().len())
}

#[test]
fn lists_are_read_to_their_end_whatever_the_service_counts() {
    for (users, quirks, requests) in [
        (0, json!({}), 1),
        // What a service counts is not the proof of an end.
        (99, json!({}), 2),
        (100, json!({}), 2),
        (250, json!({}), 4),
        (250, json!({ "most_per_page": 40 }), 8),
        (250, json!({ "counts_page": true }), 4),
        (250, json!({ "counts_page": true, "most_per_page": 40 }), 8),
        (200, json!({ "counts_page": true }), 3),
        (100, json!({ "starts_again": true }), 2),
        (250, json!({ "has_cursors": true }), 3),
        (50, json!({ "has_cursors": true }), 2),
        // A service without positions refuses them.
        (0, json!({ "has_cursors": true, "counts_with_cursors": true }), 1),
        (50, json!({ "has_cursors": true, "counts_with_cursors": true }), 2),
        (250, json!({ "has_cursors": true, "counts_with_cursors": true }), 3),
    ] {
        assert_eq!(read(users, quirks.clone()), (Ok(users), requests), "{users} {quirks}");
    }
}

#[test]
fn list_whose_pages_repeat_is_an_error() {
    let (found, requests) = read(250, json!({ "ignores_start_index": true }));
    assert_eq!(
        found.expect_err("no part of the list"),
        "GET /scim/v2/Users: unexpected answer: a list that changed while it was read, or whose pages repeat; try again"
    );
    assert_eq!(requests, 6, "three attempts of two pages");
}

#[test]
fn list_that_changes_is_read_again() {
    let world = World::new(250, json!({}));
    world.stand_in.add_fault(Fault::change(At::route("GET", "/scim/v2/Users", 2), |tenant: &mut Tenant| {
        tenant.users.remove(0);
    }));
    let users = world.connect("hunter2").users().expect("users");
    assert_eq!((users.len(), users[0].user_name.as_str()), (249, "user1"));
}

#[test]
fn members_are_not_taken_for_granted() {
    let world = World::new(5, json!({}));
    let scim = world.connect("hunter2");
    let groups = scim.groups().expect("groups");
    let even = groups[0].member_ids().expect("members");
    assert_eq!(even.into_iter().collect::<Vec<_>>(), ["u0", "u2", "u4"]);
    assert_eq!((groups[1].display_name.as_str(), groups[1].member_ids()), ("None", None));
    let world = World::new(5, json!({ "lists_without_members": true }));
    let scim = world.connect("hunter2");
    assert_eq!(scim.groups().expect("groups")[0].member_ids(), None);
    assert_eq!(scim.group("e").expect("a group").member_ids().map(|it| it.len()), Some(3));
}

#[test]
fn errors_name_the_refusal_and_no_secret() {
    let world = World::new(1, json!({}));
    let error = world.connect("hunter3").users().expect_err("refused").to_string();
    assert!(error.starts_with("GET /scim/v2/Users: status 401; "), "{error}");
    assert!(!error.contains("hunter"), "{error}");
    let error = world.connect("hunter2").group("a b").expect_err("refused");
    assert_eq!(error.to_string(), "GET /scim/v2/Groups/a%20b: status 404");
    world.stand_in.add_fault(Fault::new(At::route("GET", "/scim/v2/Users", 1), FaultKind::Status(429)));
    assert_eq!(world.connect("hunter2").users().expect("users").len(), 1);
    assert_eq!(world.timer.waits(), [1000]);
}
