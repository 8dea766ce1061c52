//! Conditions on a login apart from its groups, in three values.
//!
//! A value that is missing, unreadable, unverified or of another type makes a condition *unknown*.
//! Rules are closed by default: a granting rule fires only if its condition is true, an excluding rule fires unless its
//! condition is false.

use super::text_pattern::TextPattern;
use crate::codec::reader::Reader;
use crate::codec::tags::condition as tag;
use crate::ids::{ApplicationId, Id as _, InputId};
use crate::limits::{MAX_CONDITION_DEPTH, MAX_GROUPS, MAX_NUMBER_DIGITS};
use crate::login::value::Value;
use crate::text::case_mapping::same_folded;
use crate::text::scan::bytes_equal;

/// The value of a condition. "And" is the least of its values, "or" the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    False,
    Unknown,
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

/// A condition on the inputs of a login.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition<'b> {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// The login came through one of these connections, by their positions among those of the organization.
    Connection(Vec<u32>),
    /// The login is to one of these applications.
    Application(Vec<ApplicationId>),
    /// An attribute of the user, or the client's id, passes a test.
    User {
        input: InputId,
        test: Test<'b>,
        /// Whether a text that holds a number is that number.
        as_number: bool,
    },
    /// The e-mail address is verified and has one of these domains.
    EmailDomain {
        email: InputId,
        verified: InputId,
        domains: Vec<&'b str>,
    },
    /// The metadata of an organization, a connection or a client has one of these values under a key.
    Metadata {
        /// The organization, connection or client, with its member `metadata`.
        owner: InputId,
        /// The value of the key.
        input: InputId,
        values: Vec<Scalar<'b>>,
    },
    /// The condition, but false where it is unknown.
    FalseIfUnknown(Box<Self>),
}

/// A test of an attribute's value.
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

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'b> {
    Text(&'b str),
    Number(f64),
    Bool(bool),
    /// A pattern of texts.
    Pattern(TextPattern<'b>),
}

/// The inputs that conditions are decided on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConditionInputs<'l> {
    /// The position of the connection among those of its organization.
    pub(crate) connection: u32,
    pub(crate) application: ApplicationId,
    /// By [`InputId`]. A value that is not here is absent.
    pub(crate) values: &'l [Value<'l>],
}

impl<'b> Condition<'b> {
    /// Decodes a condition; `None` if it is not well-formed.
    pub(crate) fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        Self::read(reader, MAX_CONDITION_DEPTH)
    }

    fn read(reader: &mut Reader<'b>, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        let input = |reader: &mut Reader<'b>| reader.number().map(InputId);
        Some(match reader.byte()? {
            tag::ALL => Self::All(reader.list(|reader| Self::read(reader, depth))?),
            tag::ANY => Self::Any(reader.list(|reader| Self::read(reader, depth))?),
            tag::NOT => Self::Not(Box::new(Self::read(reader, depth)?)),
            tag::CONNECTION => Self::Connection(reader.list(Reader::number)?),
            tag::APPLICATION => Self::Application(reader.list(|reader| reader.number().map(ApplicationId))?),
            kind @ (tag::USER | tag::USER_AS_NUMBER) => Self::User {
                input: input(reader)?,
                test: Test::decode(reader)?,
                as_number: kind == tag::USER_AS_NUMBER,
            },
            tag::EMAIL_DOMAIN => Self::EmailDomain {
                email: input(reader)?,
                verified: input(reader)?,
                domains: reader.list(Reader::text)?,
            },
            tag::METADATA => Self::Metadata {
                owner: input(reader)?,
                input: input(reader)?,
                values: reader.list(Scalar::decode)?,
            },
            tag::FALSE_IF_UNKNOWN => Self::FalseIfUnknown(Box::new(Self::read(reader, depth)?)),
            _ => return None,
        })
    }

    /// Decides the condition.
    pub(crate) fn decide(&self, inputs: ConditionInputs<'_>) -> Truth {
        let value = |input: &InputId| inputs.values.get(input.index()).unwrap_or(&Value::Absent);
        match self {
            Self::All(all) => all.iter().map(|it| it.decide(inputs)).min().unwrap_or(Truth::True),
            Self::Any(any) => any.iter().map(|it| it.decide(inputs)).max().unwrap_or(Truth::False),
            Self::Not(condition) => condition.decide(inputs).not(),
            Self::Connection(connections) => connections.contains(&inputs.connection).into(),
            Self::Application(applications) => applications.contains(&inputs.application).into(),
            Self::User { input, test, as_number } => match value(input) {
                Value::Text(text) if *as_number => match number_in(text) {
                    Some(number) => test.decide(&Value::Number(number)),
                    None => Truth::Unknown,
                },
                value => test.decide(value),
            },
            Self::EmailDomain { email, verified, domains } => match (value(email), value(verified)) {
                (Value::Text(email), Value::Bool(true)) => has_domain(email, domains),
                _ => Truth::Unknown,
            },
            Self::Metadata { owner, input, values } => match value(owner) {
                // Auth0 itself keeps metadata: if the owner is in the login, an absent key is known to be absent.
                Value::Object(members) => match (members.first(), value(input)) {
                    (None, _) | (Some((_, Value::Object(_))), Value::Absent) => Truth::False,
                    (Some((_, Value::Object(_))), value) => equals(values, value),
                    _ => Truth::Unknown,
                },
                _ => Truth::Unknown,
            },
            Self::FalseIfUnknown(condition) => (condition.decide(inputs) == Truth::True).into(),
        }
    }
}

/// Whether the text after the last `@` is one of the domains; unknown if the text is not an address.
fn has_domain(email: &[u8], domains: &[&str]) -> Truth {
    let at = email.iter().rposition(|byte| *byte == b'@').unwrap_or_default();
    match email.get(at + 1..) {
        Some(domain) if at > 0 && !domain.is_empty() => {
            domains.iter().any(|known| same_folded(known.as_bytes(), domain)).into()
        }
        _ => Truth::Unknown,
    }
}

impl<'b> Test<'b> {
    fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        Some(match reader.byte()? {
            tag::EQUALS => Self::Equals(reader.list(Scalar::decode)?),
            tag::CONTAINS => Self::Contains(reader.list(Scalar::decode)?),
            tag::AT_LEAST => Self::AtLeast(reader.float()?),
            tag::AT_MOST => Self::AtMost(reader.float()?),
            tag::ABOVE => Self::Above(reader.float()?),
            tag::BELOW => Self::Below(reader.float()?),
            tag::EXISTS => Self::Exists(reader.flag()?),
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
                // If a name contains U+0000, it is unknown where each name begins.
                Value::Names(names) if names.parts().count() != names.count() => Truth::Unknown,
                Value::Names(names) => {
                    contains(names.count(), names.parts().map(|name| equals(scalars, &Value::Text(name))))
                }
                // Some identity providers send a list of one entry as that entry.
                single => equals(scalars, single),
            },
            Self::AtLeast(bound) => compare(f64::ge, bound),
            Self::AtMost(bound) => compare(f64::le, bound),
            Self::Above(bound) => compare(f64::gt, bound),
            Self::Below(bound) => compare(f64::lt, bound),
            Self::Exists(expected) => match value {
                Value::IdentityUnclear | Value::Unreadable => Truth::Unknown,
                value => (matches!(value, Value::Absent | Value::Null) != *expected).into(),
            },
        }
    }
}

/// Whether one of `count` entries is true. Entries past the limit of a login are unknown.
fn contains(count: usize, entries: impl Iterator<Item = Truth>) -> Truth {
    let cut = if count > MAX_GROUPS { Truth::Unknown } else { Truth::False };
    entries.take(MAX_GROUPS).fold(cut, Truth::max)
}

/// Whether a value is one of the scalars; unknown if none of them has its type.
fn equals(scalars: &[Scalar<'_>], value: &Value<'_>) -> Truth {
    let one = |scalar: &Scalar<'_>| match (scalar, value) {
        (Scalar::Text(known), Value::Text(text)) => bytes_equal(known.as_bytes(), text).into(),
        (Scalar::Number(known), Value::Number(number)) if !number.is_nan() => (known == number).into(),
        (Scalar::Bool(known), Value::Bool(value)) => (known == value).into(),
        (Scalar::Pattern(pattern), Value::Text(text)) => {
            pattern.matches(text).map_or(Truth::Unknown, Truth::from)
        }
        _ => Truth::Unknown,
    };
    let decided = || scalars.iter().map(one).filter(|truth| *truth != Truth::Unknown);
    decided().max().unwrap_or(Truth::Unknown)
}

impl<'b> Scalar<'b> {
    fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        Some(match reader.byte()? {
            tag::TEXT => Self::Text(reader.text()?),
            tag::NUMBER => Self::Number(reader.float()?),
            tag::FALSE => Self::Bool(false),
            tag::TRUE => Self::Bool(true),
            kind => Self::Pattern(TextPattern::decode(kind, reader)?),
        })
    }
}

/// The number that a text holds: digits, with `-` before and a point among them. A text with more digits than are exact
/// holds none.
fn number_in(text: &[u8]) -> Option<f64> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let (mut digits, mut value, mut scale) = (0, 0.0, 1.0);
    let mut has_point = false;
    let mut after_digit = false;
    for byte in unsigned {
        match byte {
            b'0'..=b'9' if digits < MAX_NUMBER_DIGITS => {
                digits += 1;
                value = value * 10.0 + f64::from(byte - b'0');
                scale *= if has_point { 10.0 } else { 1.0 };
                after_digit = true;
            }
            b'.' if after_digit && !has_point => {
                has_point = true;
                after_digit = false;
            }
            _ => return None,
        }
    }
    let number = value / scale;
    after_digit.then_some(if text.len() > unsigned.len() { -number } else { number })
}

#[cfg(test)]
mod tests;
