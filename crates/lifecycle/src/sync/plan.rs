//! Plans of a synchronization: what was compared, what has to change, and what a person has to decide.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::desired::{Desired, DesiredUser, Policy, Ungranted};
use super::difference::{Change, Difference, Finding};
use super::guards::{Exceeded, Limits, exceeded};
use super::observed::Observed;
use super::undo::Undo;
use crate::digest::sha256_hex;
use crate::plan_json::{self, NotRead};

/// The version of the form of a plan.
const VERSION: u32 = 1;
/// How long a plan can be carried out, in milliseconds: the directory is not read again.
const LONGEST_AGE: u64 = 86_400_000;
/// How far the clocks of two machines may be apart, in milliseconds.
const MOST_SKEW: u64 = 300_000;

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
    /// When it was made, in milliseconds since 1970.
    pub made_at: u64,
    /// Why it was made.
    pub reason: PlanReason,
    /// What the `externalId` of each user of ours begins with.
    pub prefix: String,
    /// What was read.
    pub read: Read,
    /// What changes, in this order.
    pub changes: Vec<Change>,
    /// What a person has to decide.
    pub findings: Vec<Finding>,
    /// The guards that the changes break. Such a plan needs a person who releases it.
    pub exceeded: Vec<Exceeded>,
}

/// Why a plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "there is no other reason")]
pub enum PlanReason {
    /// The people are to have what a mapping gives.
    Mapping {
        /// The digest of the compiled mapping, 64 hexadecimal digits.
        digest: String,
        /// What happens to people without a group.
        ungranted: Ungranted,
    },
    /// A run is taken back.
    Undo {
        /// The run.
        run: String,
        /// How much of what it changed stays, because it has changed since, or was empty before.
        kept: usize,
    },
}

/// How much was compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Read {
    /// The people of the directory; none if a run is taken back.
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
    /// When, in milliseconds since 1970.
    pub made_at: u64,
    /// The base of the service.
    pub service: &'s str,
    /// The name of the mapping.
    pub organization: &'s str,
    /// The application.
    pub application: &'s str,
    /// The names of the application's groups.
    pub groups: &'s [String],
}

/// Why a plan is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// It is for another service, whose base this is.
    OtherService(String),
    /// It is for another mapping.
    OtherOrganization(String),
    /// The mapping has changed since.
    OtherMapping,
    /// It is older than a day, or from the future.
    Age,
    /// What it calls ours is not what the mapping's users are called.
    OtherPrefix,
}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherService(base) => write!(formatter, "it is for the service {}; plan again", base.escape_debug()),
            Self::OtherOrganization(name) => {
                write!(formatter, "it is for the mapping `{}`; plan again", name.escape_debug())
            }
            Self::OtherMapping => formatter.write_str("the mapping has changed since it was made; plan again"),
            Self::Age => formatter.write_str(
                "it was made more than a day ago, or its time is in the future; check the clock, and plan again",
            ),
            Self::OtherPrefix => formatter.write_str("it was changed by hand; plan again"),
        }
    }
}

impl Plan {
    /// The plan of a difference.
    pub fn new(
        subject: Subject<'_>,
        mapping: &str,
        desired: &Desired,
        observed: &Observed,
        (policy, limits): (&Policy, &Limits),
        difference: Difference,
    ) -> Self {
        let exceeded = exceeded(&difference.changes, observed, &desired.groups, policy, limits);
        let Difference { changes, findings, .. } = difference;
        let changed = changed_people(&changes);
        let is_unchanged = |it: &&DesiredUser| {
            desired.is_complete() && it.undecided.is_none() && !changed.contains(it.external_id.as_str())
        };
        let read = Read {
            people: desired.people.len(),
            unread: desired.unread.clone(),
            users: observed.users.len(),
            groups: desired.groups.len(),
            unchanged: desired.people.iter().filter(is_unchanged).count(),
        };
        let reason = PlanReason::Mapping { digest: mapping.to_owned(), ungranted: policy.ungranted };
        Self { read, findings, exceeded, ..Self::of(subject, reason, policy, changes) }
    }

    /// The plan that takes a run back.
    pub fn undo(
        subject: Subject<'_>,
        run: &str,
        undo: Undo,
        observed: &Observed,
        (policy, limits): (&Policy, &Limits),
    ) -> Self {
        let exceeded = exceeded(&undo.changes, observed, subject.groups, policy, limits);
        let reason = PlanReason::Undo { run: run.to_owned(), kept: undo.kept };
        let read = Read { users: observed.users.len(), groups: subject.groups.len(), ..Read::default() };
        Self { read, exceeded, ..Self::of(subject, reason, policy, undo.changes) }
    }

    fn of(subject: Subject<'_>, reason: PlanReason, policy: &Policy, changes: Vec<Change>) -> Self {
        Self {
            version: VERSION,
            made_by: subject.made_by.to_owned(),
            service: subject.service.to_owned(),
            organization: subject.organization.to_owned(),
            application: subject.application.to_owned(),
            made_at: subject.made_at,
            reason,
            prefix: policy.prefix.clone(),
            read: Read::default(),
            changes,
            findings: Vec::new(),
            exceeded: Vec::new(),
        }
    }

    /// Checks that the plan is for what it would be carried out on. `mapping` is the digest of the mapping as it is now.
    ///
    /// # Errors
    ///
    /// If it is for something else, or too old.
    pub fn check(&self, subject: Subject<'_>, mapping: &str) -> Result<(), Unfit> {
        if self.service != subject.service {
            return Err(Unfit::OtherService(self.service.clone()));
        }
        if self.organization != subject.organization || self.application != subject.application {
            return Err(Unfit::OtherOrganization(self.organization.clone()));
        }
        if self.prefix != Policy::prefix_of(&self.organization) {
            return Err(Unfit::OtherPrefix);
        }
        if matches!(&self.reason, PlanReason::Mapping { digest, .. } if digest != mapping) {
            return Err(Unfit::OtherMapping);
        }
        let latest = self.made_at.saturating_add(LONGEST_AGE);
        if !(self.made_at.saturating_sub(MOST_SKEW)..=latest).contains(&subject.made_at) {
            return Err(Unfit::Age);
        }
        Ok(())
    }

    /// The digest of all that the plan does, 64 hexadecimal digits. When it was made does not count: a schedule makes the
    /// same plan again until a person has released it.
    pub fn digest(&self) -> String {
        sha256_hex(&Self { made_at: 0, ..self.clone() }.to_json())
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
