//! Actions: drafts that are built, versions that are deployed.

mod run;

use serde_json::{Value, json};

use super::answer::{Answered, empty, error, invalid_body, ok};
use super::page;
use super::tenant::{Action, BuildState, Record, Secret, Version};
use super::world::{Call, World, text};
use crate::http::Response;

const MOST_ACTIONS: usize = 100;
const MOST_VERSIONS: usize = 50;
const MOST_SECRETS: usize = 30;
const MOST_DEPENDENCIES: usize = 10;
const LARGEST_CODE: usize = 100_000;

const MEMBERS: &[&str] =
    &["deploy", "name", "supported_triggers", "code", "dependencies", "runtime", "secrets", "modules"];

pub(crate) fn list(world: &mut World, call: &Call) -> Answered {
    let named = |action: &Action| call.query("actionName").is_none_or(|name| action.name == name);
    let triggered = |action: &Action| {
        call.query("triggerId").is_none_or(|id| action.supported_triggers.iter().any(|it| it["id"] == id))
    };
    let deployed = |action: &Action| {
        call.query("deployed").is_none_or(|text| action.deployed().is_some() == (text == "true"))
    };
    for index in 0..world.tenant.actions.len() {
        pass_time(world, index);
    }
    let found = world.tenant.actions.iter().filter(|it| named(it) && triggered(it) && deployed(it));
    let rows: Vec<Value> = found.map(shown).collect();
    ok(200, page::of_actions(call, "actions", &rows)?)
}

pub(crate) fn create(world: &mut World, call: &Call) -> Answered {
    let body = call.object(MEMBERS)?;
    let name = text(body, "name")?;
    check_name(world, name, None)?;
    if world.tenant.actions.len() >= MOST_ACTIONS {
        return Err(error(400, None, "The maximum number of actions has been reached."));
    }
    let now = world.clock.rfc3339();
    let mut action = Action {
        id: world.uuid(),
        runtime: "node22".to_owned(),
        created_at: now.clone(),
        updated_at: now,
        ..Action::default()
    };
    if !body.get("supported_triggers").is_some_and(Value::is_array) {
        return Err(invalid_body("'Missing required property: supported_triggers'"));
    }
    write(&mut action, body, &world.clock.rfc3339())?;
    begin_build(world, &mut action);
    action.deploy_when_built = body.get("deploy") == Some(&Value::Bool(true));
    let answer = shown(&action);
    world.tenant.actions.push(action);
    ok(201, answer)
}

pub(crate) fn get(world: &mut World, call: &Call) -> Answered {
    let index = position(world, call.parameter(0))?;
    pass_time(world, index);
    ok(200, shown(find(world, call.parameter(0))?))
}

pub(crate) fn update(world: &mut World, call: &Call) -> Answered {
    // Only a new Action can be deployed at once.
    let body = call.object(MEMBERS.get(1..).unwrap_or_default())?;
    let mut action = find(world, call.parameter(0))?.clone();
    if let Some(name) = body.get("name").and_then(Value::as_str) {
        check_name(world, name, Some(&action.id))?;
    }
    let now = world.clock.rfc3339();
    write(&mut action, body, &now)?;
    action.updated_at = now;
    action.all_changes_deployed = false;
    begin_build(world, &mut action);
    let answer = shown(&action);
    *find(world, call.parameter(0))? = action;
    ok(200, answer)
}

pub(crate) fn delete(world: &mut World, call: &Call) -> Answered {
    let id = find(world, call.parameter(0))?.id.clone();
    let bound = world.tenant.bindings.values().flatten().any(|binding| binding.action_id == id);
    if bound && call.query("force") != Some("true") {
        return Err(error(409, None, "The action is bound to a trigger and cannot be deleted."));
    }
    for bindings in world.tenant.bindings.values_mut() {
        bindings.retain(|binding| binding.action_id != id);
    }
    world.tenant.actions.retain(|action| action.id != id);
    empty(204)
}

pub(crate) fn deploy(world: &mut World, call: &Call) -> Answered {
    // Time passes for a client that only tries again, too.
    let index = position(world, call.parameter(0))?;
    pass_time(world, index);
    let action = find(world, call.parameter(0))?;
    if action.status != BuildState::Built {
        return Err(error(400, None, "A draft must be in the 'built' state before it can be deployed."));
    }
    let mut action = action.clone();
    let mut answer = deploy_draft(world, &mut action);
    if let Some(members) = answer.as_object_mut() {
        // What is answered is the version as it was made; the next read shows that it is deployed.
        members.insert("deployed".to_owned(), false.into());
        members.remove("built_at");
    }
    *find(world, call.parameter(0))? = action;
    ok(200, answer)
}

/// Answers what the seed says or, if the seed says so, what the draft does in Node, or else what was sent.
///
/// Auth0 describes the result as an object and no more, in its documentation and in the types of its SDK. A run is
/// answered as the calls of `api`, each with its name and arguments.
pub(crate) fn test(world: &mut World, call: &Call) -> Answered {
    let body = call.object(&["payload"])?;
    let Some(event) = body.get("payload").filter(|payload| payload.is_object()) else {
        return Err(invalid_body("'Missing required property: payload'"));
    };
    let action = find(world, call.parameter(0))?;
    let (name, code) = (action.name.clone(), action.code.clone());
    let result = match world.test_results.get(&name) {
        Some(result) => result.clone(),
        None if world.runs_tests => run::draft(&code, event),
        None => json!({ "stand_in": "code was not run", "event": event }),
    };
    ok(200, json!({ "payload": result }))
}

pub(crate) fn list_versions(world: &mut World, call: &Call) -> Answered {
    let action = find(world, call.parameter(0))?;
    let rows: Vec<Value> = action.versions.iter().rev().map(|it| shown_version(action, it)).collect();
    ok(200, page::of_actions(call, "versions", &rows)?)
}

pub(crate) fn get_version(world: &mut World, call: &Call) -> Answered {
    let action = find(world, call.parameter(0))?;
    let found = action.versions.iter().find(|version| version.id == call.parameter(1));
    ok(200, shown_version(action, found.ok_or_else(no_version)?))
}

/// Makes a new version with the content of an old one, and deploys it.
pub(crate) fn roll_back(world: &mut World, call: &Call) -> Answered {
    let mut action = find(world, call.parameter(0))?.clone();
    let found = action.versions.iter().find(|version| version.id == call.parameter(1));
    let old = found.ok_or_else(no_version)?.clone();
    if call.body.get("update_draft") == Some(&Value::Bool(true)) {
        action.code.clone_from(&old.code);
        action.runtime.clone_from(&old.runtime);
        action.dependencies.clone_from(&old.dependencies);
        action.secrets.clone_from(&old.secrets);
        action.modules.clone_from(&old.modules);
        action.status = BuildState::Built;
        action.build_steps_left = 0;
    }
    let unchanged = action.code == old.code;
    let mut answer = add_version(world, &mut action, old);
    action.all_changes_deployed = unchanged;
    if let Some(members) = answer.as_object_mut() {
        members.insert("deployed".to_owned(), false.into());
    }
    *find(world, call.parameter(0))? = action;
    ok(200, answer)
}

fn find<'a>(world: &'a mut World, id: &str) -> Result<&'a mut Action, Box<Response>> {
    let found = world.tenant.actions.iter_mut().find(|action| action.id == id);
    found.ok_or_else(no_action)
}

fn position(world: &World, id: &str) -> Result<usize, Box<Response>> {
    world.tenant.actions.iter().position(|action| action.id == id).ok_or_else(no_action)
}

pub(crate) fn no_action() -> Box<Response> {
    error(404, None, "That action does not exist.")
}

fn no_version() -> Box<Response> {
    error(404, None, "That action version does not exist.")
}

fn check_name(world: &World, name: &str, own: Option<&str>) -> Result<(), Box<Response>> {
    let taken = |action: &Action| action.name == name && Some(action.id.as_str()) != own;
    if world.tenant.actions.iter().any(taken) {
        return Err(error(409, None, "An action with the same name already exists."));
    }
    if name.is_empty() {
        return Err(invalid_body("'String is too short (0 chars), minimum 1' on property name"));
    }
    Ok(())
}

/// Changes a draft as a body says.
fn write(action: &mut Action, body: &Record, now: &str) -> Result<(), Box<Response>> {
    for (key, target) in
        [("name", &mut action.name), ("code", &mut action.code), ("runtime", &mut action.runtime)]
    {
        if body.contains_key(key) {
            text(body, key)?.clone_into(target);
        }
    }
    if action.code.len() > LARGEST_CODE {
        return Err(error(400, None, "The code of the action is too large."));
    }
    for (key, target, most) in [
        ("supported_triggers", &mut action.supported_triggers, 1),
        ("dependencies", &mut action.dependencies, MOST_DEPENDENCIES),
        ("modules", &mut action.modules, 3),
    ] {
        if let Some(value) = body.get(key) {
            list_of(value, key, most)?.clone_into(target);
        }
    }
    if let Some(value) = body.get("secrets") {
        let mut secrets = Vec::new();
        for secret in list_of(value, "secrets", MOST_SECRETS)? {
            let members = secret.as_object().ok_or_else(|| invalid_body("'Expected type object'"))?;
            let name = text(members, "name")?;
            let old = action.secrets.iter().find(|it| it.name == name);
            secrets.push(match (members.get("value").and_then(Value::as_str), old) {
                (Some(value), _) => {
                    Secret { name: name.to_owned(), value: value.to_owned(), updated_at: now.to_owned() }
                }
                (None, Some(old)) => old.clone(),
                (None, None) => return Err(invalid_body("'Missing required property: value'")),
            });
        }
        action.secrets = secrets;
    }
    Ok(())
}

fn list_of<'a>(value: &'a Value, key: &str, most: usize) -> Result<&'a [Value], Box<Response>> {
    let items =
        value.as_array().ok_or_else(|| invalid_body(&format!("'Expected type array' on property {key}")))?;
    if items.len() > most {
        let message = format!("'Array is too long ({}), maximum {most}' on property {key}", items.len());
        return Err(invalid_body(&message));
    }
    Ok(items)
}

fn begin_build(world: &mut World, action: &mut Action) {
    world.builds += 1;
    action.build_fails =
        world.build.fail_actions.contains(&action.name) || world.build.fail_builds.contains(&world.builds);
    action.build_steps_left = world.build.steps;
    action.status = BuildState::Pending;
    if action.build_steps_left == 0 {
        build_one_step(action);
    }
}

/// What time does to an Action, one request after another.
fn pass_time(world: &mut World, index: usize) {
    let Some(action) = world.tenant.actions.get_mut(index) else { return };
    build_one_step(action);
    if action.deploy_when_built && action.status == BuildState::Built {
        action.deploy_when_built = false;
        let mut deployed = action.clone();
        deploy_draft(world, &mut deployed);
        if let Some(action) = world.tenant.actions.get_mut(index) {
            *action = deployed;
        }
    }
}

fn build_one_step(action: &mut Action) {
    if matches!(action.status, BuildState::Built | BuildState::Failed) {
        return;
    }
    action.build_steps_left = action.build_steps_left.saturating_sub(1);
    action.status = match action.build_steps_left {
        0 if action.build_fails => BuildState::Failed,
        0 => BuildState::Built,
        1 if !action.build_fails => BuildState::Packaged,
        _ => BuildState::Building,
    };
}

fn deploy_draft(world: &mut World, action: &mut Action) -> Value {
    let draft = Version {
        code: action.code.clone(),
        runtime: action.runtime.clone(),
        dependencies: action.dependencies.clone(),
        secrets: action.secrets.clone(),
        modules: action.modules.clone(),
        ..Version::default()
    };
    let answer = add_version(world, action, draft);
    action.all_changes_deployed = true;
    answer
}

fn add_version(world: &mut World, action: &mut Action, content: Version) -> Value {
    for version in &mut action.versions {
        version.deployed = false;
    }
    action.last_version += 1;
    let version = Version {
        id: world.uuid(),
        number: action.last_version,
        deployed: true,
        created_at: world.clock.rfc3339(),
        ..content
    };
    let answer = shown_version(action, &version);
    action.versions.push(version);
    if action.versions.len() > MOST_VERSIONS {
        action.versions.remove(0);
    }
    answer
}

fn shown(action: &Action) -> Value {
    let mut answer = json!({
        "id": action.id,
        "name": action.name,
        "supported_triggers": action.supported_triggers,
        "created_at": action.created_at,
        "updated_at": action.updated_at,
        "code": action.code,
        "dependencies": action.dependencies,
        "runtime": action.runtime,
        "status": action.status.name(),
        "secrets": shown_secrets(&action.secrets),
        "all_changes_deployed": action.all_changes_deployed,
    });
    if let Some(members) = answer.as_object_mut() {
        if !action.modules.is_empty() {
            members.insert("modules".to_owned(), action.modules.clone().into());
        }
        if let Some(version) = action.deployed() {
            let mut shown = shown_version(action, version);
            // The Action is around it already.
            if let Some(members) = shown.as_object_mut() {
                members.remove("action");
            }
            members.insert("deployed_version".to_owned(), shown);
            let current = json!({
                "id": version.id, "code": version.code, "runtime": version.runtime, "status": "BUILT",
                "number": version.number, "build_time": version.created_at,
                "created_at": version.created_at, "updated_at": version.created_at,
            });
            members.insert("current_version".to_owned(), current);
        }
    }
    answer
}

/// An Action as bindings show it: without its draft.
pub(crate) fn shown_in_binding(action: &Action) -> Value {
    let mut answer = shown(action);
    if let Some(members) = answer.as_object_mut() {
        for key in ["code", "dependencies", "runtime", "status", "secrets"] {
            members.remove(key);
        }
        members.insert("all_changes_deployed".to_owned(), false.into());
    }
    answer
}

fn shown_version(action: &Action, version: &Version) -> Value {
    json!({
        "id": version.id,
        "action_id": action.id,
        "code": version.code,
        "dependencies": version.dependencies,
        "deployed": version.deployed,
        "number": version.number,
        "built_at": version.created_at,
        "secrets": shown_secrets(&version.secrets),
        "status": "built",
        "created_at": version.created_at,
        "updated_at": version.created_at,
        "runtime": version.runtime,
        "supported_triggers": action.supported_triggers,
        "modules": version.modules,
        "action": {
            "id": action.id,
            "name": action.name,
            "supported_triggers": action.supported_triggers,
            "created_at": action.created_at,
            "updated_at": action.updated_at,
            "all_changes_deployed": false,
        },
    })
}

pub(crate) fn shown_secrets(secrets: &[Secret]) -> Vec<Value> {
    secrets.iter().map(|it| json!({ "name": it.name, "updated_at": it.updated_at })).collect()
}
