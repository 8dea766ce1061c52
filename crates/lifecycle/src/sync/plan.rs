//! Plans of a synchronization: what was compared, what has to change, and what a person has to decide.

use serde::{Deserialize, Serialize};

use super::desired::{Desired, DesiredUser, Policy, Ungranted};
use super::difference::{Change, Difference, Finding};
use super::guards::{Exceeded, Limits, exceeded};
use super::observed::Observed;
use crate::plan_json::{self, NotRead};

/// The version of the form of a plan.
const VERSION: u32 = 1;

/// What has to change in a service so that the people of an organization have what the mappings give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Plan {
    version: u32,
    /// The program that made the plan.
    pub made_by: String,
    /// The base of the service. A plan is for no other one.
    pub service: String,
    /// The name of the mapping.
    pub organization: String,
    /// The application, by its name in `platform.yaml`.
    pub application: String,
    /// The digest of the compiled mapping, 64 hexadecimal digits.
    pub mapping: String,
    /// What the `externalId` of each user of ours begins with.
    pub prefix: String,
    /// What happens to people without a group.
    pub ungranted: Ungranted,
    /// What was read.
    pub read: Read,
    /// What changes, in this order.
    pub changes: Vec<Change>,
    /// What a person has to decide.
    pub findings: Vec<Finding>,
    /// The guards that the changes break. Such a plan needs a person who releases it.
    pub exceeded: Vec<Exceeded>,
}

/// How much was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Read {
    /// The people of the directory.
    pub people: usize,
    /// Why the directory was not read to its end; empty if it was.
    pub unread: Vec<String>,
    /// The users of the service.
    pub users: usize,
    /// The groups of the application in `platform.yaml`.
    pub groups: usize,
    /// How many people have what they are to have already.
    pub unchanged: usize,
}

/// For what a plan is made.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Subject<'s> {
    /// The program that makes the plan.
    pub made_by: &'s str,
    /// The base of the service.
    pub service: &'s str,
    /// The name of the mapping.
    pub organization: &'s str,
    /// The application.
    pub application: &'s str,
    /// The digest of the compiled mapping.
    pub mapping: &'s str,
}

impl Plan {
    /// The plan of a difference.
    pub fn new(
        subject: Subject<'_>,
        desired: &Desired,
        observed: &Observed,
        policy: &Policy,
        limits: &Limits,
        difference: Difference,
    ) -> Self {
        let exceeded = exceeded(&difference, observed, policy, limits);
        let Difference { changes, findings, .. } = difference;
        let changed = changed_people(&changes);
        let is_unchanged = |it: &&DesiredUser| {
            desired.is_complete() && it.undecided.is_none() && !changed.contains(it.external_id.as_str())
        };
        Self {
            version: VERSION,
            made_by: subject.made_by.to_owned(),
            service: subject.service.to_owned(),
            organization: subject.organization.to_owned(),
            application: subject.application.to_owned(),
            mapping: subject.mapping.to_owned(),
            prefix: policy.prefix.clone(),
            ungranted: policy.ungranted,
            read: Read {
                people: desired.people.len(),
                unread: desired.unread.clone(),
                users: observed.users.len(),
                groups: desired.groups.len(),
                unchanged: desired.people.iter().filter(is_unchanged).count(),
            },
            changes,
            findings,
            exceeded,
        }
    }

    /// The plan as JSON.
    pub fn to_json(&self) -> String {
        plan_json::write(self)
    }

    /// Reads a plan.
    ///
    /// # Errors
    ///
    /// If the text is not a plan of this version.
    pub fn parse(text: &str) -> Result<Self, NotRead> {
        plan_json::read(text, VERSION)
    }
}

/// Our ids of those who are changed.
fn changed_people(changes: &[Change]) -> std::collections::HashSet<&str> {
    let mut changed = std::collections::HashSet::new();
    for change in changes {
        match change {
            Change::Create { external_id, .. } => {
                changed.insert(external_id.as_str());
            }
            Change::Update { user, .. } | Change::Activate { user } | Change::Deactivate { user, .. } => {
                changed.insert(&user.external_id);
            }
            Change::AddMembers { members, .. } => {
                changed.extend(members.iter().map(|it| it.user.external_id.as_str()));
            }
            Change::RemoveMembers { members, .. } => {
                changed.extend(members.iter().map(|(user, _)| user.external_id.as_str()));
            }
        }
    }
    changed
}
