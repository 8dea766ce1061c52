//! Where in a resource an attribute is (RFC 7644 §3.10).

use scim_v2::filter::{AttrPath, PatchPath};
use serde_json::Value;

use super::attribute::{self, Attribute};
use super::kind::Kind;
use super::schema::Schema;
use super::tenant::Record;

/// An attribute of a resource, with the way to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Location {
    /// The extension in whose object it is.
    pub(crate) extension: Option<&'static Schema>,
    pub(crate) attribute: &'static Attribute,
    pub(crate) sub_attribute: Option<&'static Attribute>,
}

/// What a path names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Named {
    Attribute(Location),
    /// An extension with everything in it.
    Extension(&'static Schema),
}

impl Location {
    /// The value in a resource; `None` if it is unassigned. With a sub-attribute, that of the attribute.
    pub(crate) fn attribute_of(self, record: &Record) -> Option<&Value> {
        let container = match self.extension {
            Some(extension) => record.get(extension.id)?.as_object()?,
            None => record,
        };
        container.get(self.attribute.name)
    }
}

/// What a path names in a type of resources; `None` if there is no such attribute.
pub(crate) fn resolve(kind: Kind, path: &AttrPath) -> Option<Named> {
    let (extension, attribute) = match &path.uri {
        None => (None, kind.attribute(&path.name)?),
        Some(uri) if uri.eq_ignore_ascii_case(kind.schema().id) => (None, kind.attribute(&path.name)?),
        Some(uri) => match kind.extension(uri) {
            Some(extension) => (Some(extension), attribute::find(extension.attributes, &path.name)?),
            // The last part of a bare id was taken for the name of an attribute.
            None if path.sub_attr.is_none() => {
                return kind.extension(&format!("{uri}:{}", path.name)).map(Named::Extension);
            }
            None => return None,
        },
    };
    let sub_attribute = match &path.sub_attr {
        Some(name) => Some(attribute.sub_attribute(name)?),
        None => None,
    };
    Some(Named::Attribute(Location { extension, attribute, sub_attribute }))
}

/// The same for a path as text, without a filter in it.
pub(crate) fn resolve_text(kind: Kind, text: &str) -> Option<Named> {
    match text.parse() {
        Ok(PatchPath::Attr(path)) => resolve(kind, &path),
        _ => None,
    }
}

/// The values of a multi-valued attribute, or the one of another.
pub(crate) fn each(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}
