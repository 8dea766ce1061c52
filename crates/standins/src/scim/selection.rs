//! Which attributes an answer has: `attributes` and `excludedAttributes` (RFC 7644 §3.9).

use serde_json::Value;

use super::answer::error;
use super::attribute::Returned;
use super::kind::Kind;
use super::path::{Named, resolve_text};
use super::tenant::Record;
use crate::http::Response;

/// Names of members, each in the one before it.
type Way = Vec<String>;

/// What a query says about attributes.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    attributes: Vec<String>,
    excluded: Vec<String>,
}

impl Selection {
    /// # Errors
    ///
    /// The refusal of the service, if both are given.
    pub(crate) fn new(attributes: Vec<String>, excluded: Vec<String>) -> Result<Self, Box<Response>> {
        if !attributes.is_empty() && !excluded.is_empty() {
            let detail = "`attributes` and `excludedAttributes` exclude each other";
            return Err(error(400, Some("invalidValue"), detail));
        }
        Ok(Self { attributes, excluded })
    }

    /// Leaves out what is not selected. Attributes that are always returned stay.
    pub(crate) fn apply(&self, kind: Kind, resource: &mut Record) {
        let ways = |names: &[String]| -> Vec<Way> { names.iter().map(|it| way(kind, it)).collect() };
        let is_always = |name: &str| kind.attribute(name).is_some_and(|it| it.returned == Returned::Always);
        if !self.attributes.is_empty() {
            let mut wanted = ways(&self.attributes);
            wanted.extend(resource.keys().filter(|key| is_always(key)).map(|key| vec![key.clone()]));
            let wanted: Vec<&[String]> = wanted.iter().map(Vec::as_slice).collect();
            keep(resource, &wanted);
        }
        let excluded = ways(&self.excluded);
        for way in excluded.iter().filter(|way| way.first().is_none_or(|first| !is_always(first))) {
            leave_out(resource, way);
        }
    }
}

/// A name that the schemas do not have may still be that of an attribute of a seed.
fn way(kind: Kind, name: &str) -> Way {
    match resolve_text(kind, name) {
        Some(Named::Attribute(it)) => {
            let names =
                [it.extension.map(|it| it.id), Some(it.attribute.name), it.sub_attribute.map(|it| it.name)];
            names.into_iter().flatten().map(str::to_owned).collect()
        }
        Some(Named::Extension(extension)) => vec![extension.id.to_owned()],
        None => name.split('.').map(str::to_owned).collect(),
    }
}

fn keep(object: &mut Record, ways: &[&[String]]) {
    object.retain(|key, value| {
        let into = |way: &&[String]| {
            let (first, rest) = way.split_first()?;
            if first.eq_ignore_ascii_case(key) { Some(rest.len()) } else { None }
        };
        if ways.iter().filter_map(into).any(|rest| rest == 0) {
            return true;
        }
        let below: Vec<&[String]> =
            ways.iter().filter(|way| into(way).is_some()).filter_map(|way| way.get(1..)).collect();
        for inner in objects(value) {
            keep(inner, &below);
        }
        !below.is_empty()
    });
}

fn leave_out(object: &mut Record, way: &[String]) {
    let Some((first, rest)) = way.split_first() else { return };
    if rest.is_empty() {
        object.retain(|key, _| !key.eq_ignore_ascii_case(first));
        return;
    }
    for (_, value) in object.iter_mut().filter(|(key, _)| key.eq_ignore_ascii_case(first)) {
        for inner in objects(value) {
            leave_out(inner, rest);
        }
    }
}

fn objects(value: &mut Value) -> Vec<&mut Record> {
    match value {
        Value::Array(values) => values.iter_mut().filter_map(Value::as_object_mut).collect(),
        Value::Object(inner) => vec![inner],
        _ => Vec::new(),
    }
}
