//! Differences of single cases, and the properties of every difference.

mod memory;
mod runs;

use std::collections::BTreeSet;

use proptest::prelude::*;

use self::memory::Memory;
use super::*;

const PREFIX: &str = "claimsmith:acme:";

fn policy() -> Policy {
    Policy { prefix: PREFIX.to_owned(), ungranted: Ungranted::Keep }
}

fn group_names() -> Vec<String> {
    ["readers", "writers"].map(str::to_owned).to_vec()
}

fn ours(id: &str) -> String {
    format!("{PREFIX}{id}")
}

fn person(id: &str, name: &str, groups: &[u32]) -> DesiredUser {
    DesiredUser {
        external_id: ours(id),
        user_name: name.to_owned(),
        attributes: Attributes::new(),
        is_active: true,
        memberships: groups.to_vec(),
        undecided: None,
    }
}

fn desired(people: Vec<DesiredUser>) -> Desired {
    Desired { groups: group_names(), people, unread: Vec::new() }
}

fn user(id: &str, external_id: Option<String>, name: &str) -> ObservedUser {
    let (id, user_name) = (id.to_owned(), name.to_owned());
    ObservedUser { id, external_id, user_name, attributes: Attributes::new(), is_active: true }
}

/// A service with two managed groups and another one, by the ids of their members.
fn observed(users: Vec<ObservedUser>, readers: &[&str], writers: &[&str]) -> Observed {
    let group = |name: &str, members: &[&str]| {
        let members = members.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        (format!("g-{name}"), name.to_owned(), members)
    };
    let everyone: Vec<String> = users.iter().map(|it| it.id.clone()).collect();
    let mut groups = vec![group("readers", readers), group("writers", writers)];
    groups.push(("g-others".to_owned(), "others".to_owned(), everyone));
    Observed::new(
        users,
        groups
            .iter()
            .map(|(id, name, members)| (id.clone(), name.clone(), Some(members.iter().map(String::as_str)))),
    )
}

/// The changes in one line each, such as `add ada to readers`.
fn shown(difference: &Difference) -> Vec<String> {
    let short = |user: &User| user.external_id.replacen(PREFIX, "", 1);
    let mut lines = Vec::new();
    for change in &difference.changes {
        match change {
            Change::Create { external_id, .. } => {
                lines.push(format!("create {}", external_id.replacen(PREFIX, "", 1)))
            }
            Change::Update { user, user_name, attributes } => {
                let name = user_name.as_ref().map(|it| &it.to);
                lines.push(format!("update {} {name:?} {}", short(user), attributes.len()));
            }
            Change::Activate { user } => lines.push(format!("activate {}", short(user))),
            Change::AddMembers { group, members } => {
                lines.extend(members.iter().map(|it| format!("add {} to {}", short(&it.user), group.name)));
            }
            Change::RemoveMembers { group, members } => {
                lines.extend(
                    members
                        .iter()
                        .map(|(it, why)| format!("remove {} from {}: {why:?}", short(it), group.name)),
                );
            }
            Change::Deactivate { user, why } => lines.push(format!("deactivate {}: {why:?}", short(user))),
        }
    }
    lines
}

#[track_caller]
fn check(desired: &Desired, observed: &Observed, expected: &[&str]) -> Vec<Finding> {
    let difference = difference(desired, observed, &policy());
    assert_eq!(shown(&difference), expected);
    difference.findings
}

#[test]
fn joiner_mover_and_leaver() {
    let people =
        desired(vec![person("ada", "ada@example.com", &[0]), person("bob", "bob@example.com", &[0, 1])]);
    let users = vec![
        user("1", Some(ours("bob")), "bob@example.com"),
        user("2", Some(ours("eve")), "eve@example.com"),
        user("3", None, "root@example.com"),
        user("4", Some("claimsmith:globex:dan".to_owned()), "dan@example.com"),
    ];
    let service = observed(users, &["2", "3", "4"], &["1", "3"]);
    let findings = check(
        &people,
        &service,
        &[
            "create ada",
            "add ada to readers",
            "add bob to readers",
            "remove eve from readers: Left",
            "deactivate eve: Left",
        ],
    );
    assert_eq!(findings, []);
}

#[test]
fn incomplete_read_changes_nothing() {
    let mut people = desired(vec![person("ada", "ada@example.com", &[1])]);
    people.unread = vec!["page 3 of the people".to_owned()];
    let users = vec![user("1", Some(ours("ada")), "ada@example.com"), user("2", Some(ours("eve")), "eve")];
    let findings = check(&people, &observed(users, &["1", "2"], &[]), &[]);
    assert_eq!(findings, [Finding::Unread { why: people.unread.clone() }]);
}

#[test]
fn person_without_a_group_is_not_created_and_is_deactivated_if_the_policy_says_so() {
    let people = desired(vec![person("ada", "ada", &[]), person("bob", "bob", &[])]);
    let service = observed(vec![user("1", Some(ours("bob")), "bob")], &["1"], &[]);
    check(&people, &service, &["remove bob from readers: NotGranted"]);
    let policy = Policy { ungranted: Ungranted::Deactivate, ..policy() };
    let lines = shown(&difference(&people, &service, &policy));
    assert_eq!(lines, ["remove bob from readers: NotGranted", "deactivate bob: NotGranted"]);
}

#[test]
fn disabled_person_loses_groups_and_comes_back() {
    let mut people = desired(vec![person("ada", "ada", &[0])]);
    people.people[0].is_active = false;
    let mut service = observed(vec![user("1", Some(ours("ada")), "ada")], &["1"], &[]);
    check(&people, &service, &["remove ada from readers: Disabled", "deactivate ada: Disabled"]);
    // Neither a name nor a decision is needed for that.
    people.people[0].undecided = Some("entry-form");
    people.people[0].user_name.clear();
    check(&people, &service, &["remove ada from readers: Disabled", "deactivate ada: Disabled"]);
    people = desired(vec![person("ada", "ada", &[0])]);
    service.users[0].is_active = false;
    check(&people, &service, &["activate ada"]);
}

#[test]
fn name_of_another_user_is_not_written() {
    // Names that differ by letter case alone are the same.
    let people = desired(vec![person("ada", "Ada@example.com", &[0]), person("bob", "root", &[0])]);
    let users = vec![
        user("1", None, "ada@example.com"),
        user("2", Some(ours("bob")), "bob"),
        user("3", None, "ROOT"),
    ];
    let findings = check(&people, &observed(users, &[], &[]), &["add bob to readers"]);
    let taken = |id: &str, by: &str, is_ours| Finding::NameTaken {
        external_id: ours(id),
        id: by.to_owned(),
        is_ours,
    };
    assert_eq!(findings, [taken("ada", "1", false), taken("bob", "3", false)]);
    // Someone who comes back under another id.
    let people = desired(vec![person("new", "eve", &[0])]);
    let service = observed(vec![user("1", Some(ours("eve")), "eve")], &[], &[]);
    assert_eq!(check(&people, &service, &["deactivate eve: Left"]), [taken("new", "1", true)]);
}

#[test]
fn someone_who_needs_no_user_takes_no_name() {
    let mut people =
        desired(vec![person("old", "ada", &[0]), person("new", "ada", &[0]), person("x", "ADA", &[])]);
    people.people[0].is_active = false;
    assert_eq!(check(&people, &observed(Vec::new(), &[], &[]), &["create new", "add new to readers"]), []);
}

#[test]
fn ids_and_names_that_are_not_unique_change_nothing() {
    let people = desired(vec![
        person("ada", "ada", &[0]),
        person("ada", "ada2", &[0]),
        person("bob", "b", &[0]),
        person("cy", "B", &[0]),
    ]);
    let service = observed(vec![user("1", Some(ours("ada")), "ada")], &["1"], &["1"]);
    let findings = check(&people, &service, &[]);
    let expected = [
        Finding::SameExternalId { external_id: ours("ada") },
        Finding::SameUserName { external_ids: vec![ours("bob"), ours("cy")] },
    ];
    assert_eq!(findings, expected);
}

#[test]
fn rename_and_attributes_are_updated() {
    let mut people = desired(vec![person("ada", "ada.l@example.com", &[])]);
    people.people[0].attributes.insert(Attribute::Email, "ada.l@example.com".to_owned());
    let mut service = observed(vec![user("1", Some(ours("ada")), "ada@example.com")], &[], &[]);
    check(&people, &service, &["update ada Some(\"ada.l@example.com\") 1"]);
    service.users[0].user_name = "ada.l@example.com".to_owned();
    service.users[0].attributes = people.people[0].attributes.clone();
    check(&people, &service, &[]);
}

#[test]
fn members_that_are_unknown_are_not_empty() {
    let people = desired(vec![person("ada", "ada", &[0]), person("bob", "bob", &[0])]);
    let users = vec![user("1", Some(ours("ada")), "ada"), user("2", Some(ours("eve")), "eve")];
    let mut service = observed(users, &[], &[]);
    service.groups[0].members = None;
    let changes = ["create bob", "add ada to readers", "add bob to readers", "deactivate eve: Left"];
    let findings = check(&people, &service, &changes);
    assert_eq!(findings, [Finding::MembersUnknown { name: "readers".to_owned() }]);
}

#[test]
fn groups_of_the_service_have_to_exist_once() {
    let people = desired(vec![person("ada", "ada", &[0, 1])]);
    let mut service = observed(vec![user("1", Some(ours("ada")), "ada")], &["1"], &["1"]);
    service.groups[0].name = "Readers".to_owned();
    service.groups[2].name = "writers".to_owned();
    let findings = check(&people, &service, &[]);
    let expected =
        [Finding::NoGroup { name: "readers".to_owned() }, Finding::SameGroup { name: "writers".to_owned() }];
    assert_eq!(findings, expected);
}

#[test]
fn empty_prefix_owns_no_user() {
    let service = observed(vec![user("1", Some("x".to_owned()), "x")], &["1"], &[]);
    let policy = Policy { prefix: String::new(), ..policy() };
    assert_eq!(shown(&difference(&desired(Vec::new()), &service, &policy)), [] as [String; 0]);
}

#[test]
fn guards_count_users_of_ours_alone() {
    let users: Vec<ObservedUser> = (0..40)
        .map(|at| {
            user(&at.to_string(), if at < 20 { Some(ours(&at.to_string())) } else { None }, &format!("u{at}"))
        })
        .collect();
    let all: Vec<String> = users.iter().map(|it| it.id.clone()).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let service = observed(users, &all, &all[..10]);
    let stays = |count: usize| {
        let people = (0..count).map(|at| person(&at.to_string(), &format!("u{at}"), &[0, 1]));
        let difference = difference(&desired(people.collect()), &service, &policy());
        let limits = Limits {
            users: Limit { most: 500, percent: 10, always: 1 },
            names: Limit { most: 0, percent: 0, always: 0 },
            memberships: Limit { most: 5, percent: 100, always: 0 },
            group: Limit { most: 500, percent: 100, always: 0 },
        };
        exceeded(&difference.changes, &service, &group_names(), &policy(), &limits)
    };
    assert_eq!(stays(18), [], "two of twenty are 10 percent");
    let exceed = |guarded, removed, of, allowed| Exceeded { guarded, removed, of, allowed };
    assert_eq!(stays(17), [exceed(Guarded::Users, 3, 20, 2)]);
    let none = stays(0);
    let group = |name: &str, of: usize| exceed(Guarded::Group(name.to_owned()), of, of, of - 1);
    let groups = [group("readers", 20), group("writers", 10)];
    let all = [exceed(Guarded::Users, 20, 20, 2), exceed(Guarded::Memberships, 30, 30, 5)];
    assert_eq!(none, [all.as_slice(), &groups].concat());
    let all_may_go = Limit { most: 500, percent: 100, always: 500 };
    let limits = Limits { users: all_may_go, names: all_may_go, memberships: all_may_go, group: all_may_go };
    let nothing = difference(&desired(Vec::new()), &service, &policy());
    let all = [exceed(Guarded::Users, 20, 20, 19), exceed(Guarded::Memberships, 30, 30, 29)];
    let never = [all.as_slice(), &groups].concat();
    assert_eq!(
        exceeded(&nothing.changes, &service, &group_names(), &policy(), &limits),
        never,
        "an empty directory"
    );
    let renamed = (0..20).map(|at| person(&at.to_string(), &format!("new{at}"), &[0, 1]));
    let renamed = difference(&desired(renamed.collect()), &service, &policy());
    let limits = Limits { names: Limit { most: 500, percent: 5, always: 5 }, ..limits };
    assert_eq!(
        exceeded(&renamed.changes, &service, &group_names(), &policy(), &limits)[..1],
        [exceed(Guarded::Names, 20, 20, 5)]
    );
    let one_of_ten = Limit { most: 500, percent: 5, always: 1 };
    assert_eq!(
        (one_of_ten.allowed(10), one_of_ten.allowed(1000), one_of_ten.allowed(1_000_000)),
        (1, 50, 500)
    );
}

/// Makes the changes, each of which the service accepts.
fn carried_out(service: &Observed, changes: &[Change]) -> Observed {
    let mut memory = Memory::of(service);
    let (outcome, _) = memory.run(changes);
    assert!(outcome.is_whole(), "{outcome:?}");
    let after = memory.observed();
    assert_eq!(remaining(changes, &after, &policy()), Remaining::default(), "everything took effect");
    after
}

fn some_person() -> impl Strategy<Value = DesiredUser> {
    (0..6_u8, 0..5_u8, any::<bool>(), proptest::sample::subsequence(vec![0_u32, 1], 0..=2)).prop_map(
        |(id, name, is_active, groups)| {
            let name = if name == 4 { "U0".to_owned() } else { format!("u{name}") };
            DesiredUser { is_active, ..person(&format!("p{id}"), &name, &groups) }
        },
    )
}

fn some_user() -> impl Strategy<Value = (u8, u8, bool)> {
    (0..8_u8, 0..5_u8, any::<bool>())
}

prop_compose! {
    fn some_service()(
        users in proptest::collection::vec(some_user(), 0..6),
        readers in any::<u8>(),
        writers in any::<u8>(),
    ) -> Observed {
        let users: Vec<ObservedUser> = users.into_iter().enumerate().map(|(at, (id, name, is_active))| {
            let external_id = match id { 0..6 => Some(ours(&format!("p{id}"))), 6 => Some("foreign".to_owned()), _ => None };
            ObservedUser { is_active, ..user(&at.to_string(), external_id, &format!("u{name}")) }
        }).collect();
        let chosen = |bits: u8| -> Vec<String> {
            (0..users.len()).filter(|at| bits >> at & 1 == 1).map(|at| at.to_string()).collect()
        };
        let (readers, writers) = (chosen(readers), chosen(writers));
        fn texts(ids: &[String]) -> Vec<&str> {
            ids.iter().map(String::as_str).collect()
        }
        observed(users, &texts(&readers), &texts(&writers))
    }
}

#[test]
fn user_whose_id_the_service_has_lower_cased_has_not_left() {
    let ada = user("1", Some(ours("ada")), "ada@example.com");
    let service = observed(vec![ada], &["1"], &[]);
    let people = desired(vec![person("ADA", "ada@example.com", &[0])]);
    let findings = check(&people, &service, &[]);
    assert_eq!(findings, [Finding::SameExternalId { external_id: ours("ada") }]);
}

#[test]
fn users_of_another_organization_are_not_ours() {
    for (one, other) in [("a", "a:b"), ("a", "a%3Ab"), ("a:b", "a%3Ab"), ("", ":")] {
        let (one, other) = (Policy::prefix_of(one), Policy::prefix_of(other));
        assert!(!one.starts_with(&other) && !other.starts_with(&one), "{one} {other}");
    }
}

proptest! {
    /// After some runs there is nothing left to do, and other users are as they were.
    #[test]
    fn changes_converge_and_leave_others_alone(
        people in proptest::collection::vec(some_person(), 0..6),
        service in some_service(),
        is_complete in any::<bool>(),
    ) {
        let mut all = desired(people);
        if !is_complete {
            all.unread.push("a page".to_owned());
        }
        let first = difference(&all, &service, &policy());
        let mut after = carried_out(&service, &first.changes);
        // A name that becomes free in one run is used in the next.
        for _ in 0..=all.people.len() {
            let next = difference(&all, &after, &policy());
            after = carried_out(&after, &next.changes);
        }
        prop_assert_eq!(shown(&difference(&all, &after, &policy())), [] as [String; 0]);
        prop_assert!(is_complete || first.changes.is_empty());
        for (at, user) in service.users.iter().enumerate() {
            if !policy().owns(user.external_id.as_deref()) {
                prop_assert_eq!(user, &after.users[at]);
                for (before, after) in service.groups.iter().zip(&after.groups) {
                    let is_in = |group: &ObservedGroup| group.members.iter().flatten().any(|it| *it as usize == at);
                    prop_assert_eq!(is_in(before), is_in(after));
                }
            }
        }
    }

    /// A directory that says less about a person gives that person no more. Somebody else may receive a name that is
    /// free then.
    #[test]
    fn fewer_memberships_add_no_more(
        people in proptest::collection::vec(some_person(), 1..6),
        service in some_service(),
        which in any::<prop::sample::Index>(),
    ) {
        let all = desired(people);
        let mut less = all.clone();
        let at = which.index(less.people.len());
        less.people[at].memberships.pop();
        let about = format!("add {} to ", all.people[at].external_id.replacen(PREFIX, "", 1));
        let added = |desired: &Desired| -> BTreeSet<String> {
            shown(&difference(desired, &service, &policy())).into_iter().filter(|line| line.starts_with(&about)).collect()
        };
        prop_assert!(added(&less).is_subset(&added(&all)));
    }
}
