//! Resources as the service answers them.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::attribute::Returned;
use super::body;
use super::kind::Kind;
use super::members::Memberships;
use super::tenant::{Record, text};
use super::version;
use super::world::World;

/// Several resources of one type. `groups` of a user is read-only, and follows from the groups.
pub(crate) fn all(world: &World, kind: Kind, records: &[&Record]) -> Vec<Record> {
    let has_groups = kind == Kind::User && !world.quirks.hides_members;
    let users: HashSet<&str> =
        records.iter().filter(|_| has_groups).map(|record| text(record, "id")).collect();
    let memberships = if users.is_empty() { None } else { Some(Memberships::of(&world.tenant, &users)) };
    records.iter().map(|record| shown(world, kind, record, memberships.as_ref())).collect()
}

pub(crate) fn one(world: &World, kind: Kind, record: &Record) -> Record {
    all(world, kind, &[record]).pop().unwrap_or_default()
}

/// A resource with an id that no group can have as a member yet.
pub(crate) fn new(world: &World, kind: Kind, record: &Record) -> Record {
    shown(world, kind, record, None)
}

pub(crate) fn location(world: &World, kind: Kind, id: &str) -> String {
    world.location(&format!("{}/{id}", kind.endpoint()))
}

fn shown(world: &World, kind: Kind, record: &Record, memberships: Option<&Memberships<'_>>) -> Record {
    let id = text(record, "id");
    let mut shown = record.clone();
    shown.retain(|key, _| kind.attribute(key).is_none_or(|it| it.returned != Returned::Never));
    shown.insert("schemas".to_owned(), json!(body::schemas_of(kind, record)));
    let stored = |key: &str| {
        let time = record.get("meta").and_then(|meta| meta.get(key)).cloned();
        time.unwrap_or_else(|| world.started.clone().into())
    };
    let mut meta = json!({
        "resourceType": kind.schema().name, "created": stored("created"), "lastModified": stored("lastModified"),
        "location": location(world, kind, id),
    });
    if let (Some(meta), false) = (meta.as_object_mut(), world.quirks.has_no_versions) {
        meta.insert("version".to_owned(), version::of(record).into());
    }
    shown.insert("meta".to_owned(), meta);
    if world.quirks.hides_members && kind == Kind::Group {
        shown.insert("members".to_owned(), json!([]));
    }
    let groups: Vec<Value> = memberships.map(|it| it.shown(id)).unwrap_or_default();
    if !groups.is_empty() {
        shown.insert("groups".to_owned(), groups.into());
    }
    shown
}
