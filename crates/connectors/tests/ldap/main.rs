//! Directories are read from OpenLDAP's server, and from one that answers as no good server would.

#![allow(clippy::disallowed_methods, reason = "only the core does no I/O")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod active_directory;
mod broken;
mod nested;
mod openldap;
mod server;
mod stub;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use claimsmith::compiler::directory::{DirectoryKind, DirectorySearch, SearchScope};
use claimsmith_connectors::ldap::{Options, Request, Settings, read};
use claimsmith_lifecycle::directory::Directory;

/// The scopes of most tests.
fn search() -> DirectorySearch {
    let scope = |base: &str, filter: &str| SearchScope { base: base.to_owned(), filter: filter.to_owned() };
    DirectorySearch {
        people: scope("ou=people,dc=example,dc=com", "(objectClass=person)"),
        groups: scope(
            "ou=groups,dc=example,dc=com",
            "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
        ),
        group_name: "cn".to_owned(),
    }
}

fn request(kind: DirectoryKind, search: &DirectorySearch) -> Request<'_> {
    Request { kind, search, attributes: vec!["mail", "displayName", "description"] }
}

/// Small pages, so that there are several.
fn options() -> Options {
    Options { limit: Duration::from_secs(60), ca_pem: None, page_size: 3 }
}

/// Reads a directory with the scopes of most tests.
fn read_ldap(settings: &Settings) -> Directory {
    let search = search();
    read(settings, &request(DirectoryKind::Ldap, &search), &options()).expect("the server answers")
}

/// The names of the groups of each person, by the address of the person.
fn groups_by_mail(directory: &Directory) -> BTreeMap<String, BTreeSet<String>> {
    let groups = directory.groups_of_people();
    let mail = |at: usize| directory.people[at].attributes["mail"].as_str().expect("text").to_owned();
    let names = |groups: &[u32]| directory.names(groups).map(str::to_owned).collect();
    groups.iter().enumerate().map(|(at, groups)| (mail(at), names(groups))).collect()
}

/// An entry of a person.
fn person(uid: &str) -> String {
    format!(
        "dn: uid={uid},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\nsn: {uid}\nmail: {uid}@example.com\n\n"
    )
}

/// An entry of a group with these members.
fn group(cn: &str, members: &[&str]) -> String {
    let members: String = members.iter().map(|dn| format!("member: {dn}\n")).collect();
    format!("dn: cn={cn},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: {cn}\n{members}\n")
}

fn dn_of_person(uid: &str) -> String {
    format!("uid={uid},ou=people,dc=example,dc=com")
}

fn dn_of_group(cn: &str) -> String {
    format!("cn={cn},ou=groups,dc=example,dc=com")
}
