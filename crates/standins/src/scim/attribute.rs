//! Attributes and their characteristics (RFC 7643 §2.2 and §7).

use serde_json::{Value, json};

/// The types of data that the schemas of the service use (RFC 7643 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Boolean,
    DateTime,
    Binary,
    Reference,
    Complex,
}

/// Whether a client can write an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutability {
    ReadWrite,
    ReadOnly,
    WriteOnly,
    /// Once it has a value, it keeps it.
    Immutable,
}

/// Whether answers have an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returned {
    /// Even if `attributes` does not name it.
    Always,
    Default,
    Never,
}

/// An attribute of a schema, or a sub-attribute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) kind: Type,
    pub(crate) is_multi_valued: bool,
    pub(crate) is_required: bool,
    pub(crate) is_case_exact: bool,
    pub(crate) mutability: Mutability,
    pub(crate) returned: Returned,
    pub(crate) is_unique: bool,
    pub(crate) sub_attributes: &'static [Attribute],
    /// Values that the schema suggests. Others are taken as well.
    canonical_values: &'static [&'static str],
    reference_types: &'static [&'static str],
}

impl Attribute {
    /// An attribute with the characteristics that RFC 7643 §7 assumes.
    pub(crate) const fn new(name: &'static str, kind: Type) -> Self {
        Self {
            name,
            kind,
            is_multi_valued: false,
            is_required: false,
            is_case_exact: matches!(kind, Type::Binary | Type::Reference),
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            is_unique: false,
            sub_attributes: &[],
            canonical_values: &[],
            reference_types: &[],
        }
    }

    pub(crate) const fn text(name: &'static str) -> Self {
        Self::new(name, Type::Text)
    }

    pub(crate) const fn complex(name: &'static str, sub_attributes: &'static [Self]) -> Self {
        Self { sub_attributes, ..Self::new(name, Type::Complex) }
    }

    pub(crate) const fn reference(name: &'static str, reference_types: &'static [&'static str]) -> Self {
        Self { reference_types, ..Self::new(name, Type::Reference) }
    }

    pub(crate) const fn multi_valued(self) -> Self {
        Self { is_multi_valued: true, ..self }
    }

    pub(crate) const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    pub(crate) const fn case_exact(self) -> Self {
        Self { is_case_exact: true, ..self }
    }

    pub(crate) const fn unique(self) -> Self {
        Self { is_unique: true, ..self }
    }

    pub(crate) const fn mutability(self, mutability: Mutability) -> Self {
        Self { mutability, ..self }
    }

    pub(crate) const fn returned(self, returned: Returned) -> Self {
        Self { returned, ..self }
    }

    pub(crate) const fn suggested(self, canonical_values: &'static [&'static str]) -> Self {
        Self { canonical_values, ..self }
    }

    pub(crate) fn sub_attribute(&self, name: &str) -> Option<&'static Self> {
        find(self.sub_attributes, name)
    }

    /// As `/Schemas` has it.
    pub(crate) fn published(&self) -> Value {
        let mut published = json!({
            "name": self.name,
            "type": match self.kind {
                Type::Text => "string",
                Type::Boolean => "boolean",
                Type::DateTime => "dateTime",
                Type::Binary => "binary",
                Type::Reference => "reference",
                Type::Complex => "complex",
            },
            "multiValued": self.is_multi_valued,
            "required": self.is_required,
            "caseExact": self.is_case_exact,
            "mutability": match self.mutability {
                Mutability::ReadWrite => "readWrite",
                Mutability::ReadOnly => "readOnly",
                Mutability::WriteOnly => "writeOnly",
                Mutability::Immutable => "immutable",
            },
            "returned": match self.returned {
                Returned::Always => "always",
                Returned::Default => "default",
                Returned::Never => "never",
            },
            "uniqueness": if self.is_unique { "server" } else { "none" },
        });
        let lists = [
            ("subAttributes", self.sub_attributes.iter().map(Self::published).collect()),
            ("canonicalValues", Value::from(self.canonical_values)),
            ("referenceTypes", Value::from(self.reference_types)),
        ];
        for (key, list) in lists {
            if let (Some(members), false) = (published.as_object_mut(), list == json!([])) {
                members.insert(key.to_owned(), list);
            }
        }
        published
    }
}

/// The attribute with a name. Names are compared without letter case (RFC 7643 §2.1).
pub(crate) fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|it| it.name.eq_ignore_ascii_case(name))
}

/// Without letter case.
pub(crate) fn same_letters(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase))
}
