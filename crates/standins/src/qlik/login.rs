//! Logins at Qlik Cloud, and how it finds claims.

use serde_json::{Value, json};

use super::groups;
use super::seed::ClaimPath;
use super::tenant::{Record, references, text};
use super::users::new_user;
use super::world::World;
use crate::stand_in::StandIn;

/// Why a login is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Denied {
    /// No active interactive identity provider, or its mapping finds no subject.
    NoSubject,
    /// The user is disabled.
    Disabled,
    /// The user does not exist, and the identity provider creates none.
    Unknown,
}

/// What a mapping makes of claims: the first path that finds something counts.
pub(crate) fn mapped(style: ClaimPath, mapping: &Value, claims: &Value) -> Record {
    let mut result = Record::new();
    for (key, paths) in mapping.as_object().into_iter().flatten() {
        let paths = paths.as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(value) = paths.filter_map(|path| find(style, claims, path)).next() {
            result.insert(key.clone(), value.clone());
        }
    }
    result
}

/// A claim without a namespace is found by its pointer in each style.
fn find<'c>(style: ClaimPath, claims: &'c Value, path: &str) -> Option<&'c Value> {
    let plain =
        path.strip_prefix('/').filter(|name| !name.contains(['/', '~'])).and_then(|name| claims.get(name));
    plain.or_else(|| match style {
        ClaimPath::Pointer => claims.pointer(path).filter(|_| path.starts_with('/')),
        ClaimPath::Name => claims.get(path),
        ClaimPath::Slash => path.strip_prefix('/').and_then(|name| claims.get(name)),
    })
}

/// The active identity provider for people.
pub(crate) fn interactive(world: &World) -> Option<&Record> {
    let is = |it: &Record, key: &str| it.get(key).and_then(Value::as_bool) == Some(true);
    world.tenant.identity_providers.iter().find(|it| is(it, "active") && is(it, "interactive"))
}

impl StandIn<World> {
    /// Logs somebody in with the claims that the identity provider sends: the user's id.
    ///
    /// Groups that do not exist are created if the tenant creates groups, and left out otherwise. A missing claim
    /// clears the groups, which is an assumption.
    ///
    /// # Errors
    ///
    /// If Qlik Cloud would refuse the login.
    pub fn log_in(&self, claims: &Value) -> Result<String, Denied> {
        self.with(|world| log_in(world, claims))
    }
}

pub(crate) fn log_in_as(world: &mut World, body: &Value) -> Result<Value, String> {
    let id =
        log_in(world, body.get("claims").unwrap_or(&Value::Null)).map_err(|denied| format!("{denied:?}"))?;
    Ok(json!({ "id": id }))
}

fn log_in(world: &mut World, claims: &Value) -> Result<String, Denied> {
    let provider = interactive(world).ok_or(Denied::NoSubject)?;
    let creates = provider.get("createNewUsersOnLogin").and_then(Value::as_bool) != Some(false);
    let mapping = provider.get("options").and_then(|it| it.get("claimsMapping")).cloned().unwrap_or_default();
    let found = mapped(world.claim_path, &mapping, claims);
    let subject = text(&found, "sub").to_owned();
    if subject.is_empty() {
        return Err(Denied::NoSubject);
    }
    let is_meant = |user: &Record| text(user, "subject") == subject && text(user, "status") != "deleted";
    let mut user = match world.tenant.users.iter().find(|user| is_meant(user)) {
        Some(user) if text(user, "status") == "disabled" => return Err(Denied::Disabled),
        Some(user) => user.clone(),
        None if creates => new_user(world, &subject),
        None => return Err(Denied::Unknown),
    };
    let id = text(&user, "id").to_owned();
    for key in ["name", "email"] {
        if let Some(value) = found.get(key) {
            user.insert(key.to_owned(), value.clone());
        }
    }
    user.insert("status".to_owned(), "active".into());
    let custom = references(&user, "assignedGroups").into_iter().filter(|id| {
        let is = |group: &&Record| text(group, "id") == *id && text(group, "providerType") == "custom";
        world.tenant.groups.iter().any(|group| is(&group))
    });
    let mut ids: Vec<String> = custom.map(str::to_owned).collect();
    for name in found.get("groups").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    {
        ids.extend(group_of(world, name));
    }
    let ids: Vec<Value> = ids.into_iter().map(|id| json!({ "id": id })).collect();
    user.insert("assignedGroups".to_owned(), ids.into());
    world.tenant.users.retain(|user| text(user, "id") != id);
    world.tenant.users.push(user);
    Ok(id)
}

/// The id of a group of the identity provider, which may have to be created.
fn group_of(world: &mut World, name: &str) -> Option<String> {
    let is_meant = |group: &&Record| text(group, "name") == name && text(group, "providerType") == "idp";
    if let Some(group) = world.tenant.groups.iter().find(is_meant) {
        return Some(text(group, "id").to_owned());
    }
    let fits =
        name.chars().count() <= groups::LONGEST_NAME && groups::count(world, "idp") < groups::most("idp");
    if !fits || !world.tenant.group_settings.auto_create_groups {
        return None;
    }
    let group = groups::new_group(world, name, "idp");
    let id = text(&group, "id").to_owned();
    world.tenant.groups.push(group);
    Some(id)
}
