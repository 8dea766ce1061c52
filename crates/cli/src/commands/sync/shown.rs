//! Plans of a synchronization, as text and for JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use claimsmith_lifecycle::sync::{Change, Exceeded, Finding, Guarded, NO_USER_NAME, Plan, User, WhyRemoved};
use serde::Serialize;

use crate::escape::escaped;
use crate::numbers::{counted, spaced};

/// What a plan changes, and what a person has to decide.
#[derive(Debug, Serialize)]
pub(super) struct PlanSummary<'p> {
    file: &'p str,
    organization: &'p str,
    application: &'p str,
    service: &'p str,
    people: usize,
    unchanged: usize,
    /// Why the directory was not read to its end; nothing is removed then.
    unread: &'p [String],
    users: Users,
    /// By group, those in which something changes.
    memberships: BTreeMap<&'p str, Memberships<'p>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed_people: Vec<String>,
    /// How often each kind of finding is there.
    findings: BTreeMap<&'static str, usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<String>,
    exceeded: &'p [Exceeded],
}

/// How many users change.
#[derive(Debug, Default, Serialize)]
struct Users {
    created: usize,
    updated: usize,
    activated: usize,
    deactivated: usize,
}

/// How many memberships of a group change.
#[derive(Debug, Default, Serialize)]
struct Memberships<'p> {
    added: usize,
    removed: usize,
    /// The rules that grant what is added.
    rules: BTreeSet<&'p str>,
}

impl<'p> PlanSummary<'p> {
    pub(super) fn new(file: &'p str, plan: &'p Plan, shows_people: bool) -> Self {
        let mut users = Users::default();
        let mut memberships: BTreeMap<&str, Memberships<'_>> = BTreeMap::new();
        let mut changed_people = Vec::new();
        for change in &plan.changes {
            match change {
                Change::Create { .. } => users.created += 1,
                Change::Update { .. } => users.updated += 1,
                Change::Activate { .. } => users.activated += 1,
                Change::Deactivate { .. } => users.deactivated += 1,
                Change::AddMembers { group, members } => {
                    let counts = memberships.entry(&group.name).or_default();
                    counts.added += members.len();
                    counts.rules.extend(members.iter().flat_map(|it| &it.rules).map(String::as_str));
                }
                Change::RemoveMembers { group, members } => {
                    memberships.entry(&group.name).or_default().removed += members.len();
                }
            }
            if shows_people {
                changed_people.extend(lines_of(change));
            }
        }
        let mut findings = BTreeMap::new();
        for finding in &plan.findings {
            *findings.entry(kind_of(finding)).or_default() += 1;
        }
        Self {
            file,
            organization: &plan.organization,
            application: &plan.application,
            service: &plan.service,
            people: plan.read.people,
            unchanged: plan.read.unchanged,
            unread: &plan.read.unread,
            users,
            memberships,
            changed_people,
            findings,
            details: plan
                .findings
                .iter()
                .filter(|it| shows_people || !names_people(it))
                .map(described)
                .collect(),
            exceeded: &plan.exceeded,
        }
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let row =
            |out: &mut dyn Write, title: &str, text: &str| writeln!(out, "{title:<12} {}", escaped(text));
        row(out, "organization", self.organization)?;
        row(out, "application", &format!("{} at {}", self.application, self.service))?;
        let end = if self.unread.is_empty() { "read to its end" } else { "not read to its end" };
        let people =
            |count| if count == 1 { "1 person".to_owned() } else { format!("{} people", spaced(count)) };
        row(out, "directory", &format!("{}, {end}", people(self.people)))?;
        row(out, "unchanged", &people(self.unchanged))?;
        let Users { created, updated, activated, deactivated } = self.users;
        row(
            out,
            "users",
            &format!(
                "{created} created, {updated} updated, {activated} activated, {deactivated} deactivated"
            ),
        )?;
        for (group, Memberships { added, removed, rules }) in &self.memberships {
            let by = rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
            let by = if by.is_empty() { String::new() } else { format!(", by {by}") };
            row(out, "group", &format!("`{group}`: {added} added{by}; {removed} removed"))?;
        }
        for line in &self.changed_people {
            row(out, "person", line)?;
        }
        for (kind, count) in &self.findings {
            row(out, "finding", &format!("{kind}: {count}"))?;
        }
        for detail in &self.details {
            row(out, "", detail)?;
        }
        for exceeded in self.exceeded {
            row(out, "guard", &guard(exceeded))?;
        }
        writeln!(out, "\n{}: written; nothing was changed", escaped(self.file))
    }
}

fn person(user: &User) -> &str {
    &user.external_id
}

fn why(removed: WhyRemoved) -> &'static str {
    match removed {
        WhyRemoved::Left => "the directory has no such person",
        WhyRemoved::Disabled => "the directory does not let the person log in",
        WhyRemoved::NotGranted => "no rule grants it",
    }
}

/// A change, a line for each person.
fn lines_of(change: &Change) -> Vec<String> {
    match change {
        Change::Create { external_id, user_name, .. } => {
            vec![format!("{external_id}: created as {user_name}")]
        }
        Change::Update { user, user_name, attributes } => {
            let names: Vec<&str> =
                user_name.iter().map(|_| "userName").chain(attributes.keys().map(|key| key.name())).collect();
            vec![format!("{}: updated: {}", person(user), names.join(", "))]
        }
        Change::Activate { user } => vec![format!("{}: activated", person(user))],
        Change::Deactivate { user, why: reason } => {
            vec![format!("{}: deactivated: {}", person(user), why(*reason))]
        }
        Change::AddMembers { group, members } => {
            let line = |member: &claimsmith_lifecycle::sync::Member| {
                format!("{}: added to `{}` by {}", person(&member.user), group.name, member.rules.join(", "))
            };
            members.iter().map(line).collect()
        }
        Change::RemoveMembers { group, members } => {
            let line = |(user, reason): &(User, WhyRemoved)| {
                format!("{}: removed from `{}`: {}", person(user), group.name, why(*reason))
            };
            members.iter().map(line).collect()
        }
    }
}

/// A finding, as `findings` of the JSON and `claimsmith help provisioning` call it.
fn kind_of(finding: &Finding) -> &'static str {
    match finding {
        Finding::Unread { .. } => "unread",
        Finding::NoGroup { .. } => "no-group",
        Finding::SameGroup { .. } => "same-group",
        Finding::MembersUnknown { .. } => "members-unknown",
        Finding::Undecided { .. } => "undecided",
        Finding::SameExternalId { .. } => "same-external-id",
        Finding::SameUserName { .. } => "same-user-name",
        Finding::NameTaken { .. } => "name-taken",
    }
}

/// Whether what is said about a finding has the id of a person.
fn names_people(finding: &Finding) -> bool {
    match finding {
        Finding::Unread { .. }
        | Finding::NoGroup { .. }
        | Finding::SameGroup { .. }
        | Finding::MembersUnknown { .. } => false,
        Finding::Undecided { .. }
        | Finding::SameExternalId { .. }
        | Finding::SameUserName { .. }
        | Finding::NameTaken { .. } => true,
    }
}

fn described(finding: &Finding) -> String {
    match finding {
        Finding::Unread { why } => {
            format!("the directory was not read to its end, so nothing changes: {}", why.join("; "))
        }
        Finding::NoGroup { name } => format!(
            "the service has no group `{name}`, which people are granted; create it there, or give an existing one exactly this name"
        ),
        Finding::SameGroup { name } => format!(
            "the service has several groups `{name}`, so its members stay as they are; rename or remove the others"
        ),
        Finding::MembersUnknown { name } => format!(
            "the service does not say who is in `{name}`, so all its members are added again, and none is removed"
        ),
        Finding::Undecided { external_id, why } if why == NO_USER_NAME => format!(
            "the directory has no name for {external_id}, so nothing about this person changes; `user: {{ user-name: … }}` of `directory` says which attribute has it, by default `mail`"
        ),
        Finding::Undecided { external_id, why } => format!(
            "what {external_id} is to have is not known, so nothing about this person changes; `claimsmith help {why}` says why"
        ),
        Finding::SameExternalId { external_id } => format!(
            "several people, or several users of the service, have the id {external_id}, so nothing about them changes"
        ),
        Finding::SameUserName { external_ids } => format!(
            "these people would have the same name in the service, so none of them is created or renamed: {}",
            external_ids.join(", ")
        ),
        Finding::NameTaken { external_id, id, is_ours: true } => format!(
            "the name of {external_id} is that of the user {id} of somebody else of the directory, or of someone who has left; rename or delete that user in the service"
        ),
        Finding::NameTaken { external_id, id, is_ours: false } => format!(
            "the name of {external_id} is that of the user {id} of the service, whom this command did not make and does not change"
        ),
    }
}

fn guard(exceeded: &Exceeded) -> String {
    let Exceeded { guarded, removed, of, allowed } = exceeded;
    let what = match guarded {
        Guarded::Users => format!("{} of {of} would be deactivated", counted(*removed, "user")),
        Guarded::Names => format!("{} of {of} would be renamed", counted(*removed, "user")),
        Guarded::Memberships => format!("{} of {of} would be removed", counted(*removed, "membership")),
        Guarded::Group(name) => {
            format!("{} of {of} of `{name}` would be removed", counted(*removed, "membership"))
        }
    };
    format!("{what}, and at most {allowed} may be in one run")
}
