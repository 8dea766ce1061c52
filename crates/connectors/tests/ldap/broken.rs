//! Answers that are not all of a directory, and what Active Directory does that OpenLDAP's server does not.

use claimsmith::compiler::directory::DirectoryKind;
use claimsmith_connectors::ldap::read;

use crate::server::Server;
use crate::stub::{Script, bound, done, done_with_cookie, entry, reference, start, start_cut};
use crate::{dn_of_person, group, options, person, read_ldap, request, search};

/// What is in requests that log in.
const LOG_IN: &str = "cn=reader";

fn ada() -> Vec<u8> {
    entry("uid=ada,ou=people,dc=example,dc=com", &[("entryUUID", &["ada"]), ("mail", &["ada@example.com"])])
}

fn all(members: &str, values: &[&str]) -> Vec<u8> {
    entry(
        "cn=all,ou=groups,dc=example,dc=com",
        &[("entryUUID", &["all"]), ("cn", &["all"]), (members, values)],
    )
}

/// A server with one person, and these answers to a list of groups.
fn script(more: Script, groups: Vec<Vec<u8>>) -> Script {
    let mut script = vec![(LOG_IN, vec![bound()])];
    script.extend(more);
    script.push(("groupOfNames", groups));
    script.push(("person", vec![ada(), done(0)]));
    script
}

#[test]
fn connection_that_ends_anywhere_is_never_complete() {
    let members: Vec<String> = (0..8).map(|at| dn_of_person(&format!("p{at}"))).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let people: String = (0..8).map(|at| person(&format!("p{at}"))).collect();
    let outside = ["cn=reader,dc=example,dc=com", "uid=gone,dc=example,dc=com"];
    let server = Server::start(&format!("{people}{}", group("all", &[&members[..], &outside].concat())), "");
    let search = search();
    let read_of = |bytes: usize| {
        let request = request(DirectoryKind::Ldap, &search);
        let read = read(&start_cut(server.port, bytes), &request, &options());
        read.is_ok_and(|directory| directory.is_complete())
    };
    // The shortest conversation that is whole.
    let (mut least, mut most) = (0, 100_000);
    assert!(read_of(most) && !read_of(least));
    while least + 1 < most {
        let middle = (least + most) / 2;
        if read_of(middle) { most = middle } else { least = middle }
    }
    assert!(most > 1_500, "{most} bytes");
    for bytes in (0..most).step_by(41).chain(most - 20..most) {
        assert!(!read_of(bytes), "{bytes} of {most} bytes");
    }
}

#[test]
fn members_that_come_in_parts_are_read_to_the_last() {
    let dns: Vec<String> = (0..7).map(|at| format!("cn=c{at},dc=x")).chain([dn_of_person("ada")]).collect();
    let dns: Vec<&str> = dns.iter().map(String::as_str).collect();
    let gone = || ("dc=x", vec![done(32)]);
    let more = vec![
        ("member;range=3-*", vec![all("member;range=3-5", &dns[3..6]), done(0)]),
        ("member;range=6-*", vec![all("Member;Range=6-*", &dns[6..]), done(0)]),
        gone(),
    ];
    let directory = read_ldap(&start(script(more, vec![all("member;range=0-2", &dns[..3]), done(0)])));
    assert_eq!(directory.unread, [] as [String; 0]);
    assert_eq!(directory.groups_of_people(), [[0]]);

    for (answers, expected) in [
        (
            vec![all("member;range=0-2", &dns[..3]), done(0)],
            "members of a group: the server does not say the next ones",
        ),
        (
            vec![all("member;range=3-1", &dns[..3]), done(0)],
            "members of a group: the server does not say the next ones",
        ),
        (
            vec![all("member;range=3-*", &[]), done(0)],
            "members of a group: the server does not say the next ones",
        ),
        (vec![all("member", &dns[..3]), done(0)], "members of a group: the server does not say the others"),
        (vec![done(0)], "members of a group: it is not there any more, or may not be read"),
        (vec![done(32)], "members of a group: it is not there any more, or may not be read"),
        (vec![done(51)], "members of a group: code 51 (busy): run it again later"),
    ] {
        let more = vec![("member;range=3-*", answers), gone()];
        let directory = read_ldap(&start(script(more, vec![all("member;range=0-2", &dns[..3]), done(0)])));
        assert_eq!(directory.unread, [expected]);
    }
}

#[test]
fn person_who_was_renamed_in_between_stays_a_member() {
    let renamed = || entry("uid=lovelace,ou=people,dc=example,dc=com", &[("entryUUID", &["ADA"])]);
    let groups = || vec![all("member", &["uid=lovelace,ou=people,dc=example,dc=com"]), done(0)];
    let directory = read_ldap(&start(script(vec![("uid=lovelace", vec![renamed(), done(0)])], groups())));
    assert_eq!(directory.unread, [] as [String; 0]);
    assert_eq!(directory.groups_of_people(), [[0]]);

    // Somebody of the scope whom the list of people did not have.
    let other = entry("uid=lovelace,ou=people,dc=example,dc=com", &[("entryUUID", &["other"])]);
    let directory = read_ldap(&start(script(vec![("uid=lovelace", vec![other, done(0)])], groups())));
    assert_eq!(directory.unread, ["the directory changed while it was read; run it again"]);
}

#[test]
fn every_end_but_success_is_incomplete() {
    let people = |answers: Vec<Vec<u8>>| vec![(LOG_IN, vec![bound()]), ("person", answers)];
    let elsewhere = "a part of the directory is on another server; name that one, or the global catalog, or search below another `base`";
    for (answers, expected) in [
        (vec![ada(), done(3)], "people: code 3 (timeLimitExceeded): the server ends searches too early; let it give this account more time".to_owned()),
        (vec![ada(), done(1)], "people: code 1".to_owned()),
        (vec![ada(), done(10)], "people: code 10 (referral): the entries are on another server; name that one, or the global catalog".to_owned()),
        (vec![ada(), done(50)], "people: code 50 (insufficientAccessRights): let the account read these entries".to_owned()),
        (vec![ada(), reference("ldap://other.example/dc=example,dc=com"), done(0)], format!("people: {elsewhere}")),
        (vec![done_with_cookie("more")], "people: the pages of the server have no end".to_owned()),
        (vec![ada()], "not done within 2 seconds".to_owned()),
    ] {
        let search = search();
        let mut options = options();
        options.limit = std::time::Duration::from_secs(2);
        let directory = read(&start(people(answers)), &request(DirectoryKind::Ldap, &search), &options);
        assert_eq!(directory.expect("it lets the account in").unread, [expected]);
    }
    // Entries that come again and again.
    let directory = read_ldap(&start(script(vec![], vec![all("member", &[]), all("member", &[]), done(0)])));
    assert_eq!(directory.unread, ["an entry came twice, or two have names that differ in letter case only"]);
}

#[test]
fn member_on_another_server_is_incomplete() {
    let groups = vec![all("member", &["cn=all,dc=emea,dc=example"]), done(0)];
    let directory = read_ldap(&start(script(vec![("dc=emea", vec![done(10)])], groups)));
    assert_eq!(
        directory.unread,
        [
            "members of groups: code 10 (referral): the entries are on another server; name that one, or the global catalog"
        ]
    );
}
