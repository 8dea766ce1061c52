//! The types of resources.

use super::attribute::{self, Attribute};
use super::schema::{COMMON, ENTERPRISE_USER, GROUP, Schema, USER};
use super::tenant::{Record, Tenant};

/// One of the two types of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    User,
    Group,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::User, Self::Group];

    pub(crate) fn of_path(segment: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.endpoint() == segment)
    }

    pub(crate) fn endpoint(self) -> &'static str {
        if self == Self::User { "Users" } else { "Groups" }
    }

    pub(crate) fn schema(self) -> &'static Schema {
        if self == Self::User { &USER } else { &GROUP }
    }

    /// Schemas whose attributes are in an object of their own, with the schema's id as its name (RFC 7643 §3.3).
    pub(crate) fn extensions(self) -> &'static [&'static Schema] {
        if self == Self::User { &[&ENTERPRISE_USER] } else { &[] }
    }

    pub(crate) fn extension(self, id: &str) -> Option<&'static Schema> {
        self.extensions().iter().copied().find(|it| it.id.eq_ignore_ascii_case(id))
    }

    /// An attribute of the core schema, or one that all resources have.
    pub(crate) fn attribute(self, name: &str) -> Option<&'static Attribute> {
        attribute::find(COMMON, name).or_else(|| attribute::find(self.schema().attributes, name))
    }

    /// The attribute that a resource has to have, and that is unique.
    pub(crate) fn name(self) -> &'static str {
        if self == Self::User { "userName" } else { "displayName" }
    }

    pub(crate) fn records(self, tenant: &Tenant) -> &Vec<Record> {
        if self == Self::User { &tenant.users } else { &tenant.groups }
    }

    pub(crate) fn records_mut(self, tenant: &mut Tenant) -> &mut Vec<Record> {
        if self == Self::User { &mut tenant.users } else { &mut tenant.groups }
    }
}
