//! What the readers of directories share: lists that are read to their end, tokens that run out, and attributes.
//!
//! A read that fails at its very beginning is an error. One that fails later is incomplete, and says why.

mod attributes;
mod tokens;

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use claimsmith_lifecycle::directory::{Directory, DirectoryReader};
use serde_json::Value;

pub(crate) use self::attributes::Attributes;
pub(crate) use self::tokens::Tokens;
use crate::error::{Error, ErrorKind};
use crate::http::Options;

/// Ten million entries in pages of 1000.
const MOST_PAGES: usize = 10_000;
/// How many pages in a row may be empty although more follow.
const MOST_EMPTY_PAGES: usize = 20;
/// How often a request is sent at most. A throttled service need not say for how long, and the windows of these services
/// are up to a minute long: seven pauses take 31 seconds, and eight more than that.
const ATTEMPTS: u32 = 10;

/// A page of a list.
pub(crate) struct Page {
    pub(crate) items: Vec<Value>,
    /// The path and query of the next one.
    pub(crate) next: Option<String>,
}

/// Counts what was read of a directory.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pages: AtomicUsize,
}

impl Reading {
    /// The directory as far as `read` gets, which is an error if it gets nowhere.
    pub(crate) fn directory(
        &self,
        read: impl FnOnce(&mut DirectoryReader) -> Result<(), Error>,
    ) -> Result<Directory, Error> {
        self.pages.store(0, Ordering::Relaxed);
        let mut reader = DirectoryReader::default();
        match read(&mut reader) {
            Ok(()) => {}
            // A service that sends the token elsewhere is not the one that is meant.
            Err(error) if error.kind == ErrorKind::OtherHost => return Err(error),
            Err(error) if self.pages.load(Ordering::Relaxed) == 0 => return Err(error),
            Err(error) => reader.unread(error.to_string()),
        }
        Ok(reader.finish())
    }

    /// All items of a list, from its first page to one without a next page.
    ///
    /// # Errors
    ///
    /// If a page fails, or if pages or items repeat: such a list need not have everything.
    pub(crate) fn all(
        &self,
        first: String,
        mut read: impl FnMut(&str) -> Result<Page, Error>,
    ) -> Result<Vec<Value>, Error> {
        let path = first.split_once('?').map_or(first.as_str(), |(path, _)| path).to_owned();
        let failed = |kind| Error { method: "GET", path: path.clone(), kind };
        let repeats = || failed(ErrorKind::Unreadable("a list whose pages repeat".to_owned()));
        let (mut all, mut ids, mut targets) = (Vec::new(), HashSet::new(), HashSet::new());
        let mut empty = 0;
        let mut target = first;
        for _ in 0..MOST_PAGES {
            let Page { items, next } = read(&target)?;
            self.pages.fetch_add(1, Ordering::Relaxed);
            empty = if items.is_empty() { empty + 1 } else { 0 };
            for item in &items {
                // Google need not have ids of members of other companies.
                let id = [text(item, "id"), text(item, "email")].into_iter().find(|it| !it.is_empty());
                let Some(id) = id else {
                    return Err(failed(ErrorKind::Unreadable("an entry without an id".to_owned())));
                };
                if !ids.insert(id.to_owned()) {
                    return Err(repeats());
                }
            }
            all.extend(items);
            targets.insert(target);
            match next {
                None => return Ok(all),
                Some(next) if targets.contains(&next) || empty > MOST_EMPTY_PAGES => return Err(repeats()),
                Some(next) => target = next,
            }
        }
        Err(failed(ErrorKind::Incomplete { pages: MOST_PAGES }))
    }
}

/// Options with enough attempts to outlast the window of a rate limit.
pub(crate) fn patient(options: Options) -> Options {
    Options { attempts: options.attempts.max(ATTEMPTS), ..options }
}

/// A member of an object that is text; empty if there is none.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The error of an answer to a request that has no list in it.
pub(crate) fn no_list(target: &str, what: &str) -> Error {
    let path = target.split_once('?').map_or(target, |(path, _)| path).to_owned();
    Error { method: "GET", path, kind: ErrorKind::Unreadable(format!("a list without {what}")) }
}

/// The error of a link that leads elsewhere.
pub(crate) fn other_host(target: &str) -> Error {
    Error { kind: ErrorKind::OtherHost, ..no_list(target, "") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// How a list of pages ends, each with its ids and the number of the next page.
    fn read(pages: &[(&[&str], Option<usize>)]) -> Result<usize, String> {
        let reading = Reading::default();
        let all = reading.all("0?secret".to_owned(), |target| {
            let number: usize = target.trim_end_matches("?secret").parse().expect("a number");
            let (ids, next) = pages[number.min(pages.len() - 1)];
            let items = ids.iter().map(|id| json!({ "id": id })).collect();
            Ok(Page { items, next: next.map(|it| it.to_string()) })
        });
        all.map(|it| it.len()).map_err(|error| error.to_string())
    }

    #[test]
    fn list_ends_without_a_next_page_and_never_repeats() {
        assert_eq!(read(&[(&["a", "b"], Some(1)), (&[], Some(2)), (&["c"], None)]), Ok(3));
        assert_eq!(read(&[(&[], None)]), Ok(0));
        let repeats = Err("GET 0: unexpected answer: a list whose pages repeat".to_owned());
        // The same link again, the same page with a new link, and the same entry in another page.
        assert_eq!(read(&[(&["a"], Some(1)), (&["b"], Some(1))]), repeats);
        assert_eq!(read(&[(&["a"], Some(1)), (&["a"], Some(2)), (&["a"], Some(3))]), repeats);
        assert_eq!(read(&[(&["a", "a"], None)]), repeats);
        let no_id = read(&[(&[""], None)]);
        assert_eq!(no_id, Err("GET 0: unexpected answer: an entry without an id".to_owned()));
    }

    #[test]
    fn list_of_empty_pages_ends() {
        let reading = Reading::default();
        let mut number = 0;
        let all = reading.all("/list".to_owned(), |_| {
            number += 1;
            Ok(Page { items: Vec::new(), next: Some(number.to_string()) })
        });
        assert!(all.is_err());
        assert_eq!(number, MOST_EMPTY_PAGES + 1);
    }
}
