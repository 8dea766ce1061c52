//! Random logins: their values, and the events that carry them.

mod arrival;
mod event;
mod random;
mod reading;

use claimsmith::Value;
use claimsmith::event::FetchedLogin;
use serde_json::{Value as Json, json};

pub(crate) use self::arrival::{members, value};
pub(crate) use self::random::{login, sign};
pub(crate) use self::reading::{Seen, seen};
use crate::world::{Source, World};

/// JSON has no unreadable value: this number is replaced after the event was read.
pub(crate) const UNREADABLE: u32 = 4_000_000_000;

/// The protocol of an exchange.
pub(crate) const REFRESH: &str = "oauth2-refresh-token";
/// How many hours ago a user may have authenticated for an exchange.
pub(crate) const MAX_AGE: u32 = 12;

/// The value that a source reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Arrival {
    Absent,
    Null,
    /// An object.
    Wrong,
    Unreadable,
    Entries(Vec<Entry>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Entry {
    /// The name that rules see.
    Name(String),
    Empty,
    /// Of another branch or domain, if the form has one.
    Outside,
    /// With a control character.
    Control,
    /// Not in the form, if there is one.
    Formless,
    /// The following only if entries can be other values than text.
    Number,
    Null,
    Object,
    List,
    Unreadable,
}

/// Replacements that make an entry not a group.
pub(crate) const FLAWS: [Entry; 7] = [
    Entry::Control,
    Entry::Formless,
    Entry::Number,
    Entry::Null,
    Entry::Object,
    Entry::List,
    Entry::Unreadable,
];

/// The organization, the connection or the client of a login.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Holder {
    Absent,
    Null,
    WithoutMetadata,
    Metadata(Json),
}

/// The linked account that logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    Alone,
    Primary,
    Linked,
    WithoutProfile,
    /// In one of several ways.
    Unclear(usize),
}

/// How many ways there are for an identity to be unclear.
pub(crate) const WAYS: usize = 7;

/// Signs that a login is the exchange of a refresh token, and how old it is. Times are texts such as `5h ago`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange {
    pub(crate) protocol: Option<Json>,
    pub(crate) methods: Option<Json>,
    pub(crate) session: Option<Json>,
    pub(crate) token: Option<Json>,
}

#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// By position.
    pub(crate) connection: usize,
    pub(crate) application: usize,
    /// As many as a connection can have sources.
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) identity: Identity,
    /// Entra's signs of withheld groups.
    pub(crate) sign: Option<(&'static str, Json)>,
    /// Attributes are `None` where they are missing.
    pub(crate) department: Option<Json>,
    pub(crate) level: Option<Json>,
    pub(crate) roles: Option<Json>,
    pub(crate) email: Option<Json>,
    pub(crate) verified: Option<Json>,
    /// The organization, the connection and the client.
    pub(crate) holders: Vec<Holder>,
    /// The clock; `None` if it is not a number.
    pub(crate) year: Option<i32>,
    pub(crate) exchange: Exchange,
}

/// The values that were read from a login's event, including those that JSON cannot express.
pub(crate) fn input<'f>(login: &Login, fetched: &'f FetchedLogin<'_>) -> claimsmith::Login<'f> {
    let mut read = fetched.login();
    read.input.values.iter_mut().for_each(make_unreadable);
    if login.year.is_none() {
        read.input.now = f64::NAN;
    }
    read
}

fn make_unreadable(value: &mut Value<'_>) {
    match value {
        Value::Number(number) if *number == f64::from(UNREADABLE) => *value = Value::Unreadable,
        Value::List(entries) => entries.iter_mut().for_each(make_unreadable),
        Value::Object(members) => members.iter_mut().for_each(|(_, value)| make_unreadable(value)),
        _ => {}
    }
}

impl Login {
    /// Whether there is a sign of withheld groups.
    pub(crate) fn withholds(&self) -> bool {
        let no = [json!(false), json!("false")];
        self.sign.as_ref().is_some_and(|(name, value)| *name != "hasgroups" || !no.contains(value))
    }

    /// The sources of the login's connection, with their values.
    pub(crate) fn reads<'l>(&'l self, world: &'l World) -> impl Iterator<Item = (Source, &'l Arrival)> {
        world.sources[self.connection].0.iter().copied().zip(&self.arrivals)
    }
}
