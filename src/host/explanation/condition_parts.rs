//! The parts of a condition that decided it: what each requires, and the type of the value that was there.
//!
//! A value itself is never shown: it can be about a person.

use serde::Serialize;

use super::descriptions;
use crate::bundle::condition::{Condition, ConditionInputs, Scalar, Test, Truth};
use crate::bundle::index::{Bundle, Connection};
use crate::ids::{ApplicationId, ConnectionId, Id as _, InputId};
use crate::login::value::Value;

/// A part of a condition that kept it from being true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConditionPart {
    /// What it says, such as "`/level` is at least 3".
    pub part: String,
    /// `true`, `false` or `unknown`.
    pub is: &'static str,
    /// What was there; the type of a value.
    pub found: String,
}

/// What the numbers in a condition refer to.
#[derive(Clone, Copy)]
pub(super) struct ConditionScope<'s, 'b> {
    pub(super) bundle: &'s Bundle<'b>,
    pub(super) connection: &'s Connection<'b>,
    pub(super) inputs: ConditionInputs<'s>,
}

impl ConditionScope<'_, '_> {
    /// The parts that keep a condition from being true; none if it is, so that only the time is unknown.
    pub(super) fn failed_parts(&self, condition: &Condition<'_>) -> Vec<ConditionPart> {
        match condition.decide(self.inputs) {
            Truth::True => Vec::new(),
            _ => self.parts(condition),
        }
    }

    /// The parts that make a condition what it is. Under `not`, these can be true.
    fn parts(&self, condition: &Condition<'_>) -> Vec<ConditionPart> {
        let truth = condition.decide(self.inputs);
        let deciding = |all: &[Condition<'_>]| {
            let deciding = all.iter().filter(|it| it.decide(self.inputs) == truth);
            deciding.flat_map(|it| self.parts(it)).collect()
        };
        match condition {
            Condition::All(all) | Condition::Any(all) if !all.is_empty() => deciding(all),
            Condition::Not(inner) | Condition::FalseIfUnknown(inner) => self.parts(inner),
            leaf => {
                let (part, found) = self.describe(leaf);
                vec![ConditionPart { part, is: word(truth), found }]
            }
        }
    }

    /// What a condition without others in it says, and what was there.
    fn describe(&self, condition: &Condition<'_>) -> (String, String) {
        match condition {
            Condition::Connection(positions) => {
                let first = self.first_connection();
                let name = |at: &u32| Some(self.bundle.connection(ConnectionId(first + at))?.name.to_owned());
                let names = positions.iter().filter_map(name).collect();
                (format!("the connection is {}", either(names)), format!("`{}`", self.connection.name))
            }
            Condition::Application(applications) => {
                let name = |id: ApplicationId| Some(self.bundle.application(id)?.name.to_owned());
                let names = applications.iter().filter_map(|id| name(*id)).collect();
                let found = name(self.inputs.application).unwrap_or_default();
                (format!("the application is {}", either(names)), format!("`{found}`"))
            }
            Condition::User { input, test, as_number } => {
                let read = if *as_number { " as a number" } else { "" };
                (format!("`{}`{read} {}", self.pointer(*input), describe_test(test)), self.found(*input))
            }
            Condition::EmailDomain { email, verified, domains } => {
                let domains = domains.iter().map(|domain| (*domain).to_owned()).collect();
                let found = match (self.value(*email), self.value(*verified)) {
                    (Value::Text(_), Value::Bool(true)) => "a verified address".to_owned(),
                    (Value::Text(_), _) => "an address that is not verified".to_owned(),
                    (value, _) => descriptions::value(value),
                };
                (format!("the domain of the verified e-mail address is {}", either(domains)), found)
            }
            Condition::Metadata { input, values, .. } => {
                let values = values.iter().map(scalar).collect::<Vec<_>>().join(" or ");
                (format!("`{}` is {values}", self.pointer(*input)), self.found(*input))
            }
            // The organization is decided when compiling.
            Condition::All(_) | Condition::Any(_) => {
                ("the organization is the one that is named".to_owned(), "this organization".to_owned())
            }
            // Their parts are described instead.
            Condition::Not(_) | Condition::FalseIfUnknown(_) => (String::new(), String::new()),
        }
    }

    fn first_connection(&self) -> u32 {
        let organization = self.bundle.organization(self.connection.organization);
        organization.map_or(0, |it| it.connections.start as u32)
    }

    fn value(&self, input: InputId) -> &Value<'_> {
        self.inputs.values.get(input.index()).unwrap_or(&Value::Absent)
    }

    fn found(&self, input: InputId) -> String {
        descriptions::value(self.value(input))
    }

    /// The JSON Pointer of an input.
    fn pointer(&self, input: InputId) -> String {
        let organization = self.bundle.organization(self.connection.organization);
        let lookup = organization.and_then(|it| it.condition_inputs.get(input.index()));
        let lookup = lookup.and_then(|lookup| self.bundle.lookup(*lookup));
        lookup.map(descriptions::lookup).unwrap_or_default()
    }
}

fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::False => "false",
        Truth::Unknown => "unknown",
        Truth::True => "true",
    }
}

fn either(names: Vec<String>) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

fn scalar(scalar: &Scalar<'_>) -> String {
    match scalar {
        Scalar::Text(text) => format!("`{}`", text.escape_debug()),
        Scalar::Number(number) => number.to_string(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::Pattern(pattern) => pattern.describe(),
    }
}

/// What a test says of its value.
fn describe_test(test: &Test<'_>) -> String {
    let list = |scalars: &[Scalar<'_>]| scalars.iter().map(scalar).collect::<Vec<_>>().join(" or ");
    match test {
        Test::Equals(scalars) => format!("equals {}", list(scalars)),
        Test::Contains(scalars) => format!("contains {}", list(scalars)),
        Test::AtLeast(bound) => format!("is at least {bound}"),
        Test::AtMost(bound) => format!("is at most {bound}"),
        Test::Above(bound) => format!("is above {bound}"),
        Test::Below(bound) => format!("is below {bound}"),
        Test::Exists(true) => "exists".to_owned(),
        Test::Exists(false) => "does not exist".to_owned(),
    }
}
