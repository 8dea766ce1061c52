//! Users and groups.

use serde_json::{Value, json};

use super::answer::{Answered, empty, error, ok};
use super::lists;
use super::tenant::{Record, member_ids, text};
use super::world::{Call, World};

/// One of the two types of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    User,
    Group,
}

impl Kind {
    pub(crate) fn of_path(segment: &str) -> Option<Self> {
        match segment {
            "Users" => Some(Self::User),
            "Groups" => Some(Self::Group),
            _ => None,
        }
    }

    fn endpoint(self) -> &'static str {
        if self == Self::User { "Users" } else { "Groups" }
    }

    fn schema(self) -> &'static str {
        match self {
            Self::User => "urn:ietf:params:scim:schemas:core:2.0:User",
            Self::Group => "urn:ietf:params:scim:schemas:core:2.0:Group",
        }
    }

    /// The attribute that a resource has to have, and that is unique.
    fn name(self) -> &'static str {
        if self == Self::User { "userName" } else { "displayName" }
    }

    fn records(self, world: &World) -> &Vec<Record> {
        if self == Self::User { &world.tenant.users } else { &world.tenant.groups }
    }

    fn records_mut(self, world: &mut World) -> &mut Vec<Record> {
        if self == Self::User { &mut world.tenant.users } else { &mut world.tenant.groups }
    }
}

pub(crate) fn list(world: &World, call: &Call, kind: Kind) -> Answered {
    let mut shown: Vec<Record> = kind.records(world).iter().map(|it| shown(world, kind, it)).collect();
    if world.quirks.lists_without_members {
        for resource in &mut shown {
            resource.remove("members");
        }
    }
    lists::of(world, call, shown)
}

pub(crate) fn get(world: &World, call: &Call, kind: Kind, id: &str) -> Answered {
    let found = kind.records(world).iter().find(|it| text(it, "id") == id).ok_or_else(not_found)?;
    ok(200, lists::selected(call, &shown(world, kind, found)).into())
}

/// Names are unique without letter case. The service issues the id.
pub(crate) fn create(world: &mut World, call: &Call, kind: Kind) -> Answered {
    let invalid = |detail: &str| error(400, Some("invalidValue"), detail);
    let mut record = call.body.as_object().cloned().ok_or_else(|| invalid("the body is not a resource"))?;
    let name = text(&record, kind.name()).to_lowercase();
    if name.is_empty() {
        return Err(invalid(&format!("{} is required", kind.name())));
    }
    let is_taken = |it: &Record| text(it, kind.name()).to_lowercase() == name;
    if kind.records(world).iter().any(is_taken) {
        return Err(error(409, Some("uniqueness"), &format!("{} is taken", kind.name())));
    }
    record.insert("id".to_owned(), world.ids.uuid().into());
    let mut answer = Box::new(ok(201, shown(world, kind, &record).into())?);
    answer.headers.push(("location", location(world, kind, text(&record, "id"))));
    kind.records_mut(world).push(record);
    Ok(*answer)
}

/// A user who is deleted is not a member of a group any more.
pub(crate) fn delete(world: &mut World, kind: Kind, id: &str) -> Answered {
    let records = kind.records_mut(world);
    let before = records.len();
    records.retain(|it| text(it, "id") != id);
    if records.len() == before {
        return Err(not_found());
    }
    for group in &mut world.tenant.groups {
        if let Some(members) = group.get_mut("members").and_then(Value::as_array_mut) {
            members.retain(|it| it.get("value").and_then(Value::as_str) != Some(id));
        }
    }
    empty()
}

fn not_found() -> Box<crate::http::Response> {
    error(404, None, "there is no resource with this id")
}

fn location(world: &World, kind: Kind, id: &str) -> String {
    format!("https://{}/scim/v2/{}/{id}", world.domain, kind.endpoint())
}

/// A resource as the service answers it: `groups` of a user is read-only, and follows from the groups.
fn shown(world: &World, kind: Kind, record: &Record) -> Record {
    let id = text(record, "id");
    let mut shown = record.clone();
    shown.insert("schemas".to_owned(), json!([kind.schema()]));
    let resource_type = if kind == Kind::User { "User" } else { "Group" };
    shown.insert(
        "meta".to_owned(),
        json!({ "resourceType": resource_type, "location": location(world, kind, id) }),
    );
    if world.quirks.hides_members {
        if kind == Kind::Group {
            shown.insert("members".to_owned(), json!([]));
        }
        return shown;
    }
    if kind == Kind::User {
        let groups = world.tenant.groups.iter().filter(|group| member_ids(group).contains(&id));
        let groups: Vec<Value> = groups
            .map(|group| json!({ "value": text(group, "id"), "display": text(group, "displayName"), "type": "direct" }))
            .collect();
        if !groups.is_empty() {
            shown.insert("groups".to_owned(), groups.into());
        }
    }
    shown
}
