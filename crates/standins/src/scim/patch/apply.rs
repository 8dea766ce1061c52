//! What one operation does to a resource.

use scim_v2::filter::{PatchPath, PatchValuePath};
use serde_json::{Map, Value};

use super::super::answer::error;
use super::super::attribute::{Attribute, Mutability, Type, find};
use super::super::body::{assigned, invalid, single};
use super::super::filter::value_fits;
use super::super::kind::Kind;
use super::super::path::{Location, Named, each, resolve, resolve_text};
use super::super::schema::Schema;
use super::super::seed::{Quirks, RemovalByFilter, RemovalWithValue, WholeMembers};
use super::super::tenant::Record;
use super::operation::{Operation, Verb};
use crate::http::Response;

type Applied = Result<(), Box<Response>>;

/// Applies an operation. After an error the resource is of no use.
pub(crate) fn apply(kind: Kind, quirks: &Quirks, record: &mut Record, operation: &Operation) -> Applied {
    let mut patch = Patch { kind, quirks, record };
    match (operation.verb, &operation.path, &operation.value) {
        (Verb::Remove, Some(path), value) => patch.remove(path, value.as_ref()),
        (verb, Some(path), Some(value)) => patch.write(verb, path, value),
        (verb, None, Some(Value::Object(attributes))) => patch.write_all(verb, attributes),
        _ => Err(error(400, Some("invalidSyntax"), "the operation is not complete")),
    }
}

struct Patch<'p> {
    kind: Kind,
    quirks: &'p Quirks,
    record: &'p mut Record,
}

impl Patch<'_> {
    /// Without a path: each attribute of the value (§3.5.2.1 and §3.5.2.3).
    fn write_all(&mut self, verb: Verb, attributes: &Map<String, Value>) -> Applied {
        for (key, value) in attributes {
            match resolve_text(self.kind, key).ok_or_else(|| no_such(key))? {
                Named::Attribute(it) if it.attribute.name == "schemas" => {}
                // A client may send back what it has read, as Okta sends `id`.
                Named::Attribute(it) if it.attribute_of(self.record) == Some(value) => {}
                // `name.givenName` as a key, which Entra sends, is a path and not an attribute.
                Named::Attribute(it) if it.sub_attribute.is_some() => return Err(no_such(key)),
                Named::Attribute(it) => self.write_attribute(verb, it, value)?,
                Named::Extension(extension) => self.write_extension(verb, extension, value)?,
            }
        }
        Ok(())
    }

    fn write(&mut self, verb: Verb, path: &PatchPath, value: &Value) -> Applied {
        match path {
            PatchPath::Attr(path) => match resolve(self.kind, path).ok_or_else(|| no_such(&path.name))? {
                Named::Attribute(it) if it.sub_attribute.is_some() => self.write_sub_attribute(it, value),
                Named::Attribute(it) => self.write_attribute(verb, it, value),
                Named::Extension(extension) => self.write_extension(verb, extension, value),
            },
            PatchPath::Value(path) => self.write_values(verb, path, value),
        }
    }

    fn write_extension(&mut self, verb: Verb, extension: &'static Schema, value: &Value) -> Applied {
        let attributes = value.as_object().ok_or_else(|| invalid(extension.id, "is not an object"))?;
        // scim2-models writes the schemas of an extension into it.
        for (key, value) in attributes.iter().filter(|(key, _)| !key.eq_ignore_ascii_case("schemas")) {
            let attribute = find(extension.attributes, key).ok_or_else(|| no_such(key))?;
            let location = Location { extension: Some(extension), attribute, sub_attribute: None };
            self.write_attribute(verb, location, value)?;
        }
        Ok(())
    }

    /// A whole attribute. A complex one keeps the sub-attributes that the value does not have.
    fn write_attribute(&mut self, verb: Verb, location: Location, value: &Value) -> Applied {
        let attribute = location.attribute;
        check_writable(attribute)?;
        let quirks = self.quirks;
        if attribute.kind == Type::Complex && !attribute.is_multi_valued && !value.is_null() {
            let inner = value.as_object().ok_or_else(|| invalid(attribute.name, "is not an object"))?;
            for (key, value) in inner {
                let sub = attribute.sub_attribute(key).ok_or_else(|| no_such(key))?;
                if sub.mutability != Mutability::ReadOnly {
                    self.write_sub_attribute(Location { sub_attribute: Some(sub), ..location }, value)?;
                }
            }
            return Ok(());
        }
        if !attribute.is_multi_valued {
            let value = assigned(attribute, quirks, value)?;
            return self.set(location, value);
        }
        let given = if value.is_null() { &[] } else { each(value) };
        let given =
            given.iter().map(|it| single(attribute, quirks, it)).collect::<Result<Vec<Value>, _>>()?;
        let is_members = attribute.name == "members";
        if is_members && verb == Verb::Replace && quirks.whole_members == WholeMembers::Refused {
            return Err(invalid("members", "cannot be replaced as a whole"));
        }
        let adds = verb == Verb::Add || (is_members && quirks.replacing_adds_members);
        let mut values = if adds { self.take_values(location) } else { Vec::new() };
        let added = if is_members || !adds {
            given
        } else {
            given.into_iter().filter(|it| !values.contains(it)).collect()
        };
        if added.iter().any(is_primary) {
            values.iter_mut().for_each(end_primary);
        }
        values.extend(added);
        self.set(location, Some(values.into()))
    }

    /// A sub-attribute of a complex attribute, or of every value of a multi-valued one.
    fn write_sub_attribute(&mut self, location: Location, value: &Value) -> Applied {
        let Location { attribute, sub_attribute: Some(sub), .. } = location else { return Ok(()) };
        check_writable(attribute)?;
        check_writable(sub)?;
        let value = assigned(sub, self.quirks, value)?;
        let mut found = location.attribute_of(self.record).cloned();
        match &mut found {
            Some(Value::Array(values)) => {
                for it in values {
                    set_sub_attribute(sub, it, value.as_ref())?;
                }
            }
            Some(one) => set_sub_attribute(sub, one, value.as_ref())?,
            None if attribute.is_multi_valued => return Err(no_target()),
            None => {
                let mut one = Value::Object(Map::new());
                set_sub_attribute(sub, &mut one, value.as_ref())?;
                found = Some(one);
            }
        }
        self.set(location, found)
    }

    /// The values that a filter selects: one of their sub-attributes, or each as a whole.
    fn write_values(&mut self, verb: Verb, path: &PatchValuePath, value: &Value) -> Applied {
        let (location, sub) = self.selected(path)?;
        let attribute = location.attribute;
        let mut values = self.take_values(location);
        let (mut matched, mut others): (Vec<&mut Value>, Vec<&mut Value>) =
            values.iter_mut().partition(|it| value_fits(attribute, it, &path.filter));
        if matched.is_empty() {
            return Err(no_target());
        }
        match sub {
            Some(sub) => {
                check_writable(sub)?;
                let value = assigned(sub, self.quirks, value)?;
                for it in &mut matched {
                    set_sub_attribute(sub, it, value.as_ref())?;
                }
            }
            None => {
                let given = single(attribute, self.quirks, value)?;
                for it in &mut matched {
                    match (verb, given.as_object()) {
                        (Verb::Add, Some(given)) => merge(attribute, it, given)?,
                        _ => **it = given.clone(),
                    }
                }
            }
        }
        if matched.iter().any(|it| is_primary(it)) {
            others.iter_mut().for_each(|it| end_primary(it));
        }
        self.set(location, Some(values.into()))
    }

    /// The value, the values that a filter selects, or all of them (§3.5.2.2).
    fn remove(&mut self, path: &PatchPath, value: Option<&Value>) -> Applied {
        let path = match path {
            PatchPath::Attr(path) => path,
            PatchPath::Value(path) => return self.remove_values(path),
        };
        let location = match resolve(self.kind, path).ok_or_else(|| no_such(&path.name))? {
            Named::Attribute(location) => location,
            Named::Extension(extension) => {
                self.record.remove(extension.id);
                return Ok(());
            }
        };
        let attribute = location.attribute;
        check_removable(attribute)?;
        if let Some(sub) = location.sub_attribute {
            check_removable(sub)?;
            let Some(mut found) = location.attribute_of(self.record).cloned() else { return Ok(()) };
            match &mut found {
                Value::Array(values) => {
                    values.iter_mut().try_for_each(|it| set_sub_attribute(sub, it, None))?;
                }
                one => set_sub_attribute(sub, one, None)?,
            }
            return self.set(location, Some(found));
        }
        match (value.filter(|it| !it.is_null()), self.quirks.removal_with_value) {
            (Some(_), RemovalWithValue::Refused) => {
                return Err(error(400, Some("invalidSyntax"), "remove does not take a value"));
            }
            (Some(given), RemovalWithValue::Taken) => {
                let mut values = self.take_values(location);
                values.retain(|it| !each(given).iter().any(|given| is_same_value(it, given)));
                return self.set(location, Some(values.into()));
            }
            (Some(_), RemovalWithValue::Ignored) | (None, _) => {}
        }
        match self.quirks.whole_members {
            WholeMembers::Refused if attribute.name == "members" => {
                Err(invalid("members", "cannot be removed as a whole"))
            }
            WholeMembers::RemovalIgnored if attribute.name == "members" => Ok(()),
            _ => self.set(location, None),
        }
    }

    /// If none is selected, nothing is to be done.
    fn remove_values(&mut self, path: &PatchValuePath) -> Applied {
        let (location, sub) = self.selected(path)?;
        let attribute = location.attribute;
        match self.quirks.removal_by_filter {
            RemovalByFilter::Taken => {}
            RemovalByFilter::Refused => {
                return Err(error(501, None, "a path with a filter is not supported"));
            }
            RemovalByFilter::Ignored => return Ok(()),
            RemovalByFilter::TakesAll => return self.set(location, None),
        }
        let mut values = self.take_values(location);
        match sub {
            Some(sub) => {
                check_removable(sub)?;
                for it in values.iter_mut().filter(|it| value_fits(attribute, it, &path.filter)) {
                    set_sub_attribute(sub, it, None)?;
                }
            }
            None => values.retain(|it| !value_fits(attribute, it, &path.filter)),
        }
        self.set(location, Some(values.into()))
    }

    fn selected(
        &self,
        path: &PatchValuePath,
    ) -> Result<(Location, Option<&'static Attribute>), Box<Response>> {
        let name = &path.attr.name;
        let Some(Named::Attribute(location)) = resolve(self.kind, &path.attr) else {
            return Err(no_such(name));
        };
        let attribute = location.attribute;
        if location.sub_attribute.is_some() || attribute.kind != Type::Complex || !attribute.is_multi_valued {
            return Err(error(400, Some("invalidPath"), &format!("`{name}` has no values to select from")));
        }
        check_writable(attribute)?;
        let sub = match &path.sub_attr {
            Some(name) => Some(attribute.sub_attribute(name).ok_or_else(|| no_such(name))?),
            None => None,
        };
        Ok((location, sub))
    }

    /// The values of a multi-valued attribute, to be changed and set again.
    fn take_values(&mut self, location: Location) -> Vec<Value> {
        let container = match location.extension {
            Some(extension) => self.record.get_mut(extension.id).and_then(Value::as_object_mut),
            None => Some(&mut *self.record),
        };
        match container.and_then(|it| it.get_mut(location.attribute.name)).map(Value::take) {
            Some(Value::Array(values)) => values,
            // A seed may have written one value without a list.
            Some(value) if !value.is_null() => vec![value],
            _ => Vec::new(),
        }
    }

    /// An empty list or object is as good as unassigned (RFC 7643 §2.5).
    fn set(&mut self, location: Location, value: Option<Value>) -> Applied {
        let is_empty = |value: &Value| match value {
            Value::Array(values) => values.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        };
        let value = value.filter(|it| !is_empty(it));
        if value.is_none() && location.attribute.is_required {
            return Err(mutability(location.attribute.name, "is required"));
        }
        let Some(extension) = location.extension else {
            put(self.record, location.attribute.name, value);
            return Ok(());
        };
        let entry = self.record.entry(extension.id).or_insert_with(|| Value::Object(Map::new()));
        if let Some(inner) = entry.as_object_mut() {
            put(inner, location.attribute.name, value);
        }
        if is_empty(entry) {
            self.record.remove(extension.id);
        }
        Ok(())
    }
}

fn put(record: &mut Record, name: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(record.insert(name.to_owned(), value)),
        None => drop(record.remove(name)),
    }
}

/// An immutable one keeps the value that it has.
fn set_sub_attribute(sub: &Attribute, of: &mut Value, value: Option<&Value>) -> Applied {
    let Some(inner) = of.as_object_mut() else { return Ok(()) };
    let before = inner.get(sub.name);
    if sub.mutability == Mutability::Immutable && before.is_some() && before != value {
        return Err(mutability(sub.name, "is immutable"));
    }
    put(inner, sub.name, value.cloned());
    Ok(())
}

/// Adds sub-attributes to those that a value has.
fn merge(attribute: &Attribute, of: &mut Value, given: &Map<String, Value>) -> Applied {
    for (key, value) in given {
        if let Some(sub) = attribute.sub_attribute(key) {
            set_sub_attribute(sub, of, Some(value))?;
        }
    }
    Ok(())
}

fn is_primary(value: &Value) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

/// A value that becomes the primary one takes that from the others (§3.5.2).
fn end_primary(value: &mut Value) {
    if is_primary(value)
        && let Some(inner) = value.as_object_mut()
    {
        inner.insert("primary".to_owned(), false.into());
    }
}

/// Values of a multi-valued attribute are the same if their `value` is.
fn is_same_value(one: &Value, other: &Value) -> bool {
    let value = |it: &Value| it.get("value").unwrap_or(it).clone();
    value(one) == value(other)
}

fn check_writable(attribute: &Attribute) -> Applied {
    match attribute.mutability {
        Mutability::ReadOnly => Err(mutability(attribute.name, "is read-only")),
        _ => Ok(()),
    }
}

fn check_removable(attribute: &Attribute) -> Applied {
    check_writable(attribute)?;
    if attribute.is_required { Err(mutability(attribute.name, "is required")) } else { Ok(()) }
}

fn mutability(name: &str, what: &str) -> Box<Response> {
    error(400, Some("mutability"), &format!("`{name}` {what}"))
}

fn no_such(name: &str) -> Box<Response> {
    error(400, Some("invalidPath"), &format!("there is no attribute `{name}`"))
}

fn no_target() -> Box<Response> {
    error(400, Some("noTarget"), "the path selects nothing")
}
