//! From a directory to what its people are to have: each is evaluated as a login would be.

use std::collections::{BTreeSet, HashMap};

use claimsmith::compiler::directory::DirectoryMapping;
use claimsmith::event::answer;
use claimsmith::explanation::{Explanation, explain};
use claimsmith::{Bundle, BundleError, Reason};
use serde_json::{Map, Value};

use super::desired::{Attribute, Attributes, Desired, DesiredUser};
use super::difference::{Change, Difference};
use crate::directory::{Directory, Person};

/// Why nothing about a person changes: the directory has no name for the user.
pub const NO_USER_NAME: &str = "no-user-name";

/// What is the same for all people of a directory.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Mapped<'m> {
    /// The mapping.
    pub mapping: &'m DirectoryMapping<'m>,
    /// The names of the application's groups, sorted.
    pub groups: &'m [String],
    /// What the `externalId` of each user of ours begins with.
    pub prefix: &'m str,
    /// The time for rules that expire, in seconds since 1970.
    pub now: f64,
}

/// What decides about the groups of a person.
type Input = (Vec<u32>, Vec<Option<String>>);

impl Mapped<'_> {
    /// What the people of a directory are to have in the application.
    ///
    /// People with the same groups and the same attributes are evaluated once.
    ///
    /// # Errors
    ///
    /// If the mapping cannot be used, which is an error of this program.
    pub fn desired(&self, directory: &Directory) -> Result<Desired, BundleError> {
        let bundle = Bundle::decode(self.mapping.bundle())?;
        let mut seen: HashMap<Input, Result<Vec<u32>, &'static str>> = HashMap::new();
        let mut people = Vec::with_capacity(directory.people.len());
        for (person, groups) in directory.people.iter().zip(directory.groups_of_people()) {
            let provided = self.mapping.provided_attributes();
            let provided = provided.map(|name| person.attributes.get(name).map(Value::to_string)).collect();
            let decided = seen.entry((groups, provided)).or_insert_with_key(|(groups, _)| {
                self.decide(&bundle, directory, groups, &person.attributes)
            });
            people.push(self.user(person, decided));
        }
        let mut unread = directory.unread.clone();
        // A misspelled name looks like an attribute that everyone lacks.
        let is_known = |name: &&str| directory.people.iter().any(|it| it.attributes.contains_key(*name));
        if !directory.people.is_empty() {
            let unknown = self.mapping.provided_attributes().filter(|name| !is_known(name));
            unread.extend(
                unknown.map(|name| format!("no one has the attribute `{name}`, which `provides` names")),
            );
        }
        Ok(Desired { groups: self.groups.to_vec(), people, unread })
    }

    /// The positions of the groups that a person is granted, or why that is not known.
    fn decide(
        &self,
        bundle: &Bundle<'_>,
        directory: &Directory,
        groups: &[u32],
        attributes: &Map<String, Value>,
    ) -> Result<Vec<u32>, &'static str> {
        let names: Vec<&str> = directory.names(groups).collect();
        let answer = answer(bundle, &self.mapping.event(&names, attributes).at(self.now));
        match answer.reason {
            Reason::Ok => {}
            // The input was read, and a policy refuses such a login.
            Reason::Ungranted | Reason::Unmatched => return Ok(Vec::new()),
            reason => return Err(reason.code()),
        }
        let position = |name: &String| self.groups.binary_search(name).ok();
        Ok(answer.groups.iter().filter_map(position).filter_map(|at| u32::try_from(at).ok()).collect())
    }

    /// Says for each member that a difference adds which rules grant it.
    ///
    /// # Errors
    ///
    /// If the mapping cannot be used, which is an error of this program.
    pub fn name_rules(&self, directory: &Directory, difference: &mut Difference) -> Result<(), BundleError> {
        let bundle = Bundle::decode(self.mapping.bundle())?;
        let of_people = directory.groups_of_people();
        let positions: HashMap<&str, usize> =
            directory.people.iter().zip(0..).map(|(person, at)| (person.id.as_str(), at)).collect();
        for change in &mut difference.changes {
            let Change::AddMembers { group, members } = change else { continue };
            for member in members {
                let id = member.user.external_id.strip_prefix(self.prefix).unwrap_or_default();
                let Some(at) = positions.get(id).copied() else { continue };
                let (Some(person), Some(groups)) = (directory.people.get(at), of_people.get(at)) else {
                    continue;
                };
                let names: Vec<&str> = directory.names(groups).collect();
                let event = self.mapping.event(&names, &person.attributes).at(self.now);
                member.rules = granting_rules(&explain(&bundle, &event), &group.name);
            }
        }
        Ok(())
    }

    fn user(&self, person: &Person, decided: &Result<Vec<u32>, &'static str>) -> DesiredUser {
        let names = self.mapping.user();
        let attribute = |name: &String| text(person.attributes.get(name)?);
        let written = [
            (Attribute::DisplayName, attribute(&names.display_name)),
            (Attribute::GivenName, attribute(&names.given_name)),
            (Attribute::FamilyName, attribute(&names.family_name)),
            (Attribute::Email, attribute(&names.email)),
        ];
        let attributes: Attributes =
            written.into_iter().filter_map(|(key, value)| Some((key, value?.to_owned()))).collect();
        let user_name = attribute(&names.user_name);
        let undecided = decided.as_ref().err().copied();
        DesiredUser {
            external_id: format!("{}{}", self.prefix, person.id),
            user_name: user_name.unwrap_or_default().to_owned(),
            attributes,
            is_active: person.is_active,
            memberships: decided.as_ref().cloned().unwrap_or_default(),
            undecided: undecided.or(if user_name.is_none() { Some(NO_USER_NAME) } else { None }),
        }
    }
}

/// The rules that grant a group, also by groups that include it, sorted; `default` if it is one that no rule grants.
fn granting_rules(explanation: &Explanation, group: &str) -> Vec<String> {
    let included = explanation.included.iter().filter(|it| it.group == group).flat_map(|it| &it.by);
    let sought: BTreeSet<&str> = included.map(String::as_str).chain([group]).collect();
    let is_sought = |name: &String| sought.contains(name.as_str());
    let matched = explanation.groups.iter().flat_map(|step| &step.rules).chain(&explanation.everyone);
    let granting = matched.filter(|step| {
        let fired = explanation.answer.rules.binary_search(&step.rule).is_ok();
        fired && !step.forbidden && !step.excludes && step.grants.iter().chain(&step.elsewhere).any(is_sought)
    });
    let mut rules: BTreeSet<String> = granting.map(|step| step.rule.clone()).collect();
    if explanation.default.iter().any(is_sought) {
        rules.insert("default".to_owned());
    }
    rules.into_iter().collect()
}

/// The text of an attribute: the first one if there are several. A text of nothing is none.
fn text(value: &Value) -> Option<&str> {
    let first = value.as_array().map_or(Some(value), |all| all.first())?;
    first.as_str().map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use claimsmith::compiler::{CompiledPlatform, compile_whole};
    use claimsmith::diagnostic::SourceFile;
    use serde_json::json;

    use super::*;
    use crate::directory::{DirectoryReader, Group};
    use crate::sync::{Observed, Policy, difference};

    const MAPPING: &str = "\
version: 1
platform:
  applications:
    catalog: { clients: [catalog], claim: https://example.com/catalog }
    qlik: { clients: [qlik], claim: https://example.com/qlik }
  groups:
    editors: { applications: [catalog], description: Edits. }
    stewards: { applications: [catalog], description: Keeps. }
    viewers: { applications: [qlik], description: Views. }
organizations:
  acme:
    organization: org_acme
    connections: { acme-ad: { strategy: ad, groups: { from: /memberOf, shape: list, form: dn } } }
    directory:
      kind: file
      application: catalog
      provides: { /department: dept }
      user: { user-name: mail, display-name: cn }
    rules:
      - { id: stewards, match: { glob: DATA-* }, grant: [stewards, viewers] }
      - { id: editors, everyone: true, when: { user: { attribute: /department, equals: Docs } }, grant: editors }
";

    fn directory(
        people: &[(&str, Value, &[&str])],
        groups: &[(&str, &str)],
    ) -> (Directory, CompiledPlatform) {
        let file = SourceFile { path: "acme.yaml".to_owned(), text: MAPPING.to_owned() };
        let platform = compile_whole(&file).platform.expect("no errors");
        let mut reader = DirectoryReader::default();
        for (id, attributes, _) in people {
            let attributes = attributes.as_object().expect("an object").clone();
            reader.person(Person { id: (*id).to_owned(), is_active: true, attributes });
        }
        for (id, name) in groups {
            let members =
                people.iter().filter(|(_, _, of)| of.contains(id)).map(|(person, ..)| (*person).to_owned());
            reader.group(Group { id: (*id).to_owned(), name: (*name).to_owned() }, members.collect());
        }
        (reader.finish(), platform)
    }

    fn desired(people: &[(&str, Value, &[&str])], groups: &[(&str, &str)]) -> Desired {
        let (directory, platform) = directory(people, groups);
        let mapping = DirectoryMapping::of(&platform, "acme").expect("a directory");
        let groups = ["editors".to_owned(), "stewards".to_owned()];
        let mapped = Mapped { mapping: &mapping, groups: &groups, prefix: "claimsmith:acme:", now: 1.0 };
        mapped.desired(&directory).expect("a bundle")
    }

    #[test]
    fn people_are_granted_what_a_login_grants() {
        let office = ("g1", "CN=DATA-Office,OU=Groups,DC=acme");
        let desired = desired(
            &[
                (
                    "p1",
                    json!({ "mail": ["ada@acme.example", "a@acme.example"], "cn": "Ada", "dept": "Docs" }),
                    &["g1"],
                ),
                ("p2", json!({ "mail": "bob@acme.example", "dept": "Sales" }), &["g1"]),
                ("p3", json!({ "mail": "cyd@acme.example", "dept": "Docs" }), &[]),
            ],
            &[office],
        );
        let memberships: Vec<&[u32]> = desired.people.iter().map(|it| it.memberships.as_slice()).collect();
        assert_eq!(memberships, [[0, 1].as_slice(), &[1], &[0]]);
        let ada = &desired.people[0];
        assert_eq!(ada.external_id, "claimsmith:acme:p1");
        assert_eq!((ada.user_name.as_str(), ada.undecided), ("ada@acme.example", None));
        let written = [(Attribute::DisplayName, "Ada"), (Attribute::Email, "ada@acme.example")];
        assert_eq!(ada.attributes, written.map(|(key, value)| (key, value.to_owned())).into());
    }

    #[test]
    fn additions_name_the_rules_that_grant_them() {
        let people = [("p1", json!({ "mail": "ada@acme.example", "dept": "Docs" }), ["g1"].as_slice())];
        let (directory, platform) = directory(&people, &[("g1", "CN=DATA-Office")]);
        let mapping = DirectoryMapping::of(&platform, "acme").expect("a directory");
        let groups = ["editors".to_owned(), "stewards".to_owned()];
        let mapped = Mapped { mapping: &mapping, groups: &groups, prefix: "claimsmith:acme:", now: 1.0 };
        let desired = mapped.desired(&directory).expect("a bundle");
        let there = |name: &str| (name.to_owned(), name.to_owned(), Some(Vec::<&str>::new()));
        let observed = Observed::new(Vec::new(), ["editors", "stewards"].map(there));
        let policy = Policy { prefix: "claimsmith:acme:".to_owned(), ..Policy::default() };
        let mut difference = difference(&desired, &observed, &policy);
        mapped.name_rules(&directory, &mut difference).expect("a bundle");
        let rules = difference.changes.iter().filter_map(|change| match change {
            Change::AddMembers { group, members } => Some((group.name.as_str(), members[0].rules.clone())),
            _ => None,
        });
        let named = |name: &str| vec![name.to_owned()];
        assert_eq!(
            rules.collect::<Vec<_>>(),
            [("editors", named("editors")), ("stewards", named("stewards"))]
        );
    }

    #[test]
    fn what_cannot_be_read_is_undecided_and_not_empty() {
        let desired = desired(
            &[
                ("p1", json!({ "mail": "ada@acme.example" }), &["g1"]),
                ("p2", json!({ "mail": " " }), &[]),
                ("p3", json!({ "mail": "cyd@acme.example" }), &[]),
            ],
            &[("g1", "DATA-Office")],
        );
        let undecided: Vec<_> = desired.people.iter().map(|it| it.undecided).collect();
        assert_eq!(undecided, [Some("entry-form"), Some("no-user-name"), None]);
    }
}
