//! What people hold in an application: in Qlik Cloud, or in a service of SCIM.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use claimsmith_connectors::Error;
use claimsmith_connectors::qlik::Qlik;
use claimsmith_connectors::scim::{Group, Scim, User};

/// The users of an application.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// How many there are.
    pub(super) users: usize,
    /// The groups of each, by the subject in Auth0 if one of the people has it; `None` if they are not known.
    pub(super) groups: BTreeMap<String, Option<BTreeSet<String>>>,
    /// Those who cannot log in there.
    pub(super) inactive: BTreeSet<String>,
    /// How many groups the application has that are not in `platform.yaml`; they are not compared.
    pub(super) other_groups: usize,
    /// The groups of the application of which it is not known who holds them, each with the reason.
    pub(super) uncompared: BTreeMap<String, &'static str>,
}

/// Why it is not known who holds a group: the service has none of its name.
pub(super) const MISSING: &str = "missing-group";
/// Why it is not known who holds a group: the service does not say who its members are.
pub(super) const WITHOUT_MEMBERS: &str = "group-without-members";

/// Who is who: the subjects of the people that were read, and their e-mail addresses in lowercase.
#[derive(Debug, Default)]
pub(super) struct Known<'k> {
    pub(super) subjects: BTreeSet<&'k str>,
    /// The subjects that have an address.
    pub(super) emails: BTreeMap<String, BTreeSet<String>>,
}

/// The users of Qlik Cloud, with their groups of the identity provider.
pub(super) fn in_qlik(qlik: &Qlik, known: &Known<'_>) -> Result<Held, Error> {
    let mut held = Held::default();
    for page in qlik.users(None) {
        for user in page? {
            let groups = user.provider_groups().map(|names| names.map(str::to_owned).collect());
            held.groups.insert(without_realm(&user.subject, known).to_owned(), groups);
        }
    }
    held.users = held.groups.len();
    Ok(held)
}

/// The subject of a user in Auth0: Qlik Cloud may put the realm of the identity provider before it.
fn without_realm<'s>(subject: &'s str, known: &Known<'_>) -> &'s str {
    match subject.split_once('\\') {
        Some((_, bare)) if !known.subjects.contains(subject) => bare,
        _ => subject,
    }
}

/// The users of a service of SCIM, with those of their groups that the application has in `platform.yaml`.
pub(super) fn in_scim(scim: &Scim, names: &BTreeSet<String>, known: &Known<'_>) -> anyhow::Result<Held> {
    let users = scim.users().map_err(|error| {
        let is_wrong_base = error.status() == Some(404);
        let error = anyhow::Error::from(error);
        match is_wrong_base {
            true => error.context("there are no users below the address; `SCIM_URL` has to be the base of the service, such as `https://catalog.example.com/scim/v2`"),
            false => error,
        }
    })?;
    let all = scim.groups()?;
    let (own, others): (Vec<Group>, Vec<Group>) =
        all.into_iter().partition(|group| names.contains(&group.display_name));
    let ids: BTreeSet<String> = own.iter().chain(&others).map(|group| group.id.clone()).collect();
    let mut groups_of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let there: BTreeSet<&String> = own.iter().map(|group| &group.display_name).collect();
    let mut uncompared: BTreeMap<String, &'static str> =
        names.iter().filter(|name| !there.contains(name)).map(|name| (name.clone(), MISSING)).collect();
    for group in &own {
        let Some(members) = members(scim, group, &ids)? else {
            uncompared.insert(group.display_name.clone(), WITHOUT_MEMBERS);
            continue;
        };
        for member in members {
            groups_of.entry(member).or_default().insert(group.display_name.clone());
        }
    }
    // Some services never say who is in a group; everyone would seem to have lost theirs.
    if groups_of.is_empty() && !own.is_empty() && !users.is_empty() {
        bail!(
            "no group of the application has a member in the SCIM service, so it may not say who its members are; nothing can be compared"
        );
    }
    let mut held = Held { users: users.len(), other_groups: others.len(), uncompared, ..Held::default() };
    for user in users {
        let subject = subject_of(&user, known);
        let groups = groups_of.remove(&user.id).unwrap_or_default();
        if user.active == Some(false) {
            held.inactive.insert(subject.clone());
        }
        // Which of two accounts the person uses is not known.
        let groups = if held.groups.contains_key(&subject) { None } else { Some(groups) };
        held.groups.insert(subject, groups);
    }
    Ok(held)
}

/// The ids of a group's members; `None` if the service does not say who they are. A list may leave them out, and the group
/// alone have them.
fn members(
    scim: &Scim,
    group: &Group,
    groups: &BTreeSet<String>,
) -> anyhow::Result<Option<BTreeSet<String>>> {
    let ids = |group: &Group| -> Option<BTreeSet<String>> {
        Some(group.member_ids()?.into_iter().map(str::to_owned).collect())
    };
    let check = |group: &Group| {
        ensure!(
            !group.has_groups(groups),
            "`{}` has groups as members in the SCIM service, and their people may hold it as well, so nothing can be compared",
            group.display_name.escape_debug()
        );
        Ok(())
    };
    match ids(group) {
        Some(members) => {
            check(group)?;
            Ok(Some(members))
        }
        None => {
            let alone = scim.group(&group.id);
            let alone =
                alone.with_context(|| format!("the members of `{}` are not known", group.display_name))?;
            check(&alone)?;
            // Many services leave `members` out of an empty group, which looks like one whose members are not told.
            Ok(ids(&alone))
        }
    }
}

/// The subject of a user in Auth0: `externalId`, else `userName`, else the only one who has `userName` as address.
fn subject_of(user: &User, known: &Known<'_>) -> String {
    let candidates = [user.external_id.as_deref(), Some(user.user_name.as_str())];
    if let Some(subject) = candidates.into_iter().flatten().find(|it| known.subjects.contains(it)) {
        return subject.to_owned();
    }
    match known.emails.get(&user.user_name.to_lowercase()) {
        Some(subjects) if subjects.len() == 1 => subjects.iter().next().cloned().unwrap_or_default(),
        // Not one of the people: the name is only there to be counted.
        _ => format!("SCIM {}", user.id),
    }
}
