//! Plans that are carried out, and what stops them.

use super::*;

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
fn service_that_removes_more_than_it_is_asked_to_is_named() {
    let world = World::new(json!({ "removal_by_filter": "takes_all" }));
    let out = world.sync(&["run", "acme", "--directory", "acme.jsonl"]).stdout(1);
    assert!(out.contains("lost "), "{out}");
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
