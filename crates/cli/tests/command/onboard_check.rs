//! `claimsmith onboard --check` and `--platform`, the first against stand-ins of Auth0 and Qlik Cloud.

use std::fs;

use claimsmith_standins::auth0::{Auth0StandIn, Seed};
use claimsmith_standins::qlik::QlikStandIn;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::onboard::AGREED;
use crate::support::{Run, check_snapshot, claimsmith, folder, run, run_in, write};

const DOMAIN: &str = "acme-staging.eu.auth0.com";

const PLATFORM: &str = "\
version: 1
tenants: { staging: { domain: acme-staging.eu.auth0.com } }
applications:
  catalog: { clients: CatalogClient, claim: https://claims.example.com/catalog/groups }
groups:
  catalog-admins: { applications: [catalog], description: Administers the catalog., owner: Catalog team }
";

const ACME: &str = "\
version: 1
organization: org_acme
connections:
  acme-okta: { strategy: okta }
rules:
  - { id: admins, match: { exact: it-admins }, grant: catalog-admins, owner: Acme IT }
";

const CASES: &str = "\
version: 1
cases:
  - { name: an administrator, application: catalog, groups: [it-admins], expect: { claims: [catalog-admins] } }
";

/// A complete onboarding: mapping, kit and tenant.
struct World {
    folder: TempDir,
    stand_in: Auth0StandIn,
}

impl World {
    fn new(change: impl FnOnce(&mut Value)) -> Self {
        let mut seed = json!({ "tenant": {
            "organizations": [{ "id": "org_acme", "name": "acme" }],
            "connections": [{
                "id": "con_1", "name": "acme-okta", "strategy": "okta",
                "options": { "set_user_root_attributes": "on_each_login", "client_secret": "hunter2-secret" },
            }],
            "organization_connections": { "org_acme": [{ "connection_id": "con_1", "assign_membership_on_login": true }] },
            "connection_clients": { "con_1": ["CatalogClient"] },
        } });
        change(seed.pointer_mut("/tenant").expect("a tenant"));
        let mut seed: Seed = serde_json::from_value(seed).expect("a seed");
        seed.tokens.extend(Seed::with_token("hunter2").tokens);
        let stand_in = Auth0StandIn::start(seed).expect("starts");
        let folder = folder(&[("organizations/acme.yaml", ACME), ("organizations/acme.test.yaml", CASES)]);
        write(&folder, "platform.yaml", PLATFORM);
        fs::write(folder.path().join("ca.pem"), stand_in.ca_pem()).expect("a file");
        let out = run_in(&folder, &[&["onboard", "acme"][..], &AGREED].concat());
        assert_eq!((out.code, out.err.as_str()), (Some(0), ""));
        let world = Self { folder, stand_in };
        for (file, todo) in [
            ("catalog.md", "TODO: the name of the secret, never the key itself"),
            ("cutover.md", "TODO: a date"),
        ] {
            let path = world.folder.path().join("onboarding/acme").join(file);
            let text = fs::read_to_string(&path).expect("a file");
            assert!(text.contains(todo), "{text}");
            fs::write(path, text.replace(todo, "filled in")).expect("a file");
        }
        let command = world.command(&["onboard", "--check", "acme"]).output().expect("the command starts");
        let out = Run::new(command).stdout(1);
        assert!(out.starts_with("onboarding/acme/kit.html: was made from earlier files; "), "{out}");
        run_in(&world.folder, &["onboard", "acme"]).stdout(0);
        world
    }

    /// Without credentials.
    fn command(&self, arguments: &[&str]) -> snapbox::cmd::Command {
        let names = [
            "AUTH0_DOMAIN",
            "AUTH0_CLIENT_ID",
            "AUTH0_CLIENT_SECRET",
            "AUTH0_CLIENT_SIGNING_KEY_PATH",
            "AUTH0_ACCESS_TOKEN",
            "QLIK_HOST",
        ];
        let command = claimsmith(arguments).current_dir(self.folder.path());
        names.into_iter().fold(command, |command, name| command.env_remove(name))
    }

    fn check(&self) -> Run {
        let command = self.command(&["onboard", "--check", "acme"]);
        let command = command
            .env("SSL_CERT_FILE", self.folder.path().join("ca.pem"))
            .env("CLAIMSMITH_AUTH0_STAND_IN", self.stand_in.domain())
            .env("AUTH0_ACCESS_TOKEN", "hunter2")
            .env("AUTH0_DOMAIN", DOMAIN);
        let run = Run::new(command.output().expect("the command starts"));
        assert!(!run.out.contains("hunter2") && !run.err.contains("hunter2"), "{run:?}");
        run
    }
}

#[test]
fn complete_onboarding_lacks_nothing() {
    let world = World::new(|_| {});
    assert_eq!(world.check().stdout(0), "nothing is missing\n");
    let run = Run::new(world.command(&["onboard", "--check", "acme"]).output().expect("the command starts"));
    let out = run.stdout(0);
    assert!(
        out.starts_with("the tenant was not asked: set credentials") && out.ends_with("nothing is missing\n"),
        "{out}"
    );
}

#[test]
fn gaps_of_the_tenant_are_named() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut Value), expected: &[&str]) {
        let out = World::new(change).check().stdout(1);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), expected.len() + 1, "{out}");
        for (line, expected) in lines.iter().zip(expected) {
            assert!(
                line.starts_with("tenant acme-staging.eu.auth0.com: ") && line.contains(expected),
                "{out}"
            );
        }
    }
    check(
        |tenant| {
            tenant["organizations"] = json!([]);
            tenant["organization_connections"] = json!({});
            tenant["connections"] = json!([]);
        },
        &["there is no organization `org_acme`", "there is no connection `acme-okta`"],
    );
    check(
        |tenant| {
            tenant["organization_connections"] = json!({});
            tenant["connection_clients"] = json!({});
        },
        &[
            "is not enabled for the organization",
            "is not enabled for the client `CatalogClient` of `catalog`",
        ],
    );
    check(
        |tenant| {
            tenant["organization_connections"]["org_acme"][0]["assign_membership_on_login"] = false.into()
        },
        &["do not become members at their login"],
    );
    check(
        |tenant| tenant["connections"][0]["strategy"] = "oidc".into(),
        &["has another strategy than `okta`"],
    );
    check(
        |tenant| tenant["connections"][0]["options"]["set_user_root_attributes"] = "never_on_login".into(),
        &["does not update attributes at each login"],
    );
}

#[test]
fn gaps_of_the_files_are_named_with_their_lines() {
    let folder = TempDir::new().expect("a temporary folder");
    run_in(&folder, &["init", "--organization", "first"]).stdout(0);
    run_in(&folder, &["onboard", "acme", "--strategy", "okta"]).stdout(0);
    fs::remove_file(folder.path().join("onboarding/acme/samples/token.txt")).expect("a file");
    let command = claimsmith(&["onboard", "--check", "acme"]).current_dir(folder.path());
    let command = command.env_remove("AUTH0_CLIENT_SECRET").env_remove("AUTH0_ACCESS_TOKEN");
    let run = Run::new(command.output().expect("the command starts"));
    check_snapshot("onboard-check", &run.stdout(1));
    // Another mapping makes another kit.
    let mapping = folder.path().join("mappings/organizations/acme.yaml");
    let text = fs::read_to_string(&mapping).expect("a mapping");
    fs::write(mapping, text.replace("exact: Report Editors", "exact: Editors")).expect("a mapping");
    let run = run_in(&folder, &["onboard", "--check", "acme"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    for text in [
        "onboarding/acme/README.md: the kit is of another mapping",
        "mappings/organizations/acme.test.yaml: the case `an editor receives the group of editors` fails",
    ] {
        assert!(run.out.contains(text), "{}", run.out);
    }
}

#[test]
fn options_fill_in_what_is_still_to_be_filled_in() {
    let folder = TempDir::new().expect("a temporary folder");
    run_in(&folder, &["init", "--organization", "first"]).stdout(0);
    run_in(&folder, &["onboard", "acme", "--strategy", "okta", "--owner", "Zoe"]).stdout(0);
    let path = folder.path().join("onboarding/acme/cutover.md");
    let text = fs::read_to_string(&path).expect("a file");
    fs::write(&path, text.replace("TODO: a date", "2026-12-01")).expect("a file");
    let run = run_in(&folder, &["onboard", "acme", "--pilot", "Ann, Bob"]);
    assert!(run.err.is_empty(), "nothing was kept: {run:?}");
    let out = run.stdout(0);
    assert!(
        out.contains("filled in 1 file\n  cutover.md\n") && out.contains("in place of `org_Replaceacme`"),
        "{out}"
    );
    let text = fs::read_to_string(&path).expect("a file");
    assert!(
        text.contains("Ann, Bob") && text.contains("2026-12-01") && !text.contains("`--pilot`"),
        "{text}"
    );
    fs::write(&path, format!("{text}Another line.\n")).expect("a file");
    let run = run_in(&folder, &["onboard", "acme"]);
    assert!(run.err.contains("cutover.md` has other content and was kept"), "{run:?}");
    let inside = claimsmith(&["onboard", "acme"]).current_dir(folder.path().join("mappings"));
    let run = Run::new(inside.output().expect("the command starts"));
    assert!(run.err.contains("run the command one folder up"), "{run:?}");
}

#[test]
fn plan_of_the_platform_is_as_reviewed() {
    let out = TempDir::new().expect("a temporary folder");
    let path = out.path().to_str().expect("UTF-8");
    let printed = run(&["onboard", "--platform", "--out", path]).stdout(0);
    assert!(printed.starts_with("wrote ") && printed.ends_with("platform-plan.md\n"), "{printed}");
    let plan = fs::read_to_string(out.path().join("platform-plan.md")).expect("a file");
    check_snapshot("onboard-platform", &plan);
    let world = World::new(|_| {});
    run_in(&world.folder, &["onboard", "--platform", "--owner", "Identity team"]).stdout(0);
    let plan = fs::read_to_string(world.folder.path().join("onboarding/platform/platform-plan.md"));
    let plan = plan.expect("a file");
    assert!(
        plan.contains("| `staging` | `acme-staging.eu.auth0.com` |") && plan.contains("| Identity team |"),
        "{plan}"
    );
}

#[test]
fn modes_do_not_mix() {
    let world = folder(&[("organizations/acme.yaml", crate::support::ACME)]);
    let check = |arguments: &[&str], expected: &str| {
        let err = run_in(&world, &[&["onboard"], arguments].concat()).failed();
        assert!(err.contains(expected), "{err}");
    };
    check(&[], "required");
    check(&["--platform", "acme"], "cannot be used with");
    check(&["--platform", "--check"], "cannot be used with");
    check(&["acme", "--credentials", "x"], "required");
    check(
        &["--check", "globex"],
        "there is no organization `globex`; `claimsmith list` lists those that there are",
    );
    check(&["--check", "acme", "--credentials", "none.json"], "none.json");
}

const QLIK_HOST: &str = "acme.eu.qlikcloud.com";

/// A customer with an application in Qlik Cloud, and that tenant.
struct QlikWorld {
    folder: TempDir,
    stand_in: QlikStandIn,
}

impl QlikWorld {
    fn new(change: impl FnOnce(&mut Value)) -> Self {
        let path = "/https:~1~1claims.example.com~1catalog~1groups";
        let mut tenant = json!({
            "groups": [{ "name": "catalog-admins" }, { "name": "of-another-customer" }],
            "group_settings": { "auto_create_groups": false },
            "auth_settings": { "lifespan_minutes": 480 },
            "identity_providers": [{
                "id": "idp", "protocol": "OIDC", "provider": "auth0", "active": true, "interactive": true,
                "options": { "claimsMapping": { "groups": [path] } },
            }],
        });
        change(&mut tenant);
        let mut seed: claimsmith_standins::qlik::Seed =
            serde_json::from_value(json!({ "tenant": tenant })).expect("a seed");
        seed.tokens.extend(claimsmith_standins::qlik::Seed::with_token("hunter2").tokens);
        let stand_in = QlikStandIn::start(seed).expect("starts");
        let folder = folder(&[("organizations/acme.yaml", ACME), ("organizations/acme.test.yaml", CASES)]);
        write(&folder, "platform.yaml", PLATFORM.replace("/groups }", "/groups, profile: qlik-cloud }"));
        fs::write(folder.path().join("ca.pem"), stand_in.ca_pem()).expect("a file");
        Self { folder, stand_in }
    }

    fn check(&self, arguments: &[&str]) -> Run {
        let command = claimsmith(&[&["onboard", "--check", "acme"], arguments].concat());
        let command = ["AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_SIGNING_KEY_PATH", "AUTH0_ACCESS_TOKEN"]
            .into_iter()
            .fold(command.current_dir(self.folder.path()), |command, name| command.env_remove(name));
        let command = command
            .env("SSL_CERT_FILE", self.folder.path().join("ca.pem"))
            .env("CLAIMSMITH_QLIK_STAND_IN", self.stand_in.domain())
            .env("QLIK_ACCESS_TOKEN", "hunter2")
            .env("QLIK_HOST", QLIK_HOST);
        let run = Run::new(command.output().expect("the command starts"));
        assert!(!run.out.contains("hunter2") && !run.err.contains("hunter2"), "{run:?}");
        run
    }

    /// Gaps and notes about Qlik Cloud, as JSON.
    fn found(&self) -> (Vec<String>, Vec<String>) {
        let checked = self.check(&["--format", "json"]).json(1);
        assert_eq!(checked.get("asked"), Some(&json!({ "auth0": false, "qlik_cloud": true })));
        assert_eq!(checked.get("complete"), Some(&json!(false)), "the kit was not written");
        let list = |key: &str| {
            let all = checked.get(key).and_then(Value::as_array).expect("a list");
            let text =
                |it: &Value, key: &str| it.get(key).and_then(Value::as_str).expect("a text").to_owned();
            let of_qlik = all.iter().filter(|it| text(it, "place") == format!("Qlik Cloud {QLIK_HOST}"));
            of_qlik.map(|it| text(it, "what")).collect()
        };
        (list("gaps"), list("notes"))
    }
}

#[test]
fn gaps_of_qlik_cloud_are_named() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut Value), gaps: &[&str], notes: &[&str]) {
        let found = QlikWorld::new(change).found();
        for (found, expected) in [(found.0, gaps), (found.1, notes)] {
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.contains(expected), "{found}");
            }
        }
    }
    check(|_| {}, &[], &[]);
    check(
        |tenant| tenant["groups"] = json!([{ "name": "Catalog-Admins" }]),
        &["there is no group `catalog-admins`", "differs from `catalog-admins`"],
        &["`autoCreateGroups` is off"],
    );
    check(
        |tenant| {
            tenant["identity_providers"][0]["options"] = json!({ "claimsMapping": { "groups": ["/groups"] } })
        },
        &["does not read the claim `https://claims.example.com/catalog/groups`"],
        &[],
    );
    check(
        |tenant| tenant["identity_providers"] = json!([]),
        &["no identity provider for people is active"],
        &[],
    );
    check(
        |tenant| {
            tenant["group_settings"] = json!({});
            tenant["auth_settings"] = json!({});
        },
        &[],
        &["logins create the groups that they carry", "a session lasts up to 24 hours"],
    );
    let changes = QlikWorld::new(|_| {});
    changes.check(&[]);
    assert!(changes.stand_in.requests().iter().all(|it| it.method == "GET"), "it only reads");
}

#[test]
fn tenants_that_were_not_asked_are_named() {
    let world = QlikWorld::new(|_| {});
    let command = claimsmith(&["onboard", "--check", "acme"]).current_dir(world.folder.path());
    let command =
        command.env_remove("AUTH0_CLIENT_SECRET").env_remove("AUTH0_ACCESS_TOKEN").env_remove("QLIK_HOST");
    let out = Run::new(command.output().expect("the command starts")).stdout(1);
    assert!(out.contains("the tenant was not asked") && out.contains("Qlik Cloud was not asked"), "{out}");
    let file = world.folder.path().join("credentials.json");
    let settings = json!({ "AUTH0_ACCESS_TOKEN": "t", "AUTH0_DOMAIN": "other.eu.auth0.com", "QLIK_HOST": "evil.example" });
    fs::write(&file, settings.to_string()).expect("a file");
    let run = world.check(&["--credentials", "credentials.json"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.err.contains("`QLIK_HOST` of `credentials.json` has to be the host of a tenant"), "{run:?}");
    // What the files lack is said also if the tenant cannot be asked.
    let settings = json!({ "AUTH0_ACCESS_TOKEN": "t", "AUTH0_DOMAIN": "other.eu.auth0.com" });
    fs::write(&file, settings.to_string()).expect("a file");
    let run = world.check(&["--credentials", "credentials.json"]);
    // The reason is printed once, and the other tenant is still named as not asked.
    assert!(run.code == Some(2) && run.out.contains("the credentials are for another tenant"), "{run:?}");
    assert!(
        !run.err.contains("the credentials are") && run.out.contains("Qlik Cloud was not asked"),
        "{run:?}"
    );
    assert!(!run.out.contains("the tenant was not asked"), "{run:?}");
    assert!(run.out.contains("onboarding/acme/README.md: is not there"), "{run:?}");
    assert!(run.out.contains("not known: what the tenant lacks: "), "{run:?}");
    let err = run_in(&world.folder, &["onboard", "acme", "--format", "json"]).failed();
    assert!(err.contains("--check"), "{err}");
}
