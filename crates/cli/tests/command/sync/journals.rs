//! What the journal keeps of runs, and runs that are taken back.

use super::*;

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
