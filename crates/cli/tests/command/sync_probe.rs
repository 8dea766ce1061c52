//! `claimsmith sync probe`, against a stand-in of a SCIM service.

use std::fs;

use claimsmith_standins::scim::{ScimStandIn, Seed};
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Run, check_snapshot, claimsmith, folder, write_in};

/// An empty folder, and a service.
struct World {
    folder: TempDir,
    service: ScimStandIn,
}

impl World {
    fn new(quirks: Value) -> Self {
        let seed = json!({
            "tokens": [{ "token": "hunter2" }], "quirks": quirks,
            "tenant": {
                "users": [{ "id": "u1", "userName": "ada@example.com" }],
                "groups": [{ "id": "g1", "displayName": "readers", "members": [{ "value": "u1" }] }],
            },
        });
        let seed: Seed = serde_json::from_value(seed).expect("a seed");
        let service = ScimStandIn::start(seed).expect("starts");
        let folder = folder(&[]);
        write_in(&folder, "ca.pem", service.ca_pem());
        Self { folder, service }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let before = self.service.tenant();
        let command = claimsmith(&[&["sync", "probe"], arguments].concat())
            .current_dir(self.folder.path())
            .env("SSL_CERT_FILE", self.folder.path().join("ca.pem"))
            .env("SCIM_URL", format!("https://{}/scim/v2", self.service.domain()))
            .env("SCIM_TOKEN", "hunter2")
            .output()
            .expect("the command starts");
        let run = Run::new(command);
        assert!(!run.out.contains("hunter") && !run.err.contains("hunter"), "{run:?}");
        // Who is there already keeps everything.
        let after = self.service.tenant();
        assert!(before.users.iter().all(|it| after.users.contains(it)), "{after:?}");
        assert!(before.groups.iter().all(|it| after.groups.contains(it)), "{after:?}");
        Run { out: run.out.replace(self.service.domain(), "catalog.example.com"), ..run }
    }

    fn file(&self, name: &str) -> Option<Value> {
        let text = fs::read_to_string(self.folder.path().join(name)).ok()?;
        Some(serde_json::from_str(&text).expect("JSON"))
    }
}

#[test]
fn probe_says_how_members_are_removed_and_writes_it_down() {
    let world = World::new(json!({}));
    check_snapshot("sync-probe", &world.run(&[]).stdout(0));
    let dialect = world.file("claimsmith.dialect.json").expect("a file");
    assert_eq!(
        dialect,
        json!({
            "service": format!("https://{}/scim/v2", world.service.domain()),
            "removal": "path", "is_removal_seen": true, "names_members": true, "stores_members_twice": false,
            "user_name_filter_ignores_case": true,
        })
    );
    assert_eq!((world.service.tenant().users.len(), world.service.tenant().groups.len()), (1, 1));
}

#[test]
fn probe_prints_the_same_as_json() {
    let entra = json!({ "removal_by_filter": "refused", "removal_with_value": "taken", "stores_members_twice": true });
    let world = World::new(entra);
    let out = world.run(&["--format", "json", "--out", "catalog.json"]).stdout(0);
    let found: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        (
            &found["version"],
            &found["file"],
            &found["removal"],
            &found["stores_members_twice"],
            &found["left"]
        ),
        (&json!(1), &json!("catalog.json"), &json!("value"), &json!(true), &json!([]))
    );
    assert_eq!(world.file("catalog.json").expect("a file")["removal"], "value");
}

#[cfg(unix)]
#[test]
fn dialect_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(json!({}));
    world.run(&[]).stdout(0);
    let metadata = fs::metadata(world.folder.path().join("claimsmith.dialect.json")).expect("a file");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[test]
fn service_that_removes_no_single_member_has_no_dialect() {
    let world = World::new(json!({ "removal_by_filter": "takes_all", "removal_with_value": "ignored" }));
    let out = world.run(&[]).stdout(1);
    assert!(out.contains("neither the form of RFC 7644 nor that of Microsoft Entra"), "{out}");
    assert!(out.ends_with("\nnothing was written; what the probe created was deleted\n"), "{out}");
    assert_eq!(world.file("claimsmith.dialect.json"), None);
}

#[test]
fn service_that_names_no_members_leaves_it_open() {
    let world = World::new(json!({ "hides_members": true }));
    let out = world.run(&[]).stdout(1);
    assert!(out.contains("removal      not known, because the service names no members"), "{out}");
    assert_eq!(world.file("claimsmith.dialect.json").expect("a file")["is_removal_seen"], false);
}

#[test]
fn what_the_probe_could_not_delete_is_named() {
    let world = World::new(json!({}));
    let path = "/scim/v2/Groups/*";
    world.service.add_fault(Fault::new(At::route("DELETE", path, 1), FaultKind::Status(403)));
    let out = world.run(&[]).stdout(1);
    assert!(out.contains("left         group `claimsmith-probe-"), "{out}");
    assert!(out.ends_with("claimsmith.dialect.json: written; delete what is left by hand\n"), "{out}");
    // Also after a failure.
    let world = World::new(json!({}));
    world.service.add_fault(Fault::new(At::route("PATCH", path, 1), FaultKind::Status(403)));
    world.service.add_fault(Fault::new(At::route("DELETE", "/scim/v2/Users/*", 1), FaultKind::Status(403)));
    let error = world.run(&[]).failed();
    assert!(error.contains("PATCH /scim/v2/Groups/"), "{error}");
    assert!(
        error.contains(
            "; the probe left in the service what has to be deleted by hand: user `claimsmith-probe-"
        ),
        "{error}"
    );
    let world = World::new(json!({}));
    world.service.add_fault(Fault::new(At::route("POST", "/scim/v2/Groups", 1), FaultKind::Status(403)));
    let error = world.run(&[]).failed();
    assert_eq!(
        error,
        "error: POST /scim/v2/Groups: status 403; nothing of the probe is left in the service\n"
    );
}
