//! Conditions in the bundle.

use std::collections::BTreeSet;

use super::super::lowered::{LoweredCondition, OwnedLookup};
use crate::codec::tags::condition as tag;
use crate::codec::writer::Writer;
use crate::language::model::{Scalar, Test, TextPattern};

impl LoweredCondition {
    /// Adds the inputs of the condition.
    pub(super) fn collect(&self, inputs: &mut BTreeSet<OwnedLookup>) {
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().for_each(|condition| condition.collect(inputs));
            }
            Self::Not(condition) | Self::FalseIfUnknown(condition) => condition.collect(inputs),
            Self::Connection(_) | Self::Application(_) => {}
            Self::User { input, .. } => drop(inputs.insert(input.clone())),
            Self::Metadata { owner, input, .. } => inputs.extend([owner.clone(), input.clone()]),
            Self::EmailDomain(_) => inputs.extend(email_inputs()),
        }
    }

    pub(super) fn encode(&self, writer: &mut Writer, inputs: &[OwnedLookup]) {
        // The inputs of the refresh policy come first and are sorted differently, so this cannot be a binary search.
        let position =
            |input: &OwnedLookup| inputs.iter().rposition(|known| known == input).unwrap_or_default();
        let kind = match self {
            Self::All(_) => tag::ALL,
            Self::Any(_) => tag::ANY,
            Self::Not(_) => tag::NOT,
            Self::Connection(_) => tag::CONNECTION,
            Self::Application(_) => tag::APPLICATION,
            Self::User { as_number: false, .. } => tag::USER,
            Self::User { as_number: true, .. } => tag::USER_AS_NUMBER,
            Self::EmailDomain(_) => tag::EMAIL_DOMAIN,
            Self::Metadata { .. } => tag::METADATA,
            Self::FalseIfUnknown(_) => tag::FALSE_IF_UNKNOWN,
        };
        writer.bytes.push(kind);
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                writer.list(conditions, |writer, condition| condition.encode(writer, inputs));
            }
            Self::Not(condition) | Self::FalseIfUnknown(condition) => condition.encode(writer, inputs),
            Self::Connection(positions) | Self::Application(positions) => {
                writer.list(positions, |writer, position| writer.number(*position));
            }
            Self::User { input, test, .. } => {
                writer.number(position(input));
                encode_test(writer, test);
            }
            Self::EmailDomain(domains) => {
                email_inputs().iter().for_each(|input| writer.number(position(input)));
                writer.list(domains, |writer, domain| writer.text(domain));
            }
            Self::Metadata { owner, input, values } => {
                writer.number(position(owner));
                writer.number(position(input));
                writer.list(values, encode_scalar);
            }
        }
    }
}

fn email_inputs() -> [OwnedLookup; 2] {
    ["/email", "/email_verified"].map(OwnedLookup::attribute)
}

fn encode_test(writer: &mut Writer, test: &Test) {
    let (kind, bound) = match test {
        Test::Equals(_) | Test::Matches(_) => (tag::EQUALS, None),
        Test::Contains(_) | Test::ContainsMatch(_) => (tag::CONTAINS, None),
        Test::AtLeast(bound) => (tag::AT_LEAST, Some(bound)),
        Test::AtMost(bound) => (tag::AT_MOST, Some(bound)),
        Test::Above(bound) => (tag::ABOVE, Some(bound)),
        Test::Below(bound) => (tag::BELOW, Some(bound)),
        Test::Exists(_) => (tag::EXISTS, None),
    };
    writer.bytes.push(kind);
    writer.bytes.extend(bound.map(|bound| bound.to_le_bytes()).into_iter().flatten());
    match test {
        Test::Equals(scalars) | Test::Contains(scalars) => {
            writer.list(scalars, encode_scalar);
        }
        Test::Matches(patterns) | Test::ContainsMatch(patterns) => {
            writer.list(&patterns.lowered, |writer, pattern| {
                encode_pattern(writer, pattern, patterns.ignore_case);
            });
        }
        Test::Exists(expected) => writer.flag(*expected),
        _ => {}
    }
}

fn encode_scalar(writer: &mut Writer, scalar: &Scalar) {
    match scalar {
        Scalar::Text(text) => {
            writer.bytes.push(tag::TEXT);
            writer.text(text);
        }
        Scalar::AnyCase(text) => encode_pattern(writer, &TextPattern::Text(text.clone()), true),
        Scalar::Number(number) => {
            writer.bytes.push(tag::NUMBER);
            writer.bytes.extend(number.to_le_bytes());
        }
        Scalar::Bool(value) => writer.bytes.push(if *value { tag::TRUE } else { tag::FALSE }),
    }
}

/// Writes a pattern among the values of a test: a text is compared with it as with any other value.
fn encode_pattern(writer: &mut Writer, pattern: &TextPattern, folded: bool) {
    let (kind, text) = match (pattern, folded) {
        (TextPattern::Text(text), false) => (tag::TEXT_PATTERN, text),
        (TextPattern::Text(text), true) => (tag::FOLDED_TEXT_PATTERN, text),
        (TextPattern::Glob(glob), false) => (tag::GLOB, glob),
        (TextPattern::Glob(glob), true) => (tag::FOLDED_GLOB, glob),
        (TextPattern::Regex(regex), _) => {
            writer.bytes.push(tag::REGEX);
            writer.bytes.extend(regex);
            return;
        }
    };
    writer.bytes.push(kind);
    writer.text(text);
}
