//! Conditions on a login, apart from its groups: finite, and decided in three values.
//!
//! A value that is missing, unreadable, unverified or of another type leaves a condition *unknown*.
//! Rules are closed by default: one that grants fires only if its condition is true, one that excludes fires unless
//! its condition is false.

use crate::codec::reader::Reader;
use crate::limits::{MAX_CONDITION_DEPTH, MAX_GROUPS};
use crate::login::input::Value;
use crate::text::case_mapping::same_folded;
use crate::text::scan::same;

/// What a condition comes to. The order is that of logic: "and" is the least, "or" the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    /// It does not hold.
    False,
    /// It cannot be decided.
    Unknown,
    /// It holds.
    True,
}

impl Truth {
    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// A condition; facts are positions among those that the organization asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition<'b> {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// The login came through one of these connections, by their positions in the bundle's organization.
    Connection(Vec<u32>),
    /// The login is to one of these applications.
    Application(Vec<u32>),
    /// A value that was read passes a test: an attribute of the user, or the client's id.
    User {
        fact: u32,
        test: Test<'b>,
    },
    /// The e-mail address is verified, and of one of these domains.
    EmailDomain {
        email: u32,
        verified: u32,
        domains: Vec<&'b str>,
    },
    /// The metadata of an organization, a connection or a client has one of these values under a key.
    Metadata {
        /// The organization, connection or client, with its member `metadata`.
        owner: u32,
        /// What is under the key.
        fact: u32,
        values: Vec<Scalar<'b>>,
    },
    /// The condition, and false where that is unknown.
    FalseIfUnknown(Box<Self>),
}

/// What an attribute is held against.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test<'b> {
    Equals(Vec<Scalar<'b>>),
    Contains(Vec<Scalar<'b>>),
    AtLeast(f64),
    AtMost(f64),
    Above(f64),
    Below(f64),
    Exists(bool),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scalar<'b> {
    Text(&'b str),
    Number(f64),
    Bool(bool),
}

/// What a condition is decided by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConditionInputs<'l> {
    /// The connection's position among those of its organization.
    pub(crate) connection: u32,
    pub(crate) application: u32,
    pub(crate) values: &'l [Value<'l>],
}

impl<'b> Condition<'b> {
    /// Layout: a tag byte, then 0 all and 1 any: conditions\*; 2 not: a condition; 3 connection and 4 application:
    /// positions\*; 5 user: a fact and a test; 6 e-mail domain: two facts and domains\*; 7 metadata: two facts and
    /// scalars\*; 8 false if unknown: a condition.
    pub(crate) fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        Self::read(reader, MAX_CONDITION_DEPTH)
    }

    fn read(reader: &mut Reader<'b>, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        Some(match reader.byte()? {
            0 => Self::All(reader.list(|reader| Self::read(reader, depth))?),
            1 => Self::Any(reader.list(|reader| Self::read(reader, depth))?),
            2 => Self::Not(Box::new(Self::read(reader, depth)?)),
            3 => Self::Connection(reader.list(Reader::number)?),
            4 => Self::Application(reader.list(Reader::number)?),
            5 => Self::User { fact: reader.number()?, test: Test::decode(reader)? },
            6 => Self::EmailDomain {
                email: reader.number()?,
                verified: reader.number()?,
                domains: reader.list(Reader::text)?,
            },
            7 => Self::Metadata {
                owner: reader.number()?,
                fact: reader.number()?,
                values: reader.list(Scalar::decode)?,
            },
            8 => Self::FalseIfUnknown(Box::new(Self::read(reader, depth)?)),
            _ => return None,
        })
    }

    /// Decides the condition. A fact that was not handed over is one that is not there.
    pub(crate) fn decide(&self, facts: ConditionInputs<'_>) -> Truth {
        let fact = |at: &u32| facts.values.get(*at as usize).unwrap_or(&Value::Absent);
        match self {
            Self::All(all) => all.iter().map(|it| it.decide(facts)).min().unwrap_or(Truth::True),
            Self::Any(any) => any.iter().map(|it| it.decide(facts)).max().unwrap_or(Truth::False),
            Self::Not(condition) => condition.decide(facts).not(),
            Self::Connection(connections) => connections.contains(&facts.connection).into(),
            Self::Application(applications) => applications.contains(&facts.application).into(),
            Self::User { fact: at, test } => test.decide(fact(at)),
            Self::EmailDomain { email, verified, domains } => match (fact(email), fact(verified)) {
                (Value::Text(email), Value::Bool(true)) => has_domain(email, domains),
                _ => Truth::Unknown,
            },
            Self::Metadata { owner, fact: at, values } => match fact(owner) {
                // The tenant keeps metadata itself: where the owner is in the login, a missing key is known to be missing.
                Value::Object(members) => match (members.first(), fact(at)) {
                    (None, _) | (Some((_, Value::Object(_))), Value::Absent) => Truth::False,
                    (Some((_, Value::Object(_))), value) => equals(values, value),
                    _ => Truth::Unknown,
                },
                _ => Truth::Unknown,
            },
            Self::FalseIfUnknown(condition) => (condition.decide(facts) == Truth::True).into(),
        }
    }
}

/// Whether what follows the last `@` is one of the domains; unknown if the text is not an address.
fn has_domain(email: &[u8], domains: &[&str]) -> Truth {
    let at = email.iter().rposition(|byte| *byte == b'@').filter(|at| *at > 0 && at + 1 < email.len());
    let Some(domain) = at.and_then(|at| email.get(at + 1..)) else { return Truth::Unknown };
    domains.iter().any(|wanted| same_folded(wanted.as_bytes(), domain)).into()
}

impl<'b> Test<'b> {
    /// Layout: a tag byte, then 0 equals and 1 contains: scalars\*; 2 at least, 3 at most, 4 above, 5 below: a float;
    /// 6 exists: a byte.
    fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        Some(match reader.byte()? {
            0 => Self::Equals(reader.list(Scalar::decode)?),
            1 => Self::Contains(reader.list(Scalar::decode)?),
            2 => Self::AtLeast(reader.float()?),
            3 => Self::AtMost(reader.float()?),
            4 => Self::Above(reader.float()?),
            5 => Self::Below(reader.float()?),
            6 => Self::Exists(reader.flag()?),
            _ => return None,
        })
    }

    fn decide(&self, value: &Value<'_>) -> Truth {
        let compare = |holds: fn(&f64, &f64) -> bool, bound: &f64| match value {
            Value::Number(number) if !number.is_nan() => holds(number, bound).into(),
            _ => Truth::Unknown,
        };
        match self {
            Self::Equals(scalars) => equals(scalars, value),
            Self::Contains(scalars) => match value {
                Value::List(entries) => {
                    contains(entries.len(), entries.iter().map(|entry| equals(scalars, entry)))
                }
                // With U+0000 in one of them it cannot be told where each begins.
                Value::Names(names) if names.parts().count() != names.count() => Truth::Unknown,
                Value::Names(names) => {
                    contains(names.count(), names.parts().map(|name| equals(scalars, &Value::Text(name))))
                }
                // Some identity providers send a list of one as its entry.
                single => equals(scalars, single),
            },
            Self::AtLeast(bound) => compare(f64::ge, bound),
            Self::AtMost(bound) => compare(f64::le, bound),
            Self::Above(bound) => compare(f64::gt, bound),
            Self::Below(bound) => compare(f64::lt, bound),
            Self::Exists(wanted) => match value {
                Value::IdentityUnclear | Value::Unreadable => Truth::Unknown,
                value => (matches!(value, Value::Absent | Value::Null) != *wanted).into(),
            },
        }
    }
}

/// Whether one of `count` entries is what is looked for, as far as a login is read.
fn contains(count: usize, entries: impl Iterator<Item = Truth>) -> Truth {
    let cut = if count > MAX_GROUPS { Truth::Unknown } else { Truth::False };
    entries.take(MAX_GROUPS).fold(cut, Truth::max)
}

/// Whether a value is one of the scalars; unknown if none of them is of its type.
fn equals(scalars: &[Scalar<'_>], value: &Value<'_>) -> Truth {
    let one = |scalar: &Scalar<'_>| match (scalar, value) {
        (Scalar::Text(wanted), Value::Text(text)) => same(wanted.as_bytes(), text).into(),
        (Scalar::Number(wanted), Value::Number(number)) if !number.is_nan() => (wanted == number).into(),
        (Scalar::Bool(wanted), Value::Bool(value)) => (wanted == value).into(),
        _ => Truth::Unknown,
    };
    let decided = || scalars.iter().map(one).filter(|truth| *truth != Truth::Unknown);
    decided().max().unwrap_or(Truth::Unknown)
}

impl<'b> Scalar<'b> {
    /// Layout: a tag byte, then 0 text; 1 number: a float; 2 false; 3 true.
    fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        Some(match reader.byte()? {
            0 => Self::Text(reader.text()?),
            1 => Self::Number(reader.float()?),
            2 => Self::Bool(false),
            3 => Self::Bool(true),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, ConditionInputs, Scalar, Test, Truth};
    use crate::login::input::Value;
    use crate::login::name_list::NameList;

    fn check(test: &Test<'_>, value: Value<'_>, expected: Truth) {
        assert_eq!(test.decide(&value), expected, "{test:?} of {value:?}");
    }

    #[test]
    fn other_types_and_missing_attributes_are_unknown() {
        let finance = Test::Equals(vec![Scalar::Text("Finance")]);
        check(&finance, Value::Text(b"Finance"), Truth::True);
        check(&finance, Value::Text(b"finance"), Truth::False);
        check(&finance, Value::Absent, Truth::Unknown);
        check(&finance, Value::Number(1.0), Truth::Unknown);
        let either = Test::Equals(vec![Scalar::Text("1"), Scalar::Number(1.0)]);
        check(&either, Value::Number(2.0), Truth::False);
        check(&Test::AtLeast(3.0), Value::Number(3.0), Truth::True);
        check(&Test::Above(3.0), Value::Number(3.0), Truth::False);
        check(&Test::AtLeast(3.0), Value::Text(b"3"), Truth::Unknown);
        check(&Test::Below(3.0), Value::Number(f64::NAN), Truth::Unknown);
        check(&Test::Equals(vec![Scalar::Number(3.0)]), Value::Number(f64::NAN), Truth::Unknown);
        check(&Test::Above(3.0), Value::Number(f64::INFINITY), Truth::True);
        check(&Test::Exists(true), Value::Null, Truth::False);
        check(&Test::Exists(false), Value::Absent, Truth::True);
        check(&Test::Exists(true), Value::IdentityUnclear, Truth::Unknown);
    }

    #[test]
    fn a_list_of_one_may_arrive_as_its_entry() {
        let test = Test::Contains(vec![Scalar::Text("a")]);
        check(&test, Value::Names(NameList::of(&["b", "a"])), Truth::True);
        check(&test, Value::List(vec![Value::Number(1.0), Value::Text(b"a")]), Truth::True);
        check(&test, Value::List(vec![]), Truth::False);
        check(&test, Value::Text(b"a"), Truth::True);
        check(&test, Value::Absent, Truth::Unknown);
    }

    #[test]
    fn entries_that_cannot_be_compared_leave_a_list_unknown() {
        let test = Test::Contains(vec![Scalar::Text("a"), Scalar::Bool(true)]);
        let list = |entry: Value<'static>| Value::List(vec![Value::Text(b"b"), entry]);
        check(&test, list(Value::Bool(false)), Truth::False);
        for entry in [
            Value::Number(1.0),
            Value::Null,
            Value::Unreadable,
            Value::List(vec![Value::Text(b"a")]),
            Value::Object(vec![]),
        ] {
            check(&test, list(entry.clone()), Truth::Unknown);
            check(&test, Value::List(vec![entry, Value::Text(b"a")]), Truth::True);
        }
        check(&test, Value::Names(NameList::joined(2, b"a\0x\0b")), Truth::Unknown);
        check(&Test::Contains(vec![Scalar::Number(1.0)]), Value::Names(NameList::of(&["a"])), Truth::Unknown);
    }

    #[test]
    fn what_is_cut_off_a_list_is_unknown() {
        let test = Test::Contains(vec![Scalar::Text("a")]);
        let mut names = vec!["b"; crate::MAX_GROUPS];
        check(&test, Value::Names(NameList::of(&names)), Truth::False);
        names.push("a");
        check(&test, Value::Names(NameList::of(&names)), Truth::Unknown);
        check(
            &test,
            Value::List(names.iter().map(|name| Value::Text(name.as_bytes())).collect()),
            Truth::Unknown,
        );
        names.swap(0, crate::MAX_GROUPS);
        check(&test, Value::Names(NameList::of(&names)), Truth::True);
    }

    #[test]
    fn logic_has_three_values() {
        let unknown = || Condition::User { fact: 9, test: Test::AtLeast(1.0) };
        let (yes, no) = (Condition::Application(vec![1]), Condition::Application(vec![2]));
        let decide = |condition: &Condition<'_>| {
            condition.decide(ConditionInputs { connection: 0, application: 1, values: &[] })
        };
        assert_eq!(decide(&Condition::Not(Box::new(unknown()))), Truth::Unknown);
        assert_eq!(decide(&Condition::All(vec![unknown(), yes.clone()])), Truth::Unknown);
        assert_eq!(decide(&Condition::All(vec![unknown(), no.clone()])), Truth::False);
        assert_eq!(decide(&Condition::Any(vec![unknown(), yes])), Truth::True);
        assert_eq!(decide(&Condition::Any(vec![unknown(), no])), Truth::Unknown);
    }

    #[test]
    fn the_domain_of_an_address_is_unknown_unless_it_is_verified() {
        let condition = Condition::EmailDomain { email: 0, verified: 1, domains: vec!["acme.example"] };
        let decide = |email: Value<'static>, verified: Value<'static>| {
            condition.decide(ConditionInputs { connection: 0, application: 0, values: &[email, verified] })
        };
        let verified = |email: &'static [u8]| decide(Value::Text(email), Value::Bool(true));
        assert_eq!(verified(b"x@ACME.example"), Truth::True);
        assert_eq!(verified(b"x@evil.example@acme.example.net"), Truth::False);
        for no_address in [&b"@acme.example"[..], b"acme.example", b"x@", b""] {
            assert_eq!(verified(no_address), Truth::Unknown);
        }
        for other in
            [Value::Bool(false), Value::Text(b"true"), Value::Absent, Value::Null, Value::Number(1.0)]
        {
            assert_eq!(decide(Value::Text(b"x@acme.example"), other), Truth::Unknown);
        }
        assert_eq!(decide(Value::Absent, Value::Bool(true)), Truth::Unknown);
    }

    #[test]
    fn metadata_is_known_to_lack_a_key_where_its_owner_is_in_the_login() {
        let condition = Condition::Metadata { owner: 0, fact: 1, values: vec![Scalar::Text("gold")] };
        let decide = |owner: Value<'static>, value: Value<'static>| {
            condition.decide(ConditionInputs { connection: 0, application: 0, values: &[owner, value] })
        };
        let with = |metadata: Value<'static>| Value::Object(vec![(&b"metadata"[..], metadata)]);
        let object = || with(Value::Object(vec![]));
        assert_eq!(decide(object(), Value::Text(b"gold")), Truth::True);
        assert_eq!(decide(object(), Value::Text(b"silver")), Truth::False);
        assert_eq!(decide(object(), Value::Absent), Truth::False);
        assert_eq!(decide(Value::Object(vec![]), Value::Absent), Truth::False);
        for other in [Value::Null, Value::Number(1.0), Value::Unreadable, Value::Object(vec![])] {
            assert_eq!(decide(object(), other), Truth::Unknown);
        }
        for other in [Value::Null, Value::Text(b"gold"), Value::List(vec![]), Value::Unreadable] {
            assert_eq!(decide(with(other.clone()), Value::Absent), Truth::Unknown);
            assert_eq!(decide(other, Value::Absent), Truth::Unknown);
        }
        assert_eq!(decide(Value::Absent, Value::Absent), Truth::Unknown);
    }

    #[test]
    fn false_if_unknown_leaves_the_other_values() {
        let unknown = Condition::User { fact: 9, test: Test::AtLeast(1.0) };
        let (yes, no) = (Condition::Application(vec![1]), Condition::Application(vec![2]));
        let check = |condition: Condition<'static>, expected: Truth, negated: Truth| {
            let facts = ConditionInputs { connection: 0, application: 1, values: &[] };
            let condition = Condition::FalseIfUnknown(Box::new(condition));
            assert_eq!(condition.decide(facts), expected);
            assert_eq!(Condition::Not(Box::new(condition)).decide(facts), negated);
        };
        check(yes, Truth::True, Truth::False);
        check(no, Truth::False, Truth::True);
        check(unknown, Truth::False, Truth::True);
    }
}
