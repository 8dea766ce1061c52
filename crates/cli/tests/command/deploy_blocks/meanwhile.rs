//! What others change in the tenant between plan and apply.

use super::*;

#[test]
fn what_others_do_meanwhile_is_seen() {
    let world = world();
    deploy(&world, "1.key");
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "1.key"]));
    // Another program writes a key of its own: it is kept.
    world.stand_in.change(|tenant| {
        let mut metadata = metadata(tenant, "org_acme");
        metadata.insert("plan".to_owned(), "gold".into());
        set(tenant, "org_acme", Value::Object(metadata));
    });
    done(world.run(APPLY));
    assert_eq!(
        Value::Object(foreign(&metadata(&world.stand_in.tenant(), "org_acme"))),
        json!({ "crm": "4711", "plan": "gold" })
    );

    // Another one writes the block.
    write(&world.folder, "organizations/acme.yaml", acme_with(""));
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "1.key"]));
    world.stand_in.change(|tenant| set(tenant, "org_acme", crm()));
    let error = not_written(world.run(APPLY));
    assert_eq!(
        error,
        "error: somebody has changed the block of `acme` since the plan was made; plan again, or replace it with `--force`\n"
    );
    done(world.run(&[APPLY, &["--force"]].concat()));

    // There are too many keys of others.
    write(&world.folder, "organizations/acme.yaml", acme_with(ADDED));
    done(world.run(TRAVEL));
    done(sign(&world, &["--key", "1.key"]));
    world.stand_in.change(|tenant| {
        let mut metadata = metadata(tenant, "org_acme");
        metadata.extend((0..23).map(|at| (format!("k{at}"), "x".into())));
        set(tenant, "org_acme", Value::Object(metadata));
    });
    let error = not_written(world.run(APPLY));
    assert!(
        error
            .starts_with("error: the block of `acme` takes 2 metadata keys, and others use 24 of Auth0's 25"),
        "{error}"
    );

    // The organization is deleted: everything else is done.
    world.stand_in.change(|tenant| {
        tenant.organizations.retain(|it| it["id"] != "org_acme");
        set(tenant, "org_globex", crm());
    });
    let planned = world.run(TRAVEL);
    assert!(
        planned.err.contains("warning: the tenant has no organization org_acme, which `acme` names"),
        "{planned:?}"
    );
    world.stand_in.change(|tenant| tenant.organizations.push(bare_organization("org_acme")));
    done(world.run(TRAVEL));
    world.stand_in.change(|tenant| tenant.organizations.retain(|it| it["id"] != "org_acme"));
    let run = world.run(APPLY);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.out.contains("block of globex: done\n"), "{run:?}");
    assert!(run.err.contains("error: the Auth0 organization of `acme` does not exist any more"), "{run:?}");
}

fn bare_organization(id: &str) -> serde_json::Map<String, Value> {
    let mut organization = serde_json::Map::new();
    organization.insert("id".to_owned(), id.into());
    organization.insert("name".to_owned(), "acme".into());
    organization
}
