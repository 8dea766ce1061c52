//! Roles, which are only read.

use serde_json::{Value, json};

use super::answer::{Answered, error, ok};
use super::filter::Attributes;
use super::page;
use super::tenant::{Record, by_id, references, text};
use super::world::{Call, World};
use crate::http::Response;

const ATTRIBUTES: Attributes =
    Attributes { part: "ROLES", eq: &["id", "name", "type", "level"], co: &["name"] };

pub(crate) fn list(world: &mut World, call: &Call) -> Answered {
    let rows = world.tenant.roles.iter().map(|role| shown(world, role)).collect();
    ok(200, page::of(world, call, rows, ATTRIBUTES, &["id", "name", "type"])?)
}

pub(crate) fn get(world: &mut World, call: &Call) -> Answered {
    let role = by_id(&world.tenant.roles, call.parameter()).ok_or_else(|| error(404, "ROLES", ""))?;
    ok(200, shown(world, role).into())
}

fn shown(world: &World, role: &Record) -> Record {
    let mut shown = role.clone();
    shown.entry("type").or_insert_with(|| "default".into());
    shown.entry("level").or_insert_with(|| "user".into());
    shown.entry("description").or_insert_with(|| "".into());
    shown.insert("tenantId".to_owned(), world.tenant.id.clone().into());
    shown.insert("links".to_owned(), world.self_link(&format!("roles/{}", text(role, "id"))));
    shown
}

/// The roles that are assigned to something, as they are shown.
pub(crate) fn assigned(world: &World, to: &Record) -> Value {
    let roles = references(to, "assignedRoles").into_iter().filter_map(|id| by_id(&world.tenant.roles, id));
    let brief = |role: &Record| {
        let or = |key: &str, default: &str| {
            let found = text(role, key);
            if found.is_empty() { default.to_owned() } else { found.to_owned() }
        };
        json!({ "id": text(role, "id"), "name": text(role, "name"), "type": or("type", "default"), "level": or("level", "user") })
    };
    roles.map(brief).collect()
}

/// References to roles by id or by name, as references by id.
pub(crate) fn resolve(world: &World, part: &str, value: &Value) -> Result<Value, Box<Response>> {
    let list = value.as_array().ok_or_else(|| error(400, part, "expected a list of roles"))?;
    let mut found = Vec::new();
    for reference in list {
        let is = |role: &&Record, key: &str| reference.get(key).is_some_and(|it| Some(it) == role.get(key));
        let role = world.tenant.roles.iter().find(|role| is(role, "id") || is(role, "name"));
        let role = role.ok_or_else(|| error(400, part, "there is no such role"))?;
        found.push(json!({ "id": text(role, "id") }));
    }
    Ok(found.into())
}
