//! Resources that clients send: names as in the schema, values of its types, without what a client cannot write.

use serde_json::{Map, Value};

use super::answer::error;
use super::attribute::{self, Attribute, Mutability, Type};
use super::kind::Kind;
use super::schema::Schema;
use super::seed::Quirks;
use super::tenant::{Record, text};
use crate::http::Response;

/// The resource in the body of a POST or a PUT, as it is stored (RFC 7644 §3.3 and §3.5.1).
///
/// Read-only attributes and unknown ones are ignored.
///
/// # Errors
///
/// The refusal of the service: `schemas` is missing, or a value is not of its type.
pub(crate) fn resource(kind: Kind, quirks: &Quirks, body: &Value) -> Result<Record, Box<Response>> {
    let Some(body) = body.as_object() else {
        return Err(error(400, Some("invalidSyntax"), "the body is not a resource"));
    };
    let find = |name: &str| body.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, it)| it);
    check_schemas(kind, find("schemas"))?;
    let mut record = Record::new();
    for (key, value) in body {
        if let Some(extension) = kind.extension(key) {
            let inner = value.as_object().ok_or_else(|| invalid(key, "is not an object"))?;
            let inner = object(extension.attributes, quirks, inner)?;
            if !inner.is_empty() {
                record.insert(extension.id.to_owned(), inner.into());
            }
        } else if let Some(attribute) = kind.attribute(key) {
            if let Some(value) = assigned(attribute, quirks, value)? {
                record.insert(attribute.name.to_owned(), value);
            }
        } else if quirks.refuses_unknown_attributes {
            return Err(invalid(key, "is not an attribute"));
        }
    }
    record.remove("schemas");
    check_complete(kind, &record)?;
    Ok(record)
}

/// `schemas` names the schema of the resource type, and otherwise extensions of it (RFC 7643 §3).
fn check_schemas(kind: Kind, schemas: Option<&Value>) -> Result<(), Box<Response>> {
    let ids: Vec<&str> =
        schemas.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let is_core = |id: &&str| id.eq_ignore_ascii_case(kind.schema().id);
    if !ids.iter().any(is_core) {
        return Err(invalid("schemas", &format!("lacks {}", kind.schema().id)));
    }
    match ids.iter().find(|id| !is_core(id) && kind.extension(id).is_none()) {
        Some(_) => Err(invalid("schemas", "names a schema that the resource type does not have")),
        None => Ok(()),
    }
}

/// What has to be true of every resource that is stored.
///
/// # Errors
///
/// The refusal of the service: an attribute is missing, or two values are primary (RFC 7643 §2.4).
pub(crate) fn check_complete(kind: Kind, record: &Record) -> Result<(), Box<Response>> {
    if text(record, kind.name()).is_empty() {
        return Err(invalid(kind.name(), "is required"));
    }
    for (key, value) in record {
        let values = value.as_array().map_or(&[][..], Vec::as_slice);
        if values.iter().filter(|it| it.get("primary") == Some(&Value::Bool(true))).nth(1).is_some() {
            return Err(invalid(key, "has two primary values"));
        }
    }
    Ok(())
}

/// The value of an attribute that a client writes; `None` if it ignores the value, or unassigns the attribute.
pub(crate) fn assigned(
    attribute: &Attribute,
    quirks: &Quirks,
    value: &Value,
) -> Result<Option<Value>, Box<Response>> {
    if attribute.mutability == Mutability::ReadOnly {
        return Ok(None);
    }
    match value {
        Value::Null => Ok(None),
        Value::Array(values) if attribute.is_multi_valued => {
            let values = values.iter().map(|it| single(attribute, quirks, it));
            let values: Vec<Value> = values.collect::<Result<_, _>>()?;
            Ok(if values.is_empty() { None } else { Some(values.into()) })
        }
        _ if attribute.is_multi_valued => Err(invalid(attribute.name, "is not a list")),
        _ => single(attribute, quirks, value).map(Some),
    }
}

/// One value of an attribute.
pub(crate) fn single(attribute: &Attribute, quirks: &Quirks, value: &Value) -> Result<Value, Box<Response>> {
    match (attribute.kind, value) {
        (Type::Complex, Value::Object(inner)) => {
            let inner = object(attribute.sub_attributes, quirks, inner)?;
            if attribute.name == "members" && text(&inner, "value").is_empty() {
                return Err(invalid("members", "needs a `value` in each of its values"));
            }
            Ok(inner.into())
        }
        (Type::Boolean, Value::Bool(_)) => Ok(value.clone()),
        (Type::Text | Type::DateTime | Type::Binary | Type::Reference, Value::String(_)) => Ok(value.clone()),
        (Type::Complex, _) => Err(invalid(attribute.name, "is not an object")),
        (Type::Boolean, _) => Err(invalid(attribute.name, "is not a boolean")),
        _ => Err(invalid(attribute.name, "is not a text")),
    }
}

fn object(
    attributes: &'static [Attribute],
    quirks: &Quirks,
    inner: &Map<String, Value>,
) -> Result<Record, Box<Response>> {
    let mut record = Record::new();
    for (key, value) in inner {
        match attribute::find(attributes, key) {
            Some(attribute) => {
                if let Some(value) = assigned(attribute, quirks, value)? {
                    record.insert(attribute.name.to_owned(), value);
                }
            }
            None if quirks.refuses_unknown_attributes => return Err(invalid(key, "is not an attribute")),
            None => {}
        }
    }
    Ok(record)
}

/// The schemas of a stored resource: the core one, and the extensions that it has values of.
pub(crate) fn schemas_of(kind: Kind, record: &Record) -> Vec<&'static str> {
    let used = kind.extensions().iter().filter(|it: &&&Schema| record.contains_key(it.id));
    std::iter::once(kind.schema().id).chain(used.map(|it| it.id)).collect()
}

pub(crate) fn invalid(name: &str, what: &str) -> Box<Response> {
    error(400, Some("invalidValue"), &format!("`{name}` {what}"))
}
