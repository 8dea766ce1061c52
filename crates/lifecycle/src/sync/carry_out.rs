//! Carries out changes, step by step, with a record before and after each.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::mem::{Discriminant, discriminant};

use super::desired::Attributes;
use super::difference::{Change, Group, Member, User};
use super::observed::Observed;
use crate::journal::Phase;

/// How many members a request names at first. AWS IAM Identity Center takes no more.
const BATCH: usize = 100;
/// How many steps of a kind may fail one after another before the other ones of this kind are left out.
const MOST_FAILURES: usize = 10;

/// A user that is to be created.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct NewUser<'u> {
    /// Our id.
    pub external_id: &'u str,
    /// The name of the user.
    pub user_name: &'u str,
    /// What else is written.
    pub attributes: &'u Attributes,
}

/// What is written through.
pub trait Service {
    /// Creates a user, active, or finds the one that an earlier request has created, and returns the service's id.
    ///
    /// # Errors
    ///
    /// If it is not known to be there, or another user has its name.
    fn create_user(&mut self, user: NewUser<'_>) -> Result<String, Failure>;

    /// Writes attributes of a user.
    ///
    /// # Errors
    ///
    /// If they are not known to be written.
    fn update_user(
        &mut self,
        id: &str,
        user_name: Option<&str>,
        attributes: &Attributes,
    ) -> Result<(), Failure>;

    /// Lets a user log in, or not.
    ///
    /// # Errors
    ///
    /// If it is not known to be written.
    fn set_active(&mut self, id: &str, is_active: bool) -> Result<(), Failure>;

    /// Adds members to a group.
    ///
    /// # Errors
    ///
    /// If they are not known to be in it.
    fn add_members(&mut self, group: &str, users: &[&str]) -> Result<(), Failure>;

    /// Removes members from a group, and no other ones.
    ///
    /// # Errors
    ///
    /// If they are not known to be removed.
    fn remove_members(&mut self, group: &str, users: &[&str]) -> Result<(), Failure>;
}

/// Why something was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Failure {
    /// For people, without anything private.
    pub text: String,
    /// What it says about the other steps.
    pub extent: Extent,
    /// Whether the request may have taken effect nevertheless.
    pub is_uncertain: bool,
}

/// What a failure says about other steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other extent")]
pub enum Extent {
    /// The request may have been too large.
    Size,
    /// It is about this step alone.
    Step,
    /// No other step would fare better: the credentials are refused, or there is no time left.
    Run,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// A step: a change, or a part of one that fits into a request.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Step<'s> {
    /// The change.
    pub change: &'s Change,
    /// How far it is.
    pub phase: Phase,
    /// What went wrong.
    pub error: Option<&'s str>,
    /// Whether a step that failed may have taken effect nevertheless.
    pub is_uncertain: bool,
    /// The service's id of a user that was created.
    pub id: Option<&'s str>,
}

/// Receives each step when it begins and when it ends.
///
/// # Errors
///
/// Text for people; then nothing more is done.
pub type Recorder<'r> = &'r mut dyn FnMut(Step<'_>) -> Result<(), String>;

/// What became of changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// The steps that the service accepted. That is not yet the proof that they took effect.
    pub accepted: Vec<Change>,
    /// The steps that it did not, and why.
    pub failed: Vec<(Change, String)>,
    /// The steps that were left out because an earlier one failed.
    pub left_out: Vec<Change>,
    /// Why nothing more was tried; `None` if everything was.
    pub stopped: Option<String>,
}

impl Outcome {
    /// Whether all steps were accepted.
    pub fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.left_out.is_empty() && self.stopped.is_none()
    }
}

/// Carries out changes in their order.
///
/// A user who could not be created is added to no group, and no one is removed from a group that refused to add others.
/// After ten failures of a kind in a row, the other steps of this kind are left out; those of other kinds are not, unless
/// the run stops.
pub fn carry_out(
    changes: &[Change],
    observed: &Observed,
    service: &mut dyn Service,
    recorder: Recorder<'_>,
) -> Outcome {
    let ids = observed.users.iter().filter_map(|user| Some((user.external_id.clone()?, user.id.clone())));
    let mut run = Run {
        service,
        recorder,
        ids: ids.collect(),
        incomplete_groups: HashSet::new(),
        kind: None,
        failures: 0,
        outcome: Outcome::default(),
    };
    for change in changes {
        if run.leaves_out(change) {
            run.outcome.left_out.push(change.clone());
        } else {
            run.change(change);
        }
    }
    run.outcome
}

struct Run<'r> {
    service: &'r mut dyn Service,
    recorder: Recorder<'r>,
    /// The service's ids of users, by ours.
    ids: HashMap<String, String>,
    /// The ids of groups that refused to add someone.
    incomplete_groups: HashSet<String>,
    /// The kind of the change that is made.
    kind: Option<Discriminant<Change>>,
    /// How many steps of this kind have failed one after another.
    failures: usize,
    outcome: Outcome,
}

impl Run<'_> {
    /// Whether a change is not tried.
    fn leaves_out(&mut self, change: &Change) -> bool {
        let kind = Some(discriminant(change));
        if self.kind != kind {
            (self.kind, self.failures) = (kind, 0);
        }
        self.has_to_stop()
    }

    fn has_to_stop(&self) -> bool {
        self.outcome.stopped.is_some() || self.failures >= MOST_FAILURES
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Create { external_id, user_name, attributes } => {
                let user = NewUser { external_id, user_name, attributes };
                let taken = self.step(change, |service| service.create_user(user).map(Some));
                self.conclude(change, taken);
            }
            Change::Update { user, user_name, attributes } => {
                let name = user_name.as_ref().map(|it| it.to.as_str());
                let attributes = attributes.iter().map(|(key, value)| (*key, value.to.clone())).collect();
                self.of_user(change, user, |service, id| service.update_user(id, name, &attributes));
            }
            Change::Activate { user } => {
                self.of_user(change, user, |service, id| service.set_active(id, true));
            }
            Change::Deactivate { user, .. } => {
                self.of_user(change, user, |service, id| service.set_active(id, false));
            }
            Change::AddMembers { group, members } => self.add(group, members),
            Change::RemoveMembers { group, .. } if self.incomplete_groups.contains(&group.id) => {
                self.outcome.left_out.push(change.clone());
            }
            Change::RemoveMembers { group, members } => {
                self.in_batches(members, |members| Change::RemoveMembers { group: group.clone(), members });
            }
        }
    }

    fn of_user(
        &mut self,
        change: &Change,
        user: &User,
        take: impl FnOnce(&mut dyn Service, &str) -> Result<(), Failure>,
    ) {
        let Some(id) = self.id_of(user) else {
            self.outcome.left_out.push(change.clone());
            return;
        };
        let taken = self.step(change, |service| take(service, &id).map(|()| None));
        self.conclude(change, taken);
    }

    fn id_of(&self, user: &User) -> Option<String> {
        user.id.clone().or_else(|| self.ids.get(&user.external_id).cloned())
    }

    /// Adds members, without those who could not be created.
    fn add(&mut self, group: &Group, members: &[Member]) {
        let add = |members| Change::AddMembers { group: group.clone(), members };
        let (known, unknown): (Vec<_>, Vec<_>) =
            members.iter().cloned().partition(|member| self.id_of(&member.user).is_some());
        if !self.in_batches(&known, add) {
            self.incomplete_groups.insert(group.id.clone());
        }
        if !unknown.is_empty() {
            self.outcome.left_out.push(add(unknown));
        }
    }

    /// Takes a step for each batch of members, in halves if a request is too large. Returns whether all were accepted.
    fn in_batches<M: Clone>(&mut self, members: &[M], change: impl Fn(Vec<M>) -> Change) -> bool {
        let mut is_whole = true;
        let mut size = BATCH;
        let mut rest = members;
        while !rest.is_empty() && !self.has_to_stop() {
            let (batch, after) = rest.split_at(size.min(rest.len()));
            let step = change(batch.to_vec());
            match self.members(&step) {
                Err(failure) if failure.extent == Extent::Size && batch.len() > 1 => {
                    size = batch.len().div_ceil(2);
                    continue;
                }
                taken => is_whole &= self.conclude(&step, taken),
            }
            rest = after;
        }
        if !rest.is_empty() {
            self.outcome.left_out.push(change(rest.to_vec()));
        }
        is_whole && rest.is_empty()
    }

    fn members(&mut self, step: &Change) -> Result<(), Failure> {
        let ids = |users: &mut dyn Iterator<Item = &User>| -> Vec<String> {
            users.filter_map(|user| self.id_of(user)).collect()
        };
        match step {
            Change::AddMembers { group, members } => {
                let ids = ids(&mut members.iter().map(|member| &member.user));
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                self.step(step, |service| service.add_members(&group.id, &ids).map(|()| None))
            }
            Change::RemoveMembers { group, members } => {
                let ids = ids(&mut members.iter().map(|(user, _)| user));
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                self.step(step, |service| service.remove_members(&group.id, &ids).map(|()| None))
            }
            _ => Ok(()),
        }
    }

    /// Takes a step between its two records. `take` returns the id of a user that was created.
    fn step(
        &mut self,
        change: &Change,
        take: impl FnOnce(&mut dyn Service) -> Result<Option<String>, Failure>,
    ) -> Result<(), Failure> {
        let begun = Step { change, phase: Phase::Begun, error: None, is_uncertain: false, id: None };
        (self.recorder)(begun).map_err(unwritten)?;
        match take(self.service) {
            Ok(id) => {
                let written = (self.recorder)(Step { phase: Phase::Done, id: id.as_deref(), ..begun });
                if let (Some(id), Change::Create { external_id, .. }) = (id, change) {
                    self.ids.insert(external_id.clone(), id);
                }
                if let Err(why) = written {
                    self.outcome.stopped = Some(unwritten(why).text);
                }
                Ok(())
            }
            Err(failure) => {
                // The failure of the step counts more than one of the record.
                let (error, is_uncertain) = (Some(failure.text.as_str()), failure.is_uncertain);
                let _ = (self.recorder)(Step { phase: Phase::Failed, error, is_uncertain, ..begun });
                Err(failure)
            }
        }
    }

    /// Keeps what became of a step; returns whether it was accepted.
    fn conclude(&mut self, change: &Change, taken: Result<(), Failure>) -> bool {
        let Err(failure) = taken else {
            self.failures = 0;
            self.outcome.accepted.push(change.clone());
            return true;
        };
        self.failures += 1;
        if failure.extent == Extent::Run {
            self.outcome.stopped = Some(failure.text.clone());
        }
        self.outcome.failed.push((change.clone(), failure.text));
        false
    }
}

fn unwritten(why: String) -> Failure {
    let text = format!("the journal cannot be written, so nothing more was done: {why}");
    Failure { text, extent: Extent::Run, is_uncertain: false }
}
