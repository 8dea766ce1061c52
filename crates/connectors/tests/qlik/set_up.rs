//! Plans that are carried out, also after a kill at every request.

use claimsmith_connectors::Secret;
use claimsmith_connectors::qlik::{Outcome, Qlik, SetUpError};
use claimsmith_lifecycle::journal::Phase;
use claimsmith_lifecycle::qlik::{ClaimSpelling, Plan, RunTerms, Waiting, Wanted};
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::{HOST, World};

const CLAIM: &str = "https://claims.example.com/qlik/groups";
const POINTER: &str = "/https:~1~1claims.example.com~1qlik~1groups";
const PROMOTES: RunTerms = RunTerms { is_forced: false, promotes: true };

fn seed() -> Value {
    json!({ "tenant": {
        "groups": [{ "id": "b", "name": "b" }, { "id": "x", "name": "theirs" }],
        "identity_providers": [
            { "id": "old", "protocol": "OIDC", "provider": "okta", "active": false, "interactive": true },
            {
                "id": "idp", "protocol": "OIDC", "provider": "auth0", "active": true, "interactive": true,
                "options": {
                    "clientId": "c", "clientSecret": "hunter2", "realm": "r",
                    "claimsMapping": { "sub": ["/sub"], "name": ["/name"], "groups": ["/groups"] },
                },
            },
        ],
    } })
}

fn wanted() -> Wanted {
    Wanted {
        application: "qlik".to_owned(),
        groups: ["a", "b", "c"].map(str::to_owned).into(),
        claim: Some(ClaimSpelling::pointer(CLAIM)),
    }
}

fn plan(qlik: &Qlik) -> Plan {
    let observed = qlik.observe().expect("read");
    Plan::new((HOST, None), "test", wanted(), &observed, false).expect("a plan")
}

fn run(qlik: &Qlik, plan: &Plan, terms: RunTerms) -> Result<Outcome, SetUpError> {
    let secret = Secret::new("hunter2".to_owned());
    qlik.carry_out(plan, terms, Some(&secret), &mut |_, _, _| Ok(()))
}

fn verify(world: &World) {
    let claims = json!({ "sub": "auth0|1", "name": "Ada", CLAIM: ["a"] });
    world.stand_in.verify("idp", &claims).expect("verified");
}

/// Names of groups, and where the live and the pending options read groups.
fn state(world: &World) -> (Vec<String>, Value, Value) {
    let tenant = world.stand_in.tenant();
    let mut names: Vec<String> =
        tenant.groups.iter().map(|group| group["name"].as_str().expect("a name").to_owned()).collect();
    names.sort();
    let provider = Value::from(tenant.identity_providers[1].clone());
    let path = |key: &str| provider[key]["claimsMapping"]["groups"].clone();
    (names, path("options"), path("pendingOptions"))
}

#[test]
fn plan_is_carried_out_up_to_the_verification_and_then_promoted() {
    let world = World::new(seed());
    let qlik = world.connect();
    let plan = plan(&qlik);
    let mut steps = Vec::new();
    let secret = Secret::new("hunter2".to_owned());
    let mut journal = |step: &str, phase: Phase, _: Option<&str>| {
        steps.push((step.to_owned(), phase));
        Ok(())
    };
    let first = qlik.carry_out(&plan, PROMOTES, Some(&secret), &mut journal).expect("carried out");
    assert_eq!(first.waiting, Some(Waiting::Verify));
    let expected = ["create group a", "create group c", "set pending options"];
    assert_eq!(first.steps, expected);
    let phases: Vec<_> = expected
        .iter()
        .flat_map(|step| [Phase::Begun, Phase::Done].map(|phase| ((*step).to_owned(), phase)))
        .collect();
    assert_eq!(steps, phases);
    let names = ["a", "b", "c", "theirs"].map(str::to_owned).to_vec();
    assert_eq!(
        state(&world),
        (names.clone(), json!(["/groups"]), json!([POINTER])),
        "logins read what they did"
    );
    assert_eq!(run(&qlik, &plan, PROMOTES).expect("again").steps, [""; 0]);

    verify(&world);
    let told = run(&qlik, &plan, RunTerms::default()).expect("again");
    assert_eq!((told.steps.len(), told.waiting), (0, Some(Waiting::Promote(vec!["a".to_owned()]))));
    let promoted = run(&qlik, &plan, PROMOTES).expect("promoted");
    assert_eq!(
        (promoted.steps.as_slice(), promoted.waiting),
        (["promote pending options".to_owned()].as_slice(), None)
    );
    assert_eq!(state(&world), (names, json!([POINTER]), Value::Null));
    let options = world.stand_in.tenant().identity_providers[1]["options"].clone();
    assert_eq!(
        (&options["clientSecret"], &options["realm"]),
        (&json!("hunter2"), &json!("r")),
        "the rest stays"
    );
    assert_eq!(
        run(&qlik, &plan, PROMOTES).expect("nothing left"),
        run(&qlik, &plan, PROMOTES).expect("the same")
    );
}

/// A whole set-up with one fault at a request: where it ends. `fails`: whether some run failed.
fn with_fault(nth: u64, kind: FaultKind<claimsmith_standins::qlik::Tenant>) -> (World, bool, bool) {
    let world = World::new(seed());
    let plan = plan(&world.connect());
    let before = world.stand_in.requests().len();
    // A client that never repeats is one that is killed: the next run is another process.
    let once = || {
        let options = claimsmith_connectors::http::Options { attempts: 1, ..world.options() };
        Qlik::connect(&world.settings(json!({ "QLIK_ACCESS_TOKEN": "t" })), options).expect("connected")
    };
    world.stand_in.add_fault(Fault::new(At::request(nth), kind));
    let mut has_failed = false;
    let mut continued = |terms: RunTerms| {
        run(&once(), &plan, terms).unwrap_or_else(|error| {
            has_failed = true;
            assert!(!error.to_string().contains("hunter2"), "{error}");
            run(&once(), &plan, terms).expect("the next run continues")
        })
    };
    let first = continued(PROMOTES);
    assert_eq!(first.waiting, Some(Waiting::Verify), "request {nth}");
    verify(&world);
    assert_eq!(continued(PROMOTES).waiting, None, "request {nth}");
    let is_reached = (world.stand_in.requests().len() - before) as u64 >= nth;
    (world, has_failed, is_reached)
}

#[test]
fn every_position_at_which_a_run_is_killed_is_continued() {
    let undisturbed = with_fault(u64::MAX, FaultKind::CloseBefore).0;
    let expected = state(&undisturbed);
    assert_eq!(expected.1, json!([POINTER]));
    for after in [false, true] {
        let mut positions = 0;
        for nth in 1.. {
            let kind = || if after { FaultKind::CloseAfter } else { FaultKind::CloseBefore };
            let (world, has_failed, is_reached) = with_fault(nth, kind());
            assert_eq!(state(&world), expected, "request {nth}, after: {after}");
            if !is_reached || !has_failed {
                break;
            }
            positions += 1;
        }
        assert!(positions >= 9, "{positions} positions");
    }
}

#[test]
fn secret_that_is_needed_is_asked_for_before_anything_changes() {
    let world = World::new(seed());
    let qlik = world.connect();
    let plan = plan(&qlik);
    let before = state(&world);
    let error = qlik.carry_out(&plan, PROMOTES, None, &mut |_, _, _| Ok(())).expect_err("refused");
    assert_eq!(error, SetUpError::NoProviderSecret);
    assert_eq!(state(&world), before);
    // Not needed where answers have it.
    let mut shows = seed();
    shows["shows_secrets"] = true.into();
    let world = World::new(shows);
    let qlik = world.connect();
    let plan = self::plan(&qlik);
    qlik.carry_out(&plan, PROMOTES, None, &mut |_, _, _| Ok(())).expect("carried out");
    let secret = world.stand_in.tenant().identity_providers[1]["pendingOptions"]["clientSecret"].clone();
    assert_eq!(secret, json!("hunter2"));
}

#[test]
fn spelling_that_finds_nothing_is_refused_after_the_verification() {
    let mut seed = seed();
    seed["claim_path"] = "name".into();
    let world = World::new(seed);
    let qlik = world.connect();
    let plan = plan(&qlik);
    run(&qlik, &plan, PROMOTES).expect("carried out");
    verify(&world);
    let error = run(&qlik, &plan, PROMOTES).expect_err("refused").to_string();
    assert!(error.contains("received the claim") && error.contains("another `--claim-path`"), "{error}");
    assert_eq!(state(&world).1, json!(["/groups"]));
}

#[test]
fn options_that_somebody_changes_meanwhile_are_noticed() {
    let world = World::new(seed());
    let qlik = world.connect();
    let plan = plan(&qlik);
    // Between the writing and the reading back: the third reading of the identity providers in this run.
    let at = At::route("GET", "/api/v1/identity-providers", 3);
    world.stand_in.add_fault(Fault::change(at, |tenant: &mut claimsmith_standins::qlik::Tenant| {
        tenant.identity_providers[1].insert("pendingOptions".to_owned(), json!({ "realm": "theirs" }));
    }));
    assert_eq!(run(&qlik, &plan, PROMOTES), Err(SetUpError::NotPending));
    let error = run(&qlik, &plan, PROMOTES).expect_err("refused").to_string();
    assert!(error.contains("somebody has changed the pending options"), "{error}");
    let forced = RunTerms { is_forced: true, promotes: false };
    assert_eq!(run(&qlik, &plan, forced).expect("forced").waiting, Some(Waiting::Verify));
}

#[test]
fn group_that_somebody_creates_meanwhile_is_no_problem() {
    let world = World::new(seed());
    let qlik = world.connect();
    let plan = plan(&qlik);
    world.stand_in.add_fault(Fault::change(
        At::route("POST", "/api/v1/groups", 1),
        |tenant: &mut claimsmith_standins::qlik::Tenant| {
            let group = json!({ "id": "new", "name": "a", "providerType": "idp", "status": "active" });
            tenant.groups.push(group.as_object().expect("an object").clone());
        },
    ));
    run(&qlik, &plan, PROMOTES).expect("carried out");
    assert_eq!(state(&world).0, ["a", "b", "c", "theirs"]);
}

#[test]
fn options_that_somebody_leaves_pending_while_groups_are_created_do_not_become_live() {
    let world = World::new(seed());
    let qlik = world.connect();
    let plan = plan(&qlik);
    run(&qlik, &plan, PROMOTES).expect("carried out");
    verify(&world);
    world.stand_in.change(|tenant| tenant.groups.retain(|group| group["name"] != "a"));
    world.stand_in.add_fault(Fault::change(
        At::route("POST", "/api/v1/groups", 1),
        |tenant: &mut claimsmith_standins::qlik::Tenant| {
            let provider = &mut tenant.identity_providers[1];
            let mut theirs = provider["pendingOptions"].clone();
            theirs["claimsMapping"]["groups"] = json!(["/theirs"]);
            provider.insert("pendingOptions".to_owned(), theirs);
        },
    ));
    let error = run(&qlik, &plan, PROMOTES).expect_err("refused").to_string();
    assert_eq!(state(&world).1, json!(["/groups"]), "{error}");
    assert!(error.contains("somebody has changed the pending options"), "{error}");
}
