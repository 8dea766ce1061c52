//! Users, groups and members of Microsoft Graph, and the token endpoint of Microsoft's identity platform.

use serde_json::{Value, json};

use super::lists::{Entries, List, Page, Query};
use super::seed::{Record, text};
use super::tokens::{Fields, refusal};
use super::world::{Answered, Flavor, Route, World};
use crate::http::{Request, Response, match_path};

/// Microsoft Graph.
#[derive(Debug)]
pub struct Graph;

impl Flavor for Graph {
    const SCHEME: &'static str = "Bearer";
    const PAGE_TOKEN: &'static str = "$skiptoken";
    const ROUTES: &'static [&'static str] =
        &["POST /*/oauth2/v2.0/token", "GET /v1.0/users", "GET /v1.0/groups", "GET /v1.0/groups/*/members"];

    fn route(method: &str, path: &str) -> Option<Route> {
        match (method, path) {
            ("POST", _) => match_path("/*/oauth2/v2.0/token", path).map(|_| Route::Token),
            ("GET", "/v1.0/users") => Some(Route::List(List::Users)),
            ("GET", "/v1.0/groups") => Some(Route::List(List::Groups)),
            ("GET", _) => {
                Some(Route::List(List::Members(match_path("/v1.0/groups/*/members", path)?.pop()?)))
            }
            _ => None,
        }
    }

    fn issue(world: &mut World<Self>, request: &Request) -> Answered {
        let fields = Fields::read(request);
        let tenant = request.path().split('/').nth(1).unwrap_or_default();
        let is_known = |client: &Record| {
            text(client, "tenant") == tenant
                && text(client, "client_id") == fields.get("client_id")
                && text(client, "client_secret") == fields.get("client_secret")
        };
        if fields.get("grant_type") != "client_credentials" || !fields.get("scope").ends_with("/.default") {
            return Err(refusal(400, "invalid_request", "AADSTS900144"));
        }
        if !world.tenant.clients.iter().any(is_known) {
            return Err(refusal(401, "invalid_client", "AADSTS7000215: Invalid client secret provided."));
        }
        world.new_token()
    }

    fn entries(world: &World<Self>, list: &List, query: &Query) -> Result<Entries, Box<Response>> {
        let all = match list {
            List::Users => world.tenant.users.clone(),
            List::Groups => world.groups(),
            List::Members(group) => world.members(group)?,
        };
        let all = match query.get("$select") {
            None => all,
            Some(select) => all.iter().map(|it| selected(it, select)).collect(),
        };
        Ok(Entries { all, size: query.size("$top", 100, 999).ok_or_else(|| Box::new(Self::error(404)))? })
    }

    fn page(world: &World<Self>, request: &Request, list: &List, page: Page) -> Response {
        let kind = match list {
            List::Users => "users",
            List::Groups => "groups",
            List::Members(_) => "directoryObjects",
        };
        let mut body = json!({
            "@odata.context": format!("https://{}/v1.0/$metadata#{kind}", world.domain), "value": page.entries,
        });
        if let (Some(token), Some(members)) = (page.next, body.as_object_mut()) {
            members.insert("@odata.nextLink".to_owned(), world.next_link(request, &token).into());
        }
        Response { status: 200, headers: Vec::new(), body: Some(body) }
    }

    /// A fault with status 400 is a token of a page that has expired.
    fn error(status: u16) -> Response {
        let code = match status {
            400 => "Directory_ExpiredPageToken",
            401 => "InvalidAuthenticationToken",
            403 => "Authorization_RequestDenied",
            404 => "Request_ResourceNotFound",
            429 => "TooManyRequests",
            503 => "serviceNotAvailable",
            _ => "generalException",
        };
        let inner = json!({ "date": "2026-11-27T12:00:00", "request-id": "0", "client-request-id": "0" });
        let body = json!({ "error": { "code": code, "message": "", "innerError": inner } });
        Response { status, headers: Vec::new(), body: Some(body) }
    }
}

/// An object with the properties that were asked for. Its type is always there; a property that it lacks is null.
fn selected(object: &Record, select: &str) -> Record {
    let mut shown: Record = object
        .get_key_value("@odata.type")
        .into_iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    for name in select.split(',') {
        shown.insert(name.to_owned(), object.get(name).cloned().unwrap_or(Value::Null));
    }
    shown
}
