//! Auth0's ways to page: by number, with or without totals, and from a checkpoint.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::answer::{error, invalid_query};
use super::tenant::Record;
use super::world::Call;
use crate::http::Response;

const MOST_PER_PAGE: usize = 100;
/// Beyond that, Auth0 gives only pages from a checkpoint.
const MOST_BY_NUMBER: usize = 1000;

/// Lists of Actions, versions, bindings and modules: `page` and `total` are left out where they are zero or unknown.
pub(crate) fn of_actions(call: &Call, key: &str, rows: &[Value]) -> Result<Value, Box<Response>> {
    let (page, size) = (number(call, "page", 0, usize::MAX)?, number(call, "per_page", 20, MOST_PER_PAGE)?);
    let part = part(rows, page.saturating_mul(size), size);
    let mut body = json!({ key: part, "per_page": size });
    if let Some(members) = body.as_object_mut() {
        if page > 0 {
            members.insert("page".to_owned(), page.into());
        }
        if !part.is_empty() {
            members.insert("total".to_owned(), rows.len().into());
        }
    }
    Ok(body)
}

/// All other lists: an array, with `include_totals` an object, with `take` or `from` a page from a checkpoint.
/// Only the objects of the page are copied: a tenant may have a hundred thousand organizations.
pub(crate) fn of_objects<'a>(
    call: &Call,
    key: &str,
    rows: impl IntoIterator<Item = &'a Record>,
    show: impl Fn(&Record) -> Value,
) -> Result<Value, Box<Response>> {
    let rows: Vec<&Record> = rows.into_iter().collect();
    if call.query("take").is_some() || call.query("from").is_some() {
        return from_checkpoint(call, key, &rows, show);
    }
    let (page, size) = (number(call, "page", 0, usize::MAX)?, number(call, "per_page", 50, MOST_PER_PAGE)?);
    let start = page.saturating_mul(size);
    if start.saturating_add(size) > MOST_BY_NUMBER && start > 0 {
        return Err(error(400, Some("invalid_paging"), "You can only page through the first 1000 records."));
    }
    let part: Vec<Value> = part(&rows, start, size).iter().map(|row| show(row)).collect();
    if call.query("include_totals") == Some("true") {
        let mut body = json!({ key: part, "start": start, "limit": size, "total": rows.len() });
        if let (Some(members), "users") = (body.as_object_mut(), key) {
            members.insert("length".to_owned(), part.len().into());
        }
        return Ok(body);
    }
    Ok(part.into())
}

fn from_checkpoint(
    call: &Call,
    key: &str,
    rows: &[&Record],
    show: impl Fn(&Record) -> Value,
) -> Result<Value, Box<Response>> {
    let size = number(call, "take", 50, MOST_PER_PAGE)?;
    let start = match call.query("from") {
        None => 0,
        Some(from) => {
            position(from, rows).ok_or_else(|| invalid_query("'Invalid checkpoint' on property from"))?
        }
    };
    let part = part(rows, start, size);
    let end = start + part.len();
    let mut body = json!({ key: part.iter().map(|row| show(row)).collect::<Vec<Value>>() });
    if end < rows.len()
        && let (Some(members), Some(last)) = (body.as_object_mut(), part.last())
    {
        members.insert("next".to_owned(), URL_SAFE_NO_PAD.encode(format!("{end} {}", id(last))).into());
    }
    Ok(body)
}

/// After the last object of the page before. If somebody deleted it, the next one has its place.
fn position(from: &str, rows: &[&Record]) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(from).ok()?).ok()?;
    let (end, last) = text.split_once(' ')?;
    let end: usize = end.parse().ok()?;
    // Mostly nothing was deleted.
    if end.checked_sub(1).and_then(|index| rows.get(index)).is_some_and(|row| id(row) == last) {
        return Some(end);
    }
    let found = rows.iter().position(|row| id(row) == last).map(|index| index + 1);
    Some(found.unwrap_or(end.saturating_sub(1)).min(rows.len()))
}

/// The members that the parameters `fields` and `include_fields` leave.
pub(crate) fn selected(call: &Call, row: &Record) -> Value {
    let fields: Vec<&str> =
        call.query("fields").unwrap_or_default().split(',').filter(|it| !it.is_empty()).collect();
    let include = call.query("include_fields") != Some("false");
    let kept = row.iter().filter(|(key, _)| fields.is_empty() || fields.contains(&key.as_str()) == include);
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A record as it is.
pub(crate) fn whole(row: &Record) -> Value {
    row.clone().into()
}

fn id(row: &Record) -> &str {
    let keys = ["id", "user_id", "client_id", "connection_id"];
    keys.iter().find_map(|key| row.get(*key).and_then(Value::as_str)).unwrap_or_default()
}

fn part<T>(rows: &[T], start: usize, size: usize) -> &[T] {
    let rest = rows.get(start..).unwrap_or_default();
    rest.get(..size).unwrap_or(rest)
}

fn number(call: &Call, name: &str, default: usize, most: usize) -> Result<usize, Box<Response>> {
    let Some(text) = call.query(name) else { return Ok(default) };
    let number: usize = text.parse().map_err(|_| {
        invalid_query(&format!("'Expected type integer but found type string' on property {name}"))
    })?;
    if number > most {
        return Err(invalid_query(&format!(
            "'Value {number} is greater than maximum {most}' on property {name}"
        )));
    }
    Ok(number)
}
