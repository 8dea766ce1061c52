//! Takes back what one run has changed, and nothing that has changed since.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::desired::{Attribute, Policy};
use super::difference::{Change, Group, Member, Replaced, User, WhyRemoved, folded};
use super::observed::{Observed, ObservedUser};
use super::record::{Event, Record};
use super::remaining::remaining;
use crate::journal::Phase;

/// What takes a run back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Undo {
    /// The changes, in the order in which they are made.
    pub changes: Vec<Change>,
    /// How much of what the run changed stays, because it has changed since, or was empty before.
    pub kept: usize,
}

/// Something that a run can change. Users and groups are named by the service's ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Thing<'r> {
    Name(&'r str),
    Attribute(&'r str, Attribute),
    IsActive(&'r str),
    /// Of a user in a group.
    Membership(&'r str, &'r str),
}

/// What takes a run of a journal back, by what the service has now; `None` if the journal has no such run.
///
/// A step that began counts unless the service refused it: what the service has now says whether it took effect.
pub fn undo(records: &[Record], run: &str, observed: &Observed, policy: &Policy) -> Option<Undo> {
    let last = records.iter().rposition(|record| record.run == run)?;
    let (until, since) = records.split_at_checked(last + 1)?;
    let users = Users::of(observed, policy);
    let since = steps(since).into_iter().flat_map(|change| users.things(change)).collect();
    let mut reverse = Reverse { since, ..Reverse::of(&users) };
    for change in steps(until.iter().filter(|record| record.run == run)) {
        reverse.add(change);
    }
    let kept = reverse.kept;
    let found = remaining(&reverse.changes(), observed, policy);
    Some(Undo { kept: kept + found.stale.len(), changes: found.changes })
}

/// The changes of all steps that may have taken effect. Each step has one record of its beginning, and its end follows.
fn steps<'r>(records: impl IntoIterator<Item = &'r Record>) -> Vec<&'r Change> {
    let mut changes = Vec::new();
    for record in records {
        match &record.event {
            Event::Step { change, phase: Phase::Begun, .. } => changes.push(change),
            Event::Step { phase: Phase::Failed, is_uncertain: false, .. } => {
                changes.pop();
            }
            _ => {}
        }
    }
    changes
}

/// The users of ours that a service has.
struct Users<'o> {
    by_id: HashMap<&'o str, &'o ObservedUser>,
    /// Those whose id of ours no other one has.
    by_external_id: HashMap<&'o str, &'o ObservedUser>,
}

impl<'o> Users<'o> {
    fn of(observed: &'o Observed, policy: &Policy) -> Self {
        let ours = || observed.users.iter().filter(|user| policy.owns(user.external_id.as_deref()));
        let mut by_external_id = HashMap::new();
        let mut repeated = HashSet::new();
        for user in ours() {
            let id = user.external_id.as_deref().unwrap_or_default();
            if by_external_id.insert(id, user).is_some() {
                repeated.insert(id);
            }
        }
        by_external_id.retain(|id, _| !repeated.contains(id));
        Self { by_id: ours().map(|user| (user.id.as_str(), user)).collect(), by_external_id }
    }

    fn get(&self, user: &User) -> Option<&'o ObservedUser> {
        let found = match &user.id {
            Some(id) => self.by_id.get(id.as_str()),
            None => self.by_external_id.get(user.external_id.as_str()),
        };
        found.copied().filter(|it| it.external_id.as_deref() == Some(&user.external_id))
    }

    fn created(&self, external_id: &str) -> Option<&'o ObservedUser> {
        self.by_external_id.get(external_id).copied()
    }

    /// What a change writes of users that are there.
    fn things<'r>(&self, change: &'r Change) -> Vec<Thing<'r>>
    where
        'o: 'r,
    {
        let id = |user: &User| self.get(user).map(|it| it.id.as_str());
        match change {
            Change::Create { external_id, .. } => {
                self.created(external_id).map(|user| Thing::IsActive(&user.id)).into_iter().collect()
            }
            Change::Update { user, user_name, attributes } => {
                let Some(id) = id(user) else { return Vec::new() };
                let name = user_name.iter().map(|_| Thing::Name(id));
                name.chain(attributes.keys().map(|key| Thing::Attribute(id, *key))).collect()
            }
            Change::Activate { user } | Change::Deactivate { user, .. } => {
                id(user).map(Thing::IsActive).into_iter().collect()
            }
            Change::AddMembers { group, members } => {
                let ids = members.iter().filter_map(|it| id(&it.user));
                ids.map(|id| Thing::Membership(&group.id, id)).collect()
            }
            Change::RemoveMembers { group, members } => {
                let ids = members.iter().filter_map(|(user, _)| id(user));
                ids.map(|id| Thing::Membership(&group.id, id)).collect()
            }
        }
    }
}

/// The members of groups, by the service's ids of these.
type ByGroup<'r, M> = BTreeMap<&'r str, (&'r Group, Vec<M>)>;

/// Collects the reverse of changes.
struct Reverse<'r> {
    users: &'r Users<'r>,
    /// What later runs have changed.
    since: HashSet<Thing<'r>>,
    /// What was looked at: a request that was too large is repeated in halves.
    seen: HashSet<Thing<'r>>,
    updated: Vec<Change>,
    activated: Vec<Change>,
    added: ByGroup<'r, Member>,
    removed: ByGroup<'r, (User, WhyRemoved)>,
    deactivated: Vec<Change>,
    kept: usize,
}

impl<'r> Reverse<'r> {
    fn of(users: &'r Users<'r>) -> Self {
        Self {
            users,
            since: HashSet::new(),
            seen: HashSet::new(),
            updated: Vec::new(),
            activated: Vec::new(),
            added: BTreeMap::new(),
            removed: BTreeMap::new(),
            deactivated: Vec::new(),
            kept: 0,
        }
    }

    fn add(&mut self, change: &'r Change) {
        match change {
            Change::Create { external_id, .. } => {
                let user = self.users.created(external_id);
                if let Some((user, _)) = self.first(user, Thing::IsActive) {
                    self.deactivated.push(Change::Deactivate { user, why: WhyRemoved::Undone });
                }
            }
            Change::Activate { user } => {
                if let Some((user, _)) = self.first(self.users.get(user), Thing::IsActive) {
                    self.deactivated.push(Change::Deactivate { user, why: WhyRemoved::Undone });
                }
            }
            Change::Deactivate { user, .. } => {
                if let Some((user, _)) = self.first(self.users.get(user), Thing::IsActive) {
                    self.activated.push(Change::Activate { user });
                }
            }
            Change::Update { user, user_name, attributes } => {
                self.update(self.users.get(user), user_name.as_ref(), attributes);
            }
            Change::AddMembers { group, members } => {
                let of = |id| Thing::Membership(&group.id, id);
                for member in members {
                    if let Some((user, _)) = self.first(self.users.get(&member.user), of) {
                        let removed = self.removed.entry(&group.id).or_insert((group, Vec::new()));
                        removed.1.push((user, WhyRemoved::Undone));
                    }
                }
            }
            Change::RemoveMembers { group, members } => {
                let of = |id| Thing::Membership(&group.id, id);
                for (user, _) in members {
                    if let Some((user, _)) = self.first(self.users.get(user), of) {
                        let added = self.added.entry(&group.id).or_insert((group, Vec::new()));
                        added.1.push(Member { user, rules: Vec::new() });
                    }
                }
            }
        }
    }

    /// The user, if the thing is looked at for the first time and has not changed since.
    fn first(
        &mut self,
        user: Option<&'r ObservedUser>,
        thing: impl FnOnce(&'r str) -> Thing<'r>,
    ) -> Option<(User, &'r ObservedUser)> {
        let Some(user) = user else {
            self.kept += 1;
            return None;
        };
        let thing = thing(&user.id);
        let has_changed = self.since.contains(&thing);
        if !self.seen.insert(thing) {
            return None;
        }
        if has_changed {
            self.kept += 1;
            return None;
        }
        let external_id = user.external_id.clone().unwrap_or_default();
        Some((User { id: Some(user.id.clone()), external_id }, user))
    }

    fn update(
        &mut self,
        user: Option<&'r ObservedUser>,
        user_name: Option<&Replaced>,
        attributes: &BTreeMap<Attribute, Replaced>,
    ) {
        let mut of = None;
        let mut name_back = None;
        if let Some(name) = user_name
            && let Some((named, now)) = self.first(user, Thing::Name)
        {
            name_back = self.back(name, folded(&now.user_name) == folded(&name.to));
            of = Some(named);
        }
        let mut back = BTreeMap::new();
        for (key, replaced) in attributes {
            if let Some((named, now)) = self.first(user, |id| Thing::Attribute(id, *key)) {
                let is_there = now.attributes.get(key) == Some(&replaced.to);
                back.extend(self.back(replaced, is_there).map(|it| (*key, it)));
                of = Some(named);
            }
        }
        if let Some(user) = of.filter(|_| name_back.is_some() || !back.is_empty()) {
            self.updated.push(Change::Update { user, user_name: name_back, attributes: back });
        }
    }

    /// What writes the former value again, if the service still has the one that replaced it.
    fn back(&mut self, replaced: &Replaced, is_there: bool) -> Option<Replaced> {
        let back = replaced.from.clone().filter(|_| is_there);
        self.kept += usize::from(back.is_none());
        back.map(|to| Replaced { from: Some(replaced.to.clone()), to })
    }

    /// In the order in which they are made.
    fn changes(self) -> Vec<Change> {
        let added = self.added.into_values();
        let added = added.map(|(group, members)| Change::AddMembers { group: group.clone(), members });
        let removed = self.removed.into_values();
        let removed = removed.map(|(group, members)| Change::RemoveMembers { group: group.clone(), members });
        let users = self.updated.into_iter().chain(self.activated);
        users.chain(added).chain(removed).chain(self.deactivated).collect()
    }
}
