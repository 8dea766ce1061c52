//! What people should hold in an application, compared with what they do.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::digest::short_hex;

/// What is known about a person in Auth0.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Person {
    /// The subject of the person's tokens.
    pub subject: String,
    /// The name of the mapping.
    pub mapping: String,
    /// When the person last logged in, if that is known, as Auth0 writes it.
    pub last_login: Option<String>,
    /// The groups that a login would give, or why that cannot be said.
    pub expected: Result<BTreeSet<String>, &'static str>,
}

/// A person who does not hold what a login would give.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The name of the mapping.
    pub mapping: String,
    /// The person: a digest of tenant and subject, or the subject if people are shown.
    pub person: String,
    /// Groups that a login would give, and that the person does not hold.
    pub missing: Vec<String>,
    /// Groups that the person holds, and that a login would not give.
    pub extra: Vec<String>,
}

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// People whose groups are equal.
    pub equal: usize,
    /// People whose groups differ.
    pub different: usize,
    /// People whom the application does not know, or whose groups it does not say.
    pub unseen_in_application: usize,
    /// Users of the application who are not among the people that were read.
    pub unseen_in_auth0: usize,
    /// People for whom it cannot be said what a login would give, by reason.
    pub not_comparable: BTreeMap<&'static str, usize>,
    /// The oldest and the newest login of those who were compared.
    pub logins: Option<(String, String)>,
    /// Those whose groups differ, sorted.
    pub differences: Vec<Difference>,
}

/// Each person once. Who could log in to several organizations holds what the last of these logins gave, and which one that
/// was is not known.
pub fn one_each(people: Vec<Person>) -> Vec<Person> {
    let mut by_subject: BTreeMap<String, Vec<Person>> = BTreeMap::new();
    for person in people {
        by_subject.entry(person.subject.clone()).or_default().push(person);
    }
    let one = |mut same: Vec<Person>| {
        // Where the person is not a member, it cannot log in.
        if same.iter().any(|it| it.expected != Err(NOT_A_MEMBER)) {
            same.retain(|it| it.expected != Err(NOT_A_MEMBER));
        }
        let several = same.len() > 1;
        let mut first = same.into_iter().next()?;
        if several {
            first.expected = Err("several-organizations");
        }
        Some(first)
    };
    by_subject.into_values().filter_map(one).collect()
}

/// Why nothing is expected of a person who is not a member of the organization.
pub const NOT_A_MEMBER: &str = "not-a-member";

/// Compares people with the groups that an application holds, by subject; `None` if it does not say which groups.
///
/// `uncompared` are groups whose holders are not known, each with the reason; a person who should hold one is never counted
/// as equal. `shown` gives a person's name in the result. People whom one side does not have are counted, and never as
/// equal.
pub fn compare(
    people: &[Person],
    held: &BTreeMap<String, Option<BTreeSet<String>>>,
    uncompared: &BTreeMap<String, &'static str>,
    shown: &dyn Fn(&str) -> String,
) -> Comparison {
    let comparable = |groups: &BTreeSet<String>| -> BTreeSet<String> {
        groups.iter().filter(|it| !uncompared.contains_key(*it)).cloned().collect()
    };
    let mut result = Comparison::default();
    let known: BTreeSet<&str> = people.iter().map(|it| it.subject.as_str()).collect();
    result.unseen_in_auth0 = held.keys().filter(|subject| !known.contains(subject.as_str())).count();
    for person in people {
        let expected = match &person.expected {
            Ok(expected) => expected,
            Err(reason) => {
                *result.not_comparable.entry(reason).or_default() += 1;
                continue;
            }
        };
        let Some(Some(held)) = held.get(&person.subject) else {
            result.unseen_in_application += 1;
            continue;
        };
        let why = expected.iter().find_map(|group| uncompared.get(group));
        let (expected, held) = (&comparable(expected), &comparable(held));
        if let (true, Some(why)) = (expected == held, why) {
            *result.not_comparable.entry(why).or_default() += 1;
            continue;
        }
        if let Some(login) = &person.last_login {
            let (oldest, newest) = result.logins.take().unwrap_or_else(|| (login.clone(), login.clone()));
            result.logins = Some((oldest.min(login.clone()), newest.max(login.clone())));
        }
        if expected == held {
            result.equal += 1;
            continue;
        }
        result.different += 1;
        result.differences.push(Difference {
            mapping: person.mapping.clone(),
            person: shown(&person.subject),
            missing: expected.difference(held).cloned().collect(),
            extra: held.difference(expected).cloned().collect(),
        });
    }
    result.differences.sort();
    result
}

/// A name for a person that says nothing about it to those who do not know the subject, and is the same in each run.
pub fn pseudonym(domain: &str, subject: &str) -> String {
    short_hex(&format!("{domain}\n{subject}"), 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|it| (*it).to_owned()).collect()
    }

    fn person(subject: &str, expected: Result<&[&str], &'static str>) -> Person {
        Person {
            subject: subject.to_owned(),
            mapping: "acme".to_owned(),
            last_login: Some(format!("2026-11-{subject}")),
            expected: expected.map(groups),
        }
    }

    #[test]
    fn people_of_several_organizations_are_not_compared() {
        let people = vec![
            person("01", Ok(&["a"])),
            person("01", Err(NOT_A_MEMBER)),
            person("02", Ok(&["a"])),
            person("02", Ok(&["a"])),
            person("03", Err(NOT_A_MEMBER)),
        ];
        let each: Vec<_> = one_each(people).into_iter().map(|it| it.expected).collect();
        assert_eq!(each, [Ok(groups(&["a"])), Err("several-organizations"), Err(NOT_A_MEMBER)]);
    }

    #[test]
    fn unseen_people_are_never_equal() {
        let people = [
            person("01", Ok(&["a"])),
            person("02", Ok(&["a", "b"])),
            person("03", Ok(&[])),
            person("04", Err("attribute-absent")),
            person("05", Ok(&[])),
        ];
        let held = [
            ("01".to_owned(), Some(groups(&["a"]))),
            ("02".to_owned(), Some(groups(&["b", "c"]))),
            ("04".to_owned(), Some(groups(&[]))),
            ("05".to_owned(), None),
            ("06".to_owned(), Some(groups(&["a"]))),
        ];
        let held = held.into_iter().collect();
        let result = compare(&people, &held, &BTreeMap::new(), &|subject| pseudonym("d", subject));
        assert_eq!((result.equal, result.different), (1, 1));
        assert_eq!((result.unseen_in_application, result.unseen_in_auth0), (2, 1));
        assert_eq!(result.not_comparable, [("attribute-absent", 1)].into());
        assert_eq!(result.logins, Some(("2026-11-01".to_owned(), "2026-11-02".to_owned())));
        let difference = &result.differences[0];
        assert_eq!((&difference.missing, &difference.extra), (&vec!["a".to_owned()], &vec!["c".to_owned()]));
        assert_eq!(difference.person, pseudonym("d", "02"));
        assert_ne!(pseudonym("d", "02"), pseudonym("e", "02"));
    }

    #[test]
    fn group_that_is_not_compared_is_not_lacked() {
        let people = [
            person("01", Ok(&["a", "x"])),
            person("02", Ok(&["a", "x"])),
            person("03", Ok(&["a"])),
            person("04", Ok(&[])),
        ];
        let held = [("01", &["a"] as &[_]), ("02", &["b"]), ("03", &["a", "x"]), ("04", &[])];
        let held = held.map(|(subject, names)| (subject.to_owned(), Some(groups(names)))).into();
        let uncompared = [("x".to_owned(), "missing-group")].into();
        let result = compare(&people, &held, &uncompared, &str::to_owned);
        assert_eq!((result.equal, result.different), (2, 1));
        assert_eq!(result.not_comparable, [("missing-group", 1)].into());
        let difference = &result.differences[0];
        assert_eq!((difference.person.as_str(), &difference.missing), ("02", &vec!["a".to_owned()]));
    }
}
