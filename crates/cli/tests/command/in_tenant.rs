//! Cases, and the Action that tries what another one needs, through the test that Auth0 has for Actions.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use claimsmith::compiler::{CompiledPlatform, compile_whole};
use claimsmith::diagnostic::SourceFile;
use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::auth0::{Auth0, Settings};
use claimsmith_connectors::http::Options;
use claimsmith_standins::auth0::{Auth0StandIn, Seed};
use serde_json::{Value, json};

use crate::blocks;
use crate::deploy::{DOMAIN, World};
use crate::support::{check_snapshot, run_in, write};

const CASES: &str = "\
version: 1
cases:
  - name: an administrator
    application: catalog
    groups: [it-admins, fin-berlin]
    expect: { claims: [catalog-admins, finance-readers] }
  - name: somebody else
    application: catalog
    groups: [other]
    expect: { claims: [] }
  - name: a login whose groups are missing
    application: catalog
    user: {}
    expect: { outcome: deny }
  - name: a login at a time
    application: catalog
    groups: [fin-berlin]
    now: 2026-11-27T00:00:00Z
    expect: { claims: [finance-readers] }
";

/// A tenant that runs the Action of the mappings, whose test answers in one way or another.
fn deployed(seed: Value) -> World {
    let world = World::new(seed);
    write(&world.folder, "organizations/acme.test.yaml", CASES);
    world.run(&["deploy", "plan"]).stdout(0);
    world.run(&["deploy", "apply", "claimsmith.plan.json"]).stdout(0);
    world
}

#[test]
fn cases_run_in_the_tenant() {
    let world = deployed(json!({ "runs_tests": true }));
    check_snapshot("test-in-tenant", &world.run(&["test", "--in-tenant"]).stdout(0));
    let json = world.run(&["test", "--in-tenant", "--format", "json"]).json(0);
    assert_eq!((&json["same"], &json["not_run"]), (&json!(3), &json!(1)), "{json}");

    // The mappings have changed, and the tenant has not.
    let path = world.folder.path().join("mappings/organizations/acme.yaml");
    let text = fs::read_to_string(&path).expect("a mapping").replace("fin-*", "nobody-*");
    fs::write(&path, text).expect("a mapping");
    let cases = CASES
        .replace("[catalog-admins, finance-readers]", "[catalog-admins]")
        .replace("[finance-readers]", "[]");
    write(&world.folder, "organizations/acme.test.yaml", &cases);
    let run = world.run(&["test", "--in-tenant"]);
    assert_eq!(run.code, Some(1));
    check_snapshot("test-in-tenant-differs", &run.out);
    assert!(run.err.contains("is not what these mappings build"), "{}", run.err);
}

#[test]
fn cases_of_mappings_that_travel_run_with_their_blocks() {
    let organizations = ["acme", "globex"].map(|name| json!({ "id": format!("org_{name}"), "name": name }));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let world = World::with(
        blocks::blocks_folder(&blocks::keys()),
        blocks::DOMAIN,
        json!({
            "runs_tests": true,
            "clock": { "start": now },
            "tenant": { "organizations": organizations },
        }),
    );
    let cases = CASES.replace("it-admins, fin-berlin", "fin-berlin").replace("[catalog-admins, ", "[");
    write(&world.folder, "organizations/acme.test.yaml", cases);
    for arguments in [
        ["deploy", "plan", "--packaging", "organizations"].as_slice(),
        &["sign", "--key", "1.key"],
        &["deploy", "apply", "claimsmith.plan.json"],
    ] {
        let run = world.run(arguments);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    let out = world.run(&["test", "--in-tenant"]).stdout(0);
    assert!(out.contains(": 3 cases the same, 0 different, 0 unknown; 1 not run"), "{out}");
}

#[test]
fn a_result_without_the_claim_is_unknown() {
    let world = deployed(
        json!({ "test_results": { "claimsmith": { "stats": { "total_request_duration_ms": 12 } } } }),
    );
    let run = world.run(&["test", "--in-tenant"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.out.contains("unknown  an administrator: the result does not show the claim\n"),
        "{}",
        run.out
    );
    assert!(run.out.contains("0 cases the same, 0 different, 3 unknown; 1 not run"), "{}", run.out);
}

#[test]
fn a_tenant_without_the_action_or_with_other_credentials_is_an_error() {
    let world = World::new(json!({ "runs_tests": true }));
    write(&world.folder, "organizations/acme.test.yaml", CASES);
    let err = world.run(&["test", "--in-tenant"]).failed();
    assert!(err.contains("the tenant has no Action `claimsmith`; `claimsmith deploy` makes it"), "{err}");
    let run = world.run_with(
        &["test", "--in-tenant"],
        &[("AUTH0_ACCESS_TOKEN", "hunter2"), ("AUTH0_DOMAIN", "other.eu.auth0.com")],
    );
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(world.stand_in.requests().iter().all(|request| !request.path.contains("/test")));
}

fn platform() -> CompiledPlatform {
    let text = format!(
        "version: 1
platform:
  tenants: {{ staging: {{ domain: {DOMAIN} }} }}
  applications: {{ hub: {{ clients: {{ staging: [hub-client] }}, claim: https://example.com/groups }} }}
  groups: {{ readers: {{ applications: [hub], description: Reads. }} }}
organizations:
  acme:
    organization: {{ staging: org_acme }}
    connections: {{ acme-ad: {{ strategy: ad }} }}
    rules: [{{ id: everyone, everyone: true, grant: readers }}]
"
    );
    compile_whole(&SourceFile { path: "p.yaml".to_owned(), text }).platform.expect("a platform")
}

#[test]
fn what_the_action_needs_is_tried_by_the_test_of_the_tenant() {
    let world = World::new(json!({}));
    let out = run_in(&world.folder, &["bundle", "--smoke"]).stdout(0);
    assert!(out.contains("its claim is `https://"), "{out}");
    let json = run_in(&world.folder, &["bundle", "--smoke", "--format", "json"]).json(0);
    let code = fs::read_to_string(world.folder.path().join("dist/smoke.js")).expect("the Action");
    let trigger = json!([{ "id": "post-login", "version": "v3" }]);
    let mut seed: Seed = serde_json::from_value(json!({
        "runs_tests": true,
        "tenant": { "actions": [{ "id": "smoke", "name": "smoke", "code": code, "supported_triggers": trigger }] },
    }))
    .expect("a seed");
    seed.tokens.extend(Seed::with_token("t").tokens);
    let stand_in = Auth0StandIn::start(seed).expect("starts");
    let settings = Settings::from_json_in(
        &json!({ "AUTH0_DOMAIN": DOMAIN, "AUTH0_ACCESS_TOKEN": "t" }),
        world.folder.path(),
    );
    let settings = settings.expect("settings").at_stand_in(stand_in.domain()).expect("this machine");
    let options = Options { ca_pem: Some(stand_in.ca_pem().to_owned()), ..Options::default() };
    let platform = platform();
    let tenant = platform.tenant().expect("a tenant");
    let auth0 = Auth0::connect(tenant, &settings, &["create:actions"], options).expect("connected");
    let event = json!({ "organization": { "id": "org_acme", "metadata": {} }, "user": {} });
    let result = auth0.test_action("smoke", &event).expect("a result");
    let calls = result["calls"].as_array().expect("calls");
    let names: Vec<&Value> = calls.iter().map(|call| &call["name"]).collect();
    assert_eq!(
        names,
        ["idToken.setCustomClaim", "accessToken.setCustomClaim"],
        "it does nothing else: {result}"
    );
    for call in calls {
        assert_eq!(call["arguments"][0], json["claim"]);
        let mut report = call["arguments"][1].clone();
        report.as_object_mut().expect("a report").remove("node");
        let expected = json!({
            "text": "ok", "digest": "ok", "brotli": "ok", "webassembly": "ok", "ed25519": "ok", "claim": "ok",
            "block": "not checked: the platform takes no blocks",
        });
        assert_eq!(report, expected);
    }
}
