//! Google Workspace.

use std::sync::Arc;
use std::time::Duration;

use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::Timer as _;
use claimsmith_connectors::google::{Google, GroupName, Settings};
use claimsmith_lifecycle::directory::Directory;
use claimsmith_standins::directories::GoogleStandIn;
use serde_json::{Value, json};

use crate::test_key::make_rsa_key;
use crate::timer::FakeTimer;
use crate::{count, memberships, options, status};

struct World {
    stand_in: GoogleStandIn,
    timer: Arc<FakeTimer>,
}

fn user(at: usize) -> Value {
    json!({
        "id": format!("u{at}"), "primaryEmail": format!("user{at}@acme.example"), "suspended": at == 1,
        "archived": at == 2, "name": { "givenName": "Ada" },
        "organizations": [{ "department": "Sales", "primary": true }],
        "customSchemas": { "work": { "badge": "blue" } },
    })
}

fn group(name: &str, members: impl IntoIterator<Item = Value>) -> Value {
    let members: Vec<Value> = members.into_iter().collect();
    json!({ "id": format!("g-{name}"), "email": format!("{name}@acme.example"), "name": name, "members": members })
}

fn person(at: usize) -> Value {
    json!({ "id": format!("u{at}"), "email": format!("user{at}@acme.example"), "type": "USER", "role": "MEMBER" })
}

fn member(kind: &str, id: &str, email: &str) -> Value {
    json!({ "id": id, "email": email, "type": kind, "role": "MEMBER" })
}

impl World {
    fn new(users: usize, groups: &[Value], quirks: Value) -> Self {
        let scopes = ["user", "group"]
            .map(|it| format!("https://www.googleapis.com/auth/admin.directory.{it}.readonly"));
        let seed = json!({
            "quirks": quirks,
            "tenant": {
                "users": (0..users).map(user).collect::<Vec<_>>(), "groups": groups,
                "clients": [{
                    "client_email": "reader@acme.example", "scopes": scopes, "admins": ["admin@acme.example"],
                }],
            },
        });
        let stand_in = GoogleStandIn::start(serde_json::from_value(seed).expect("a seed")).expect("starts");
        Self { stand_in, timer: Arc::default() }
    }

    fn connect(&self, admin: &str) -> Google {
        let folder = tempfile::TempDir::new().expect("a folder");
        let key = json!({ "client_email": "reader@acme.example", "private_key": make_rsa_key() });
        std::fs::write(folder.path().join("key.json"), key.to_string()).expect("a file");
        let settings = json!({ "GOOGLE_SERVICE_ACCOUNT_FILE": "key.json", "GOOGLE_ADMIN": admin });
        let settings = Settings::from_json_in(&settings, folder.path()).expect("settings");
        let settings = settings.at_stand_in(self.stand_in.domain()).expect("this machine");
        Google::new(&settings, options(self.stand_in.ca_pem(), &self.timer)).expect("a client")
    }

    fn read(&self) -> Directory {
        self.connect("admin@acme.example").read(GroupName::Email, ["primaryEmail"]).expect("a directory")
    }
}

#[test]
fn everyone_is_read_with_the_fields_that_a_mapping_names() {
    for (users, quirks) in
        [(0, json!({})), (3, json!({})), (1200, json!({})), (60, json!({ "most_per_page": 7 }))]
    {
        let world = World::new(users, &[group("all", (0..users).map(person)), group("none", [])], quirks);
        let names = ["name.givenName", "organizations.department", "customSchemas.work.badge"];
        let directory =
            world.connect("admin@acme.example").read(GroupName::Name, names).expect("a directory");
        assert!(directory.is_complete(), "{:?}", directory.unread);
        assert_eq!((directory.people.len(), count(&directory, "all")), (users, users));
        for (at, person) in directory.people.iter().enumerate() {
            assert_eq!(person.is_active, at != 1 && at != 2);
            let expected = json!({
                "name.givenName": "Ada", "organizations.department": ["Sales"], "customSchemas.work.badge": "blue",
            });
            assert_eq!(Value::from(person.attributes.clone()), expected);
        }
    }
}

#[test]
fn groups_in_groups_are_followed_and_members_of_other_companies_are_outside() {
    let groups = [
        group("a", [member("GROUP", "g-b", "b@acme.example"), member("USER", "x1", "eve@other.example")]),
        group("b", [member("GROUP", "g-a", "a@acme.example"), person(0)]),
        group("everyone", [member("CUSTOMER", "C01", "")]),
        group(
            "c",
            [member("GROUP", "g-x", "team@other.example"), member("EXTERNAL", "x2", "x@other.example")],
        ),
    ];
    let directory = World::new(3, &groups, json!({})).read();
    assert!(directory.is_complete(), "{:?}", directory.unread);
    assert_eq!(memberships(&directory)["u0"], ["a@acme.example", "b@acme.example", "everyone@acme.example"]);
    assert_eq!(memberships(&directory)["u2"], ["everyone@acme.example"]);
}

#[test]
fn unknown_member_of_the_company_makes_the_read_incomplete() {
    for unknown in [
        member("USER", "u9", "user9@ACME.example"),
        member("GROUP", "g-x", "x@acme.example"),
        member("ROBOT", "r1", "r@other.example"),
    ] {
        let directory = World::new(3, &[group("a", [unknown])], json!({})).read();
        assert_eq!(
            directory.unread,
            ["1 of the members of groups are neither people nor groups that were read"]
        );
    }
    let world = World::new(3, &[], json!({}));
    world.stand_in.change(|tenant| drop(tenant.users[0].remove("suspended")));
    let directory = world.read();
    assert!(directory.unread[0].starts_with("a user without `suspended`"), "{:?}", directory.unread);
    assert!(!directory.people[0].is_active);
}

#[test]
fn accident_1_google_503_deleted_users() {
    let members = "/admin/directory/v1/groups/*/members";
    for path in ["/admin/directory/v1/users", members] {
        let world = World::new(3, &[group("a", [person(0)])], json!({}));
        world.stand_in.add_fault(status(path, 1, 503).repeated(99));
        let directory = world.read();
        assert!(directory.unread[0].contains("status 503 (backendError)"), "{:?}", directory.unread);
        // One that passes is waited for.
        let world = World::new(3, &[group("a", [person(0)])], json!({}));
        world.stand_in.add_fault(status(path, 1, 503).repeated(2));
        assert!(world.read().is_complete());
    }
}

#[test]
fn refusal_403_for_too_many_requests_is_waited_for() {
    let world = World::new(3, &[group("a", [person(0)])], json!({}));
    world.stand_in.add_fault(status("/admin/directory/v1/groups/*/members", 1, 403).repeated(3));
    let directory = world.read();
    assert!(directory.is_complete(), "{:?}", directory.unread);
    assert_eq!(world.timer.waits(), [500, 1000, 2000]);
}

#[test]
fn failed_and_repeated_pages_make_the_read_incomplete() {
    let groups = [group("a", (0..30).map(person)), group("b", [])];
    let world = World::new(30, &groups, json!({ "most_per_page": 10 }));
    world.stand_in.add_fault(status("/admin/directory/v1/users", 2, 404));
    assert_eq!(world.read().unread[0], "GET /admin/directory/v1/users: status 404 (notFound)");
    let world = World::new(30, &groups, json!({ "most_per_page": 2, "repeats_pages": true }));
    let why = "GET /admin/directory/v1/groups: unexpected answer: a list whose pages repeat";
    assert_eq!(world.read().unread, [why]);
}

#[test]
fn failure_at_the_beginning_is_an_error() {
    let world = World::new(3, &[], json!({}));
    let error =
        world.connect("eve@acme.example").read(GroupName::Email, []).expect_err("refused").to_string();
    assert!(error.starts_with("POST /token: status 401 (unauthorized_client)"), "{error}");
    assert!(!error.contains("eve@"), "{error}");
}

#[test]
fn token_that_expires_meanwhile_is_replaced() {
    let world = World::new(3, &[group("a", [person(0)])], json!({}));
    let google = world.connect("admin@acme.example");
    assert!(google.read(GroupName::Email, []).expect("a directory").is_complete());
    world.stand_in.advance(4000);
    world.timer.sleep(Duration::from_secs(4000));
    assert!(google.read(GroupName::Email, []).expect("a directory").is_complete());
    let tokens = world.stand_in.requests().iter().filter(|it| it.method == "POST").count();
    assert_eq!((tokens, google.requests()), (2, world.stand_in.requests().len()));
    // An assertion is dated by this machine's clock, which may be wrong.
    world.stand_in.advance(4000);
    let error = google.read(GroupName::Email, []).expect_err("refused").to_string();
    assert_eq!(error, "POST /token: status 400 (invalid_grant)");
}
