//! Organizations, their connections and their members.

use serde_json::{Value, json};

use super::answer::{Answered, empty, error, invalid_body, ok};
use super::page;
use super::tenant::Record;
use super::world::{Call, World, check_metadata, text};
use crate::http::Response;

const MOST_METADATA: usize = 25;
const MOST_CONNECTIONS: usize = 10;
const LONGEST_NAME: usize = 50;
const MEMBERS: &[&str] = &[
    "name",
    "display_name",
    "branding",
    "metadata",
    "enabled_connections",
    "token_quota",
    "third_party_client_access",
];
/// What the list of members says about a user.
const MEMBER_MEMBERS: &[&str] = &["user_id", "name", "email", "picture"];
const CONNECTION_MEMBERS: &[&str] = &[
    "connection_id",
    "assign_membership_on_login",
    "show_as_button",
    "is_signup_enabled",
    "is_enabled",
    "organization_connection_name",
    "organization_access_level",
];

pub(crate) fn list(world: &mut World, call: &Call) -> Answered {
    ok(200, page::of_objects(call, "organizations", &world.tenant.organizations, page::whole)?)
}

pub(crate) fn get(world: &mut World, call: &Call) -> Answered {
    let organization = find(world, call)?.clone();
    ok(200, organization.into())
}

pub(crate) fn get_by_name(world: &mut World, call: &Call) -> Answered {
    let found =
        world.tenant.organizations.iter().find(|it| it.get("name") == Some(&call.parameter(0).into()));
    ok(200, found.cloned().ok_or_else(not_found)?.into())
}

pub(crate) fn create(world: &mut World, call: &Call) -> Answered {
    let body = call.object(MEMBERS)?;
    check(world, body, None)?;
    text(body, "name")?;
    let id = world.short_id("org_");
    let mut connections = Vec::new();
    for connection in body.get("enabled_connections").and_then(Value::as_array).into_iter().flatten() {
        let members = connection.as_object().ok_or_else(|| invalid_body("'Expected type object'"))?;
        connections.push(new_connection(world, members)?);
    }
    if connections.len() > MOST_CONNECTIONS {
        return Err(invalid_body("'Array is too long, maximum 10' on property enabled_connections"));
    }
    let mut organization = body.clone();
    organization.remove("enabled_connections");
    organization.insert("id".to_owned(), id.clone().into());
    organization.entry("display_name").or_insert_with(|| body.get("name").cloned().unwrap_or_default());
    world.tenant.organizations.push(organization.clone());
    if !connections.is_empty() {
        world.tenant.organization_connections.insert(id, connections.clone());
        let shown: Vec<Value> = connections.into_iter().map(Value::Object).collect();
        organization.insert("enabled_connections".to_owned(), shown.into());
    }
    ok(201, organization.into())
}

/// Each member of the body replaces that of the organization: metadata are not merged.
pub(crate) fn update(world: &mut World, call: &Call) -> Answered {
    let body = call.object(MEMBERS)?;
    let id = id_of(find(world, call)?);
    check(world, body, Some(&id))?;
    let organization = find(world, call)?;
    organization.extend(body.clone());
    ok(200, organization.clone().into())
}

pub(crate) fn delete(world: &mut World, call: &Call) -> Answered {
    let id = id_of(find(world, call)?);
    world.tenant.organizations.retain(|it| id_of(it) != id);
    world.tenant.organization_connections.remove(&id);
    world.tenant.organization_members.remove(&id);
    empty(204)
}

pub(crate) fn list_enabled(world: &mut World, call: &Call) -> Answered {
    list_connections_as(world, call, "enabled_connections")
}

pub(crate) fn list_connections(world: &mut World, call: &Call) -> Answered {
    list_connections_as(world, call, "connections")
}

fn list_connections_as(world: &mut World, call: &Call, key: &str) -> Answered {
    let id = id_of(find(world, call)?);
    let connections = world.tenant.organization_connections.get(&id).map(Vec::as_slice).unwrap_or_default();
    ok(200, page::of_objects(call, key, connections, page::whole)?)
}

pub(crate) fn enable(world: &mut World, call: &Call) -> Answered {
    let id = id_of(find(world, call)?);
    let connection = new_connection(world, call.object(CONNECTION_MEMBERS)?)?;
    let connections = world.tenant.organization_connections.entry(id).or_default();
    if connections.iter().any(|it| it.get("connection_id") == connection.get("connection_id")) {
        return Err(error(409, None, "This connection is already enabled for this organization."));
    }
    if connections.len() >= MOST_CONNECTIONS {
        return Err(error(
            400,
            None,
            "The maximum number of connections of an organization has been reached.",
        ));
    }
    connections.push(connection.clone());
    ok(201, connection.into())
}

pub(crate) fn get_enabled(world: &mut World, call: &Call) -> Answered {
    let connection = find_connection(world, call)?.clone();
    ok(200, connection.into())
}

pub(crate) fn update_enabled(world: &mut World, call: &Call) -> Answered {
    let body = call.object(CONNECTION_MEMBERS)?;
    let connection = find_connection(world, call)?;
    connection.extend(body.clone());
    ok(200, connection.clone().into())
}

pub(crate) fn disable(world: &mut World, call: &Call) -> Answered {
    find_connection(world, call)?;
    let connections = world.tenant.organization_connections.entry(call.parameter(0).to_owned()).or_default();
    connections.retain(|it| it.get("connection_id") != Some(&call.parameter(1).into()));
    empty(204)
}

pub(crate) fn list_members(world: &mut World, call: &Call) -> Answered {
    let id = id_of(find(world, call)?);
    let members = world.tenant.organization_members.get(&id).map(Vec::as_slice).unwrap_or_default();
    let user =
        |id: &String| world.tenant.users.iter().find(|it| it.get("user_id") == Some(&id.as_str().into()));
    let shown = |member: &Record| {
        let members = member.iter().filter(|(key, _)| MEMBER_MEMBERS.contains(&key.as_str()));
        members.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    ok(200, page::of_objects(call, "members", members.iter().filter_map(user), shown)?)
}

pub(crate) fn add_members(world: &mut World, call: &Call) -> Answered {
    let (id, users) = members(world, call)?;
    let known =
        |id: &String| world.tenant.users.iter().any(|it| it.get("user_id") == Some(&id.as_str().into()));
    if !users.iter().all(known) {
        return Err(error(400, None, "One or more of the users specified in the request do not exist."));
    }
    let present = world.tenant.organization_members.entry(id).or_default();
    for user in users {
        if !present.contains(&user) {
            present.push(user);
        }
    }
    empty(204)
}

pub(crate) fn remove_members(world: &mut World, call: &Call) -> Answered {
    let (id, users) = members(world, call)?;
    world.tenant.organization_members.entry(id).or_default().retain(|user| !users.contains(user));
    empty(204)
}

fn members(world: &mut World, call: &Call) -> Result<(String, Vec<String>), Box<Response>> {
    let id = id_of(find(world, call)?);
    let users = call.object(&["members"])?.get("members").and_then(Value::as_array);
    let users = users.filter(|users| !users.is_empty() && users.len() <= 10);
    let users = users.ok_or_else(|| invalid_body("'Expected 1 to 10 items' on property members"))?;
    Ok((id, users.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
}

/// The stand-in has none of these; deployment programs list them.
pub(crate) fn no_client_grants(world: &mut World, call: &Call) -> Answered {
    find(world, call)?;
    ok(200, page::of_objects(call, "client_grants", [], page::whole)?)
}

/// The same.
pub(crate) fn no_domains(world: &mut World, call: &Call) -> Answered {
    find(world, call)?;
    ok(200, json!({ "domains": [] }))
}

/// The same.
pub(crate) fn no_clients(world: &mut World, call: &Call) -> Answered {
    find(world, call)?;
    ok(200, json!({ "clients": [] }))
}

fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Record, Box<Response>> {
    let id = Value::from(call.parameter(0));
    world.tenant.organizations.iter_mut().find(|it| it.get("id") == Some(&id)).ok_or_else(not_found)
}

fn not_found() -> Box<Response> {
    error(404, Some("inexistent_organization"), "No organization found by that id or name")
}

fn find_connection<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Record, Box<Response>> {
    let id = id_of(find(world, call)?);
    let connections = world.tenant.organization_connections.entry(id).or_default();
    let wanted = Value::from(call.parameter(1));
    let found = connections.iter_mut().find(|it| it.get("connection_id") == Some(&wanted));
    found.ok_or_else(|| error(404, None, "No connection found by that id"))
}

fn new_connection(world: &World, body: &Record) -> Result<Record, Box<Response>> {
    let id = Value::from(text(body, "connection_id")?);
    let found = world.tenant.connections.iter().find(|it| it.get("id") == Some(&id));
    let found = found.ok_or_else(|| error(400, None, "The connection does not exist."))?;
    let mut connection = body.clone();
    connection.entry("assign_membership_on_login").or_insert_with(|| false.into());
    connection.entry("show_as_button").or_insert_with(|| true.into());
    let shown = json!({ "name": found.get("name"), "strategy": found.get("strategy") });
    connection.insert("connection".to_owned(), shown);
    Ok(connection)
}

fn check(world: &World, body: &Record, own: Option<&str>) -> Result<(), Box<Response>> {
    check_metadata(body.get("metadata"), MOST_METADATA, "metadata")?;
    if !body.contains_key("name") {
        return Ok(());
    }
    let name = text(body, "name")?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends_plain = name.bytes().next().is_some_and(plain) && name.bytes().last().is_some_and(plain);
    if !ends_plain || !name.bytes().all(|byte| plain(byte) || byte == b'-' || byte == b'_') {
        let message = format!(
            "'String does not match pattern ^[a-z0-9]([a-z0-9-_]*[a-z0-9])?$: {name}' on property name"
        );
        return Err(invalid_body(&message));
    }
    if name.len() > LONGEST_NAME {
        let message =
            format!("'String is too long ({} chars), maximum {LONGEST_NAME}' on property name", name.len());
        return Err(invalid_body(&message));
    }
    let taken = |it: &Record| it.get("name") == body.get("name") && Some(id_of(it).as_str()) != own;
    if world.tenant.organizations.iter().any(taken) {
        return Err(error(409, None, "An organization with this name already exists."));
    }
    Ok(())
}

fn id_of(organization: &Record) -> String {
    organization.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}
