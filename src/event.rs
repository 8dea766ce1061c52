//! Auth0's post-login event as JSON, and the answer to it as JSON.
//!
//! The Action's shim reads the live event the same way and hands the engine the same values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;
use unicode_normalization::UnicodeNormalization;

use crate::bundle::{Application, Bundle};
use crate::engine::{self, Place, Route};
use crate::evaluation::{Evaluation, Outcome};
use crate::login::{Input, Login, MAX_DEPTH, Value};
use crate::names::Names;
use crate::read::{Base, Read};
use crate::time;

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
    Json(serde_json::Error),
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
    time::parse_rfc3339(text.as_bytes())
}

impl Event {
    /// Reads an event from JSON text.
    ///
    /// # Errors
    ///
    /// If the text is no JSON object. Whatever members it has, it is an event.
    pub fn parse(json: &str) -> Result<Self, EventError> {
        let json = replace_lone_surrogates(json);
        Self::from_json(serde_json::from_str(&json).map_err(EventError::Json)?)
    }

    /// Reads an event from a JSON value.
    ///
    /// # Errors
    ///
    /// If the value is no object, or states a time that is none.
    pub fn from_json(event: Json) -> Result<Self, EventError> {
        if !event.is_object() {
            return Err(EventError::NoObject);
        }
        let text = |pointer: &str| event.pointer(pointer).and_then(Json::as_str).map(str::to_owned);
        let organization = match event.get("organization") {
            None | Some(Json::Null) => None,
            // An organization without an id is one that we do not know, not the lack of one.
            Some(_) => Some(text("/organization/id").unwrap_or_default()),
        };
        let connection = text("/connection/name");
        let client = text("/client/client_id");
        let now = match event.pointer("/claimsmith/now") {
            None => None,
            Some(now) => {
                let now = now.as_str().and_then(|now| time::parse_rfc3339(now.as_bytes()));
                Some(now.ok_or(EventError::Time)?)
            }
        };
        Ok(Self { json: event, organization, connection, client, now })
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
        engine::route(bundle, organization, connection, client)
    }

    /// What has to be read of the event for its login.
    pub fn fetch<'e>(&'e self, bundle: &Bundle<'_>) -> Fetched<'e> {
        let route = self.route(bundle);
        let reads = route.reads(bundle).filter_map(|at| bundle.read(at));
        Fetched { event: self, route, found: reads.map(|read| self.find(read)).collect() }
    }

    fn find(&self, read: &Read<'_>) -> Found<'_> {
        let user = || self.json.get("user").unwrap_or(&Json::Null);
        let base = match read.base {
            Base::Login => match self.attributes() {
                Attributes::Of(attributes) => attributes,
                Attributes::Missing => return Found::Sign(Value::Absent),
                Attributes::Unclear => return Found::Sign(Value::IdentityUnclear),
            },
            Base::User => user(),
            Base::Event => &self.json,
            Base::Provisioned => return self.provisioned(read),
        };
        if read.overage && withholds_groups(base) {
            return Found::Sign(Value::Overage);
        }
        let mut found = base;
        for token in read.pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            match found.as_object().and_then(|members| members.get(&token)) {
                Some(member) => found = member,
                None => return Found::Sign(Value::Absent),
            }
        }
        let mut found = Cow::Borrowed(found);
        if read.json
            && let Json::String(text) = &*found
            && let Ok(inner) = serde_json::from_str(&replace_lone_surrogates(text))
        {
            found = Cow::Owned(inner);
        }
        if read.nfc {
            found = Cow::Owned(normalized(&found, MAX_DEPTH));
        }
        Found::Json(found, read.field.to_owned())
    }

    /// The attributes of the identity that logged in: where accounts are linked, `event.user` has those of the
    /// primary one.
    fn attributes(&self) -> Attributes<'_> {
        let user = self.json.get("user").unwrap_or(&Json::Null);
        let identities =
            user.get("identities").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let Some(connection) = self.connection.as_deref().filter(|_| !identities.is_empty()) else {
            return Attributes::Of(user);
        };
        let is_login =
            |identity: &Json| identity.get("connection").and_then(Json::as_str) == Some(connection);
        let mut logged_in = identities.iter().enumerate().filter(|(_, identity)| is_login(identity));
        match (logged_in.next(), logged_in.next()) {
            (Some((0, _)), None) => Attributes::Of(user),
            (Some((_, identity)), None) => match identity.get("profileData") {
                Some(profile) if profile.is_object() => Attributes::Of(profile),
                _ => Attributes::Missing,
            },
            _ => Attributes::Unclear,
        }
    }

    /// The provisioned groups of the login's own connection.
    fn provisioned(&self, read: &Read<'_>) -> Found<'_> {
        let Some(groups) = self.json.pointer("/claimsmith/provisioned").and_then(Json::as_array) else {
            return Found::Sign(Value::Unavailable);
        };
        let id = self.json.pointer("/connection/id").and_then(Json::as_str);
        let foreign = |group: &Json| match (group.get("connection_id").and_then(Json::as_str), id) {
            (Some(other), Some(own)) => other != own,
            _ => false,
        };
        if !groups.iter().all(Json::is_object) {
            return Found::Sign(Value::Unavailable);
        }
        let own: Vec<Json> = groups.iter().filter(|group| !foreign(group)).cloned().collect();
        let own = Json::Array(own);
        let own = if read.nfc { normalized(&own, MAX_DEPTH) } else { own };
        Found::Json(Cow::Owned(own), read.field.to_owned())
    }
}

/// Whose attributes a login has.
enum Attributes<'e> {
    Of(&'e Json),
    Missing,
    Unclear,
}

/// Whether Entra says that it withheld the groups: a user has more than a token takes ("overage").
///
/// Source: learn.microsoft.com/entra/identity-platform/optional-claims-reference, "groups overage claim".
fn withholds_groups(attributes: &Json) -> bool {
    let truthy = |value: &Json| *value == Json::Bool(true) || value == "true";
    let points_to_groups = |value: &Json| match value {
        Json::Object(members) => members.contains_key("groups"),
        Json::String(text) => text.contains("\"groups\""),
        _ => false,
    };
    attributes.get("hasgroups").is_some_and(truthy)
        || attributes.get("_claim_names").is_some_and(points_to_groups)
        || ["groups:src1", "http://schemas.microsoft.com/claims/groups.link"]
            .iter()
            .any(|key| attributes.get(key).is_some())
}

/// A value with its strings in Unicode's normalization form C.
fn normalized(json: &Json, depth: usize) -> Json {
    match json {
        Json::String(text) => Json::String(text.nfc().collect()),
        Json::Array(entries) if depth > 0 => {
            Json::Array(entries.iter().map(|entry| normalized(entry, depth - 1)).collect())
        }
        Json::Object(members) if depth > 0 => {
            let member = |(key, value): (&String, &Json)| (key.clone(), normalized(value, depth - 1));
            Json::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

/// What was read of an event for its login.
#[derive(Debug)]
pub struct Fetched<'e> {
    event: &'e Event,
    route: Route,
    found: Vec<Found<'e>>,
}

/// What stands where a read points.
#[derive(Debug)]
enum Found<'e> {
    /// A value, with the member that is read of each object.
    Json(Cow<'e, Json>, String),
    /// What says why there is none.
    Sign(Value<'static>),
}

impl Found<'_> {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Json(json, field) => {
                read_value(json, Some(field.as_str()).filter(|field| !field.is_empty()), MAX_DEPTH)
            }
            Self::Sign(value) => value.clone(),
        }
    }
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

fn read_value<'a>(json: &'a Json, field: Option<&'a str>, depth: usize) -> Value<'a> {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => Value::Number(value.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::Text(text.as_bytes()),
        Json::Array(_) | Json::Object(_) if depth == 0 => Value::Unreadable,
        Json::Array(entries) if !entries.is_empty() && entries.iter().all(Json::is_string) => {
            let names: Vec<&str> = entries.iter().filter_map(Json::as_str).collect();
            Value::Names(Names::of(&names))
        }
        Json::Array(entries) => {
            Value::List(entries.iter().map(|entry| read_value(entry, field, depth - 1)).collect())
        }
        Json::Object(members) => {
            let wanted = field.and_then(|field| members.get_key_value(field));
            let read =
                |(key, value): (&'a String, &'a Json)| (key.as_bytes(), read_value(value, field, depth - 1));
            Value::Object(wanted.map(read).into_iter().collect())
        }
    }
}

/// Writes U+FFFD for escaped surrogates without their partner, as JavaScript does when it encodes such text.
fn replace_lone_surrogates(json: &str) -> Cow<'_, str> {
    let mut fixed = String::new();
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        let (kept, len) = match (read_unit(escape), escape.get(6..).and_then(read_unit)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => (escape.get(..12), 12),
            (Some(0xd800..0xe000), _) => (Some("\\ufffd"), 6),
            // Any other escape begins with two bytes that are characters of their own.
            _ => (escape.get(..2), 2),
        };
        let Some((kept, behind)) = kept.zip(escape.get(len..)) else {
            break;
        };
        fixed.push_str(before);
        fixed.push_str(kept);
        rest = behind;
    }
    if fixed.is_empty() {
        return Cow::Borrowed(json);
    }
    fixed.push_str(rest);
    Cow::Owned(fixed)
}

/// The UTF-16 unit of an escape such as `\ud83d` at the beginning of `text`.
fn read_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
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
        let connection = match route.place {
            Place::Connection(at) => bundle.connection(at),
            Place::Closed(_) => None,
        };
        let organization = connection.and_then(|connection| bundle.organization(connection.organization));
        let mapping = connection.and_then(|connection| bundle.mapping(connection.organization));
        let application = evaluation.application.and_then(|at| bundle.application(at));
        let group = |at: &u32| bundle.group_name(*at).map(str::to_owned);
        let rule = |at: &u32| Some(mapping?.rules().get(*at as usize)?.id.to_owned());
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
    let evaluation = engine::evaluate_routed(bundle, fetched.route(), &input, |_| ());
    Answer::new(bundle, fetched.route(), &evaluation)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Event, answer, replace_lone_surrogates};
    use crate::Bundle;
    use crate::compiler::compile_whole;
    use crate::diagnostic::SourceFile;

    fn check(json: &str, expected: &str) {
        assert_eq!(replace_lone_surrogates(json), expected);
        serde_json::from_str::<serde_json::Value>(expected).expect(expected);
    }

    #[test]
    fn lone_surrogates_become_replacement_characters() {
        check(r#""plain""#, r#""plain""#);
        check(r#""\ud83d\ude00""#, r#""\ud83d\ude00""#);
        check(r#""\ud83d""#, r#""\ufffd""#);
        check(r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#);
        check(r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#);
        check(r#""\\ud83d""#, r#""\\ud83d""#);
        check(r#""\\\ud83dx""#, r#""\\\ufffdx""#);
        check(r#""é\n\"\ud83d""#, r#""é\n\"\ufffd""#);
    }

    /// As in the Action, which has them from Auth0 itself: what is no group makes all of them doubtful.
    #[test]
    fn provisioned_groups_are_objects() {
        const MAPPING: &str = "version: 1
platform:
  applications: { one: { clients: [one-client], claim: 'https://claims.example.com/groups' } }
  groups: { all: { applications: [one], description: x } }
organizations:
  acme:
    connections: { c: { strategy: ad, groups: { from: provisioned } } }
    rules: [{ id: x, match: { exact: a }, grant: all }]
";
        let file = SourceFile { path: "x.yaml".to_owned(), text: MAPPING.to_owned() };
        let compiled = compile_whole(&file);
        let platform = compiled.platform.expect("a platform");
        let bundle = Bundle::decode(&platform.bundle).expect("a bundle");
        for (provisioned, reason) in [
            (json!([{ "name": "a" }]), "ok"),
            (json!([]), "ok"),
            (json!([{ "name": 7 }]), "entry-type"),
            (json!([{ "name": "a" }, "a"]), "provisioned-unavailable"),
            (json!([null]), "provisioned-unavailable"),
            (json!([["a"]]), "provisioned-unavailable"),
            (json!("a"), "provisioned-unavailable"),
        ] {
            let event = json!({
                "client": { "client_id": "one-client" },
                "connection": { "name": "c" },
                "claimsmith": { "provisioned": provisioned },
            });
            let event = Event::from_json(event).expect("an object");
            assert_eq!(answer(&bundle, &event).reason, reason, "{provisioned}");
        }
    }
}
