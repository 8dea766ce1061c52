//! `claimsmith verify-live`, against stand-ins of Auth0, of Qlik Cloud and of a SCIM service.

use std::fs;

use claimsmith_standins::qlik::{QlikStandIn, Seed};
use claimsmith_standins::scim::{ScimStandIn, Seed as ScimSeed};
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
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], more: &[(&str, &str)]) -> Run {
        let mut environment = vec![
            ("AUTH0_ACCESS_TOKEN", "hunter2"),
            ("AUTH0_DOMAIN", DOMAIN),
            ("QLIK_HOST", "acme.eu.qlikcloud.com"),
            ("QLIK_ACCESS_TOKEN", "hunter3"),
            ("CLAIMSMITH_QLIK_STAND_IN", self.qlik.domain()),
        ];
        environment.extend(more);
        let run = self.world.run_with(arguments, &environment);
        assert!(!run.out.contains("hunter") && !run.err.contains("hunter"), "{run:?}");
        run
    }
}

/// The output without digests and times.
fn plain(live: &Live, out: &str) -> String {
    let plain = live.world.plain(out);
    let lines = plain.lines().map(|line| match line.split_once(", at 20") {
        Some((before, _)) => format!("{before}, at TIME\n"),
        None => format!("{line}\n"),
    });
    lines.collect()
}

const NAMES: [&str; 8] = ["ada", "bob", "carl", "dora", "erik", "frances", "gus", "zoe"];

#[test]
fn people_are_compared_and_unseen_people_are_not_equal() {
    let live = Live::new();
    let out = live.run(&["verify-live"]).stdout(1);
    check_snapshot("verify-live", &plain(&live, &out));
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
    assert!(shown.out.contains("acme waad|bob: lacks `finance-readers`\n"), "{}", shown.out);
    assert!(shown.out.contains("acme waad|carl: has also `finance-readers`\n"), "{}", shown.out);
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
fn application_has_to_be_in_the_service() {
    let live = Live::new();
    let two = "applications:\n  portal:\n    clients: [PortalClient]\n    claim: https://claims.example.com/portal/groups\n";
    let platform = for_tenant(PLATFORM, DOMAIN).replace("applications:\n", two);
    write(
        &live.world.folder,
        "platform.yaml",
        platform.replace(
            "    claim: https://claims.example.com/catalog",
            "    profile: qlik-cloud\n    claim: https://claims.example.com/catalog",
        ),
    );
    let err = live.run(&["verify-live", "--application", "portal"]).failed();
    assert!(
        err.contains("`portal` is not in Qlik Cloud: applications with `profile: qlik-cloud`: `catalog`; if it has a SCIM service, compare with that by `--scim`"),
        "{err}"
    );
    let err = live.run(&["verify-live", "--application", "x"]).failed();
    assert!(err.contains("there is no such application; `platform.yaml` has `catalog`, `portal`"), "{err}");
    write(&live.world.folder, "platform.yaml", for_tenant(PLATFORM, DOMAIN));
    let err = live.run(&["verify-live"]).failed();
    assert!(
        err.contains("no application has `profile: qlik-cloud`, so none is in Qlik Cloud; compare with a SCIM service by `--scim`; `platform.yaml` has `catalog`"),
        "{err}"
    );
}

/// The tenant of [`Live`], with a condition on metadata of the organization.
fn with_metadata() -> Live {
    let live = Live::new();
    let acme = ACME.replace(
        "match: { exact: it-admins }",
        "when: { organization-metadata: { plan: gold } }, match: { exact: it-admins }",
    );
    write(&live.world.folder, "organizations/acme.yaml", for_tenant(&acme, DOMAIN));
    live
}

#[test]
fn metadata_of_a_login_are_read_where_rules_look_at_them() {
    let live = with_metadata();
    let compared = |plan: &str| {
        live.world.stand_in.change(|tenant| {
            let acme = tenant.organizations.iter_mut().find(|it| it.get("id") == Some(&json!("org_acme")));
            acme.expect("acme").insert("metadata".to_owned(), json!({ "plan": plan }));
        });
        let json = live.run(&["verify-live", "--format", "json"]).json(1);
        [json["equal"].clone(), json["different"].clone(), json["unseen_in_application"].clone()]
    };
    assert_eq!(compared("gold"), [json!(1), json!(2), json!(1)]);
    // Ada has the group although the rule does not grant it.
    assert_eq!(compared("silver"), [json!(0), json!(3), json!(1)]);
}

#[test]
fn metadata_that_cannot_be_read_are_not_guessed() {
    let live = with_metadata();
    let forbidden = Fault::new(At::route("GET", "/api/v2/clients/*", 1), FaultKind::Status(403));
    live.world.stand_in.add_fault(forbidden);
    let run = live.run(&["verify-live", "--format", "json"]);
    let json: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(run.code, Some(2), "{run:?}");
    let expected = json!({ "blocked": 1, "condition-on-metadata": 5, "not-a-member": 1 });
    assert_eq!(json["not_comparable"], expected);
    assert_eq!(
        json["gaps"],
        json!([
            "clients: GET /api/v2/clients/CatalogClient: status 403, The service is temporarily unavailable"
        ])
    );
}

#[test]
fn provisioned_groups_are_read_of_each_person() {
    let live = Live::new();
    let acme = ACME.replace("{ strategy: waad }", "{ strategy: waad, groups: { from: provisioned } }");
    write(&live.world.folder, "organizations/acme.yaml", for_tenant(&acme, DOMAIN));
    live.world.stand_in.change(|tenant| {
        let id = tenant.connections.iter().find(|it| it.get("name") == Some(&json!("acme-entra")));
        let id = id.expect("a connection")["id"].clone();
        let group = |name: &str, of: &Value| {
            json!({ "id": name, "name": name, "connection_id": of }).as_object().expect("an object").clone()
        };
        let own = vec![group("it-admins", &id), group("fin-emea", &json!("con_other"))];
        tenant.user_groups.insert("waad|ada".to_owned(), own);
    });
    let json = live.run(&["verify-live", "--format", "json"]).json(1);
    assert_eq!((&json["equal"], &json["different"]), (&json!(1), &json!(2)), "ada, not carl and bob: {json}");
    live.world.stand_in.add_fault(
        Fault::new(At::route("GET", "/api/v2/users/*/groups", 1), FaultKind::Status(403)).repeated(9),
    );
    let run = live.run(&["verify-live"]);
    assert!(run.out.contains("unknown    5 (provisioned-unavailable)\n"), "{}", run.out);
    assert!(
        run.out.contains("not read   provisioned groups: GET /api/v2/users/…/groups: status 403"),
        "{}",
        run.out
    );
}

/// A service of SCIM with the people of [`Live`], by three kinds of names.
fn catalog(quirks: Value) -> ScimStandIn {
    let seed: ScimSeed = serde_json::from_value(json!({
        "tokens": [{ "token": "hunter4" }], "quirks": quirks,
        "tenant": {
            "users": [
                { "id": "1", "userName": "a", "externalId": "waad|ada" }, { "id": "2", "userName": "waad|bob" },
                { "id": "3", "userName": "CARL@example.com" }, { "id": "4", "userName": "zoe@example.com" },
                { "id": "5", "userName": "waad|dora", "active": false },
            ],
            "groups": [
                { "displayName": "catalog-admins", "members": [{ "value": "1" }, { "value": "2" }, { "value": "5" }] },
                { "displayName": "finance-readers", "members": [{ "value": "3" }] },
                { "displayName": "by-hand", "members": [{ "value": "1" }] },
            ],
        },
    }))
    .expect("a seed");
    ScimStandIn::start(seed).expect("starts")
}

fn compare_with(live: &Live, catalog: &ScimStandIn, arguments: &[&str]) -> Run {
    let path = live.world.folder.path().join("ca.pem");
    let authorities = fs::read_to_string(&path).expect("a file");
    fs::write(&path, format!("{authorities}{}", catalog.ca_pem())).expect("a file");
    let url = format!("https://{}/scim/v2", catalog.domain());
    write(&live.world.folder, "platform.yaml", for_tenant(PLATFORM, DOMAIN));
    let arguments: Vec<&str> =
        ["verify-live", "--scim"].into_iter().chain(arguments.iter().copied()).collect();
    let run = live.run_with(&arguments, &[("SCIM_URL", &url), ("SCIM_TOKEN", "hunter4")]);
    assert!(!run.out.contains("|bob") && !run.out.contains("@example.com"), "{run:?}");
    Run { out: run.out.replace(catalog.domain(), "catalog.example.com"), ..run }
}

#[test]
fn people_are_compared_with_members_of_a_scim_service() {
    let live = Live::new();
    for quirks in [json!({}), json!({ "lists_without_members": true, "most_per_page": 2 })] {
        let catalog = catalog(quirks);
        let out = compare_with(&live, &catalog, &[]).stdout(1);
        check_snapshot("verify-live-scim", &plain(&live, &out));
        assert!(catalog.requests().iter().all(|it| it.method == "GET"), "it only reads");
    }
    let json = compare_with(&live, &catalog(json!({})), &["--format", "json"]).json(1);
    assert_eq!(json["scim"], "https://catalog.example.com/scim/v2");
    assert_eq!((&json["application_users"], &json["other_groups"]), (&json!(5), &json!(1)));
}

#[test]
fn scim_group_that_is_not_seen_is_a_finding_of_its_own() {
    let live = Live::new();
    let check = |change: fn(&mut Vec<serde_json::Map<String, Value>>),
                 snapshot: &str,
                 [missing, without]: [Value; 2]| {
        let catalog = catalog(json!({}));
        catalog.change(|tenant| change(&mut tenant.groups));
        let out = compare_with(&live, &catalog, &[]).stdout(1);
        check_snapshot(snapshot, &plain(&live, &out));
        let json = compare_with(&live, &catalog, &["--format", "json"]).json(1);
        assert_eq!(
            (&json["equal"], &json["different"], &json["differences"]),
            (&json!(2), &json!(0), &json!([]))
        );
        assert_eq!((&json["missing_groups"], &json["groups_without_members"]), (&missing, &without));
    };
    // Bob should hold the group, and Carl holds it.
    check(
        |groups| groups.retain(|it| it["displayName"] != "finance-readers"),
        "verify-live-scim-missing",
        [json!(["finance-readers"]), json!([])],
    );
    check(
        |groups| {
            for group in groups.iter_mut().filter(|it| it["displayName"] == "finance-readers") {
                group.remove("members");
            }
        },
        "verify-live-scim-without-members",
        [json!([]), json!(["finance-readers"])],
    );
}

#[test]
fn scim_service_that_says_nothing_is_not_an_answer() {
    let live = Live::new();
    let err = compare_with(&live, &catalog(json!({ "hides_members": true })), &[]).failed();
    assert!(err.contains("no group of the application has a member in the SCIM service"), "{err}");
    let catalog = catalog(json!({}));
    catalog.add_fault(Fault::new(At::route("GET", "/scim/v2/Groups", 1), FaultKind::Status(403)));
    let err = compare_with(&live, &catalog, &[]).failed();
    assert!(err.contains("GET /scim/v2/Groups: status 403"), "{err}");
    let err = live.run_with(&["verify-live", "--scim"], &[("SCIM_TOKEN", "hunter4")]).failed();
    assert!(err.contains("set `SCIM_URL` to its base"), "{err}");
    catalog.add_fault(Fault::new(At::route("GET", "/scim/v2/Users", 1), FaultKind::Status(404)));
    let err = compare_with(&live, &catalog, &[]).failed();
    assert!(err.contains("`SCIM_URL` has to be the base of the service"), "{err}");
}

#[test]
fn group_without_members_is_open_even_if_no_one_should_hold_it() {
    let live = Live::new();
    live.world.stand_in.change(|tenant| {
        let bob = tenant.users.iter_mut().find(|it| it["user_id"] == "waad|bob").expect("bob");
        bob.insert("groups".to_owned(), json!(["it-admins"]));
    });
    let catalog = catalog(json!({}));
    catalog.change(|tenant| {
        for group in tenant.groups.iter_mut().filter(|it| it["displayName"] == "finance-readers") {
            group.remove("members");
        }
    });
    let json = compare_with(&live, &catalog, &["--format", "json"]).json(1);
    let counted = (&json["different"], &json["not_comparable"]["group-without-members"]);
    assert_eq!(counted, (&json!(0), &Value::Null), "{json}");
    assert_eq!(json["groups_without_members"], json!(["finance-readers"]));
}
