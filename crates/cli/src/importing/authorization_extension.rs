//! The export of Auth0's Authorization Extension: groups with nested groups, members, roles and mappings.
//!
//! Source of the shape: the extension's routes and storage (`auth0/auth0-authorization-extension`): the export is an
//! object with arrays of `groups`, `roles`, `permissions` and others. A member of a nested group also has the groups
//! above it, and so has a login whose upstream group has a mapping.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use claimsmith::compiler::inspect;
use serde::Deserialize;

use super::draft::{Draft, DraftGroup, Evidence, members, name};
use super::privileged::is_privileged;

#[derive(Debug, Deserialize)]
struct Export {
    #[serde(default)]
    configuration: Vec<Configuration>,
    groups: Option<Vec<Group>>,
    #[serde(default)]
    roles: Vec<Role>,
    #[serde(default)]
    permissions: Vec<Permission>,
}

#[derive(Debug, Deserialize)]
struct Configuration {
    #[serde(default, rename = "groupsPassthrough")]
    groups_passthrough: bool,
}

#[derive(Debug, Deserialize)]
struct Group {
    #[serde(rename = "_id")]
    id: String,
    name: String,
    description: Option<String>,
    members: Option<Vec<Option<String>>>,
    nested: Option<Vec<Option<String>>>,
    roles: Option<Vec<Option<String>>>,
    mappings: Option<Vec<Mapping>>,
}

#[derive(Debug, Deserialize)]
struct Mapping {
    #[serde(rename = "groupName")]
    group_name: String,
    #[serde(rename = "connectionName")]
    connection_name: String,
}

#[derive(Debug, Deserialize)]
struct Role {
    #[serde(rename = "_id")]
    id: String,
    name: String,
    #[serde(rename = "applicationId")]
    application_id: Option<String>,
    permissions: Option<Vec<Option<String>>>,
    users: Option<Vec<Option<String>>>,
}

#[derive(Debug, Deserialize)]
struct Permission {
    #[serde(rename = "_id")]
    id: String,
    name: String,
}

/// Drafts mapping files from an export.
///
/// # Errors
///
/// If the text is not such an export.
pub(crate) fn read(text: &str, origin: String, strategy: Option<&str>) -> anyhow::Result<Draft> {
    let export: Export = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .context("this is not an export of the Authorization Extension, which is JSON with `groups`, `roles` and `permissions`")?;
    let Some(groups) = &export.groups else {
        bail!(
            "the export has no `groups`; in the extension, choose Configuration, Import / Export, and export all"
        );
    };
    ensure!(!groups.is_empty(), "the export has no group, so there is nothing to draft");
    let mut draft = Draft { origin, ..Draft::default() };
    let clients: BTreeSet<&String> =
        export.roles.iter().filter_map(|role| role.application_id.as_ref()).collect();
    draft.clients = clients.into_iter().cloned().collect();
    if export.configuration.iter().any(|it| it.groups_passthrough) {
        draft.questions.push(
            "the extension passed all upstream groups through to the tokens; this draft passes only the groups below".to_owned(),
        );
    }
    let above = Above::new(groups);
    for group in groups {
        ensure!(
            !group.name.trim().is_empty(),
            "a group of the export has no name: `_id` {}",
            name(&group.id)
        );
        add_group(&mut draft, &export, group, &above, groups);
        for mapping in group.mappings.iter().flatten() {
            add_mapping(&mut draft, mapping, group, &above, strategy);
        }
    }
    let direct = export.roles.iter().flat_map(|role| role.users.iter().flatten().flatten()).count();
    if direct > 0 {
        draft.questions.push(format!(
            "the export assigns roles to users directly {direct} times; a rule can only grant by upstream groups"
        ));
    }
    Ok(draft)
}

/// The groups above each group.
struct Above<'e> {
    parents: BTreeMap<&'e str, Vec<&'e Group>>,
}

impl<'e> Above<'e> {
    fn new(groups: &'e [Group]) -> Self {
        let mut parents: BTreeMap<&str, Vec<&Group>> = BTreeMap::new();
        for group in groups {
            for nested in group.nested.iter().flatten().flatten() {
                parents.entry(nested).or_default().push(group);
            }
        }
        Self { parents }
    }

    /// A group and all above it. An export may have circles.
    fn with(&self, group: &'e Group) -> Vec<&'e Group> {
        let mut found = vec![group];
        let mut known = BTreeSet::from([group.id.as_str()]);
        let mut next = 0;
        while let Some(group) = found.get(next) {
            for parent in self.parents.get(group.id.as_str()).into_iter().flatten() {
                if known.insert(&parent.id) {
                    found.push(parent);
                }
            }
            next += 1;
        }
        found
    }
}

fn add_group<'e>(
    draft: &mut Draft,
    export: &'e Export,
    group: &'e Group,
    above: &Above<'e>,
    groups: &'e [Group],
) {
    let roles: Vec<&Role> = above
        .with(group)
        .iter()
        .flat_map(|group| group.roles.iter().flatten().flatten())
        .filter_map(|id| export.roles.iter().find(|role| role.id == *id))
        .collect();
    let permission = |id: &String| export.permissions.iter().find(|it| it.id == *id);
    let permissions: Vec<&Permission> = roles
        .iter()
        .flat_map(|role| role.permissions.iter().flatten().flatten())
        .filter_map(permission)
        .collect();
    let has_rights = roles.iter().any(|role| is_privileged(&role.name))
        || permissions.iter().any(|permission| is_privileged(&permission.name));
    let known = draft.groups.contains_key(&group.name);
    let drafted: &mut DraftGroup = draft.groups.entry(group.name.clone()).or_default();
    if known {
        drafted
            .questions
            .push("the export has several groups of this name; the draft treats them as one".to_owned());
    }
    drafted.description = group.description.clone().unwrap_or_default();
    drafted.privileged |= has_rights;
    drafted.clients.extend(roles.iter().filter_map(|role| role.application_id.clone()));
    if roles.is_empty() {
        drafted.questions.push("which applications read it: the export gives it no role".to_owned());
    } else {
        let names: BTreeSet<String> = roles.iter().map(|role| name(&role.name)).collect();
        let names: Vec<String> = names.into_iter().collect();
        drafted
            .questions
            .push(format!("it had the roles {}, which the application has to give it now", names.join(", ")));
    }
    let direct = group.members.iter().flatten().flatten().count();
    if direct > 0 {
        drafted.questions.push(format!(
            "{} by hand; find the upstream group that they share, or they lose it",
            members(direct)
        ));
    }
    let unknown =
        group.nested.iter().flatten().flatten().filter(|id| !groups.iter().any(|it| it.id == **id)).count();
    if unknown > 0 {
        drafted.questions.push(format!("{unknown} of its nested groups are not in the export"));
    }
}

fn add_mapping<'e>(
    draft: &mut Draft,
    mapping: &Mapping,
    group: &'e Group,
    above: &Above<'e>,
    strategy: Option<&str>,
) {
    let (connection, named) = split_strategy(&mapping.connection_name);
    let drafted = draft.connections.entry(connection.to_owned()).or_default();
    if drafted.strategy.is_none() {
        drafted.strategy = named.or(strategy).map(str::to_owned);
    }
    let grants = drafted.rules.entry(mapping.group_name.clone()).or_default();
    for (at, granted) in above.with(group).into_iter().enumerate() {
        let direct = granted.members.iter().flatten().flatten().count();
        let how = match at {
            0 => "a mapping of the export".to_owned(),
            _ => format!("it is above {}, which has a mapping", name(&group.name)),
        };
        let shown = format!("{how}; the group has {} by hand", members(direct));
        let evidence = Evidence { shown, support: None, contradict: 0, question: None };
        grants.entry(granted.name.clone()).or_insert(evidence);
    }
}

/// A connection's name; some lists have its strategy after it, in parentheses.
fn split_strategy(connection: &str) -> (&str, Option<&str>) {
    let split = connection.strip_suffix(')').and_then(|it| it.rsplit_once(" ("));
    match split {
        Some((name, strategy))
            if !strategy.is_empty() && strategy.bytes().all(|it| it.is_ascii_lowercase() || it == b'-') =>
        {
            let known = inspect::strategies().any(|it| it == strategy);
            (name, known.then_some(strategy))
        }
        _ => (connection, None),
    }
}
