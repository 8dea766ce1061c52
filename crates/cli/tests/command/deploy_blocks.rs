//! `claimsmith deploy` with mappings that travel as blocks, against a stand-in of Auth0's Management API.

mod blocked;
mod confirmation;
mod followed;
mod kills;
mod meanwhile;
mod mistakes;
mod plans;
mod recomputed;
mod revived;
mod rollback;
mod writer;

use std::fs;
use std::io::Read;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use claimsmith::Bundle;
use claimsmith::compiler::time_text;
use claimsmith_lifecycle::block::{ActionReader, BlockRefusal, Sign, Source};
use claimsmith_lifecycle::deployment::{block_values, foreign, joined};
use claimsmith_lifecycle::tenant::Metadata;
use claimsmith_standins::auth0::Tenant;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::blocks::{DOMAIN, blocks_folder, key, keys, platform};
use crate::deploy::World;
use crate::support::{ACME, Run, check_snapshot, claimsmith, write};

const PLAN: &str = "claimsmith.plan.json";
const TRAVEL: &[&str] = &["deploy", "plan", "--packaging", "organizations"];
const APPLY: &[&str] = &["deploy", "apply", PLAN];

/// What the tenant has of others.
fn crm() -> Value {
    json!({ "crm": "4711" })
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// Four customers, of which two have mappings that can travel, and the tenant with their organizations.
fn world() -> World {
    let organization = |name: &str| json!({ "id": format!("org_{name}"), "name": name, "metadata": crm() });
    let organizations: Vec<Value> = ["acme", "globex", "umbrella"].map(organization).to_vec();
    World::with(
        blocks_folder(&keys()),
        DOMAIN,
        json!({
            "clock": { "start": now(), "ms_per_request": 0 },
            // The clock does not move, so nothing would be added.
            "rate": { "burst": 1_000_000 },
            "tenant": { "organizations": organizations },
        }),
    )
}

fn sign(world: &World, arguments: &[&str]) -> Run {
    let command = claimsmith(&[&["sign"], arguments].concat()).current_dir(world.folder.path());
    let command = command.env_remove("SSH_AUTH_SOCK").env_remove("CLAIMSMITH_SIGNING_KEY");
    Run::new(command.output().expect("the command starts"))
}

/// Notes are printed on standard error.
#[track_caller]
fn done(run: Run) -> String {
    assert_eq!(run.code, Some(0), "{run:?}");
    run.out
}

#[track_caller]
fn refused(run: Run) -> String {
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""), "{run:?}");
    errors(&run)
}

/// The errors of a run that has done everything else.
#[track_caller]
fn not_written(run: Run) -> String {
    assert!(run.code == Some(1) && run.out.contains("0 blocks written"), "{run:?}");
    errors(&run)
}

fn errors(run: &Run) -> String {
    run.err.lines().filter(|line| line.starts_with("error: ")).map(|line| format!("{line}\n")).collect()
}

/// Plans, signs with a key, and applies.
fn deploy(world: &World, key: &str) -> String {
    done(world.run(TRAVEL));
    done(sign(world, &["--key", key, "--at", &time_text(earlier(1000))]));
    done(world.run(APPLY))
}

/// A number of seconds ago.
fn earlier(seconds: u64) -> u32 {
    u32::try_from(now() - seconds).expect("before 2106")
}

fn metadata(tenant: &Tenant, id: &str) -> Metadata {
    let found = tenant.organizations.iter().find(|it| it["id"] == id).expect("an organization");
    found["metadata"].as_object().expect("metadata").clone()
}

/// What the Action of a tenant knows, if logins run one.
fn reader(tenant: &Tenant) -> Option<ActionReader> {
    let action = tenant.actions.iter().find(|action| action.name == "claimsmith")?;
    let bound = tenant.bindings.values().flatten().any(|it| it.action_id == action.id);
    let code = &action.deployed().filter(|_| bound)?.code;
    let texts = code.split('"').filter(|text| text.len() > 40).filter_map(|text| {
        let compressed = BASE64_STANDARD.decode(text).ok()?;
        let mut bytes = Vec::new();
        brotli::Decompressor::new(compressed.as_slice(), 4096).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    });
    for bytes in texts {
        if let Some(reader) = ActionReader::of_bundle(&bytes) {
            return Some(reader);
        }
    }
    None
}

/// Where the mapping of an organization comes from at a login.
fn source(tenant: &Tenant, id: &str, at: u64) -> Option<Source> {
    let block = joined(&block_values(&metadata(tenant, id)));
    Some(reader(tenant)?.source(id, &block, Some(at as f64)))
}

/// The digest of the mapping of an organization's block, at a login.
fn used(world: &World, id: &str, at: u64) -> String {
    let source = source(&world.stand_in.tenant(), id, at);
    let verified = match source {
        Some(Source::Block(verified)) => Some(verified),
        _ => None,
    };
    let verified = verified.expect("a block that is used");
    Bundle::decode(verified.bundle_at(Some(at as f64))).expect("a bundle").digest_hex()
}

fn requests(world: &World) -> Vec<String> {
    world.stand_in.requests().iter().map(|it| format!("{} {}", it.method, it.path)).collect()
}

/// The beginning of a rule that may be added.
fn acme_with(rule: &str) -> String {
    ACME.replace("  - { id: admins, match: { exact: it-admins }, grant: catalog-admins }\n", rule)
}

const ADDED: &str = "  - { id: audit, match: { exact: audit }, grant: finance-readers }\n";

#[test]
fn mappings_leave_the_action_without_a_moment_in_between() {
    let world = world();
    done(world.run(&["deploy", "plan"]));
    done(world.run(APPLY));
    let planned = done(world.run(TRAVEL));
    check_snapshot("deploy-blocks-plan", &world.plain(&planned));
    let error = world.run(APPLY);
    assert!(
        error.err.ends_with(
            "error: there is no signed block of `acme`, `globex` in `blocks`; `claimsmith sign` writes it, and `--blocks DIR` names another folder that has it\n"
        ),
        "{error:?}"
    );
    done(sign(&world, &["--key", "1.key"]));
    let served = watch(&world, &["org_acme", "org_globex", "org_umbrella"]);
    let applied = done(world.run(APPLY));
    check_snapshot("deploy-blocks-apply", &world.plain(&applied));
    assert_eq!(
        served.lock().expect("no panic").as_slice(),
        [] as [String; 0],
        "everyone is served at each request"
    );

    let tenant = world.stand_in.tenant();
    let reader = reader(&tenant).expect("an Action");
    assert_eq!(reader.embedded.iter().collect::<Vec<_>>(), ["org_umbrella"]);
    for id in ["org_acme", "org_globex"] {
        let metadata = metadata(&tenant, id);
        assert_eq!(Value::Object(foreign(&metadata)), crm());
        assert!(matches!(source(&tenant, id, now()), Some(Source::Block(_))));
    }
    assert_eq!(Value::Object(metadata(&tenant, "org_umbrella")), crm());
    let again = done(world.run(&[TRAVEL, &["--format", "json"]].concat()));
    let again: Value = serde_json::from_str(&again).expect("JSON");
    assert_eq!(
        (&again["steps"], &again["blocks"]["changes"], &again["blocks"]["unchanged"]),
        (&json!([]), &json!([]), &json!(2))
    );
    let before = requests(&world).len();
    done(world.run(APPLY));
    let after = requests(&world);
    assert_eq!(
        after[before..],
        [
            "GET /api/v2/organizations",
            "GET /api/v2/actions/actions",
            "GET /api/v2/actions/triggers/post-login/bindings",
        ]
    );
}

/// Names each organization that is not served when a request arrives.
fn watch(world: &World, ids: &'static [&'static str]) -> Arc<Mutex<Vec<String>>> {
    let closed = Arc::new(Mutex::new(Vec::new()));
    let found = Arc::clone(&closed);
    let at = now();
    let watching = Fault::change(At::request(1), move |tenant| {
        for id in ids {
            if !source(tenant, id, at).is_some_and(|source| source.is_served()) {
                found.lock().expect("no panic").push((*id).to_owned());
            }
        }
    });
    world.stand_in.add_fault(watching.repeated(10_000));
    closed
}

#[test]
fn change_of_one_customer_touches_nothing_else() {
    let world = world();
    deploy(&world, "1.key");
    let (deployed, globex) = (world.deployed(), metadata(&world.stand_in.tenant(), "org_globex"));
    let first = used(&world, "org_acme", now());
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    done(world.run(&[TRAVEL, &["--organization", "acme"]].concat()));
    done(sign(&world, &["--organization", "acme", "--key", "1.key"]));
    let before = requests(&world).len();
    let out = done(world.run(APPLY));
    assert!(out.ends_with("1 block written, 0 as planned already, 0 unchanged\n"), "{out}");
    assert_eq!(
        requests(&world)[before..],
        [
            "GET /api/v2/actions/actions",
            "GET /api/v2/organizations/org_acme",
            "PATCH /api/v2/organizations/org_acme",
            "GET /api/v2/organizations/org_acme",
        ]
    );
    assert_ne!(used(&world, "org_acme", now()), first);
    assert_eq!((world.deployed(), metadata(&world.stand_in.tenant(), "org_globex")), (deployed, globex));

    let back = done(world.run(&["deploy", "rollback", "--organization", "acme", "--plan", PLAN]));
    assert!(back.contains("1 block taken back, 0 already"), "{back}");
    assert_eq!(used(&world, "org_acme", now()), first);
    let again = done(world.run(&["deploy", "rollback", "--organization", "acme", "--plan", PLAN]));
    assert!(again.starts_with("0 blocks taken back, 1 already"), "{again}");
    let steps: Vec<String> =
        world.journal("claimsmith.plan.journal.jsonl").into_iter().map(|(step, _)| step).collect();
    assert!(
        steps.ends_with(
            &["block of acme", "roll back block of acme", "roll back block of acme"].map(str::to_owned)
        ),
        "{steps:?}"
    );
}

/// Replaces the only key that may sign by another one.
fn with_other_key(world: &World) {
    let blocks = keys().replace(&key(1).public_line(""), &key(3).public_line(""));
    write(&world.folder, "platform.yaml", platform(&blocks));
}

#[test]
fn key_is_replaced_by_an_action_in_between() {
    let world = world();
    deploy(&world, "1.key");
    with_other_key(&world);
    let planned = done(world.run(TRAVEL));
    assert!(
        planned.contains("order      an Action that takes old and new blocks, the blocks, then the Action\n"),
        "{planned}"
    );
    done(sign(&world, &["--key", "3.key"]));
    let served = watch(&world, &["org_acme", "org_globex"]);
    let out = done(world.run(APPLY));
    assert_eq!(served.lock().expect("no panic").as_slice(), [] as [String; 0]);
    assert!(out.starts_with("update: done\ndeploy: done\nblock of acme: done\nblock of globex: done\nupdate: done\ndeploy: done\n"), "{out}");
    let verification = reader(&world.stand_in.tenant()).and_then(|it| it.verification).expect("blocks");
    let public = claimsmith::hex(&key(1).public());
    assert!(verification.keys.iter().all(|it| it.key != public), "the old key is gone");
}

fn set(tenant: &mut Tenant, id: &str, metadata: Value) {
    let found = tenant.organizations.iter_mut().find(|it| it["id"] == id).expect("an organization");
    found.insert("metadata".to_owned(), metadata);
}

impl Run {
    /// The error of a run that failed, without the notes before it.
    fn failed_with_notes(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{}", self.err);
        self.err.lines().filter(|line| !line.starts_with("note: ")).map(|line| format!("{line}\n")).collect()
    }
}

#[test]
fn status_expects_blocks_only_where_they_travel() {
    let world = world();
    done(world.run(&["deploy", "plan"]));
    done(world.run(APPLY));
    let run = world.run(&["status", "--profiles", "0"]);
    assert!(run.out.contains(": what the mapping files give\n") && !run.out.contains("no-block"), "{run:?}");
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "1.key"]));
    done(world.run(APPLY));
    world.stand_in.change(|tenant| set(tenant, "org_acme", crm()));
    let run = world.run(&["status", "--profiles", "0"]);
    assert!(run.out.contains(": what the mapping files give\n") && run.out.contains("no-block"), "{run:?}");
}

#[test]
fn plan_names_customers_that_the_mapping_files_have_lost() {
    let world = world();
    done(world.run(&["deploy", "plan"]));
    done(world.run(APPLY));
    fs::remove_file(world.folder.path().join("mappings/organizations/globex.yaml")).expect("removed");
    let platform = platform(&keys()).replace("ceilings:\n  globex: { protected: catalog-admins }\n", "");
    write(&world.folder, "platform.yaml", platform);
    let planned = world.run(&["deploy", "plan"]);
    assert!(planned.err.contains("none for them any more: globex (org_globex)\n"), "{planned:?}");
}

#[test]
fn blocks_are_written_anew_when_that_is_asked() {
    let world = world();
    deploy(&world, "1.key");
    let before = metadata(&world.stand_in.tenant(), "org_acme");
    done(world.run(&[TRAVEL, &["--rewrite"]].concat()));
    done(sign(&world, &["--key", "1.key", "--key", "2.key"]));
    let out = done(world.run(APPLY));
    assert!(out.ends_with("2 blocks written, 0 as planned already, 0 unchanged\n"), "{out}");
    assert_ne!(metadata(&world.stand_in.tenant(), "org_acme"), before);
    assert!(matches!(source(&world.stand_in.tenant(), "org_acme", now()), Some(Source::Block(_))));
}

#[test]
fn scopes_that_blocks_need_are_named() {
    let world = World::with(
        blocks_folder(&keys()),
        DOMAIN,
        json!({ "clock": { "start": now() }, "tenant": {
            "clients": [{ "client_id": "deploy", "client_secret": "s" }],
            "client_grants": [{ "client_id": "deploy", "scope": ["read:actions", "read:organizations"] }],
        } }),
    );
    let client = [("AUTH0_CLIENT_ID", "deploy"), ("AUTH0_CLIENT_SECRET", "s")];
    done(world.run_with(TRAVEL, &client));
    done(sign(&world, &["--key", "1.key"]));
    let run = world.run_with(APPLY, &client);
    assert!(run.err.contains("`create:actions`, `update:actions`, `update:organizations`"), "{run:?}");
}
