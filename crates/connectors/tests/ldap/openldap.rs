//! Directories of OpenLDAP.

use std::collections::BTreeSet;

use claimsmith::compiler::directory::{DISTINGUISHED_NAME, DirectoryKind};
use claimsmith_connectors::ldap::{Options, read};
use serde_json::json;

use crate::server::{Server, settings};
use crate::{dn_of_group, dn_of_person, group, groups_by_mail, options, person, read_ldap, request, search};

#[test]
fn everyone_is_read_although_the_server_sends_500_entries_at_once() {
    let people: String = (0..1203).map(|at| person(&format!("p{at}"))).collect();
    let members: Vec<String> = (0..1203).map(|at| dn_of_person(&format!("p{at}"))).collect();
    let everyone = group("everyone", &members.iter().map(String::as_str).collect::<Vec<_>>());
    let server = Server::start(&format!("{people}{everyone}"), "");
    for page_size in [100, 500, 1000] {
        let search = search();
        let options = Options { page_size, ..options() };
        let directory =
            read(&server.settings(), &request(DirectoryKind::Ldap, &search), &options).expect("it answers");
        assert_eq!(directory.unread, [] as [String; 0], "pages of {page_size}");
        assert_eq!(directory.people.len(), 1203);
        assert!(directory.groups_of_people().iter().all(|groups| groups == &[0]));
        let ids: BTreeSet<&str> = directory.people.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids.len(), 1203);
        assert!(ids.iter().all(|id| id.len() == 36), "ids are `entryUUID`");
    }
}

#[test]
fn limit_of_the_server_makes_a_read_incomplete() {
    let people: String = (0..20).map(|at| person(&format!("p{at}"))).collect();
    for (limits, expected) in [
        ("limits * size.prtotal=7", "people: code 4 (sizeLimitExceeded)"),
        ("limits * size.pr=2", "people: code 11 (adminLimitExceeded)"),
        ("limits * size.prtotal=disabled", "people: code 11 (adminLimitExceeded)"),
    ] {
        let server = Server::start(&people, limits);
        let directory = read_ldap(&server.settings());
        assert!(
            directory.unread.iter().any(|why| why.starts_with(expected)),
            "{limits}: {:?}",
            directory.unread
        );
    }
}

#[test]
fn account_needs_no_more_than_the_page_says() {
    let page = include_str!("../../../../docs/sync.md");
    let (_, rule) = page.split_once("OpenLDAP: `").expect("the rule");
    let (rule, rest) = rule.split_once('`').expect("its end");
    let (_, limit) = rest.split_once("entries: `").expect("the limit");
    let (limit, _) = limit.split_once('`').expect("its end");
    let here = |text: &str| {
        text.replace("cn=claimsmith,dc=acme,dc=example", "cn=reader,dc=example,dc=com")
            .replace("dc=acme,dc=example", "dc=example,dc=com")
    };
    let rules = format!(
        "{}\naccess to attrs=userPassword by anonymous auth by * none\naccess to * by * none",
        here(rule)
    );
    let entries = [
        person("ada"),
        group("inner", &[&dn_of_person("ada")]),
        group("outer", &[&dn_of_group("inner"), "uid=gone,dc=example,dc=com"]),
    ];
    let server = Server::start(&entries.concat(), &format!("{rules}\n{}", here(limit)));
    let directory = read_ldap(&server.settings());
    assert_eq!(directory.unread, [] as [String; 0]);
    assert_eq!(json!(groups_by_mail(&directory)), json!({ "ada@example.com": ["inner", "outer"] }));
}

#[test]
fn members_are_told_apart() {
    let entries = [
        person("ada"),
        person("bob"),
        // Names that have to be escaped, and one with another case than its members say.
        "dn: uid=lovelace\\, a\\+b,ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: lovelace, a+b\ncn: x\nsn: x\nmail: comma@example.com\n\n".to_owned(),
        "dn: uid=J\\C3\\BCrgen,ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid:: SsO8cmdlbg==\ncn: x\nsn: x\nmail: utf8@example.com\ndescription: a\ndescription: b\n\n".to_owned(),
        // Neither a person nor a group.
        "dn: cn=printer,dc=example,dc=com\nobjectClass: device\ncn: printer\n\n".to_owned(),
        // A person of another place.
        "dn: cn=other,dc=example,dc=com\nobjectClass: person\ncn: other\nsn: other\n\n".to_owned(),
        // Groups outside the scope, of which one has a person, and which are in each other.
        format!("dn: cn=hidden,dc=example,dc=com\nobjectClass: groupOfNames\ncn: hidden\nmember: {}\nmember: cn=deeper,dc=example,dc=com\n\n", dn_of_person("bob")),
        format!("dn: cn=deeper,dc=example,dc=com\nobjectClass: groupOfUniqueNames\ncn: deeper\nuniqueMember: cn=hidden,dc=example,dc=com\nuniqueMember: {}\n\n", dn_of_group("names")),
        group("one", &["UID=Ada , OU=people, dc=example,dc=com"]),
        group("names", &["uid=\"lovelace, a+b\",ou=people,dc=example,dc=com", "uid=J\u{fc}rgen,ou=people,dc=example,dc=com"]),
        group(
            "many",
            &[
                "cn=printer,dc=example,dc=com",
                "cn=other,dc=example,dc=com",
                "uid=gone,ou=people,dc=example,dc=com",
                "cn=hidden,dc=example,dc=com",
                &dn_of_group("one"),
            ],
        ),
        group("nothing", &["cn=printer,dc=example,dc=com"]),
        format!("dn: cn=unique,ou=groups,dc=example,dc=com\nobjectClass: groupOfUniqueNames\ncn: unique\nuniqueMember: {}#'0101'B\n\n", dn_of_person("ada")),
        "dn: cn=posix,ou=groups,dc=example,dc=com\nobjectClass: posixGroup\ncn: posix\ngidNumber: 1\nmemberUid: bob\nmemberUid: nobody\n\n".to_owned(),
    ];
    let server = Server::start(&entries.concat(), "");
    let directory = read_ldap(&server.settings());
    assert_eq!(directory.unread, [] as [String; 0]);
    let groups = json!(groups_by_mail(&directory));
    let expected = json!({
        "ada@example.com": ["many", "one", "unique"],
        "bob@example.com": ["many", "posix"],
        "comma@example.com": ["many", "names"],
        "utf8@example.com": ["many", "names"],
    });
    assert_eq!(groups, expected);
    let of = |mail: &str| directory.people.iter().find(|it| it.attributes["mail"] == mail).expect("a person");
    assert_eq!(of("utf8@example.com").attributes["description"], json!(["a", "b"]));
    assert!(!of("ada@example.com").attributes.contains_key("displayName"));
}

#[test]
fn groups_have_the_name_that_is_asked_for() {
    let entries = [
        person("ada"),
        group("sales", &[&dn_of_person("ada")]).replace("\n\n", "\ndescription: Sales of Acme\n\n"),
        group("unnamed", &[&dn_of_person("ada")]),
    ];
    let server = Server::start(&entries.concat(), "");
    for (name, expected) in [
        ("cn", vec!["sales", "unnamed"]),
        ("CN", vec!["sales", "unnamed"]),
        ("description", vec!["Sales of Acme"]),
        (
            DISTINGUISHED_NAME,
            vec!["cn=sales,ou=groups,dc=example,dc=com", "cn=unnamed,ou=groups,dc=example,dc=com"],
        ),
    ] {
        let mut search = search();
        search.group_name = name.to_owned();
        let directory =
            read(&server.settings(), &request(DirectoryKind::Ldap, &search), &options()).expect("it answers");
        assert_eq!(directory.unread, [] as [String; 0], "{name}");
        let groups = directory.groups_of_people();
        let found: Vec<&str> = directory.names(&groups[0]).collect();
        assert_eq!(found, expected, "{name}");
    }
    let mut search = search();
    search.group_name = "displayName".to_owned();
    let directory =
        read(&server.settings(), &request(DirectoryKind::Ldap, &search), &options()).expect("it answers");
    assert_eq!(directory.unread, ["no group has the attribute `displayName`, which is to be its name"]);
}

#[test]
fn what_cannot_be_searched_is_incomplete() {
    let server = Server::start(&person("ada"), "");
    let mut elsewhere = search();
    elsewhere.people.base = "ou=nowhere,dc=example,dc=com".to_owned();
    let mut damaged = search();
    damaged.groups.filter = "(cn=a".to_owned();
    for (search, expected) in [
        (
            elsewhere,
            "people: code 32 (noSuchObject): there is no entry with the name of `base`, or the account may not read it",
        ),
        (damaged, "groups: the filter cannot be used"),
    ] {
        let directory =
            read(&server.settings(), &request(DirectoryKind::Ldap, &search), &options()).expect("it answers");
        assert_eq!(directory.unread, [expected]);
    }
}

#[test]
fn connections_have_tls_that_is_checked() {
    let server = Server::start(&person("ada"), "");
    let search = search();
    let read_from = |url: &str, ca_pem: &str, password: &str| {
        let options = Options { ca_pem: Some(ca_pem.to_owned()), ..options() };
        read(&settings(url, None, password), &request(DirectoryKind::Ldap, &search), &options)
    };
    // StartTLS and TLS from the beginning.
    let start_tls = server.url().replace("127.0.0.1", "localhost");
    for url in [&start_tls, &server.tls_url()] {
        let directory = read_from(url, &server.ca_pem, "hunter2").expect("it answers");
        assert_eq!((directory.people.len(), directory.is_complete()), (1, true));
    }
    let other = Server::start("", "");
    for url in [&start_tls, &server.tls_url()] {
        let error = read_from(url, &other.ca_pem, "hunter2").expect_err("another authority").to_string();
        assert!(error.contains("certificate") && error.contains("SSL_CERT_FILE"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn account_that_is_not_let_in_is_an_error() {
    let server = Server::start("", "");
    let search = search();
    let error = read(
        &settings(&server.url(), Some("none"), "*******"),
        &request(DirectoryKind::Ldap, &search),
        &options(),
    );
    assert_eq!(
        error.expect_err("refused").to_string(),
        format!(
            "{}: code 49 (invalidCredentials: `LDAP_BIND_DN` or `LDAP_PASSWORD` is wrong, or the account cannot log in)",
            server.url()
        )
    );
    let url = server.url();
    drop(server);
    let error =
        read(&settings(&url, Some("none"), "hunter2"), &request(DirectoryKind::Ldap, &search), &options());
    let error = error.expect_err("there is no server").to_string();
    assert!(
        error.contains("the connection failed") && error.contains("check the name and the port"),
        "{error}"
    );
}
