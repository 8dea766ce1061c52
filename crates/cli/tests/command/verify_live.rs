//! `claimsmith verify-live`, against stand-ins of Auth0 and of Qlik Cloud.

use std::fs;

use claimsmith_standins::qlik::{QlikStandIn, Seed};
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::deploy::{DOMAIN, World, for_tenant};
use crate::support::{ACME, PLATFORM, Run, check_snapshot, write};

/// A tenant with people, and Qlik Cloud with what they hold.
struct Live {
    world: World,
    qlik: QlikStandIn,
}

impl Live {
    fn new() -> Self {
        let world = World::new(json!({}));
        write(
            &world.folder,
            "platform.yaml",
            for_tenant(PLATFORM, DOMAIN).replace("    claim:", "    profile: qlik-cloud\n    claim:"),
        );
        let user = |name: &str, groups: Value| {
            json!({
                "user_id": format!("waad|{name}"), "email": format!("{name}@example.com"), "groups": groups,
                "last_login": format!("2026-11-2{}T08:00:00.000Z", name.len()),
                "identities": [{ "connection": "acme-entra", "user_id": name }],
            })
        };
        let mut lost = user("frances", json!([]));
        lost.as_object_mut().expect("an object").remove("groups");
        let mut blocked = user("gus", json!(["it-admins"]));
        blocked.as_object_mut().expect("an object").insert("blocked".to_owned(), true.into());
        let users = [
            user("ada", json!(["it-admins"])),
            user("bob", json!(["it-admins", "fin-emea"])),
            user("carl", json!([])),
            user("dora", json!(["it-admins"])),
            user("erik", json!(["it-admins"])),
            lost,
            blocked,
        ];
        let ids: Vec<String> = users
            .iter()
            .map(|it| it.get("user_id").and_then(Value::as_str).expect("an id").to_owned())
            .collect();
        world.stand_in.change(|tenant| {
            tenant.users = users.iter().map(|it| it.as_object().expect("an object").clone()).collect();
            let members = ids.iter().filter(|id| *id != "waad|erik").cloned().collect();
            tenant.organization_members.insert("org_acme".to_owned(), members);
        });
        let held = |at: usize, subject: &str, groups: &[&str]| {
            let groups: Vec<Value> = groups.iter().map(|id| json!({ "id": id })).collect();
            json!({ "id": format!("u{at}"), "subject": subject, "name": "A name", "assignedGroups": groups })
        };
        let seed: Seed = serde_json::from_value(json!({
            "tokens": [{ "token": "hunter3" }],
            "tenant": {
                "users": [
                    held(1, "waad|ada", &["admins", "own"]),
                    held(2, "realm\\waad|bob", &["admins"]),
                    held(3, "waad|carl", &["readers"]),
                    held(4, "waad|zoe", &["admins"]),
                ],
                "groups": [
                    { "id": "admins", "name": "catalog-admins" }, { "id": "readers", "name": "finance-readers" },
                    { "id": "own", "name": "CG-own", "providerType": "custom" },
                ],
            },
        }))
        .expect("a seed");
        let qlik = QlikStandIn::start(seed).expect("starts");
        let both = format!("{}{}", world.stand_in.ca_pem(), qlik.ca_pem());
        fs::write(world.folder.path().join("ca.pem"), both).expect("a file");
        Self { world, qlik }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let environment = [
            ("AUTH0_ACCESS_TOKEN", "hunter2"),
            ("AUTH0_DOMAIN", DOMAIN),
            ("QLIK_HOST", "acme.eu.qlikcloud.com"),
            ("QLIK_ACCESS_TOKEN", "hunter3"),
            ("CLAIMSMITH_QLIK_STAND_IN", self.qlik.domain()),
        ];
        let run = self.world.run_with(arguments, &environment);
        assert!(!run.out.contains("hunter") && !run.err.contains("hunter"), "{run:?}");
        run
    }
}

const NAMES: [&str; 8] = ["ada", "bob", "carl", "dora", "erik", "frances", "gus", "zoe"];

#[test]
fn people_are_compared_and_unseen_people_are_not_equal() {
    let live = Live::new();
    let out = live.run(&["verify-live"]).stdout(1);
    let plain: String = live
        .world
        .plain(&out)
        .lines()
        .map(|line| match line.split_once(", at 20") {
            Some((before, _)) => format!("{before}, at TIME\n"),
            None => format!("{line}\n"),
        })
        .collect();
    check_snapshot("verify-live", &plain);
    for name in NAMES {
        assert!(!out.contains(&format!("|{name}")) && !out.contains("@example.com"), "{out}");
    }
    let json = live.run(&["verify-live", "--format", "json"]).json(1);
    assert_eq!(
        [&json["equal"], &json["different"], &json["unseen_in_application"], &json["unseen_in_auth0"]],
        [&json!(1), &json!(2), &json!(1), &json!(1)]
    );
    assert_eq!(json["not_comparable"], json!({ "attribute-absent": 1, "blocked": 1, "not-a-member": 1 }));
    assert_eq!((&json["profiles_read"], &json["profiles_total"]), (&json!(7), &json!(7)));
    let shown = live.run(&["verify-live", "--show-people"]);
    assert!(
        shown.out.contains("acme waad|bob: lacks `finance-readers`, has also nothing\n"),
        "{}",
        shown.out
    );
    assert!(
        shown.out.contains("acme waad|carl: lacks nothing, has also `finance-readers`\n"),
        "{}",
        shown.out
    );
    let requests = live.world.stand_in.requests();
    assert!(requests.iter().all(|it| it.method == "GET"), "it only reads");
    assert!(live.qlik.requests().iter().all(|it| it.method == "GET"), "it only reads");
}

#[test]
fn sample_that_has_nobody_in_common_is_not_an_answer() {
    let live = Live::new();
    live.qlik.change(|tenant| tenant.users.clear());
    let run = live.run(&["verify-live"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.err.starts_with("error: no one could be compared, so nothing is known"), "{run:?}");
    assert!(run.out.contains("equal      0\n"), "{}", run.out);
}

#[test]
fn request_that_fails_is_not_an_answer() {
    let live = Live::new();
    for path in ["/api/v2/organizations/org_acme/members", "/api/v2/users"] {
        live.world.stand_in.add_fault(Fault::new(At::route("GET", path, 1), FaultKind::Status(403)));
        let err = live.run(&["verify-live"]).failed();
        assert!(err.contains("status 403"), "{err}");
    }
    live.qlik.add_fault(Fault::new(At::route("GET", "/api/v1/users", 1), FaultKind::Status(403)));
    assert!(live.run(&["verify-live"]).failed().contains("status 403"));
}

#[test]
fn application_has_to_be_clear() {
    let live = Live::new();
    write(&live.world.folder, "platform.yaml", for_tenant(PLATFORM, DOMAIN));
    let err = live.run(&["verify-live"]).failed();
    assert!(
        err.contains("no application has `profile: qlik-cloud`; choose one with `--application`: `catalog`"),
        "{err}"
    );
    let err = live.run(&["verify-live", "--application", "x"]).failed();
    assert!(err.contains("there is no such application"), "{err}");
    live.run(&["verify-live", "--application", "catalog"]).stdout(1);
}

#[test]
fn conditions_that_no_api_can_decide_are_not_compared() {
    let live = Live::new();
    let acme = ACME.replace(
        "match: { exact: it-admins }",
        "when: { organization-metadata: { plan: gold } }, match: { exact: it-admins }",
    );
    write(&live.world.folder, "organizations/acme.yaml", for_tenant(&acme, DOMAIN));
    let run = live.run(&["verify-live", "--format", "json"]);
    let json: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(run.code, Some(2), "{run:?}");
    let expected = json!({ "blocked": 1, "condition-on-metadata": 5, "not-a-member": 1 });
    assert_eq!(json["not_comparable"], expected);
}
