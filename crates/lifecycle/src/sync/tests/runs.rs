//! Plans that are carried out: interrupted, again, and taken back.

use proptest::prelude::*;

use super::memory::{Faults, Memory};
use super::*;
use crate::journal::Phase;
use crate::sync::record::{self, Beginning, Event, Record};

fn member(id: &str) -> Member {
    Member { user: User { id: Some(id.to_owned()), external_id: ours(id) }, rules: Vec::new() }
}

fn readers() -> Group {
    Group { id: "g-readers".to_owned(), name: "readers".to_owned() }
}

/// A service with users of ours, by their ids, and the readers.
fn service(ids: &[&str], readers: &[&str]) -> Observed {
    let users = ids.iter().map(|id| user(id, Some(ours(id)), &format!("{id}@example.com"))).collect();
    observed(users, readers, &[])
}

fn steps(run: &str, changes: &[Change], phase: Phase) -> Vec<Record> {
    let record = |change: &Change| Record {
        at: 0,
        run: run.to_owned(),
        event: Event::Step { change: change.clone(), phase, error: None, is_uncertain: false, id: None },
    };
    changes.iter().map(record).collect()
}

#[test]
fn batches_are_halved_until_the_service_takes_them() {
    let ids: Vec<String> = (0..250).map(|at| format!("u{at}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut memory = Memory::of(&service(&ids, &[]));
    memory.faults.most_members = Some(30);
    let change = Change::AddMembers { group: readers(), members: ids.iter().map(|id| member(id)).collect() };
    let (outcome, _) = memory.run(std::slice::from_ref(&change));
    assert!(outcome.is_whole());
    assert_eq!(outcome.accepted.len(), 10, "25 members in each request");
    assert_eq!(remaining(&[change], &memory.observed(), &policy()), Remaining::default());
}

#[test]
fn nothing_is_removed_from_a_group_to_which_someone_could_not_be_added() {
    let mut memory = Memory::of(&service(&["ada", "bob"], &["bob"]));
    memory.faults.most_members = Some(0);
    let gone = Member { user: User { id: None, external_id: ours("cyd") }, rules: Vec::new() };
    let removed = vec![(member("bob").user, WhyRemoved::NotGranted)];
    let changes = [
        Change::AddMembers { group: readers(), members: vec![member("ada"), gone] },
        Change::RemoveMembers { group: readers(), members: removed },
        Change::Deactivate { user: member("bob").user, why: WhyRemoved::Left },
    ];
    let (outcome, _) = memory.run(&changes);
    assert_eq!((outcome.accepted.len(), outcome.failed.len(), outcome.left_out.len()), (1, 1, 2));
    let left = remaining(&changes[1..], &memory.observed(), &policy());
    assert_eq!(left.changes, changes[1..2], "bob is still a reader, and cannot log in");
}

#[test]
fn someone_who_cannot_be_created_keeps_no_one_in_a_group() {
    let mut memory = Memory::of(&service(&["ada", "bob"], &["bob"]));
    let gone = Member { user: User { id: None, external_id: ours("cyd") }, rules: Vec::new() };
    let removed = vec![(member("bob").user, WhyRemoved::NotGranted)];
    let changes = [
        Change::AddMembers { group: readers(), members: vec![member("ada"), gone] },
        Change::RemoveMembers { group: readers(), members: removed },
    ];
    let (outcome, _) = memory.run(&changes);
    assert_eq!((outcome.accepted.len(), outcome.left_out.len()), (2, 1));
}

#[test]
fn users_that_the_service_refuses_keep_no_one_active() {
    let mut memory = Memory::of(&service(&["ada"], &["ada"]));
    let create = |at: usize| Change::Create {
        external_id: ours(&format!("u{at}")),
        // All of them have a name that is taken.
        user_name: "ada@example.com".to_owned(),
        attributes: Attributes::new(),
    };
    let mut changes: Vec<Change> = (0..20).map(create).collect();
    changes.push(Change::RemoveMembers {
        group: readers(),
        members: vec![(member("ada").user, WhyRemoved::Left)],
    });
    changes.push(Change::Deactivate { user: member("ada").user, why: WhyRemoved::Left });
    let (outcome, _) = memory.run(&changes);
    assert_eq!((outcome.accepted.len(), outcome.failed.len(), outcome.left_out.len()), (2, 10, 10));
}

#[test]
fn members_that_no_step_removes_are_counted() {
    let before = service(&["ada", "bob", "cyd"], &["ada", "bob", "cyd"]);
    let removed =
        Change::RemoveMembers { group: readers(), members: vec![(member("ada").user, WhyRemoved::Left)] };
    let after =
        |left: &[&str]| lost(std::slice::from_ref(&removed), &before, &service(&["ada", "bob", "cyd"], left));
    assert_eq!((after(&["bob", "cyd"]), after(&["bob"]), after(&[])), (0, 1, 2));
    let deleted = service(&["bob"], &["bob"]);
    assert_eq!(lost(&[], &before, &deleted), 0, "users that somebody has deleted");
}

#[test]
fn step_that_was_refused_is_not_taken_back() {
    let added = Change::AddMembers { group: readers(), members: vec![member("ada")] };
    let end = |is_uncertain: bool| {
        let mut records = steps("noon", std::slice::from_ref(&added), Phase::Begun);
        let event =
            Event::Step { change: added.clone(), phase: Phase::Failed, error: None, is_uncertain, id: None };
        records.push(Record { at: 0, run: "noon".to_owned(), event });
        undo(&records, "noon", &service(&["ada"], &["ada"]), &policy()).expect("a run").changes.len()
    };
    assert_eq!((end(false), end(true)), (0, 1), "an administrator has added ada meanwhile");
}

#[test]
fn run_leaves_out_what_only_fails() {
    let ids: Vec<String> = (0..50).map(|at| format!("u{at}")).collect();
    let changes: Vec<Change> = ids.iter().map(|id| Change::Activate { user: member(id).user }).collect();
    let (outcome, _) = Memory::of(&service(&[], &[])).run(&changes);
    assert_eq!((outcome.failed.len(), outcome.left_out.len(), outcome.stopped), (10, 40, None));
}

#[test]
fn journal_that_cannot_be_written_stops_before_the_request() {
    let before = service(&["ada"], &[]);
    let mut memory = Memory::of(&before);
    let changes = [Change::Deactivate { user: member("ada").user, why: WhyRemoved::Left }];
    let outcome = carry_out(&changes, &before, &mut memory, &mut |_| Err("no space".to_owned()));
    assert_eq!(memory.requests, 0);
    assert!(outcome.stopped.is_some_and(|why| why.contains("no space")));
}

#[test]
fn changes_for_something_else_are_stale() {
    let now = service(&["ada", "bob"], &["bob"]);
    let stale = |change: &Change| {
        let found = remaining(std::slice::from_ref(change), &now, &policy());
        (found.changes.len(), found.stale.iter().map(|it| it.why).collect::<Vec<_>>())
    };
    let create = |id: &str, name: &str| Change::Create {
        external_id: id.to_owned(),
        user_name: name.to_owned(),
        attributes: Attributes::new(),
    };
    let rename = |from: &str, to: &str| Change::Update {
        user: member("ada").user,
        user_name: Some(Replaced { from: Some(from.to_owned()), to: to.to_owned() }),
        attributes: Default::default(),
    };
    let other_group = Group { id: "g-others".to_owned(), ..readers() };
    let foreign = User { id: Some("ada".to_owned()), external_id: ours("bob") };
    for (change, expected) in [
        (create(&ours("cyd"), "cyd@example.com"), (1, vec![])),
        (create(&ours("ada"), "ADA@example.com"), (0, vec![])),
        (create(&ours("cyd"), "ada@example.com"), (0, vec![WhyStale::OtherUser])),
        (create(&ours("ada"), "cyd@example.com"), (0, vec![WhyStale::OtherUser])),
        (create("claimsmith:globex:1", "eve@example.com"), (0, vec![WhyStale::NoUser])),
        (create(&ours(""), "eve@example.com"), (0, vec![WhyStale::NoUser])),
        (rename("ada@example.com", "ada.l@example.com"), (1, vec![])),
        (rename("a@example.com", "ada@example.com"), (0, vec![])),
        (rename("a@example.com", "ada.l@example.com"), (0, vec![WhyStale::OtherValue])),
        (rename("ada@example.com", "bob@example.com"), (0, vec![WhyStale::OtherUser])),
        (Change::Activate { user: foreign }, (0, vec![WhyStale::NoUser])),
        (Change::AddMembers { group: readers(), members: vec![member("ada"), member("bob")] }, (1, vec![])),
        (Change::AddMembers { group: readers(), members: vec![member("bob")] }, (0, vec![])),
        (Change::AddMembers { group: readers(), members: vec![member("cyd")] }, (0, vec![WhyStale::NoUser])),
        (
            Change::AddMembers { group: other_group, members: vec![member("ada")] },
            (0, vec![WhyStale::NoGroup]),
        ),
    ] {
        assert_eq!(stale(&change), expected, "{change:?}");
    }
}

#[test]
fn user_that_is_created_twice_is_stale() {
    let create = |id: &str, name: &str| Change::Create {
        external_id: ours(id),
        user_name: name.to_owned(),
        attributes: Attributes::new(),
    };
    for other in [create("ada", "ada@example.org"), create("bob", "ADA@example.com")] {
        let found = remaining(&[create("ada", "ada@example.com"), other], &service(&[], &[]), &policy());
        assert_eq!(found.stale.iter().map(|it| it.why).collect::<Vec<_>>(), [WhyStale::Repeated]);
    }
}

#[test]
fn taking_a_run_back_leaves_what_has_changed_since() {
    // The run of noon added ada and bob, and removed cyd; since then, bob was removed and added again.
    let added = Change::AddMembers { group: readers(), members: vec![member("ada"), member("bob")] };
    let removed = Change::RemoveMembers {
        group: readers(),
        members: vec![(member("cyd").user, WhyRemoved::NotGranted)],
    };
    let again = Change::AddMembers { group: readers(), members: vec![member("bob")] };
    let records = [
        steps("noon", &[added.clone(), removed.clone()], Phase::Begun),
        steps("noon", &[added, removed], Phase::Done),
        steps("later", &[again], Phase::Begun),
    ]
    .concat();
    let now = service(&["ada", "bob", "cyd"], &["ada", "bob"]);
    let found = undo(&records, "noon", &now, &policy()).expect("a run");
    assert_eq!(found.kept, 1);
    let removed = vec![(member("ada").user, WhyRemoved::Undone)];
    let expected = [
        Change::AddMembers { group: readers(), members: vec![member("cyd")] },
        Change::RemoveMembers { group: readers(), members: removed },
    ];
    assert_eq!(found.changes, expected);
    assert_eq!(undo(&records, "midnight", &now, &policy()), None);
    // Someone else has taken ada out meanwhile, and deleted cyd.
    let now = service(&["ada", "bob"], &["bob"]);
    let found = undo(&records, "noon", &now, &policy()).expect("a run");
    assert_eq!((found.changes.as_slice(), found.kept), ([].as_slice(), 2));
}

#[test]
fn journal_of_another_form_is_refused() {
    let beginning = Beginning {
        by: "claimsmith".to_owned(),
        service: "https://catalog.example.com/scim/v2".to_owned(),
        organization: "acme".to_owned(),
        application: "catalog".to_owned(),
        plan: "0".repeat(64),
        plan_made_at: 1_795_780_800_000,
        undoes: None,
        released: Vec::new(),
    };
    let begun = Record { at: 1, run: "noon".to_owned(), event: Event::Begun(beginning) };
    let records =
        [vec![begun], steps("noon", &[Change::Activate { user: member("ada").user }], Phase::Failed)]
            .concat();
    let text: String = records.iter().map(Record::to_line).collect();
    assert_eq!(record::read(&text), Ok(records.clone()));
    let cut = text.strip_suffix("}\n").expect("an end");
    assert_eq!(record::read(cut), Ok(records[..1].to_vec()), "the end of a process");
    assert_eq!(record::read(&text.replace("\"version\":1", "\"version\":2")), Err(1));
    assert_eq!(record::read(&format!("{{}}\n{text}")), Err(1));
}

proptest! {
    /// Wherever runs end, and whatever was read meanwhile, the service ends as after one complete run. What is removed was
    /// justified by a complete read.
    #[test]
    fn runs_that_end_early_converge(
        before in some_service(),
        states in proptest::collection::vec(
            (proptest::collection::vec(some_person(), 0..5), any::<bool>(), 0..6_usize, any::<bool>()),
            1..5,
        ),
        last in proptest::collection::vec(some_person(), 0..5),
    ) {
        let mut memory = Memory::of(&before);
        for (people, is_complete, ends_after, loses_answer) in states {
            let mut all = desired(people);
            if !is_complete {
                all.unread.push("a page".to_owned());
            }
            memory.faults = Faults { ends_after: Some(ends_after), loses_answer, ..Faults::default() };
            memory.requests = 0;
            let found = difference(&all, &memory.observed(), &policy());
            let (_, begun) = memory.run(&found.changes);
            prop_assert!(is_complete || begun.is_empty());
            // The same plan again does no harm, and does what is left.
            let again = remaining(&found.changes, &memory.observed(), &policy());
            prop_assert_eq!(&again.stale, &[]);
        }
        memory.faults = Faults::default();
        let last = desired(last);
        // A name that becomes free in one run is used in the next.
        for _ in 0..=last.people.len() {
            let found = difference(&last, &memory.observed(), &policy());
            prop_assert!(memory.run(&found.changes).0.is_whole());
        }
        prop_assert_eq!(shown(&difference(&last, &memory.observed(), &policy())), [] as [String; 0]);
        for (at, user) in before.users.iter().enumerate().filter(|(_, user)| !policy().owns(user.external_id.as_deref())) {
            prop_assert_eq!(user, &memory.users[at]);
        }
    }

    /// A run that is taken back leaves nothing, apart from users that it created and that cannot log in.
    #[test]
    fn run_that_is_taken_back_leaves_nothing(
        people in proptest::collection::vec(some_person(), 0..6),
        before in some_service(),
        ends_after in proptest::option::of(0..6_usize),
        loses_answer in any::<bool>(),
    ) {
        let mut memory = Memory::of(&before);
        memory.faults = Faults { ends_after, loses_answer, ..Faults::default() };
        let found = difference(&desired(people), &before, &policy());
        let (_, begun) = memory.run(&found.changes);
        memory.faults = Faults::default();
        let Some(back) = undo(&steps("noon", &begun, Phase::Begun), "noon", &memory.observed(), &policy()) else {
            prop_assert!(begun.is_empty());
            return Ok(());
        };
        prop_assert!(memory.run(&back.changes).0.is_whole());
        let (created, old): (Vec<_>, Vec<_>) =
            memory.users.iter().cloned().partition(|user| before.users.iter().all(|it| it.id != user.id));
        prop_assert!(created.iter().all(|user| !user.is_active));
        for (now, user) in old.iter().zip(&before.users) {
            // A name that several users have is not given to one of them again.
            let has_name = |it: &&ObservedUser| folded(&it.user_name) == folded(&user.user_name);
            let user_name = if before.users.iter().filter(has_name).count() > 1 { &now.user_name } else { &user.user_name };
            prop_assert_eq!(now, &ObservedUser { user_name: user_name.clone(), ..user.clone() });
        }
        let after = memory.observed();
        for (group, now) in before.groups.iter().zip(&after.groups) {
            prop_assert_eq!(&group.members, &now.members, "{}", group.name);
        }
    }
}
