//! `claimsmith status --calendar`: what expires, as a table and as a calendar.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use claimsmith_lifecycle::block::{Bundles, LocalKey};
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::{Value, json};

use super::test_bundle::bundle;
use super::{block, blocks_platform, now};
use crate::deploy::{DOMAIN, World, for_tenant};
use crate::support::{ACME, check_snapshot, write};

/// A certificate that ends at 2081-08-30 22:13 UTC.
const CERTIFICATE: &str = include_str!("../../../../../tests/fixtures/certificates/generalized-time.pem");

/// A tenant where something of every kind expires.
fn expiring() -> World {
    let acme = ACME.replace(
        "grant: catalog-admins }",
        "grant: catalog-admins, expires: 2080-01-01, owner: \"Acme; IT\" }",
    );
    let world = World::new(json!({ "tenant": {
        "connections": [
            {
                "id": "con_1", "name": "acme-saml", "strategy": "samlp",
                "options": { "signingCert": BASE64.encode(CERTIFICATE), "client_secret": "hunter2-secret" },
            },
            { "id": "con_2", "name": "acme-entra", "strategy": "waad", "options": { "expires": "2080-02-01T00:00:00.000Z" } },
            { "id": "con_3", "name": "database", "strategy": "auth0" },
        ],
        "scim_tokens": { "con_1": [
            { "token_id": "tok_1", "token": "hunter2-token", "valid_until": "2079-06-01T00:00:00.000Z" },
            { "token_id": "tok_2" },
        ] },
        "clients": [{ "client_id": "CatalogClient" }],
        "client_credentials": { "CatalogClient": [{ "id": "cred_1", "name": "main", "expires_at": "2020-01-01T00:00:00.000Z" }] },
        "signing_keys": [
            { "kid": "key1", "cert": CERTIFICATE, "current": true }, { "kid": "old", "cert": CERTIFICATE, "revoked": true },
        ],
    } }));
    write(&world.folder, "organizations/acme.yaml", for_tenant(&acme, DOMAIN));
    world
}

fn without_days(text: &str) -> String {
    let line = |line: &str| match line.split_once(" days left") {
        Some((before, after)) => format!(
            "{}DAYS days left{after}",
            before.trim_end_matches(|it: char| it.is_ascii_digit() || it == ' ').to_owned() + " "
        ),
        None => line.to_owned(),
    };
    text.lines().map(|it| line(it) + "\n").collect()
}

#[test]
fn calendar_has_everything_that_expires() {
    let world = expiring();
    let out = world.run(&["status", "--calendar", "expiries.ics"]).stdout(0);
    check_snapshot("status-calendar", &without_days(&world.plain(&out)));
    let ics = fs::read_to_string(world.folder.path().join("expiries.ics")).expect("a calendar");
    assert!(!ics.contains("hunter2"), "{ics}");
    assert_eq!(ics.matches("BEGIN:VEVENT\r\n").count(), 6);
    assert!(ics.split("\r\n").all(|line| !line.contains('\n') && line.len() <= 75));
    let uids = |ics: &str| -> Vec<String> {
        ics.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
    };
    let again = world.run(&["status", "--calendar", "expiries.ics"]).failed();
    assert!(again.contains("`expiries.ics` exists already; nothing was written"), "{again}");
    let json = world.run(&["status", "--calendar", "new/expiries.ics", "--format", "json"]).json(0);
    assert_eq!(json["expiries"].as_array().map(Vec::len), Some(6));
    assert_eq!(json["expiries"][1]["at"], "2079-06-01T00:00:00Z");
    let second = fs::read_to_string(world.folder.path().join("new/expiries.ics")).expect("a calendar");
    assert_eq!(uids(&ics), uids(&second));
    assert!(world.stand_in.requests().iter().all(|it| it.method == "GET"));
}

#[test]
fn calendar_that_is_incomplete_says_so() {
    let scopes = ["read:connections", "read:signing_keys"];
    let world = expiring();
    world.stand_in.change(|tenant| {
        let audience = format!("https://{}/api/v2/", world.stand_in.domain());
        let record = |value: Value| value.as_object().expect("an object").clone();
        tenant.clients.push(record(json!({ "client_id": "few", "client_secret": "s" })));
        tenant
            .client_grants
            .push(record(json!({ "client_id": "few", "scope": scopes, "audience": audience })));
    });
    let few = [("AUTH0_CLIENT_ID", "few"), ("AUTH0_CLIENT_SECRET", "s")];
    let run = world.run_with(&["status", "--calendar", "few.ics"], &few);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_eq!(
        run.err,
        "error: could not read everything (SCIM tokens, keys of clients), so the calendar is incomplete; add `read:client_credentials`, `read:scim_token` to the client grant for the Auth0 Management API\n"
    );
    assert!(
        run.out.contains(
            "UNKNOWN    SCIM tokens: not checked, because the token lacks the scope `read:scim_token`\n"
        ),
        "{}",
        run.out
    );
    let fault = Fault::new(At::route("GET", "/api/v2/connections", 1), FaultKind::Status(400));
    world.stand_in.add_fault(fault);
    let run = world.run(&["status", "--calendar", "none.ics"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.err.contains("(certificates, SCIM tokens)"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn calendar_follows_no_link() {
    let world = expiring();
    std::os::unix::fs::symlink("elsewhere", world.folder.path().join("expiries.ics")).expect("a link");
    let err = world.run(&["status", "--calendar", "expiries.ics"]).failed();
    assert!(err.contains("expiries.ics"), "{err}");
    assert!(!world.folder.path().join("elsewhere").exists());
    assert_eq!(world.stand_in.requests(), [], "nothing is read for a file that cannot be written");
}

#[test]
fn deadlines_of_candidates_are_in_the_calendar() {
    let world = World::new(json!({}));
    let key = LocalKey::from_seed([1; 32]).expect("any bytes are a key");
    write(&world.folder, "platform.yaml", blocks_platform(&key));
    let now = u32::try_from(now()).expect("before 2106");
    let [old, candidate] = ["old", "new"].map(|name| bundle("org_acme", name));
    let bundles = Bundles::Pending { old: &old, candidate: &candidate, deadline: now + 3000 };
    let metadata = block(&key, "org_acme", now - 10, bundles);
    world.stand_in.change(|tenant| {
        tenant.organizations[0].insert("metadata".to_owned(), json!(metadata));
    });
    let json = world.run(&["status", "--calendar", "c.ics", "--format", "json"]).json(0);
    assert_eq!(json["expiries"][0]["subject"], "candidate in the block of `acme`");
}
