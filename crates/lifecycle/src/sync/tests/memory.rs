//! A service in memory.

use std::collections::{BTreeMap, BTreeSet};

use super::super::*;

/// What goes wrong in a service.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Faults {
    /// After this many requests, the process ends.
    pub(super) ends_after: Option<usize>,
    /// Whether the last request takes effect nevertheless.
    pub(super) loses_answer: bool,
    /// How many members a request may name.
    pub(super) most_members: Option<usize>,
}

/// A service with the same ids as what it was made of.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    pub(super) users: Vec<ObservedUser>,
    groups: Vec<(String, String)>,
    members: BTreeMap<String, BTreeSet<String>>,
    pub(super) faults: Faults,
    pub(super) requests: usize,
}

impl Memory {
    pub(super) fn of(service: &Observed) -> Self {
        let ids = |group: &ObservedGroup| {
            group.members.iter().flatten().map(|at| service.users[*at as usize].id.clone()).collect()
        };
        Self {
            users: service.users.clone(),
            groups: service.groups.iter().map(|it| (it.id.clone(), it.name.clone())).collect(),
            members: service.groups.iter().map(|group| (group.id.clone(), ids(group))).collect(),
            faults: Faults::default(),
            requests: 0,
        }
    }

    pub(super) fn observed(&self) -> Observed {
        Observed::new(
            self.users.clone(),
            self.groups.iter().map(|(id, name)| {
                let ids = self.members[id].iter().map(String::as_str);
                (id.clone(), name.clone(), Some(ids))
            }),
        )
    }

    /// Carries out changes; also returns the changes that began.
    pub(super) fn run(&mut self, changes: &[Change]) -> (Outcome, Vec<Change>) {
        let mut begun = Vec::new();
        let observed = self.observed();
        let outcome = carry_out(changes, &observed, self, &mut |step| {
            if step.phase == crate::journal::Phase::Begun {
                begun.push(step.change.clone());
            }
            Ok(())
        });
        (outcome, begun)
    }

    fn request(&mut self, effect: impl FnOnce(&mut Self) -> Result<(), Failure>) -> Result<(), Failure> {
        let over =
            || Failure { text: "the process ended".to_owned(), extent: Extent::Run, is_uncertain: true };
        self.requests += 1;
        if self.faults.ends_after.is_some_and(|most| self.requests > most) {
            return Err(over());
        }
        let is_last = self.faults.ends_after == Some(self.requests);
        if is_last && !self.faults.loses_answer {
            return Err(over());
        }
        effect(self)?;
        if is_last { Err(over()) } else { Ok(()) }
    }

    fn user(&mut self, id: &str) -> Result<&mut ObservedUser, Failure> {
        let missing = || Failure { text: "404".to_owned(), extent: Extent::Step, is_uncertain: false };
        self.users.iter_mut().find(|user| user.id == id).ok_or_else(missing)
    }

    fn check_size(&self, users: &[&str]) -> Result<(), Failure> {
        assert!(!users.is_empty(), "a request names somebody");
        match self.faults.most_members {
            Some(most) if users.len() > most => {
                Err(Failure { text: "413".to_owned(), extent: Extent::Size, is_uncertain: false })
            }
            _ => Ok(()),
        }
    }
}

impl Service for Memory {
    fn create_user(&mut self, user: NewUser<'_>) -> Result<String, Failure> {
        let id = format!("new-{}", user.external_id);
        if self.users.iter().any(|it| it.id == id) {
            return Ok(id);
        }
        self.request(|service| {
            if service.users.iter().any(|it| folded(&it.user_name) == folded(user.user_name)) {
                return Err(Failure { text: "409".to_owned(), extent: Extent::Step, is_uncertain: false });
            }
            service.users.push(ObservedUser {
                id: id.clone(),
                external_id: Some(user.external_id.to_owned()),
                user_name: user.user_name.to_owned(),
                attributes: user.attributes.clone(),
                is_active: true,
            });
            Ok(())
        })?;
        Ok(id)
    }

    fn update_user(
        &mut self,
        id: &str,
        user_name: Option<&str>,
        attributes: &Attributes,
    ) -> Result<(), Failure> {
        self.request(|service| {
            let user = service.user(id)?;
            user.attributes.extend(attributes.clone());
            if let Some(name) = user_name {
                name.clone_into(&mut user.user_name);
            }
            Ok(())
        })
    }

    fn set_active(&mut self, id: &str, is_active: bool) -> Result<(), Failure> {
        self.request(|service| {
            service.user(id)?.is_active = is_active;
            Ok(())
        })
    }

    fn add_members(&mut self, group: &str, users: &[&str]) -> Result<(), Failure> {
        self.check_size(users)?;
        self.request(|service| {
            let members = service.members.get_mut(group).expect("a group");
            members.extend(users.iter().map(|it| (*it).to_owned()));
            Ok(())
        })
    }

    fn remove_members(&mut self, group: &str, users: &[&str]) -> Result<(), Failure> {
        self.check_size(users)?;
        self.request(|service| {
            let members = service.members.get_mut(group).expect("a group");
            members.retain(|id| !users.contains(&id.as_str()));
            Ok(())
        })
    }
}
