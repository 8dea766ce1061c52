//! Versions and times of resources (RFC 7644 §3.14, RFC 7643 §3.1).

use serde_json::{Value, json};

use super::answer::error;
use super::tenant::Record;
use super::world::{Call, World};
use crate::http::Response;

/// The entity-tag of a resource. It follows from what is stored, so somebody else's change gives it another one.
pub(crate) fn of(record: &Record) -> String {
    // FNV-1a
    let text = serde_json::to_string(record).unwrap_or_default();
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    format!("W/\"{hash:016x}\"")
}

/// Sets the times of a resource that is created, or changed, now.
pub(crate) fn stamp(world: &World, record: &mut Record, is_new: bool) {
    let now = world.clock.rfc3339();
    let created = record.get("meta").and_then(|meta| meta.get("created")).cloned();
    let since = || Value::from(if is_new { &now } else { &world.started }.as_str());
    let created = created.unwrap_or_else(since);
    record.insert("meta".to_owned(), json!({ "created": created, "lastModified": now }));
}

/// Refuses a change of a version that the client has not seen, if it names the one it has seen.
pub(crate) fn check(world: &World, call: &Call, record: &Record) -> Result<(), Box<Response>> {
    match &call.if_match {
        Some(tags) if !world.quirks.has_no_versions && !names(tags, &of(record)) => {
            Err(error(412, None, "the resource has changed"))
        }
        _ => Ok(()),
    }
}

/// Whether a list of entity-tags names a version. The comparison is a weak one: a `W/` does not count.
pub(crate) fn names(tags: &str, version: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.trim() == "*" || tags.split(',').any(|tag| opaque(tag) == opaque(version))
}
