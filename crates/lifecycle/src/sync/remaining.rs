//! What is left to do of some changes, by what the service has now.
//!
//! A change that was made already is left out, so a plan can be carried out again after it was interrupted. A change that
//! was made for something else than what the service has now is stale.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::desired::{Attribute, Policy};
use super::difference::{Change, Group, Member, Replaced, User, WhyRemoved, folded};
use super::observed::{Observed, ObservedGroup, ObservedUser};

/// What is left of changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Remaining {
    /// The changes, or the parts of them, that the service does not have yet.
    pub changes: Vec<Change>,
    /// Those that do not fit what the service has.
    pub stale: Vec<Stale>,
}

/// A change that does not fit what the service has now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Stale {
    /// What it concerns: our id of a user, or the name of a group.
    pub of: String,
    /// Why it does not fit.
    pub why: WhyStale,
}

/// Why a change does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what prints it has to know all of them")]
pub enum WhyStale {
    /// The service has no such user, or one that is not ours.
    NoUser,
    /// The service has another user with the id or with the name.
    OtherUser,
    /// The value that would be replaced is another one now.
    OtherValue,
    /// The service has no such group, or not with this name alone.
    NoGroup,
    /// The service does not say who is in the group.
    MembersUnknown,
    /// The changes have it twice.
    Repeated,
}

/// How a part of a change relates to what the service has.
enum Standing {
    Left,
    Made,
    Stale(WhyStale),
}

/// What is left of changes that were made for a service, by what it has now.
pub fn remaining(changes: &[Change], observed: &Observed, policy: &Policy) -> Remaining {
    let service = Service::of(observed, policy);
    let created: HashSet<&str> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Create { external_id, .. } => Some(external_id.as_str()),
            _ => None,
        })
        .collect();
    let mut found = Remaining::default();
    let mut names = HashSet::new();
    let mut ids = HashSet::new();
    for change in changes {
        match change {
            Change::Create { external_id, user_name, .. } => {
                let is_first = ids.insert(external_id.as_str()) & names.insert(folded(user_name));
                let standing = if is_first {
                    service.create(external_id, user_name)
                } else {
                    Standing::Stale(WhyStale::Repeated)
                };
                found.add(external_id, standing, || change.clone());
            }
            Change::Update { user, user_name, attributes } => {
                let standing = service.update(user, user_name.as_ref(), attributes);
                found.add(&user.external_id, standing, || change.clone());
            }
            Change::Activate { user } => {
                found.add(&user.external_id, service.switch(user, true), || change.clone());
            }
            Change::Deactivate { user, .. } => {
                found.add(&user.external_id, service.switch(user, false), || change.clone());
            }
            Change::AddMembers { group, members } => {
                let Some(current) = found.group(&service, group) else { continue };
                let standing = |member: &Member| service.addition(current, &member.user, &created);
                let members = found.members(members, |member| &member.user.external_id, standing);
                if !members.is_empty() {
                    found.changes.push(Change::AddMembers { group: group.clone(), members });
                }
            }
            Change::RemoveMembers { group, members } => {
                let Some(current) = found.group(&service, group) else { continue };
                let standing = |(user, _): &(User, WhyRemoved)| service.removal(current, user);
                let members = found.members(members, |(user, _)| &user.external_id, standing);
                if !members.is_empty() {
                    found.changes.push(Change::RemoveMembers { group: group.clone(), members });
                }
            }
        }
    }
    found
}

impl Remaining {
    fn add(&mut self, of: &str, standing: Standing, change: impl FnOnce() -> Change) {
        match standing {
            Standing::Left => self.changes.push(change()),
            Standing::Made => {}
            Standing::Stale(why) => self.stale.push(Stale { of: of.to_owned(), why }),
        }
    }

    /// The group as it is now; reports one that is not there.
    fn group<'o>(&mut self, service: &Service<'o>, group: &Group) -> Option<&'o ObservedGroup> {
        let found = service.group(group);
        if found.is_none() {
            self.stale.push(Stale { of: group.name.clone(), why: WhyStale::NoGroup });
        }
        found
    }

    /// The members that are left; reports those that do not fit.
    fn members<M: Clone>(
        &mut self,
        members: &[M],
        id: impl Fn(&M) -> &str,
        standing: impl Fn(&M) -> Standing,
    ) -> Vec<M> {
        let mut left = Vec::new();
        for member in members {
            match standing(member) {
                Standing::Left => left.push(member.clone()),
                Standing::Made => {}
                Standing::Stale(why) => self.stale.push(Stale { of: id(member).to_owned(), why }),
            }
        }
        left
    }
}

/// What a service has, by the keys that changes name.
struct Service<'o> {
    observed: &'o Observed,
    policy: &'o Policy,
    by_id: HashMap<&'o str, u32>,
    by_external_id: HashMap<&'o str, Vec<u32>>,
    by_name: HashMap<String, Vec<u32>>,
}

impl<'o> Service<'o> {
    fn of(observed: &'o Observed, policy: &'o Policy) -> Self {
        let mut all = Self {
            observed,
            policy,
            by_id: HashMap::new(),
            by_external_id: HashMap::new(),
            by_name: HashMap::new(),
        };
        for (user, at) in observed.users.iter().zip(0_u32..) {
            all.by_id.insert(&user.id, at);
            if let Some(id) = user.external_id.as_deref() {
                all.by_external_id.entry(id).or_default().push(at);
            }
            all.by_name.entry(folded(&user.user_name)).or_default().push(at);
        }
        all
    }

    /// The user of a change, with its position: the one with the same ids, if it is ours.
    fn user(&self, user: &User) -> Option<(u32, &'o ObservedUser)> {
        let at = match &user.id {
            Some(id) => *self.by_id.get(id.as_str())?,
            None => match self.by_external_id.get(user.external_id.as_str())?.as_slice() {
                [at] => *at,
                _ => return None,
            },
        };
        let found = self.observed.users.get(at as usize)?;
        let is_it = found.external_id.as_deref() == Some(&user.external_id);
        if is_it && self.policy.owns(Some(&user.external_id)) { Some((at, found)) } else { None }
    }

    /// The group with the id and the name of a change, if no other one has the name.
    fn group(&self, group: &Group) -> Option<&'o ObservedGroup> {
        let mut same = self.observed.groups.iter().filter(|it| it.name == group.name);
        let found = same.next().filter(|it| it.id == group.id)?;
        if same.next().is_none() { Some(found) } else { None }
    }

    fn create(&self, external_id: &str, user_name: &str) -> Standing {
        if !self.policy.owns(Some(external_id)) || external_id == self.policy.prefix {
            return Standing::Stale(WhyStale::NoUser);
        }
        let named = self.by_name.get(&folded(user_name)).map(Vec::as_slice).unwrap_or_default();
        let same = self.by_external_id.get(external_id).map(Vec::as_slice).unwrap_or_default();
        match (same, named) {
            ([], []) => Standing::Left,
            ([one], [other]) if one == other => Standing::Made,
            _ => Standing::Stale(WhyStale::OtherUser),
        }
    }

    fn update(
        &self,
        user: &User,
        user_name: Option<&Replaced>,
        attributes: &BTreeMap<Attribute, Replaced>,
    ) -> Standing {
        let Some((at, now)) = self.user(user) else { return Standing::Stale(WhyStale::NoUser) };
        let mut is_made = true;
        if let Some(name) = user_name {
            let others = self.by_name.get(&folded(&name.to)).into_iter().flatten();
            if others.into_iter().any(|other| *other != at) {
                return Standing::Stale(WhyStale::OtherUser);
            }
            // A service may keep names in lower case.
            let now = folded(&now.user_name);
            if now != folded(&name.to) {
                is_made = false;
                if name.from.as_deref().map(folded) != Some(now) {
                    return Standing::Stale(WhyStale::OtherValue);
                }
            }
        }
        for (key, replaced) in attributes {
            let now = now.attributes.get(key);
            if now == Some(&replaced.to) {
                continue;
            }
            is_made = false;
            if now != replaced.from.as_ref() {
                return Standing::Stale(WhyStale::OtherValue);
            }
        }
        if is_made { Standing::Made } else { Standing::Left }
    }

    fn switch(&self, user: &User, to: bool) -> Standing {
        match self.user(user) {
            Some((_, now)) if now.is_active == to => Standing::Made,
            Some(_) => Standing::Left,
            None => Standing::Stale(WhyStale::NoUser),
        }
    }

    fn addition(&self, group: &ObservedGroup, user: &User, created: &HashSet<&str>) -> Standing {
        match self.user(user) {
            // Adding a member again does no harm (RFC 7644 §3.5.2.1).
            Some((at, _)) if group.members.as_ref().is_some_and(|all| all.binary_search(&at).is_ok()) => {
                Standing::Made
            }
            Some(_) => Standing::Left,
            None if user.id.is_none() && created.contains(user.external_id.as_str()) => Standing::Left,
            None => Standing::Stale(WhyStale::NoUser),
        }
    }

    fn removal(&self, group: &ObservedGroup, user: &User) -> Standing {
        let Some(members) = &group.members else { return Standing::Stale(WhyStale::MembersUnknown) };
        match self.user(user) {
            Some((at, _)) if members.binary_search(&at).is_ok() => Standing::Left,
            Some(_) => Standing::Made,
            None => Standing::Stale(WhyStale::NoUser),
        }
    }
}

/// How many memberships of groups that are compared were there before and are not there after some changes, although none
/// of these removes them: somebody else did, or the service removed more than it was asked to.
pub fn lost(changes: &[Change], before: &Observed, after: &Observed) -> usize {
    let mut removed: HashSet<(&str, &str)> = HashSet::new();
    for change in changes {
        if let Change::RemoveMembers { group, members } = change {
            removed.extend(
                members.iter().filter_map(|(user, _)| Some((group.id.as_str(), user.id.as_deref()?))),
            );
        }
    }
    let users: HashSet<&str> = after.users.iter().map(|user| user.id.as_str()).collect();
    let after: HashSet<(&str, &str)> = after.memberships().collect();
    // A service that names no member of any group is taken for one that does not say; here it said so before.
    let stays = |it: &(&str, &str)| users.contains(it.1) && !removed.contains(it);
    before.memberships().filter(stays).filter(|it| !after.contains(it)).count()
}
