//! The state of the service, and what a route receives.

use serde_json::Value;

use super::answer::{Answered, error};
use super::discovery;
use super::index::Index;
use super::kind::Kind;
use super::resources;
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
    pub(crate) index: Index,
    /// Whether somebody else may have changed the tenant since the index was made.
    is_index_old: bool,
    pub(crate) quirks: Quirks,
    pub(crate) ids: Ids,
    pub(crate) clock: Clock,
    /// When the resources of the seed were created.
    pub(crate) started: String,
    tokens: Vec<String>,
    faults: Vec<Fault<Tenant>>,
}

impl Service for World {
    type Seed = Seed;
    type Tenant = Tenant;

    fn new(seed: Seed, domain: String) -> Self {
        let clock = Clock::new(&seed.clock);
        let mut world = Self {
            domain,
            tenant: seed.tenant,
            index: Index::default(),
            is_index_old: true,
            quirks: seed.quirks,
            ids: Ids(seed.seed),
            started: clock.rfc3339(),
            clock,
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
        self.is_index_old = true;
        &mut self.tenant
    }

    fn clock(&mut self) -> &mut Clock {
        &mut self.clock
    }

    fn faults(&mut self) -> &mut Vec<Fault<Tenant>> {
        &mut self.faults
    }

    fn answer(&mut self, request: &Request) -> Response {
        if std::mem::take(&mut self.is_index_old) {
            self.index = Index::of(&self.tenant);
        }
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
        let of_type = |it: &str| {
            let all = ["GET", "POST"].map(|method| format!("{method} {it}"));
            let one = ["GET", "PUT", "PATCH", "DELETE"].map(|method| format!("{method} {it}/*"));
            all.into_iter().chain(one).chain([format!("POST {it}/.search")])
        };
        let discovery = ["ServiceProviderConfig", "ResourceTypes", "ResourceTypes/*", "Schemas", "Schemas/*"];
        let others = discovery.iter().map(|it| format!("GET {it}")).chain(["POST .search".to_owned()]);
        others.chain(Kind::ALL.into_iter().flat_map(|kind| of_type(kind.endpoint()))).collect()
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
        let header = |name: &str| request.header(name).map(str::to_owned);
        let call = Call {
            method: request.method.clone(),
            query: request.query(),
            if_match: header("if-match"),
            if_none_match: header("if-none-match"),
            body,
        };
        let (first, id) = path.split_once('/').map_or((path, None), |(first, id)| (first, Some(decode(id))));
        if let Some(answer) = discovery::answer(self, &call, first, id.as_deref()) {
            return answer;
        }
        let kind = Kind::of_path(first);
        match (call.method.as_str(), kind, id.as_deref()) {
            ("GET", Some(kind), None) => resources::list(self, &call, kind),
            ("POST", Some(kind), None) => resources::create(self, &call, kind),
            ("POST", Some(kind), Some(".search")) => resources::search(self, &call, &[kind]),
            ("POST", None, None) if first == ".search" => resources::search(self, &call, &Kind::ALL),
            ("GET", Some(kind), Some(id)) => resources::get(self, &call, kind, id),
            ("PUT", Some(kind), Some(id)) => resources::replace(self, &call, kind, id),
            ("PATCH", Some(kind), Some(id)) => resources::patch(self, &call, kind, id),
            ("DELETE", Some(kind), Some(id)) => resources::delete(self, &call, kind, id),
            (_, Some(_), _) => Err(error(405, None, "the method is not supported here")),
            // What a service may leave out, and say so (RFC 7644 §3.7 and §3.11).
            (_, None, None) if matches!(first, "Bulk" | "Me") => {
                Err(error(501, None, "this is not supported"))
            }
            _ => Err(unknown()),
        }
    }

    /// The address of something below the base of the service.
    pub(crate) fn location(&self, path: &str) -> String {
        format!("https://{}{BASE}{path}", self.domain)
    }
}

/// What a route is given.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    query: Vec<(String, String)>,
    /// The versions of which one has to be there (RFC 7644 §3.14).
    pub(crate) if_match: Option<String>,
    /// The versions that the client has.
    pub(crate) if_none_match: Option<String>,
    /// `null` if there is none.
    pub(crate) body: Value,
}

impl Call {
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
