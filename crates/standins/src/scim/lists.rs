//! Lists: filtered, without what the query leaves out, and page by page.

use serde_json::{Value, json};

use super::answer::{Answered, error, ok};
use super::filter::Filter;
use super::tenant::Record;
use super::world::{Call, World};

/// One page of the resources, which are as the service shows them.
pub(crate) fn of(world: &World, call: &Call, resources: Vec<Record>) -> Answered {
    let quirks = &world.quirks;
    let filter = call.query("filter").map(Filter::read).transpose()?;
    let found: Vec<Record> =
        resources.into_iter().filter(|it| filter.as_ref().is_none_or(|filter| filter.fits(it))).collect();
    let number = |name: &str| -> Result<Option<usize>, Box<crate::http::Response>> {
        let Some(text) = call.query(name) else { return Ok(None) };
        // A negative `count` is 0, and a `startIndex` below 1 is 1 (RFC 7644 §3.4.2.4).
        let value: i64 =
            text.parse().map_err(|_| error(400, Some("invalidValue"), &format!("{name} is not a number")))?;
        Ok(Some(usize::try_from(value).unwrap_or(0)))
    };
    let size = number("count")?.unwrap_or(quirks.most_per_page).min(quirks.most_per_page);
    let start = if quirks.has_cursors {
        cursor(call)?
    } else {
        let asked = number("startIndex")?.unwrap_or(1).max(1) - 1;
        let is_first = quirks.ignores_start_index || (quirks.starts_again && asked >= found.len());
        if is_first { 0 } else { asked }
    };
    let end = start.saturating_add(size).min(found.len());
    let page: Vec<Value> =
        found.get(start..end).unwrap_or_default().iter().map(|it| selected(call, it).into()).collect();
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "itemsPerPage": page.len(),
    });
    if let Some(members) = body.as_object_mut() {
        if !quirks.has_cursors {
            let total = if quirks.counts_page { page.len() } else { found.len() };
            members.insert("totalResults".to_owned(), total.into());
            members.insert("startIndex".to_owned(), (start + 1).into());
        } else if end < found.len() {
            members.insert("nextCursor".to_owned(), format!("at-{end}").into());
        }
        // A list of nothing has no resources, not even an empty list, where a server takes the RFC at its word.
        if !page.is_empty() {
            members.insert("Resources".to_owned(), page.into());
        }
    }
    ok(200, body)
}

fn cursor(call: &Call) -> Result<usize, Box<crate::http::Response>> {
    match call.query("cursor") {
        None | Some("") => Ok(0),
        Some(text) => text
            .strip_prefix("at-")
            .and_then(|at| at.parse().ok())
            .ok_or_else(|| error(400, Some("invalidCursor"), "the cursor is not one of this service")),
    }
}

/// A resource without what `attributes` and `excludedAttributes` leave out. `id` and `schemas` are always there.
pub(crate) fn selected(call: &Call, resource: &Record) -> Record {
    let names = |key: &str| -> Option<Vec<String>> {
        let text = call.query(key)?;
        Some(text.split(',').map(|it| it.trim().to_ascii_lowercase()).collect())
    };
    let (wanted, excluded) = (names("attributes"), names("excludedAttributes"));
    let mut shown = resource.clone();
    shown.retain(|key, _| {
        let key = key.to_ascii_lowercase();
        let is_wanted = wanted.as_ref().is_none_or(|names| names.contains(&key));
        let is_excluded = excluded.as_ref().is_some_and(|names| names.contains(&key));
        matches!(key.as_str(), "id" | "schemas") || (is_wanted && !is_excluded)
    });
    shown
}
