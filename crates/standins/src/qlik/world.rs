//! The state of the service, and what a route receives.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::{Answered, error};
use super::rate::{Limits, Tier};
use super::seed::{ClaimPath, Seed};
use super::tenant::Tenant;
use super::token::{self, Token};
use super::{identity_providers, login, routes};
use crate::clock::Clock;
use crate::fault::Fault;
use crate::http::{Request, Response, encode};
use crate::ids::Ids;
use crate::service::Service;

#[derive(Debug)]
pub struct World {
    pub(crate) domain: String,
    pub(crate) tenant: Tenant,
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) token_lifetime: u64,
    pub(crate) claim_path: ClaimPath,
    pub(crate) shows_secrets: bool,
    pub(crate) ids: Ids,
    faults: Vec<Fault<Tenant>>,
}

impl Service for World {
    type Seed = Seed;
    type Tenant = Tenant;

    fn new(seed: Seed, domain: String) -> Self {
        let clock = Clock::new(&seed.clock);
        let tokens = seed.tokens.into_iter().map(|token| Token::seeded(token, &clock)).collect();
        let mut world = Self {
            domain,
            tenant: seed.tenant,
            limits: Limits::new(seed.rate),
            clock,
            tokens,
            token_lifetime: seed.token_lifetime.unwrap_or(21_600),
            claim_path: seed.claim_path,
            shows_secrets: seed.shows_secrets,
            ids: Ids(seed.seed),
            faults: seed.faults,
        };
        world.complete();
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

    fn faulty(&mut self, request: &Request, status: u16, wait: Option<u64>) -> Response {
        let mut response = *error(status, "HTTP", "");
        let wait = wait.or((status == 429).then_some(1));
        if let Some(seconds) = wait {
            response.headers.push(("retry-after", seconds.to_string()));
            let tier =
                routes::find(&request.method, request.path()).map_or(Tier::One, |(route, _)| route.tier);
            self.limits.close(tier, seconds, &self.clock);
        }
        response.headers.extend(self.headers());
        response
    }

    fn routes() -> Vec<String> {
        routes::all()
    }

    fn control(&mut self, command: &str, body: &Value) -> Option<Result<Value, String>> {
        match command {
            "verify" => Some(identity_providers::verify_as(self, body)),
            "login" => Some(login::log_in_as(self, body)),
            _ => None,
        }
    }
}

impl World {
    /// Makes the ids and times that a seed leaves out.
    fn complete(&mut self) {
        let now = self.clock.rfc3339();
        if self.tenant.id.is_empty() {
            self.tenant.id = self.ids.uuid();
        }
        let Tenant { users, groups, roles, identity_providers, .. } = &mut self.tenant;
        for (records, created, updated) in [
            (users, "createdAt", "lastUpdatedAt"),
            (groups, "createdAt", "lastUpdatedAt"),
            (roles, "createdAt", "lastUpdatedAt"),
            (identity_providers, "created", "lastUpdated"),
        ] {
            for record in records {
                record.entry("id").or_insert_with(|| self.ids.object_id().into());
                record.entry(created).or_insert_with(|| now.clone().into());
                record.entry(updated).or_insert_with(|| now.clone().into());
            }
        }
        for group in &mut self.tenant.groups {
            group.entry("providerType").or_insert_with(|| "idp".into());
            group.entry("status").or_insert_with(|| "active".into());
        }
        for user in &mut self.tenant.users {
            user.entry("status").or_insert_with(|| "active".into());
        }
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        vec![("date", self.clock.http_date()), ("content-type", "application/json".to_owned())]
    }

    fn answer_or_refuse(&mut self, request: &Request) -> Answered {
        if (request.method.as_str(), request.path()) == ("POST", "/oauth/token") {
            return token::issue(self, request);
        }
        let found = routes::find(&request.method, request.path());
        let (route, parameters) = found.ok_or_else(|| error(404, "HTTP", ""))?;
        if let Err(seconds) = self.limits.take(route.tier, &mut self.clock) {
            let mut refusal = error(429, "HTTP", "");
            refusal.headers.push(("retry-after", seconds.to_string()));
            return Err(refusal);
        }
        token::check(self, request, route.scope)?;
        let body = match request.body.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&request.body).map_err(|_| error(400, "HTTP", "not JSON"))?,
        };
        let call = Call { path: request.path().to_owned(), parameters, query: request.query(), body };
        (route.handler)(self, &call)
    }

    /// The link of an object to itself.
    pub(crate) fn self_link(&self, path: &str) -> Value {
        json!({ "self": { "href": format!("https://{}/api/v1/{path}", self.domain) } })
    }
}

/// What a route is given.
#[derive(Debug)]
pub(crate) struct Call {
    path: String,
    parameters: Vec<String>,
    query: Vec<(String, String)>,
    /// `null` if there is none.
    pub(crate) body: Value,
}

impl Call {
    /// A part of the path.
    pub(crate) fn parameter(&self) -> &str {
        self.parameters.first().map_or("", String::as_str)
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The address of this request, from another cursor if there is one.
    pub(crate) fn link(&self, domain: &str, cursor: Option<(&str, &str)>) -> String {
        let is_cursor = |key: &str| key == "next" || key == "prev";
        let kept = self.query.iter().filter(|(key, _)| cursor.is_none() || !is_cursor(key));
        let mut parts: Vec<String> = kept.map(|(key, value)| format!("{key}={}", encode(value))).collect();
        parts.extend(cursor.map(|(key, value)| format!("{key}={}", encode(value))));
        let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
        format!("https://{domain}{}{query}", self.path)
    }

    /// The operations of a JSON Patch, of which there is at least one: operation, path and value.
    pub(crate) fn operations(&self, part: &str) -> Result<Vec<(&str, &str, &Value)>, Box<Response>> {
        let list = self.body.as_array().filter(|list| !list.is_empty());
        let list = list.ok_or_else(|| error(400, part, "expected a list of operations"))?;
        Ok(list.iter().map(operation).collect())
    }
}

fn operation(value: &Value) -> (&str, &str, &Value) {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    (text("op"), text("path"), value.get("value").unwrap_or(&Value::Null))
}
