//! Lists, page by page.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::seed::{Record, text};
use super::world::{Answered, Flavor, World};
use crate::http::{Request, Response};

/// What a list has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum List {
    Users,
    Groups,
    /// Of the group with this id.
    Members(String),
}

/// The parameters of a query.
#[derive(Debug)]
pub struct Query(pub(super) Vec<(String, String)>);

impl Query {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// How many entries a page has: `None` if the query asks for more than `most`.
    pub(super) fn size(&self, name: &str, default: usize, most: usize) -> Option<usize> {
        let Some(text) = self.get(name) else { return Some(default) };
        text.parse().ok().filter(|size| (1..=most).contains(size))
    }
}

/// All entries of a list, and how many of them a page has.
#[derive(Debug)]
pub struct Entries {
    pub(super) all: Vec<Record>,
    pub(super) size: usize,
}

/// One page.
#[derive(Debug)]
pub struct Page {
    pub(super) entries: Vec<Value>,
    /// The token of the next page.
    pub(super) next: Option<String>,
}

pub(super) fn answer<F: Flavor>(world: &mut World<F>, request: &Request, list: &List) -> Answered {
    let query = Query(request.query());
    let Entries { all, size } = F::entries(world, list, &query)?;
    let size = world.quirks.most_per_page.map_or(size, |most| size.min(most));
    let start = match query.get(F::PAGE_TOKEN) {
        None => 0,
        Some(token) => position(token).ok_or_else(|| Box::new(F::error(400)))?,
    };
    let (end, next) = if world.quirks.repeats_pages {
        (size, Some(token(start + 1)))
    } else {
        let end = start.saturating_add(size);
        (end, (end < all.len()).then(|| token(end)))
    };
    let start = if world.quirks.repeats_pages { 0 } else { start };
    let entries = all.into_iter().skip(start).take(end - start).map(Value::Object).collect();
    Ok(F::page(world, request, list, Page { entries, next }))
}

/// A token says nothing to a client.
fn token(position: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("page from {position}, as it is"))
}

fn position(token: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    text.strip_prefix("page from ")?.split_once(',')?.0.parse().ok()
}

impl<F: Flavor> World<F> {
    /// The members of a group.
    pub(super) fn members(&self, group: &str) -> Result<Vec<Record>, Box<Response>> {
        let group = self.tenant.groups.iter().find(|it| text(it, "id") == group);
        let group = group.ok_or_else(|| Box::new(F::error(404)))?;
        let members = group.get("members").and_then(Value::as_array);
        Ok(members.into_iter().flatten().filter_map(Value::as_object).cloned().collect())
    }

    /// The groups without their members, which lists do not have.
    pub(super) fn groups(&self) -> Vec<Record> {
        let mut groups = self.tenant.groups.clone();
        for group in &mut groups {
            group.remove("members");
        }
        groups
    }

    /// The address of the next page of a list: that of the request, with another token.
    pub(super) fn next_link(&self, request: &Request, token: &str) -> String {
        let host = self.quirks.next_host.as_deref().unwrap_or(&self.domain);
        let query = request.target.split_once('?').map_or("", |(_, query)| query);
        let others = query.split('&').filter(|part| {
            let key = crate::http::decode(part.split('=').next().unwrap_or_default());
            !part.is_empty() && key != F::PAGE_TOKEN
        });
        let last = format!("{}={token}", F::PAGE_TOKEN);
        let parts: Vec<&str> = others.chain([last.as_str()]).collect();
        format!("https://{host}{}?{}", request.path(), parts.join("&"))
    }
}
