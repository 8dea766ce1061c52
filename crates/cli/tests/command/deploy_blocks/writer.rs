//! Metadata of organizations that another program writes.

use super::*;

/// A key that may sign everything, and no other.
fn only_key(byte: u8) -> String {
    let public = key(byte).public_line("");
    format!("  keys:\n    only:\n      public: {public}\n      protected: true\n")
}

/// The settings of a platform whose metadata another program writes.
fn written_by(writer: &str, keys: &str) -> String {
    platform(&format!("  writer: {writer}\n{keys}"))
}

#[test]
fn only_the_declared_writer_writes() {
    let world = world();
    write(&world.folder, "platform.yaml", written_by("terraform", &keys()));
    let error = world.run(TRAVEL).failed_with_notes();
    assert!(
        error.starts_with("error: `platform.yaml` says that Terraform writes the metadata of organizations"),
        "{error}"
    );
    // What the other one reads is written when blocks are signed.
    let read = |path: &str| fs::read_to_string(world.folder.path().join(path)).expect("a file");
    let out = done(sign(&world, &["--key", "1.key"]));
    assert!(out.ends_with("merge its output `metadata` into each `auth0_organization`\n"), "{out}");
    assert!(read("blocks/blocks.tf").contains("output \"metadata\""));
    write(&world.folder, "platform.yaml", written_by("deploy-cli", &keys()));
    let out = done(sign(&world, &["--key", "1.key", "--organization", "acme"]));
    assert!(out.contains("merge them into the files of its folder `organizations`\n"), "{out}");
    let json = |path: &str| serde_json::from_str::<Value>(&read(path)).expect("JSON");
    let organization = json("blocks/organizations/acme.json");
    assert_eq!(organization, json!({ "name": "acme", "metadata": json("blocks/acme.json")["values"] }));
    assert!(!world.folder.path().join("blocks/organizations/globex.json").exists());
    let error = world.run(&["deploy", "plan", "--organization", "acme"]).failed();
    assert!(error.contains("with `--packaging organizations`"), "{error}");
}

#[test]
fn plan_from_before_the_other_writer_is_refused() {
    let world = world();
    deploy(&world, "1.key");
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    done(world.run(&[TRAVEL, &["--confirm-within", "30m"]].concat()));
    done(sign(&world, &["--plan", PLAN, "--key", "1.key"]));
    let run_as = |writer: &str, arguments: &[&str]| {
        write(&world.folder, "platform.yaml", written_by(writer, &keys()));
        world.run(arguments)
    };
    let confirm = ["deploy", "confirm", PLAN];
    let back = ["deploy", "rollback", "--organization", "acme", "--plan", PLAN];
    for arguments in [APPLY, &confirm, &back] {
        let before = metadata(&world.stand_in.tenant(), "org_acme");
        let error = run_as("terraform", arguments).failed_with_notes();
        assert!(error.contains("says that Terraform writes the metadata of organizations"), "{error}");
        assert_eq!(metadata(&world.stand_in.tenant(), "org_acme"), before, "{arguments:?}");
        done(run_as("api", arguments));
        assert_ne!(metadata(&world.stand_in.tenant(), "org_acme"), before, "{arguments:?}");
    }
}

#[test]
fn action_is_deployed_beside_another_writer() {
    let world = world();
    write(&world.folder, "platform.yaml", written_by("terraform", &keys()));
    done(sign(&world, &["--key", "1.key", "--key", "2.key", "--at", &time_text(earlier(1000))]));
    // What Terraform does with the files.
    world.stand_in.change(|tenant| {
        for organization in &mut tenant.organizations {
            let name = organization["name"].as_str().expect("a name").to_owned();
            let Ok(text) = fs::read_to_string(world.folder.path().join(format!("blocks/{name}.json"))) else {
                continue;
            };
            let block: Value = serde_json::from_str(&text).expect("JSON");
            for (key, value) in block["values"].as_object().expect("values") {
                organization["metadata"][key] = value.clone();
            }
        }
    });
    let written = metadata(&world.stand_in.tenant(), "org_acme");
    let action_only = [TRAVEL, &["--action-only"]].concat();
    done(world.run(&action_only));
    done(world.run(APPLY));
    let is_served = || matches!(source(&world.stand_in.tenant(), "org_acme", now()), Some(Source::Block(_)));
    assert!(is_served());

    // A key that others may know is not trusted any more, before anything is signed again.
    write(&world.folder, "platform.yaml", written_by("terraform", &only_key(1)));
    done(world.run(&["deploy", "plan", "--action-only"]));
    done(world.run(APPLY));
    assert!(is_served(), "the other signature counts");
    write(&world.folder, "platform.yaml", written_by("terraform", &only_key(3)));
    let planned = done(world.run(&["deploy", "plan", "--action-only"]));
    assert!(planned.contains("closes"), "{planned}");
    done(world.run(APPLY));
    assert!(!is_served(), "no key is left that has signed");
    assert_eq!(metadata(&world.stand_in.tenant(), "org_acme"), written);
}
