//! `claimsmith assumptions`, against a stand-in of Auth0's Management API, and what the documentation marks.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use claimsmith_lifecycle::assumptions::{ASSUMPTIONS, Test};
use claimsmith_standins::auth0::Tenant;
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use crate::deploy::{DOMAIN, World};
use crate::support::{check_snapshot, root};

const RECORD: &str = "assumptions/acme-staging.eu.auth0.com.json";

fn world() -> World {
    let world = World::new(json!({}));
    world.stand_in.change(|tenant| {
        let record = |value: Value| value.as_object().expect("an object").clone();
        tenant
            .organizations
            .push(record(json!({ "id": "org_test", "name": "test", "metadata": { "a": "b" } })));
        tenant.users.push(record(json!({
            "user_id": "waad|ada", "email": "ada@example.com", "groups": ["it-admins"],
            "identities": [{ "connection": "acme-entra", "user_id": "ada" }],
        })));
    });
    world
}

fn record(world: &World) -> Value {
    let text = fs::read_to_string(world.folder.path().join(RECORD)).expect("a record");
    serde_json::from_str(&text).expect("JSON")
}

fn outcome(world: &World, id: &str) -> Value {
    record(world).pointer(&format!("/results/{id}/outcome")).cloned().unwrap_or_default()
}

const TESTS: [&str; 6] = ["assumptions", "run", "--test-organization", "org_test", "--test-user", "waad|ada"];

#[test]
fn tests_that_an_api_can_make_are_made_and_recorded() {
    let world = world();
    let out = world.run(&TESTS).stdout(0);
    for id in ["metadata-replaced", "metadata-hold-block", "attribute-waad"] {
        assert_eq!(outcome(&world, id), "held", "{out}");
        assert_eq!(record(&world)["results"][id]["how"], "automatic");
    }
    assert_eq!(record(&world)["domain"], DOMAIN);
    assert_eq!(outcome(&world, "attribute-okta"), Value::Null, "what was not tested is not in the record");
    let text = record(&world).to_string();
    for private in ["|ada", "ada@", "it-admins"] {
        assert!(!text.contains(private) && !out.contains(private), "nothing about a person is kept");
    }
    assert!(out.contains("unknown  qlik-claim-path: "), "{out}");
    assert!(out.contains("3 held, 0 failed, "), "{out}");
    let tenant = world.stand_in.tenant();
    assert_eq!(tenant.organizations[1]["metadata"], json!({ "a": "b" }), "restored");
    let list = world.run(&["assumptions", "list"]).stdout(0);
    assert!(list.starts_with("unknown  webassembly-runs: "), "{list}");
    assert!(list.contains("held     metadata-replaced: "), "{list}");
}

#[test]
fn run_without_anything_says_what_to_do() {
    let world = world();
    let before = world.stand_in.requests().len();
    let out = world.run_with(&["assumptions", "run"], &[]).stdout(0);
    check_snapshot("assumptions-run", &out);
    assert_eq!(world.stand_in.requests().len(), before, "no test object, no request");
    let open = world.run(&["assumptions", "run", "--format", "json"]).json(0)["open"].clone();
    assert_eq!(open.as_array().map(Vec::len), Some(ASSUMPTIONS.len()));
}

#[test]
fn answers_are_recorded_and_kept_until_there_are_others() {
    let world = world();
    let out =
        world.run(&["assumptions", "run", "--only", "qlik-claim-path", "--answer", "qlik-claim-path=held"]);
    assert!(out.stdout(0).starts_with("held     qlik-claim-path: "));
    assert_eq!(record(&world)["results"]["qlik-claim-path"]["how"], "answered");
    let answers = world.folder.path().join("answers.json");
    fs::write(&answers, r#"{ "catalog-removal": "failed", "max-groups-default": "unknown" }"#)
        .expect("a file");
    let out = world.run(&["assumptions", "run", "--answers", "answers.json"]).stdout(1);
    assert!(out.contains("these refuse from now on: removing access of people who left\n"), "{out}");
    assert_eq!(outcome(&world, "qlik-claim-path"), "held", "an earlier answer stays");
    assert_eq!(outcome(&world, "catalog-removal"), "failed");
    for (arguments, expected) in [
        (&["--answer", "qlik-claim-path"][..], "`qlik-claim-path` is not an answer; write it as `ID=held`"),
        (&["--answer", "qlik-claim-path=yes"], "`yes` is not an answer for `qlik-claim-path`"),
        (&["--answer", "qlik-path=held"], "`qlik-path` is not an assumption;"),
        (&["--only", "metadata-replace"], "did you mean `metadata-replaced`?"),
        (&["--only", "metadata-replaced", "--answer", "qlik-claim-path=held"], "`--only` does not name it"),
        (
            &["--answer", "qlik-claim-path=held", "--answer", "qlik-claim-path=failed"],
            "there are two answers for `qlik-claim-path`",
        ),
    ] {
        let err = world.run(&[&["assumptions", "run"], arguments].concat()).failed();
        assert!(err.contains(expected), "{err}");
    }
    assert_eq!(outcome(&world, "qlik-claim-path"), "held");
}

#[test]
fn failed_assumption_refuses_what_depends_on_it() {
    let world = world();
    // As a service that merges: the key of the first write is there when the metadata are read.
    let merge = FaultKind::Change(Box::new(|tenant: &mut Tenant| {
        tenant.organizations[1]["metadata"]["claimsmith-probe"] = "1".into();
    }));
    world.stand_in.add_fault(Fault::new(At::route("GET", "/api/v2/organizations/org_test", 2), merge));
    let out = world.run(&[&TESTS[..], &["--only", "metadata-replaced"]].concat()).stdout(1);
    assert!(out.contains("what the first request added was still there after the second"), "{out}");
    assert!(out.contains("these refuse from now on: `claimsmith sign`, and writing blocks\n"), "{out}");
    world.run(&["deploy", "plan"]).stdout(0);
    world.run(&["assumptions", "run", "--answer", "attribute-waad=failed"]);
    let expected = "error: this depends on an assumption that failed on acme-staging.eu.auth0.com (`attribute-waad`): profiles of `waad` connections have the groups where the mapping reads them; if that has changed, test it again with `claimsmith assumptions run --only attribute-waad`\n";
    let before = world.stand_in.requests().len();
    // Before it, a note says that the file has an earlier plan.
    let err = world.run(&["deploy", "plan"]).failed();
    assert!(err.ends_with(expected), "{err}");
    assert_eq!(world.run(&["deploy", "apply", "claimsmith.plan.json"]).failed(), expected);
    assert_eq!(world.stand_in.requests().len(), before);
    world.run(&[
        "assumptions",
        "run",
        "--answer",
        "attribute-okta=failed",
        "--answer",
        "attribute-waad=held",
    ]);
    world.run(&["deploy", "plan"]).stdout(0);
}

#[test]
fn test_that_is_not_made_says_which_result_stays() {
    let world = world();
    world.run(&TESTS).stdout(0);
    let at = record(&world)["results"]["metadata-replaced"]["at"].as_str().expect("a time").to_owned();
    let wrong = ["assumptions", "run", "--test-organization", "org_gone", "--test-user", "waad|gone"];
    let out = world.run(&wrong).stdout(0);
    let stays = format!(" The result of {at} stays.\n");
    assert!(
        out.contains("\n         It was not tested: GET /api/v2/organizations/org_gone: status 404")
            && out.matches(&stays).count() == 3,
        "{out}"
    );
    let open = world.run(&["assumptions", "run", "--only", "metadata-replaced", "--format", "json"]).json(0);
    assert_eq!(
        (&open["open"][0]["id"], &open["open"][0]["stays"]),
        (&json!("metadata-replaced"), &json!(at))
    );
    // What a person has seen is asked again only if it is asked for.
    world.run(&["assumptions", "run", "--answer", "webassembly-runs=failed"]).stdout(1);
    let err = world.run(&["deploy", "plan"]).failed();
    let advice = "see how to test it again with `claimsmith assumptions run --only webassembly-runs`, and record it with `--answer webassembly-runs=held`\n";
    assert!(err.ends_with(advice), "{err}");
    let out = world.run(&["assumptions", "run", "--only", "webassembly-runs"]).stdout(1);
    assert!(out.contains("Deploy the Action to a test tenant") && out.contains(" stays.\n"), "{out}");
    let out = world.run(&["assumptions", "run"]).stdout(1);
    assert!(!out.contains("Deploy the Action to a test tenant"), "{out}");
}

#[test]
fn record_is_next_to_the_mappings_from_anywhere() {
    let world = world();
    world.run(&["assumptions", "run", "--answer", "webassembly-runs=failed"]).stdout(1);
    let below = world.folder.path().join("files");
    fs::create_dir_all(below.join("mappings/deeper")).expect("a folder");
    for name in ["platform.yaml", "organizations"] {
        fs::rename(world.folder.path().join("mappings").join(name), below.join("mappings").join(name))
            .expect("moved");
    }
    let list = |folder: &str| world.run(&["assumptions", "list", folder]).stdout(0);
    assert!(list("files/mappings").starts_with("unknown  webassembly-runs"));
    fs::rename(world.folder.path().join("assumptions"), below.join("assumptions")).expect("moved");
    for folder in
        ["files/mappings", "files/mappings/", "files/mappings/.", "files/../files/mappings/deeper/.."]
    {
        assert!(list(folder).starts_with("failed   webassembly-runs"), "{folder}");
        let err = world.run(&["deploy", "plan", folder]).failed();
        assert!(err.contains("an assumption that failed"), "{err}");
    }
}

#[test]
fn attribute_with_another_spelling_is_a_failure_and_a_missing_one_is_not_guessed() {
    let world = world();
    let user = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
        world.stand_in.change(|tenant| change(&mut tenant.users[0]));
    };
    let only = [&TESTS[..], &["--only", "attribute-waad"]].concat();
    user(&|user| {
        let groups = user.remove("groups").expect("groups");
        user.insert("Groups".to_owned(), groups);
    });
    let out = world.run(&only).stdout(1);
    assert!(out.contains("the profile has `Groups`, and the mapping reads `/groups`"), "{out}");
    world.run(&["assumptions", "run", "--answer", "attribute-waad=unknown"]).stdout(0);
    user(&|user| {
        user.remove("Groups");
    });
    let out = world.run(&only).stdout(0);
    assert!(out.contains("It was not tested: the profile of the test user has no `/groups`"), "{out}");
    assert_eq!(outcome(&world, "attribute-waad"), "unknown");
}

#[test]
fn organization_of_a_customer_is_not_written_to() {
    let world = world();
    let before = world.stand_in.requests().len();
    let err = world.run(&["assumptions", "run", "--test-organization", "org_acme"]).failed();
    assert!(err.contains("`org_acme` is the organization of the mapping `acme`"), "{err}");
    assert_eq!(world.stand_in.requests().len(), before);
}

#[test]
fn record_of_another_tenant_is_refused_everywhere() {
    let world = world();
    world.run(&["assumptions", "run", "--answer", "qlik-claim-path=held"]).stdout(0);
    let path = world.folder.path().join(RECORD);
    let text = fs::read_to_string(&path).expect("a record");
    fs::write(&path, text.replace(DOMAIN, "acme.eu.auth0.com")).expect("a record");
    for arguments in [&["assumptions", "list"][..], &["assumptions", "run"], &["deploy", "plan"]] {
        let err = world.run(arguments).failed();
        assert!(err.contains("it is of the tenant acme.eu.auth0.com"), "{err}");
    }
}

#[test]
fn requests_that_fail_leave_the_assumption_unknown() {
    for nth in 1..=4 {
        let world = world();
        let at = At { nth, method: None, path: Some("/api/v2/organizations/org_test".to_owned()) };
        world.stand_in.add_fault(Fault::new(at, FaultKind::Status(403)));
        let out = world.run(&[&TESTS[..], &["--only", "metadata-replaced"]].concat()).stdout(0);
        assert!(out.contains("It was not tested: "), "{out}");
        assert_eq!(outcome(&world, "metadata-replaced"), Value::Null);
    }
    let arguments = [&TESTS[..], &["--only", "metadata-replaced"]].concat();
    let wrong = world().run_with(&arguments, &[("AUTH0_ACCESS_TOKEN", "wrong-token")]).failed();
    assert!(wrong.contains("status 401") && !wrong.contains("wrong-token"), "{wrong}");
}

/// Where the documentation marks something as not established, by a part of its line, and which assumption it is.
const MARKS: &[(&str, &str, &[&str])] = &[
    ("docs/qlik.md", "documents no smaller scope", &["qlik-scopes"]),
    ("docs/qlik.md", "`QLIK_IDP_CLIENT_SECRET`", &["qlik-secret-returned"]),
    ("docs/qlik.md", "where exactly it is offered", &["qlik-verification-offered"]),
    ("docs/qlik.md", "Which one a tenant takes", &["qlik-claim-path"]),
    ("docs/qlik.md", "whether existing groups still receive users", &["qlik-existing-groups-bound"]),
    ("docs/install-action.md", "Which of the two spellings a tenant takes", &["qlik-claim-path"]),
    (
        "docs/install-action.md",
        "a user whose claim was missing at a login",
        &["qlik-missing-claim", "qlik-empty-clears-groups"],
    ),
    (
        "docs/install-action.md",
        "on your plan before you deploy the mapping",
        &["provisioned-groups-available"],
    ),
    ("docs/install-action.md", "How long Auth0 takes", &["provisioned-groups-in-time"]),
    ("docs/install-action.md", "how it shows an empty list or a list of one", &["saml-attribute-list"]),
    ("docs/install-action.md", "an attribute of the same name", &["saml-own-attribute"]),
    ("docs/install-action.md", "How the refusal of an exchange reaches", &["refresh-refusal-ends-session"]),
    ("docs/install-action.md", "what an exchange has of `event.authentication`", &["refresh-shows-age"]),
    (
        "crates/cli/src/onboarding/parts/identity_provider.rs",
        "WS-Federation endpoint",
        &["connection-addresses"],
    ),
    ("crates/cli/src/onboarding/parts/identity_provider.rs", "\"identifier\"", &["connection-addresses"]),
    ("crates/cli/src/onboarding/parts/auth0.rs", "scope `create:sso_access_tickets`", &["ticket-scope"]),
    (
        "crates/cli/src/onboarding/parts/auth0.rs",
        "Which number `max_groups_to_retrieve` has",
        &["max-groups-default"],
    ),
    ("crates/cli/src/onboarding/parts/auth0.rs", "Okta basic", &["attribute-okta"]),
    (
        "crates/cli/src/onboarding/parts/auth0.rs",
        "Whether `bind_all` keeps a claim",
        &["bind-all-keeps-groups"],
    ),
    (
        "crates/cli/src/onboarding/parts/auth0.rs",
        "Auth0 keeps the last part of the claim type",
        &["attribute-adfs"],
    ),
    ("crates/cli/src/onboarding/parts/auth0.rs", "or the groups are frozen", &["scim-keeps-login-sync"]),
    ("crates/cli/src/onboarding/bodies.rs", "Auth0's default mapping", &["scim-default-mapping"]),
    (
        "crates/cli/templates/onboarding/handover.md",
        "Whether blocking alone ends open sessions",
        &["block-ends-sessions"],
    ),
    ("crates/cli/templates/onboarding/platform.md", "enterprise connections", &["connection-count"]),
    ("crates/cli/templates/onboarding/platform.md", "which spelling a tenant takes", &["qlik-claim-path"]),
    (
        "crates/cli/templates/onboarding/strategies/adfs.md",
        "WS-Federation endpoint",
        &["connection-addresses"],
    ),
    (
        "crates/cli/templates/onboarding/strategies/oidc.md",
        "do not call the claim `groups`",
        &["bind-all-keeps-groups"],
    ),
    ("crates/cli/templates/onboarding/catalog.md", "disables or deletes the account", &["catalog-removal"]),
    (
        "crates/cli/templates/onboarding/qlik-cloud.md",
        "which of the two a tenant takes",
        &["qlik-claim-path"],
    ),
    (
        "crates/cli/templates/onboarding/qlik-cloud.md",
        "Whether groups that exist still receive users",
        &["qlik-existing-groups-bound"],
    ),
    (
        "crates/cli/templates/onboarding/qlik-cloud.md",
        "What happens if the claim is missing",
        &["qlik-missing-claim"],
    ),
];

/// Lines that only say what the mark means.
const LEGENDS: [&str; 3] =
    ["oints marked *confirm*", "is marked *confirm*", "that the documentation marks *confirm*"];

/// The lines with the mark, by file, below a folder. Kits in `examples/` are made from the templates.
fn marked(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            if name != "docs/examples" {
                marked(&path, found);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            let lines = text.lines().filter(|line| line.contains("*confirm*"));
            let lines = lines.filter(|line| !LEGENDS.iter().any(|legend| line.contains(legend)));
            found.extend(lines.map(|line| (name.clone(), line.to_owned())));
        }
    }
}

#[test]
fn every_mark_of_the_documentation_is_an_assumption() {
    let mut found = Vec::new();
    for folder in ["docs", "crates/cli/src/onboarding", "crates/cli/templates"] {
        marked(&root().join(folder), &mut found);
    }
    let mut used = BTreeSet::new();
    for (file, line) in &found {
        let mark = MARKS.iter().position(|(path, part, _)| path == file && line.contains(part));
        let mark = mark.unwrap_or_else(|| panic!("no assumption for {file}: {line}"));
        used.insert(mark);
    }
    assert_eq!(used.len(), MARKS.len(), "a mark that is not there any more");
    let ids: BTreeSet<&str> = ASSUMPTIONS.iter().map(|it| it.id).collect();
    assert!(MARKS.iter().flat_map(|(_, _, ids)| *ids).all(|id| ids.contains(id)));
}

#[test]
fn page_lists_every_assumption_in_order() {
    let page = fs::read_to_string(root().join("docs/assumptions.md")).expect("a page");
    let mut rows = page.lines().filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 3);
    for it in ASSUMPTIONS {
        let how = if matches!(it.test, Test::Automatic(_)) { "by itself" } else { "by you" };
        let begin = format!("| `{}` | {} | {how} | ", it.id, it.statement);
        let row = rows.next().unwrap_or_default();
        assert!(row.starts_with(&begin), "{begin}\n{row}");
        let features: Vec<String> = it.features.iter().map(|it| it.name()).collect();
        assert!(row.ends_with(&format!(" | {} |", features.join(", "))), "{row}");
    }
    assert_eq!(rows.next(), None);
}
