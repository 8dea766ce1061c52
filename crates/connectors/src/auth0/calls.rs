//! Requests with JSON, and lists page by page.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Auth0;
use crate::error::{Error, ErrorKind};
use crate::http::Request;

/// The most rows of a page.
pub(super) const PER_PAGE: usize = 100;
/// No list that is read by number has more pages: 100 Actions, 50 versions, 20 bindings.
const MOST_PAGES: usize = 10;

impl Auth0 {
    /// Sends one request, and reads its answer.
    pub(super) fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        path: String,
        body: Option<Value>,
        is_repeatable: bool,
    ) -> Result<T, Error> {
        let path = format!("/api/v2{path}");
        let request = Request { method, path, query: &[], body, is_repeatable, shows_message: true };
        request.read(self.send(&request)?)
    }

    /// Reads all pages of a list.
    pub(super) fn pages<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        filter: &[(&str, &str)],
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        let per_page = PER_PAGE.to_string();
        for page in 0..MOST_PAGES {
            let page = page.to_string();
            let query: Vec<(&str, &str)> = [("page", page.as_str()), ("per_page", &per_page)]
                .into_iter()
                .chain(filter.iter().copied())
                .collect();
            let (rows, _) = self.page::<T>(path, key, &query)?;
            let is_last = rows.len() < PER_PAGE;
            all.extend(rows);
            if is_last {
                return Ok(all);
            }
        }
        Err(incomplete(path, MOST_PAGES))
    }

    /// Reads a list from checkpoint to checkpoint, page by page.
    pub(super) fn checkpoints<T: DeserializeOwned>(
        &self,
        (path, key): (&str, &str),
        filter: &[(&str, &str)],
        most_pages: usize,
        each: &mut dyn FnMut(Vec<T>),
    ) -> Result<(), Error> {
        let take = PER_PAGE.to_string();
        let mut from: Option<String> = None;
        for _ in 0..most_pages {
            let mut query = vec![("take", take.as_str())];
            query.extend(filter);
            query.extend(from.as_deref().map(|from| ("from", from)));
            let (rows, answer) = self.page::<T>(path, key, &query)?;
            each(rows);
            let next = answer.get("next").and_then(Value::as_str).map(str::to_owned);
            if next.is_none() {
                return Ok(());
            }
            from = next;
        }
        Err(incomplete(path, most_pages))
    }

    /// Reads one page of a list: its rows, and the rest of the answer.
    pub(super) fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        query: &[(&str, &str)],
    ) -> Result<(Vec<T>, Value), Error> {
        let path = format!("/api/v2{path}");
        let request =
            Request { method: "GET", path, query, body: None, is_repeatable: true, shows_message: true };
        let mut answer = self.send(&request)?;
        let rows = answer.get_mut(key).map(Value::take).unwrap_or_default();
        Ok((request.read(rows)?, answer))
    }
}

/// An answer; `None` if there is no such object.
pub(super) fn found<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.status() == Some(404) => Ok(None),
        Err(error) => Err(error),
    }
}

fn incomplete(path: &str, pages: usize) -> Error {
    Error { method: "GET", path: format!("/api/v2{path}"), kind: ErrorKind::Incomplete { pages } }
}
