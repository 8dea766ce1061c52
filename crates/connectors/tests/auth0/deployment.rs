//! Deployments: carried out, interrupted at every request, disturbed by others, and taken back.

use claimsmith_connectors::auth0::{Auth0, DeployError, Ours};
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::deployment::{Content, Origin, Plan, Wanted};
use claimsmith_lifecycle::digest::sha256_hex;
use claimsmith_lifecycle::journal::Phase;
use claimsmith_standins::auth0::{Seed, Tenant};
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::{DOMAIN, World, tenant};

const OLD: &str = "// Claimsmith, old";
const NEW: &str = "// Claimsmith, new";

fn origin(code: &str) -> Origin {
    match code.strip_prefix("// Claimsmith, ") {
        Some("other tenant") => Origin::OtherTenant("other.eu.auth0.com".to_owned()),
        Some(_) => Origin::Ours,
        None => Origin::Foreign,
    }
}

fn ours() -> Ours<'static> {
    Ours { name: "claimsmith", trigger: ("post-login", "v3"), origin: &origin }
}

fn wanted() -> Wanted {
    Wanted {
        name: "claimsmith".to_owned(),
        trigger: "post-login".to_owned(),
        trigger_version: "v3".to_owned(),
        content: Content { code: sha256_hex(NEW), runtime: "node22".to_owned() },
        bytes: NEW.len(),
        mappings: "abc".to_owned(),
    }
}

fn plan(auth0: &Auth0) -> Plan {
    let observed = auth0.state(&[ours().name], ours().trigger.0).expect("a state").observed(ours());
    Plan::new(("staging", DOMAIN), "test", wanted(), &observed, None).expect("a plan")
}

fn apply(auth0: &Auth0, plan: &Plan, is_forced: bool) -> Result<Vec<String>, DeployError> {
    auth0.carry_out(plan, &[NEW], ours(), is_forced, &mut |_, _, _| Ok(()))
}

/// Two Actions of others that are bound, and possibly an old one of ours.
fn seed(own: Option<&str>, is_bound: bool) -> Seed {
    let other = |id: &str| json!({ "id": id, "name": format!("Name {id}"), "code": "//", "versions": [{ "number": 1, "deployed": true }] });
    let mut actions = vec![other("a"), other("b")];
    let mut bindings = vec![
        json!({ "id": "bind-a", "action_id": "a", "display_name": "A" }),
        json!({ "id": "bind-b", "action_id": "b", "display_name": "B" }),
    ];
    if let Some(code) = own {
        actions.push(json!({
            "id": "own", "name": "claimsmith", "code": code, "runtime": "node22", "status": "built",
            "supported_triggers": [{ "id": "post-login", "version": "v3" }],
            "secrets": [{ "name": "KEPT", "value": "s" }],
            "versions": [{ "id": "v1", "number": 1, "code": code, "runtime": "node22", "deployed": true }],
        }));
        if is_bound {
            bindings.insert(1, json!({ "id": "bind-own", "action_id": "own", "display_name": "Groups" }));
        }
    }
    serde_json::from_value(
        json!({ "tenant": { "actions": actions, "bindings": { "post-login": bindings } } }),
    )
    .expect("a seed")
}

/// What logins run: code of ours, and the ids of all bindings.
fn serving(tenant: &Tenant) -> (Option<String>, Vec<String>) {
    let own = tenant.actions.iter().find(|action| action.name == "claimsmith");
    let code = own.and_then(|action| action.deployed()).map(|version| version.code.clone());
    (code, tenant.bindings["post-login"].iter().map(|binding| binding.action_id.clone()).collect())
}

fn check_deployed(tenant: &Tenant, expected_order: &[&str]) {
    let (code, bound) = serving(tenant);
    assert_eq!(code.as_deref(), Some(NEW));
    let own: Vec<_> = tenant.actions.iter().filter(|action| action.name == "claimsmith").collect();
    assert_eq!((tenant.actions.len(), own.len()), (3, 1));
    let shown: Vec<&str> =
        bound.iter().map(|id| if *id == own[0].id { "own" } else { id.as_str() }).collect();
    assert_eq!(shown, expected_order);
    for binding in &tenant.bindings["post-login"] {
        let id = binding.action_id.as_str();
        if ["a", "b"].contains(&id) {
            assert_eq!(
                (binding.id.clone(), binding.display_name.clone()),
                (format!("bind-{id}"), id.to_uppercase())
            );
        }
    }
}

#[test]
fn first_deployment_and_update_and_nothing_to_do() {
    for (own, is_bound, expected, order) in [
        (None, false, ["create", "deploy", "bind"].as_slice(), ["a", "b", "own"]),
        (Some(OLD), false, &["update", "deploy", "bind"], ["a", "b", "own"]),
        (Some(OLD), true, &["update", "deploy"], ["a", "own", "b"]),
        (Some(NEW), true, &[], ["a", "own", "b"]),
    ] {
        let world = World::new(seed(own, is_bound));
        let auth0 = world.connect();
        let plan = plan(&auth0);
        assert_eq!(apply(&auth0, &plan, false).expect("deployed"), expected);
        check_deployed(&world.stand_in.tenant(), &order);
        assert_eq!(apply(&auth0, &plan, false).expect("nothing to do"), [""; 0]);
    }
}

#[test]
fn unchanged_action_takes_at_most_eight_requests() {
    let mut seed = seed(Some(NEW), true);
    let client = Seed::with_client("deploy", "s");
    seed.tenant.clients = client.tenant.clients;
    seed.tenant.client_grants = client.tenant.client_grants;
    let world = World::new(seed);
    let plan = plan(&world.connect());
    let before = world.statuses().len();
    let client = json!({ "AUTH0_CLIENT_ID": "deploy", "AUTH0_CLIENT_SECRET": "s" });
    let auth0 = world.connect_with(client, &["read:actions"]).expect("connected");
    apply(&auth0, &plan, false).expect("nothing to do");
    let requests = &world.stand_in.requests()[before..];
    assert!(requests.len() <= 8, "{requests:?}");
    assert_eq!(requests.len(), 3, "token, Action, bindings");
    assert!(requests.iter().skip(1).all(|it| it.method == "GET"), "nothing is written");
}

#[test]
fn other_settings_of_the_action_stay() {
    let world = World::new(seed(Some(OLD), true));
    let auth0 = world.connect();
    apply(&auth0, &plan(&auth0), false).expect("deployed");
    let tenant = world.stand_in.tenant();
    let own = tenant.actions.iter().find(|action| action.id == "own").expect("ours");
    assert_eq!(own.secrets.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["KEPT"]);
    let shown = tenant.bindings["post-login"][1].display_name.as_str();
    assert_eq!(shown, "Groups");
}

/// Ends a run at each request in turn, as if the process had been killed there, and runs the same plan again.
fn interrupt(own: Option<&str>, is_bound: bool, order: &[&str], kind: fn() -> FaultKind) -> u64 {
    for nth in 1.. {
        let world = World::new(seed(own, is_bound));
        let plan = plan(&world.connect());
        world.stand_in.add_fault(Fault::new(At::request(nth), kind()));
        // No request is repeated, so whatever goes wrong ends the run.
        let settings = world.settings(json!({ "AUTH0_ACCESS_TOKEN": "t" }));
        let once = Options { attempts: 1, ..world.options() };
        let auth0 = Auth0::connect(&tenant(), &settings, &[], once).expect("connected");
        let first = apply(&auth0, &plan, false);
        let (code, bound) = serving(&world.stand_in.tenant());
        assert!(
            code.is_none() || code.as_deref() == own || code.as_deref() == Some(NEW),
            "old or new: {code:?}"
        );
        assert!(bound.contains(&"a".to_owned()) && bound.contains(&"b".to_owned()), "others run: {bound:?}");
        if first.is_ok() {
            return nth - 1;
        }
        apply(&world.connect(), &plan, false).unwrap_or_else(|error| panic!("request {nth}: {error}"));
        check_deployed(&world.stand_in.tenant(), order);
        let versions = world.stand_in.tenant().actions[2].last_version;
        assert!(versions <= if own.is_some() { 2 } else { 1 }, "no version is wasted: {versions}");
    }
    0
}

#[test]
fn run_that_is_killed_at_any_request_is_continued_by_the_next_one() {
    let mut positions = 0;
    for kind in [
        || FaultKind::CloseBefore,
        || FaultKind::CloseAfter,
        || FaultKind::Status(503),
        || FaultKind::StatusAfter(502),
        || FaultKind::Status(429),
    ] {
        positions += interrupt(None, false, &["a", "b", "own"], kind);
        positions += interrupt(Some(OLD), false, &["a", "b", "own"], kind);
        positions += interrupt(Some(OLD), true, &["a", "own", "b"], kind);
    }
    assert!(positions > 5 * 20, "{positions}");
}

#[test]
fn run_goes_on_by_itself_where_repeating_is_safe() {
    for kind in [|| FaultKind::CloseBefore, || FaultKind::Status(503), || FaultKind::Status(429)] {
        for nth in 1..=3 {
            let world = World::new(seed(Some(OLD), true));
            let auth0 = world.connect();
            let plan = plan(&auth0);
            // List, bindings, and the new draft.
            world.stand_in.add_fault(Fault::new(At::request(nth), kind()));
            apply(&auth0, &plan, false).unwrap_or_else(|error| panic!("{nth}: {error}"));
            check_deployed(&world.stand_in.tenant(), &["a", "own", "b"]);
        }
    }
}

fn bind(id: &str) -> Box<dyn FnMut(&mut Tenant) + Send> {
    let id = id.to_owned();
    Box::new(move |tenant| {
        let mut binding = tenant.bindings["post-login"][0].clone();
        (binding.id, binding.action_id) = (format!("bind-{id}"), id.clone());
        tenant.actions.push({
            let mut action = tenant.actions[0].clone();
            (action.id, action.name) = (id.clone(), format!("Name {id}"));
            action
        });
        tenant.bindings.get_mut("post-login").expect("bindings").push(binding);
    })
}

#[test]
fn bindings_that_somebody_changes_meanwhile_are_refused_with_a_diff() {
    // Before the first reading, and before the reading that directly precedes the writing.
    for nth in [1, 2] {
        let world = World::new(seed(None, false));
        let auth0 = world.connect();
        let plan = plan(&auth0);
        let at = At::route("GET", "/api/v2/actions/triggers/post-login/bindings", nth);
        world.stand_in.add_fault(Fault::change(at, bind("c")));
        let error = apply(&auth0, &plan, false).expect_err("refused").to_string();
        assert!(
            error.contains("added: `Name c`; then `Name a`, `Name b`, now `Name a`, `Name b`, `Name c`"),
            "{error}"
        );
        let (_, bound) = serving(&world.stand_in.tenant());
        assert_eq!(bound, ["a", "b", "c"]);
        apply(&auth0, &plan, true).expect("forced");
        let (code, bound) = serving(&world.stand_in.tenant());
        assert_eq!((code.as_deref(), bound.len()), (Some(NEW), 4), "{bound:?}");
        assert!(["a", "b", "c"].iter().all(|id| bound.iter().any(|it| it == id)), "{bound:?}");
    }
}

#[test]
fn bindings_that_somebody_replaces_after_the_writing_are_noticed() {
    let world = World::new(seed(None, false));
    let auth0 = world.connect();
    let plan = plan(&auth0);
    let at = At::route("GET", "/api/v2/actions/triggers/post-login/bindings", 3);
    world.stand_in.add_fault(Fault::change(at, |tenant: &mut Tenant| {
        tenant.bindings.get_mut("post-login").expect("bindings").truncate(1);
    }));
    let error = apply(&auth0, &plan, false).expect_err("refused").to_string();
    assert_eq!(
        error,
        "somebody has changed the bindings while they were written: now bound are `Name a`; plan again"
    );
}

#[test]
fn action_that_somebody_edits_meanwhile_is_refused() {
    let world = World::new(seed(Some(OLD), true));
    let auth0 = world.connect();
    let plan = plan(&auth0);
    world.stand_in.change(|tenant| tenant.actions[2].code = "// Claimsmith, edited".to_owned());
    let error = apply(&auth0, &plan, false).expect_err("refused").to_string();
    assert!(
        error.starts_with("somebody has changed the Action `claimsmith` since the plan was made"),
        "{error}"
    );
    world.stand_in.change(|tenant| tenant.actions[2].code = "// mine".to_owned());
    assert!(apply(&auth0, &plan, false).is_err());
    assert!(world.stand_in.requests().iter().all(|it| it.method == "GET"), "nothing was written");
    // What logins run is ours, so the draft may be replaced, and not if somebody has deployed it.
    let mine = |tenant: &mut Tenant| {
        tenant.actions[2].versions.iter_mut().for_each(|it| it.code = "// mine".to_owned())
    };
    let ours = world.stand_in.tenant();
    world.stand_in.change(mine);
    let error = apply(&auth0, &plan, true).expect_err("refused even if forced").to_string();
    assert!(error.contains("that claimsmith did not build"), "{error}");
    world.stand_in.change(|tenant| *tenant = ours);
    apply(&auth0, &plan, true).expect("the draft is replaced");
}

#[test]
fn refusals_of_the_service_have_clear_messages() {
    let failed = |seed: Value, fault: Option<Fault>| {
        let world = World::from_json(seed);
        let auth0 = world.connect();
        world.stand_in.change(|tenant| {
            tenant.bindings.insert("post-login".to_owned(), Vec::new());
        });
        let plan = plan(&auth0);
        if let Some(fault) = fault {
            world.stand_in.add_fault(fault);
        }
        apply(&auth0, &plan, false).expect_err("fails").to_string()
    };
    let build = failed(json!({ "build": { "fail_actions": ["claimsmith"] } }), None);
    assert!(build.starts_with("Auth0 could not build the Action `claimsmith`; logins still run"), "{build}");
    let create = || At::route("POST", "/api/v2/actions/actions", 1);
    for (status, text) in [
        (
            409,
            "status 409, The service is temporarily unavailable; somebody else has created an Action of this name: plan again",
        ),
        (
            503,
            "the service has a problem (the change may have taken effect nevertheless); run the same command again, it continues where this run has stopped",
        ),
    ] {
        let error = failed(json!({}), Some(Fault::new(create(), FaultKind::Status(status))));
        assert!(error.starts_with("POST /api/v2/actions/actions: ") && error.ends_with(text), "{error}");
    }
    let limited = failed(json!({}), Some(Fault::new(create(), FaultKind::Status(429)).repeated(99)));
    assert!(limited.contains("the tenant's rate limit is used up; run the same command again"), "{limited}");
    let actions: Vec<Value> = (0..100).map(|at| json!({ "name": format!("a{at}") })).collect();
    let full = failed(json!({ "tenant": { "actions": actions } }), None);
    assert!(full.contains("a tenant has at most 100 Actions"), "{full}");
}

#[test]
fn old_version_is_taken_back_once() {
    let world = World::new(seed(Some(OLD), true));
    let auth0 = world.connect();
    apply(&auth0, &plan(&auth0), false).expect("deployed");
    let mut steps = Vec::new();
    let mut journal = |step: &str, phase: Phase, _: Option<&str>| {
        steps.push((step.to_owned(), phase));
        Ok(())
    };
    let back = auth0.take_back(ours(), None, &|_, _| Ok(()), &mut journal).expect("taken back");
    assert_eq!((back.to.number, back.is_unchanged), (1, false));
    assert_eq!(
        steps,
        [
            ("roll back to version 1".to_owned(), Phase::Begun),
            ("roll back to version 1".to_owned(), Phase::Done)
        ]
    );
    assert_eq!(serving(&world.stand_in.tenant()).0.as_deref(), Some(OLD));
    let again =
        auth0.take_back(ours(), Some(1), &|_, _| Ok(()), &mut |_, _, _| Ok(())).expect("nothing to do");
    assert!(again.is_unchanged);
    assert_eq!(world.stand_in.tenant().actions[2].last_version, 3, "no version was made");
    let error = auth0
        .take_back(ours(), Some(7), &|_, _| Ok(()), &mut |_, _, _| Ok(()))
        .expect_err("none")
        .to_string();
    let advice = "deploy the mapping files of that time instead, with `claimsmith deploy plan` and `apply`";
    assert_eq!(error, format!("Auth0 keeps no version 7 to go back to (it keeps 3, 2, 1); {advice}"));
}

#[test]
fn rollback_that_is_killed_goes_on_with_the_number() {
    let world = World::new(seed(Some(OLD), true));
    let auth0 = world.connect();
    apply(&auth0, &plan(&auth0), false).expect("deployed");
    world.stand_in.add_fault(Fault::new(
        At::route("POST", "/api/v2/actions/actions/own/versions/v1/deploy", 1),
        FaultKind::CloseAfter,
    ));
    let error = auth0
        .take_back(ours(), None, &|_, _| Ok(()), &mut |_, _, _| Ok(()))
        .expect_err("no answer")
        .to_string();
    assert!(error.ends_with("; go on with `--to 1`, which does nothing if it took effect"), "{error}");
    assert!(
        auth0.take_back(ours(), Some(1), &|_, _| Ok(()), &mut |_, _, _| Ok(())).expect("done").is_unchanged
    );
    assert_eq!(serving(&world.stand_in.tenant()).0.as_deref(), Some(OLD));
}

#[test]
fn foreign_versions_are_not_taken_back() {
    let world = World::new(seed(Some(OLD), true));
    let auth0 = world.connect();
    apply(&auth0, &plan(&auth0), false).expect("deployed");
    world.stand_in.change(|tenant| tenant.actions[2].versions[0].code = "// mine".to_owned());
    let error = auth0
        .take_back(ours(), None, &|_, _| Ok(()), &mut |_, _, _| Ok(()))
        .expect_err("refused")
        .to_string();
    assert!(error.contains("did not build"), "{error}");
}

#[test]
fn nothing_is_done_that_cannot_be_recorded() {
    let world = World::new(seed(None, false));
    let auth0 = world.connect();
    let plan = plan(&auth0);
    let error = auth0.carry_out(&plan, &[NEW], ours(), false, &mut |_, _, _| Err("disk full".to_owned()));
    assert!(error.expect_err("stopped").to_string().ends_with("disk full"));
    assert!(world.stand_in.requests().iter().all(|it| it.method == "GET"));
}
