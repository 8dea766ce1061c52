//! `claimsmith sync`, against a stand-in of a SCIM service.

mod accidents;
mod journals;
mod kills;
mod runs;
mod sources;

use std::fs;

use claimsmith_lifecycle::sync::Plan;
use claimsmith_standins::scim::{ScimStandIn, Seed};
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{ACME, PLATFORM, Run, check_snapshot, claimsmith, folder, write, write_in};

const PLAN: &str = "acme.sync-plan.json";
const JOURNAL: &str = "acme.sync-journal.jsonl";

/// A folder with a mapping that has a directory, and the service of the application.
struct World {
    folder: TempDir,
    catalog: ScimStandIn,
}

fn with_directory() -> String {
    let directory = "directory:\n  kind: file\n  application: catalog\n  user: { user-name: mail }\nrules:\n";
    ACME.replace("rules:\n", directory)
}

fn person(id: &str, active: bool) -> String {
    let attributes = json!({ "mail": format!("{id}@example.com"), "displayName": id });
    json!({ "person": { "id": id, "active": active, "attributes": attributes } }).to_string()
}

fn group(name: &str, members: &[&str]) -> String {
    json!({ "group": { "id": name, "name": name, "members": members } }).to_string()
}

fn end(people: usize, groups: usize) -> String {
    json!({ "end": { "people": people, "groups": groups } }).to_string()
}

impl World {
    fn new(quirks: Value) -> Self {
        let user = |id: &str| {
            json!({
                "id": id, "userName": format!("{id}@example.com"), "externalId": format!("claimsmith:acme:{id}"),
                "displayName": id, "active": true, "emails": [],
            })
        };
        let own = json!({ "id": "own", "userName": "own@example.com", "active": true });
        let seed: Seed = serde_json::from_value(json!({
            "tokens": [{ "token": "hunter2" }], "quirks": quirks,
            "tenant": {
                "users": [user("bob"), user("carl"), user("dora"), user("erik"), own],
                "groups": [
                    { "displayName": "catalog-admins", "members": [{ "value": "bob" }, { "value": "own" }] },
                    { "displayName": "finance-readers", "members": [{ "value": "carl" }, { "value": "dora" }, { "value": "erik" }] },
                    { "displayName": "by-hand", "members": [{ "value": "carl" }] },
                ],
            },
        }))
        .expect("a seed");
        let catalog = ScimStandIn::start(seed).expect("starts");
        let folder = folder(&[("organizations/acme.yaml", &with_directory())]);
        write_in(&folder, "ca.pem", catalog.ca_pem());
        // What a probe finds.
        let dialect = json!({
            "service": format!("https://{}/scim/v2", catalog.domain()), "removal": "path", "is_removal_seen": true,
            "names_members": true, "stores_members_twice": false, "user_name_filter_ignores_case": true,
        });
        write_in(&folder, "claimsmith.dialect.json", dialect.to_string());
        let lines = [
            person("ada", true),
            person("bob", true),
            person("carl", false),
            person("erik", true),
            group("it-admins", &["nested"]),
            group("nested", &["ada"]),
            group("fin-emea", &["ada", "bob", "carl", "erik"]),
            end(4, 3),
        ];
        write_in(&folder, "acme.jsonl", lines.join("\n"));
        Self { folder, catalog }
    }

    /// Plans, which only reads.
    fn run(&self, arguments: &[&str]) -> Run {
        let run = self.sync(&[&["plan", "acme", "--directory", "acme.jsonl"], arguments].concat());
        assert!(self.catalog.requests().iter().all(|it| it.method == "GET"), "it only reads");
        run
    }

    fn sync(&self, arguments: &[&str]) -> Run {
        let command = claimsmith(&[&["sync"], arguments].concat())
            .current_dir(self.folder.path())
            .env("SSL_CERT_FILE", self.folder.path().join("ca.pem"))
            .env("SCIM_URL", format!("https://{}/scim/v2", self.catalog.domain()))
            .env("SCIM_TOKEN", "hunter2");
        let run = Run::new(command.output().expect("the command starts"));
        assert!(!run.out.contains("hunter") && !run.err.contains("hunter"), "{run:?}");
        Run { out: run.out.replace(self.catalog.domain(), "catalog.example.com"), ..run }
    }

    /// Writes the directory again: its people, by their ids, and the members of `fin-emea`.
    fn directory(&self, people: &[&str], finance: &[&str]) {
        let lines = people.iter().map(|id| person(id, true));
        let lines = lines.chain([group("fin-emea", finance), end(people.len(), 1)]);
        write_in(&self.folder, "acme.jsonl", lines.collect::<Vec<_>>().join("\n"));
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join(file)).expect("a file")
    }

    /// The names of the members of a group of the service, sorted.
    fn members(&self, name: &str) -> Vec<String> {
        let tenant = self.catalog.tenant();
        let group = tenant.groups.iter().find(|it| it["displayName"] == name).expect("a group");
        let members = group.get("members").and_then(Value::as_array).into_iter().flatten();
        let of = |id: &Value| tenant.users.iter().find(|user| user["id"] == *id).expect("a user");
        let name = |id: &Value| of(id)["userName"].as_str().expect("a name").to_owned();
        let mut found: Vec<String> = members.map(|it| name(&it["value"])).collect();
        found.sort();
        found
    }

    fn writes(&self) -> usize {
        self.catalog.requests().iter().filter(|it| it.method != "GET").count()
    }

    fn plan(&self) -> Plan {
        let text = fs::read_to_string(self.folder.path().join(PLAN)).expect("a plan");
        Plan::parse(&text).expect("a plan")
    }
}

/// The name of the run in an output.
fn run_of(out: &str) -> String {
    let line = out.lines().find_map(|line| line.strip_prefix("run ")).expect("a run");
    line.trim().to_owned()
}

/// What releases a plan, in an output.
fn release_of(out: &str) -> String {
    let (_, rest) = out.split_once(" --release ").expect("a release");
    rest.split_once('`').expect("a command").0.to_owned()
}

#[test]
fn plan_says_what_changes_for_whom_and_why() {
    for quirks in [json!({}), json!({ "lists_without_members": true, "most_per_page": 1 })] {
        let world = World::new(quirks);
        let out = world.run(&[]).stdout(0);
        check_snapshot("sync-plan", &out);
        assert!(!out.contains("@example.com"), "{out}");
        let shown = world.run(&["--show-people"]).stdout(0);
        check_snapshot("sync-plan-people", &shown);
    }
}

#[cfg(unix)]
#[test]
fn plan_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(json!({}));
    world.run(&[]).stdout(0);
    let metadata = fs::metadata(world.folder.path().join(PLAN)).expect("a plan");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[test]
fn users_that_are_not_ours_keep_everything() {
    let world = World::new(json!({}));
    world.run(&[]).stdout(0);
    let plan = world.plan().to_json();
    assert!(!plan.contains("\"own\"") && !plan.contains("by-hand"), "{plan}");
}

#[test]
fn directory_that_ends_early_changes_nothing() {
    let world = World::new(json!({}));
    let text = fs::read_to_string(world.folder.path().join("acme.jsonl")).expect("a file");
    write_in(&world.folder, "acme.jsonl", text.rsplit_once('\n').expect("lines").0);
    let out = world.run(&[]).stdout(1);
    assert!(out.contains("not read to its end"), "{out}");
    let plan = world.plan();
    assert!(plan.changes.is_empty(), "{:?}", plan.changes);
}

#[test]
fn directory_that_lost_everyone_stops_at_a_guard() {
    let world = World::new(json!({}));
    let user = |at: usize| {
        let record = json!({ "id": format!("u{at}"), "userName": format!("u{at}"), "externalId": format!("claimsmith:acme:u{at}") });
        record.as_object().expect("an object").clone()
    };
    world.catalog.change(|tenant| tenant.users.extend((0..10).map(user)));
    write_in(&world.folder, "acme.jsonl", end(0, 0));
    let out = world.run(&[]).stdout(3);
    assert!(
        out.contains("guard        14 users of 14 would be deactivated, and at most 5 may be in one run\n"),
        "{out}"
    );
}

#[test]
fn mistakes_are_named() {
    let world = World::new(json!({}));
    write(&world.folder, "organizations/globex.yaml", ACME.replace("acme", "globex"));
    let run = |name: &str| {
        let command = claimsmith(&["sync", "plan", name, "--directory", "acme.jsonl"])
            .current_dir(world.folder.path())
            .env("SCIM_URL", "https://localhost:1/")
            .env("SCIM_TOKEN", "t");
        Run::new(command.output().expect("the command starts")).failed()
    };
    assert_eq!(
        run("globex"),
        "error: the mapping `globex` has no `directory`, so its people are not provisioned; `claimsmith help directory` says how to add it\n"
    );
    let run_without_file = claimsmith(&["sync", "plan", "acme"])
        .current_dir(world.folder.path())
        .env("SCIM_URL", "https://localhost:1/")
        .env("SCIM_TOKEN", "t")
        .output()
        .expect("the command starts");
    assert_eq!(
        Run::new(run_without_file).failed(),
        "error: the directory of this mapping is a file, which another program writes; name it with `--directory FILE`\n"
    );
    assert_eq!(run("acmee"), "error: there is no mapping `acmee`; did you mean `acme`?\n");
    let command = claimsmith(&["sync", "plan", "acme", "--directory", "acme.jsonl"])
        .current_dir(world.folder.path())
        .env_remove("SCIM_URL");
    let error = Run::new(command.output().expect("the command starts")).failed();
    assert!(error.contains("does not say where the SCIM service is: set `SCIM_URL`"), "{error}");
}

#[test]
fn files_of_a_mapping_are_in_the_working_folder() {
    let world = World::new(json!({}));
    let mapping = with_directory().replace("version: 1\n", "");
    let inner: String = mapping.lines().map(|line| format!("    {line}\n")).collect();
    let platform: String = PLATFORM.lines().skip(1).map(|line| format!("  {line}\n")).collect();
    let text = format!("version: 1\nplatform:\n{platform}organizations:\n  \"../acme\":\n{inner}");
    write_in(&world.folder, "whole.yaml", text);
    let planned = world.sync(&["plan", "../acme", "--mappings", "whole.yaml", "--directory", "acme.jsonl"]);
    // The names are those of the users of `acme`.
    assert_eq!(planned.code, Some(1), "{planned:?}");
    assert!(world.read("%2E.%2Facme.sync-plan.json").contains("claimsmith:../acme:"));
}
