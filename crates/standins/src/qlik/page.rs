//! Lists from cursor to cursor, with links.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::answer::error;
use super::filter::{Attributes, Filter};
use super::tenant::{Record, text};
use super::world::{Call, World};
use crate::http::Response;

const MOST: usize = 100;
const USUAL: usize = 20;

/// A page of rows, as they are shown. `attributes` can be filtered, and `sortable` are the members to sort by.
pub(crate) fn of(
    world: &World,
    call: &Call,
    rows: Vec<Record>,
    attributes: Attributes,
    sortable: &[&str],
) -> Result<Value, Box<Response>> {
    let part = attributes.part;
    let given = call.query("filter").or_else(|| call.body.get("filter").and_then(Value::as_str));
    let filter = given.map(|text| Filter::read(text, attributes)).transpose()?;
    let rows = rows.into_iter().filter(|row| filter.as_ref().is_none_or(|filter| filter.fits(row)));
    let sort = call.query("sort").unwrap_or("id");
    let (is_descending, key) = match sort.strip_prefix('-') {
        Some(key) => (true, key),
        None => (false, sort.trim_start_matches(['+', ' '])),
    };
    let key = if key == "_id" { "id" } else { key };
    if !sortable.contains(&key) {
        return Err(error(400, part, &format!("cannot sort by {key}")));
    }
    let place = |row: &Record| (text(row, key).to_owned(), text(row, "id").to_owned());
    let mut rows: Vec<(_, Record)> = rows.map(|row| (place(&row), row)).collect();
    rows.sort_by(|(left, _), (right, _)| if is_descending { right.cmp(left) } else { left.cmp(right) });
    let size = size(call, part)?;
    let cursor = |name: &str| -> Result<Option<(String, String)>, Box<Response>> {
        let Some(text) = call.query(name) else { return Ok(None) };
        decode(text).map(Some).ok_or_else(|| error(400, part, &format!("invalid cursor in {name}")))
    };
    let (next, previous) = (cursor("next")?, cursor("prev")?);
    if next.is_some() && previous.is_some() {
        return Err(error(400, part, "next and prev cannot be used together"));
    }
    let is_after = |left: &(String, String), right: &(String, String)| {
        if is_descending { left < right } else { left > right }
    };
    let start = match (&next, &previous) {
        (Some(cursor), _) => rows.partition_point(|(place, _)| !is_after(place, cursor)),
        (None, Some(cursor)) => {
            rows.partition_point(|(place, _)| is_after(cursor, place)).saturating_sub(size)
        }
        (None, None) => 0,
    };
    let end = start.saturating_add(size).min(rows.len());
    let shown = rows.get(start..end).unwrap_or_default();
    let link = |name: &str, place: &(String, String)| json!({ "href": call.link(&world.domain, Some((name, &encode(place)))) });
    let mut links = json!({ "self": { "href": call.link(&world.domain, None) } });
    if let Some(links) = links.as_object_mut() {
        if let (true, Some((place, _))) = (end < rows.len(), shown.last()) {
            links.insert("next".to_owned(), link("next", place));
        }
        if let (true, Some((place, _))) = (start > 0, shown.first()) {
            links.insert("prev".to_owned(), link("prev", place));
        }
    }
    let data: Vec<&Record> = shown.iter().map(|(_, row)| row).collect();
    let mut body = json!({ "data": data, "links": links });
    if let (Some(members), Some("true")) = (body.as_object_mut(), call.query("totalResults")) {
        members.insert("totalResults".to_owned(), rows.len().into());
    }
    Ok(body)
}

fn size(call: &Call, part: &str) -> Result<usize, Box<Response>> {
    let Some(text) = call.query("limit") else { return Ok(USUAL) };
    let size = text.parse().ok().filter(|size| (1..=MOST).contains(size));
    size.ok_or_else(|| error(400, part, &format!("limit has to be between 1 and {MOST}")))
}

fn encode((key, id): &(String, String)) -> String {
    URL_SAFE_NO_PAD.encode(json!([key, id]).to_string())
}

fn decode(text: &str) -> Option<(String, String)> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
