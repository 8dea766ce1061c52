//! Users, groups and members of Google's Directory API, and the token endpoint for service accounts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::lists::{Entries, List, Page, Query};
use super::seed::{Record, text};
use super::tokens::{Fields, refusal, texts};
use super::world::{Answered, Flavor, Route, World};
use crate::http::{Request, Response, match_path};

/// Google Workspace.
#[derive(Debug)]
pub struct Google;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Google accepts assertions that are valid for an hour at most.
const LONGEST_ASSERTION: u64 = 3600;

impl Flavor for Google {
    const SCHEME: &'static str = "Bearer";
    const PAGE_TOKEN: &'static str = "pageToken";
    const ROUTES: &'static [&'static str] = &[
        "POST /token",
        "GET /admin/directory/v1/users",
        "GET /admin/directory/v1/groups",
        "GET /admin/directory/v1/groups/*/members",
    ];

    fn route(method: &str, path: &str) -> Option<Route> {
        let members = "/admin/directory/v1/groups/*/members";
        match (method, path) {
            ("POST", "/token") => Some(Route::Token),
            ("GET", "/admin/directory/v1/users") => Some(Route::List(List::Users)),
            ("GET", "/admin/directory/v1/groups") => Some(Route::List(List::Groups)),
            ("GET", _) => Some(Route::List(List::Members(match_path(members, path)?.pop()?))),
            _ => None,
        }
    }

    fn issue(world: &mut World<Self>, request: &Request) -> Answered {
        let fields = Fields::read(request);
        let claims = claims(fields.get("assertion")).filter(|_| fields.get("grant_type") == GRANT_TYPE);
        let claims = claims.ok_or_else(|| refusal(400, "invalid_request", "Bad Request"))?;
        let number = |key: &str| claims.get(key).and_then(Value::as_u64).unwrap_or_default();
        let (now, issued, ends) = (world.clock.seconds(), number("iat"), number("exp"));
        if issued > now + 300 || ends <= now || ends.saturating_sub(issued) > LONGEST_ASSERTION {
            return Err(refusal(400, "invalid_grant", "Invalid JWT: Token must be a short-lived token"));
        }
        let clients = &world.tenant.clients;
        let Some(client) = clients.iter().find(|it| text(it, "client_email") == text(&claims, "iss")) else {
            return Err(refusal(400, "invalid_grant", "Invalid grant: account not found"));
        };
        let is_allowed = text(&claims, "scope").split(' ').all(|it| texts(client, "scopes").contains(&it));
        if !is_allowed || !texts(client, "admins").contains(&text(&claims, "sub")) {
            let why = "Client is unauthorized to retrieve access tokens using this method";
            return Err(refusal(401, "unauthorized_client", why));
        }
        world.new_token()
    }

    fn entries(world: &World<Self>, list: &List, query: &Query) -> Result<Entries, Box<Response>> {
        let (all, most) = match list {
            List::Users => (world.tenant.users.clone(), 500),
            List::Groups => (world.groups(), 200),
            List::Members(group) => (world.members(group)?, 200),
        };
        let is_of_account = matches!(list, List::Members(_)) || query.get("customer") == Some("my_customer");
        let default = if *list == List::Users { 100 } else { 200 };
        // A `maxResults` that is too large is taken for the largest.
        let size = query.size("maxResults", default, usize::MAX).filter(|_| is_of_account);
        let size = size.ok_or_else(|| Box::new(Self::error(400)))?;
        Ok(Entries { all, size: size.min(most) })
    }

    fn page(_: &World<Self>, _: &Request, list: &List, page: Page) -> Response {
        let kind = match list {
            List::Users => "users",
            List::Groups => "groups",
            List::Members(_) => "members",
        };
        let mut body = json!({ "kind": format!("admin#directory#{kind}"), "etag": "\"e\"" });
        if let Some(members) = body.as_object_mut() {
            // An empty list is left out.
            if !page.entries.is_empty() {
                members.insert(kind.to_owned(), page.entries.into());
            }
            members.extend(page.next.map(|token| ("nextPageToken".to_owned(), token.into())));
        }
        Response { status: 200, headers: Vec::new(), body: Some(body) }
    }

    /// A fault with status 403 is a rate limit.
    fn error(status: u16) -> Response {
        let (reason, message) = match status {
            400 => ("invalid", "Invalid Input"),
            401 => ("authError", "Invalid Credentials"),
            403 => ("userRateLimitExceeded", "User Rate Limit Exceeded"),
            404 => ("notFound", "Resource Not Found"),
            429 => ("rateLimitExceeded", "Rate Limit Exceeded"),
            _ => ("backendError", "Backend Error"),
        };
        let domain = if matches!(status, 403 | 429) { "usageLimits" } else { "global" };
        let body = json!({ "error": {
            "code": status, "message": message, "errors": [{ "domain": domain, "reason": reason, "message": message }],
        } });
        Response { status, headers: Vec::new(), body: Some(body) }
    }
}

/// The claims of an assertion. The signature is not verified: the stand-in knows no keys.
fn claims(assertion: &str) -> Option<Record> {
    let mut parts = assertion.split('.');
    let mut part = || URL_SAFE_NO_PAD.decode(parts.next()?).ok();
    let header: Value = serde_json::from_slice(&part()?).ok()?;
    let claims: Record = serde_json::from_slice(&part()?).ok()?;
    let is_signed = part().is_some_and(|it| !it.is_empty()) && parts.next().is_none();
    (is_signed && header.get("alg").and_then(Value::as_str) == Some("RS256")).then_some(claims)
}
