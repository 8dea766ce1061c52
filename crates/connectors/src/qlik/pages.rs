//! Requests with JSON, and lists from cursor to cursor.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Qlik;
use crate::error::{Error, ErrorKind};
use crate::http::Request;

const LIMIT: &str = "100";
/// A tenant has at most 100 000 users, so no list has more pages of 100; the rest is for those that come meanwhile.
const MOST_PAGES: usize = 1_100;

impl Qlik {
    /// Sends one request, and reads its answer.
    pub(super) fn call<T: DeserializeOwned>(
        &self,
        method: &'static str,
        path: String,
        body: Option<Value>,
        is_repeatable: bool,
    ) -> Result<T, Error> {
        let request = Request { method, path, query: &[], body, is_repeatable, shows_message: true };
        request.read(self.send(&request)?)
    }

    /// The pages of a list. `shows_message`: whether messages of the service are not about people.
    pub(super) fn pages<T: DeserializeOwned>(
        &self,
        path: &'static str,
        filter: Vec<(&'static str, String)>,
        shows_message: bool,
    ) -> Pages<'_, T> {
        Pages {
            qlik: self,
            path,
            filter,
            shows_message,
            next: Next::First,
            pages: 0,
            most: MOST_PAGES,
            rows: PhantomData,
        }
    }
}

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    First,
    Cursor(String),
    Ended,
}

/// A list, page by page. After an error there are no more pages.
pub struct Pages<'q, T> {
    qlik: &'q Qlik,
    path: &'static str,
    filter: Vec<(&'static str, String)>,
    shows_message: bool,
    next: Next,
    pages: usize,
    most: usize,
    rows: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Pages<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pages")
            .field("path", &self.path)
            .field("pages", &self.pages)
            .finish_non_exhaustive()
    }
}

impl<T: DeserializeOwned> Pages<'_, T> {
    /// The same list, which is an error if it has more pages than this; 1 100 if it is not set.
    #[must_use]
    pub fn at_most(self, pages: usize) -> Self {
        Self { most: pages, ..self }
    }

    /// All rows.
    ///
    /// # Errors
    ///
    /// If a page cannot be read, or the list does not end: no part of it is returned then.
    pub fn all(self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        for page in self {
            all.extend(page?);
        }
        Ok(all)
    }

    fn page(&self, cursor: Option<&str>) -> Result<(Vec<T>, Next), Error> {
        let mut query: Vec<(&str, &str)> = vec![("limit", LIMIT)];
        query.extend(self.filter.iter().map(|(key, value)| (*key, value.as_str())));
        query.extend(cursor.map(|cursor| ("next", cursor)));
        let request = Request {
            method: "GET",
            path: self.path.to_owned(),
            query: &query,
            body: None,
            is_repeatable: true,
            shows_message: self.shows_message,
        };
        let unreadable = |why: &str| self.unreadable(why.to_owned());
        let mut answer = self.qlik.send(&request)?;
        let rows =
            answer.get_mut("data").map(Value::take).ok_or_else(|| unreadable("a list without `data`"))?;
        let next = match answer.pointer("/links/next/href") {
            None | Some(Value::Null) => Next::Ended,
            Some(href) => {
                // Only the cursor is taken from the link: the host and the rest of the query are our own.
                let found = href.as_str().and_then(cursor_of);
                Next::Cursor(found.ok_or_else(|| unreadable("a link to the next page without a cursor"))?)
            }
        };
        if next == cursor.map_or(Next::First, |it| Next::Cursor(it.to_owned())) {
            return Err(unreadable("a page that is followed by itself"));
        }
        Ok((request.read(rows)?, next))
    }

    fn unreadable(&self, why: String) -> Error {
        Error { method: "GET", path: self.path.to_owned(), kind: ErrorKind::Unreadable(why) }
    }
}

impl<T: DeserializeOwned> Iterator for Pages<'_, T> {
    type Item = Result<Vec<T>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let page = match std::mem::replace(&mut self.next, Next::Ended) {
            Next::Ended => return None,
            _ if self.pages >= self.most => {
                return Some(Err(self.unreadable(format!("a list of more than {} pages", self.most))));
            }
            Next::First => self.page(None),
            Next::Cursor(cursor) => self.page(Some(&cursor)),
        };
        self.pages += 1;
        Some(page.map(|(rows, next)| {
            self.next = next;
            rows
        }))
    }
}

/// The parameter `next` of an address.
fn cursor_of(href: &str) -> Option<String> {
    let (_, query) = href.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let value = query.split('&').find_map(|pair| pair.strip_prefix("next="))?;
    decoded(value).filter(|cursor| !cursor.is_empty())
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'%' => {
                let pair = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok())?;
                bytes.push(u8::from_str_radix(pair, 16).ok()?);
                rest = after.get(2..)?;
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::cursor_of;

    #[test]
    fn cursor_is_read_off_a_link() {
        for (href, expected) in [
            ("https://a.eu.qlikcloud.com/api/v1/users?limit=20&next=a%2Fb%3D", Some("a/b=")),
            ("https://a.eu.qlikcloud.com/api/v1/users?next=x&limit=20#y", Some("x")),
            ("https://a.eu.qlikcloud.com/api/v1/users?next=", None),
            ("https://a.eu.qlikcloud.com/api/v1/users?prev=x", None),
            ("https://a.eu.qlikcloud.com/api/v1/users?next=%zz", None),
            ("/api/v1/users", None),
        ] {
            assert_eq!(cursor_of(href).as_deref(), expected, "{href}");
        }
    }
}
