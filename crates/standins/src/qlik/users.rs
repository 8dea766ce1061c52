//! Users, with their groups and roles.

use serde_json::{Value, json};

use super::answer::{Answered, empty, error, errors, item, ok};
use super::filter::{Attributes, Filter};
use super::tenant::{Record, by_id, references, text};
use super::world::{Call, World};
use super::{page, roles};
use crate::http::Response;

const PART: &str = "USERS";
const ATTRIBUTES: Attributes = Attributes {
    part: PART,
    eq: &[
        "id",
        "subject",
        "name",
        "email",
        "status",
        "clientId",
        "assignedRoles.id",
        "assignedRoles.name",
        "assignedGroups.id",
        "assignedScopes",
    ],
    co: &["name", "email", "subject"],
};
const SORTABLE: [&str; 7] = ["id", "name", "tenantId", "status", "subject", "email", "createdAt"];

/// Deleted users are found only by a filter that names `status`.
pub(crate) fn list(world: &mut World, call: &Call) -> Answered {
    let given = call.query("filter").or_else(|| call.body.get("filter").and_then(Value::as_str));
    let filter = given.map(|text| Filter::read(text, ATTRIBUTES)).transpose()?;
    let names_status = filter.is_some_and(|filter| filter.names("status"));
    let users = world.tenant.users.iter().filter(|user| names_status || text(user, "status") != "deleted");
    let rows = users.map(|user| shown(world, user)).collect();
    let mut body = page::of(world, call, rows, ATTRIBUTES, &SORTABLE)?;
    if let (Some(fields), Some(data)) =
        (call.query("fields"), body.get_mut("data").and_then(Value::as_array_mut))
    {
        for user in data.iter_mut().filter_map(Value::as_object_mut) {
            select(user, fields);
        }
    }
    ok(200, body)
}

pub(crate) fn count(world: &mut World, _: &Call) -> Answered {
    let total = world.tenant.users.iter().filter(|user| text(user, "status") != "deleted").count();
    ok(200, json!({ "total": total }))
}

pub(crate) fn get(world: &mut World, call: &Call) -> Answered {
    let user = by_id(&world.tenant.users, call.parameter()).ok_or_else(|| error(404, PART, ""))?;
    let mut shown = shown(world, user);
    if let Some(fields) = call.query("fields") {
        select(&mut shown, fields);
    }
    ok(200, shown.into())
}

fn select(user: &mut Record, fields: &str) {
    let wanted: Vec<&str> = fields.split(',').map(str::trim).collect();
    user.retain(|key, _| wanted.contains(&key.as_str()));
}

pub(crate) fn create(world: &mut World, call: &Call) -> Answered {
    let body = call.body.as_object().ok_or_else(|| error(400, PART, "expected an object"))?;
    let subject = text(body, "subject").to_owned();
    if subject.is_empty() {
        return Err(error(400, PART, "subject is missing"));
    }
    let email = text(body, "email").to_owned();
    let is_taken = |user: &Record| {
        text(user, "status") != "deleted"
            && (text(user, "subject") == subject || (!email.is_empty() && text(user, "email") == email))
    };
    if world.tenant.users.iter().any(is_taken) {
        return Err(error(409, PART, "a user with this subject or email exists"));
    }
    let mut user = new_user(world, &subject);
    for key in ["name", "email", "picture", "status"] {
        if let Some(value) = body.get(key) {
            user.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(value) = body.get("assignedRoles") {
        user.insert("assignedRoles".to_owned(), roles::resolve(world, PART, value)?);
    }
    world.tenant.users.push(user.clone());
    ok(201, shown(world, &user).into())
}

pub(crate) fn new_user(world: &mut World, subject: &str) -> Record {
    let now = world.clock.rfc3339();
    let members = [
        ("id", world.ids.object_id()),
        ("subject", subject.to_owned()),
        ("name", subject.to_owned()),
        ("status", "active".to_owned()),
        ("createdAt", now.clone()),
        ("lastUpdatedAt", now),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect()
}

/// Each operation alone can fail: then the answer is 207, unless all of them do.
pub(crate) fn update(world: &mut World, call: &Call) -> Answered {
    let id = call.parameter().to_owned();
    let mut user = by_id(&world.tenant.users, &id).ok_or_else(|| error(404, PART, ""))?.clone();
    let operations = call.operations(PART)?;
    let mut failed = Vec::new();
    for (op, path, value) in &operations {
        if let Err(detail) = apply(world, &mut user, op, path, value) {
            failed.push(item(400, PART, &detail));
        }
    }
    if failed.len() == operations.len() {
        return Err(Box::new(Response { status: 400, headers: Vec::new(), body: Some(errors(failed)) }));
    }
    user.insert("lastUpdatedAt".to_owned(), world.clock.rfc3339().into());
    if let Some(found) = world.tenant.users.iter_mut().find(|it| text(it, "id") == id) {
        *found = user;
    }
    if failed.is_empty() { empty() } else { ok(207, errors(failed)) }
}

fn apply(world: &World, user: &mut Record, op: &str, path: &str, value: &Value) -> Result<(), String> {
    match (op, path) {
        ("replace", "/name" | "/preferredZoneinfo" | "/preferredLocale") if value.is_string() => {
            user.insert(path.trim_start_matches('/').to_owned(), value.clone());
        }
        ("replace", "/status") if ["active", "disabled"].iter().any(|it| value == it) => {
            user.insert("status".to_owned(), value.clone());
        }
        ("replace", "/assignedRoles") => {
            let roles = roles::resolve(world, PART, value).map_err(|_| "there is no such role".to_owned())?;
            user.insert("assignedRoles".to_owned(), roles);
        }
        ("add", "/assignedGroups/-" | "/assignedGroups") => {
            for id in custom_groups(world, value)? {
                if references(user, "assignedGroups").contains(&id.as_str()) {
                    return Err("the user is in the group already".to_owned());
                }
                let list = user.entry("assignedGroups").or_insert_with(|| json!([]));
                list.as_array_mut().into_iter().for_each(|list| list.push(json!({ "id": id })));
            }
        }
        ("remove-value", "/assignedGroups") => {
            let ids = custom_groups(world, value)?;
            if let Some(list) = user.get_mut("assignedGroups").and_then(Value::as_array_mut) {
                list.retain(|it| !ids.iter().any(|id| it.get("id").and_then(Value::as_str) == Some(id)));
            }
        }
        _ => return Err(format!("{op} {path} is not supported")),
    }
    Ok(())
}

/// Memberships of groups of the identity provider come from logins, and cannot be changed.
fn custom_groups(world: &World, value: &Value) -> Result<Vec<String>, String> {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let mut found = Vec::new();
    for reference in list {
        let is = |group: &&Record, key: &str| reference.get(key).is_some_and(|it| Some(it) == group.get(key));
        let is_meant = |group: &&Record| is(group, "id") || (is(group, "name") && is(group, "providerType"));
        let group = world.tenant.groups.iter().find(is_meant).ok_or("there is no such group")?;
        if text(group, "providerType") != "custom" {
            return Err("the group is controlled by the identity provider".to_owned());
        }
        found.push(text(group, "id").to_owned());
    }
    Ok(found)
}

/// What is about a person is erased; the record stays.
pub(crate) fn delete(world: &mut World, call: &Call) -> Answered {
    let id = call.parameter();
    let found = world.tenant.users.iter_mut().find(|user| text(user, "id") == id);
    let user = found.filter(|user| text(user, "status") != "deleted").ok_or_else(|| error(404, PART, ""))?;
    user.retain(|key, _| ["id", "createdAt", "lastUpdatedAt"].contains(&key.as_str()));
    for (key, value) in [("status", "deleted"), ("name", ""), ("subject", "")] {
        user.insert(key.to_owned(), value.into());
    }
    empty()
}

fn shown(world: &World, user: &Record) -> Record {
    let mut shown = user.clone();
    let groups =
        references(user, "assignedGroups").into_iter().filter_map(|id| by_id(&world.tenant.groups, id));
    let brief = |group: &Record| {
        json!({
            "id": text(group, "id"), "name": text(group, "name"), "providerType": text(group, "providerType"),
            "assignedRoles": roles::assigned(world, group),
        })
    };
    shown.insert("assignedGroups".to_owned(), groups.map(brief).collect());
    shown.insert("assignedRoles".to_owned(), roles::assigned(world, user));
    shown.insert("tenantId".to_owned(), world.tenant.id.clone().into());
    shown.insert("links".to_owned(), world.self_link(&format!("users/{}", text(user, "id"))));
    shown
}
