//! Users and groups: reading, creating, changing and deleting them (RFC 7644 §3.3 to §3.6).

use super::answer::{Answered, empty, error};
use super::attribute::same_letters;
use super::body;
use super::kind::Kind;
use super::lists;
use super::members;
use super::patch;
use super::query::Query;
use super::selection::Selection;
use super::shown;
use super::tenant::{Record, text};
use super::version;
use super::world::{Call, World};
use crate::http::Response;

pub(crate) fn list(world: &World, call: &Call, kind: Kind) -> Answered {
    lists::of(world, &[kind], &Query::of_url(call)?)
}

/// A list of resources of one type, or of all (§3.4.3).
pub(crate) fn search(world: &World, call: &Call, kinds: &[Kind]) -> Answered {
    lists::of(world, kinds, &Query::of_body(call)?)
}

pub(crate) fn get(world: &World, call: &Call, kind: Kind, id: &str) -> Answered {
    let found = find(world, kind, id)?;
    let known = call.if_none_match.as_ref().filter(|_| !world.quirks.has_no_versions);
    if known.is_some_and(|tags| version::names(tags, &version::of(found))) {
        return Ok(Response { status: 304, headers: tag(world, found), body: None });
    }
    Ok(resource(world, &Query::selection_of_url(call)?, kind, found, 200))
}

/// Names are unique without letter case. The service issues the id.
pub(crate) fn create(world: &mut World, call: &Call, kind: Kind) -> Answered {
    let selection = Query::selection_of_url(call)?;
    let mut record = body::resource(kind, &world.quirks, &call.body)?;
    deduplicate(world, &mut record);
    members::check_known(world, None, &record)?;
    check_unique(world, kind, &record)?;
    let id = world.ids.uuid();
    record.insert("id".to_owned(), id.clone().into());
    version::stamp(world, &mut record, true);
    let mut answer = resource(world, &selection, kind, &record, 201);
    answer.headers.push(("location", shown::location(world, kind, &id)));
    world.index.add(kind, &record, kind.records(&world.tenant).len());
    kind.records_mut(&mut world.tenant).push(record);
    Ok(answer)
}

/// Attributes that the body does not have are unassigned (§3.5.1).
pub(crate) fn replace(world: &mut World, call: &Call, kind: Kind, id: &str) -> Answered {
    let selection = Query::selection_of_url(call)?;
    let before = find(world, kind, id)?;
    version::check(world, call, before)?;
    let mut record = body::resource(kind, &world.quirks, &call.body)?;
    for key in ["id", "meta"] {
        if let Some(value) = before.get(key) {
            record.insert(key.to_owned(), value.clone());
        }
    }
    let record = written(world, kind, id, record)?;
    Ok(resource(world, &selection, kind, &record, 200))
}

pub(crate) fn patch(world: &mut World, call: &Call, kind: Kind, id: &str) -> Answered {
    let selection = Query::selection_of_url(call)?;
    let before = find(world, kind, id)?;
    version::check(world, call, before)?;
    let record = patch::patched(kind, &world.quirks, before, &call.body)?;
    let record = written(world, kind, id, record)?;
    // With `attributes` the answer has to have a body (§3.5.2).
    if world.quirks.patches_without_body && call.query("attributes").is_none() {
        return Ok(Response { status: 204, headers: tag(world, &record), body: None });
    }
    Ok(resource(world, &selection, kind, &record, 200))
}

/// A user who is deleted is not a member of a group any more.
pub(crate) fn delete(world: &mut World, call: &Call, kind: Kind, id: &str) -> Answered {
    let at = position(world, kind, id)?;
    version::check(world, call, find(world, kind, id)?)?;
    let deleted = kind.records_mut(&mut world.tenant).remove(at);
    world.index.remove(kind, &deleted);
    if !world.quirks.keeps_deleted_members {
        members::remove_everywhere(&mut world.tenant, id);
    }
    empty()
}

fn position(world: &World, kind: Kind, id: &str) -> Result<usize, Box<Response>> {
    let found = world.index.position(&world.tenant, kind, id);
    found.ok_or_else(|| error(404, None, "there is no resource with this id"))
}

fn find<'w>(world: &'w World, kind: Kind, id: &str) -> Result<&'w Record, Box<Response>> {
    let at = position(world, kind, id)?;
    kind.records(&world.tenant).get(at).ok_or_else(|| error(404, None, ""))
}

/// Stores what a resource has become. A change of nothing leaves its time and its version (§3.5.2.1).
fn written(world: &mut World, kind: Kind, id: &str, mut record: Record) -> Result<Record, Box<Response>> {
    deduplicate(world, &mut record);
    let at = position(world, kind, id)?;
    let before = find(world, kind, id)?;
    if record == *before {
        return Ok(record);
    }
    members::check_known(world, Some(before), &record)?;
    if !same_letters(text(before, kind.name()), text(&record, kind.name())) {
        check_unique(world, kind, &record)?;
    }
    version::stamp(world, &mut record, false);
    if let Some(stored) = kind.records_mut(&mut world.tenant).get_mut(at) {
        world.index.rename(kind, stored, &record);
        stored.clone_from(&record);
    }
    Ok(record)
}

fn deduplicate(world: &World, record: &mut Record) {
    if !world.quirks.stores_members_twice {
        members::deduplicate(record);
    }
}

fn check_unique(world: &World, kind: Kind, record: &Record) -> Result<(), Box<Response>> {
    match world.index.has_name(kind, record) {
        true => Err(error(409, Some("uniqueness"), &format!("{} is taken", kind.name()))),
        false => Ok(()),
    }
}

fn resource(world: &World, selection: &Selection, kind: Kind, record: &Record, status: u16) -> Response {
    let is_new = status == 201;
    let mut shown = if is_new { shown::new(world, kind, record) } else { shown::one(world, kind, record) };
    selection.apply(kind, &mut shown);
    Response { status, headers: tag(world, record), body: Some(shown.into()) }
}

fn tag(world: &World, record: &Record) -> Vec<(&'static str, String)> {
    if world.quirks.has_no_versions { Vec::new() } else { vec![("etag", version::of(record))] }
}
