//! What a login has to be like for a condition to hold.

use serde_json::{Value as Json, json};

use crate::language::model::{Condition, Connection, MetadataOf, Organization, Platform, Scalar, Test};
use crate::language::text_patterns::{TextPattern, TextPatterns};
use crate::patterns::example::example_of_glob;

/// How many inputs with which a condition holds are tried.
const MAX_INPUTS: usize = 8;

/// What is true of a login apart from its groups.
#[derive(Clone, Debug, Default)]
pub(super) struct LoginInputs {
    pub(super) connection: Option<String>,
    pub(super) application: Option<String>,
    pub(super) email_domain: Option<String>,
    pub(super) metadata: Vec<(MetadataOf, String, String)>,
    /// By JSON Pointer below the user.
    pub(super) attributes: Vec<(String, Json)>,
}

impl LoginInputs {
    /// Both together; `None` if they contradict each other.
    fn and(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        both.connection = one(&self.connection, &other.connection)?;
        both.application = one(&self.application, &other.application)?;
        both.email_domain = one(&self.email_domain, &other.email_domain)?;
        both.metadata.extend(other.metadata.iter().cloned());
        both.attributes.extend(other.attributes.iter().cloned());
        Some(both)
    }
}

/// The value that both allow; the outer `None` if there is none.
fn one(left: &Option<String>, right: &Option<String>) -> Option<Option<String>> {
    match (left, right) {
        (Some(left), Some(right)) if left != right => None,
        (Some(value), _) | (None, Some(value)) => Some(Some(value.clone())),
        (None, None) => Some(None),
    }
}

/// What a login is made up for.
#[derive(Clone, Copy, Debug)]
pub(super) struct DraftContext<'m> {
    pub(super) platform: &'m Platform,
    pub(super) organization: &'m Organization,
    pub(super) tenant: usize,
}

/// Inputs with which a condition is probably true. None of them is certain; without any, it is certainly not true of any
/// login of the organization.
pub(super) fn inputs_for(condition: Option<&Condition>, context: DraftContext<'_>) -> Vec<LoginInputs> {
    condition.map_or_else(|| vec![LoginInputs::default()], |it| inputs_deciding(it, true, context))
}

fn inputs_deciding(condition: &Condition, holds: bool, context: DraftContext<'_>) -> Vec<LoginInputs> {
    let mut inputs: Vec<LoginInputs> = match (condition, holds) {
        (Condition::All(all), true) | (Condition::Any(all), false) => {
            all.iter().fold(vec![LoginInputs::default()], |before, condition| {
                let own = inputs_deciding(condition, holds, context);
                let both = before.iter().flat_map(|before| own.iter().filter_map(|own| before.and(own)));
                both.take(MAX_INPUTS).collect()
            })
        }
        (Condition::Any(any), true) | (Condition::All(any), false) => {
            any.iter().flat_map(|condition| inputs_deciding(condition, holds, context)).collect()
        }
        (Condition::Not(inner), _) => inputs_deciding(inner, !holds, context),
        (Condition::FalseIfUnknown(inner), true) => inputs_deciding(inner, true, context),
        (Condition::FalseIfUnknown(_), false) => vec![LoginInputs::default()],
        (Condition::Connection(_) | Condition::Strategy(_), _) => connections(condition, holds, context),
        (Condition::Application(_) | Condition::Client(_), _) => applications(condition, holds, context),
        (Condition::Organization(_), _) => match condition.fits_organization(&context.organization.name) {
            Some(fits) if fits == holds => vec![LoginInputs::default()],
            _ => Vec::new(),
        },
        (Condition::EmailDomain(domains), true) => domains.iter().map(|it| email(&it.value)).collect(),
        (Condition::EmailDomain(_), false) => vec![email("other.example")],
        (Condition::Metadata { of, key, values }, _) => {
            let other = "other".to_owned();
            let values = if holds { values.iter().map(|it| it.value.clone()).collect() } else { vec![other] };
            let with = |value| LoginInputs {
                metadata: vec![(*of, key.value.clone(), value)],
                ..LoginInputs::default()
            };
            values.into_iter().map(with).collect()
        }
        (Condition::User { attribute, test, .. }, _) => {
            let with = |value: Option<Json>| LoginInputs {
                attributes: value.into_iter().map(|value| (attribute.value.clone(), value)).collect(),
                ..LoginInputs::default()
            };
            values(test, holds).into_iter().map(with).collect()
        }
    };
    inputs.truncate(MAX_INPUTS);
    inputs
}

fn connections(test: &Condition, holds: bool, context: DraftContext<'_>) -> Vec<LoginInputs> {
    let all = context.organization.connections.iter().filter(|it| test.fits_connection(it) == Some(holds));
    let name = |it: &Connection| Some(it.name.value.clone());
    all.map(|it| LoginInputs { connection: name(it), ..LoginInputs::default() }).collect()
}

/// A case logs in by the first client of an application.
fn applications(test: &Condition, holds: bool, context: DraftContext<'_>) -> Vec<LoginInputs> {
    let all = context.platform.applications.iter().filter(|it| {
        let client = it.clients_in(context.tenant).first().map(|client| client.value.as_str());
        test.fits_client(&it.name.value, client) == Some(holds)
    });
    all.map(|it| LoginInputs { application: Some(it.name.value.clone()), ..LoginInputs::default() }).collect()
}

fn email(domain: &str) -> LoginInputs {
    LoginInputs { email_domain: Some(domain.to_owned()), ..LoginInputs::default() }
}

/// Values of an attribute for which a test holds, or does not; `None` means that it is missing.
fn values(test: &Test, holds: bool) -> Vec<Option<Json>> {
    let numbers = |yes: f64, no: f64| vec![Some(number(if holds { yes } else { no }))];
    match (test, holds) {
        (Test::Equals(scalars), true) => scalars.iter().map(|it| Some(scalar(it))).collect(),
        (Test::Equals(scalars), false) => scalars.first().map(|it| Some(other(it))).into_iter().collect(),
        (Test::Contains(scalars), true) => scalars.iter().map(|it| Some(json!([scalar(it)]))).collect(),
        (Test::Matches(patterns), true) => texts(patterns).map(|text| Some(json!(text))).collect(),
        (Test::ContainsMatch(patterns), true) => texts(patterns).map(|text| Some(json!([text]))).collect(),
        (Test::Contains(_) | Test::ContainsMatch(_), false) => vec![Some(json!(["other"]))],
        (Test::Matches(_), false) => vec![Some(json!("other"))],
        (Test::AtLeast(limit), _) => numbers(*limit, limit - 1.0),
        (Test::AtMost(limit), _) => numbers(*limit, limit + 1.0),
        (Test::Above(limit), _) => numbers(limit + 1.0, *limit),
        (Test::Below(limit), _) => numbers(limit - 1.0, *limit),
        (Test::Exists(exists), _) if *exists == holds => vec![Some(json!("example"))],
        (Test::Exists(_), _) => vec![None],
    }
}

fn texts(patterns: &TextPatterns) -> impl Iterator<Item = String> {
    patterns.lowered.iter().map(|pattern| match pattern {
        TextPattern::Text(text) => text.clone(),
        TextPattern::Glob(lowered) => example_of_glob(lowered),
        // Its tree is not kept.
        TextPattern::Regex(_) => "example".to_owned(),
    })
}

fn scalar(scalar: &Scalar) -> Json {
    match scalar {
        Scalar::Text(text) | Scalar::AnyCase(text) => json!(text),
        Scalar::Number(value) => number(*value),
        Scalar::Bool(value) => json!(value),
    }
}

/// A value of the same type that is not the same.
fn other(scalar: &Scalar) -> Json {
    match scalar {
        Scalar::Text(text) | Scalar::AnyCase(text) => json!(format!("not {text}")),
        Scalar::Number(value) => number(value + 1.0),
        Scalar::Bool(value) => json!(!value),
    }
}

/// A number as people write it: `3` and not `3.0`.
#[expect(clippy::cast_possible_truncation, reason = "only if nothing is lost")]
fn number(value: f64) -> Json {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}
