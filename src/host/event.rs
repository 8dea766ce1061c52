//! Auth0's post-login event as JSON, and the answer to it as JSON.
//!
//! The Action's shim reads the live event the same way and hands the engine the same values.

mod json;
mod reading;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::json::JsonError;
use self::json::{Json, Text};
use self::reading::Found;
use crate::bundle::index::{Application, Bundle};
use crate::engine::evaluate::evaluate_routed;
use crate::engine::evaluation::Evaluation;
use crate::engine::route::{self, Destination, Route};
use crate::ids::{RuleId, TargetId};
use crate::login::input::{Input, Login};
use crate::outcome::Outcome;
use crate::text::rfc3339;

/// A post-login event, as far as it decides about groups.
///
/// Shape: `event.organization.id`, `event.connection`, `event.client`, `event.user` and whatever else a mapping's
/// conditions name (auth0.com/docs/actions/reference/post-login/post-login-event-object). What the Action learns
/// from elsewhere stands in a member that Auth0's events do not have: `event.claimsmith.now`, the time of the login
/// as RFC 3339 has it, and `event.claimsmith.provisioned`, what `api.groups.getUserGroups()` gives.
#[derive(Clone, Debug, Default)]
pub struct Event {
    json: Json,
    organization: Option<String>,
    connection: Option<String>,
    client: Option<String>,
    now: Option<f64>,
}

/// Why text is no event.
#[derive(Debug)]
#[non_exhaustive]
pub enum EventError {
    /// It is no JSON.
    Json(JsonError),
    /// It is JSON, but no object.
    NoObject,
    /// Its time is no time.
    Time,
}

impl core::fmt::Display for EventError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Json(error) => write!(formatter, "the event is no JSON: {error}"),
            Self::NoObject => formatter.write_str("the event is no JSON object"),
            Self::Time => formatter
                .write_str("`claimsmith.now` of the event is no time, such as `2026-11-01T08:00:00Z`"),
        }
    }
}

impl core::error::Error for EventError {}

/// Reads a time as [`Event::at`] takes it, in seconds since 1970, from a date or a date-time of RFC 3339.
pub fn parse_time(text: &str) -> Option<f64> {
    rfc3339::parse_rfc3339(text.as_bytes())
}

impl Event {
    /// Reads an event from JSON text, as JavaScript reads it.
    ///
    /// # Errors
    ///
    /// If the text is no JSON object. Whatever members it has, it is an event.
    pub fn parse(json: &str) -> Result<Self, EventError> {
        Self::new(Json::parse(json.as_bytes()).map_err(EventError::Json)?)
    }

    /// Reads an event from a JSON value.
    ///
    /// # Errors
    ///
    /// If the value is no object, or states a time that is none.
    pub fn from_json(event: serde_json::Value) -> Result<Self, EventError> {
        Self::new(Json::from_serde(&event))
    }

    fn new(json: Json) -> Result<Self, EventError> {
        if !matches!(json, Json::Object(_)) {
            return Err(EventError::NoObject);
        }
        let text = |path: &[&str]| json.at(path).and_then(Json::text).map(|text| text.as_str().to_owned());
        let organization = match json.get("organization") {
            None | Some(Json::Null) => None,
            // An organization without an id is one that we do not know, not the lack of one.
            Some(_) => Some(text(&["organization", "id"]).unwrap_or_default()),
        };
        let connection = text(&["connection", "name"]);
        let client = text(&["client", "client_id"]);
        let now = match json.at(&["claimsmith", "now"]) {
            None => None,
            Some(now) => {
                let now = now.text().map(Text::as_str).and_then(parse_time);
                Some(now.ok_or(EventError::Time)?)
            }
        };
        Ok(Self { json, organization, connection, client, now })
    }

    /// The event at a time, in seconds since 1970, unless it states one itself.
    #[must_use]
    pub fn at(mut self, now: f64) -> Self {
        self.now.get_or_insert(now);
        self
    }

    /// Where the login leads.
    pub fn route(&self, bundle: &Bundle<'_>) -> Route {
        let [organization, connection, client] =
            [&self.organization, &self.connection, &self.client].map(Option::as_deref);
        route::route(bundle, organization, connection, client)
    }

    /// What has to be read of the event for its login.
    pub fn fetch<'e>(&'e self, bundle: &Bundle<'_>) -> Fetched<'e> {
        let route = self.route(bundle);
        let lookups = route.lookups(bundle).filter_map(|lookup| bundle.lookup(lookup));
        Fetched { event: self, route, found: lookups.map(|lookup| self.find(lookup)).collect() }
    }
}

/// What was read of an event for its login.
#[derive(Debug)]
pub struct Fetched<'e> {
    event: &'e Event,
    route: Route,
    found: Vec<Found<'e>>,
}

impl Fetched<'_> {
    /// Where the login leads.
    pub fn route(&self) -> Route {
        self.route
    }

    /// The login that the event stands for.
    pub fn login(&self) -> Login<'_> {
        Login {
            organization: self.event.organization.as_deref(),
            connection: self.event.connection.as_deref(),
            client: self.event.client.as_deref(),
            input: self.input(),
        }
    }

    /// What the login's evaluation goes by.
    pub fn input(&self) -> Input<'_> {
        let values = self.found.iter().map(Found::value).collect();
        Input::new(self.event.now.unwrap_or_default(), values)
    }
}

/// The result of a login as JSON, version 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Answer {
    /// The version of this format.
    pub version: u32,
    /// The digest of the bundle, 64 hexadecimal digits.
    pub bundle: String,
    /// The organization whose mapping applied.
    pub organization: Option<String>,
    /// The connection through which the login came.
    pub connection: Option<String>,
    /// The application that is logged in to.
    pub application: Option<String>,
    /// The claim that is set.
    pub claim: Option<String>,
    /// Which tokens carry it: `id`, `access`.
    pub tokens: Vec<&'static str>,
    /// The SAML attribute that carries the groups too.
    pub saml: Option<String>,
    /// The claim that tells the bundle's digest and the rules that fired.
    pub provenance: Option<String>,
    /// What happens: `groups`, `deny` or `none`.
    pub outcome: &'static str,
    /// Why, as a stable code.
    pub reason: &'static str,
    /// The groups claim's value, sorted.
    pub groups: Vec<String>,
    /// The ids of the rules that fired, sorted.
    pub rules: Vec<String>,
    /// The upstream groups that no rule wanted, sorted, each once.
    pub unmatched: Vec<String>,
    /// How many upstream groups the login carried.
    pub received: u32,
    /// How many upstream groups no rule wanted.
    pub unmatched_count: usize,
    /// What happened on the way, by code, with how often.
    pub notes: BTreeMap<&'static str, u32>,
}

impl Outcome {
    /// The stable word for the outcome, as it appears in log lines and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Groups => "groups",
            Self::Deny => "deny",
            Self::None => "none",
        }
    }
}

impl Answer {
    /// Names what an evaluation's positions stand for.
    pub fn new(bundle: &Bundle<'_>, route: Route, evaluation: &Evaluation<'_>) -> Self {
        let connection = match route.destination {
            Destination::Connection(connection) => bundle.connection(connection),
            Destination::Closed(_) => None,
        };
        let organization = connection.and_then(|connection| bundle.organization(connection.organization));
        let mapping = connection.and_then(|connection| bundle.mapping(connection.organization));
        let application = evaluation.application.and_then(|at| bundle.application(at));
        let group = |group: &TargetId| bundle.group_name(*group).map(str::to_owned);
        let rule = |rule: &RuleId| Some(mapping?.rule(*rule)?.id.to_owned());
        let tokens = |application: &Application<'_>| {
            let tokens = [("id", application.id_token), ("access", application.access_token)];
            tokens.into_iter().filter(|(_, carries)| *carries).map(|(token, _)| token).collect()
        };
        let rules: Vec<String> = evaluation.rules.iter().filter_map(rule).collect();
        let mut unmatched: Vec<String> =
            evaluation.unmatched.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        unmatched.sort_unstable();
        unmatched.dedup();
        Self {
            version: 1,
            bundle: bundle.digest_hex(),
            organization: organization.map(|organization| organization.name.to_owned()),
            connection: connection.map(|connection| connection.name.to_owned()),
            application: application.map(|application| application.name.to_owned()),
            claim: application.map(|application| application.claim.to_owned()),
            tokens: application.map(tokens).unwrap_or_default(),
            saml: application.and_then(|application| application.saml_attribute).map(str::to_owned),
            provenance: application.and_then(|application| application.provenance).map(str::to_owned),
            outcome: evaluation.outcome.word(),
            reason: evaluation.reason.code(),
            groups: evaluation.groups.iter().filter_map(group).collect(),
            rules,
            unmatched,
            received: evaluation.received,
            unmatched_count: evaluation.unmatched.len(),
            notes: evaluation.notes.iter().map(|(note, count)| (note.code(), *count)).collect(),
        }
    }
}

/// Evaluates the login that an event stands for.
pub fn answer(bundle: &Bundle<'_>, event: &Event) -> Answer {
    let fetched = event.fetch(bundle);
    let input = fetched.input();
    let evaluation = evaluate_routed(bundle, fetched.route(), &input, |_| ());
    Answer::new(bundle, fetched.route(), &evaluation)
}
