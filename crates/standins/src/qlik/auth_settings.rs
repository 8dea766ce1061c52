//! How long sessions last.

use serde_json::{Value, json};

use super::answer::{Answered, error, ok};
use super::world::{Call, World};

const PART: &str = "AUTH-SETTINGS";

pub(crate) fn get(world: &mut World, _: &Call) -> Answered {
    ok(200, shown(world))
}

fn shown(world: &World) -> Value {
    let settings = &world.tenant.auth_settings;
    json!({
        "tenantId": world.tenant.id,
        "isDefault": !settings.is_changed,
        "userSessionInactivityTimeoutMinutes": settings.inactivity_minutes,
        "maxUserSessionLifespanMinutes": settings.lifespan_minutes,
    })
}

pub(crate) fn update(world: &mut World, call: &Call) -> Answered {
    let mut settings = world.tenant.auth_settings.clone();
    for (op, path, value) in call.operations(PART)? {
        let number = value.as_u64().filter(|_| op == "replace");
        match (path, number) {
            ("/userSessionInactivityTimeoutMinutes", Some(minutes @ 15..=1440)) => {
                settings.inactivity_minutes = minutes;
            }
            ("/maxUserSessionLifespanMinutes", Some(minutes @ 60..=10_080)) if minutes % 60 == 0 => {
                settings.lifespan_minutes = minutes;
            }
            _ => return Err(error(400, PART, "the operation is not supported, or its value is not allowed")),
        }
    }
    settings.is_changed = true;
    world.tenant.auth_settings = settings;
    ok(200, shown(world))
}
