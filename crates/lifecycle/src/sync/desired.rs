//! What the mappings give in a service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An attribute of a user that is written, other than `userName`, `externalId` and `active` (RFC 7643 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "what writes users has to know all of them")]
pub enum Attribute {
    /// `displayName`.
    DisplayName,
    /// `name.givenName`.
    GivenName,
    /// `name.familyName`.
    FamilyName,
    /// The value of the entry of `emails` with the type `work`.
    Email,
}

impl Attribute {
    /// The attribute as SCIM names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::DisplayName => "displayName",
            Self::GivenName => "name.givenName",
            Self::FamilyName => "name.familyName",
            Self::Email => "emails",
        }
    }
}

/// Attributes with their values. One that is missing is not written, and what the service has stays.
pub type Attributes = BTreeMap<Attribute, String>;

/// A person of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct DesiredUser {
    /// The stable id of the person in the directory, as the service's `externalId` has it: with [`Policy::prefix`].
    pub external_id: String,
    /// The name of the user in the service.
    pub user_name: String,
    /// What else is written.
    pub attributes: Attributes,
    /// Whether the directory lets the person log in.
    pub is_active: bool,
    /// The positions of the groups in [`Desired::groups`], each once, sorted.
    pub memberships: Vec<u32>,
    /// Why it is not known what the person is to have, as a code; then nothing about the person changes.
    pub undecided: Option<&'static str>,
}

/// What the mappings give in a service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Desired {
    /// The names of the groups that are managed: all groups of the application. Other groups are never looked at.
    pub groups: Vec<String>,
    /// The people of the directory, also those without a group.
    pub people: Vec<DesiredUser>,
    /// Why the directory was not read to its end; empty if it was. Then people and groups may be missing.
    pub unread: Vec<String>,
}

impl Desired {
    /// Whether the directory was read to its end.
    pub fn is_complete(&self) -> bool {
        self.unread.is_empty()
    }
}

/// What happens to a user of ours who is in the directory and is granted no group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "there is no other way")]
pub enum Ungranted {
    /// The user stays active, without groups.
    #[default]
    Keep,
    /// The user is deactivated.
    Deactivate,
}

/// What is ours in a service, and how it is treated.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Policy {
    /// What the `externalId` of each user of ours begins with, such as `claimsmith:acme:`. Never empty.
    pub prefix: String,
    /// What happens to those without a group.
    pub ungranted: Ungranted,
}

impl Policy {
    /// What the `externalId` of each user of an organization begins with, by the name of its mapping. No prefix is that of
    /// another organization's users: `:` ends the name.
    pub fn prefix_of(organization: &str) -> String {
        format!("claimsmith:{}:", organization.replace('%', "%25").replace(':', "%3A"))
    }

    /// Whether a user with an `externalId` is ours.
    pub(super) fn owns(&self, external_id: Option<&str>) -> bool {
        // Every text begins with an empty prefix.
        !self.prefix.is_empty() && external_id.is_some_and(|id| id.starts_with(&self.prefix))
    }
}
