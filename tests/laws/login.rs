//! Random logins: what they carry, and the events that say so.

use claimsmith::event::Event;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use crate::world::{APPLICATIONS, CONNECTIONS, Form, Shape, Source, World, name};

/// What stands where groups are read.
#[derive(Clone, Debug)]
pub(crate) enum Arrival {
    Absent,
    Null,
    /// An object.
    Wrong,
    Entries(Vec<Entry>),
}

#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// What rules see.
    Name(String),
    Empty,
    /// Of another branch or domain, where the form has such.
    Outside,
    /// With a control character.
    Control,
    /// Not of the form, where there is one.
    Formless,
    /// A number, where other things than text can stand.
    Number,
}

/// Which of the user's linked accounts logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    Alone,
    Primary,
    Linked,
    WithoutProfile,
    Unclear,
}

#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// By position.
    pub(crate) connection: usize,
    pub(crate) application: usize,
    /// As many as a connection can have sources.
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) identity: Identity,
    /// Whether there is Entra's sign of withheld groups.
    pub(crate) overage: bool,
    pub(crate) department: Json,
    pub(crate) level: Json,
    pub(crate) roles: Json,
    pub(crate) email: Option<(&'static str, bool)>,
    /// Of the organization, the connection and the client.
    pub(crate) tiers: Vec<Option<&'static str>>,
    pub(crate) year: i32,
}

fn entry(flaws: u32) -> impl Strategy<Value = Entry> {
    let flaw = select(&[Entry::Control, Entry::Formless, Entry::Number][..]);
    prop_oneof![
        20 => name().prop_map(Entry::Name),
        1 => Just(Entry::Empty),
        1 => Just(Entry::Outside),
        flaws => flaw,
    ]
}

fn arrival(flaws: u32) -> impl Strategy<Value = Arrival> {
    prop_oneof![
        20 => vec(entry(flaws), 0..8).prop_map(Arrival::Entries),
        flaws => select(&[Arrival::Absent, Arrival::Null, Arrival::Wrong][..]),
    ]
}

/// `flaws` says how often something is wrong with what arrives.
pub(crate) fn login(flaws: u32) -> impl Strategy<Value = Login> {
    use Identity::{Alone, Linked, Primary, Unclear, WithoutProfile};
    let identity = prop_oneof![
        12 => select(&[Alone, Alone, Primary, Linked][..]),
        flaws => select(&[WithoutProfile, Unclear][..]),
    ];
    let values = |values: &[Json]| select(values.to_vec());
    let attributes = (
        values(&[
            json!("Finance"),
            json!("Sales"),
            json!("Legal"),
            json!(7),
            json!(null),
            json!(["Sales"]),
            json!({}),
        ]),
        values(&[json!(-1), json!(0), json!(1), json!(2), json!(1.5), json!("1"), json!(null), json!({})]),
        values(&[json!(["x"]), json!(["y", 1]), json!([]), json!("x"), json!(7), json!({})]),
        option::of((
            select(&["a@acme.example", "b@Acme.Test", "c@evil.acme.example", "acme.test"][..]),
            any::<bool>(),
        )),
        vec(option::of(select(&["gold", "silver"][..])), 3),
    );
    let place = (0..CONNECTIONS.len(), 0..APPLICATIONS.len(), 2024..2029);
    let overage = (0..20u32).prop_map(move |number| number < flaws);
    (place, vec(arrival(flaws), 2), identity, overage, attributes).prop_map(
        |((connection, application, year), arrivals, identity, overage, attributes)| {
            let (department, level, roles, email, tiers) = attributes;
            Login {
                connection,
                application,
                arrivals,
                identity,
                overage,
                department,
                level,
                roles,
                email,
                tiers,
                year,
            }
        },
    )
}

impl Login {
    /// The sources of the login's connection, with what arrives there.
    pub(crate) fn reads<'l>(&'l self, world: &'l World) -> impl Iterator<Item = (Source, &'l Arrival)> {
        world.sources[self.connection].0.iter().copied().zip(&self.arrivals)
    }

    pub(crate) fn event(&self, world: &World) -> Event {
        let mut attributes = json!({});
        // An object stands for an attribute that is missing.
        for (key, value) in [("department", &self.department), ("level", &self.level), ("roles", &self.roles)]
        {
            if !value.is_object() {
                attributes[key] = value.clone();
            }
        }
        if let Some((email, verified)) = self.email {
            attributes["email"] = json!(email);
            attributes["email_verified"] = json!(verified);
        }
        if self.overage {
            attributes["hasgroups"] = json!(true);
        }
        let mut claimsmith = json!({ "now": format!("{}-01-01T00:00:00Z", self.year) });
        for (at, (source, arrival)) in self.reads(world).enumerate() {
            let value = value(source, arrival);
            match source.shape {
                Shape::Provisioned => {
                    let mut value = value.unwrap_or_default();
                    for group in value.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
                        group.insert("connection_id".to_owned(), json!("con_login"));
                    }
                    claimsmith["provisioned"] = value;
                }
                _ => {
                    if let Some(value) = value {
                        attributes[format!("groups{at}")] = value;
                    }
                }
            }
        }
        let own = CONNECTIONS[self.connection].0;
        let decoy = || json!({ "groups0": ["a"], "groups1": ["a"], "department": "Finance", "level": 1 });
        let user = match self.identity {
            Identity::Alone => attributes,
            Identity::Primary => {
                attributes["identities"] =
                    json!([{ "connection": own }, { "connection": "else", "profileData": decoy() }]);
                attributes
            }
            identity => {
                let mut user = decoy();
                let profile = if identity == Identity::Linked { attributes } else { json!(7) };
                let linked = if identity == Identity::Unclear { "elsewhere" } else { own };
                user["identities"] =
                    json!([{ "connection": "else" }, { "connection": linked, "profileData": profile }]);
                user
            }
        };
        let metadata = |at: usize| match self.tiers[at] {
            Some(tier) => json!({ "tier": tier }),
            None => json!({}),
        };
        let event = json!({
            "organization": { "id": "org_acme", "metadata": metadata(0) },
            "connection": { "id": "con_login", "name": own, "metadata": metadata(1) },
            "client": { "client_id": format!("{}-client", APPLICATIONS[self.application]), "metadata": metadata(2) },
            "user": user,
            "claimsmith": claimsmith,
        });
        Event::from_json(event).expect("an object")
    }
}

fn value(source: Source, arrival: &Arrival) -> Option<Json> {
    let entries = match arrival {
        Arrival::Absent => return None,
        Arrival::Null => return Some(Json::Null),
        Arrival::Wrong => return Some(json!({ "x": 1 })),
        Arrival::Entries(entries) => entries,
    };
    let texts: Vec<Json> = entries.iter().map(|entry| written(source, entry)).collect();
    Some(match source.shape {
        Shape::List => json!(texts),
        Shape::ListOrString => match texts.as_slice() {
            [Json::String(single)] => json!(single),
            _ => json!(texts),
        },
        Shape::Delimited => {
            let texts: Vec<&str> = texts.iter().filter_map(Json::as_str).collect();
            json!(texts.join("|"))
        }
        Shape::Json => json!(json!(texts).to_string()),
        Shape::Objects | Shape::Provisioned => {
            texts.iter().map(|text| json!({ "name": text, "other": 1 })).collect()
        }
    })
}

/// How an entry arrives.
fn written(source: Source, entry: &Entry) -> Json {
    let text = match (entry, source.form) {
        (Entry::Number, _) if source.shape != Shape::Delimited => return json!(7),
        (Entry::Empty, _) => String::new(),
        (Entry::Name(name), Form::Plain) => name.clone(),
        (Entry::Name(name), Form::Tidied) => {
            // As copying and another system's letters leave it.
            let apart = name.replace('ö', "o\u{308}").replace('Ö', "O\u{308}");
            format!("\u{a0} {apart}\u{200b} ")
        }
        (Entry::Name(name), Form::Dn) => {
            let special = |char| matches!(char, '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '#' | '=');
            let escaped: String = name
                .chars()
                .flat_map(|char| special(char).then_some('\\').into_iter().chain([char]))
                .collect();
            format!("cn={escaped},OU=Sub,ou=groups,DC=Acme")
        }
        (Entry::Name(name), Form::Domain) => format!("acme\\{name}"),
        (Entry::Name(name), Form::Email) => format!("{name}@ACME.example"),
        (Entry::Name(name), Form::Path) => format!("/{name}"),
        (Entry::Outside, Form::Dn) => "CN=a,OU=Other,DC=acme".to_owned(),
        (Entry::Outside, Form::Domain) => "OTHER\\a".to_owned(),
        (Entry::Outside, Form::Email) => "a@other.example".to_owned(),
        (Entry::Outside, _) => "/outside".to_owned(),
        (Entry::Formless, Form::Dn | Form::Domain | Form::Email | Form::Path) => "formless".to_owned(),
        (Entry::Formless | Entry::Control | Entry::Number, _) => "a\u{1}".to_owned(),
    };
    json!(text)
}

/// What is read of an entry: a name; nothing, with the note for it; or the reason why the input is incomplete.
pub(crate) enum Seen<'l> {
    Name(&'l str),
    Nothing(&'static str),
    Bad(&'static str),
}

pub(crate) fn seen(source: Source, entry: &Entry) -> Seen<'_> {
    let has_form = !matches!(source.form, Form::Plain | Form::Tidied);
    match entry {
        Entry::Name(name) if source.form == Form::Path && name.ends_with('/') => Seen::Bad("entry-form"),
        Entry::Name(name) => Seen::Name(name),
        Entry::Empty => Seen::Nothing("empty-entry"),
        Entry::Outside if source.form == Form::Path => Seen::Name("outside"),
        Entry::Outside if has_form => Seen::Nothing("outside-scope"),
        Entry::Outside => Seen::Name("/outside"),
        Entry::Formless if has_form => Seen::Bad("entry-form"),
        Entry::Number if source.shape != Shape::Delimited => Seen::Bad("entry-type"),
        Entry::Formless | Entry::Control | Entry::Number => Seen::Bad("entry-malformed"),
    }
}
