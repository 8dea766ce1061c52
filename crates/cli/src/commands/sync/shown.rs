//! Plans of a synchronization, as text and for JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};

use claimsmith_lifecycle::sync::{
    Change, Exceeded, Finding, Guarded, NO_USER_NAME, Outcome, Plan, PlanReason, Stale, User, WhyRemoved,
    WhyStale,
};
use serde::Serialize;

use crate::escape::escaped;
use crate::numbers::{counted, spaced};

/// How many digits of a plan's digest release it.
pub(super) const RELEASE_DIGITS: usize = 8;

/// How many failures are listed.
const MOST_LISTED: usize = 20;

/// What a plan changes, and what a person has to decide.
#[derive(Debug, Serialize)]
pub(super) struct PlanSummary<'p> {
    file: &'p str,
    /// What `--release` needs.
    digest: &'p str,
    organization: &'p str,
    application: &'p str,
    service: &'p str,
    /// The run that is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes: Option<&'p str>,
    /// How much of what that run changed stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<usize>,
    people: usize,
    unchanged: usize,
    /// Why the directory was not read to its end; nothing changes then.
    unread: &'p [String],
    changes: Counts,
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

/// How many users and memberships change.
#[derive(Debug, Default, Serialize)]
pub(super) struct Counts {
    created: usize,
    updated: usize,
    activated: usize,
    deactivated: usize,
    /// Memberships.
    added: usize,
    /// Memberships.
    removed: usize,
}

impl Counts {
    fn of<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Self {
        let mut counts = Self::default();
        changes.into_iter().for_each(|change| counts.add(change));
        counts
    }

    pub(super) fn add(&mut self, change: &Change) {
        match change {
            Change::Create { .. } => self.created += 1,
            Change::Update { .. } => self.updated += 1,
            Change::Activate { .. } => self.activated += 1,
            Change::Deactivate { .. } => self.deactivated += 1,
            Change::AddMembers { members, .. } => self.added += members.len(),
            Change::RemoveMembers { members, .. } => self.removed += members.len(),
        }
    }

    /// Of users alone.
    fn users(&self) -> String {
        let Self { created, updated, activated, deactivated, .. } = self;
        format!("{created} created, {updated} updated, {activated} activated, {deactivated} deactivated")
    }

    /// Each kind by its name.
    pub(super) fn kinds(&self) -> [(&'static str, usize); 6] {
        [
            ("users_created", self.created),
            ("users_updated", self.updated),
            ("users_activated", self.activated),
            ("users_deactivated", self.deactivated),
            ("memberships_added", self.added),
            ("memberships_removed", self.removed),
        ]
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { added, removed, .. } = self;
        write!(formatter, "users: {}; memberships: {added} added, {removed} removed", self.users())
    }
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
    /// The summary of a plan in a file whose text has a digest.
    pub(super) fn new((file, digest): (&'p str, &'p str), plan: &'p Plan, shows_people: bool) -> Self {
        let mut memberships: BTreeMap<&str, Memberships<'_>> = BTreeMap::new();
        for change in &plan.changes {
            match change {
                Change::AddMembers { group, members } => {
                    let counts = memberships.entry(&group.name).or_default();
                    counts.added += members.len();
                    counts.rules.extend(members.iter().flat_map(|it| &it.rules).map(String::as_str));
                }
                Change::RemoveMembers { group, members } => {
                    memberships.entry(&group.name).or_default().removed += members.len();
                }
                _ => {}
            }
        }
        let shown = plan.changes.iter().filter(|_| shows_people);
        let changed_people = shown.flat_map(lines_of).collect();
        let (undoes, kept) = match &plan.reason {
            PlanReason::Undo { run, kept } => (Some(run.as_str()), Some(*kept)),
            PlanReason::Mapping { .. } => (None, None),
        };
        Self {
            file,
            digest: digest.get(..RELEASE_DIGITS).unwrap_or(digest),
            organization: &plan.organization,
            application: &plan.application,
            service: &plan.service,
            undoes,
            kept,
            people: plan.read.people,
            unchanged: plan.read.unchanged,
            unread: &plan.read.unread,
            changes: Counts::of(&plan.changes),
            memberships,
            changed_people,
            findings: findings_of(plan),
            details: details_of(plan, shows_people),
            exceeded: &plan.exceeded,
        }
    }

    /// Writes it, with what was done with the plan at the end.
    pub(super) fn write(&self, done: &str, out: &mut impl Write) -> io::Result<()> {
        row(out, "organization", self.organization)?;
        row(out, "application", &format!("{} at {}", self.application, self.service))?;
        let people =
            |count| if count == 1 { "1 person".to_owned() } else { format!("{} people", spaced(count)) };
        if let Some(run) = self.undoes {
            row(out, "takes back", run)?;
            let kept = self.kept.unwrap_or_default();
            if kept > 0 {
                row(
                    out,
                    "stays",
                    &format!("{} that changed since or had none before", counted(kept, "value")),
                )?;
            }
        } else {
            let end = if self.unread.is_empty() { "read to its end" } else { "not read to its end" };
            row(out, "directory", &format!("{}, {end}", people(self.people)))?;
            row(out, "unchanged", &people(self.unchanged))?;
        }
        row(out, "users", &self.changes.users())?;
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
        if !self.exceeded.is_empty() {
            let text = "look at the people with `--show-people`; then `claimsmith sync apply";
            let command = format!("{text} {} --release {}`", self.file, self.digest);
            row(
                out,
                "release",
                &format!("{command}, with the other options of this command, carries it out"),
            )?;
        }
        writeln!(out, "\n{}: {done}", escaped(self.file))
    }
}

fn row(out: &mut impl Write, title: &str, text: &str) -> io::Result<()> {
    writeln!(out, "{title:<12} {}", escaped(text))
}

/// How often each kind of finding is there.
fn findings_of(plan: &Plan) -> BTreeMap<&'static str, usize> {
    let mut findings = BTreeMap::new();
    for finding in &plan.findings {
        *findings.entry(kind_of(finding)).or_default() += 1;
    }
    findings
}

/// What is said about the findings, without those that name people unless they are to be shown.
fn details_of(plan: &Plan, shows_people: bool) -> Vec<String> {
    plan.findings.iter().filter(|it| shows_people || !names_people(it)).map(described).collect()
}

/// What became of a plan.
#[derive(Debug, Serialize)]
pub(super) struct RunSummary<'r> {
    run: &'r str,
    organization: &'r str,
    application: &'r str,
    service: &'r str,
    /// What the service accepted.
    changes: Counts,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed_people: Vec<String>,
    /// How many steps failed.
    failed: usize,
    /// How many were left out because of that.
    left_out: usize,
    /// How many were accepted, and did not take effect.
    not_effective: usize,
    /// How many memberships were lost that no step removed.
    lost: usize,
    /// Each of them, as far as they are listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
    stopped: Option<&'r str>,
    findings: BTreeMap<&'static str, usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<String>,
}

impl<'r> RunSummary<'r> {
    pub(super) fn new(
        run: &'r str,
        plan: &'r Plan,
        outcome: &'r Outcome,
        (not_effective, lost): (&[Change], usize),
        shows_people: bool,
    ) -> Self {
        let mut problems = Vec::new();
        if shows_people {
            let failed = outcome.failed.iter();
            let failed = failed.flat_map(|(change, why)| {
                lines_of(change).into_iter().map(move |it| format!("failed: {it}: {why}"))
            });
            let left = outcome.left_out.iter().flat_map(lines_of).map(|it| format!("left out: {it}"));
            let without = not_effective.iter().flat_map(lines_of).map(|it| format!("not effective: {it}"));
            problems = failed.chain(left).chain(without).take(MOST_LISTED).collect();
        } else {
            let texts: BTreeSet<&str> = outcome.failed.iter().map(|(_, why)| why.as_str()).collect();
            problems.extend(texts.into_iter().take(MOST_LISTED).map(|why| format!("failed: {why}")));
        }
        let shown = outcome.accepted.iter().filter(|_| shows_people);
        Self {
            run,
            organization: &plan.organization,
            application: &plan.application,
            service: &plan.service,
            changes: Counts::of(&outcome.accepted),
            changed_people: shown.flat_map(lines_of).collect(),
            failed: outcome.failed.len(),
            left_out: outcome.left_out.len(),
            not_effective: not_effective.len(),
            lost,
            problems,
            stopped: outcome.stopped.as_deref(),
            findings: findings_of(plan),
            details: details_of(plan, shows_people),
        }
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        row(out, "run", self.run)?;
        row(out, "organization", self.organization)?;
        row(out, "application", &format!("{} at {}", self.application, self.service))?;
        row(out, "users", &self.changes.users())?;
        let Counts { added, removed, .. } = self.changes;
        row(out, "memberships", &format!("{added} added, {removed} removed"))?;
        for line in &self.changed_people {
            row(out, "person", line)?;
        }
        if self.failed + self.left_out + self.not_effective > 0 {
            let Self { failed, left_out, not_effective, .. } = self;
            row(
                out,
                "steps",
                &format!(
                    "{failed} failed, {left_out} left out because of that, {not_effective} accepted without effect"
                ),
            )?;
        }
        for problem in &self.problems {
            row(out, "", problem)?;
        }
        if self.lost > 0 {
            let text = "disappeared that no step removes: somebody else did, or the service removes more than it is asked to";
            row(
                out,
                "lost",
                &format!("{} {text}; `claimsmith sync probe` says which", counted(self.lost, "membership")),
            )?;
        }
        if let Some(why) = self.stopped {
            row(out, "stopped", why)?;
        }
        for (kind, count) in &self.findings {
            row(out, "finding", &format!("{kind}: {count}"))?;
        }
        self.details.iter().try_for_each(|detail| row(out, "", detail))
    }
}

/// Why a change does not fit.
pub(super) fn stale_line(Stale { of, why }: &Stale) -> String {
    let why = match why {
        WhyStale::NoUser => "the service has no such user of ours",
        WhyStale::OtherUser => "the service has another user with the id or with the name",
        WhyStale::OtherValue => "the value that would be replaced is another one now",
        WhyStale::NoGroup => "the service has no such group, or another one of this name",
        WhyStale::MembersUnknown => "the service does not say who is in the group",
        WhyStale::Repeated => "the plan creates it twice",
    };
    format!("{of}: {why}")
}

fn person(user: &User) -> &str {
    &user.external_id
}

fn why(removed: WhyRemoved) -> &'static str {
    match removed {
        WhyRemoved::Left => "the directory has no such person",
        WhyRemoved::Disabled => "the directory does not let the person log in",
        WhyRemoved::NotGranted => "no rule grants it",
        WhyRemoved::Undone => "the run that gave it is taken back",
    }
}

/// A change, a line for each person.
pub(super) fn lines_of(change: &Change) -> Vec<String> {
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
                let by = if member.rules.is_empty() {
                    String::new()
                } else {
                    format!(" by {}", member.rules.join(", "))
                };
                format!("{}: added to `{}`{by}", person(&member.user), group.name)
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
            "the directory has no name for {external_id}, so nothing about this person changes; `user: {{ user-name: … }}` of `directory` says which attribute has it, by default `mail`, and of Active Directory `userPrincipalName`"
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

pub(super) fn guard(exceeded: &Exceeded) -> String {
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
