//! What has to change in a service.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::desired::{Attribute, Attributes, Desired, DesiredUser, Policy, Ungranted};
use super::observed::{Observed, ObservedGroup, ObservedUser};

/// A user of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct User {
    /// The id that the service issued; `None` until the user is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Our id.
    pub external_id: String,
}

/// A group of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Group {
    /// The id that the service issued.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A member that is added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Member {
    /// The user.
    pub user: User,
    /// The rules that grant it, if they were looked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
}

/// Why something is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "what prints a plan has to know all of them")]
pub enum WhyRemoved {
    /// The directory has no such person.
    Left,
    /// The directory does not let the person log in.
    Disabled,
    /// No rule grants it.
    NotGranted,
    /// The run that gave it is taken back.
    Undone,
}

/// A value that is written over another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Replaced {
    /// What the service has; `None` if it has nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What is written.
    pub to: String,
}

/// A change, in the order in which they are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a program that carries out a plan has to know all changes")]
pub enum Change {
    /// Create a user, active.
    Create {
        /// Our id.
        external_id: String,
        /// The name of the user.
        user_name: String,
        /// What else is written.
        attributes: Attributes,
    },
    /// Write attributes of a user, and leave all others.
    Update {
        /// The user.
        user: User,
        /// The name of the user, if it changes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_name: Option<Replaced>,
        /// The other attributes that change.
        attributes: BTreeMap<Attribute, Replaced>,
    },
    /// Let a user log in.
    Activate {
        /// The user.
        user: User,
    },
    /// Add members to a group.
    AddMembers {
        /// The group.
        group: Group,
        /// The members.
        members: Vec<Member>,
    },
    /// Remove members from a group.
    RemoveMembers {
        /// The group.
        group: Group,
        /// The members, and why.
        members: Vec<(User, WhyRemoved)>,
    },
    /// Do not let a user log in.
    Deactivate {
        /// The user.
        user: User,
        /// Why.
        why: WhyRemoved,
    },
}

/// Something that a person has to decide. What it concerns is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "what prints a plan has to know all of them")]
pub enum Finding {
    /// The directory was not read to its end, so nothing changes.
    Unread {
        /// Why.
        why: Vec<String>,
    },
    /// The service has no group of this name, which people are granted.
    NoGroup {
        /// The name.
        name: String,
    },
    /// The service has several groups of this name.
    SameGroup {
        /// The name.
        name: String,
    },
    /// The service does not say who is in a group: members may be added again, and none is removed.
    MembersUnknown {
        /// The name of the group.
        name: String,
    },
    /// What a person is to have is not known.
    Undecided {
        /// Our id of the person.
        external_id: String,
        /// Why, as a code.
        why: String,
    },
    /// Several people of the directory, or several users of the service, have this id.
    SameExternalId {
        /// The id.
        external_id: String,
    },
    /// Several people of the directory would have the same name in the service.
    SameUserName {
        /// Our ids of these people.
        external_ids: Vec<String>,
    },
    /// The name of a person is that of another user of the service, who is not changed.
    NameTaken {
        /// Our id of the person.
        external_id: String,
        /// The service's id of the other user.
        id: String,
        /// Whether that is a user of ours, such as that of someone who has left.
        is_ours: bool,
    },
}

/// What has to change, and what a person has to decide.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Difference {
    /// The changes, in the order in which they are made: users come before their memberships, what is added before what
    /// is removed, and users are deactivated last.
    pub changes: Vec<Change>,
    /// What a person has to decide, sorted.
    pub findings: Vec<Finding>,
}

/// What became of a person or of a user when the two sides were brought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    /// It has a counterpart at this position of the other side.
    With(u32),
    /// There is no counterpart.
    Alone,
    /// It is unclear, so nothing about it changes.
    Unclear,
}

/// Users in the service and people of the directory, brought together.
struct Matches {
    people: Vec<Match>,
    users: Vec<Match>,
    /// Whether the name of a person cannot be written.
    taken: Vec<bool>,
}

/// What has to change so that a service has what the mappings give.
pub fn difference(desired: &Desired, observed: &Observed, policy: &Policy) -> Difference {
    if !desired.is_complete() {
        // What is missing may be what excludes people, so nothing is added either.
        let findings = vec![Finding::Unread { why: desired.unread.clone() }];
        return Difference { findings, ..Difference::default() };
    }
    let mut findings = BTreeSet::new();
    let matches = Matches::of(desired, observed, policy, &mut findings);
    let compared = Compared { desired, observed, policy, matches };
    let mut changes = compared.users();
    let (added, removed) = compared.members(&mut findings);
    changes.extend(added);
    changes.extend(removed);
    changes.extend(compared.deactivated());
    Difference { changes, findings: findings.into_iter().collect() }
}

/// The form in which names of users are compared: SCIM's `userName` does not depend on letter case (RFC 7643 §4.1.1).
pub fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// The positions of each key, in the order of the positions.
fn positions<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = Option<K>>) -> HashMap<K, Vec<u32>> {
    let mut all: HashMap<K, Vec<u32>> = HashMap::new();
    for (key, at) in keys.zip(0_u32..) {
        if let Some(key) = key {
            all.entry(key).or_default().push(at);
        }
    }
    all
}

impl Matches {
    fn of(desired: &Desired, observed: &Observed, policy: &Policy, findings: &mut BTreeSet<Finding>) -> Self {
        let mut all = Self {
            people: vec![Match::Alone; desired.people.len()],
            users: vec![Match::Alone; observed.users.len()],
            taken: vec![false; desired.people.len()],
        };
        let people = positions(desired.people.iter().map(|it| Some(it.external_id.as_str())));
        let users = positions(observed.users.iter().map(|it| it.external_id.as_deref()));
        for (person, at) in desired.people.iter().zip(0_u32..) {
            let id = person.external_id.as_str();
            let same = people.get(id).map(Vec::as_slice).unwrap_or_default();
            match (same, users.get(id).map(Vec::as_slice).unwrap_or_default()) {
                // Someone who cannot log in has no groups, whatever else is known.
                (_, users) if person.is_active && person.undecided.is_some() => {
                    let why = person.undecided.unwrap_or_default().to_owned();
                    findings.insert(Finding::Undecided { external_id: id.to_owned(), why });
                    set(&mut all.people, at, Match::Unclear);
                    users.iter().for_each(|user| set(&mut all.users, *user, Match::Unclear));
                }
                ([_], []) => {}
                ([_], [user]) => {
                    set(&mut all.people, at, Match::With(*user));
                    set(&mut all.users, *user, Match::With(at));
                }
                (_, users) => {
                    findings.insert(Finding::SameExternalId { external_id: id.to_owned() });
                    set(&mut all.people, at, Match::Unclear);
                    users.iter().for_each(|user| set(&mut all.users, *user, Match::Unclear));
                }
            }
        }
        all.compare_folded_ids(desired, observed, policy, findings);
        all.compare_names(desired, observed, policy, findings);
        all
    }

    /// Finds users whose ids are those of people apart from letter case: the service has changed them, and who seems to
    /// have left is there.
    fn compare_folded_ids(
        &mut self,
        desired: &Desired,
        observed: &Observed,
        policy: &Policy,
        findings: &mut BTreeSet<Finding>,
    ) {
        let people = positions(desired.people.iter().map(|it| Some(folded(&it.external_id))));
        let prefix = folded(&policy.prefix);
        for (user, at) in observed.users.iter().zip(0_u32..) {
            let Some(id) = user.external_id.as_deref().map(folded) else { continue };
            let is_alone = get(&self.users, at) == Match::Alone && id.starts_with(&prefix);
            let Some(same) = people.get(&id).filter(|_| is_alone) else { continue };
            findings.insert(Finding::SameExternalId { external_id: id });
            set(&mut self.users, at, Match::Unclear);
            for person in same {
                if get(&self.people, *person) == Match::Alone {
                    set(&mut self.people, *person, Match::Unclear);
                }
            }
        }
    }

    /// Finds names that cannot be written, because another user has them or another person would.
    fn compare_names(
        &mut self,
        desired: &Desired,
        observed: &Observed,
        policy: &Policy,
        findings: &mut BTreeSet<Finding>,
    ) {
        // Someone who has no user, and receives none, needs no name.
        let needs_name = |person: &DesiredUser, at: u32| {
            let has_user = matches!(get(&self.people, at), Match::With(_));
            !person.user_name.is_empty() && (has_user || Compared::is_provisioned(person))
        };
        let named =
            desired.people.iter().zip(0_u32..).map(|(person, at)| {
                if needs_name(person, at) { Some(folded(&person.user_name)) } else { None }
            });
        let people = positions(named);
        let users = positions(observed.users.iter().map(|user| Some(folded(&user.user_name))));
        for (person, at) in desired.people.iter().zip(0_u32..) {
            let name = folded(&person.user_name);
            let with = get(&self.people, at);
            let same = people.get(&name).map(Vec::as_slice).unwrap_or_default();
            if with == Match::Unclear || !same.contains(&at) {
                continue;
            }
            let owner = users.get(&name).into_iter().flatten().find(|user| with != Match::With(**user));
            if let Some(user) = owner.and_then(|at| observed.users.get(*at as usize)) {
                let external_id = person.external_id.clone();
                let is_ours = policy.owns(user.external_id.as_deref());
                findings.insert(Finding::NameTaken { external_id, id: user.id.clone(), is_ours });
            } else if same.len() > 1 {
                let ids = same.iter().filter_map(|at| desired.people.get(*at as usize));
                let mut external_ids: Vec<String> = ids.map(|it| it.external_id.clone()).collect();
                external_ids.sort_unstable();
                findings.insert(Finding::SameUserName { external_ids });
            } else {
                continue;
            }
            if let Some(taken) = self.taken.get_mut(at as usize) {
                *taken = true;
            }
            if with == Match::Alone {
                set(&mut self.people, at, Match::Unclear);
            }
        }
    }
}

fn get(all: &[Match], at: u32) -> Match {
    all.get(at as usize).copied().unwrap_or(Match::Unclear)
}

fn set(all: &mut [Match], at: u32, to: Match) {
    if let Some(place) = all.get_mut(at as usize) {
        *place = to;
    }
}

struct Compared<'c> {
    desired: &'c Desired,
    observed: &'c Observed,
    policy: &'c Policy,
    matches: Matches,
}

impl Compared<'_> {
    fn person(&self, at: u32) -> Option<&DesiredUser> {
        self.desired.people.get(at as usize)
    }

    /// Whether a person is to have groups, and a user for them.
    fn is_provisioned(person: &DesiredUser) -> bool {
        person.is_active && !person.memberships.is_empty()
    }

    /// Whether a user belongs to our directory.
    fn is_ours(&self, user: &ObservedUser) -> bool {
        self.policy.owns(user.external_id.as_deref())
    }

    /// Users that are created, updated and activated.
    fn users(&self) -> Vec<Change> {
        let (mut created, mut updated, mut activated) = (Vec::new(), Vec::new(), Vec::new());
        for (person, at) in self.desired.people.iter().zip(0_u32..) {
            match get(&self.matches.people, at) {
                Match::Alone if Self::is_provisioned(person) => created.push(Change::Create {
                    external_id: person.external_id.clone(),
                    user_name: person.user_name.clone(),
                    attributes: person.attributes.clone(),
                }),
                Match::With(user) => {
                    let Some(user) = self.observed.users.get(user as usize) else { continue };
                    if !self.is_ours(user) {
                        continue;
                    }
                    updated.extend(self.update(person, user, at));
                    if !user.is_active && Self::is_provisioned(person) {
                        activated.push(Change::Activate { user: named(user) });
                    }
                }
                Match::Alone | Match::Unclear => {}
            }
        }
        created.into_iter().chain(updated).chain(activated).collect()
    }

    fn update(&self, person: &DesiredUser, user: &ObservedUser, at: u32) -> Option<Change> {
        let is_taken = self.matches.taken.get(at as usize).copied().unwrap_or_default();
        // A service may keep names in lower case, and would be asked again in every run.
        let renames = folded(&person.user_name) != folded(&user.user_name);
        let user_name = if renames && !is_taken && !person.user_name.is_empty() {
            Some(Replaced { from: Some(user.user_name.clone()), to: person.user_name.clone() })
        } else {
            None
        };
        let replaced = |(key, value): (&Attribute, &String)| {
            let from = user.attributes.get(key);
            if from == Some(value) {
                return None;
            }
            Some((*key, Replaced { from: from.cloned(), to: value.clone() }))
        };
        let attributes: BTreeMap<Attribute, Replaced> =
            person.attributes.iter().filter_map(replaced).collect();
        if user_name.is_none() && attributes.is_empty() {
            return None;
        }
        Some(Change::Update { user: named(user), user_name, attributes })
    }

    /// The managed groups of the service, each with its position among the desired ones.
    fn groups(&self, findings: &mut BTreeSet<Finding>) -> Vec<(usize, &ObservedGroup)> {
        let mut by_name: BTreeMap<&str, Vec<&ObservedGroup>> = BTreeMap::new();
        for group in &self.observed.groups {
            by_name.entry(&group.name).or_default().push(group);
        }
        let mut found = Vec::new();
        for (at, name) in self.desired.groups.iter().enumerate() {
            match by_name.get(name.as_str()).map(Vec::as_slice) {
                Some([group]) => found.push((at, *group)),
                Some(_) => {
                    findings.insert(Finding::SameGroup { name: name.clone() });
                }
                None => {
                    let is_it = |group: &u32| *group as usize == at;
                    if self.desired.people.iter().any(|person| person.memberships.iter().any(is_it)) {
                        findings.insert(Finding::NoGroup { name: name.clone() });
                    }
                }
            }
        }
        found
    }

    /// For each group, the positions of the people who are to be members.
    fn desired_members(&self) -> Vec<Vec<u32>> {
        let mut members = vec![Vec::new(); self.desired.groups.len()];
        for (person, at) in self.desired.people.iter().zip(0_u32..).filter(|(person, _)| person.is_active) {
            for group in &person.memberships {
                if let Some(group) = members.get_mut(*group as usize) {
                    group.push(at);
                }
            }
        }
        members
    }

    /// Members that are added, and members that are removed.
    fn members(&self, findings: &mut BTreeSet<Finding>) -> (Vec<Change>, Vec<Change>) {
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        let desired = self.desired_members();
        for (at, observed) in self.groups(findings) {
            let group = Group { id: observed.id.clone(), name: observed.name.clone() };
            let people = desired.get(at).map(Vec::as_slice).unwrap_or_default();
            if observed.members.is_none() {
                findings.insert(Finding::MembersUnknown { name: group.name.clone() });
            }
            let adds = self.adds(people, observed);
            if !adds.is_empty() {
                added.push(Change::AddMembers { group: group.clone(), members: adds });
            }
            let removes = self.removes(people, observed);
            if !removes.is_empty() {
                removed.push(Change::RemoveMembers { group, members: removes });
            }
        }
        (added, removed)
    }

    fn adds(&self, people: &[u32], group: &ObservedGroup) -> Vec<Member> {
        let mut adds = Vec::new();
        for at in people {
            let Some(person) = self.person(*at) else { continue };
            let user = match get(&self.matches.people, *at) {
                Match::Alone => User { id: None, external_id: person.external_id.clone() },
                Match::With(user) => {
                    let members = group.members.as_deref();
                    // Adding a member again does no harm (RFC 7644 §3.5.2.1).
                    let is_member = members.is_some_and(|members| members.binary_search(&user).is_ok());
                    let Some(user) = self.observed.users.get(user as usize) else { continue };
                    if is_member || !self.is_ours(user) {
                        continue;
                    }
                    named(user)
                }
                Match::Unclear => continue,
            };
            adds.push(Member { user, rules: Vec::new() });
        }
        adds
    }

    fn removes(&self, people: &[u32], group: &ObservedGroup) -> Vec<(User, WhyRemoved)> {
        let members = group.members.iter().flatten();
        let why = |at: &u32| {
            let user = self.observed.users.get(*at as usize)?;
            let why = match get(&self.matches.users, *at) {
                Match::With(person) if people.binary_search(&person).is_ok() => {
                    return None;
                }
                Match::With(person) if self.person(person)?.is_active => WhyRemoved::NotGranted,
                Match::With(_) => WhyRemoved::Disabled,
                Match::Alone => WhyRemoved::Left,
                Match::Unclear => return None,
            };
            if self.is_ours(user) { Some((named(user), why)) } else { None }
        };
        members.filter_map(why).collect()
    }

    fn deactivated(&self) -> Vec<Change> {
        let users = self.observed.users.iter().zip(0_u32..);
        let users = users.filter(|(user, _)| user.is_active && self.is_ours(user));
        let why = |at: u32| match get(&self.matches.users, at) {
            Match::Alone => Some(WhyRemoved::Left),
            Match::With(person) => {
                let person = self.person(person)?;
                let is_ungranted =
                    person.memberships.is_empty() && self.policy.ungranted == Ungranted::Deactivate;
                if !person.is_active {
                    Some(WhyRemoved::Disabled)
                } else if is_ungranted {
                    Some(WhyRemoved::NotGranted)
                } else {
                    None
                }
            }
            Match::Unclear => None,
        };
        users.filter_map(|(user, at)| Some(Change::Deactivate { user: named(user), why: why(at)? })).collect()
    }
}

fn named(user: &ObservedUser) -> User {
    User { id: Some(user.id.clone()), external_id: user.external_id.clone().unwrap_or_default() }
}
