//! The state of the service, and what a route receives.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answer::{Answered, error, invalid_body};
use super::bucket::Bucket;
use super::routes;
use super::seed::{BuildSeed, Seed};
use super::tenant::{Record, Tenant};
use super::token::{self, Token};
use crate::clock::Clock;
use crate::fault::Fault;
use crate::http::{Request, Response};
use crate::ids::Ids;
use crate::service::Service;

#[derive(Debug)]
pub struct World {
    pub(crate) domain: String,
    pub(crate) tenant: Tenant,
    pub(crate) clock: Clock,
    pub(crate) bucket: Bucket,
    pub(crate) build: BuildSeed,
    /// How many builds have begun.
    pub(crate) builds: u64,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) token_lifetime: u64,
    pub(crate) test_results: BTreeMap<String, Value>,
    pub(crate) runs_tests: bool,
    pub(crate) faults: Vec<Fault>,
    ids: Ids,
}

impl Service for World {
    type Seed = Seed;
    type Tenant = Tenant;

    fn new(seed: Seed, domain: String) -> Self {
        let clock = Clock::new(&seed.clock);
        let tokens = seed.tokens.into_iter().map(|token| Token::seeded(token, &clock)).collect();
        let mut world = Self {
            domain,
            bucket: Bucket::new(seed.rate, &clock),
            clock,
            tenant: seed.tenant,
            build: seed.build,
            builds: 0,
            tokens,
            token_lifetime: seed.token_lifetime.unwrap_or(86_400),
            test_results: seed.test_results,
            runs_tests: seed.runs_tests,
            faults: seed.faults,
            ids: Ids(seed.seed),
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

    fn faults(&mut self) -> &mut Vec<Fault> {
        &mut self.faults
    }

    fn answer(&mut self, request: &Request) -> Response {
        let is_api = request.path().starts_with("/api/v2/");
        let mut response = self.answer_or_refuse(request, is_api).unwrap_or_else(|error| *error);
        response.headers.extend(self.headers(is_api));
        response
    }

    fn faulty(&mut self, _: &Request, status: u16, wait: Option<u64>) -> Response {
        let message = match status {
            429 => "Global limit has been reached",
            500 => "An internal server error occurred",
            _ => "The service is temporarily unavailable",
        };
        let limited = status == 429;
        let mut response = *error(status, limited.then_some("too_many_requests"), message);
        let wait = wait.or(limited.then_some(1));
        if let Some(seconds) = wait {
            response.headers.push(("retry-after", seconds.to_string()));
            self.bucket.tell_to_wait(seconds, &self.clock);
        }
        let mut headers = self.headers(true);
        if limited {
            let reset = self.clock.seconds() + wait.unwrap_or(1);
            headers.retain(|(name, _)| !name.starts_with("x-ratelimit-re"));
            headers.extend([
                ("x-ratelimit-remaining", "0".to_owned()),
                ("x-ratelimit-reset", reset.to_string()),
            ]);
        }
        response.headers.extend(headers);
        response
    }

    fn routes() -> Vec<String> {
        routes::all()
    }
}

impl World {
    /// Makes the ids and times that a seed leaves out.
    fn complete(&mut self) {
        let now = self.clock.rfc3339();
        let ids = &mut self.ids;
        let fill = |text: &mut String, value: &mut dyn FnMut() -> String| {
            if text.is_empty() {
                *text = value();
            }
        };
        for action in &mut self.tenant.actions {
            fill(&mut action.id, &mut || ids.uuid());
            fill(&mut action.runtime, &mut || "node22".to_owned());
            fill(&mut action.created_at, &mut || now.clone());
            fill(&mut action.updated_at, &mut || now.clone());
            for version in &mut action.versions {
                fill(&mut version.id, &mut || ids.uuid());
                fill(&mut version.created_at, &mut || now.clone());
                action.last_version = action.last_version.max(version.number);
            }
        }
        for binding in self.tenant.bindings.values_mut().flatten() {
            fill(&mut binding.id, &mut || ids.uuid());
            fill(&mut binding.created_at, &mut || now.clone());
        }
        for (records, key, prefix) in [
            (&mut self.tenant.organizations, "id", "org_"),
            (&mut self.tenant.connections, "id", "con_"),
            (&mut self.tenant.client_grants, "id", "cgr_"),
            (&mut self.tenant.clients, "client_id", ""),
            (&mut self.tenant.users, "user_id", "auth0|"),
        ] {
            for record in records {
                record.entry(key).or_insert_with(|| ids.short(prefix).into());
            }
        }
        for grant in &mut self.tenant.client_grants {
            grant.entry("audience").or_insert_with(|| format!("https://{}/api/v2/", self.domain).into());
        }
    }

    pub(crate) fn uuid(&mut self) -> String {
        self.ids.uuid()
    }

    /// Such as `org_` with sixteen letters and digits.
    pub(crate) fn short_id(&mut self, prefix: &str) -> String {
        self.ids.short(prefix)
    }

    pub(crate) fn audience(&self) -> String {
        format!("https://{}/api/v2/", self.domain)
    }

    fn headers(&self, is_api: bool) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("date", self.clock.http_date()),
            ("content-type", "application/json; charset=utf-8".to_owned()),
        ];
        if is_api {
            headers.extend(self.bucket.headers(&self.clock));
        }
        headers
    }

    fn answer_or_refuse(&mut self, request: &Request, is_api: bool) -> Answered {
        if request.path() == "/oauth/token" {
            return token::issue(self, request);
        }
        if !is_api {
            return Err(error(404, None, "Not Found"));
        }
        if let Err(seconds) = self.bucket.take(&mut self.clock) {
            let mut refusal = error(429, Some("too_many_requests"), "Global limit has been reached");
            refusal.headers.push(("retry-after", seconds.to_string()));
            return Err(refusal);
        }
        let scopes = token::check(self, request)?;
        let (route, parameters) =
            routes::find(&request.method, request.path()).ok_or_else(|| error(404, None, "Not Found"))?;
        if !scopes.iter().any(|scope| scope == route.scope) {
            let message = format!("Insufficient scope, expected any of: {}", route.scope);
            return Err(error(403, Some("insufficient_scope"), &message));
        }
        let body = read_body(request)?;
        (route.handler)(self, &Call { parameters, query: request.query(), body })
    }
}

fn read_body(request: &Request) -> Result<Value, Box<Response>> {
    if request.body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&request.body).map_err(|_| error(400, None, "Invalid request payload JSON format"))
}

/// What a route is given.
#[derive(Debug)]
pub(crate) struct Call {
    parameters: Vec<String>,
    query: Vec<(String, String)>,
    /// `null` if there is none.
    pub(crate) body: Value,
}

impl Call {
    /// A part of the path.
    pub(crate) fn parameter(&self, index: usize) -> &str {
        self.parameters.get(index).map_or("", String::as_str)
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body, which must be an object without other members than these.
    pub(crate) fn object(&self, known: &[&str]) -> Result<&Record, Box<Response>> {
        let members = self.body.as_object().ok_or_else(|| invalid_body("'Expected type object'"))?;
        match members.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(members),
            Some(key) => Err(invalid_body(&format!("'Additional properties not allowed: {key}'"))),
        }
    }
}

/// A required text of a body.
pub(crate) fn text<'a>(members: &'a Record, key: &str) -> Result<&'a str, Box<Response>> {
    match members.get(key) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(invalid_body(&format!("'Expected type string' on property {key}"))),
        None => Err(invalid_body(&format!("'Missing required property: {key}'"))),
    }
}

/// A record without members that are not answered.
pub(crate) fn without(record: &Record, hidden: &[&str]) -> Value {
    record
        .iter()
        .filter(|(key, _)| !hidden.contains(&key.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

/// The metadata of an organization, a connection or a client.
pub(crate) fn check_metadata(
    value: Option<&Value>,
    most: usize,
    property: &str,
) -> Result<(), Box<Response>> {
    let Some(value) = value else { return Ok(()) };
    let Some(members) = value.as_object() else {
        return Err(invalid_body(&format!("'Expected type object' on property {property}")));
    };
    if members.len() > most {
        let message = format!(
            "'Too many properties defined ({}), maximum {most}' on property {property}",
            members.len()
        );
        return Err(invalid_body(&message));
    }
    for (key, value) in members {
        let Some(text) = value.as_str() else {
            return Err(invalid_body(&format!("'Expected type string' on property {property}.{key}")));
        };
        for part in [key.as_str(), text] {
            let length = part.chars().count();
            if length > 255 {
                let message = format!(
                    "'String is too long ({length} chars), maximum 255' on property {property}.{key}"
                );
                return Err(invalid_body(&message));
            }
        }
    }
    Ok(())
}
