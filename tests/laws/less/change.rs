//! Changes that make a login less.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::exceptions::{Exception, Loss};
use crate::login::{
    Arrival, Entry, FLAWS, Holder, Identity, Login, Seen, UNREADABLE, WAYS, members, seen, sign,
};
use crate::reference::refresh::{authenticated, created};
use crate::world::{Shape, World};

/// One value of a login becomes missing, null, unreadable or wrong. Positions are taken modulo the length.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// The whole value that a source reads.
    Arrival(usize, Arrival),
    /// An entry of a source becomes something that is not a group.
    Entry(usize, usize, Entry),
    /// A sign of withheld groups appears; the second number is how many entries are left.
    Withheld(usize, usize, (&'static str, Json)),
    /// The list of a source is cut without a sign.
    Cut(usize),
    /// The identity that logged in.
    Identity(Identity),
    Attribute(&'static str, Option<Json>),
    /// An entry of the attribute `roles`.
    Role(usize, Json),
    Organization(Holder),
    /// All metadata of an organization, a connection or a client.
    Metadata(usize, Json),
    /// One key of it.
    Tier(usize, Json),
    Clock,
    Protocol(Option<Json>),
    Methods(Option<Json>),
    /// The time of one method of authentication.
    Method(usize, Json),
    Session(Option<Json>),
    Token(Option<Json>),
}

const HOLDERS: [&str; 3] = ["organization", "connection", "client"];
const ATTRIBUTES: [&str; 5] = ["department", "level", "roles", "email", "email_verified"];

pub(crate) fn change() -> impl Strategy<Value = Change> {
    let nothing = || vec![None, Some(json!(null)), Some(json!(UNREADABLE))];
    let wrong = |others: &[Json]| {
        let others = others.iter().cloned().map(Some);
        select(nothing().into_iter().chain([Some(json!({}))]).chain(others).collect::<Vec<_>>())
    };
    let lost = || select(nothing());
    let arrival = select(&[Arrival::Absent, Arrival::Null, Arrival::Wrong, Arrival::Unreadable][..]);
    let no_text = || select(vec![json!(null), json!(7), json!(["gold"]), json!({}), json!(UNREADABLE)]);
    prop_oneof![
        4 => (0..2usize, arrival).prop_map(|(source, arrival)| Change::Arrival(source, arrival)),
        4 => (0..2usize, 0..8usize, select(&FLAWS[..])).prop_map(|(source, at, entry)| Change::Entry(source, at, entry)),
        2 => (0..2usize, 0..4usize, sign()).prop_map(|(source, keep, sign)| Change::Withheld(source, keep, sign)),
        2 => (0..2usize).prop_map(Change::Cut),
        1 => Just(Change::Identity(Identity::WithoutProfile)),
        2 => (0..WAYS).prop_map(|way| Change::Identity(Identity::Unclear(way))),
        2 => wrong(&[json!(true), json!([]), json!(["Sales"])]).prop_map(|it| Change::Attribute("department", it)),
        2 => wrong(&[json!("one"), json!(true)]).prop_map(|it| Change::Attribute("level", it)),
        2 => wrong(&[json!(true), json!([["x"]])]).prop_map(|it| Change::Attribute("roles", it)),
        2 => wrong(&[json!("acme.example"), json!("@acme.example"), json!("a@")]).prop_map(|it| Change::Attribute("email", it)),
        2 => wrong(&[json!(false), json!("true")]).prop_map(|it| Change::Attribute("email_verified", it)),
        2 => (0..3usize, select(vec![json!(null), json!({}), json!(["x"]), json!(true), json!(UNREADABLE)]))
            .prop_map(|(at, entry)| Change::Role(at, entry)),
        2 => select(&[Holder::Absent, Holder::Null][..]).prop_map(Change::Organization),
        2 => (0..3usize, select(vec![json!(null), json!("gold"), json!([]), json!(UNREADABLE)]))
            .prop_map(|(of, metadata)| Change::Metadata(of, metadata)),
        2 => (0..3usize, no_text()).prop_map(|(of, tier)| Change::Tier(of, tier)),
        2 => Just(Change::Clock),
        1 => lost().prop_map(Change::Protocol),
        1 => lost().prop_map(Change::Methods),
        1 => (0..3usize, select(vec![json!(null), json!(7), json!("yesterday"), json!(UNREADABLE)]))
            .prop_map(|(at, time)| Change::Method(at, time)),
        1 => lost().prop_map(Change::Session),
        1 => lost().prop_map(Change::Token),
    ]
}

impl Change {
    /// The kinds of changes that have to occur.
    pub(crate) const KINDS: &[&str] = &[
        "groups missing",
        "groups null",
        "groups unreadable",
        "groups of the wrong type",
        "an entry",
        "withheld",
        "cut",
        "identity unclear",
        "no profile",
        "department",
        "level",
        "roles",
        "email",
        "email_verified",
        "an entry of roles",
        "organization",
        "metadata of organization",
        "metadata of connection",
        "metadata of client",
        "a key of organization",
        "a key of connection",
        "a key of client",
        "clock",
        "protocol",
        "methods",
        "a method",
        "session",
        "token",
    ];

    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Arrival(_, Arrival::Absent) => "groups missing",
            Self::Arrival(_, Arrival::Null) => "groups null",
            Self::Arrival(_, Arrival::Unreadable) => "groups unreadable",
            Self::Arrival(..) => "groups of the wrong type",
            Self::Entry(..) => "an entry",
            Self::Withheld(..) => "withheld",
            Self::Cut(_) => "cut",
            Self::Identity(Identity::Unclear(_)) => "identity unclear",
            Self::Identity(_) => "no profile",
            Self::Attribute(attribute, _) => attribute,
            Self::Role(..) => "an entry of roles",
            Self::Organization(_) => "organization",
            Self::Metadata(of, _) => return format!("metadata of {}", HOLDERS[*of]),
            Self::Tier(of, _) => return format!("a key of {}", HOLDERS[*of]),
            Self::Clock => "clock",
            Self::Protocol(_) => "protocol",
            Self::Methods(_) => "methods",
            Self::Method(..) => "a method",
            Self::Session(_) => "session",
            Self::Token(_) => "token",
        }
        .to_owned()
    }

    /// The login with the change; `None` if the result is not less.
    pub(crate) fn apply(&self, world: &World, login: &Login) -> Option<Login> {
        let mut less = login.clone();
        let sources = &world.sources[login.connection].0;
        let entries = |login: &mut Login, source: usize| match &mut login.arrivals[source] {
            Arrival::Entries(entries) => Some(std::mem::take(entries)),
            _ => None,
        };
        // Null, and a value that cannot be read, are already less than any other value.
        let is_there = |value: &Option<Json>| {
            value.as_ref().is_some_and(|value| !value.is_null() && *value != json!(UNREADABLE))
        };
        match self {
            Self::Arrival(source, arrival) => {
                sources.get(*source)?;
                entries(&mut less, *source)?;
                less.arrivals[*source] = arrival.clone();
            }
            Self::Entry(source, at, entry) => {
                sources.get(*source)?;
                let mut entries = entries(&mut less, *source).filter(|entries| !entries.is_empty())?;
                let at = at % entries.len();
                entries[at] = entry.clone();
                less.arrivals[*source] = Arrival::Entries(entries);
            }
            Self::Withheld(source, keep, sign) => {
                sources.get(*source)?;
                let mut entries = entries(&mut less, *source)?;
                entries.truncate(*keep);
                less.arrivals[*source] = Arrival::Entries(entries);
                less.sign = Some(sign.clone());
            }
            Self::Cut(source) => {
                let cap = sources.get(*source)?.cap;
                let mut entries = entries(&mut less, *source)?;
                let keep = cap.unwrap_or(entries.len() / 2);
                if entries.len() < keep {
                    return None;
                }
                entries.truncate(keep);
                less.arrivals[*source] = Arrival::Entries(entries);
            }
            Self::Identity(identity) => {
                if matches!(login.identity, Identity::Unclear(_) | Identity::WithoutProfile) {
                    return None;
                }
                less.identity = *identity;
            }
            Self::Attribute(attribute, value) => {
                let attribute = match *attribute {
                    "department" => &mut less.department,
                    "level" => &mut less.level,
                    "roles" => &mut less.roles,
                    "email" => &mut less.email,
                    _ => &mut less.verified,
                };
                if !is_there(attribute) {
                    return None;
                }
                attribute.clone_from(value);
            }
            Self::Role(at, entry) => {
                let roles = less.roles.as_mut()?.as_array_mut().filter(|roles| !roles.is_empty())?;
                let at = at % roles.len();
                roles[at] = entry.clone();
            }
            Self::Organization(holder) => {
                if matches!(login.holders[0], Holder::Absent | Holder::Null) {
                    return None;
                }
                less.holders[0] = holder.clone();
            }
            Self::Metadata(of, metadata) => match &login.holders[*of] {
                Holder::WithoutMetadata | Holder::Metadata(Json::Object(_)) => {
                    less.holders[*of] = Holder::Metadata(metadata.clone());
                }
                _ => return None,
            },
            Self::Tier(of, value) => match &mut less.holders[*of] {
                Holder::Metadata(Json::Object(metadata)) => {
                    metadata.insert("tier".to_owned(), value.clone());
                }
                _ => return None,
            },
            Self::Clock => {
                less.year.take()?;
            }
            Self::Protocol(value) => {
                // A value that is not text may be any protocol.
                less.exchange.protocol.as_ref().filter(|it| it.is_string() || value.is_some())?;
                less.exchange.protocol.clone_from(value);
            }
            Self::Methods(value) => {
                less.exchange.methods.as_ref()?;
                less.exchange.methods.clone_from(value);
            }
            Self::Method(at, time) => {
                let methods = less.exchange.methods.as_mut()?.as_array_mut().filter(|it| !it.is_empty())?;
                let at = at % methods.len();
                *methods[at].get_mut("timestamp")? = time.clone();
            }
            Self::Session(value) => {
                less.exchange.session.as_ref()?;
                less.exchange.session.clone_from(value);
            }
            Self::Token(value) => {
                less.exchange.token.as_ref()?;
                less.exchange.token.clone_from(value);
            }
        }
        Some(less)
    }

    /// The exception by which the change may grant more in this world; `less` is the login with the change.
    pub(crate) fn exception(&self, world: &World, login: &Login, less: &Login) -> Option<Exception> {
        let (sources, first) = &world.sources[login.connection];
        let lost = |inputs: &[&str], is_missing: bool| {
            Loss { inputs, is_missing }.exception(world, login.application)
        };
        let is_nothing = |value: &Option<Json>| value.as_ref().is_none_or(Json::is_null);
        match self {
            Self::Arrival(source, Arrival::Absent) if sources[*source].shape != Shape::Provisioned => {
                let makes_room = *first && sources.len() > 1;
                let is_empty = sources[*source].empty_if_absent;
                makes_room.then_some(Exception::CombineFirst).or(is_empty.then_some(Exception::AbsentEmpty))
            }
            Self::Arrival(source, Arrival::Null) if sources[*source].empty_if_null => {
                (sources[*source].shape != Shape::Provisioned).then_some(Exception::NullEmpty)
            }
            Self::Entry(source, _, entry) => {
                let is_skipped = matches!(seen(sources[*source], entry), Seen::Nothing("skipped-entry"));
                is_skipped.then_some(Exception::Skip)
            }
            Self::Withheld(source, ..) => {
                let sees = sources[*source].sees_overage(login.connection);
                (!sees).then_some(Exception::OverageNone)
            }
            Self::Cut(source) => {
                let read = sources[*source];
                // Several entries can be one member.
                let count = match &less.arrivals[*source] {
                    Arrival::Entries(entries) if read.shape.is_keys() => members(read, entries).len(),
                    _ => usize::MAX,
                };
                read.cap.is_none_or(|cap| count < cap).then_some(Exception::CapNone)
            }
            Self::Identity(Identity::WithoutProfile) => {
                let attributes = || sources.iter().filter(|source| source.is_attribute());
                let makes_room = *first && sources.len() > 1;
                let is_empty = attributes().any(|source| source.empty_if_absent);
                lost(&ATTRIBUTES, true)
                    .or(makes_room.then_some(Exception::CombineFirst))
                    .or(is_empty.then_some(Exception::AbsentEmpty))
            }
            Self::Identity(_) => lost(&ATTRIBUTES, false),
            Self::Attribute(attribute, value) => lost(&[attribute], is_nothing(value)),
            Self::Role(..) => lost(&["roles"], false),
            Self::Organization(_) => lost(&["organization"], false),
            Self::Metadata(of, _) | Self::Tier(of, _) => lost(&[HOLDERS[*of]], false),
            Self::Protocol(_) | Self::Token(_) if world.refresh => {
                let is_gone = less.exchange.protocol.is_none() && less.exchange.token.is_none();
                is_gone.then_some(Exception::ExchangeGone)
            }
            Self::Methods(_) | Self::Method(..) | Self::Session(_) if world.refresh => {
                let is_later = |created| authenticated(login).is_none_or(|before| created < before);
                let is_fresher = authenticated(less).is_none() && created(less).is_some_and(is_later);
                is_fresher.then_some(Exception::AgeOfTheToken)
            }
            _ => None,
        }
    }
}
