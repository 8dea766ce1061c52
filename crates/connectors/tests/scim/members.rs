//! Members that are added and removed.

use claimsmith_connectors::scim::{Dialect, Removal, Scim};
use claimsmith_standins::FaultKind;
use serde_json::{Value, json};

use crate::support::World;

/// A client that knows how members are removed.
fn with_removal(world: &World, removal: Removal) -> Scim {
    let service = format!("https://{}/scim/v2", world.stand_in.domain());
    let dialect = Dialect { service, removal, ..Dialect::default() };
    world.connect("hunter2").with_dialect(dialect).expect("a client")
}

fn operations(world: &World) -> Vec<Value> {
    world.sent("PATCH").into_iter().map(|(_, body)| body["Operations"].clone()).collect()
}

#[test]
fn members_are_added_with_one_operation_and_removed_with_one_each() {
    let world = World::new(4, json!({}));
    let scim = world.connect("hunter2");
    scim.add_members("n", &["u0", "u3", "u1"]).expect("added");
    scim.add_members("n", &["u1", "u1"]).expect("added again");
    assert_eq!(world.members("n"), ["u0", "u1", "u3"]);
    scim.remove_members("n", &["u0", "u1"]).expect("removed");
    assert_eq!(world.members("n"), ["u3"]);
    assert_eq!(
        operations(&world),
        [
            json!([{ "op": "add", "path": "members", "value": [{ "value": "u0" }, { "value": "u1" }, { "value": "u3" }] }]),
            json!([{ "op": "add", "path": "members", "value": [{ "value": "u1" }] }]),
            json!([
                { "op": "remove", "path": "members[value eq \"u0\"]" },
                { "op": "remove", "path": "members[value eq \"u1\"]" },
            ]),
        ]
    );
}

#[test]
fn no_member_is_no_request() {
    let world = World::new(4, json!({}));
    for removal in [Removal::Path, Removal::Value] {
        let scim = with_removal(&world, removal);
        scim.add_members("e", &[]).expect("nothing");
        scim.remove_members("e", &[]).expect("nothing");
    }
    assert_eq!(world.stand_in.requests().len(), 0);
}

#[test]
fn id_with_quotes_removes_nobody_else() {
    let world = World::new(4, json!({}));
    world.connect("hunter2").remove_members("e", &["u9\" or value pr or value eq \"\\"]).expect("removed");
    assert_eq!(world.members("e"), ["u0", "u2"]);
    assert_eq!(world.sent("PATCH").len(), 1);
}

#[test]
fn changes_of_members_are_repeated() {
    for fault in [
        FaultKind::CloseBefore,
        FaultKind::CloseAfter,
        FaultKind::Status(503),
        FaultKind::StatusAfter(503),
        FaultKind::Status(429),
    ] {
        let name = format!("{fault:?}");
        let world = World::new(4, json!({}));
        let scim = world.connect("hunter2");
        world.fault("PATCH", "Groups/n", 1, fault);
        scim.add_members("n", &["u0"]).expect("added");
        scim.remove_members("n", &["u0"]).expect("removed");
        assert_eq!((world.members("n"), world.sent("PATCH").len()), (Vec::new(), 3), "{name}");
    }
}

#[test]
fn adding_is_not_repeated_unseen_where_it_makes_a_member_twice() {
    for (faults, sent) in
        [(vec![FaultKind::CloseAfter], 1), (vec![FaultKind::CloseBefore, FaultKind::StatusAfter(503)], 2)]
    {
        let world = World::new(4, json!({ "stores_members_twice": true }));
        let service = format!("https://{}/scim/v2", world.stand_in.domain());
        let dialect = Dialect { service, stores_members_twice: true, ..Dialect::default() };
        let scim = world.connect("hunter2").with_dialect(dialect).expect("a client");
        for (fault, nth) in faults.into_iter().zip(1..) {
            world.fault("PATCH", "Groups/n", nth, fault);
        }
        scim.add_members("n", &["u0", "u1"]).expect("added");
        assert_eq!(
            (world.members("n"), world.sent("PATCH").len()),
            (vec!["u0".to_owned(), "u1".to_owned()], sent)
        );
    }
    let world = World::new(4, json!({ "stores_members_twice": true }));
    let service = format!("https://{}/scim/v2", world.stand_in.domain());
    let dialect = Dialect { service, stores_members_twice: true, ..Dialect::default() };
    let scim = world.connect("hunter2").with_dialect(dialect).expect("a client");
    for nth in 1..=3 {
        world.fault("PATCH", "Groups/n", nth, FaultKind::CloseBefore);
    }
    assert!(scim.add_members("n", &["u0"]).expect_err("no answer").may_have_taken_effect());
    assert_eq!((world.members("n"), world.sent("PATCH").len()), (Vec::new(), 3));
}

#[test]
fn who_is_no_member_is_removed_already() {
    // A PATCH of some is refused as a whole because of one who is gone.
    let world = World::new(6, json!({}));
    let scim = world.connect("hunter2");
    for nth in [1, 2] {
        world.fault("PATCH", "Groups/e", nth, FaultKind::Status(404));
    }
    scim.remove_members("e", &["u1", "u2", "u4"]).expect("removed");
    assert_eq!((world.members("e"), world.sent("PATCH").len()), (vec!["u0".to_owned()], 4));
    let world = World::new(6, json!({}));
    let scim = world.connect("hunter2");
    world.fault("PATCH", "Groups/e", 1, FaultKind::Status(404));
    let error = scim.remove_members("e", &["u2"]).expect_err("is a member still");
    assert!(error.is_gone(), "{error}");
    // A group that does not exist is another matter.
    let error = scim.remove_members("x", &["u2"]).expect_err("no such group");
    assert!(error.is_gone(), "{error}");
}

#[test]
fn too_many_members_are_a_refusal_of_its_own() {
    let world = World::new(4, json!({ "most_members_per_patch": 1 }));
    let scim = world.connect("hunter2");
    for error in [scim.add_members("n", &["u1", "u2"]), scim.remove_members("e", &["u0", "u2"])] {
        assert!(error.as_ref().expect_err("too many").is_too_large(), "{error:?}");
    }
    assert_eq!(world.members("e"), ["u0", "u2"]);
}

#[test]
fn form_of_entra_names_whom_it_removes() {
    let world = World::new(5, json!({ "removal_with_value": "taken" }));
    with_removal(&world, Removal::Value).remove_members("e", &["u0", "u4"]).expect("removed");
    assert_eq!(world.members("e"), ["u2"]);
    let expected =
        json!([{ "op": "remove", "path": "members", "value": [{ "value": "u0" }, { "value": "u4" }] }]);
    assert_eq!(operations(&world), [expected]);
}

#[test]
fn dialect_of_another_service_is_refused() {
    let world = World::new(1, json!({}));
    let dialect = Dialect {
        service: "https://other.example/scim".to_owned(),
        removal: Removal::Value,
        ..Dialect::default()
    };
    let why = world.connect("hunter2").with_dialect(dialect).expect_err("refused");
    assert!(
        why.starts_with("the dialect is that of https://other.example/scim, and the service is "),
        "{why}"
    );
    let service = format!("https://{}/scim/v2", world.stand_in.domain());
    let none = Dialect { service, removal: Removal::None, ..Dialect::default() };
    assert!(world.connect("hunter2").with_dialect(none).is_err());
}

#[test]
fn dialect_is_read_from_its_file_alone() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("dialect.json");
    let dialect =
        Dialect { service: "https://a.example".to_owned(), removal: Removal::Value, ..Dialect::default() };
    let mut text = serde_json::to_value(&dialect).expect("JSON");
    std::fs::write(&path, text.to_string()).expect("a file");
    assert_eq!(Dialect::from_file(&path), Ok(dialect));
    // What a later version may know is not ignored.
    text["removal"] = json!("all");
    std::fs::write(&path, text.to_string()).expect("a file");
    let why = Dialect::from_file(&path).expect_err("refused").to_string();
    assert!(
        why.ends_with("is not the dialect of a service as this version writes it; probe the service again"),
        "{why}"
    );
}
