//! Users that are created and changed.

use std::collections::BTreeSet;

use claimsmith_connectors::Error;
use claimsmith_connectors::scim::{Created, Scim};
use claimsmith_lifecycle::sync::{Attribute, Attributes, NewUser};
use claimsmith_standins::FaultKind;
use serde_json::{Value, json};

use crate::support::World;

const ID: &str = "claimsmith:acme:7f";
const NAME: &str = "Ada@example.com";

fn attributes() -> Attributes {
    Attributes::from([
        (Attribute::DisplayName, "Ada".to_owned()),
        (Attribute::GivenName, "Augusta".to_owned()),
        (Attribute::FamilyName, "King".to_owned()),
        (Attribute::Email, "ada@example.com".to_owned()),
    ])
}

fn create(scim: &Scim) -> Result<Created, Error> {
    scim.create_user(NewUser { external_id: ID, user_name: NAME, attributes: &attributes() })
}

/// The id of a user that is there now, and whether it was there before.
fn id_of(created: Result<Created, Error>) -> (String, bool) {
    match created.expect("an answer") {
        Created::User { id, is_adopted } => (id, is_adopted),
        Created::NameTaken { id } => panic!("the name is taken by {id:?}"),
    }
}

/// The user that has the `externalId`, of whom there is only one.
fn created(world: &World) -> Value {
    let users = world.stand_in.tenant().users.into_iter();
    let all: Vec<_> = users.filter(|it| it.get("externalId") == Some(&ID.into())).collect();
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().expect("a user").into()
}

#[test]
fn user_is_created_as_the_rfc_has_it() {
    let world = World::new(1, json!({}));
    let (id, is_adopted) = id_of(create(&world.connect("hunter2")));
    let (_, body) = world.sent("POST").remove(0);
    assert_eq!(
        body,
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "externalId": ID, "userName": NAME, "active": true,
            "displayName": "Ada", "name": { "givenName": "Augusta", "familyName": "King" },
            "emails": [{ "value": "ada@example.com", "type": "work", "primary": true }],
        })
    );
    assert_eq!((created(&world)["id"].as_str(), is_adopted), (Some(id.as_str()), false));
}

#[test]
fn user_whose_answer_was_lost_is_adopted() {
    for quirks in [json!({}), json!({ "ignores_filters": true }), json!({ "takes_equalities_only": true })] {
        for fault in [FaultKind::CloseAfter, FaultKind::StatusAfter(503), FaultKind::StatusAfter(409)] {
            let name = format!("{fault:?} {quirks}");
            let world = World::new(3, quirks.clone());
            world.fault("POST", "Users", 1, fault);
            let (id, is_adopted) = id_of(create(&world.connect("hunter2")));
            assert_eq!((created(&world)["id"].as_str(), is_adopted), (Some(id.as_str()), true), "{name}");
            assert_eq!(world.sent("POST").len(), 1, "{name}");
        }
    }
}

#[test]
fn user_who_was_not_created_is_created_again() {
    for fault in [FaultKind::CloseBefore, FaultKind::Status(502), FaultKind::Status(429)] {
        let name = format!("{fault:?}");
        let world = World::new(3, json!({}));
        world.fault("POST", "Users", 1, fault);
        assert!(!id_of(create(&world.connect("hunter2"))).1, "{name}");
        created(&world);
        assert_eq!(world.sent("POST").len(), 2, "{name}");
    }
    let world = World::new(3, json!({}));
    for nth in 1..=3 {
        world.fault("POST", "Users", nth, FaultKind::CloseBefore);
    }
    let error = create(&world.connect("hunter2")).expect_err("three lost answers");
    assert!(error.may_have_taken_effect(), "{error}");
    assert_eq!((world.sent("POST").len(), world.timer.waits()), (3, vec![500, 1000]));
}

#[test]
fn user_is_adopted_only_if_both_ids_are_equal() {
    let found = |name: &str, external_id: Value, quirks: Value| {
        let world = World::new(3, quirks);
        world.change_user("u1", "userName", name.into());
        world.change_user("u1", "externalId", external_id);
        // Such as a service in which an `externalId` is unique.
        world.fault("POST", "Users", 1, FaultKind::Status(409));
        create(&world.connect("hunter2")).expect("an answer")
    };
    let taken = || Created::NameTaken { id: Some("u1".to_owned()) };
    for quirks in [json!({}), json!({ "ignores_filters": true })] {
        let same = Created::User { id: "u1".to_owned(), is_adopted: true };
        assert_eq!(found("ADA@EXAMPLE.COM", ID.into(), quirks.clone()), same, "{quirks}");
        assert_eq!(found("ada@example.com", "theirs".into(), quirks.clone()), taken(), "{quirks}");
        assert_eq!(found("ada@example.com", Value::Null, quirks.clone()), taken(), "{quirks}");
        assert_eq!(found("eve@example.com", ID.into(), quirks.clone()), taken(), "{quirks}");
        assert_eq!(
            found("eve", "theirs".into(), quirks.clone()),
            Created::NameTaken { id: None },
            "{quirks}"
        );
    }
}

#[test]
fn two_users_with_the_ids_are_not_adopted() {
    let world = World::new(3, json!({}));
    for id in ["u1", "u2"] {
        world.change_user(id, "userName", NAME.into());
        world.change_user(id, "externalId", ID.into());
    }
    let created = create(&world.connect("hunter2")).expect("an answer");
    assert_eq!(created, Created::NameTaken { id: Some("u1".to_owned()) });
}

#[test]
fn ids_with_quotes_are_texts_of_filters() {
    let world = World::new(1, json!({}));
    world.fault("POST", "Users", 1, FaultKind::CloseAfter);
    let (external_id, user_name) =
        (r#"claimsmith:"a\" or "a" eq ""#, r#"x" or userName pr or userName eq "\"#);
    let attributes = Attributes::new();
    let created =
        world.connect("hunter2").create_user(NewUser { external_id, user_name, attributes: &attributes });
    assert!(id_of(created).1);
    assert_eq!(world.stand_in.tenant().users.len(), 2);
}

#[test]
fn update_changes_what_differs_and_nothing_else() {
    let update = |emails: Value| {
        let world = World::new(1, json!({}));
        world.change_user("u0", "emails", emails);
        world.change_user("u0", "displayName", "Ada".into());
        world.change_user("u0", "name", json!({ "givenName": "A.", "honorificPrefix": "Dr." }));
        let scim = world.connect("hunter2");
        scim.update_user("u0", Some(NAME), &attributes()).expect("changed");
        let user = world.user("u0");
        assert_eq!(
            (&user["userName"], &user["externalId"], &user["displayName"], &user["name"]),
            (
                &json!(NAME),
                &json!("auth0|0"),
                &json!("Ada"),
                &json!({ "givenName": "Augusta", "familyName": "King", "honorificPrefix": "Dr." })
            )
        );
        // What is there already is not sent again.
        let sent = world.sent("PATCH").len();
        scim.update_user("u0", Some(NAME), &attributes()).expect("nothing to do");
        assert_eq!(world.sent("PATCH").len(), sent);
        let first = scim.users().expect("users").remove(0);
        assert_eq!(first.email(), Some("ada@example.com"));
        user["emails"].clone()
    };
    let (new, home) =
        ("ada@example.com", json!({ "value": "a@home.example", "type": "home", "primary": true }));
    let work = |value: &str| json!({ "value": value, "type": "work" });
    assert_eq!(update(json!([])), json!([{ "value": new, "type": "work", "primary": true }]));
    assert_eq!(update(json!([home])), json!([home, work(new)]));
    assert_eq!(update(json!([home, work("old")])), json!([home, work(new)]));
    assert_eq!(
        update(json!([work("old"), work("x@example.com")])),
        json!([work(new), work("x@example.com")])
    );
    // A service without types.
    assert_eq!(
        update(json!([{ "value": "a\"" }, { "value": "b" }])),
        json!([{ "value": new }, { "value": "b" }])
    );
}

#[test]
fn attributes_that_the_service_does_not_have_are_left_out() {
    let world = World::new(
        1,
        json!({ "unpublished_attributes": ["displayName", "name.givenName", "emails.type", "emails.primary"] }),
    );
    let scim = world.connect("hunter2");
    assert_eq!(scim.dropped(), []);
    create(&scim).expect("created");
    let user = created(&world);
    assert_eq!(
        (user.get("displayName"), &user["name"], &user["emails"]),
        (None, &json!({ "familyName": "King" }), &json!([{ "value": "ada@example.com" }]))
    );
    let only = Attributes::from([(Attribute::DisplayName, "A".to_owned())]);
    scim.update_user("u0", None, &only).expect("nothing to do");
    assert_eq!(world.sent("PATCH"), []);
    assert_eq!(
        scim.dropped().into_iter().collect::<BTreeSet<_>>(),
        BTreeSet::from([Attribute::DisplayName, Attribute::GivenName])
    );
    let schemas = world.sent("GET").into_iter().filter(|(path, _)| path == "Schemas").count();
    assert_eq!(schemas, 1, "asked once");
}

#[test]
fn service_that_describes_nothing_receives_everything() {
    for fault in [FaultKind::Status(404), FaultKind::Status(501)] {
        let world = World::new(1, json!({}));
        world.fault("GET", "Schemas", 1, fault);
        let scim = world.connect("hunter2");
        create(&scim).expect("created");
        assert_eq!((scim.dropped(), &created(&world)["displayName"]), (Vec::new(), &json!("Ada")));
    }
}

#[test]
fn user_is_deactivated_and_activated() {
    let world = World::new(1, json!({ "patches_without_body": true }));
    let scim = world.connect("hunter2");
    for is_active in [false, true] {
        world.fault("PATCH", "Users/u0", 1, FaultKind::CloseAfter);
        scim.set_active("u0", is_active).expect("changed");
        assert_eq!(world.user("u0")["active"], is_active);
    }
    let (_, body) = world.sent("PATCH").remove(0);
    assert_eq!(
        body,
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "replace", "path": "active", "value": false }],
        })
    );
    let error = scim.set_active("u9", false).expect_err("no such user");
    assert!(error.is_gone() && !error.is_too_large() && !error.is_unauthorized(), "{error}");
    for id in ["", ".", ".."] {
        assert!(scim.set_active(id, false).is_err());
    }
    assert_eq!(world.sent("PATCH").len(), 5);
    assert!(world.connect("hunter3").set_active("u0", false).expect_err("refused").is_unauthorized());
}

#[test]
fn errors_of_writes_have_no_name_of_a_person() {
    let world = World::new(1, json!({ "refuses_unknown_attributes": true }));
    world.fault("POST", "Users", 1, FaultKind::Status(400));
    let error = create(&world.connect("hunter2")).expect_err("refused");
    assert_eq!(error.to_string(), "POST /scim/v2/Users: status 400");
    assert!(error.is_too_large());
}
