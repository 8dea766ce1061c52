//! Lists that are read to their end, or not at all.

use claimsmith_connectors::qlik::UserFilter;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::World;

fn users(count: usize) -> Value {
    let user = |at: usize| {
        json!({
            "id": format!("u{at:04}"), "subject": format!("auth0|{at}"), "name": format!("User {at}"),
            "email": format!("u{at}@example.com"), "assignedGroups": [{ "id": if at.is_multiple_of(2) { "even" } else { "c" } }],
        })
    };
    json!({ "tenant": {
        "users": (0..count).map(user).collect::<Vec<_>>(),
        "groups": [{ "id": "even", "name": "Even" }, { "id": "c", "name": "CG", "providerType": "custom" }],
    } })
}

#[test]
fn users_come_with_their_groups_from_page_to_page() {
    let world = World::new(users(250));
    let qlik = world.connect();
    let pages: Vec<usize> = qlik.users(None).map(|page| page.expect("a page").len()).collect();
    assert_eq!(pages, [100, 100, 50]);
    let all = qlik.users(None).all().expect("users");
    assert_eq!((all[0].subject.as_str(), all[0].status.as_deref()), ("auth0|0", Some("active")));
    let of_provider =
        |at: usize| all[at].provider_groups().expect("groups").map(str::to_owned).collect::<Vec<_>>();
    assert_eq!((of_provider(0), of_provider(1)), (vec!["Even".to_owned()], vec![]), "no custom groups");
    let found = qlik.users(Some(&UserFilter::in_group("even"))).all().expect("users");
    assert_eq!(found.len(), 125);
    let one = qlik.users(Some(&UserFilter::subject("auth0|7").of_any_status())).all().expect("users");
    assert_eq!(one[0].email.as_deref(), Some("u7@example.com"));
}

#[test]
fn list_with_a_page_that_cannot_be_read_is_an_error() {
    let world = World::new(users(250));
    let qlik = world.connect();
    world.stand_in.add_fault(Fault::new(At::route("GET", "/api/v1/users", 2), FaultKind::Status(404)));
    assert_eq!(qlik.users(None).all().expect_err("no part of the list").status(), Some(404));
    let mut pages = qlik.users(None);
    world.stand_in.add_fault(Fault::new(At::route("GET", "/api/v1/users", 2), FaultKind::Status(404)));
    assert!(pages.next().expect("a page").is_ok());
    assert!(pages.next().expect("an error").is_err());
    assert!(pages.next().is_none(), "nothing after an error");
}

#[test]
fn list_that_is_longer_than_its_bound_is_an_error() {
    let world = World::new(users(250));
    let qlik = world.connect();
    assert_eq!(qlik.users(None).at_most(3).all().expect("users").len(), 250);
    let error = qlik.users(None).at_most(2).all().expect_err("no part of the list").to_string();
    assert_eq!(error, "GET /api/v1/users: unexpected answer: a list of more than 2 pages");
}

#[test]
fn settings_and_identity_providers_are_read() {
    let world = World::new(json!({ "shows_secrets": true, "tenant": {
        "group_settings": { "auto_create_groups": false },
        "auth_settings": { "inactivity_minutes": 20, "lifespan_minutes": 480 },
        "identity_providers": [{
            "id": "idp", "provider": "auth0", "protocol": "OIDC", "active": true, "interactive": true,
            "options": { "clientId": "c", "clientSecret": "hunter2" },
        }],
    } }));
    let qlik = world.connect();
    assert!(!qlik.creates_groups_at_login().expect("settings"));
    let sessions = qlik.sessions().expect("settings");
    assert_eq!((sessions.inactivity, sessions.lifespan), (20, 480));
    let providers = qlik.identity_providers().expect("identity providers");
    assert_eq!((providers.len(), providers[0].provider.as_str()), (1, "auth0"));
    assert!(!format!("{providers:?}").contains("hunter2"));
}
