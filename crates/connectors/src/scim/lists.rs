//! Lists, which are read to their end or not at all.
//!
//! Pages are counted by position (RFC 7644 §3.4.2.4) or go from cursor to cursor (RFC 9865). A list is a snapshot in
//! neither case, so a list that changes meanwhile is read again.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Scim;
use crate::error::{Error, ErrorKind};

/// How many resources a page should have. Services answer fewer if they want to.
const COUNT: usize = 100;
/// A million resources in pages of 100.
const MOST_PAGES: usize = 10_000;
/// How many pages of a list may be empty although more follow.
const MOST_EMPTY_PAGES: usize = 10;
/// How often a list is read that changes meanwhile.
const ATTEMPTS: usize = 3;

/// Why a list has to be read again.
const CHANGED: &str = "a list that changed while it was read, or whose pages repeat; try again";

/// Where a list goes on.
enum Next {
    First,
    /// Counted from 1.
    Index(usize),
    Cursor(String),
}

/// A page of a list.
struct Page {
    resources: Vec<Value>,
    total: Option<usize>,
    cursor: Option<String>,
    /// Whether it says at which position it begins.
    has_index: bool,
}

/// A list as far as it was read.
#[derive(Default)]
struct Collected {
    resources: Vec<Value>,
    ids: BTreeSet<String>,
    /// `totalResults` of the first page; the largest number if the service does not count.
    total: Option<usize>,
    /// Whether there were more resources than that: some services count those of a page alone.
    has_more: bool,
}

impl Collected {
    /// Adds a page, unless a resource of it is there already or has no id.
    fn add(&mut self, resources: Vec<Value>) -> bool {
        let are_new = resources.iter().all(|it| id(it).is_some_and(|id| self.ids.insert(id.to_owned())));
        self.resources.extend(resources);
        are_new
    }

    fn knows_all(&self, resources: &[Value]) -> bool {
        resources.iter().all(|it| id(it).is_some_and(|id| self.ids.contains(id)))
    }
}

fn id(resource: &Value) -> Option<&str> {
    resource.get("id").and_then(Value::as_str)
}

impl Scim {
    /// All resources of an endpoint.
    pub(super) fn all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Error> {
        for _ in 0..ATTEMPTS {
            if let Some(resources) = self.once(path)? {
                return resources.into_iter().map(|it| self.read(path, it)).collect();
            }
        }
        Err(self.unreadable(path, CHANGED.to_owned()))
    }

    /// The list, or `None` if it changed while it was read.
    ///
    /// What a service counts is never the proof of an end: after the last page, one more is asked for.
    fn once(&self, path: &str) -> Result<Option<Vec<Value>>, Error> {
        let mut all = Collected::default();
        let mut next = Next::First;
        let mut empty_pages = 0;
        for _ in 0..MOST_PAGES {
            let Page { resources, total, cursor, has_index } = self.page(path, &next)?;
            let is_past_total = matches!(next, Next::Index(at) if all.total.is_some_and(|it| at > it));
            // After the last page, some services begin again.
            if is_past_total && all.knows_all(&resources) {
                return Ok(Some(all.resources));
            }
            let is_empty = resources.is_empty();
            if !all.add(resources) {
                return Ok(None);
            }
            all.has_more |= is_past_total;
            let read = all.resources.len();
            let expected = *all.total.get_or_insert(total.unwrap_or(usize::MAX));
            let is_counted = expected != usize::MAX;
            if is_counted && !all.has_more && (total.is_some_and(|it| it != expected) || read > expected) {
                return Ok(None);
            }
            let is_short = is_counted && read < expected;
            next = match cursor {
                Some(_) if is_empty && empty_pages >= MOST_EMPTY_PAGES => {
                    return Err(self.unreadable(path, "a list of empty pages".to_owned()));
                }
                Some(cursor) => {
                    empty_pages += usize::from(is_empty);
                    Next::Cursor(cursor)
                }
                None if matches!(next, Next::Cursor(_)) || is_empty || (is_counted && expected == 0) => {
                    return Ok(if is_short { None } else { Some(all.resources) });
                }
                // With cursors, a page without one is the last, and it need not count (RFC 9865).
                None if !is_counted && self.has_cursors()? => return Ok(Some(all.resources)),
                // Such a service refuses positions.
                None if !has_index && self.has_cursors_alone()? => {
                    return Ok(if is_short { None } else { Some(all.resources) });
                }
                None => Next::Index(read + 1),
            };
        }
        let path = format!("{}{path}", self.base_path);
        Err(Error { method: "GET", path, kind: ErrorKind::Incomplete { pages: MOST_PAGES } })
    }

    fn page(&self, path: &str, next: &Next) -> Result<Page, Error> {
        let count = COUNT.to_string();
        let (key, place) = match next {
            Next::First => ("", String::new()),
            Next::Index(at) => ("startIndex", at.to_string()),
            Next::Cursor(cursor) => ("cursor", cursor.clone()),
        };
        let mut query = vec![("count", count.as_str())];
        if !key.is_empty() {
            query.push((key, &place));
        }
        let mut answer = self.get(path, &query)?;
        let total = answer.get("totalResults").and_then(Value::as_u64);
        let total = total.and_then(|it| usize::try_from(it).ok());
        let cursor = match answer.get("nextCursor") {
            None | Some(Value::Null) => None,
            Some(Value::String(cursor)) => Some(cursor.clone()).filter(|it| !it.is_empty()),
            Some(_) => return Err(self.unreadable(path, "a `nextCursor` that is not text".to_owned())),
        };
        let resources = match answer.get_mut("Resources").map(Value::take) {
            Some(Value::Array(resources)) => resources,
            // A list without resources need not have an empty one.
            None | Some(Value::Null) if total == Some(0) || !key.is_empty() => Vec::new(),
            _ => return Err(self.unreadable(path, "a list without `Resources`".to_owned())),
        };
        let has_index = answer.get("startIndex").is_some();
        Ok(Page { resources, total, cursor, has_index })
    }
}
