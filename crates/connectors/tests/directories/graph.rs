//! Microsoft Graph.

use std::sync::Arc;

use claimsmith_connectors::ErrorKind;
use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::graph::{Graph, GroupName, Settings};
use claimsmith_lifecycle::directory::Directory;
use claimsmith_standins::directories::GraphStandIn;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::timer::FakeTimer;
use crate::{count, memberships, options, status};

struct World {
    stand_in: GraphStandIn,
    timer: Arc<FakeTimer>,
}

fn user(at: usize) -> Value {
    json!({
        "id": format!("u{at}"), "accountEnabled": at != 1, "mail": format!("user{at}@acme.example"),
        "department": "Sales", "onPremisesExtensionAttributes": { "extensionAttribute1": "blue" },
    })
}

fn group(name: &str, members: impl IntoIterator<Item = Value>) -> Value {
    let members: Vec<Value> = members.into_iter().collect();
    json!({ "id": format!("g-{name}"), "displayName": name, "visibility": null, "members": members })
}

fn person(at: usize) -> Value {
    json!({ "@odata.type": "#microsoft.graph.user", "id": format!("u{at}") })
}

fn other(kind: &str, id: &str) -> Value {
    json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "id": id })
}

impl World {
    fn new(users: usize, groups: &[Value], quirks: Value) -> Self {
        let seed = json!({
            "quirks": quirks, "token_lifetime": 3600,
            "tenant": {
                "users": (0..users).map(user).collect::<Vec<_>>(), "groups": groups,
                "clients": [{ "tenant": "acme.onmicrosoft.com", "client_id": "me", "client_secret": "hunter2" }],
            },
        });
        let stand_in = GraphStandIn::start(serde_json::from_value(seed).expect("a seed")).expect("starts");
        Self { stand_in, timer: Arc::default() }
    }

    fn connect(&self, secret: &str) -> Graph {
        let settings = json!({
            "GRAPH_TENANT": "acme.onmicrosoft.com", "GRAPH_CLIENT_ID": "me", "GRAPH_CLIENT_SECRET": secret,
        });
        let settings = Settings::from_json(&settings).expect("settings");
        let settings = settings.at_stand_in(self.stand_in.domain()).expect("this machine");
        Graph::new(&settings, options(self.stand_in.ca_pem(), &self.timer)).expect("a client")
    }

    fn read(&self) -> Directory {
        self.connect("hunter2").read(GroupName::DisplayName, ["mail"]).expect("a directory")
    }
}

#[test]
fn properties_that_a_mapping_names_are_read_and_no_others() {
    let world = World::new(2, &[group("All", [person(0)])], json!({}));
    let names = ["mail", "onPremisesExtensionAttributes.extensionAttribute1", "jobTitle"];
    let directory = world.connect("hunter2").read(GroupName::Id, names).expect("a directory");
    assert!(directory.is_complete(), "{:?}", directory.unread);
    let expected = json!({
        "mail": "user0@acme.example", "onPremisesExtensionAttributes.extensionAttribute1": "blue",
    });
    assert_eq!(Value::from(directory.people[0].attributes.clone()), expected);
    assert_eq!(directory.people.iter().map(|it| it.is_active).collect::<Vec<_>>(), [true, false]);
    assert_eq!(memberships(&directory)["u0"], ["g-All"]);
    let requests = world.stand_in.requests();
    let queries: Vec<&str> = requests.iter().skip(1).map(|it| it.query.as_str()).collect();
    assert_eq!(
        queries,
        [
            "$select=id,displayName,visibility&$top=999",
            "$select=id&$top=999",
            "$select=accountEnabled,id,jobTitle,mail,onPremisesExtensionAttributes&$top=999"
        ]
    );
}

#[test]
fn accident_11_only_100_members_per_group_read() {
    // What `$expand` answers ends after 20, and a page has 100 unless more are asked for.
    for members in [0, 1, 20, 21, 100, 101, 999, 1000, 1100] {
        let groups = [group("All", (0..members).map(person)), group("Other", [])];
        for quirks in [json!({}), json!({ "most_per_page": 100 })] {
            let directory = World::new(1100, &groups, quirks).read();
            assert!(directory.is_complete(), "{members}: {:?}", directory.unread);
            assert_eq!(count(&directory, "All"), members);
        }
    }
}

#[test]
fn accident_12_one_failed_graph_call_and_that_user_is_removed() {
    let groups = [group("A", [person(0)]), group("B", [person(0)])];
    // Whatever the call, and however it fails.
    for path in ["/v1.0/groups/*/members", "/v1.0/users"] {
        for kind in
            [FaultKind::Status(403), FaultKind::Status(404), FaultKind::Status(503), FaultKind::CloseBefore]
        {
            let name = format!("{path} {kind:?}");
            let world = World::new(3, &groups, json!({}));
            world.stand_in.add_fault(Fault::new(At::route("GET", path, 1), kind).repeated(99));
            let directory = world.read();
            assert!(!directory.is_complete(), "{name}");
            let text = directory.unread.join(", ");
            assert!(text.starts_with("GET /v1.0/") && !text.contains("acme.example"), "{text}");
        }
    }
}

#[test]
fn groups_in_groups_and_cycles_are_followed_and_devices_are_outside() {
    let groups = [
        group("A", [other("group", "g-B"), other("device", "d1"), other("servicePrincipal", "s1")]),
        group("B", [other("group", "g-A"), person(0), other("orgContact", "c1")]),
        group("Empty", []),
    ];
    let directory = World::new(2, &groups, json!({})).read();
    assert!(directory.is_complete(), "{:?}", directory.unread);
    assert_eq!(memberships(&directory)["u0"], ["A", "B"]);
    // Someone whom the list of users lacks is not outside.
    let directory = World::new(2, &[group("A", [person(7)])], json!({})).read();
    assert!(!directory.is_complete());
}

#[test]
fn members_that_may_not_be_seen_make_the_read_incomplete() {
    let mut hidden = group("Secret", []);
    hidden["visibility"] = "HiddenMembership".into();
    let directory = World::new(2, &[hidden.clone()], json!({})).read();
    assert_eq!(
        directory.unread,
        [
            "the members of the group `g-Secret` are hidden; the app registration needs `Member.Read.Hidden` to read them"
        ]
    );
    hidden["members"] = json!([person(0)]);
    assert!(World::new(2, &[hidden], json!({})).read().is_complete());
    let world = World::new(2, &[], json!({}));
    world.stand_in.change(|tenant| {
        for user in &mut tenant.users {
            user.remove("accountEnabled");
        }
    });
    let directory = world.read();
    assert!(directory.unread[0].contains("needs `User.Read.All`"), "{:?}", directory.unread);
}

#[test]
fn throttling_is_waited_for_with_and_without_retry_after() {
    let world = World::new(2, &[group("A", [person(0)])], json!({}));
    world.stand_in.add_fault(status("/v1.0/users", 1, 429).retry_after(7));
    world.stand_in.add_fault(status("/v1.0/groups/*/members", 1, 429).repeated(6));
    let directory = world.read();
    assert!(directory.is_complete(), "{:?}", directory.unread);
    // The windows of Graph are ten seconds long.
    assert_eq!(world.timer.waits(), [500, 1000, 2000, 4000, 8000, 8000, 7000]);
}

#[test]
fn list_whose_page_token_expired_is_read_once_more_from_its_beginning() {
    let groups = [group("A", (0..30).map(person))];
    let world = World::new(30, &groups, json!({ "most_per_page": 10 }));
    world.stand_in.add_fault(status("/v1.0/groups/*/members", 2, 400));
    let directory = world.read();
    assert!(directory.is_complete(), "{:?}", directory.unread);
    assert_eq!(count(&directory, "A"), 30, "each once");
    let world = World::new(30, &groups, json!({ "most_per_page": 10 }));
    world.stand_in.add_fault(status("/v1.0/groups/*/members", 2, 400).repeated(99));
    let directory = world.read();
    assert_eq!(directory.unread[0], "GET /v1.0/groups/g-A/members: status 400 (Directory_ExpiredPageToken)");
}

#[test]
fn token_that_expires_meanwhile_is_replaced() {
    let world = World::new(3, &[group("A", [person(0)])], json!({}));
    let graph = world.connect("hunter2");
    assert!(graph.read(GroupName::Id, []).expect("a directory").is_complete());
    world.stand_in.advance(4000);
    assert!(graph.read(GroupName::Id, []).expect("a directory").is_complete());
    let tokens = world.stand_in.requests().iter().filter(|it| it.method == "POST").count();
    assert_eq!((tokens, graph.requests()), (2, world.stand_in.requests().len()));
}

#[test]
fn repeated_page_ends_and_is_incomplete() {
    let groups = [group("A", (0..30).map(person)), group("B", [])];
    let world = World::new(30, &groups, json!({ "most_per_page": 2, "repeats_pages": true }));
    let directory = world.read();
    assert_eq!(directory.unread, ["GET /v1.0/groups: unexpected answer: a list whose pages repeat"]);
}

#[test]
fn token_never_goes_to_another_host() {
    let other = World::new(3, &[], json!({}));
    for host in [other.stand_in.domain(), "graph.microsoft.com.evil.example"] {
        let world = World::new(3, &[], json!({ "most_per_page": 2, "next_host": host }));
        let error = world.connect("hunter2").read(GroupName::Id, []).expect_err("refused");
        assert_eq!(error.kind, ErrorKind::OtherHost);
    }
    assert_eq!(other.stand_in.requests().len(), 0);
}

#[test]
fn failure_at_the_beginning_is_an_error_without_secrets() {
    let world = World::new(3, &[], json!({}));
    let error = world.connect("hunter3").read(GroupName::Id, []).expect_err("refused").to_string();
    let why = "POST /acme.onmicrosoft.com/oauth2/v2.0/token: status 401 (invalid_client); the credentials are wrong";
    assert!(error.starts_with(why) && !error.contains("hunter"), "{error}");
    world.stand_in.add_fault(status("/v1.0/groups", 1, 403));
    let error = world.connect("hunter2").read(GroupName::Id, []).expect_err("refused").to_string();
    let why = "GET /v1.0/groups: status 403 (Authorization_RequestDenied); the app registration needs";
    assert!(error.starts_with(why), "{error}");
}
