//! Modules of Actions: drafts and published versions.

use serde_json::{Value, json};

use super::actions::shown_secrets;
use super::answer::{Answered, empty, error, invalid_body, ok};
use super::page;
use super::tenant::{Module, ModuleVersion, Record, Secret};
use super::world::{Call, World, text};
use crate::http::Response;

const LARGEST_CODE: usize = 65_536;
const MEMBERS: &[&str] = &["name", "code", "dependencies", "secrets", "api_version", "publish"];

pub(crate) fn list(world: &mut World, call: &Call) -> Answered {
    let mut rows: Vec<Value> = world.tenant.modules.iter().map(|module| shown(world, module)).collect();
    for members in rows.iter_mut().filter_map(Value::as_object_mut) {
        members.remove("latest_version");
    }
    ok(200, page::of_actions(call, "modules", &rows)?)
}

pub(crate) fn create(world: &mut World, call: &Call) -> Answered {
    let body = call.object(MEMBERS)?;
    let name = text(body, "name")?;
    if world.tenant.modules.iter().any(|module| module.name == name) {
        return Err(error(409, None, "A module with the same name already exists."));
    }
    let now = world.clock.rfc3339();
    let mut module =
        Module { id: world.uuid(), created_at: now.clone(), updated_at: now.clone(), ..Module::default() };
    write(&mut module, body, &now)?;
    let answer = shown(world, &module);
    world.tenant.modules.push(module);
    ok(201, answer)
}

pub(crate) fn get(world: &mut World, call: &Call) -> Answered {
    let module = find(world, call)?.clone();
    ok(200, shown(world, &module))
}

pub(crate) fn update(world: &mut World, call: &Call) -> Answered {
    let body = call.object(MEMBERS)?;
    let now = world.clock.rfc3339();
    let mut module = find(world, call)?.clone();
    write(&mut module, body, &now)?;
    module.updated_at = now;
    module.all_changes_published = false;
    *find(world, call)? = module.clone();
    ok(200, shown(world, &module))
}

pub(crate) fn delete(world: &mut World, call: &Call) -> Answered {
    let module = find(world, call)?.clone();
    if users(world, &module) > 0 {
        return Err(error(412, None, "The module is used by actions and cannot be deleted."));
    }
    world.tenant.modules.retain(|it| it.id != module.id);
    empty(204)
}

pub(crate) fn list_versions(world: &mut World, call: &Call) -> Answered {
    let module = find(world, call)?;
    let rows: Vec<Value> =
        module.versions.iter().rev().map(|version| shown_version(module, version)).collect();
    ok(200, page::of_actions(call, "versions", &rows)?)
}

pub(crate) fn publish(world: &mut World, call: &Call) -> Answered {
    let (id, created_at) = (world.uuid(), world.clock.rfc3339());
    let module = find(world, call)?;
    let version = ModuleVersion {
        id,
        number: module.versions.last().map_or(1, |version| version.number + 1),
        code: module.code.clone(),
        dependencies: module.dependencies.clone(),
        created_at,
    };
    let answer = shown_version(module, &version);
    module.versions.push(version);
    module.all_changes_published = true;
    ok(201, answer)
}

fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Module, Box<Response>> {
    let found = world.tenant.modules.iter_mut().find(|module| module.id == call.parameter(0));
    found.ok_or_else(|| error(404, None, "That module does not exist."))
}

fn write(module: &mut Module, body: &Record, now: &str) -> Result<(), Box<Response>> {
    for (key, target) in [("name", &mut module.name), ("code", &mut module.code)] {
        if body.contains_key(key) {
            text(body, key)?.clone_into(target);
        }
    }
    if module.code.chars().count() > LARGEST_CODE {
        return Err(invalid_body("'String is too long, maximum 65536' on property code"));
    }
    if let Some(dependencies) = body.get("dependencies").and_then(Value::as_array) {
        module.dependencies.clone_from(dependencies);
    }
    if let Some(secrets) = body.get("secrets").and_then(Value::as_array) {
        let part = |secret: &Value, key: &str| secret[key].as_str().unwrap_or_default().to_owned();
        let read = |secret: &Value| Secret {
            name: part(secret, "name"),
            value: part(secret, "value"),
            updated_at: now.to_owned(),
        };
        module.secrets = secrets.iter().map(read).collect();
    }
    Ok(())
}

/// How many Actions use a module.
fn users(world: &World, module: &Module) -> usize {
    let uses = |it: &Value| it["module_id"] == module.id.as_str();
    world.tenant.actions.iter().filter(|action| action.modules.iter().any(uses)).count()
}

fn shown(world: &World, module: &Module) -> Value {
    let mut answer = json!({
        "id": module.id,
        "name": module.name,
        "code": module.code,
        "dependencies": module.dependencies,
        "secrets": shown_secrets(&module.secrets),
        "actions_using_module_total": users(world, module),
        "all_changes_published": module.all_changes_published,
        "created_at": module.created_at,
        "updated_at": module.updated_at,
    });
    if let (Some(version), Some(members)) = (module.versions.last(), answer.as_object_mut()) {
        members.insert("latest_version_number".to_owned(), version.number.into());
        let latest = json!({
            "id": version.id, "version_number": version.number, "code": version.code,
            "dependencies": version.dependencies, "secrets": [], "created_at": version.created_at,
        });
        members.insert("latest_version".to_owned(), latest);
    }
    answer
}

fn shown_version(module: &Module, version: &ModuleVersion) -> Value {
    json!({
        "id": version.id,
        "module_id": module.id,
        "version_number": version.number,
        "code": version.code,
        "dependencies": version.dependencies,
        "secrets": shown_secrets(&module.secrets),
        "created_at": version.created_at,
    })
}
