//! Auth0's post-login event and the answer to it, both as JSON.
//!
//! The Action's shim reads the live event the same way and hands the engine the same values.

mod answer;
mod found;
mod json;
mod reading;
#[cfg(test)]
mod tests;

pub use self::answer::{Answer, answer, answer_with_block};
use self::found::LookupResult;
pub use self::json::JsonError;
use self::json::{Json, Text};
use crate::bundle::block::Block;
use crate::bundle::index::Bundle;
use crate::engine::route::{self, Route};
use crate::login::input::{Input, Login};
use crate::text::date_advice::advise;
use crate::text::rfc3339;

/// The parts of a post-login event that an evaluation reads.
///
/// These are `event.organization.id`, `event.connection`, `event.client`, `event.user` and the members that a mapping's
/// conditions name (auth0.com/docs/actions/reference/post-login/post-login-event-object). Values that the Action does not
/// take from the event are in a member that Auth0's events do not have: `event.claimsmith.now` is the time of the login
/// in RFC 3339 format, and `event.claimsmith.provisioned` is the result of `api.groups.getUserGroups()`.
#[derive(Clone, Debug, Default)]
pub struct Event {
    json: Json,
    organization: Option<String>,
    connection: Option<String>,
    client: Option<String>,
    now: Option<f64>,
}

/// Why text is not an event.
#[derive(Debug)]
#[non_exhaustive]
pub enum EventError {
    /// It is not JSON.
    Json(JsonError),
    /// It is JSON, but not an object.
    NotAnObject,
    /// Its time cannot be read.
    InvalidTime,
}

impl core::fmt::Display for EventError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Json(error) => write!(formatter, "the event is not JSON: {error}"),
            Self::NotAnObject => formatter.write_str("the event is not a JSON object"),
            Self::InvalidTime => formatter
                .write_str("`claimsmith.now` of the event is not a time, such as `2026-11-01T08:00:00Z`"),
        }
    }
}

impl core::error::Error for EventError {}

/// Reads a time as [`Event::at`] takes it, in seconds since 1970, from a date or a date-time of RFC 3339.
pub fn parse_time(text: &str) -> Option<f64> {
    rfc3339::parse_rfc3339(text.as_bytes())
}

/// What to write in place of a text that [`parse_time`] does not read.
pub fn time_help(text: &str) -> String {
    let advice = advise(text);
    let choices = advice.choices(None);
    let choices = choices.unwrap_or_else(|| "a date or a time such as `2026-11-01T08:00:00Z`".to_owned());
    let why = advice.why.map(|why| format!("{why}; ")).unwrap_or_default();
    format!("{why}write {choices}")
}

impl Event {
    /// The id of the tenant in Auth0, of the client and of the organization.
    pub(crate) fn ids(&self) -> [Option<&str>; 3] {
        let tenant = self.json.at(&["tenant", "id"]).and_then(Json::text).map(|text| text.as_str());
        [tenant, self.client.as_deref(), self.organization.as_deref()]
    }

    /// Reads an event from JSON text, as JavaScript reads it.
    ///
    /// ```
    /// use claimsmith::event::Event;
    ///
    /// assert!(Event::parse(r#"{ "user": { "groups": ["engineers"] } }"#).is_ok());
    ///
    /// let error = Event::parse("[]").expect_err("an event is an object");
    /// assert_eq!(error.to_string(), "the event is not a JSON object");
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is not a JSON object, or has a time that cannot be read. Any other members are allowed.
    pub fn parse(json: &str) -> Result<Self, EventError> {
        Self::new(Json::parse(json.as_bytes()).map_err(EventError::Json)?)
    }

    /// Reads an event from a JSON value.
    ///
    /// # Errors
    ///
    /// If the value is not an object, or has a time that cannot be read.
    pub fn from_json(event: serde_json::Value) -> Result<Self, EventError> {
        Self::new(Json::from_serde(&event))
    }

    fn new(json: Json) -> Result<Self, EventError> {
        if !matches!(json, Json::Object(_)) {
            return Err(EventError::NotAnObject);
        }
        let text = |path: &[&str]| json.at(path).and_then(Json::text).map(|text| text.as_str().to_owned());
        let organization = match json.get("organization") {
            None | Some(Json::Null) => None,
            // An organization without an id is an unknown organization, not a login without one.
            Some(_) => Some(text(&["organization", "id"]).unwrap_or_default()),
        };
        let connection = text(&["connection", "name"]);
        let client = text(&["client", "client_id"]);
        let now = match json.at(&["claimsmith", "now"]) {
            None => None,
            Some(now) => {
                let now = now.text().map(Text::as_str).and_then(parse_time);
                Some(now.ok_or(EventError::InvalidTime)?)
            }
        };
        Ok(Self { json, organization, connection, client, now })
    }

    /// Sets the time of the event, in seconds since 1970, unless the event has one itself.
    #[must_use]
    pub fn at(mut self, now: f64) -> Self {
        self.now.get_or_insert(now);
        self
    }

    /// The id of the login's organization.
    pub(crate) fn organization(&self) -> Option<&str> {
        self.organization.as_deref()
    }

    /// The name of the login's connection.
    pub(crate) fn connection(&self) -> Option<&str> {
        self.connection.as_deref()
    }

    /// Finds the application and the mapping for the login.
    pub fn route(&self, bundle: &Bundle<'_>) -> Route {
        let [organization, connection, client] =
            [&self.organization, &self.connection, &self.client].map(Option::as_deref);
        route::route(bundle, organization, connection, client)
    }

    /// Reads the values that the mapping needs from the event.
    pub fn fetch<'e>(&'e self, bundle: &Bundle<'_>) -> FetchedLogin<'e> {
        let route = self.route(bundle);
        self.fetch_for(route, bundle)
    }

    /// Reads the values that the mapping of a block needs from an event of its organization.
    pub fn fetch_for_block<'e>(&'e self, platform: &Bundle<'_>, block: &Block<'_>) -> FetchedLogin<'e> {
        let [connection, client] = [&self.connection, &self.client].map(Option::as_deref);
        self.fetch_for(route::route_block(platform, block, connection, client), &block.bundle)
    }

    fn fetch_for<'e>(&'e self, route: Route, mapped: &Bundle<'_>) -> FetchedLogin<'e> {
        let lookups = route.lookups(mapped).filter_map(|lookup| mapped.lookup(lookup));
        let results = lookups.map(|lookup| self.look_up(lookup)).collect();
        FetchedLogin { event: self, route, results }
    }
}

/// The login of an event, with the values that its mapping needs.
#[derive(Debug)]
pub struct FetchedLogin<'e> {
    event: &'e Event,
    route: Route,
    results: Vec<LookupResult<'e>>,
}

impl FetchedLogin<'_> {
    /// The application and the mapping for the login.
    pub fn route(&self) -> Route {
        self.route
    }

    /// The login as the engine takes it.
    pub fn login(&self) -> Login<'_> {
        Login {
            organization: self.event.organization.as_deref(),
            connection: self.event.connection.as_deref(),
            client: self.event.client.as_deref(),
            input: self.input(),
        }
    }

    /// The time and the values of the login.
    pub fn input(&self) -> Input<'_> {
        let values = self.results.iter().map(LookupResult::value).collect();
        Input::new(self.event.now.unwrap_or_default(), values)
    }
}
