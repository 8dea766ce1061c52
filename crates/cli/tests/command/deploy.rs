//! `claimsmith deploy`, against a stand-in of Auth0's Management API.

use std::fs;

use claimsmith_lifecycle::journal::{self, Phase};
use claimsmith_standins::auth0::{Auth0StandIn, Seed};
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{ACME, PLATFORM, Run, check_snapshot, claimsmith, folder, run_in, write};

pub(crate) const DOMAIN: &str = "acme-staging.eu.auth0.com";

/// A folder of mappings for one tenant, and the tenant.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) stand_in: Auth0StandIn,
    domain: &'static str,
}

impl World {
    pub(crate) fn new(seed: Value) -> Self {
        let folder = folder(&[("organizations/acme.yaml", &for_tenant(ACME, DOMAIN))]);
        write(&folder, "platform.yaml", for_tenant(PLATFORM, DOMAIN));
        Self::with(folder, DOMAIN, seed)
    }

    /// A folder of mappings for the tenant with a domain.
    pub(crate) fn with(folder: TempDir, domain: &'static str, mut seed: Value) -> Self {
        let members = seed.as_object_mut().expect("an object");
        members.insert("build".to_owned(), json!({ "steps": 0 }));
        let tenant = json!({
            "actions": [{ "id": "other", "name": "Check device", "code": "//", "versions": [{ "number": 1, "deployed": true }] }],
            "bindings": { "post-login": [{ "action_id": "other", "display_name": "Check device" }] },
            "organizations": [{ "id": "org_acme", "name": "acme" }],
            "organization_connections": { "org_acme": [{ "connection_id": "con_1" }] },
            "connections": [{
                "id": "con_1", "name": "acme-entra", "strategy": "waad",
                "options": { "ext_groups": true, "ext_nested_groups": true, "client_secret": "hunter2-secret" },
            }],
        });
        members.entry("tenant").or_insert(tenant);
        let mut seed: Seed = serde_json::from_value(seed).expect("a seed");
        seed.tokens.extend(Seed::with_token("hunter2").tokens);
        let stand_in = Auth0StandIn::start(seed).expect("starts");
        fs::write(folder.path().join("ca.pem"), stand_in.ca_pem()).expect("a file");
        Self { folder, stand_in, domain }
    }

    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        let mut command = claimsmith(arguments).current_dir(self.folder.path());
        for name in [
            "AUTH0_DOMAIN",
            "AUTH0_CLIENT_ID",
            "AUTH0_CLIENT_SECRET",
            "AUTH0_CLIENT_SIGNING_KEY_PATH",
            "AUTH0_ACCESS_TOKEN",
        ] {
            command = command.env_remove(name);
        }
        command = command
            .env("SSL_CERT_FILE", self.folder.path().join("ca.pem"))
            .env("CLAIMSMITH_AUTH0_STAND_IN", self.stand_in.domain());
        for (name, value) in environment {
            command = command.env(name, value);
        }
        Run::new(command.output().expect("the command starts"))
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let environment = [("AUTH0_ACCESS_TOKEN", "hunter2"), ("AUTH0_DOMAIN", self.domain)];
        let run = self.run_with(arguments, &environment);
        assert!(!run.out.contains("hunter2") && !run.err.contains("hunter2"), "{run:?}");
        run
    }

    fn bound(&self) -> Vec<String> {
        self.stand_in.tenant().bindings.values().flatten().map(|it| it.display_name.clone()).collect()
    }

    pub(crate) fn deployed(&self) -> Option<String> {
        let tenant = self.stand_in.tenant();
        let own = tenant.actions.iter().find(|action| action.name == "claimsmith");
        own.and_then(|action| action.deployed()).map(|version| version.code.clone())
    }

    pub(crate) fn journal(&self, name: &str) -> Vec<(String, Phase)> {
        let text = fs::read_to_string(self.folder.path().join(name)).expect("a journal");
        let records = journal::read(&text).expect("records");
        assert!(records.iter().all(|it| it.domain == self.domain));
        records.into_iter().map(|it| (it.step, it.phase)).collect()
    }

    /// Output without what differs from run to run, or from build to build.
    pub(crate) fn plain(&self, text: &str) -> String {
        let digits = |word: &str| word.len() == 12 && word.bytes().all(|it| it.is_ascii_hexdigit());
        let mut plain = String::new();
        for line in text.replace(self.stand_in.domain(), "localhost:PORT").lines() {
            let words = line.split(' ').map(|word| {
                let bare = word.trim_end_matches([',', ':', ')']);
                if digits(bare) { word.replace(bare, "DIGEST") } else { word.to_owned() }
            });
            let line = words.collect::<Vec<_>>().join(" ");
            let line = match line.split_once("DIGEST (") {
                Some((before, rest)) if rest.ends_with("bytes)") => format!("{before}DIGEST (SIZE bytes)"),
                _ => line,
            };
            plain.push_str(&line);
            plain.push('\n');
        }
        plain
    }
}

pub(crate) fn for_tenant(text: &str, domain: &str) -> String {
    text.replace(
        "version: 1\n",
        &match text.contains("applications:") {
            true => format!("version: 1\ntenants: {{ staging: {{ domain: {domain} }} }}\n"),
            false => "version: 1\n".to_owned(),
        },
    )
    .replace("clients: [CatalogClient]", "clients: { staging: [CatalogClient] }")
    .replace("organization: org_acme", "organization: { staging: org_acme }")
}

#[test]
fn placeholders_of_init_are_refused() {
    let world = World::new(json!({}));
    let acme = for_tenant(ACME, DOMAIN).replace("org_acme", "org_Replaceacme");
    write(&world.folder, "organizations/acme.yaml", acme);
    let platform = for_tenant(PLATFORM, DOMAIN).replace("CatalogClient", "ReplaceByTheClientId");
    write(&world.folder, "platform.yaml", platform);
    let err = world.run(&["deploy", "plan"]).failed();
    assert_eq!(
        err,
        "error: the mapping files still have placeholders, which no login has: `ReplaceByTheClientId`, `org_Replaceacme`; replace them by the ids in Auth0\n"
    );
    assert!(world.stand_in.requests().is_empty());
}

#[test]
fn action_is_planned_applied_looked_at_and_taken_back() {
    let world = World::new(json!({}));
    let planned = world.run(&["deploy", "plan"]).stdout(0);
    check_snapshot("deploy-plan", &world.plain(&planned));
    assert_eq!(world.deployed(), None, "planning changes nothing");
    let applied = world.run(&["deploy", "apply", "claimsmith.plan.json"]).stdout(0);
    check_snapshot("deploy-apply", &world.plain(&applied));
    let steps: Vec<(String, Phase)> = ["create", "deploy", "bind"]
        .into_iter()
        .flat_map(|step| [Phase::Begun, Phase::Done].map(|phase| (step.to_owned(), phase)))
        .collect();
    assert_eq!(world.journal("claimsmith.plan.journal.jsonl"), steps);
    assert_eq!(world.bound(), ["Check device", "claimsmith"]);
    run_in(&world.folder, &["bundle"]).stdout(0);
    let built = fs::read_to_string(world.folder.path().join("dist/action.js")).expect("the Action");
    assert_eq!(world.deployed(), Some(built), "the same code as `bundle` writes");

    let status = world.run(&["status"]).stdout(0);
    assert!(status.contains(": what the mapping files give\n"), "{status}");
    let again = world.run(&["deploy", "apply", "claimsmith.plan.json"]).stdout(0);
    assert!(again.starts_with("logins already run `claimsmith` with the mappings "), "{again}");

    let first = world.deployed();
    write(
        &world.folder,
        "organizations/acme.yaml",
        for_tenant(&ACME.replace("it-admins", "IT-Admins"), DOMAIN),
    );
    let stale = world.run(&["deploy", "apply", "claimsmith.plan.json"]).failed();
    assert_eq!(
        stale,
        "error: `claimsmith.plan.json` cannot be carried out: the mappings have changed since it was made; plan again\n"
    );
    let differs = world.run(&["status"]).stdout(1);
    assert!(differs.contains(": not what the mapping files give\n"), "{differs}");
    let planned = world.run(&["deploy", "plan"]).stdout(0);
    check_snapshot("deploy-plan-update", &world.plain(&planned));
    world.run(&["deploy", "apply", "claimsmith.plan.json"]).stdout(0);
    assert_ne!(world.deployed(), first);
    let back = world.run(&["deploy", "rollback"]).stdout(0);
    assert!(back.starts_with("logins run version 1 of `claimsmith`"), "{back}");
    assert_eq!(world.deployed(), first);
    assert_eq!(world.journal("claimsmith.rollback.jsonl").len(), 2);
    let status = world.run(&["status"]).stdout(1);
    check_snapshot("status-rolled-back", &times(&world.plain(&status)));
    let again = world.run(&["deploy", "apply", "claimsmith.plan.json"]);
    assert!(again.err.starts_with("note: this plan deployed the Action at 20"), "{again:?}");
    assert!(again.out.starts_with("update: done\ndeploy: done\n"), "{again:?}");
}

/// Text without the times of versions.
pub(crate) fn times(text: &str) -> String {
    let time = |word: &str| if word.starts_with("2026-") { "TIME,".to_owned() } else { word.to_owned() };
    text.lines().map(|line| line.split(' ').map(time).collect::<Vec<_>>().join(" ") + "\n").collect()
}

#[test]
fn plan_is_printed_for_programs() {
    let world = World::new(json!({}));
    let plan = world.run(&["deploy", "plan", "--format", "json"]).json(0);
    let (code, mappings) = (&plan["after"]["code"], &plan["mappings"]);
    let expected = json!({
        "version": 1,
        "file": "claimsmith.plan.json",
        "tenant": { "name": "staging", "domain": DOMAIN, "stand_in": world.stand_in.domain() },
        "action": "claimsmith",
        "change": "created",
        "steps": ["create", "deploy", "bind"],
        "before": null,
        "after": { "code": code, "runtime": "node22" },
        "bytes": plan["bytes"],
        "mappings": mappings,
        "changed_mappings": null,
        "trigger": "post-login",
        "bindings": ["Check device"],
        "bind_at": 1,
    });
    assert_eq!(plan, expected);
    assert_eq!(code.as_str().map(str::len), Some(64));

    world.run(&["deploy", "apply", "claimsmith.plan.json"]).stdout(0);
    let again = world.run(&["deploy", "plan", "--format", "json"]).json(0);
    assert_eq!(
        (&again["change"], &again["steps"], &again["bind_at"], &again["changed_mappings"]),
        (&json!("unchanged"), &json!([]), &json!(null), &json!([]))
    );
}

#[test]
fn another_tenant_is_never_talked_to() {
    let world = World::new(json!({}));
    let other = [("AUTH0_ACCESS_TOKEN", "t"), ("AUTH0_DOMAIN", "acme.eu.auth0.com")];
    let expected = "error: the tenant `staging` has the domain `acme-staging.eu.auth0.com`, and not `acme.eu.auth0.com`; the credentials are for another tenant\n";
    for arguments in [&["deploy", "plan"][..], &["status"], &["deploy", "rollback"]] {
        assert_eq!(world.run_with(arguments, &other).failed(), expected);
    }
    world.run(&["deploy", "plan"]).stdout(0);
    let path = world.folder.path().join("claimsmith.plan.json");
    let plan = fs::read_to_string(&path).expect("a plan");
    fs::write(&path, plan.replace(DOMAIN, "acme.eu.auth0.com")).expect("written");
    let before = world.stand_in.requests().len();
    let error = world.run(&["deploy", "apply", "claimsmith.plan.json"]).failed();
    assert!(error.contains("it is for the tenant acme.eu.auth0.com, and not for acme-staging"), "{error}");
    assert_eq!(world.stand_in.requests().len(), before);
}

#[test]
fn platform_without_tenants_cannot_be_deployed() {
    let world = World::new(json!({}));
    write(&world.folder, "platform.yaml", PLATFORM);
    write(&world.folder, "organizations/acme.yaml", ACME);
    let error = world.run(&["deploy", "plan"]).failed();
    assert!(error.starts_with("error: `platform.yaml` declares no tenant"), "{error}");
    assert_eq!(world.stand_in.requests(), []);
}

#[test]
fn credentials_come_from_the_environment_or_a_file() {
    let world = World::new(json!({}));
    let error = world.run_with(&["deploy", "plan"], &[]).failed();
    assert!(error.starts_with("error: the environment has no credentials: set `AUTH0_CLIENT_ID`"), "{error}");
    let config = json!({ "AUTH0_DOMAIN": DOMAIN, "AUTH0_ACCESS_TOKEN": "hunter2", "AUTH0_INCLUDED_ONLY": ["actions"] });
    fs::write(world.folder.path().join("config.json"), config.to_string()).expect("a file");
    world.run_with(&["deploy", "plan", "--credentials", "config.json"], &[]).stdout(0);
    let wrong = world.run_with(&["deploy", "plan"], &[("AUTH0_ACCESS_TOKEN", "wrong-token")]).failed();
    assert!(
        wrong.contains("GET /api/v2/actions/actions: status 401") && !wrong.contains("wrong-token"),
        "{wrong}"
    );
}

#[test]
fn action_of_somebody_else_is_refused() {
    let action = |code: &str| {
        json!({ "tenant": { "actions": [{
        "name": "claimsmith", "code": code, "supported_triggers": [{ "id": "post-login", "version": "v3" }],
    }] } })
    };
    for (code, expected) in [
        (
            "exports.onExecutePostLogin = async () => {};",
            "that claimsmith did not build, and it is not touched",
        ),
        (
            "// Claimsmith, for the tenant production (acme.eu.auth0.com)\n",
            "was built for the tenant acme.eu.auth0.com",
        ),
    ] {
        let world = World::new(action(code));
        let run = world.run(&["deploy", "plan"]);
        assert_eq!(run.code, Some(1), "{run:?}");
        assert!(run.err.starts_with("error: ") && run.err.contains(expected), "{run:?}");
        assert!(!world.folder.path().join("claimsmith.plan.json").exists());
    }
}

#[test]
fn bindings_of_others_are_kept_or_the_plan_is_refused() {
    let world = World::new(json!({}));
    world.run(&["deploy", "plan", "--before", "Check device"]).stdout(0);
    world.stand_in.change(|tenant| tenant.bindings.get_mut("post-login").expect("bindings").clear());
    let refused = world.run(&["deploy", "apply", "claimsmith.plan.json"]);
    assert_eq!(refused.code, Some(1));
    assert_eq!(
        refused.err,
        "error: somebody has changed what post-login runs since the plan was made; plan again, or add the Action to what is there with `--force`; removed: `Check device`; then `Check device`, now nothing\n"
    );
    assert_eq!(world.deployed(), None);
    world.run(&["deploy", "apply", "claimsmith.plan.json", "--force"]).stdout(0);
    assert_eq!(world.bound(), ["claimsmith"]);
}

#[test]
fn run_that_ended_without_an_answer_is_run_again() {
    let world = World::new(json!({}));
    world.run(&["deploy", "plan"]).stdout(0);
    let create = At::route("POST", "/api/v2/actions/actions", 1);
    world.stand_in.add_fault(Fault::new(create, FaultKind::CloseAfter));
    let error = world.run(&["deploy", "apply", "claimsmith.plan.json"]).failed();
    assert!(error.starts_with("error: POST /api/v2/actions/actions: no answer"), "{error}");
    assert!(
        error.ends_with("run the same command again, it continues where this run has stopped\n"),
        "{error}"
    );
    let journal = world.journal("claimsmith.plan.journal.jsonl");
    assert_eq!(journal.last(), Some(&("create".to_owned(), Phase::Failed)));
    let out = world.run(&["deploy", "apply", "claimsmith.plan.json"]).stdout(0);
    assert!(out.starts_with("deploy: done\nbind: done\n"), "{out}");
    assert_eq!(world.bound(), ["Check device", "claimsmith"]);
}

#[test]
fn missing_scopes_are_named() {
    let world = World::new(json!({ "tenant": {
        "clients": [{ "client_id": "deploy", "client_secret": "s" }],
        "client_grants": [{ "client_id": "deploy", "scope": ["read:actions"] }],
    } }));
    let client = [("AUTH0_CLIENT_ID", "deploy"), ("AUTH0_CLIENT_SECRET", "s")];
    world.run_with(&["deploy", "plan"], &client).stdout(0);
    let error = world.run_with(&["deploy", "apply", "claimsmith.plan.json"], &client).failed();
    assert_eq!(
        error,
        "error: the application may not use `create:actions`, `update:actions`; add what is missing to its client grant for the Auth0 Management API\n"
    );
}

#[cfg(unix)]
#[test]
fn journal_follows_no_link() {
    let world = World::new(json!({}));
    world.run(&["deploy", "plan"]).stdout(0);
    let target = world.folder.path().join("target");
    std::os::unix::fs::symlink(&target, world.folder.path().join("claimsmith.plan.journal.jsonl"))
        .expect("a link");
    let error = world.run(&["deploy", "apply", "claimsmith.plan.json"]).failed();
    assert!(error.starts_with("error: cannot write the journal `claimsmith.plan.journal.jsonl`"), "{error}");
    assert!(!target.exists() && world.deployed().is_none());
}

#[test]
fn journal_of_a_rollback_that_did_nothing_does_not_exist() {
    let world = World::new(json!({}));
    let run = world.run(&["deploy", "rollback"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (
            Some(1),
            "error: the tenant has no deployed Action `claimsmith`, so there is nothing to go back to\n"
        )
    );
    let journal = world.folder.path().join("claimsmith.rollback.jsonl");
    assert!(!journal.exists());
    // One that has something in it stays.
    fs::write(&journal, "").expect("written");
    world.run(&["deploy", "rollback"]);
    assert!(journal.exists());
}
