//! Builds, deployments, versions and bindings.

use claimsmith_standins::auth0::Seed;
use serde_json::{Value, json};

use crate::client::{Tenant, action};

const NOT_BUILT: &str = "A draft must be in the 'built' state before it can be deployed.";

fn statuses(tenant: &Tenant, id: &str, reads: usize) -> Vec<String> {
    let path = format!("actions/actions/{id}");
    let status = |_| tenant.get(&path).body["status"].as_str().unwrap_or_default().to_owned();
    (0..reads).map(status).collect()
}

fn create(tenant: &Tenant, name: &str) -> String {
    let created = tenant.post("actions/actions", action(name));
    assert_eq!((created.status, &created.body["status"]), (201, &json!("pending")), "{created:?}");
    created.body["id"].as_str().expect("an id").to_owned()
}

#[test]
fn build_advances_with_each_request() {
    let tenant = Tenant::new(Seed::default());
    let id = create(&tenant, "a");
    assert_eq!(statuses(&tenant, &id, 4), ["building", "packaged", "built", "built"]);
    tenant.patch(&format!("actions/actions/{id}"), json!({ "code": "// new" }));
    assert_eq!(tenant.get("actions/actions").body["actions"][0]["status"], "building");
}

#[test]
fn draft_is_deployed_only_when_it_is_built() {
    let tenant = Tenant::new(Seed::default());
    let id = create(&tenant, "a");
    let deploy = format!("actions/actions/{id}/deploy");
    for _ in 0..2 {
        assert_eq!(tenant.post(&deploy, Value::Null).message(), (400, NOT_BUILT));
    }
    let version = tenant.post(&deploy, Value::Null);
    assert_eq!(
        (version.status, &version.body["number"], &version.body["deployed"]),
        (200, &json!(1), &json!(false))
    );
    let read = tenant.get(&format!("actions/actions/{id}")).body;
    assert_eq!(
        (&read["deployed_version"]["id"], &read["all_changes_deployed"]),
        (&version.body["id"], &json!(true))
    );
    assert_eq!(read["deployed_version"]["deployed"], true);
}

#[test]
fn failed_build_stays_failed_until_the_draft_changes() {
    let tenant = Tenant::from_json(json!({ "build": { "steps": 2, "fail_builds": [1] } }));
    let id = create(&tenant, "a");
    assert_eq!(statuses(&tenant, &id, 3), ["building", "failed", "failed"]);
    assert_eq!(tenant.post(&format!("actions/actions/{id}/deploy"), Value::Null).message(), (400, NOT_BUILT));
    tenant.patch(&format!("actions/actions/{id}"), json!({ "code": "// repaired" }));
    assert_eq!(statuses(&tenant, &id, 2), ["packaged", "built"]);
}

#[test]
fn builds_of_a_named_action_always_fail() {
    let tenant = Tenant::from_json(json!({ "build": { "steps": 1, "fail_actions": ["bad"] } }));
    let (bad, good) = (create(&tenant, "bad"), create(&tenant, "good"));
    assert_eq!([statuses(&tenant, &bad, 1), statuses(&tenant, &good, 1)], [["failed"], ["built"]]);
}

#[test]
fn at_most_fifty_versions_are_kept_and_numbers_go_on() {
    let tenant = Tenant::from_json(json!({ "build": { "steps": 0 } }));
    let id = tenant.deployed_action("a");
    for _ in 0..51 {
        tenant.post(&format!("actions/actions/{id}/deploy"), Value::Null);
    }
    let first = tenant.get(&format!("actions/actions/{id}/versions?per_page=100")).body;
    let numbers: Vec<u64> =
        first["versions"].as_array().expect("a list").iter().filter_map(|it| it["number"].as_u64()).collect();
    assert_eq!(numbers, (3..=52).rev().collect::<Vec<u64>>());
    assert_eq!(first["total"], 50);
    let last = tenant.get(&format!("actions/actions/{id}/versions?page=1&per_page=50")).body;
    assert_eq!(last, json!({ "versions": [], "page": 1, "per_page": 50 }));
}

#[test]
fn rollback_deploys_a_new_version_with_old_code() {
    let tenant = Tenant::from_json(json!({ "build": { "steps": 0 } }));
    let id = tenant.deployed_action("a");
    tenant.patch(&format!("actions/actions/{id}"), json!({ "code": "// new" }));
    tenant.post(&format!("actions/actions/{id}/deploy"), Value::Null);
    let versions = tenant.get(&format!("actions/actions/{id}/versions")).body;
    let old = versions["versions"][1]["id"].as_str().expect("an id").to_owned();
    let answer = tenant.post(&format!("actions/actions/{id}/versions/{old}/deploy"), json!({}));
    assert_eq!((&answer.body["number"], &answer.body["code"]), (&json!(3), &json!("// a")));
    let read = tenant.get(&format!("actions/actions/{id}")).body;
    assert_eq!(read["deployed_version"]["number"], 3);
    assert_eq!((&read["code"], &read["all_changes_deployed"]), (&json!("// new"), &json!(false)));
}

#[test]
fn secret_values_are_kept_and_never_answered() {
    let tenant = Tenant::new(Seed::default());
    let mut body = action("a");
    body["secrets"] = json!([{ "name": "K", "value": "v1" }, { "name": "L", "value": "v2" }]);
    let created = tenant.post("actions/actions", body);
    let id = created.body["id"].as_str().expect("an id");
    let patched = tenant.patch(&format!("actions/actions/{id}"), json!({ "secrets": [{ "name": "L" }] }));
    for answer in [&created, &patched, &tenant.get("actions/actions")] {
        assert!(
            !answer.body.to_string().contains("v1") && !answer.body.to_string().contains("v2"),
            "{answer:?}"
        );
    }
    let kept: Vec<(String, String)> = tenant.stand_in.tenant().actions[0]
        .secrets
        .iter()
        .map(|it| (it.name.clone(), it.value.clone()))
        .collect();
    assert_eq!(kept, [("L".to_owned(), "v2".to_owned())]);
}

#[test]
fn name_of_an_action_is_unique() {
    let tenant = Tenant::new(Seed::default());
    create(&tenant, "a");
    let other = create(&tenant, "b");
    assert_eq!(tenant.post("actions/actions", action("a")).status, 409);
    assert_eq!(tenant.patch(&format!("actions/actions/{other}"), json!({ "name": "a" })).status, 409);
    assert_eq!(tenant.patch(&format!("actions/actions/{other}"), json!({ "name": "b" })).status, 200);
}

#[test]
fn bindings_are_replaced_as_a_whole_in_their_order() {
    let tenant = Tenant::from_json(json!({ "build": { "steps": 0 } }));
    let (a, b) = (tenant.deployed_action("a"), tenant.deployed_action("b"));
    let path = "actions/triggers/post-login/bindings";
    let by_id = json!({ "ref": { "type": "action_id", "value": b }, "display_name": "second" });
    let by_name = json!({ "ref": { "type": "action_name", "value": "a" } });
    let first = tenant.patch(path, json!({ "bindings": [by_id, by_name] }));
    let bound = |body: &Value| -> Vec<String> {
        let bindings = body["bindings"].as_array().expect("a list");
        bindings.iter().map(|it| it["action"]["id"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(bound(&first.body), [b, a.clone()]);
    let kept = json!({ "ref": { "type": "binding_id", "value": first.body["bindings"][1]["id"] } });
    let second = tenant.patch(path, json!({ "bindings": [kept] }));
    assert_eq!(bound(&second.body), [a]);
    assert_eq!(second.body["bindings"][0]["id"], first.body["bindings"][1]["id"]);
    assert_eq!(bound(&tenant.get(path).body), bound(&second.body));
}

#[test]
fn bindings_that_cannot_be_made_leave_the_list_alone() {
    let tenant = Tenant::from_json(json!({ "build": { "steps": 0 } }));
    let id = tenant.deployed_action("a");
    let draft = create_unbuilt(&tenant);
    let path = "actions/triggers/post-login/bindings";
    let by_id = |id: &str| json!({ "ref": { "type": "action_id", "value": id } });
    tenant.patch(path, json!({ "bindings": [by_id(&id)] }));
    for (bindings, status) in [
        (json!([by_id(&id), by_id("nothing")]), 404),
        (json!([by_id(&id), by_id(&draft)]), 400),
        (json!([by_id(&id), by_id(&id)]), 400),
        (json!(vec![by_id(&id); 21]), 400),
        (json!([{ "ref": { "type": "name", "value": "a" } }]), 400),
        (json!([{}]), 400),
    ] {
        let answer = tenant.patch(path, json!({ "bindings": bindings }));
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(tenant.get(path).body["total"], 1);
    }
    assert_eq!(tenant.patch("actions/triggers/nothing/bindings", json!({ "bindings": [] })).status, 404);
}

fn create_unbuilt(tenant: &Tenant) -> String {
    tenant.post("actions/actions", action("draft")).body["id"].as_str().expect("an id").to_owned()
}

#[test]
fn bound_action_is_deleted_only_by_force() {
    let tenant = Tenant::from_json(json!({ "build": { "steps": 0 } }));
    let id = tenant.deployed_action("a");
    let binding = json!({ "ref": { "type": "action_id", "value": id } });
    tenant.patch("actions/triggers/post-login/bindings", json!({ "bindings": [binding] }));
    assert_eq!(tenant.delete(&format!("actions/actions/{id}")).status, 409);
    assert_eq!(tenant.delete(&format!("actions/actions/{id}?force=true")).status, 204);
    assert_eq!(tenant.get(&format!("actions/actions/{id}")).status, 404);
    assert_eq!(tenant.get("actions/triggers/post-login/bindings").body["bindings"], json!([]));
}

#[test]
fn test_of_an_action_answers_what_the_seed_says() {
    let tenant = Tenant::from_json(json!({ "test_results": { "a": { "logs": [] } } }));
    let (a, b) = (create(&tenant, "a"), create(&tenant, "b"));
    let result = |id: &str| {
        tenant.post(&format!("actions/actions/{id}/test"), json!({ "payload": { "x": 1 } })).body["payload"]
            .clone()
    };
    assert_eq!(result(&a), json!({ "logs": [] }));
    assert_eq!(result(&b)["event"], json!({ "x": 1 }));
    assert_eq!(tenant.post(&format!("actions/actions/{a}/test"), json!({})).status, 400);
}

#[test]
fn new_action_can_be_deployed_as_soon_as_it_is_built() {
    let tenant = Tenant::new(Seed::default());
    let mut body = action("a");
    body["deploy"] = json!(true);
    let created = tenant.post("actions/actions", body.clone()).body;
    let id = created["id"].as_str().expect("an id");
    let deployed = |_| tenant.get(&format!("actions/actions/{id}")).body.get("deployed_version").is_some();
    assert_eq!([0; 4].map(deployed), [false, false, true, true]);
    // A change is deployed by a request of its own.
    body.as_object_mut().expect("an object").retain(|key, _| key == "deploy");
    assert_eq!(tenant.patch(&format!("actions/actions/{id}"), body).status, 400);
}
