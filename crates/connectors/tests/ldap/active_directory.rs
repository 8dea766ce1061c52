//! Entries as Active Directory has them, kept by OpenLDAP's server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claimsmith::compiler::directory::DirectoryKind;
use claimsmith_connectors::ldap::read;
use claimsmith_lifecycle::directory::Directory;

use crate::server::Server;
use crate::{group, groups_by_mail, options, request, search};

/// The attributes of an account or a group.
fn principal(number: u8, more: &str) -> String {
    let guid: Vec<u8> = (0..16).map(|at| if at == 0 { number } else { at }).collect();
    let sid =
        [[1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, number, 2, 0, 0]].concat();
    format!(
        "objectClass: securityPrincipal\nobjectGUID:: {}\nobjectSid:: {}\n{more}",
        STANDARD.encode(guid),
        STANDARD.encode(sid)
    )
}

fn account(uid: &str, number: u8, more: &str) -> String {
    with_class(&crate::person(uid), &principal(number, more))
}

fn domain_group(cn: &str, number: u8, members: &[&str]) -> String {
    with_class(&group(cn, members), &principal(number, ""))
}

/// Adds attributes after the class of an entry, because `slapadd` wants all classes together.
fn with_class(entry: &str, attributes: &str) -> String {
    let (dn, rest) = entry.split_once("\nobjectClass").expect("a class");
    let (class, rest) = rest.split_once('\n').expect("a line");
    format!("{dn}\nobjectClass{class}\n{attributes}{rest}")
}

const USER: &str = "userAccountControl: 512\nprimaryGroupID: 513\n";

fn read_entries(entries: &[String]) -> Directory {
    let server = Server::start(&entries.concat(), "");
    let search = search();
    read(&server.settings(), &request(DirectoryKind::ActiveDirectory, &search), &options())
        .expect("it answers")
}

#[test]
fn accounts_have_a_flag_and_a_primary_group() {
    let somebody = &crate::dn_of_person("ada");
    let directory = read_entries(&[
        account("ada", 10, USER),
        // Disabled, and with a password that never expires.
        account("bob", 11, "userAccountControl: 66050\nprimaryGroupID: 513\n"),
        account("eve", 12, "userAccountControl: 512\nprimaryGroupID: 514\n"),
        domain_group("Domain Users", 1, &[somebody]),
        domain_group("All", 20, &["cn=Domain Guests,dc=example,dc=com", somebody]),
        // Outside the scope, and its members are known by their primary group alone.
        with_class(
            "dn: cn=Domain Guests,dc=example,dc=com\nobjectClass: device\ncn: Domain Guests\n\n",
            &principal(2, ""),
        ),
    ]);
    assert_eq!(directory.unread, [] as [String; 0]);
    let of = |uid: &str| {
        let mail = format!("{uid}@example.com");
        let groups = groups_by_mail(&directory).remove(&mail).expect("a person");
        let person = directory.people.iter().find(|it| it.attributes["mail"] == mail).expect("a person");
        (person.is_active, groups.into_iter().collect::<Vec<_>>())
    };
    assert_eq!(of("ada"), (true, vec!["All".to_owned(), "Domain Users".to_owned()]));
    assert_eq!(of("bob"), (false, vec!["Domain Users".to_owned()]));
    assert_eq!(of("eve"), (true, vec!["All".to_owned()]));
    assert_eq!(directory.people[0].id, "0302010a-0504-0706-0809-0a0b0c0d0e0f");
}

#[test]
fn what_the_account_may_not_read_makes_a_read_incomplete() {
    let all = domain_group("All", 20, &[&crate::dn_of_person("ada")]);
    for (entries, expected) in [
        (
            [account("ada", 10, "primaryGroupID: 513\n"), all.clone()],
            "people have no `userAccountControl`, or the account may not read it",
        ),
        (
            [account("ada", 10, "userAccountControl: 512\n"), all.clone()],
            "people have no `primaryGroupID` and `objectSid`, or the account may not read it",
        ),
        ([crate::person("ada"), all], "people have no `objectGUID`, or the account may not read it"),
        (
            [account("ada", 10, USER), domain_group("All", 20, &["uid=vip,ou=people,dc=example,dc=com"])],
            "the account may not read 1 of the members of groups; let it read them, or leave their groups out with `groups: { filter: … }`",
        ),
    ] {
        assert_eq!(read_entries(&entries).unread.first().map(String::as_str), Some(expected));
    }
}
