//! Filters of RFC 7644 §3.4.2.2: `eq`, joined with `and`. Others are refused: an answer to another question would be worse.

use serde_json::Value;

use super::answer::error;
use super::tenant::Record;
use crate::http::Response;

/// Attributes whose letter case counts (`caseExact`).
const EXACT: [&str; 4] = ["id", "externalid", "members.value", "groups.value"];

/// Attributes that have to have a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter(Vec<(String, Value)>);

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// The refusal of the service.
    pub(crate) fn read(text: &str) -> Result<Self, Box<Response>> {
        let refusal = || error(400, Some("invalidFilter"), "the filter is not ATTRIBUTE eq VALUE");
        let mut terms = Vec::new();
        let mut rest = text.trim();
        loop {
            let (path, after) = rest.split_once(' ').ok_or_else(refusal)?;
            let (operator, after) = after.trim_start().split_once(' ').ok_or_else(refusal)?;
            let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b".:_-$".contains(&byte);
            if !operator.eq_ignore_ascii_case("eq") || !path.bytes().all(is_path) {
                return Err(refusal());
            }
            // A value is written as in JSON.
            let mut values = serde_json::Deserializer::from_str(after).into_iter::<Value>();
            let value = values.next().and_then(Result::ok).ok_or_else(refusal)?;
            let end = values.byte_offset();
            terms.push((path.to_owned(), value));
            rest = after.get(end..).unwrap_or_default().trim_start();
            if rest.is_empty() {
                return Ok(Self(terms));
            }
            let (word, after) = rest.split_once(' ').ok_or_else(refusal)?;
            if !word.eq_ignore_ascii_case("and") {
                return Err(refusal());
            }
            rest = after.trim_start();
        }
    }

    pub(crate) fn fits(&self, shown: &Record) -> bool {
        self.0.iter().all(|(path, value)| has(shown, path, value))
    }
}

/// Names of attributes are compared without letter case.
fn has(shown: &Record, path: &str, wanted: &Value) -> bool {
    let mut found: Vec<&Value> = Vec::new();
    for (at, key) in path.split('.').enumerate() {
        let named = |record: &Record| {
            let member = record.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
            member.map(|(name, _)| name.clone())
        };
        found = if at == 0 {
            named(shown).and_then(|name| shown.get(&name)).into_iter().collect()
        } else {
            let records = found.into_iter().flat_map(each).filter_map(Value::as_object);
            records.filter_map(|record| named(record).and_then(|name| record.get(&name))).collect()
        };
    }
    let is_exact = EXACT.contains(&path.to_ascii_lowercase().as_str());
    let mut values = found.into_iter().flat_map(each);
    values.any(|value| match (value.as_str(), wanted.as_str()) {
        (Some(value), Some(wanted)) if !is_exact => value.to_lowercase() == wanted.to_lowercase(),
        _ => value == wanted,
    })
}

fn each(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}
