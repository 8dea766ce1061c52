//! `claimsmith status`, against a stand-in of Auth0's Management API.

mod calendar;
#[path = "../../../lifecycle/tests/support/bundle.rs"]
mod test_bundle;

use std::collections::BTreeMap;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use claimsmith::compiler::time_text;
use claimsmith_lifecycle::block::{Bundles, LocalKey, Sign, UnsignedBlock, key_name};
use claimsmith_lifecycle::drift::FindingCode;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use self::test_bundle::bundle;
use crate::deploy::{DOMAIN, World, for_tenant, times};
use crate::support::{ACME, PLATFORM, Run, check_snapshot, root, write};

/// A tenant in which everything is as the files say.
fn deployed() -> World {
    let world = World::new(json!({}));
    deploy(&world);
    world
}

fn deploy(world: &World) {
    world.run(&["deploy", "plan"]).stdout(0);
    world.run(&["deploy", "apply", "claimsmith.plan.json"]).stdout(0);
}

/// The codes of a run with JSON, in their order.
#[track_caller]
fn codes(run: Run, exit: i32) -> Vec<String> {
    let json = run.json(exit);
    let findings = json.get("findings").and_then(Value::as_array).expect("a list");
    let text = |finding: &Value, member: &str| {
        let text = finding.get(member).and_then(Value::as_str).unwrap_or_default();
        assert!(!text.is_empty(), "{finding}");
        text.to_owned()
    };
    for member in ["severity", "place", "what", "why", "fix"] {
        findings.iter().for_each(|finding| assert_ne!(text(finding, member), ""));
    }
    findings.iter().map(|finding| text(finding, "code")).collect()
}

fn status(world: &World) -> Run {
    world.run(&["status", "--format", "json"])
}

/// `script` of util-linux, which every Debian has, runs a command on a terminal of its own.
#[cfg(target_os = "linux")]
#[test]
fn progress_is_shown_on_a_terminal_and_nowhere_else() {
    let world = deployed();
    let progress = "organizations: 1 read of about 1";
    let run = world.run(&["status"]);
    assert!(!run.out.contains(progress) && !run.err.contains(progress), "{run:?}");
    let command = format!("'{}' status", snapbox::cmd::cargo_bin!("claimsmith").display());
    let output = std::process::Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(world.folder.path())
        .env("TERM", "xterm")
        .env("SSL_CERT_FILE", world.folder.path().join("ca.pem"))
        .env("CLAIMSMITH_AUTH0_STAND_IN", world.stand_in.domain())
        .envs([("AUTH0_ACCESS_TOKEN", "hunter2"), ("AUTH0_DOMAIN", DOMAIN)])
        .stdin(std::process::Stdio::null())
        .output()
        .expect("`script` starts");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains(progress), "{shown}");
    assert!(shown.contains("\r\u{1b}[K"), "the line is removed: {shown:?}");
}

#[test]
fn every_finding_is_listed() {
    let page = fs::read_to_string(root().join("docs/status.md")).expect("a page");
    let mut rows =
        page.lines().filter(|line| line.starts_with("| `") && line.contains("` | ")).filter(|line| {
            ["problem", "warning", "note"].iter().any(|it| line.contains(&format!("` | {it} | ")))
        });
    for code in FindingCode::ALL {
        let begin = format!("| `{}` | {} | ", code.name(), code.meaning().0.name());
        assert!(rows.next().is_some_and(|row| row.starts_with(&begin)), "{begin}");
    }
    assert_eq!(rows.next(), None);
}

#[test]
fn tenant_that_is_as_the_files_say_has_no_findings() {
    let world = deployed();
    let before = world.stand_in.requests().len();
    let out = world.run(&["status"]).stdout(0);
    check_snapshot("status", &times(&world.plain(&out)));
    let requests = world.stand_in.requests();
    let made: Vec<&str> = requests[before..].iter().map(|it| it.path.as_str()).collect();
    assert_eq!(
        made,
        [
            "/api/v2/actions/actions",
            "/api/v2/actions/triggers/post-login/bindings",
            &format!("/api/v2/actions/actions/{}/versions", world.stand_in.tenant().actions[1].id),
            "/api/v2/actions/actions/other",
            "/api/v2/connections",
            "/api/v2/organizations",
            "/api/v2/organizations/org_acme/enabled_connections",
            "/api/v2/users",
        ]
    );
    assert!(requests[before..].iter().all(|it| it.method == "GET"), "it only reads");
    let json = status(&world).json(0);
    let running = &json["running"];
    assert_eq!(
        (&running["current"], &running["bound"], &running["deployed"], &running["trigger"]),
        (&json!(true), &json!(true), &json!(1), &json!("post-login"))
    );
    assert_eq!(running["found"], running["wanted"]);
    assert_eq!((&json["requests"], &json["problems"], &json["notes"]), (&json!(8), &json!(0), &json!(0)));
    let names: Vec<&Value> =
        json["checks"].as_array().expect("a list").iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["action", "connections", "organizations", "enabled connections", "profiles"]);
    assert!(json["checks"].as_array().expect("a list").iter().all(|it| it["state"] == "checked"));
}

#[test]
fn findings_say_where_what_why_and_how() {
    let world = deployed();
    world.stand_in.change(|tenant| {
        let options = tenant.connections[0].get_mut("options").expect("options");
        options["set_user_root_attributes"] = "never_on_login".into();
        options["ext_nested_groups"] = false.into();
        let other = json!({ "id": "org_new", "name": "new\u{1b}[2J" });
        tenant.organizations.push(other.as_object().expect("an object").clone());
        tenant.bindings.get_mut("post-login").expect("bindings").truncate(1);
    });
    let out = world.run(&["status"]).stdout(1);
    check_snapshot("status-findings", &times(&world.plain(&out)));
    let expected = ["action-not-bound", "login-sync-off", "nested-groups-off", "unmapped-organization"];
    assert_eq!(codes(status(&world), 1), expected);
}

#[test]
fn each_drift_of_the_tenant_is_found() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut claimsmith_standins::auth0::Tenant), exit: i32, expected: &[&str]) {
        let world = deployed();
        world.stand_in.change(change);
        assert_eq!(codes(status(&world), exit), expected);
    }
    check(|tenant| tenant.organizations.clear(), 1, &["missing-organization"]);
    check(|tenant| tenant.connections.clear(), 1, &["missing-connection"]);
    check(
        |tenant| {
            let other = json!({ "id": "con_2", "name": "Username-Password", "strategy": "auth0" });
            tenant.connections.push(other.as_object().expect("an object").clone());
        },
        0,
        &["unknown-connection"],
    );
    check(
        |tenant| {
            let other = json!({ "id": "con_2", "name": "Username-Password", "strategy": "auth0" });
            tenant.connections.push(other.as_object().expect("an object").clone());
            let enabled = json!({ "connection_id": "con_2" }).as_object().expect("an object").clone();
            tenant.organization_connections.insert("org_acme".to_owned(), vec![enabled]);
        },
        1,
        &["connection-not-enabled", "unknown-connection", "connection-not-mapped"],
    );
    check(|tenant| tenant.connections[0]["strategy"] = "oidc".into(), 1, &["other-strategy"]);
    check(
        |tenant| {
            let groups: Vec<String> = (0..300).map(|at| format!("{at:036}")).collect();
            let user = json!({
                "user_id": "waad|ada", "groups": groups, "last_login": "2026-11-27",
                "identities": [{ "connection": "acme-entra" }],
            });
            tenant.users.push(user.as_object().expect("an object").clone());
        },
        1,
        &["profile-too-large"],
    );
    check(
        |tenant| {
            let metadata = json!({ "claimsmith0": "1.1.AAAA", "plan": "gold" });
            tenant.organizations[0].insert("metadata".to_owned(), metadata);
        },
        0,
        &["block-unused"],
    );
    let world = deployed();
    let other = json!({ "id": "con_2", "name": "x", "strategy": "auth0" });
    world.stand_in.change(|tenant| tenant.connections.push(other.as_object().expect("an object").clone()));
    let run = world.run(&["status", "--deny-warnings"]);
    assert_eq!(run.code, Some(1), "{run:?}");
}

#[test]
fn action_that_does_not_run_what_the_files_give_is_found() {
    let world = World::new(json!({}));
    assert_eq!(codes(status(&world), 1), ["action-missing"]);
    deploy(&world);
    write(
        &world.folder,
        "organizations/acme.yaml",
        for_tenant(&ACME.replace("it-admins", "IT-Admins"), DOMAIN),
    );
    assert_eq!(codes(status(&world), 1), ["action-differs"]);
    for code in [
        "exports.onExecutePostLogin = async () => {};",
        "// Claimsmith, for the tenant production (acme.eu.auth0.com)\n",
    ] {
        let world = deployed();
        world.stand_in.change(|tenant| tenant.actions[1].code = code.to_owned());
        assert_eq!(codes(status(&world), 0), ["draft-differs"]);
        world.stand_in.change(|tenant| tenant.actions[1].versions.clear());
        assert_eq!(codes(status(&world), 1), ["foreign-action"]);
    }
}

#[test]
fn missing_scopes_are_named_and_nothing_is_fine_without_them() {
    let world = deployed();
    let all = [
        "read:actions",
        "read:connections",
        "read:organizations",
        "read:organization_connections",
        "read:users",
    ];
    for (at, missing) in all.iter().enumerate() {
        let granted: Vec<&str> = all.iter().copied().filter(|it| it != missing).collect();
        let client = format!("client-{at}");
        world.stand_in.change(|tenant| {
            let audience = format!("https://{}/api/v2/", world.stand_in.domain());
            let record = |value: Value| value.as_object().expect("an object").clone();
            tenant.clients.push(record(json!({ "client_id": client, "client_secret": "s" })));
            tenant
                .client_grants
                .push(record(json!({ "client_id": client, "scope": granted, "audience": audience })));
        });
        let secret = [("AUTH0_CLIENT_ID", client.as_str()), ("AUTH0_CLIENT_SECRET", "s")];
        let run = world.run_with(&["status", "--format", "json"], &secret);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.err.contains(&format!("add `{missing}` to the client grant")), "{run:?}");
        let json: Value = serde_json::from_str(&run.out).expect("JSON");
        let check = &json["checks"][at];
        assert_eq!((&check["state"], &check["missing_scopes"]), (&json!("not-checked"), &json!([missing])));
    }
    let run = world.run_with(
        &["status", "--profiles", "0"],
        &[("AUTH0_CLIENT_ID", "client-4"), ("AUTH0_CLIENT_SECRET", "s")],
    );
    let out = run.stdout(0);
    assert!(out.contains("skipped    profiles\n"), "{out}");
    let run = world.run_with(
        &["status", "--skip-enabled"],
        &[("AUTH0_CLIENT_ID", "client-3"), ("AUTH0_CLIENT_SECRET", "s")],
    );
    let out = run.stdout(0);
    assert!(out.contains("skipped    enabled connections\n"), "{out}");
}

#[test]
fn token_that_lacks_scopes_is_refused_only_where_it_lacks_them() {
    let world = World::new(json!({ "tokens": [{ "token": "limited", "scopes": ["read:connections"] }] }));
    let run = world.run_with(&["status"], &[("AUTH0_ACCESS_TOKEN", "limited")]);
    assert_eq!(run.code, Some(2), "{run:?}");
    for scope in ["read:actions", "read:organizations", "read:organization_connections", "read:users"] {
        assert!(run.out.contains(&format!("the token lacks the scope `{scope}`")), "{}", run.out);
    }
    assert!(run.out.contains("checked    connections: 1 read\n"), "{}", run.out);
    assert!(
        run.out.ends_with("not checked: action, organizations, enabled connections, profiles\n"),
        "{}",
        run.out
    );
    assert_eq!(
        run.err,
        "error: could not read everything (action, organizations, enabled connections, profiles), so it is not known whether logins work as the files say; add `read:actions`, `read:organization_connections`, `read:organizations`, `read:users` to the client grant for the Auth0 Management API\n"
    );
}

#[test]
fn request_that_fails_leaves_its_check_unknown() {
    let world = deployed();
    for (path, name) in [
        ("/api/v2/actions/actions", "action"),
        ("/api/v2/connections", "connections, enabled connections"),
        ("/api/v2/organizations", "organizations"),
        ("/api/v2/organizations/org_acme/enabled_connections", "enabled connections"),
        ("/api/v2/users", "profiles"),
    ] {
        let fault = Fault::new(At::route("GET", path, 1), FaultKind::Status(400));
        world.stand_in.add_fault(fault);
        let run = world.run(&["status"]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.out.ends_with(&format!("not checked: {name}\n")), "{}", run.out);
    }
    let wrong = world.run_with(&["status"], &[("AUTH0_ACCESS_TOKEN", "wrong-token")]).failed();
    assert!(wrong.contains("status 401") && !wrong.contains("wrong-token"), "{wrong}");
}

/// The platform with blocks, whose key is made of one byte.
fn blocks_platform(key: &LocalKey) -> String {
    format!(
        "{}blocks:\n  keys:\n    first:\n      public: {}\n",
        for_tenant(PLATFORM, DOMAIN),
        key.public_line("")
    )
}

/// The metadata that a signed block takes.
fn block(key: &LocalKey, organization: &str, issued: u32, bundles: Bundles<'_>) -> BTreeMap<String, String> {
    let unsigned = UnsignedBlock::new(DOMAIN, organization, issued, bundles).expect("a block");
    let values = unsigned.sign(&[key as &dyn Sign]).and_then(|it| it.values()).expect("values");
    values.into_iter().enumerate().map(|(at, value)| (key_name(at), value)).collect()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

#[test]
fn blocks_are_read_back_and_compared() {
    let world = World::new(json!({}));
    let key = LocalKey::from_seed([1; 32]).expect("any bytes are a key");
    write(&world.folder, "platform.yaml", blocks_platform(&key));
    let of_blocks = |world: &World| -> Vec<String> {
        let json = serde_json::from_str::<Value>(&status(world).out).expect("JSON");
        let codes = json["findings"].as_array().expect("a list").iter();
        let codes = codes.map(|it| it["code"].as_str().unwrap_or_default().to_owned());
        codes.filter(|code| code.contains("block")).collect()
    };
    assert_eq!(of_blocks(&world), ["no-block"]);
    fs::write(world.folder.path().join("1.key"), key.to_openssh("a test")).expect("a key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = world.folder.path().join("1.key");
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a mode");
    }
    let sign = || {
        world.run(&["sign", "--key", "1.key"]).stdout(0);
        let text = fs::read_to_string(world.folder.path().join("blocks/acme.json")).expect("a block");
        let block: Value = serde_json::from_str(&text).expect("JSON");
        block["values"].clone()
    };
    let set = |metadata: Value| {
        world.stand_in.change(|tenant| {
            tenant.organizations[0].insert("metadata".to_owned(), metadata);
        });
    };
    let good = sign();
    set(good.clone());
    // The time is that of the tenant, which runs slow.
    assert_eq!(of_blocks(&world), ["block-refused"]);
    world
        .stand_in
        .advance(now().checked_sub(world.stand_in.now()).expect("the clock of the tenant runs slow"));
    assert_eq!(of_blocks(&world), ["blocks-replaceable"]);
    write(
        &world.folder,
        "organizations/acme.yaml",
        for_tenant(&ACME.replace("it-admins", "IT-Admins"), DOMAIN),
    );
    assert_eq!(of_blocks(&world), ["block-differs", "blocks-replaceable"]);
    set(sign());
    assert_eq!(of_blocks(&world), ["blocks-replaceable"]);
    // The Action withholds a group of an older block.
    let floor = time_text(u32::try_from(now() + 60).expect("before 2106"));
    let floors = format!("{}  floors: {{ groups: {{ finance-readers: {floor} }} }}\n", blocks_platform(&key));
    write(&world.folder, "platform.yaml", floors);
    assert_eq!(of_blocks(&world), ["block-differs", "blocks-replaceable"]);
    write(&world.folder, "platform.yaml", blocks_platform(&key));
    let mut mixed = good;
    mixed["claimsmith0"] = "1.2.AAAA".into();
    set(mixed);
    assert_eq!(of_blocks(&world), ["block-refused"]);
    // A block whose mapping is not in the files any more.
    let bytes = bundle("org_left", "a");
    let metadata = block(&key, "org_left", 1_700_000_000, Bundles::Final(&bytes));
    set(sign());
    world.stand_in.change(|tenant| {
        let left = json!({ "id": "org_left", "name": "left", "metadata": metadata });
        tenant.organizations.push(left.as_object().expect("an object").clone());
    });
    assert_eq!(of_blocks(&world), ["block-without-mapping", "blocks-replaceable"]);
}

#[test]
fn thousand_organizations_take_ten_pages() {
    let world = deployed();
    world.stand_in.change(|tenant| {
        for at in 0..999 {
            let other = json!({ "id": format!("org_{at}"), "name": format!("o{at}") });
            tenant.organizations.push(other.as_object().expect("an object").clone());
        }
    });
    let before = world.stand_in.requests().len();
    let out = world.run(&["status"]).stdout(0);
    assert!(out.contains("checked    organizations: 1 000 read\n"), "{out}");
    assert!(out.contains("\n799 findings more; `--format json` has all of them\n"), "{out}");
    assert_eq!(world.stand_in.requests().len() - before, 7 + 10);
}
