//! Connections, and the clients of the tenant.

use serde_json::{Value, json};

use super::answer::{Answered, empty, error, invalid_body, ok};
use super::page;
use super::tenant::Record;
use super::world::{Call, World, check_metadata, text, without};
use crate::http::Response;

const MOST_METADATA: usize = 10;

pub(crate) fn list(world: &mut World, call: &Call) -> Answered {
    let fits = |connection: &&Record| {
        let equals = |key: &str| {
            call.query(key).is_none_or(|wanted| connection.get(key).and_then(Value::as_str) == Some(wanted))
        };
        equals("name") && equals("strategy")
    };
    let found = world.tenant.connections.iter().filter(fits);
    ok(200, page::of_objects(call, "connections", found, |connection| page::selected(call, connection))?)
}

pub(crate) fn get(world: &mut World, call: &Call) -> Answered {
    let connection = page::selected(call, find(world, call)?);
    ok(200, connection)
}

pub(crate) fn create(world: &mut World, call: &Call) -> Answered {
    let body = call.body.as_object().ok_or_else(|| invalid_body("'Expected type object'"))?;
    let (name, strategy) = (text(body, "name")?, text(body, "strategy")?);
    if world.tenant.connections.iter().any(|it| it.get("name") == body.get("name")) {
        return Err(error(409, None, "A connection with the same name already exists"));
    }
    check_metadata(body.get("metadata"), MOST_METADATA, "metadata")?;
    let mut connection = json!({
        "id": world.short_id("con_"), "options": {}, "strategy": strategy, "name": name,
        "is_domain_connection": false, "realms": [name],
    });
    if let Some(members) = connection.as_object_mut() {
        members.extend(body.clone());
        // In the list of clients only.
        let clients = members.remove("enabled_clients");
        let clients = clients.and_then(|clients| serde_json::from_value(clients).ok()).unwrap_or_default();
        let id = members.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        world.tenant.connection_clients.insert(id, clients);
        world.tenant.connections.push(members.clone());
    }
    ok(201, connection)
}

/// `options` are replaced, not merged, as is every other member.
pub(crate) fn update(world: &mut World, call: &Call) -> Answered {
    let body = call.body.as_object().ok_or_else(|| invalid_body("'Expected type object'"))?;
    if let Some(fixed) = ["id", "name", "strategy"].into_iter().find(|key| body.contains_key(*key)) {
        return Err(invalid_body(&format!("'Additional properties not allowed: {fixed}'")));
    }
    check_metadata(body.get("metadata"), MOST_METADATA, "metadata")?;
    let connection = find(world, call)?;
    connection.extend(body.clone());
    connection.remove("enabled_clients");
    ok(200, connection.clone().into())
}

pub(crate) fn delete(world: &mut World, call: &Call) -> Answered {
    let id = Value::from(call.parameter(0));
    world.tenant.connections.retain(|it| it.get("id") != Some(&id));
    for connections in world.tenant.organization_connections.values_mut() {
        connections.retain(|it| it.get("connection_id") != Some(&id));
    }
    ok(202, json!({ "deleted_at": world.clock.rfc3339() }))
}

pub(crate) fn list_clients(world: &mut World, call: &Call) -> Answered {
    find(world, call)?;
    let clients =
        world.tenant.connection_clients.get(call.parameter(0)).map(Vec::as_slice).unwrap_or_default();
    let shown: Vec<Value> = clients.iter().map(|id| json!({ "client_id": id })).collect();
    ok(200, json!({ "clients": shown }))
}

/// Switches single clients on or off.
pub(crate) fn update_clients(world: &mut World, call: &Call) -> Answered {
    find(world, call)?;
    let changes = call.body.as_array().ok_or_else(|| invalid_body("'Expected type array'"))?;
    let clients = world.tenant.connection_clients.entry(call.parameter(0).to_owned()).or_default();
    for change in changes {
        let id = change["client_id"].as_str().unwrap_or_default();
        clients.retain(|client| client != id);
        if change["status"] == true {
            clients.push(id.to_owned());
        }
    }
    empty(204)
}

pub(crate) fn not_configured(_: &mut World, _: &Call) -> Answered {
    Err(error(404, Some("not_found"), "Not Found"))
}

/// Without the tokens themselves, which are shown once.
pub(crate) fn scim_tokens(world: &mut World, call: &Call) -> Answered {
    find(world, call)?;
    let tokens = world.tenant.scim_tokens.get(call.parameter(0));
    let tokens = tokens.ok_or_else(|| error(404, Some("not_found"), "Not Found"))?;
    ok(200, tokens.iter().map(|it| without(it, &["token"])).collect::<Vec<Value>>().into())
}

pub(crate) fn client_credentials(world: &mut World, call: &Call) -> Answered {
    client(world, call)?;
    let credentials = world.tenant.client_credentials.get(call.parameter(0)).cloned().unwrap_or_default();
    ok(200, credentials.into_iter().map(Value::Object).collect::<Vec<Value>>().into())
}

pub(crate) fn signing_keys(world: &mut World, _: &Call) -> Answered {
    let keys = world.tenant.signing_keys.iter().cloned();
    ok(200, keys.map(Value::Object).collect::<Vec<Value>>().into())
}

pub(crate) fn no_provisionings(_: &mut World, _: &Call) -> Answered {
    ok(200, json!({ "directory_provisionings": [] }))
}

fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Record, Box<Response>> {
    let id = Value::from(call.parameter(0));
    let found = world.tenant.connections.iter_mut().find(|it| it.get("id") == Some(&id));
    found.ok_or_else(|| error(404, Some("inexistent_connection"), "The connection does not exist"))
}

/// Secrets are for clients that may read keys, which the stand-in never grants.
pub(crate) fn clients(world: &mut World, call: &Call) -> Answered {
    ok(200, page::of_objects(call, "clients", &world.tenant.clients, |it| without(it, &["client_secret"]))?)
}

pub(crate) fn client(world: &mut World, call: &Call) -> Answered {
    let id = Value::from(call.parameter(0));
    let found = world.tenant.clients.iter().find(|it| it.get("client_id") == Some(&id));
    let found = found.ok_or_else(|| error(404, Some("inexistent_client"), "The client does not exist"))?;
    ok(200, without(found, &["client_secret"]))
}

pub(crate) fn client_grants(world: &mut World, call: &Call) -> Answered {
    let wanted = call.query("client_id").map(Value::from);
    let fits = |grant: &&Record| wanted.is_none() || grant.get("client_id") == wanted.as_ref();
    let grants = world.tenant.client_grants.iter().filter(fits);
    ok(200, page::of_objects(call, "client_grants", grants, page::whole)?)
}
