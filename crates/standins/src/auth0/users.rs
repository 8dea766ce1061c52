//! Users, as far as reading profiles and blocking need them.

use serde_json::{Value, json};

use super::answer::{Answered, empty, error, invalid_body, invalid_query, ok};
use super::page;
use super::tenant::Record;
use super::world::{Call, World, without};
use crate::http::Response;

pub(crate) fn list(world: &mut World, call: &Call) -> Answered {
    let query = call.query("q").map(Query::read).transpose()?;
    let fits = |user: &&Record| query.as_ref().is_none_or(|query| query.fits(user));
    let mut found: Vec<&Record> = world.tenant.users.iter().filter(fits).collect();
    if let Some(sort) = call.query("sort") {
        let (field, order) = sort
            .split_once(':')
            .filter(|(_, order)| ["1", "-1"].contains(order))
            .ok_or_else(|| invalid_query("'Expected FIELD:1 or FIELD:-1' on property sort"))?;
        // In descending order, users without the member come last.
        let key = |user: &&Record| user.get(field).and_then(Value::as_str).map(str::to_owned);
        found.sort_by_key(key);
        if order == "-1" {
            found.reverse();
        }
    }
    ok(200, page::of_objects(call, "users", found, |user| selected(call, user))?)
}

pub(crate) fn by_email(world: &mut World, call: &Call) -> Answered {
    let wanted = call.query("email").map(Value::from);
    let found = world.tenant.users.iter().filter(|user| user.get("email") == wanted.as_ref());
    ok(200, found.map(shown).collect::<Vec<Value>>().into())
}

pub(crate) fn get(world: &mut World, call: &Call) -> Answered {
    let user = selected(call, find(world, call)?);
    ok(200, user)
}

pub(crate) fn create(world: &mut World, call: &Call) -> Answered {
    let mut user = call.body.as_object().cloned().ok_or_else(|| invalid_body("'Expected type object'"))?;
    let now = world.clock.rfc3339();
    let id = match user.remove("user_id") {
        Some(Value::String(id)) => format!("auth0|{id}"),
        _ => world.short_id("auth0|"),
    };
    user.insert("user_id".to_owned(), id.into());
    user.insert("created_at".to_owned(), now.clone().into());
    user.insert("updated_at".to_owned(), now.into());
    if world.tenant.users.iter().any(|it| it.get("user_id") == user.get("user_id")) {
        return Err(error(409, Some("auth0_idp_error"), "The user already exists."));
    }
    let answer = shown(&user);
    world.tenant.users.push(user);
    ok(201, answer)
}

/// The first level of metadata is merged, everything else is replaced.
pub(crate) fn update(world: &mut World, call: &Call) -> Answered {
    let body = call.body.as_object().ok_or_else(|| invalid_body("'Expected type object'"))?;
    let now = world.clock.rfc3339();
    let user = find(world, call)?;
    for (key, value) in body {
        match (key.as_str(), user.get_mut(key), value) {
            ("app_metadata" | "user_metadata", Some(Value::Object(old)), Value::Object(new)) => {
                old.extend(new.clone());
                old.retain(|_, value| !value.is_null());
            }
            _ => {
                user.insert(key.clone(), value.clone());
            }
        }
    }
    user.insert("updated_at".to_owned(), now.into());
    ok(200, shown(user))
}

/// Also of somebody who does not exist.
pub(crate) fn delete(world: &mut World, call: &Call) -> Answered {
    let id = call.parameter(0);
    world.tenant.users.retain(|it| it.get("user_id") != Some(&id.into()));
    for members in world.tenant.organization_members.values_mut() {
        members.retain(|member| member != id);
    }
    empty(204)
}

pub(crate) fn organizations(world: &mut World, call: &Call) -> Answered {
    let id = find(world, call)?.get("user_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let is_member = |organization: &&Record| {
        let members = organization.get("id").and_then(Value::as_str);
        let members = members.and_then(|id| world.tenant.organization_members.get(id));
        members.is_some_and(|members| members.contains(&id))
    };
    let found = world.tenant.organizations.iter().filter(is_member);
    ok(200, page::of_objects(call, "organizations", found, page::whole)?)
}

/// Groups that a directory provisions.
pub(crate) fn groups(world: &mut World, call: &Call) -> Answered {
    find(world, call)?;
    let groups = world.tenant.user_groups.get(call.parameter(0)).map(Vec::as_slice).unwrap_or_default();
    ok(200, page::of_objects(call, "groups", groups, page::whole)?)
}

fn find<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Record, Box<Response>> {
    let id = Value::from(call.parameter(0));
    let found = world.tenant.users.iter_mut().find(|it| it.get("user_id") == Some(&id));
    found.ok_or_else(|| error(404, Some("inexistent_user"), "The user does not exist."))
}

fn selected(call: &Call, user: &Record) -> Value {
    match shown(user) {
        Value::Object(members) => page::selected(call, &members),
        other => other,
    }
}

/// A search for one value, such as `identities.connection:"acme"`. Anything else of Lucene's language is refused: an
/// answer to another question would be worse.
struct Query {
    path: Vec<String>,
    value: String,
}

impl Query {
    fn read(text: &str) -> Result<Self, Box<Response>> {
        let parts = text.split_once(':').map(|(path, value)| (path, value.trim_matches('"')));
        let plain =
            |(path, value): &(&str, &str)| !format!("{path}{value}").contains([' ', '*', '"', '(', '[']);
        let (path, value) = parts.filter(plain).ok_or_else(|| {
            error(400, Some("invalid_query_string"), "the stand-in only searches for FIELD:\"VALUE\"")
        })?;
        Ok(Self { path: path.split('.').map(str::to_owned).collect(), value: value.to_owned() })
    }

    fn fits(&self, user: &Record) -> bool {
        let mut found: Vec<&Value> = self.path.first().and_then(|key| user.get(key)).into_iter().collect();
        for key in self.path.iter().skip(1) {
            found = found.into_iter().flat_map(each).filter_map(|value| value.get(key)).collect();
        }
        found.into_iter().flat_map(each).any(|value| value.as_str() == Some(&self.value))
    }
}

/// The items of a list, or the value itself.
fn each(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

fn shown(user: &Record) -> Value {
    let mut answer = without(user, &["password"]);
    if let Some(members) = answer.as_object_mut() {
        members.entry("identities").or_insert_with(|| json!([]));
    }
    answer
}
