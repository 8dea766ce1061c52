//! Conditions as the bundle holds them.

use std::collections::BTreeSet;

use super::{LoweredCondition, OwnedLookup};
use crate::codec::writer::Writer;
use crate::language::model::{Scalar, Test};

impl LoweredCondition {
    /// Adds what the condition reads.
    pub(super) fn collect(&self, facts: &mut BTreeSet<OwnedLookup>) {
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().for_each(|condition| condition.collect(facts));
            }
            Self::Not(condition) | Self::FalseIfUnknown(condition) => condition.collect(facts),
            Self::Connection(_) | Self::Application(_) => {}
            Self::User { fact, .. } => drop(facts.insert(fact.clone())),
            Self::Metadata { owner, fact, .. } => facts.extend([owner.clone(), fact.clone()]),
            Self::EmailDomain(_) => facts.extend(email_reads()),
        }
    }

    pub(super) fn encode(&self, writer: &mut Writer, facts: &[OwnedLookup]) {
        // The reads of the refresh policy come first and are sorted differently, so this is no binary search.
        let position = |fact: &OwnedLookup| facts.iter().rposition(|known| known == fact).unwrap_or_default();
        let tag = match self {
            Self::All(_) => 0,
            Self::Any(_) => 1,
            Self::Not(_) => 2,
            Self::Connection(_) => 3,
            Self::Application(_) => 4,
            Self::User { .. } => 5,
            Self::EmailDomain(_) => 6,
            Self::Metadata { .. } => 7,
            Self::FalseIfUnknown(_) => 8,
        };
        writer.bytes.push(tag);
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                writer.list(conditions, |writer, condition| condition.encode(writer, facts));
            }
            Self::Not(condition) | Self::FalseIfUnknown(condition) => condition.encode(writer, facts),
            Self::Connection(positions) | Self::Application(positions) => {
                writer.list(positions, |writer, position| writer.number(*position));
            }
            Self::User { fact, test } => {
                writer.number(position(fact));
                encode_test(writer, test);
            }
            Self::EmailDomain(domains) => {
                email_reads().iter().for_each(|fact| writer.number(position(fact)));
                writer.list(domains, |writer, domain| writer.text(domain));
            }
            Self::Metadata { owner, fact, values } => {
                writer.number(position(owner));
                writer.number(position(fact));
                writer.list(values, encode_scalar);
            }
        }
    }
}

fn email_reads() -> [OwnedLookup; 2] {
    ["/email", "/email_verified"].map(OwnedLookup::attribute)
}

fn encode_test(writer: &mut Writer, test: &Test) {
    let (tag, bound) = match test {
        Test::Equals(_) => (0, None),
        Test::Contains(_) => (1, None),
        Test::AtLeast(bound) => (2, Some(bound)),
        Test::AtMost(bound) => (3, Some(bound)),
        Test::Above(bound) => (4, Some(bound)),
        Test::Below(bound) => (5, Some(bound)),
        Test::Exists(_) => (6, None),
    };
    writer.bytes.push(tag);
    writer.bytes.extend(bound.map(|bound| bound.to_le_bytes()).into_iter().flatten());
    match test {
        Test::Equals(scalars) | Test::Contains(scalars) => {
            writer.list(scalars, encode_scalar);
        }
        Test::Exists(wanted) => writer.bytes.push(u8::from(*wanted)),
        _ => {}
    }
}

fn encode_scalar(writer: &mut Writer, scalar: &Scalar) {
    match scalar {
        Scalar::Text(text) => {
            writer.bytes.push(0);
            writer.text(text);
        }
        Scalar::Number(number) => {
            writer.bytes.push(1);
            writer.bytes.extend(number.to_le_bytes());
        }
        Scalar::Bool(value) => writer.bytes.push(2 + u8::from(*value)),
    }
}
