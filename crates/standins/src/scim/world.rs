//! The state of the service, and what a route receives.

use serde_json::{Value, json};

use super::answer::{Answered, error, ok};
use super::resources::{self, Kind};
use super::seed::{Quirks, Seed};
use super::tenant::Tenant;
use crate::clock::Clock;
use crate::fault::Fault;
use crate::http::{Request, Response, decode};
use crate::ids::Ids;
use crate::service::Service;

/// Where the service is, below its host.
const BASE: &str = "/scim/v2/";

#[derive(Debug)]
pub struct World {
    pub(crate) domain: String,
    pub(crate) tenant: Tenant,
    pub(crate) quirks: Quirks,
    pub(crate) ids: Ids,
    clock: Clock,
    tokens: Vec<String>,
    faults: Vec<Fault<Tenant>>,
}

impl Service for World {
    type Seed = Seed;
    type Tenant = Tenant;

    fn new(seed: Seed, domain: String) -> Self {
        let mut world = Self {
            domain,
            tenant: seed.tenant,
            quirks: seed.quirks,
            ids: Ids(seed.seed),
            clock: Clock::new(&seed.clock),
            tokens: seed.tokens.into_iter().map(|it| it.token).collect(),
            faults: seed.faults,
        };
        let Tenant { users, groups } = &mut world.tenant;
        for record in users.iter_mut().chain(groups) {
            record.entry("id").or_insert_with(|| world.ids.uuid().into());
        }
        world
    }

    fn tenant(&mut self) -> &mut Tenant {
        &mut self.tenant
    }

    fn clock(&mut self) -> &mut Clock {
        &mut self.clock
    }

    fn faults(&mut self) -> &mut Vec<Fault<Tenant>> {
        &mut self.faults
    }

    fn answer(&mut self, request: &Request) -> Response {
        let mut response = self.answer_or_refuse(request).unwrap_or_else(|error| *error);
        response.headers.extend(self.headers());
        response
    }

    fn faulty(&mut self, _: &Request, status: u16, wait: Option<u64>) -> Response {
        let mut response = *error(status, None, "");
        if let Some(seconds) = wait.or((status == 429).then_some(1)) {
            response.headers.push(("retry-after", seconds.to_string()));
        }
        response.headers.extend(self.headers());
        response
    }

    fn routes() -> Vec<String> {
        let both = ["Users", "Groups"].into_iter().flat_map(|it| {
            [format!("GET {it}"), format!("POST {it}"), format!("GET {it}/*"), format!("DELETE {it}/*")]
        });
        std::iter::once("GET ServiceProviderConfig".to_owned()).chain(both).collect()
    }
}

impl World {
    fn headers(&self) -> Vec<(&'static str, String)> {
        vec![("date", self.clock.http_date()), ("content-type", "application/scim+json".to_owned())]
    }

    fn answer_or_refuse(&mut self, request: &Request) -> Answered {
        let unknown = || error(404, None, "there is no such endpoint");
        let path = request.path().strip_prefix(BASE).ok_or_else(unknown)?;
        let header = request.header("authorization").unwrap_or_default();
        let token = header.strip_prefix("Bearer ").unwrap_or_default();
        if !self.tokens.iter().any(|it| it == token) {
            return Err(error(401, None, "the bearer token is not valid"));
        }
        let body = match request.body.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&request.body)
                .map_err(|_| error(400, Some("invalidSyntax"), "the body is not JSON"))?,
        };
        let call = Call { query: request.query(), body };
        let (first, id) = path.split_once('/').map_or((path, None), |(first, id)| (first, Some(decode(id))));
        let kind = Kind::of_path(first);
        match (request.method.as_str(), kind, id) {
            ("GET", None, None) if first == "ServiceProviderConfig" => ok(200, self.configuration()),
            ("GET", Some(kind), None) => resources::list(self, &call, kind),
            ("POST", Some(kind), None) => resources::create(self, &call, kind),
            ("GET", Some(kind), Some(id)) => resources::get(self, &call, kind, &id),
            ("DELETE", Some(kind), Some(id)) => resources::delete(self, kind, &id),
            (_, Some(_), _) => Err(error(405, None, "the method is not supported here")),
            _ => Err(unknown()),
        }
    }

    /// What the service can do (RFC 7643 §5, RFC 9865 §3).
    fn configuration(&self) -> Value {
        let has_cursors = self.quirks.has_cursors;
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": { "supported": false },
            "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
            "filter": { "supported": true, "maxResults": self.quirks.most_per_page },
            "changePassword": { "supported": false },
            "sort": { "supported": false },
            "etag": { "supported": false },
            "pagination": { "cursor": has_cursors, "index": !has_cursors },
            "authenticationSchemes": [{
                "type": "oauthbearertoken", "name": "Bearer token", "description": "A bearer token in the header",
            }],
        })
    }
}

/// What a route is given.
#[derive(Debug)]
pub(crate) struct Call {
    query: Vec<(String, String)>,
    /// `null` if there is none.
    pub(crate) body: Value,
}

impl Call {
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
