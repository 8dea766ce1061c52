//! Plans of a synchronization, as text and for JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use claimsmith_lifecycle::sync::{Change, Exceeded, Finding, Guarded, Plan, User, WhyRemoved};
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
    findings: Vec<String>,
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
            findings: plan.findings.iter().map(described).collect(),
            exceeded: &plan.exceeded,
        }
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let row =
            |out: &mut dyn Write, title: &str, text: &str| writeln!(out, "{title:<12} {}", escaped(text));
        row(out, "organization", self.organization)?;
        row(out, "application", &format!("{} at {}", self.application, self.service))?;
        let end = if self.unread.is_empty() { "read to its end" } else { "not read to its end" };
        row(out, "directory", &format!("{} people, {end}", spaced(self.people)))?;
        row(out, "unchanged", &format!("{} people", spaced(self.unchanged)))?;
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
        for finding in &self.findings {
            row(out, "finding", finding)?;
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

fn described(finding: &Finding) -> String {
    match finding {
        Finding::Unread { why } => {
            format!("the directory was not read to its end, so nothing is removed: {}", why.join("; "))
        }
        Finding::NoGroup { name } => {
            format!("the service has no group `{name}`, which people are granted; create it there")
        }
        Finding::SameGroup { name } => format!(
            "the service has several groups `{name}`, so its members stay as they are; rename or remove the others"
        ),
        Finding::MembersUnknown { name } => format!(
            "the service does not say who is in `{name}`, so those who have a user already are neither added nor removed"
        ),
        Finding::Undecided { external_id, why } => format!(
            "what {external_id} is to have is not known ({why}), so nothing about this person changes"
        ),
        Finding::SameExternalId { external_id } => format!(
            "several people, or several users of the service, have the id {external_id}, so nothing about them changes"
        ),
        Finding::SameUserName { external_ids } => format!(
            "these people would have the same name in the service, so none of them is created or renamed: {}",
            external_ids.join(", ")
        ),
        Finding::NameTaken { external_id, id } => format!(
            "the name of {external_id} is that of the user {id} of the service, who is not ours and is not changed"
        ),
    }
}

fn guard(exceeded: &Exceeded) -> String {
    let Exceeded { guarded, removed, of, allowed } = exceeded;
    let what = match guarded {
        Guarded::Users => format!("{} of {of} would be deactivated", counted(*removed, "user")),
        Guarded::Memberships => format!("{} of {of} would be removed", counted(*removed, "membership")),
        Guarded::Group(name) => {
            format!("{} of {of} of `{name}` would be removed", counted(*removed, "membership"))
        }
    };
    format!("{what}, and at most {allowed} may be in one run")
}
