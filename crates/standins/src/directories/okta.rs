//! Okta's Users and Groups APIs.

use serde_json::{Value, json};

use super::lists::{Entries, List, Page, Query};
use super::seed::{Record, text};
use super::world::{Answered, Flavor, Route, World};
use crate::http::{Request, Response, match_path};

/// Okta.
#[derive(Debug)]
pub struct Okta;

/// Requests in a window of a minute, which nothing counts: a refusal is a fault.
const LIMIT: u64 = 600;

impl Flavor for Okta {
    const SCHEME: &'static str = "SSWS";
    const PAGE_TOKEN: &'static str = "after";
    const ROUTES: &'static [&'static str] =
        &["GET /api/v1/users", "GET /api/v1/groups", "GET /api/v1/groups/*/users"];

    fn route(method: &str, path: &str) -> Option<Route> {
        let list = match path {
            "/api/v1/users" => List::Users,
            "/api/v1/groups" => List::Groups,
            _ => List::Members(match_path("/api/v1/groups/*/users", path)?.pop()?),
        };
        (method == "GET").then_some(Route::List(list))
    }

    fn issue(_: &mut World<Self>, _: &Request) -> Answered {
        Err(Box::new(Self::error(404)))
    }

    fn entries(world: &World<Self>, list: &List, query: &Query) -> Result<Entries, Box<Response>> {
        let refused = || Box::new(Self::error(400));
        let users = &world.tenant.users;
        Ok(match list {
            List::Users => {
                let all = users.iter().filter(|it| fits(it, query.get("filter"))).cloned().collect();
                Entries { all, size: query.size("limit", 200, 200).ok_or_else(refused)? }
            }
            List::Groups => Entries {
                all: world.groups(),
                size: query.size("limit", 10_000, 10_000).ok_or_else(refused)?,
            },
            List::Members(group) => {
                let members = world.members(group)?;
                let user = |member: &Record| users.iter().find(|it| text(it, "id") == text(member, "id"));
                // A member whom the list of users lacks is shown with what the group knows.
                let all = members.iter().map(|it| user(it).unwrap_or(it).clone()).collect();
                Entries { all, size: query.size("limit", 1000, 1000).ok_or_else(refused)? }
            }
        })
    }

    fn page(world: &World<Self>, request: &Request, _: &List, page: Page) -> Response {
        let own = format!("https://{}{}", world.domain, request.target);
        let mut headers = vec![("link", format!("<{own}>; rel=\"self\""))];
        if let Some(token) = page.next {
            headers.push(("link", format!("<{}>; rel=\"next\"", world.next_link(request, &token))));
        }
        Response { status: 200, headers, body: Some(page.entries.into()) }
    }

    fn error(status: u16) -> Response {
        let (code, summary) = match status {
            401 => ("E0000011", "Invalid token provided"),
            403 => ("E0000006", "You do not have permission to perform the requested action"),
            404 => ("E0000007", "Not found: Resource not found"),
            429 => ("E0000047", "API call exceeded rate limit due to too many requests."),
            500.. => ("E0000009", "Internal Server Error"),
            _ => ("E0000001", "Api validation failed"),
        };
        let body = json!({ "errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": "oae", "errorCauses": [] });
        Response { status, headers: Vec::new(), body: Some(body) }
    }

    fn rate(world: &World<Self>, status: u16, wait: Option<u64>) -> Vec<(&'static str, String)> {
        let remaining = if status == 429 { 0 } else { LIMIT - 1 };
        let reset = world.clock.seconds().saturating_add(wait.unwrap_or(60));
        vec![
            ("x-rate-limit-limit", LIMIT.to_string()),
            ("x-rate-limit-remaining", remaining.to_string()),
            ("x-rate-limit-reset", reset.to_string()),
        ]
    }
}

/// Lists leave out deactivated users unless a filter names their status.
fn fits(user: &Record, filter: Option<&str>) -> bool {
    let status = user.get("status").and_then(Value::as_str).unwrap_or_default();
    match filter.and_then(|it| it.strip_prefix("status eq \"")?.strip_suffix('"')) {
        Some(wanted) => status == wanted,
        None => status != "DEPROVISIONED",
    }
}
