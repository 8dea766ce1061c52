//! Lists: filtered, without what the query leaves out, and page by page (RFC 7644 §3.4.2, RFC 9865).

use serde_json::{Value, json};

use super::answer::{Answered, error, ok};
use super::filter::Filter;
use super::kind::Kind;
use super::query::Query;
use super::shown;
use super::tenant::Record;
use super::world::World;

/// One page of the resources of these types.
pub(crate) fn of(world: &World, kinds: &[Kind], query: &Query) -> Answered {
    let mut found: Vec<(Kind, &Record)> = Vec::new();
    for kind in kinds.iter().copied() {
        let records = kind.records(&world.tenant);
        let filter = match &query.filter {
            Some(text) if !world.quirks.ignores_filters => Some(Filter::read(text, kind, &world.quirks)?),
            _ => None,
        };
        match filter {
            None => found.extend(records.iter().map(|it| (kind, it))),
            Some(filter) if filter.needs_derived() => {
                let shown = shown::all(world, kind, &records.iter().collect::<Vec<_>>());
                let fitting = records.iter().zip(&shown).filter(|(_, shown)| filter.fits(shown));
                found.extend(fitting.map(|(it, _)| (kind, it)));
            }
            Some(filter) => {
                found.extend(records.iter().filter(|it| filter.fits(it)).map(|it| (kind, it)));
            }
        }
    }
    page(world, query, &found)
}

fn page(world: &World, query: &Query, found: &[(Kind, &Record)]) -> Answered {
    let quirks = &world.quirks;
    // A negative `count` is 0, and a `startIndex` below 1 is 1 (RFC 7644 §3.4.2.4).
    let size = query.count.unwrap_or(quirks.most_per_page).min(quirks.most_per_page);
    let start = if quirks.has_cursors {
        if query.start.is_some() {
            return Err(error(501, None, "pages go from cursor to cursor"));
        }
        cursor(query)?
    } else {
        let asked = query.start.unwrap_or(1).max(1) - 1;
        let is_first = quirks.ignores_start_index || (quirks.starts_again && asked >= found.len());
        if is_first { 0 } else { asked }
    };
    let end = start.saturating_add(size).min(found.len());
    let page = resources(world, query, found.get(start..end).unwrap_or_default());
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "itemsPerPage": page.len(),
    });
    if let Some(members) = body.as_object_mut() {
        if !quirks.has_cursors || quirks.counts_with_cursors {
            let total = if quirks.counts_page { page.len() } else { found.len() };
            members.insert("totalResults".to_owned(), total.into());
        }
        if !quirks.has_cursors {
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

/// Resources of one type come after each other, so each type is shown at once.
fn resources(world: &World, query: &Query, found: &[(Kind, &Record)]) -> Vec<Value> {
    let mut page = Vec::new();
    for kind in Kind::ALL {
        let records: Vec<&Record> = found.iter().filter(|(of, _)| *of == kind).map(|(_, it)| *it).collect();
        for mut resource in shown::all(world, kind, &records) {
            if world.quirks.lists_without_members {
                resource.remove("members");
            }
            query.selection.apply(kind, &mut resource);
            page.push(resource.into());
        }
    }
    page
}

fn cursor(query: &Query) -> Result<usize, Box<crate::http::Response>> {
    match query.cursor.as_deref() {
        None | Some("") => Ok(0),
        Some(text) => text
            .strip_prefix("at-")
            .and_then(|at| at.parse().ok())
            .ok_or_else(|| error(400, Some("invalidCursor"), "the cursor is not one of this service")),
    }
}
