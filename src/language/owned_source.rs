//! Sources of groups as mappings declare them: where groups are found, and in which form.

use crate::login::dn::AttributeOf;
use crate::login::source::{Absent, Identity};

/// A [`Source`](crate::Source) that owns its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnedSource {
    pub(crate) from: From,
    pub(crate) shape: OwnedShape,
    /// Whether the entries of lists inside the list, and of lists in the field of objects, are groups too.
    pub(crate) nested: bool,
    pub(crate) form: OwnedForm,
    /// Whether numbers and booleans are read as text rather than refused.
    pub(crate) numbers: bool,
    pub(crate) booleans: bool,
    /// Whether names are brought into Unicode's normalization form C.
    pub(crate) nfc: bool,
    /// Whether spaces and invisible characters at the ends, and invisible ones inside, are removed.
    pub(crate) trim: bool,
    pub(crate) absent: Absent,
    /// What an attribute means that is null.
    pub(crate) null: Absent,
    pub(crate) skip: OwnedSkip,
    /// Whether Entra's signs of withheld groups are looked for.
    pub(crate) overage: bool,
    /// A list with this number of entries was cut.
    pub(crate) cap: Option<u32>,
}

/// A [`Skip`](crate::Skip) that owns its texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OwnedSkip {
    pub(crate) nulls: bool,
    pub(crate) without_form: bool,
    /// Exact names and lowered globs, sorted.
    pub(crate) names: Vec<String>,
}

/// Where groups are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// A JSON Pointer below `event.user`, or below the profile of the identity that logged in.
    Attribute { pointer: String, identity: Identity },
    /// What `api.groups.getUserGroups()` returns.
    Provisioned,
    /// The user's roles in Auth0: `event.authorization.roles`.
    Auth0Roles,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OwnedShape {
    List,
    ListOrString,
    /// One string that is one group.
    Text,
    Delimited(String),
    /// One string that is split, or an array of strings that are not.
    DelimitedOrList(String),
    /// An array of strings, or one string; each string is split.
    ListOfDelimited(String),
    /// An array of objects; the member of this name, or at this JSON Pointer inside the object, holds the group.
    Objects(String),
    /// As `Objects`, or one such object.
    ObjectsOrObject(String),
    /// An object whose members' values are the groups, or, with a field, objects that hold them.
    Values(Option<String>),
    /// A string that holds JSON: an array of strings, or, if a member is named, of objects in which it holds the
    /// group.
    Json(Option<String>),
    /// An object whose members are named like the groups; if a member is named here, only those whose value has it.
    Keys(Option<String>),
}

impl OwnedShape {
    /// The delimiter at which strings are split.
    pub(crate) fn delimiter(&self) -> Option<&str> {
        match self {
            Self::Delimited(delimiter)
            | Self::DelimitedOrList(delimiter)
            | Self::ListOfDelimited(delimiter) => Some(delimiter),
            _ => None,
        }
    }

    /// The member of each object, or the JSON Pointer to it, that holds the group.
    pub(crate) fn field(&self) -> Option<&str> {
        match self {
            Self::Objects(field)
            | Self::ObjectsOrObject(field)
            | Self::Values(Some(field))
            | Self::Json(Some(field)) => Some(field),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OwnedForm {
    Plain,
    /// A distinguished name; the group is the value of `attribute`. With `below`, which is text in the form of
    /// RFC 4514, names that are not below it are left out.
    DistinguishedName {
        attribute: String,
        of: AttributeOf,
        below: Option<String>,
    },
    /// `DOMAIN\name`; with `domain`, names of other domains are left out.
    Domain {
        domain: Option<String>,
    },
    /// An e-mail address; with `domain`, addresses of other domains are left out, and the group is the part before
    /// `@`.
    Email {
        domain: Option<String>,
    },
    /// A path that begins with `/`; the group is the path without it.
    Path,
}
