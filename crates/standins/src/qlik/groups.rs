//! Groups: those of identity providers, custom ones, and the system's.

use serde_json::{Value, json};

use super::answer::{Answered, empty, error, ok};
use super::filter::Attributes;
use super::tenant::{Record, by_id, references, text};
use super::world::{Call, World};
use super::{page, roles};
use crate::http::Response;

const PART: &str = "GROUPS";
const ATTRIBUTES: Attributes = Attributes {
    part: PART,
    eq: &["id", "name", "status", "providerType", "assignedRoles.id", "assignedRoles.name"],
    co: &["name"],
};
pub(crate) const LONGEST_NAME: usize = 256;
const MOST_ROLES: usize = 100;
/// The group of all users, whose id and name are the same in every tenant.
const EVERYONE: (&str, &str) = ("000000000000000000000001", "com.qlik.Everyone");

/// How many groups of a type a tenant has at most.
pub(crate) fn most(provider_type: &str) -> usize {
    if provider_type == "idp" { 10_000 } else { 20_000 }
}

pub(crate) fn list(world: &mut World, call: &Call) -> Answered {
    if call.query("systemGroups") == Some("true") {
        let now = world.clock.rfc3339();
        let everyone = json!({
            "id": EVERYONE.0, "name": EVERYONE.1, "status": "active", "tenantId": world.tenant.id,
            "createdAt": now, "lastUpdatedAt": now, "links": world.self_link(&format!("groups/{}", EVERYONE.0)),
        });
        return ok(
            200,
            json!({ "data": [everyone], "links": { "self": { "href": call.link(&world.domain, None) } } }),
        );
    }
    let rows = world.tenant.groups.iter().map(|group| shown(world, group)).collect();
    ok(200, page::of(world, call, rows, ATTRIBUTES, &["id", "name", "createdAt", "status", "providerType"])?)
}

pub(crate) fn get(world: &mut World, call: &Call) -> Answered {
    let group = by_id(&world.tenant.groups, call.parameter()).ok_or_else(not_found)?;
    ok(200, shown(world, group).into())
}

/// Names are unique within a type, and differ by letter case alone.
pub(crate) fn create(world: &mut World, call: &Call) -> Answered {
    let body = call.body.as_object().ok_or_else(|| error(400, PART, "expected an object"))?;
    let known = ["name", "description", "providerType", "assignedRoles", "status"];
    if let Some(key) = body.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(error(400, PART, &format!("unknown property {key}")));
    }
    let kind = match body.get("providerType").map(Value::as_str) {
        None => "idp",
        Some(Some(kind @ ("idp" | "custom"))) => kind,
        Some(_) => return Err(error(400, PART, "providerType has to be idp or custom")),
    };
    if body.get("status").is_some_and(|it| it != "active") {
        return Err(error(400, PART, "status has to be active"));
    }
    let name = checked_name(world, body.get("name"), kind, None)?;
    if count(world, kind) >= most(kind) {
        return Err(error(403, PART, "the tenant has as many groups as it can have"));
    }
    let mut group = new_group(world, &name, kind);
    for key in ["description", "assignedRoles"] {
        let Some(value) = body.get(key) else { continue };
        let value = if key == "description" { value.clone() } else { checked_roles(world, value)? };
        group.insert(key.to_owned(), value);
    }
    world.tenant.groups.push(group.clone());
    ok(201, shown(world, &group).into())
}

pub(crate) fn new_group(world: &mut World, name: &str, kind: &str) -> Record {
    let now = world.clock.rfc3339();
    let members = [
        ("id", world.ids.object_id()),
        ("name", name.to_owned()),
        ("providerType", kind.to_owned()),
        ("status", "active".to_owned()),
        ("createdAt", now.clone()),
        ("lastUpdatedAt", now),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect()
}

pub(crate) fn count(world: &World, kind: &str) -> usize {
    world.tenant.groups.iter().filter(|group| text(group, "providerType") == kind).count()
}

fn checked_name(
    world: &World,
    name: Option<&Value>,
    kind: &str,
    own: Option<&str>,
) -> Result<String, Box<Response>> {
    let name = name.and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| error(400, PART, "name is missing"))?;
    if name.chars().count() > LONGEST_NAME {
        return Err(error(400, PART, "name is too long"));
    }
    let is_taken = |it: &Record| {
        text(it, "name") == name && text(it, "providerType") == kind && Some(text(it, "id")) != own
    };
    match world.tenant.groups.iter().any(is_taken) {
        true => Err(error(409, PART, "a group with this name exists")),
        false => Ok(name.to_owned()),
    }
}

fn checked_roles(world: &World, value: &Value) -> Result<Value, Box<Response>> {
    let roles = roles::resolve(world, PART, value)?;
    match roles.as_array().is_some_and(|it| it.len() > MOST_ROLES) {
        true => Err(error(400, PART, "too many roles")),
        false => Ok(roles),
    }
}

pub(crate) fn update(world: &mut World, call: &Call) -> Answered {
    let id = call.parameter().to_owned();
    let mut group = by_id(&world.tenant.groups, &id).ok_or_else(not_found)?.clone();
    let kind = text(&group, "providerType").to_owned();
    for (op, path, value) in call.operations(PART)? {
        let path = path.trim_start_matches('/');
        let value = match path {
            _ if op != "replace" => return Err(error(400, PART, "replace is the only operation")),
            "assignedRoles" => checked_roles(world, value)?,
            "name" | "description" if kind != "custom" => {
                return Err(error(400, PART, &format!("{path} of a group of an identity provider stays")));
            }
            "name" => checked_name(world, Some(value), &kind, Some(&id))?.into(),
            "description" => value.clone(),
            _ => return Err(error(400, PART, "this path cannot be changed")),
        };
        group.insert(path.to_owned(), value);
    }
    group.insert("lastUpdatedAt".to_owned(), world.clock.rfc3339().into());
    if let Some(found) = world.tenant.groups.iter_mut().find(|it| text(it, "id") == id) {
        *found = group;
    }
    empty()
}

/// A custom group has to be empty.
pub(crate) fn delete(world: &mut World, call: &Call) -> Answered {
    let id = call.parameter();
    let group = by_id(&world.tenant.groups, id).ok_or_else(not_found)?;
    let is_used = world.tenant.users.iter().any(|user| references(user, "assignedGroups").contains(&id));
    if is_used && text(group, "providerType") == "custom" {
        return Err(error(400, PART, "the group has members"));
    }
    world.tenant.groups.retain(|group| text(group, "id") != id);
    for user in &mut world.tenant.users {
        if let Some(list) = user.get_mut("assignedGroups").and_then(Value::as_array_mut) {
            list.retain(|it| it.get("id").and_then(Value::as_str) != Some(id));
        }
    }
    empty()
}

pub(crate) fn settings(world: &mut World, call: &Call) -> Answered {
    let is_on = world.tenant.group_settings.auto_create_groups;
    ok(
        200,
        json!({
            "tenantId": world.tenant.id, "autoCreateGroups": is_on, "syncIdpGroups": is_on,
            "systemGroups": { EVERYONE.0: { "id": EVERYONE.0, "name": EVERYONE.1, "enabled": true, "assignedRoles": [] } },
            "links": { "self": { "href": call.link(&world.domain, None) } },
        }),
    )
}

pub(crate) fn update_settings(world: &mut World, call: &Call) -> Answered {
    let mut is_on = world.tenant.group_settings.auto_create_groups;
    for (op, path, value) in call.operations(PART)? {
        match (op, path, value.as_bool()) {
            ("replace", "/autoCreateGroups" | "/syncIdpGroups", Some(value)) => is_on = value,
            _ => return Err(error(400, PART, "the operation is not supported")),
        }
    }
    world.tenant.group_settings.auto_create_groups = is_on;
    empty()
}

fn not_found() -> Box<Response> {
    error(404, PART, "")
}

fn shown(world: &World, group: &Record) -> Record {
    let mut shown = group.clone();
    shown.insert("assignedRoles".to_owned(), roles::assigned(world, group));
    shown.insert("tenantId".to_owned(), world.tenant.id.clone().into());
    shown.insert("links".to_owned(), world.self_link(&format!("groups/{}", text(group, "id"))));
    shown
}
