//! Groups in groups, compared with the server's own answer: its overlay `dynlist` says for each person all groups that
//! the person is in.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::server::{READER, Server};
use crate::{dn_of_group, dn_of_person, group, groups_by_mail, person, read_ldap};

const PEOPLE: u64 = 40;
const GROUPS: u64 = 30;

/// Numbers that look random, and are always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// The names of the groups of each person, as the server says them.
fn groups_of_server(server: &Server) -> BTreeMap<String, BTreeSet<String>> {
    let mut command = Command::new("ldapsearch");
    command.args(["-x", "-LLL", "-o", "ldif-wrap=no", "-H", &server.url(), "-D", READER, "-w", "hunter2"]);
    command.args(["-E", "pr=100/noprompt", "-b", "ou=people,dc=example,dc=com", "(objectClass=person)"]);
    let answer =
        command.args(["mail", "memberOf"]).output().expect("Debian's package `ldap-utils` is needed");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let text = String::from_utf8(answer.stdout).expect("text");
    let of_entry = |entry: &str| {
        let mail = entry.lines().find_map(|line| line.strip_prefix("mail: "))?.to_owned();
        let groups = entry.lines().filter_map(|line| line.strip_prefix("memberOf: cn="));
        Some((mail, groups.filter_map(|dn| Some(dn.split_once(',')?.0.to_owned())).collect()))
    };
    text.split("\n\n").filter_map(of_entry).collect()
}

#[test]
fn groups_in_groups_are_those_of_the_server() {
    let mut seen = BTreeSet::new();
    for seed in 0..4 {
        let mut numbers = Numbers(seed);
        let mut ldif: String = (0..PEOPLE).map(|at| person(&format!("p{at}"))).collect();
        for at in 0..GROUPS {
            let mut members = BTreeSet::new();
            for _ in 0..=numbers.below(4) {
                members.insert(match numbers.below(2) {
                    0 => dn_of_person(&format!("p{}", numbers.below(PEOPLE))),
                    // Also itself, and groups that have it.
                    _ => dn_of_group(&format!("g{}", numbers.below(GROUPS))),
                });
            }
            ldif.push_str(&group(&format!("g{at}"), &members.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        let server = Server::start(
            &ldif,
            "overlay dynlist\ndynlist-attrset groupOfURLs memberURL member+memberOf@groupOfNames*",
        );
        let directory = read_ldap(&server.settings());
        assert_eq!(directory.unread, [] as [String; 0]);
        let expected = groups_of_server(&server);
        assert_eq!(groups_by_mail(&directory), expected, "seed {seed}");
        seen.extend(expected.into_values().map(|groups| groups.len()));
    }
    assert!(seen.contains(&0) && seen.iter().any(|count| *count > 8), "{seen:?}");
}
