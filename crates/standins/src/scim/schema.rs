//! The schemas of the service (RFC 7643 §3.1, §4 and §8.7.1).

use serde_json::{Value, json};

use super::attribute::{Attribute, Mutability, Returned, Type};

/// A schema: what its resources, or what extensions of them, consist of.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    description: &'static str,
    pub(crate) attributes: &'static [Attribute],
}

impl Schema {
    /// As `/Schemas` has it, without `meta`.
    pub(crate) fn published(&self) -> Value {
        let attributes: Vec<Value> = self.attributes.iter().map(Attribute::published).collect();
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.id, "name": self.name, "description": self.description, "attributes": attributes,
        })
    }
}

pub(crate) const USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "User account",
    attributes: USER_ATTRIBUTES,
};

pub(crate) const GROUP: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "Group",
    attributes: GROUP_ATTRIBUTES,
};

pub(crate) const ENTERPRISE_USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "Enterprise user",
    attributes: ENTERPRISE_ATTRIBUTES,
};

/// Attributes that every resource has, although its schema does not say so (RFC 7643 §3.1).
pub(crate) const COMMON: &[Attribute] = &[
    // It follows from the extensions that a resource has values of.
    Attribute::reference("schemas", &["uri"])
        .multi_valued()
        .mutability(Mutability::ReadOnly)
        .returned(Returned::Always),
    read_only("id").case_exact().returned(Returned::Always),
    text("externalId").case_exact(),
    Attribute::complex("meta", META).mutability(Mutability::ReadOnly),
];

const META: &[Attribute] = &[
    read_only("resourceType").case_exact(),
    Attribute::new("created", Type::DateTime).mutability(Mutability::ReadOnly),
    Attribute::new("lastModified", Type::DateTime).mutability(Mutability::ReadOnly),
    Attribute::reference("location", &["uri"]).mutability(Mutability::ReadOnly),
    read_only("version").case_exact(),
];

const fn text(name: &'static str) -> Attribute {
    Attribute::text(name)
}

const fn read_only(name: &'static str) -> Attribute {
    text(name).mutability(Mutability::ReadOnly)
}

const fn immutable(attribute: Attribute) -> Attribute {
    attribute.mutability(Mutability::Immutable)
}

const PRIMARY: Attribute = Attribute::new("primary", Type::Boolean);

const USER_ATTRIBUTES: &[Attribute] = &[
    text("userName").required().unique(),
    Attribute::complex("name", NAME),
    text("displayName"),
    text("nickName"),
    Attribute::reference("profileUrl", &["external"]),
    text("title"),
    text("userType"),
    text("preferredLanguage"),
    text("locale"),
    text("timezone"),
    Attribute::new("active", Type::Boolean),
    text("password").case_exact().mutability(Mutability::WriteOnly).returned(Returned::Never),
    Attribute::complex("emails", EMAIL).multi_valued(),
    Attribute::complex("phoneNumbers", PHONE_NUMBER).multi_valued(),
    Attribute::complex("ims", LABELED).multi_valued(),
    Attribute::complex("photos", PHOTO).multi_valued(),
    Attribute::complex("addresses", ADDRESS).multi_valued(),
    Attribute::complex("groups", GROUP_OF_USER).multi_valued().mutability(Mutability::ReadOnly),
    Attribute::complex("entitlements", LABELED).multi_valued(),
    Attribute::complex("roles", LABELED).multi_valued(),
    Attribute::complex("x509Certificates", CERTIFICATE).multi_valued(),
];

const NAME: &[Attribute] = &[
    text("formatted"),
    text("familyName"),
    text("givenName"),
    text("middleName"),
    text("honorificPrefix"),
    text("honorificSuffix"),
];

const LABELED: &[Attribute] = &[text("value"), text("display"), text("type"), PRIMARY];

const EMAIL: &[Attribute] =
    &[text("value"), text("display"), text("type").suggested(&["work", "home", "other"]), PRIMARY];

const PHONE_NUMBER: &[Attribute] = &[
    text("value"),
    text("display"),
    text("type").suggested(&["work", "home", "mobile", "fax", "pager", "other"]),
    PRIMARY,
];

const PHOTO: &[Attribute] = &[
    Attribute::reference("value", &["external"]),
    text("display"),
    text("type").suggested(&["photo", "thumbnail"]),
    PRIMARY,
];

const ADDRESS: &[Attribute] = &[
    text("formatted"),
    text("streetAddress"),
    text("locality"),
    text("region"),
    text("postalCode"),
    text("country"),
    text("type").suggested(&["work", "home", "other"]),
    PRIMARY,
];

const CERTIFICATE: &[Attribute] =
    &[Attribute::new("value", Type::Binary), text("display"), text("type"), PRIMARY];

const GROUP_OF_USER: &[Attribute] = &[
    read_only("value").case_exact(),
    Attribute::reference("$ref", &["Group"]).mutability(Mutability::ReadOnly),
    read_only("display"),
    read_only("type").suggested(&["direct", "indirect"]),
];

const GROUP_ATTRIBUTES: &[Attribute] =
    &[text("displayName").required().unique(), Attribute::complex("members", MEMBER).multi_valued()];

const MEMBER: &[Attribute] = &[
    immutable(text("value").case_exact()),
    immutable(Attribute::reference("$ref", &["User", "Group"])),
    immutable(text("type").suggested(&["User", "Group"])),
    text("display"),
];

const ENTERPRISE_ATTRIBUTES: &[Attribute] = &[
    text("employeeNumber"),
    text("costCenter"),
    text("organization"),
    text("division"),
    text("department"),
    Attribute::complex("manager", MANAGER),
];

const MANAGER: &[Attribute] =
    &[text("value").case_exact(), Attribute::reference("$ref", &["User"]), read_only("displayName")];
