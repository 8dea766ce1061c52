//! `claimsmith qlik`, against a stand-in of Qlik Cloud. `docs/qlik.md` shows what is printed.

use std::fs;

use claimsmith_lifecycle::journal::{self, Phase};
use claimsmith_standins::qlik::{QlikStandIn, Seed};
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Run, check_snapshot, claimsmith, folder, root, write};

const HOST: &str = "acme.eu.qlikcloud.com";
const CLAIM: &str = "https://claims.example.com/qlik/groups";

const PLATFORM: &str = "\
version: 1
applications:
  qlik: { clients: QlikClient, claim: https://claims.example.com/qlik/groups, profile: qlik-cloud }
  catalog: { clients: CatalogClient, claim: https://claims.example.com/catalog/groups }
groups:
  bi-viewers: { applications: [qlik], description: Opens dashboards. }
  bi-developers: { applications: [qlik], description: Builds dashboards. }
  finance: { applications: [qlik, catalog], description: Opens the figures. }
  catalog-admins: { applications: [catalog], description: Administers the catalog. }
";

const ACME: &str = "\
version: 1
organization: org_acme
connections: { acme-okta: { strategy: okta } }
rules:
  - { id: viewers, match: { exact: viewers }, grant: [bi-viewers, finance] }
  - { id: developers, match: { exact: developers }, grant: bi-developers }
  - { id: admins, match: { exact: admins }, grant: catalog-admins }
";

const CASES: &str = "\
version: 1
cases:
  - { name: a viewer, application: qlik, groups: [viewers], expect: { claims: [bi-viewers, finance] } }
  - { name: a developer, application: qlik, groups: [developers], expect: { claims: [bi-developers] } }
  - { name: an administrator, application: catalog, groups: [admins], expect: { claims: [catalog-admins] } }
";

struct World {
    folder: TempDir,
    stand_in: QlikStandIn,
}

impl World {
    fn new(change: impl FnOnce(&mut Value)) -> Self {
        let mut seed = json!({ "tenant": {
            "groups": [{ "name": "finance" }, { "name": "BI-viewers" }, { "name": "old-team" }],
            "identity_providers": [{
                "id": "idp", "protocol": "OIDC", "provider": "auth0", "active": true, "interactive": true,
                "options": {
                    "clientId": "c", "clientSecret": "hunter2-idp",
                    "claimsMapping": { "sub": ["/sub"], "name": ["/name"], "groups": ["/groups"] },
                },
            }],
            "clients": [{ "client_id": "claimsmith", "client_secret": "hunter2" }],
        } });
        change(&mut seed);
        let seed: Seed = serde_json::from_value(seed).expect("a seed");
        let stand_in = QlikStandIn::start(seed).expect("starts");
        let folder = folder(&[("organizations/acme.yaml", ACME), ("organizations/acme.test.yaml", CASES)]);
        write(&folder, "platform.yaml", PLATFORM);
        fs::write(folder.path().join("ca.pem"), stand_in.ca_pem()).expect("a file");
        Self { folder, stand_in }
    }

    fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        let names = ["HOST", "CLIENT_ID", "CLIENT_SECRET", "ACCESS_TOKEN", "IDP_CLIENT_SECRET"];
        let command = claimsmith(arguments).current_dir(self.folder.path());
        let command = names.iter().fold(command, |command, name| command.env_remove(format!("QLIK_{name}")));
        let command = command
            .env("SSL_CERT_FILE", self.folder.path().join("ca.pem"))
            .env("CLAIMSMITH_QLIK_STAND_IN", self.stand_in.domain());
        let command = environment.iter().fold(command, |command, (name, value)| command.env(name, value));
        let run = Run::new(command.output().expect("the command starts"));
        assert!(!run.out.contains("hunter2") && !run.err.contains("hunter2"), "{run:?}");
        run
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(
            &[&["qlik"], arguments].concat(),
            &[
                ("QLIK_HOST", HOST),
                ("QLIK_CLIENT_ID", "claimsmith"),
                ("QLIK_CLIENT_SECRET", "hunter2"),
                ("QLIK_IDP_CLIENT_SECRET", "hunter2-idp"),
            ],
        )
    }

    fn plain(&self, text: &str) -> String {
        text.replace(self.stand_in.domain(), "localhost:PORT")
    }

    fn verify(&self, groups: &Value) {
        self.stand_in
            .verify("idp", &json!({ "sub": "auth0|1", "name": "Ada", CLAIM: groups }))
            .expect("verified");
    }

    fn groups(&self) -> Vec<String> {
        let groups = self.stand_in.tenant().groups;
        let mut names: Vec<String> =
            groups.iter().filter_map(|group| group.get("name")?.as_str().map(str::to_owned)).collect();
        names.sort();
        names
    }

    fn live_path(&self) -> Value {
        let providers = self.stand_in.tenant().identity_providers;
        let options = providers.first().and_then(|provider| provider.get("options"));
        options.and_then(|options| options.pointer("/claimsMapping/groups")).cloned().unwrap_or_default()
    }
}

/// The commands of the guide, in their order.
fn commands_of_guide() -> Vec<Vec<String>> {
    let guide = fs::read_to_string(root().join("docs/qlik.md")).expect("the guide");
    let commands = guide.lines().filter_map(|line| line.strip_prefix("$ claimsmith qlik "));
    commands.map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

#[test]
fn guide_leads_from_a_plan_to_what_logins_read() {
    let world = World::new(|_| {});
    let commands = commands_of_guide();
    let [plan, apply, again, promote] = commands.as_slice() else { panic!("{commands:?}") };
    let run = |command: &[String]| world.run(&command.iter().map(String::as_str).collect::<Vec<_>>());
    let planned = run(plan).stdout(0);
    check_snapshot("qlik-plan", &world.plain(&planned));
    let requests = world.stand_in.requests();
    assert!(
        requests.iter().all(|it| it.method == "GET" || it.path == "/oauth/token"),
        "planning changes nothing"
    );
    let text = fs::read_to_string(world.folder.path().join("claimsmith.qlik.json")).expect("a plan");
    assert!(!text.contains("hunter2"), "{text}");

    check_snapshot("qlik-apply", &run(apply).stdout(1));
    let planned = world.run(&["plan", "--out", "other.json"]).stdout(0);
    let pending =
        "~1groups`, which the pending options have already; a person has to verify them\nsteps       none\n";
    assert!(planned.contains(pending), "{planned}");
    assert_eq!(world.groups(), ["BI-viewers", "bi-developers", "bi-viewers", "finance", "old-team"]);
    assert_eq!(world.live_path(), json!(["/groups"]));
    world.verify(&json!(["bi-viewers", "finance"]));
    check_snapshot("qlik-verified", &run(again).stdout(1));
    check_snapshot("qlik-promoted", &run(promote).stdout(0));
    assert_eq!(world.live_path(), json!(["/https:~1~1claims.example.com~1qlik~1groups"]));
    let done = run(promote).stdout(0);
    assert!(done.starts_with("acme.eu.qlikcloud.com already has what was planned"), "{done}");

    let text =
        fs::read_to_string(world.folder.path().join("claimsmith.qlik.journal.jsonl")).expect("a journal");
    let records = journal::read(&text).expect("records");
    assert!(records.iter().all(|it| it.domain == HOST) && !text.contains("hunter2"));
    let done: Vec<&str> =
        records.iter().filter(|it| it.phase == Phase::Done).map(|it| it.step.as_str()).collect();
    let expected = [
        "create group bi-developers",
        "create group bi-viewers",
        "set pending options",
        "promote pending options",
    ];
    assert_eq!(done, expected);
}

#[test]
fn plan_is_printed_for_programs() {
    let world = World::new(|_| {});
    let plan = world.run(&["plan", "--claim-path", "either", "--format", "json"]).json(0);
    let codes: Vec<&str> =
        plan["findings"].as_array().expect("findings").iter().filter_map(|it| it["code"].as_str()).collect();
    assert_eq!(codes, ["letter-case", "unknown-groups", "creates-groups", "long-session"]);
    let expected = json!({
        "version": 1,
        "file": "claimsmith.qlik.json",
        "host": HOST,
        "stand_in": world.stand_in.domain(),
        "application": "qlik",
        "groups": 3,
        "create": ["bi-developers", "bi-viewers"],
        "claim": { "name": CLAIM, "before": ["/groups"], "after": ["/https:~1~1claims.example.com~1qlik~1groups", CLAIM] },
        "steps": ["create group bi-developers", "create group bi-viewers", "set pending options"],
        "needs": [],
        "findings": plan["findings"],
    });
    assert_eq!(plan, expected);
}

#[test]
fn groups_alone_need_no_identity_provider() {
    let world = World::new(|seed| seed["tenant"]["identity_providers"] = json!([]));
    let refused = world.run(&["plan"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("no identity provider for people is active")
            && refused.err.contains("--only-groups"),
        "{}",
        refused.err
    );
    world.run(&["plan", "--only-groups"]).stdout(0);
    let applied = world.run(&["apply", "claimsmith.qlik.json"]).stdout(0);
    assert!(
        applied.ends_with("acme.eu.qlikcloud.com has what was planned: 3 groups of `qlik`\n"),
        "{applied}"
    );
}

#[test]
fn plan_for_another_tenant_or_other_mappings_is_refused() {
    let world = World::new(|_| {});
    world.run(&["plan"]).stdout(0);
    let before = world.stand_in.requests().len();
    let environment = [("QLIK_HOST", "other.eu.qlikcloud.com"), ("QLIK_ACCESS_TOKEN", "t")];
    let err = world.run_with(&["qlik", "apply", "claimsmith.qlik.json"], &environment).failed();
    assert_eq!(
        err,
        "error: `claimsmith.qlik.json` cannot be carried out: it is for the tenant acme.eu.qlikcloud.com, and not for other.eu.qlikcloud.com\n"
    );
    for (from, to) in [
        ("https://claims.example.com/qlik", "https://claims.example.com/bi"),
        ("  finance:", "  finance-team:"),
    ] {
        write(&world.folder, "platform.yaml", PLATFORM.replace(from, to));
        write(
            &world.folder,
            "organizations/acme.yaml",
            ACME.replace(
                "finance",
                to.trim_matches([' ', ':']).strip_prefix("https").map_or("finance-team", |_| "finance"),
            ),
        );
        let cases =
            if to.contains("team") { CASES.replace("finance", "finance-team") } else { CASES.to_owned() };
        write(&world.folder, "organizations/acme.test.yaml", cases);
        let err = world.run(&["apply", "claimsmith.qlik.json"]).failed();
        assert!(err.contains("have changed in platform.yaml since it was made; plan again"), "{err}");
    }
    assert_eq!(world.stand_in.requests().len(), before, "nothing was sent");
}

#[test]
fn verification_without_groups_is_explained() {
    let world = World::new(|seed| seed["claim_path"] = "name".into());
    world.run(&["plan"]).stdout(0);
    world.run(&["apply", "claimsmith.qlik.json"]).stdout(1);
    world.verify(&json!(["finance"]));
    let run = world.run(&["apply", "claimsmith.qlik.json", "--promote"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains("received the claim") && run.err.contains("another `--claim-path`"),
        "{}",
        run.err
    );
    // The next spelling replaces what this command left pending, and nothing else without being told to.
    world.run(&["plan", "--claim-path", "name"]).stdout(0);
    world.run(&["apply", "claimsmith.qlik.json"]).stdout(1);
    world.verify(&json!(["finance"]));
    world.run(&["apply", "claimsmith.qlik.json", "--promote"]).stdout(0);
    assert_eq!(world.live_path(), json!([CLAIM]));
    world.stand_in.change(|tenant| {
        for provider in &mut tenant.identity_providers {
            provider.insert("pendingOptions".to_owned(), json!({ "realm": "theirs" }));
        }
    });
    let err = world.run(&["plan"]).err;
    assert!(err.contains("`--replace-pending`"), "{err}");
    world.run(&["plan", "--replace-pending"]).stdout(0);
}

#[test]
fn what_is_missing_is_named() {
    let world = World::new(|_| {});
    let fails = |environment: &[(&str, &str)], expected: &str| {
        let err = world.run_with(&["qlik", "plan"], environment).failed();
        assert!(err.contains(expected), "{err}");
    };
    fails(&[], "set `QLIK_HOST` to its host");
    fails(
        &[("QLIK_HOST", "evil.example"), ("QLIK_ACCESS_TOKEN", "hunter2")],
        "has to be the host of a tenant alone",
    );
    fails(&[("QLIK_HOST", HOST)], "set `QLIK_CLIENT_ID` and `QLIK_CLIENT_SECRET`");
    let client =
        [("QLIK_HOST", HOST), ("QLIK_CLIENT_ID", "claimsmith"), ("QLIK_CLIENT_SECRET", "hunter2-wrong")];
    fails(&client, "no access token, POST /oauth/token: status 401");
    world.run(&["plan"]).stdout(0);
    let secretless =
        [("QLIK_HOST", HOST), ("QLIK_CLIENT_ID", "claimsmith"), ("QLIK_CLIENT_SECRET", "hunter2")];
    let out = world.run_with(&["qlik", "plan"], &secretless).stdout(0);
    assert!(out.contains("\nneeds       QLIK_IDP_CLIENT_SECRET, when it is applied: "), "{out}");
    let err = world.run_with(&["qlik", "apply", "claimsmith.qlik.json"], &secretless).failed();
    assert!(err.contains("set `QLIK_IDP_CLIENT_SECRET`"), "{err}");
    assert_eq!(world.groups().len(), 3, "before anything was changed");
    write(&world.folder, "platform.yaml", PLATFORM.replace(", profile: qlik-cloud", ""));
    assert!(
        world.run(&["plan"]).failed().contains("no application in `platform.yaml` has `profile: qlik-cloud`")
    );
    write(
        &world.folder,
        "platform.yaml",
        PLATFORM.replace("catalog/groups }", "catalog/groups, profile: qlik-cloud }"),
    );
    assert!(
        world.run(&["plan"]).failed().contains("choose one with `--application NAME`: `catalog`, `qlik`")
    );
    assert!(world.run(&["plan", "--application", "x"]).failed().contains("`x` is not an application"));
    world.run(&["plan", "--application", "catalog"]).stdout(0);
}

#[test]
fn interrupted_run_is_continued_by_the_next_one() {
    let world = World::new(|_| {});
    world.run(&["plan"]).stdout(0);
    world.stand_in.add_fault(Fault::new(At::route("POST", "/api/v1/groups", 2), FaultKind::Status(418)));
    let failed = world.run(&["apply", "claimsmith.qlik.json"]);
    assert_eq!((failed.code, failed.out.as_str()), (Some(2), "create group bi-developers: done\n"));
    assert!(failed.err.contains("POST /api/v1/groups: status 418"), "{}", failed.err);
    let next = world.run(&["apply", "claimsmith.qlik.json"]).stdout(1);
    assert!(next.starts_with("create group bi-viewers: done\nset pending options: done\n"), "{next}");
}

#[test]
fn what_depends_on_a_failed_assumption_is_refused() {
    let world = World::new(|_| {});
    let platform = PLATFORM
        .replace("version: 1\n", "version: 1\ntenants: { staging: { domain: acme-staging.eu.auth0.com } }\n")
        .replace("clients: QlikClient", "clients: { staging: QlikClient }")
        .replace("clients: CatalogClient", "clients: { staging: CatalogClient }");
    write(&world.folder, "platform.yaml", platform);
    let acme = ACME.replace("organization: org_acme", "organization: { staging: org_acme }");
    write(&world.folder, "organizations/acme.yaml", acme);
    world.run(&["plan"]).stdout(0);
    let answer = ["assumptions", "run", "--only", "qlik-claim-path", "--answer", "qlik-claim-path=failed"];
    assert_eq!(world.run_with(&answer, &[]).code, Some(1));
    let before = world.stand_in.requests().len();
    for arguments in [&["plan"][..], &["apply", "claimsmith.qlik.json"]] {
        let err = world.run(arguments).failed();
        assert!(
            err.contains("an assumption that failed on acme-staging.eu.auth0.com (`qlik-claim-path`)"),
            "{err}"
        );
    }
    assert_eq!(world.stand_in.requests().len(), before, "nothing was sent");
    world.run(&["plan", "--claim-path", "name"]).stdout(0);
}
