//! `claimsmith sync`, against a stand-in of a SCIM service.

mod accidents;
mod kills;

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

/// The mapping with a directory of this kind.
fn with_server(world: &World, kind: &str) {
    let people = "people: { base: \"ou=people,dc=example,dc=com\" }\n  groups: { base: \"ou=groups,dc=example,dc=com\" }";
    let mapping = with_directory().replace("kind: file", &format!("kind: {kind}\n  {people}"));
    write(&world.folder, "organizations/acme.yaml", mapping);
}

#[cfg(target_os = "linux")]
#[test]
fn directory_may_be_a_server() {
    use crate::ldap_server::{READER, Server};

    let entry = |id: &str| {
        format!(
            "dn: uid={id},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: {id}\ncn: {id}\nsn: {id}\nmail: {id}@example.com\n\n"
        )
    };
    let group = "dn: cn=it-admins,ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: it-admins\nmember: uid=ada,ou=people,dc=example,dc=com\nmember: uid=eve,ou=people,dc=example,dc=com\n";
    let server = Server::start(&format!("{}{}{group}", entry("ada"), entry("eve")), "");
    let world = World::new(json!({}));
    with_server(&world, "ldap");
    // Both authorities, as on a machine with several.
    write_in(&world.folder, "ca.pem", format!("{}{}", world.catalog.ca_pem(), server.ca_pem));
    let credentials =
        json!({ "LDAP_URL": server.tls_url(), "LDAP_BIND_DN": READER, "LDAP_PASSWORD": "hunter2" });
    write_in(&world.folder, "ldap.json", credentials.to_string());
    let arguments = ["sync", "plan", "acme", "--directory-credentials", "ldap.json", "--show-people"];
    let run = |arguments: &[&str]| {
        let command = claimsmith(arguments)
            .current_dir(world.folder.path())
            .env("SSL_CERT_FILE", world.folder.path().join("ca.pem"))
            .env("SCIM_URL", format!("https://{}/scim/v2", world.catalog.domain()))
            .env("SCIM_TOKEN", "hunter2")
            .output();
        Run::new(command.expect("the command starts"))
    };
    // The users of the service are of another directory: a guard stops the plan.
    let out = run(&arguments).stdout(3);
    assert!(out.contains("directory    2 people, read to its end\n"), "{out}");
    assert!(out.contains("created as ada@example.com\n"), "{out}");
    assert!(out.contains("group        `catalog-admins`: 2 added, by `admins`; 1 removed\n"), "{out}");
    assert!(out.contains("added to `catalog-admins` by admins\n"), "{out}");

    write_in(&world.folder, "ldap.json", credentials.to_string().replace("hunter2", "secret7"));
    let error = run(&arguments).failed();
    assert!(error.contains("code 49 (invalidCredentials") && !error.contains("secret7"), "{error}");
}

#[test]
fn source_of_a_directory_is_that_of_its_kind() {
    let world = World::new(json!({}));
    let run = |arguments: &[&str]| {
        let command = claimsmith(&[&["sync", "plan", "acme"], arguments].concat())
            .current_dir(world.folder.path())
            .env("SCIM_URL", "https://localhost:1/")
            .env("SCIM_TOKEN", "t")
            .env_remove("LDAP_URL")
            .output();
        Run::new(command.expect("the command starts")).failed()
    };
    assert_eq!(
        run(&["--directory", "acme.jsonl", "--directory-credentials", "ldap.json"]),
        "error: the directory of this mapping is a file, which needs no `--directory-credentials`; remove the option, or change `kind` of `directory`\n"
    );
    for kind in ["ldap", "active-directory"] {
        with_server(&world, kind);
        assert_eq!(
            run(&["--directory", "acme.jsonl"]),
            "error: the directory of this mapping is a server, and `--directory` names a file; remove the option, or let `kind` of `directory` be `file`\n"
        );
        assert_eq!(
            run(&[]),
            "error: the environment does not say where the directory is: set `LDAP_URL` to its server, such as `ldaps://ldap.example.com`\n"
        );
    }
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
fn run_gives_what_the_plan_says_and_then_has_nothing_to_do() {
    let world = World::new(json!({}));
    let run = ["run", "acme", "--directory", "acme.jsonl", "--metrics", "acme.prom"];
    let out = world.sync(&run).stdout(0);
    check_snapshot("sync-run", &out.replace(&run_of(&out), "[RUN]"));
    assert_eq!(world.members("finance-readers"), ["ada@example.com", "bob@example.com", "erik@example.com"]);
    assert_eq!(world.members("catalog-admins"), ["ada@example.com", "own@example.com"]);
    assert_eq!(world.members("by-hand"), ["carl@example.com"], "a group that is not managed");
    let figures = world.read("acme.prom");
    assert!(figures.contains("claimsmith_sync_changes{application=\"catalog\",kind=\"users_created\",organization=\"acme\"} 1\n"), "{figures}");
    assert!(figures.contains("claimsmith_sync_last_success_timestamp_seconds{"), "{figures}");
    let writes = world.writes();
    world.sync(&run).stdout(0);
    assert_eq!(world.writes(), writes, "nothing is left to do");
}

#[test]
fn plan_is_carried_out_once_and_continued_after_an_end() {
    let world = World::new(json!({}));
    world.run(&[]).stdout(0);
    // The process ends in the middle, and its last answer is lost.
    for (nth, kind) in [(1, FaultKind::StatusAfter(418)), (3, FaultKind::Status(418))] {
        let at = At { nth, method: Some("PATCH".to_owned()), path: None };
        world.catalog.add_fault(Fault::new(at, kind));
    }
    let first = world.sync(&["apply", PLAN]).stdout(1);
    assert!(first.contains("failed"), "{first}");
    world.sync(&["apply", PLAN]).stdout(0);
    assert_eq!(world.members("finance-readers"), ["ada@example.com", "bob@example.com", "erik@example.com"]);
    let writes = world.writes();
    world.sync(&["apply", PLAN]).stdout(0);
    assert_eq!(world.writes(), writes);
}

#[test]
fn plan_for_something_else_is_refused() {
    let world = World::new(json!({}));
    world.run(&[]).stdout(0);
    let refused = |world: &World| {
        let error = world.sync(&["apply", PLAN]).failed();
        assert_eq!(world.writes(), 0);
        error
    };
    let text = world.read(PLAN);
    write_in(
        &world.folder,
        PLAN,
        text.replace("https://localhost", "https://127.0.0.1").replace("/scim/v2", "/scim/v3"),
    );
    assert!(refused(&world).contains("it is for the service"));
    write_in(
        &world.folder,
        PLAN,
        text.replace("\"prefix\": \"claimsmith:acme:\"", "\"prefix\": \"claimsmith:\""),
    );
    assert!(refused(&world).contains("it was changed by hand; plan again"));
    let made_at = world.plan().made_at;
    write_in(&world.folder, PLAN, text.replace(&made_at.to_string(), &(made_at - 90_000_000).to_string()));
    assert!(refused(&world).contains("it was made more than a day ago"));
    write_in(&world.folder, PLAN, &text);
    let mapping = with_directory().replace("fin-*", "finance-*");
    write(&world.folder, "organizations/acme.yaml", mapping);
    assert!(refused(&world).contains("the mapping has changed since it was made; plan again"));
}

#[test]
fn change_by_hand_makes_a_plan_stale() {
    let world = World::new(json!({}));
    world.run(&[]).stdout(0);
    world.catalog.change(|tenant| {
        let bob = tenant.users.iter_mut().find(|it| it["id"] == "bob").expect("bob");
        bob.insert("emails".to_owned(), json!([{ "type": "work", "value": "other@example.com" }]));
    });
    let run = world.sync(&["apply", PLAN, "--show-people"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(
        run.err,
        "error: 1 change does not fit what the service has now; plan again\nnote: claimsmith:acme:bob: the value that would be replaced is another one now\n"
    );
    assert_eq!(world.writes(), 0);
}

#[test]
fn guard_stops_a_run_until_a_person_releases_it() {
    let world = World::new(json!({}));
    let many: Vec<String> = (0..10).map(|at| format!("u{at}")).collect();
    let everyone: Vec<&str> =
        many.iter().map(String::as_str).chain(["bob", "carl", "dora", "erik"]).collect();
    world.directory(&everyone, &everyone);
    let run = ["run", "acme", "--directory", "acme.jsonl", "--metrics", "acme.prom"];
    world.sync(&run).stdout(0);
    let before = world.members("finance-readers");
    assert_eq!(before.len(), 14);
    let writes = world.writes();
    // Overnight, the directory shrinks.
    world.directory(&["bob"], &["bob"]);
    let out = world.sync(&run).stdout(3);
    assert!(out.contains("guard        13 users of 14 would be deactivated"), "{out}");
    assert!(
        world
            .read("acme.prom")
            .contains("claimsmith_sync_guarded{application=\"catalog\",organization=\"acme\"} 1\n")
    );
    assert_eq!(world.members("finance-readers"), before);
    let refused = world.sync(&["apply", PLAN, "--show-people"]).stdout(3);
    assert!(
        refused.contains("claimsmith:acme:u0: deactivated: the directory has no such person"),
        "{refused}"
    );
    let digest = release_of(&out);
    assert_eq!(release_of(&refused), digest);
    let mistyped = world.sync(&["apply", PLAN, "--release", "00000000"]);
    assert_eq!(mistyped.code, Some(3));
    assert!(
        mistyped.err.contains(&format!("is not the digest of this plan, which is `{digest}`")),
        "{mistyped:?}"
    );
    // The schedule makes the same plan again.
    assert_eq!(release_of(&world.sync(&run).stdout(3)), digest);
    assert_eq!(world.writes(), writes);
    // A plan that was changed by hand names no guard to release.
    let text = world.read(PLAN);
    let (start, _) = text.split_once("\"exceeded\"").expect("guards");
    write_in(&world.folder, "edited.json", format!("{start}\"exceeded\": []\n}}\n"));
    let error = world.sync(&["apply", "edited.json", "--release", &digest]).failed();
    assert!(error.contains("the plan breaks guards that it does not name; plan again"), "{error}");
    assert_eq!(world.writes(), writes);
    world.sync(&["apply", PLAN, "--release", &digest]).stdout(0);
    assert_eq!(world.members("finance-readers"), ["bob@example.com"]);
    let history = world.sync(&["history", "acme"]).stdout(0);
    assert!(history.contains("(guards released)"), "{history}");
}

#[test]
fn success_without_effect_is_named() {
    let world = World::new(json!({ "removal_by_filter": "ignored" }));
    let out = world.sync(&["run", "acme", "--directory", "acme.jsonl"]).stdout(1);
    assert!(out.contains("2 accepted without effect"), "{out}");
    assert!(world.members("finance-readers").contains(&"carl@example.com".to_owned()));
}

#[test]
fn run_is_taken_back_and_nothing_that_has_changed_since() {
    let world = World::new(json!({}));
    let run = ["run", "acme", "--directory", "acme.jsonl"];
    let before = ["catalog-admins", "finance-readers"].map(|name| world.members(name));
    let out = world.sync(&run).stdout(0);
    let name = run_of(&out);
    let history = world.sync(&["history", "acme"]).stdout(0);
    assert!(
        history.starts_with(&format!("{name}: users: 1 created, 3 updated, 0 activated, 2 deactivated;")),
        "{history}"
    );
    let person = world.sync(&["history", "acme", "--person", "ada"]).stdout(0);
    assert!(person.contains("claimsmith:acme:ada: added to `catalog-admins` by admins"), "{person}");
    let unknown = world.sync(&["undo", "acme", "noon"]).failed();
    assert!(
        unknown.contains("the journal has no run `noon`; `claimsmith sync history acme` lists them"),
        "{unknown}"
    );
    let out = world.sync(&["undo", "acme", &name]).stdout(0);
    check_snapshot("sync-undo", &out.replace(&name, "[RUN]"));
    world.sync(&["apply", "acme.sync-undo.json"]).stdout(0);
    assert_eq!(["catalog-admins", "finance-readers"].map(|name| world.members(name)), before);
    let tenant = world.catalog.tenant();
    let is_active = |name: &str| {
        let user =
            tenant.users.iter().find(|it| it["userName"] == format!("{name}@example.com")).expect("a user");
        user.get("active") != Some(&json!(false))
    };
    assert_eq!(["ada", "carl", "dora"].map(is_active), [false, true, true]);
}

#[test]
fn one_run_at_a_time_writes_a_journal() {
    let world = World::new(json!({}));
    let file = fs::File::create(world.folder.path().join(JOURNAL)).expect("a journal");
    file.lock().expect("a lock");
    let run = ["run", "acme", "--directory", "acme.jsonl"];
    let error = world.sync(&run).failed();
    assert!(
        error.contains("another run has the journal `acme.sync-journal.jsonl` open; wait until it ends"),
        "{error}"
    );
    assert_eq!(world.writes(), 0);
    drop(file);
    world.sync(&run).stdout(0);
}

#[test]
fn journal_that_does_not_fit_is_refused_before_anything_changes() {
    let world = World::new(json!({}));
    let run = ["run", "acme", "--directory", "acme.jsonl"];
    world.sync(&run).stdout(0);
    let journal = world.read(JOURNAL);
    let writes = world.writes();
    world.directory(&["bob"], &["bob"]);
    let refused = |text: String, why: &str| {
        write_in(&world.folder, JOURNAL, text);
        let error = world.sync(&run).failed();
        assert!(error.contains(why), "{error}");
        assert_eq!(world.writes(), writes);
    };
    refused(journal.replace("/scim/v2", "/other"), "is of the mapping `acme` and the service");
    refused(
        journal.replace("\"version\":1", "\"version\":2"),
        "acme.sync-journal.jsonl:1: this is not a record of this version",
    );
    refused(format!("nonsense\n{journal}"), "acme.sync-journal.jsonl:1: this is not a record");
    // The end of a process has cut the last line off.
    let cut = journal.strip_suffix("}\n").expect("an end");
    write_in(&world.folder, JOURNAL, cut);
    world.sync(&run).stdout(0);
    let history = world.sync(&["history", "acme"]).stdout(0);
    assert!(history.lines().next().expect("a run").contains("(ended in between)"), "{history}");
    assert_eq!(history.lines().count(), 2, "{history}");
}

#[cfg(unix)]
#[test]
fn journal_is_for_its_owner_alone_and_no_link() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let world = World::new(json!({}));
    write_in(&world.folder, "other.txt", "");
    symlink("other.txt", world.folder.path().join(JOURNAL)).expect("a link");
    let run = ["run", "acme", "--directory", "acme.jsonl"];
    let error = world.sync(&run).failed();
    assert!(error.contains("cannot write the journal `acme.sync-journal.jsonl`"), "{error}");
    assert_eq!((world.read("other.txt"), world.writes()), (String::new(), 0));
    fs::remove_file(world.folder.path().join(JOURNAL)).expect("a link");
    world.sync(&run).stdout(0);
    let metadata = fs::metadata(world.folder.path().join(JOURNAL)).expect("a journal");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    assert!(!world.read(JOURNAL).contains("hunter2"));
}

#[test]
fn credentials_that_expire_stop_a_run() {
    let world = World::new(json!({}));
    let at = At { nth: 2, method: Some("PATCH".to_owned()), path: None };
    world.catalog.add_fault(Fault::new(at, FaultKind::Status(401)));
    let out = world.sync(&["run", "acme", "--directory", "acme.jsonl"]).stdout(1);
    assert!(out.contains("stopped      PATCH "), "{out}");
    world.sync(&["run", "acme", "--directory", "acme.jsonl"]).stdout(0);
    assert_eq!(world.members("catalog-admins"), ["ada@example.com", "own@example.com"]);
}

#[test]
fn person_of_a_directory_is_explained_like_a_login() {
    let world = World::new(json!({}));
    let explain =
        |person: &str| world.sync(&["explain", "acme", "--directory", "acme.jsonl", "--person", person]);
    let out = explain("ADA@example.com").stdout(0);
    check_snapshot("sync-explain", &out);
    assert_eq!(explain("ada").stdout(0), out);
    assert!(explain("carl").stdout(0).starts_with("person carl: cannot log in, so has no groups\n"));
    let error = explain("zoe").failed();
    assert_eq!(error, "error: the directory has no person with the id or the `mail` that `--person` names\n");
    assert!(world.catalog.requests().is_empty());
}

#[test]
fn settings_of_the_application_say_what_a_run_may_do() {
    let world = World::new(json!({}));
    let claim = "    claim: https://claims.example.com/catalog/groups\n";
    let scim = "    scim: { ungranted: deactivate, guards: { users: { most: 1 } } }\n";
    write(&world.folder, "platform.yaml", PLATFORM.replace(claim, &format!("{claim}{scim}")));
    world.directory(&["bob", "carl", "dora", "erik"], &["carl", "dora", "erik"]);
    let run = ["run", "acme", "--directory", "acme.jsonl", "--show-people"];
    let out = world.sync(&run).stdout(0);
    assert!(out.contains("claimsmith:acme:bob: deactivated: no rule grants it"), "{out}");
    world.directory(&["erik"], &["erik"]);
    let out = world.sync(&run).stdout(3);
    assert!(out.contains("2 users of 3 would be deactivated, and at most 1 may be in one run"), "{out}");
}

#[test]
fn plan_from_before_a_later_run_is_refused() {
    let world = World::new(json!({}));
    world.directory(&["bob", "carl", "dora", "erik"], &["bob", "carl", "dora", "erik"]);
    world.run(&[]).stdout(0);
    world.directory(&["bob", "carl", "dora", "erik"], &["carl", "dora", "erik"]);
    let run = world.sync(&["run", "acme", "--directory", "acme.jsonl"]).stdout(0);
    let error = world.sync(&["apply", PLAN]).failed();
    assert!(
        error.contains(&format!("the run {} carried out a later one; plan again", run_of(&run))),
        "{error}"
    );
    assert!(!world.members("finance-readers").contains(&"bob@example.com".to_owned()));
}

#[test]
fn run_of_another_service_is_not_taken_back_here() {
    let (staging, production) = (World::new(json!({})), World::new(json!({})));
    let run = ["run", "acme", "--directory", "acme.jsonl"];
    let name = run_of(&staging.sync(&run).stdout(0));
    production.sync(&run).stdout(0);
    write_in(&production.folder, "staging.jsonl", staging.read(JOURNAL));
    let error = production.sync(&["undo", "acme", &name, "--journal", "staging.jsonl"]).failed();
    assert!(error.contains("the run was one of the mapping `acme` and the service https://"), "{error}");
}

#[test]
fn service_that_removes_more_than_it_is_asked_to_is_named() {
    let world = World::new(json!({ "removal_by_filter": "takes_all" }));
    let out = world.sync(&["run", "acme", "--directory", "acme.jsonl"]).stdout(1);
    assert!(out.contains("lost "), "{out}");
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

#[test]
fn members_are_removed_only_where_a_probe_saw_how() {
    let world = World::new(json!({ "removal_by_filter": "takes_all" }));
    fs::remove_file(world.folder.path().join("claimsmith.dialect.json")).expect("a dialect");
    let error = world.sync(&["run", "acme", "--directory", "acme.jsonl"]).failed();
    assert!(
        error.contains(
            "Run `claimsmith sync probe`, which writes `claimsmith.dialect.json`, and then this again"
        ),
        "{error}"
    );
    assert_eq!(world.writes(), 0);
    world.directory(&["bob", "carl", "dora", "erik"], &["bob", "carl", "dora", "erik"]);
    let admins =
        json!({ "group": { "id": "it-admins", "name": "it-admins", "members": ["bob"] } }).to_string();
    let lines = world.read("acme.jsonl").replace(&end(4, 1), &format!("{admins}\n{}", end(4, 2)));
    write_in(&world.folder, "acme.jsonl", lines);
    world.sync(&["run", "acme", "--directory", "acme.jsonl"]).stdout(0);
}
