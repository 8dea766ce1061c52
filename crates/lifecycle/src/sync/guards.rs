//! Guards: how much one run may remove before a person has to agree.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::desired::Policy;
use super::difference::Change;
use super::observed::Observed;

/// How much may be removed of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Limit {
    /// At most this many are removed, whatever the percentage.
    pub most: usize,
    /// The most of them, in percent of those that there are.
    pub percent: u8,
    /// This many may be removed even if the percentage allows fewer, so that small services can change.
    pub always: usize,
}

/// The guards of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Limits {
    /// For users that are deactivated.
    pub users: Limit,
    /// For users whose names change, by which people log in.
    pub names: Limit,
    /// For memberships that are removed, of all groups together.
    pub memberships: Limit,
    /// For the memberships of each group.
    pub group: Limit,
}

impl Default for Limits {
    /// 500 users, as Entra Connect's threshold of deletions, and 5 percent of them.
    fn default() -> Self {
        let users = Limit { most: 500, percent: 5, always: 5 };
        Self {
            users,
            names: users,
            memberships: Limit { most: 2000, percent: 5, always: 20 },
            group: Limit { most: 500, percent: 20, always: 5 },
        }
    }
}

/// What a guard counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "what prints guards has to know all of them")]
pub enum Guarded {
    /// Users that are deactivated.
    Users,
    /// Users whose names change.
    Names,
    /// Memberships that are removed.
    Memberships,
    /// Memberships of the group with this name.
    Group(String),
}

/// A guard that changes break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Exceeded {
    /// What it counts.
    pub guarded: Guarded,
    /// How many would be removed.
    pub removed: usize,
    /// How many there are.
    pub of: usize,
    /// How many may be removed.
    pub allowed: usize,
}

impl Limit {
    /// How many of a number may be removed.
    pub fn allowed(&self, of: usize) -> usize {
        let share = of.saturating_mul(usize::from(self.percent)) / 100;
        share.max(self.always).min(self.most)
    }

    /// As [`check`](Self::check), and never all of several: an empty directory looks like one that everyone has left.
    fn check_all(&self, guarded: Guarded, removed: usize, of: usize) -> Option<Exceeded> {
        let allowed = if of > 1 { self.allowed(of).min(of - 1) } else { self.allowed(of) };
        if removed > allowed { Some(Exceeded { guarded, removed, of, allowed }) } else { None }
    }

    fn check(&self, guarded: Guarded, removed: usize, of: usize) -> Option<Exceeded> {
        let allowed = self.allowed(of);
        if removed > allowed { Some(Exceeded { guarded, removed, of, allowed }) } else { None }
    }
}

/// The guards that changes break. Only users of ours, and their memberships of groups with these names, count.
pub fn exceeded(
    changes: &[Change],
    observed: &Observed,
    groups: &[String],
    policy: &Policy,
    limits: &Limits,
) -> Vec<Exceeded> {
    let is_ours: Vec<bool> =
        observed.users.iter().map(|user| policy.owns(user.external_id.as_deref())).collect();
    let is_member = |at: &u32| is_ours.get(*at as usize).copied().unwrap_or_default();
    let active = observed.users.iter().zip(&is_ours).filter(|(user, is_ours)| user.is_active && **is_ours);
    let (mut users, mut names) = (0, 0);
    let mut removed: BTreeMap<&str, usize> = BTreeMap::new();
    for change in changes {
        match change {
            Change::Deactivate { .. } => users += 1,
            Change::Update { user_name: Some(_), .. } => names += 1,
            Change::RemoveMembers { group, members } => {
                *removed.entry(&group.id).or_default() += members.len();
            }
            _ => {}
        }
    }
    let (mut memberships, mut all) = (0, 0);
    let mut found = Vec::new();
    for group in observed.groups.iter().filter(|group| groups.contains(&group.name)) {
        let of = group.members.iter().flatten().filter(|at| is_member(at)).count();
        let removed = removed.get(group.id.as_str()).copied().unwrap_or_default();
        memberships += removed;
        all += of;
        found.extend(limits.group.check_all(Guarded::Group(group.name.clone()), removed, of));
    }
    let mut exceeded: Vec<Exceeded> = Vec::new();
    exceeded.extend(limits.users.check_all(Guarded::Users, users, active.count()));
    exceeded.extend(limits.names.check(Guarded::Names, names, is_ours.iter().filter(|it| **it).count()));
    exceeded.extend(limits.memberships.check_all(Guarded::Memberships, memberships, all));
    exceeded.extend(found);
    exceeded
}
