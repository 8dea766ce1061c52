//! Random logins: their values, and the events that carry them.

use std::collections::BTreeMap;

use claimsmith::Value;
use claimsmith::event::{Event, FetchedLogin};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use crate::world::{APPLICATIONS, CONNECTIONS, NameForm, Shape, Source, World, name};

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

fn entry(flaws: u32) -> impl Strategy<Value = Entry> {
    let flaw = select(&FLAWS[..]);
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
        flaws => select(&[Arrival::Absent, Arrival::Null, Arrival::Wrong, Arrival::Unreadable][..]),
    ]
}

/// One of the values; with flaws it can also be missing, or a value that leaves conditions unknown.
fn attribute(flaws: u32, values: &[Json], others: &[Json]) -> impl Strategy<Value = Option<Json>> + use<> {
    let common = [json!(null), json!({}), json!(UNREADABLE)];
    let others: Vec<Json> = others.iter().chain(&common).cloned().collect();
    let wrong = prop_oneof![1 => Just(None), 3 => select(others).prop_map(Some)];
    prop_oneof![6 => select(values.to_vec()).prop_map(Some), 1 + flaws => wrong]
}

fn holder(flaws: u32, can_be_absent: bool) -> impl Strategy<Value = Holder> {
    let metadata = |values: &[Json]| values.iter().cloned().map(Holder::Metadata).collect::<Vec<_>>();
    let known =
        metadata(&[json!({ "tier": "gold" }), json!({ "tier": "silver" }), json!({ "other": "gold" })]);
    let tiers = [json!(null), json!(7), json!(["gold"]), json!({}), json!(UNREADABLE)]
        .map(|it| json!({ "tier": it }));
    let mut unknown = metadata(&tiers);
    unknown.extend(metadata(&[json!(null), json!("gold"), json!([{ "tier": "gold" }])]));
    if can_be_absent {
        unknown.extend([Holder::Absent, Holder::Absent, Holder::Null]);
    }
    prop_oneof![6 => select(known), 1 => Just(Holder::WithoutMetadata), 1 + flaws => select(unknown)]
}

/// A list with more entries than conditions look at; `x` is one of the last two that fit, or the first that does not.
fn long_list() -> impl Strategy<Value = Json> {
    (9_998..10_001usize).prop_map(|at| {
        let mut entries = vec!["y"; 10_001];
        entries[at] = "x";
        json!(entries)
    })
}

fn exchange() -> impl Strategy<Value = Exchange> {
    let times = || [json!("1h ago"), json!("11h ago"), json!("13h ago"), json!("20h ago")];
    let time = || prop_oneof![6 => select(times().to_vec()), 1 => select(vec![json!(null), json!(7), json!("yesterday")])];
    let protocols = ["oidc-basic-profile", REFRESH, REFRESH].map(|it| Some(json!(it)));
    let protocols = [&protocols[..], &[None, None, Some(json!(null)), Some(json!([REFRESH]))]].concat();
    let method = prop_oneof![
        6 => time().prop_map(|time| json!({ "name": "mfa", "timestamp": time })),
        1 => select(vec![json!(null), json!({}), json!("1h ago")]),
    ];
    let methods = prop_oneof![3 => vec(method, 0..3).prop_map(|it| Some(json!(it))), 1 => select(vec![None, Some(json!(null))])];
    let token = prop_oneof![
        3 => time().prop_map(|time| Some(json!({ "created_at": time }))),
        2 => select(vec![None, Some(json!(null)), Some(json!({}))]),
    ];
    let session = option::of(time());
    (select(protocols), methods, session, token).prop_map(|(protocol, methods, session, token)| Exchange {
        protocol,
        methods,
        session,
        token,
    })
}

/// A sign of withheld groups.
pub(crate) fn sign() -> impl Strategy<Value = (&'static str, Json)> {
    select(vec![
        ("hasgroups", json!(true)),
        ("hasgroups", json!("true")),
        ("hasgroups", json!(null)),
        ("hasgroups", json!({})),
        ("groups:src1", json!(null)),
        ("_claim_names", json!({ "groups": "src1" })),
        ("_claim_names", json!("{\"groups\":\"src1\"}")),
        ("_claim_names", json!(null)),
        ("http://schemas.microsoft.com/claims/groups.link", json!("https://graph.example")),
        ("http://schemas:microsoft:com/claims/groups:link", json!("https://graph.example")),
    ])
}

/// `flaws` is how often a value is wrong.
pub(crate) fn login(flaws: u32) -> impl Strategy<Value = Login> {
    use Identity::{Alone, Linked, Primary, Unclear, WithoutProfile};
    let identity = prop_oneof![
        12 => select(&[Alone, Alone, Primary, Linked][..]),
        flaws => Just(WithoutProfile),
        flaws => (0..WAYS).prop_map(Unclear),
    ];
    let text = ["Finance", "Sales", "Legal"].map(Json::from);
    let department = attribute(
        flaws,
        &[&text[..], &[json!(7)]].concat(),
        &[json!(true), json!(["Sales"]), json!("Fi\u{7}nance"), json!("F".repeat(4097))],
    );
    let level = [-1.0, 0.0, 1.0, 2.0, 1.5].map(Json::from);
    let level = attribute(
        flaws,
        &level,
        &["1", "-1", "01.50", "1.", "+1", "1e0", "0000000000000001", "one", ""].map(Json::from),
    );
    let roles = attribute(
        flaws,
        &[json!(["x"]), json!(["y", 1]), json!(["z"]), json!([]), json!("x"), json!("z"), json!(2)],
        &[
            json!(true),
            json!([["x"]]),
            json!([[[[[[[[[["x"]]]]]]]]]]),
            json!(["z", null]),
            json!(["z", true]),
            json!(["x", { "x": "x" }]),
            json!([{ "x": "x" }]),
            json!(["z", UNREADABLE]),
            json!(["z\u{0}x"]),
            json!(["x", "z\u{0}"]),
            json!([1, "z\u{0}x"]),
            json!("z\u{0}x"),
        ],
    );
    let roles = prop_oneof![30 => roles, 1 => long_list().prop_map(Some)];
    let email = ["a@acme.example", "b@Acme.Test", "c@evil.acme.example", "d@else@acme.test"].map(Json::from);
    let email = attribute(flaws, &email, &[json!("acme.test"), json!("@acme.test"), json!("a@"), json!(7)]);
    let verified = attribute(flaws, &[json!(true)], &[json!(false), json!("true"), json!(1)]);
    let attributes = (department, level, roles, email, verified);
    let holders = (holder(flaws, true), holder(flaws, false), holder(flaws, false));
    let year = prop_oneof![20 => (2024..2029).prop_map(Some), flaws => Just(None)];
    let place = (0..CONNECTIONS.len(), 0..APPLICATIONS.len(), year);
    let sign = prop_oneof![
        20 => Just(None),
        1 => select(vec![json!(false), json!("false")]).prop_map(|no| Some(("hasgroups", no))),
        flaws => sign().prop_map(Some),
    ];
    (place, vec(arrival(flaws), 2), identity, sign, attributes, holders, exchange()).prop_map(
        |((connection, application, year), arrivals, identity, sign, attributes, holders, exchange)| {
            let (department, level, roles, email, verified) = attributes;
            Login {
                connection,
                application,
                arrivals,
                identity,
                sign,
                department,
                level,
                roles,
                email,
                verified,
                holders: vec![holders.0, holders.1, holders.2],
                year,
                exchange,
            }
        },
    )
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

    /// A value with times in place of ages.
    fn timed(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => match text.strip_suffix("h ago").map(str::parse::<u32>) {
                Some(hours) => {
                    let (year, hour) = (self.year.unwrap_or(2026) - 1, 24 - hours.expect("hours"));
                    json!(format!("{year}-12-31T{hour:02}:00:00Z"))
                }
                None => value.clone(),
            },
            Json::Array(entries) => entries.iter().map(|entry| self.timed(entry)).collect(),
            Json::Object(members) => {
                let timed = |(key, value): (&String, &Json)| (key.clone(), self.timed(value));
                Json::Object(members.iter().map(timed).collect())
            }
            other => other.clone(),
        }
    }

    pub(crate) fn event(&self, world: &World) -> Event {
        Event::from_json(self.json(world)).expect("an object")
    }

    /// The event as JSON.
    pub(crate) fn json(&self, world: &World) -> Json {
        let mut attributes = json!({});
        for (key, value) in [
            ("department", &self.department),
            ("level", &self.level),
            ("roles", &self.roles),
            ("email", &self.email),
            ("email_verified", &self.verified),
        ] {
            if let Some(value) = value {
                attributes[key] = value.clone();
            }
        }
        if let Some((name, value)) = &self.sign {
            attributes[*name] = value.clone();
        }
        let (mut claimsmith, mut authorization) = (json!({}), None);
        if let Some(year) = self.year {
            claimsmith["now"] = json!(format!("{year}-01-01T00:00:00Z"));
        }
        for (at, (source, arrival)) in self.reads(world).enumerate() {
            let value = value(source, arrival, self.connection);
            match source.shape {
                Shape::Provisioned => claimsmith["provisioned"] = value.unwrap_or_default(),
                Shape::Roles => authorization = Some(value),
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
            Identity::Linked | Identity::WithoutProfile => {
                let mut user = decoy();
                let profile = if self.identity == Identity::Linked { attributes } else { json!(7) };
                user["identities"] =
                    json!([{ "connection": "else" }, { "connection": own, "profileData": profile }]);
                user
            }
            Identity::Unclear(way) => {
                let primary = json!({ "connection": own });
                let ways: [Json; WAYS] = [
                    json!([{ "connection": "else" }, { "connection": "elsewhere", "profileData": decoy() }]),
                    json!([primary, primary]),
                    json!([primary, { "connection": null }]),
                    json!([primary, null]),
                    json!(null),
                    json!({}),
                    json!(7),
                ];
                attributes["identities"] = ways[way].clone();
                attributes
            }
        };
        let mut event = json!({ "user": user, "claimsmith": claimsmith });
        if let Some(roles) = authorization {
            event["authorization"] = match roles {
                Some(roles) => json!({ "roles": roles }),
                None => json!({}),
            };
        }
        let Exchange { protocol, methods, session, token } = &self.exchange;
        for (object, key, value) in [
            ("transaction", "protocol", protocol),
            ("authentication", "methods", methods),
            ("session", "authenticated_at", session),
        ] {
            match value {
                // The object around a value may be null as well.
                Some(Json::Null) if object != "authentication" => event[object] = Json::Null,
                Some(value) => event[object][key] = self.timed(value),
                None => {}
            }
        }
        if let Some(token) = token {
            event["refresh_token"] = self.timed(token);
        }
        let objects = [
            ("organization", json!({ "id": "org_acme" })),
            ("connection", json!({ "id": format!("con_{own}"), "name": own })),
            ("client", json!({ "client_id": format!("{}-client", APPLICATIONS[self.application]) })),
        ];
        for ((key, mut object), holder) in objects.into_iter().zip(&self.holders) {
            match holder {
                Holder::Absent => continue,
                Holder::Null => object = Json::Null,
                Holder::WithoutMetadata => {}
                Holder::Metadata(metadata) => object["metadata"] = metadata.clone(),
            }
            event[key] = object;
        }
        event
    }
}

pub(crate) fn value(source: Source, arrival: &Arrival, connection: usize) -> Option<Json> {
    let entries = match arrival {
        Arrival::Absent => return None,
        Arrival::Null => return Some(Json::Null),
        // An object is wrong only where the shape has none.
        Arrival::Wrong if source.shape == Shape::Values || source.shape.is_keys() => {
            return Some(json!(["a"]));
        }
        Arrival::Wrong if source.shape == Shape::ObjectsOrObject => return Some(json!("a")),
        Arrival::Wrong => return Some(json!({ "x": 1 })),
        Arrival::Unreadable => return Some(json!(UNREADABLE)),
        Arrival::Entries(entries) => entries,
    };
    let texts: Vec<Json> = entries.iter().map(|entry| written(source, entry)).collect();
    Some(match source.shape {
        Shape::List | Shape::Roles => json!(texts),
        Shape::ListOrString => match texts.as_slice() {
            [Json::String(single)] => json!(single),
            _ => json!(texts),
        },
        Shape::Delimited => {
            let texts: Vec<&str> = texts.iter().filter_map(Json::as_str).collect();
            json!(texts.join("|"))
        }
        // An odd number of groups arrives in one string, if it can.
        Shape::DelimitedOrList => match texts.iter().map(Json::as_str).collect::<Option<Vec<_>>>() {
            Some(strings) if strings.len() % 2 == 1 && strings != [""] => json!(strings.join("|")),
            _ => json!(texts),
        },
        Shape::ListOfDelimited => match in_pairs(&texts).as_slice() {
            [Json::String(single)] if texts.len() > 1 => json!(single),
            strings => json!(strings),
        },
        Shape::ObjectsOrObject => match texts.as_slice() {
            [single] => json!({ "name": single }),
            _ => texts.iter().map(|text| json!({ "name": text })).collect(),
        },
        Shape::Paths => texts.iter().map(|text| json!({ "group": { "name": text }, "name": "a" })).collect(),
        Shape::Values => {
            let member = |(at, text): (usize, &Json)| (format!("{at}"), text.clone());
            Json::Object(texts.iter().enumerate().map(member).collect())
        }
        Shape::Keys | Shape::KeysHaving => {
            let member = |(key, entry)| (key, value_of_key(source, entry));
            Json::Object(members(source, entries).into_iter().map(member).collect())
        }
        Shape::NestedLists => {
            // A list that is not a group would be one of groups outside of another list.
            let inside = if texts.iter().any(Json::is_array) { texts.len() } else { texts.len() / 2 };
            let (inside, others) = texts.split_at(inside);
            [&[json!(inside)], others].concat().into()
        }
        Shape::ObjectsOfLists => {
            texts.chunks(2).map(|texts| json!({ "name": texts, "other": ["a"] })).collect()
        }
        Shape::Json => json!(json!(texts).to_string()),
        Shape::Objects => texts.iter().map(|text| json!({ "name": text, "other": 1 })).collect(),
        Shape::Provisioned => {
            let own = format!("con_{}", CONNECTIONS[connection].0);
            texts.iter().map(|text| json!({ "name": text, "connection_id": own })).collect()
        }
    })
}

/// The members of an object whose names are groups, in the order in which they are read.
pub(crate) fn members(source: Source, entries: &[Entry]) -> BTreeMap<String, &Entry> {
    let key = |entry: &Entry| match (entry, written(source, entry)) {
        (Entry::Outside, _) if source.shape == Shape::KeysHaving => "outside".to_owned(),
        (_, Json::String(text)) => text,
        (Entry::Null, _) => "null".to_owned(),
        _ => "flaw".to_owned(),
    };
    entries.iter().map(|entry| (key(entry), entry)).collect()
}

fn value_of_key(source: Source, entry: &Entry) -> Json {
    match entry {
        Entry::Null => json!(null),
        Entry::Number | Entry::Object | Entry::List | Entry::Unreadable => json!(false),
        Entry::Outside if source.shape == Shape::KeysHaving => json!({ "1002": "other.example" }),
        _ if source.shape == Shape::KeysHaving => json!({ "1001": "acme.example", "1002": null }),
        _ => json!({}),
    }
}

/// Strings next to each other are joined two by two; other entries stay.
fn in_pairs(texts: &[Json]) -> Vec<Json> {
    let joined = |pair: &[Json]| match pair {
        [Json::String(one), Json::String(two)] => vec![json!(format!("{one}|{two}"))],
        others => others.to_vec(),
    };
    texts.chunks(2).flat_map(joined).collect()
}

/// How an entry arrives.
fn written(source: Source, entry: &Entry) -> Json {
    if source.shape != Shape::Delimited {
        match entry {
            Entry::Number => return json!(7),
            Entry::Null => return json!(null),
            Entry::Object => return json!({ "name": "a" }),
            Entry::List => return json!(["a"]),
            Entry::Unreadable => return json!(UNREADABLE),
            _ => {}
        }
    }
    let text = match (entry, source.form) {
        (Entry::Empty, _) => String::new(),
        (Entry::Name(name), NameForm::Plain) => name.clone(),
        (Entry::Name(name), NameForm::Tidied) => {
            // As copying and other systems change it.
            let apart = name.replace('ö', "o\u{308}").replace('Ö', "O\u{308}");
            format!("\u{a0} {apart}\u{200b} ")
        }
        (Entry::Name(name), NameForm::Dn) => {
            let special = |char| matches!(char, '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '#' | '=');
            let escaped: String = name
                .chars()
                .flat_map(|char| special(char).then_some('\\').into_iter().chain([char]))
                .collect();
            format!("cn={escaped},OU=Sub,ou=groups,DC=Acme")
        }
        (Entry::Name(name), NameForm::Domain) => format!("acme\\{name}"),
        (Entry::Name(name), NameForm::Email) => format!("{name}@ACME.example"),
        (Entry::Name(name), NameForm::Path) => format!("/{name}"),
        (Entry::Outside, NameForm::Dn) => "CN=a,OU=Other,DC=acme".to_owned(),
        (Entry::Outside, NameForm::Domain) => "OTHER\\a".to_owned(),
        (Entry::Outside, NameForm::Email) => "a@other.example".to_owned(),
        (Entry::Outside, _) => "/outside".to_owned(),
        (Entry::Formless, NameForm::Dn | NameForm::Domain | NameForm::Email | NameForm::Path) => {
            "formless".to_owned()
        }
        _ => "a\u{1}".to_owned(),
    };
    json!(text)
}

/// The result of reading an entry: a name, a note that it was dropped, or the reason why the input is incomplete.
pub(crate) enum Seen<'l> {
    Name(&'l str),
    Nothing(&'static str),
    Bad(&'static str),
}

pub(crate) fn seen(source: Source, entry: &Entry) -> Seen<'_> {
    let has_form = !matches!(source.form, NameForm::Plain | NameForm::Tidied);
    let formless = if source.skips.1 { Seen::Nothing("skipped-entry") } else { Seen::Bad("entry-form") };
    if source.shape == Shape::KeysHaving && *entry == Entry::Outside {
        return Seen::Nothing("outside-scope");
    }
    // Patterns see an entry after it was tidied, and before its form is read.
    let arrived = match (entry, source.form) {
        (Entry::Name(name), NameForm::Tidied) => json!(name),
        _ => written(source, entry),
    };
    if arrived.as_str().is_some_and(|text| !text.is_empty() && source.skips(text)) {
        return Seen::Nothing("skipped-entry");
    }
    match entry {
        Entry::Name(name) if source.form == NameForm::Path && name.ends_with('/') => formless,
        Entry::Name(name) => Seen::Name(name),
        Entry::Empty => Seen::Nothing("empty-entry"),
        Entry::Outside if source.form == NameForm::Path => Seen::Name("outside"),
        Entry::Outside if has_form => Seen::Nothing("outside-scope"),
        Entry::Outside => Seen::Name("/outside"),
        Entry::Formless if has_form => formless,
        Entry::Formless | Entry::Control => Seen::Bad("entry-malformed"),
        _ if source.shape == Shape::Delimited => Seen::Bad("entry-malformed"),
        Entry::Null if source.skips.0 => Seen::Nothing("skipped-entry"),
        Entry::Null if source.shape.is_objects() => Seen::Bad("entry-unnamed"),
        Entry::Number | Entry::Null | Entry::Object | Entry::List => Seen::Bad("entry-type"),
        // Of a member, only null and false say something.
        Entry::Unreadable if source.shape.is_keys() => Seen::Bad("entry-type"),
        Entry::Unreadable => Seen::Bad("attribute-unreadable"),
    }
}
