//! The logins of small worlds: all combinations of values for the parts of a login that a world reads.

use claimsmith::{Base, Lookup, NameList, Value};
use serde_json::{Value as Json, json};

use crate::less::{Exception, Loss};
use crate::login::{Arrival, Entry, Exchange, Holder, Identity, Login, UNREADABLE, value};
use crate::world::{Condition, World};

/// A value of one part of a login.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Groups(Arrival),
    Identity(Identity),
    Attribute(&'static str, Option<Json>),
    Email(Option<Json>, Option<Json>),
    Holder(usize, Holder),
    Clock(Option<i32>),
}

/// The part of a login that a step loses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lost {
    /// A part without exceptions.
    Other,
    /// The whole attribute with the groups.
    Groups,
    /// Attributes or metadata, and whether they become missing or null.
    Inputs(&'static [&'static str], bool),
    /// All attributes, including the groups.
    Profile,
}

/// A step from one value of a dimension to one that is less.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) less: usize,
    pub(super) more: usize,
    lost: Lost,
}

#[derive(Debug)]
pub(super) struct Dimension {
    pub(super) parts: Vec<Part>,
    pub(super) steps: Vec<Step>,
}

const ATTRIBUTES: &[&str] = &["department", "level", "roles", "email", "email_verified"];

/// Whether the law holds for a step in a world.
pub(super) fn is_less(world: &World, application: usize, step: &Step) -> bool {
    let is_empty = || world.sources[2].0[0].empty_if_absent.then_some(Exception::AbsentEmpty);
    let lost = |inputs, is_missing| Loss { inputs, is_missing }.exception(world, application);
    let exception = match step.lost {
        Lost::Other => None,
        Lost::Groups => is_empty(),
        Lost::Inputs(inputs, is_missing) => lost(inputs, is_missing),
        Lost::Profile => is_empty().or(lost(ATTRIBUTES, true)),
    };
    exception.is_none()
}

/// The parts of a login that a world reads.
pub(super) fn dimensions(world: &World) -> Vec<Dimension> {
    let mut dimensions = vec![groups(world)];
    let is_small = world.rules.len() > 1;
    for input in ["department", "level", "roles", "email", "organization", "connection", "client"] {
        let uses = |rule: &crate::world::Rule| rule.when.as_ref().is_some_and(|it| concerns(it, input));
        if world.rules.iter().any(uses) {
            dimensions.push(of_input(input, is_small));
            if world.incomplete == "use-partial" && ATTRIBUTES.contains(&input) && !is_small {
                dimensions.push(identities());
            }
        }
    }
    if world.rules.iter().any(|rule| rule.expires.is_some()) {
        let parts = vec![Part::Clock(Some(2025)), Part::Clock(Some(2027)), Part::Clock(None)];
        let steps = [0, 1].map(|more| Step { less: 2, more, lost: Lost::Other });
        dimensions.push(Dimension { parts, steps: steps.to_vec() });
    }
    dimensions
}

fn concerns(condition: &Condition, input: &str) -> bool {
    match condition {
        Condition::Department(_) | Condition::Exists(..) => input == "department",
        Condition::Level(..) => input == "level",
        Condition::Roles(_) => input == "roles",
        Condition::EmailDomain(_) => input == "email",
        Condition::Metadata(of, _) => *of == input,
        Condition::Not(inner) | Condition::FalseIfUnknown(inner) => concerns(inner, input),
        _ => panic!("no small world has {condition:?}"),
    }
}

/// Lists of names that rules match and one that none matches; then values that are not lists, and lists with other values.
fn groups(world: &World) -> Dimension {
    let rules = serde_json::to_string(&world.rules.iter().map(|rule| rule.json()).collect::<Vec<_>>());
    let rules = rules.expect("JSON");
    let mut names = vec!["a"];
    if rules.contains(r#""b""#) {
        names.push("b");
    }
    if rules.contains("${team}") {
        names.push("eng-viewers");
    }
    if world.unmatched == "deny" {
        names.push("nobody");
    }
    let of = |set: usize| {
        let has = |at: &usize| set >> at & 1 == 1;
        (0..names.len()).filter(has).map(|at| Entry::Name(names[at].to_owned())).collect::<Vec<_>>()
    };
    let sets = 1usize << names.len();
    let mut parts: Vec<Part> = (0..sets).map(|set| Part::Groups(Arrival::Entries(of(set)))).collect();
    let mut steps = Vec::new();
    // With one more entry that is not a group.
    let flaws = match (world.rules.len(), world.incomplete) {
        (1, "use-partial") => &[Entry::Null, Entry::Number, Entry::Control, Entry::Unreadable][..],
        _ => &[Entry::Null][..],
    };
    let flawed = if world.incomplete == "use-partial" { sets } else { 1 };
    for set in 0..flawed {
        for flaw in flaws {
            let less = parts.len();
            let mut entries = of(set);
            entries.push(flaw.clone());
            parts.push(Part::Groups(Arrival::Entries(entries)));
            let above = (0..sets).filter(|more| more & set == set && more.count_ones() > set.count_ones());
            steps.extend(above.map(|more| Step { less, more, lost: Lost::Other }));
        }
    }
    let entries = parts.len();
    let arrivals = match world.rules.len() {
        1 => &[Arrival::Absent, Arrival::Null, Arrival::Wrong, Arrival::Unreadable][..],
        _ => &[Arrival::Absent][..],
    };
    for arrival in arrivals {
        let lost = if *arrival == Arrival::Absent { Lost::Groups } else { Lost::Other };
        let less = parts.len();
        parts.push(Part::Groups(arrival.clone()));
        steps.extend((0..entries).map(|more| Step { less, more, lost }));
    }
    Dimension { parts, steps }
}

fn identities() -> Dimension {
    let parts =
        [Identity::Alone, Identity::WithoutProfile, Identity::Unclear(0)].map(Part::Identity).to_vec();
    let unclear = Lost::Inputs(ATTRIBUTES, false);
    let steps = vec![
        Step { less: 1, more: 0, lost: Lost::Profile },
        Step { less: 2, more: 0, lost: unclear },
        Step { less: 2, more: 1, lost: unclear },
    ];
    Dimension { parts, steps }
}

/// The values of an input: first those that decide conditions, then those that leave them unknown, of which the first
/// two are missing and null if `exists` can distinguish them.
fn of_input(input: &'static str, is_small: bool) -> Dimension {
    let some = |values: &[Json]| values.iter().cloned().map(Some).collect::<Vec<_>>();
    let unknown = |others: &[Json]| {
        let mut unknown = vec![None, Some(json!(null)), Some(json!(UNREADABLE)), Some(json!({}))];
        unknown.extend(some(others));
        unknown
    };
    let attribute = |name: &'static str, known: Vec<Option<Json>>, unknown: Vec<Option<Json>>| {
        let part = |value| Part::Attribute(name, value);
        (known.into_iter().map(part).collect::<Vec<_>>(), unknown.into_iter().map(part).collect::<Vec<_>>())
    };
    let holder = |of: usize| {
        let tier = |value: Json| Holder::Metadata(json!({ "tier": value }));
        let known = [
            tier(json!("gold")),
            tier(json!("silver")),
            Holder::Metadata(json!({ "other": "gold" })),
            Holder::WithoutMetadata,
        ];
        let mut unknown = vec![
            Holder::Metadata(json!(null)),
            Holder::Metadata(json!("gold")),
            tier(json!(null)),
            tier(json!(["gold"])),
            tier(json!(UNREADABLE)),
        ];
        if of == 0 {
            unknown.extend([Holder::Absent, Holder::Null]);
        }
        let part = |holder| Part::Holder(of, holder);
        (known.map(part).to_vec(), unknown.into_iter().map(part).collect())
    };
    let (known, unknown, inputs): (Vec<Part>, Vec<Part>, &'static [&'static str]) = match input {
        "department" if is_small => {
            let (known, unknown) = attribute(input, some(&[json!("Finance"), json!("Sales")]), vec![None]);
            (known, unknown, &["department"])
        }
        "department" => {
            let known = some(&[json!("Finance"), json!("Sales")]);
            let (known, unknown) = attribute(input, known, unknown(&[json!(7), json!(["Finance"])]));
            (known, unknown, &["department"])
        }
        "level" => {
            let known = some(&[json!(1), json!(0.5)]);
            let (known, unknown) = attribute(input, known, unknown(&[json!("1"), json!(true)]));
            (known, unknown, &["level"])
        }
        "roles" => {
            let known = some(&[json!(["x", null]), json!("x"), json!(["z"]), json!([])]);
            let lists = [json!(["z", null]), json!(["z", 1]), json!([["x"]]), json!(7)];
            let (known, unknown) = attribute(input, known, unknown(&lists));
            (known, unknown, &["roles"])
        }
        "email" => {
            let email = |email: &str, verified: Option<Json>| Part::Email(Some(json!(email)), verified);
            let known = ["a@ACME.example", "a@else.example"].map(|it| email(it, Some(json!(true)))).to_vec();
            let mut unknown = vec![email("a@acme.example", Some(json!(false)))];
            if !is_small {
                let others = [None, Some(json!(null)), Some(json!("true")), Some(json!(UNREADABLE))];
                unknown.extend(others.map(|verified| email("a@acme.example", verified)));
                let others = ["acme.example", "@acme.example", "a@"].map(|it| Some(json!(it)));
                let others = others.into_iter().chain([None, Some(json!(null)), Some(json!(7))]);
                unknown.extend(others.map(|email| Part::Email(email, Some(json!(true)))));
            }
            (known, unknown, &["email", "email_verified"])
        }
        "organization" => {
            let (known, unknown) = holder(0);
            (known, unknown, &["organization"])
        }
        "connection" => {
            let (known, unknown) = holder(1);
            (known, unknown, &["connection"])
        }
        _ => {
            let (known, unknown) = holder(2);
            (known, unknown, &["client"])
        }
    };
    let mut steps = Vec::new();
    for (at, part) in unknown.iter().enumerate() {
        let is_missing = matches!(part, Part::Attribute(_, None | Some(Json::Null)));
        let less = known.len() + at;
        let lost = Lost::Inputs(inputs, is_missing);
        steps.extend((0..known.len()).map(|more| Step { less, more, lost }));
    }
    Dimension { parts: known.into_iter().chain(unknown).collect(), steps }
}

/// A login, with the groups as they arrive.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) login: Login,
    groups: Option<Json>,
}

/// Every login of the dimensions; the last dimension changes fastest.
pub(super) fn all(world: &World, dimensions: &[Dimension]) -> Vec<Prepared> {
    let known = Login {
        connection: 2,
        application: 0,
        arrivals: vec![Arrival::Entries(Vec::new()); 2],
        identity: Identity::Alone,
        sign: None,
        department: None,
        level: None,
        roles: None,
        email: None,
        verified: None,
        holders: vec![Holder::WithoutMetadata; 3],
        year: Some(2025),
        exchange: Exchange::default(),
    };
    let mut logins = vec![known];
    for dimension in dimensions {
        let each = |login: Login| dimension.parts.iter().map(move |part| part.set(login.clone()));
        logins = logins.into_iter().flat_map(each).collect();
    }
    let source = world.sources[2].0[0];
    let prepared = |login: Login| Prepared { groups: value(source, &login.arrivals[0], 2), login };
    logins.into_iter().map(prepared).collect()
}

impl Part {
    fn set(&self, mut login: Login) -> Login {
        match self.clone() {
            Self::Groups(arrival) => login.arrivals[0] = arrival,
            Self::Identity(identity) => login.identity = identity,
            Self::Attribute("department", value) => login.department = value,
            Self::Attribute("level", value) => login.level = value,
            Self::Attribute(_, value) => login.roles = value,
            Self::Email(email, verified) => (login.email, login.verified) = (email, verified),
            Self::Holder(of, holder) => login.holders[of] = holder,
            Self::Clock(year) => login.year = year,
        }
        login
    }
}

impl Prepared {
    /// Seconds since 1970, at the beginning of the year.
    pub(super) fn now(&self) -> f64 {
        let days = |year: i32| 365 * (year - 1970) + (year - 1969) / 4;
        self.login.year.map_or(f64::NAN, |year| f64::from(days(year)) * 86_400.0)
    }

    /// The value that a host returns for a lookup.
    pub(super) fn value(&self, read: &Lookup<'_>) -> Value<'_> {
        let login = &self.login;
        if read.base == Base::Event {
            return self.of_event(read);
        }
        assert_eq!(read.base, Base::Login, "{read:?}");
        match login.identity {
            Identity::Unclear(_) => return Value::IdentityUnclear,
            Identity::WithoutProfile => return Value::Absent,
            _ => {}
        }
        let value = match read.pointer {
            "/groups0" => &self.groups,
            "/department" => &login.department,
            "/level" => &login.level,
            "/roles" => &login.roles,
            "/email" => &login.email,
            "/email_verified" => &login.verified,
            pointer => panic!("nothing is at {pointer}"),
        };
        value.as_ref().map_or(Value::Absent, handed)
    }

    fn of_event(&self, read: &Lookup<'_>) -> Value<'_> {
        let holders = ["/organization", "/connection", "/client"];
        let of = holders.iter().position(|of| read.pointer.starts_with(of));
        let holder = &self.login.holders[of.expect("one of them")];
        let is_itself = holders.contains(&read.pointer);
        assert!(
            is_itself && read.field == "metadata" || read.pointer.ends_with("/metadata/tier"),
            "{read:?}"
        );
        match (holder, is_itself) {
            (Holder::Absent, _) | (Holder::WithoutMetadata, false) => Value::Absent,
            (Holder::Null, true) => Value::Null,
            (Holder::Null, false) => Value::Absent,
            (Holder::WithoutMetadata, true) => Value::Object(Vec::new()),
            (Holder::Metadata(metadata), true) => Value::Object(vec![(&b"metadata"[..], handed(metadata))]),
            (Holder::Metadata(metadata), false) => metadata.get("tier").map_or(Value::Absent, handed),
        }
    }
}

fn handed(json: &Json) -> Value<'_> {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        value if *value == UNREADABLE => Value::Unreadable,
        Json::Number(number) => Value::Number(number.as_f64().expect("a number")),
        Json::String(text) => Value::Text(text.as_bytes()),
        Json::Array(entries) if !entries.is_empty() && entries.iter().all(Json::is_string) => {
            let names: Vec<&str> = entries.iter().filter_map(Json::as_str).collect();
            Value::Names(NameList::of(&names))
        }
        Json::Array(entries) => Value::List(entries.iter().map(handed).collect()),
        Json::Object(_) => Value::Object(Vec::new()),
    }
}
