//! Triggers, and the Actions that are bound to them. The list of a trigger is always replaced as a whole.

use serde_json::{Value, json};

use super::answer::{Answered, error, invalid_body, ok};
use super::tenant::{Action, Binding, Tenant};
use super::world::{Call, World, text};
use super::{actions, page};
use crate::http::Response;

const MOST_BINDINGS: usize = 20;
const TRIGGERS: [(&str, &str); 4] = [
    ("post-login", "v3"),
    ("credentials-exchange", "v2"),
    ("pre-user-registration", "v2"),
    ("post-user-registration", "v2"),
];

pub(crate) fn triggers(_: &mut World, _: &Call) -> Answered {
    let shown = TRIGGERS.map(|(id, version)| {
        json!({
            "id": id, "version": version, "status": "CURRENT", "runtimes": ["node18", "node22"],
            "default_runtime": "node22", "binding_policy": "trigger-bound", "compatible_triggers": [],
        })
    });
    ok(200, json!({ "triggers": shown }))
}

pub(crate) fn list(world: &mut World, call: &Call) -> Answered {
    let trigger = known_trigger(call)?;
    let bindings = world.tenant.bindings.get(trigger).map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<Value> = bindings.iter().map(|binding| shown(&world.tenant, trigger, binding)).collect();
    ok(200, page::of_actions(call, "bindings", &rows)?)
}

pub(crate) fn replace(world: &mut World, call: &Call) -> Answered {
    let trigger = known_trigger(call)?;
    let wanted = call.object(&["bindings"])?.get("bindings").and_then(Value::as_array);
    let wanted = wanted.ok_or_else(|| invalid_body("'Missing required property: bindings'"))?;
    if wanted.len() > MOST_BINDINGS {
        let message =
            format!("'Array is too long ({}), maximum {MOST_BINDINGS}' on property bindings", wanted.len());
        return Err(invalid_body(&message));
    }
    let mut bindings: Vec<Binding> = Vec::new();
    for entry in wanted {
        let (action, kept) = referenced(&world.tenant, trigger, entry)?;
        if action.deployed().is_none() {
            return Err(error(400, None, "The action must be deployed before it can be bound to a trigger."));
        }
        if bindings.iter().any(|binding| binding.action_id == action.id) {
            return Err(error(400, None, "An action can be bound only once to a trigger."));
        }
        let display_name = entry["display_name"].as_str().unwrap_or(&action.name).to_owned();
        let action_id = action.id.clone();
        bindings.push(match kept {
            Some(old) => Binding { display_name, ..old },
            None => Binding { id: world.uuid(), action_id, display_name, created_at: world.clock.rfc3339() },
        });
    }
    let rows: Vec<Value> = bindings.iter().map(|binding| shown(&world.tenant, trigger, binding)).collect();
    world.tenant.bindings.insert(trigger.to_owned(), bindings);
    ok(200, json!({ "bindings": rows }))
}

fn known_trigger(call: &Call) -> Result<&str, Box<Response>> {
    let id = call.parameter(0);
    if TRIGGERS.iter().any(|(known, _)| *known == id) {
        Ok(id)
    } else {
        Err(error(404, None, "That trigger does not exist."))
    }
}

/// The Action that an entry names, and the binding that it keeps.
fn referenced<'a>(
    tenant: &'a Tenant,
    trigger: &str,
    entry: &Value,
) -> Result<(&'a Action, Option<Binding>), Box<Response>> {
    let missing = || invalid_body("'Missing required property: ref'");
    let reference = entry.get("ref").and_then(Value::as_object).ok_or_else(missing)?;
    let value = text(reference, "value")?;
    let by = |fits: &dyn Fn(&Action) -> bool| {
        let found = tenant.actions.iter().find(|action| fits(action));
        found.ok_or_else(actions::no_action)
    };
    match text(reference, "type")? {
        "action_id" => Ok((by(&|action| action.id == value)?, None)),
        "action_name" => Ok((by(&|action| action.name == value)?, None)),
        "binding_id" => {
            let bindings = tenant.bindings.get(trigger).map(Vec::as_slice).unwrap_or_default();
            let binding = bindings.iter().find(|binding| binding.id == value);
            let binding = binding.ok_or_else(|| error(404, None, "That binding does not exist."))?;
            Ok((by(&|action| action.id == binding.action_id)?, Some(binding.clone())))
        }
        other => Err(invalid_body(&format!("'No enum match for: {other}' on property type"))),
    }
}

fn shown(tenant: &Tenant, trigger: &str, binding: &Binding) -> Value {
    let action = tenant.actions.iter().find(|action| action.id == binding.action_id);
    json!({
        "id": binding.id,
        "trigger_id": trigger,
        "action": action.map(actions::shown_in_binding),
        "created_at": binding.created_at,
        "updated_at": binding.created_at,
        "display_name": binding.display_name,
    })
}
