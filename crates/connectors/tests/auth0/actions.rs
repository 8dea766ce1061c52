//! Actions: created, built, deployed, bound and taken back.

use claimsmith_connectors::auth0::{ActionContent, Binding, BindingRef, BuildError, BuildState};
use claimsmith_standins::auth0::Seed;
use serde_json::json;

use crate::support::World;

const TRIGGER: (&str, &str) = ("post-login", "v3");

fn content(code: &str) -> ActionContent<'_> {
    ActionContent { code, runtime: "node22" }
}

#[test]
fn action_is_created_built_deployed_and_bound() {
    let world = World::from_json(json!({ "tenant": {
        "actions": [{ "id": "other", "name": "Check device", "code": "//", "versions": [{ "number": 1, "deployed": true }] }],
        "bindings": { "post-login": [{ "action_id": "other", "display_name": "Device" }] },
    } }));
    let auth0 = world.connect();
    assert_eq!(auth0.find_action("claimsmith").expect("an answer"), None);
    let created = auth0.create_action("claimsmith", TRIGGER, content("// one")).expect("created");
    assert_eq!((created.status, created.deployed_version), (BuildState::Pending, None));
    auth0.deploy_action(&created.id).expect_err("it is not built");
    let built = auth0.wait_until_built(&created.id).expect("built");
    assert_eq!((built.status, built.code.as_str()), (BuildState::Built, "// one"));
    assert!(!world.timer.waits().is_empty() && world.timer.waits().iter().all(|it| *it <= 5000));
    auth0.deploy_action(&created.id).expect("deployed");
    let before = auth0.bindings("post-login").expect("bindings");
    let bind = BindingRef::New { action_id: &created.id, display_name: "claimsmith" };
    let entries: Vec<BindingRef<'_>> = before.iter().map(BindingRef::Kept).chain([bind]).collect();
    let after = auth0.replace_bindings("post-login", &entries).expect("bound");
    let names = |list: &[Binding]| -> Vec<(String, String)> {
        list.iter().map(|it| (it.action_name.clone(), it.display_name.clone())).collect()
    };
    let pair = |name: &str, shown: &str| (name.to_owned(), shown.to_owned());
    assert_eq!(names(&after), [pair("Check device", "Device"), pair("claimsmith", "claimsmith")]);
    assert_eq!(after[0].id, before[0].id, "the other binding is kept as it is");
    assert_eq!(auth0.bindings("post-login").expect("bindings"), after);
    let found = auth0.find_action("claimsmith").expect("an answer").expect("an Action");
    assert_eq!(found.deployed_version.expect("deployed").code.as_deref(), Some("// one"));
}

#[test]
fn old_version_is_deployed_again() {
    let world = World::new(Seed::default());
    let auth0 = world.connect();
    let id = auth0.create_action("claimsmith", TRIGGER, content("// one")).expect("created").id;
    for code in ["// one", "// two"] {
        auth0.update_action(&id, content(code)).expect("updated");
        auth0.wait_until_built(&id).expect("built");
        auth0.deploy_action(&id).expect("deployed");
    }
    let versions = auth0.versions(&id).expect("versions");
    assert_eq!(
        versions.iter().map(|it| (it.number, it.deployed)).collect::<Vec<_>>(),
        [(2, true), (1, false)]
    );
    assert_eq!(auth0.version(&id, &versions[1].id).expect("a version").code.as_deref(), Some("// one"));
    auth0.roll_back(&id, &versions[1].id).expect("deployed");
    let action = auth0.action(&id).expect("an Action");
    let deployed = action.deployed_version.expect("deployed");
    assert_eq!(
        (deployed.number, deployed.code.as_deref(), action.code.as_str()),
        (3, Some("// one"), "// one")
    );
}

#[test]
fn failed_build_ends_the_waiting() {
    let world = World::from_json(json!({ "build": { "fail_builds": [1] } }));
    let auth0 = world.connect();
    let id = auth0.create_action("claimsmith", TRIGGER, content("// one")).expect("created").id;
    assert_eq!(auth0.wait_until_built(&id), Err(BuildError::Failed));
}

#[test]
fn build_that_never_ends_has_a_deadline() {
    let world = World::from_json(json!({ "build": { "steps": 100_000 } }));
    let auth0 = world.connect();
    let id = auth0.create_action("claimsmith", TRIGGER, content("// one")).expect("created").id;
    let error = auth0.wait_until_built(&id).expect_err("too long").to_string();
    assert!(error.ends_with("not done within 600 seconds"), "{error}");
}

#[test]
fn long_lists_are_read_to_their_end() {
    let versions: Vec<_> = (1..=50).map(|number| json!({ "number": number })).collect();
    let actions: Vec<_> =
        (0..100).map(|at| json!({ "name": format!("a{at}"), "versions": versions })).collect();
    let world = World::from_json(json!({ "tenant": { "actions": actions } }));
    let auth0 = world.connect();
    let actions = auth0.actions().expect("Actions");
    assert_eq!(actions.len(), 100);
    assert_eq!(auth0.versions(&actions[7].id).expect("versions").len(), 50);
    assert_eq!(world.statuses().len(), 3, "a full page may have another one after it");
}
