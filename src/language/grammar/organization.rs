//! `organizations/<name>.yaml`.

use super::connection::CONNECTION;
use super::directory::DIRECTORY;
use super::lint::ALLOW;
use super::platform::{INCOMPLETE, POLICY, REFRESH_VALUE, UNMATCHED};
use super::template::USE;
use super::texts::{APPLICATION_NAME, NOT_IN_TENANT, TARGET_NAME, TENANT_NAME};
use super::{Constraint, Key, Object, RULE, TextType, ValueType};
use crate::limits::{MAX_CONNECTION_NAME, MAX_OPTION, MAX_TARGET_GROUP, MAX_TEXT};

pub(crate) static ORGANIZATION: Object = Object {
    name: "organization",
    what: "the mapping",
    page: "docs/language/connections.md#organizationsnameyaml",
    doc: "Where one customer's groups are found, and which target groups the customer's users receive for them.",
    base: None,
    keys: &[
        Key::optional(
            "organization",
            ValueType::Either(&[
                ValueType::Text(&ORGANIZATION_ID),
                ValueType::Map {
                    key: &TENANT_NAME,
                    of: &ValueType::Either(&[
                        ValueType::Text(&ORGANIZATION_ID),
                        ValueType::Word(NOT_IN_TENANT),
                    ]),
                    least: 1,
                },
            ]),
            "The id of the Auth0 organization, or its id in each tenant; left out for a customer without one.",
        ),
        Key::required(
            "connections",
            ValueType::Map { key: &CONNECTION_NAME, of: &ValueType::Object(&CONNECTION), least: 1 },
            "The customer's connections, by their name in Auth0.",
        ),
        Key::optional(
            "directory",
            ValueType::Object(&DIRECTORY),
            "The directory whose people are provisioned in an application, for identity providers that cannot do it.",
        ),
        Key::optional(
            "aliases",
            ValueType::Map { key: &ALIAS_ID, of: &ValueType::Text(&ALIAS), least: 0 },
            "Readable names for what the identity provider sends, such as object ids.",
        ),
        Key::optional(
            "use",
            ValueType::List { of: &ValueType::Object(&USE), least: 0 },
            "Templates whose rules belong to the mapping.",
        ),
        Key::optional("rules", ValueType::List { of: &ValueType::Object(&RULE), least: 0 }, "The rules."),
        Key::optional(
            "default",
            ValueType::Either(&[
                ValueType::Texts { of: &TARGET_NAME, least: 1 },
                ValueType::Map {
                    key: &APPLICATION_NAME,
                    of: &ValueType::Texts { of: &TARGET_NAME, least: 1 },
                    least: 1,
                },
            ]),
            "The target groups that are granted if no rule grants anything, or for each application those that are granted if no rule grants any of its groups.",
        ),
        Key::optional(
            "policies",
            ValueType::Object(&ORGANIZATION_POLICIES),
            "Policies that replace the platform's for this organization.",
        ),
        Key::optional("allow", ALLOW, "Why warnings about this mapping are allowed, by code."),
    ],
    constraints: &[Constraint::AtLeastOne(&["rules", "use"])],
};

static ORGANIZATION_ID: TextType = TextType::matching(
    MAX_OPTION,
    "^org_[A-Za-z0-9]+$",
    "write the id, which begins with `org_` and has letters and digits",
)
.such_as("org_AcmeAnalytics01");
pub(super) static CONNECTION_NAME: TextType = TextType::name(MAX_CONNECTION_NAME).such_as("acme-entra");
static ALIAS_ID: TextType =
    TextType::matching(MAX_TEXT, "^[^\\u0000-\\u001f\\u007f]*$", "write it without control characters")
        .such_as("6f1c2a54-8f5e-4a39-9f0e-2b1d3c4e5f60");
static ALIAS: TextType = TextType::name(MAX_TARGET_GROUP).such_as("SG Analytics Developers");

pub(crate) static ORGANIZATION_POLICIES: Object = Object {
    name: "organization-policies",
    what: "`policies`",
    page: "docs/language/platform.md#policies",
    doc: "Policies that replace the platform's for this organization.",
    base: None,
    keys: &[
        Key::optional(
            "incomplete",
            ValueType::Word(INCOMPLETE),
            "What happens with a login whose groups could not be read completely.",
        ),
        Key::optional(
            "unmatched",
            ValueType::Word(UNMATCHED),
            "What happens with an upstream group that no rule matches.",
        ),
        Key::optional(
            "ungranted",
            ValueType::Word(POLICY),
            "What happens with a login that receives no group of its application.",
        ),
        Key::optional(
            "refresh",
            REFRESH_VALUE,
            "What happens when a refresh token is exchanged, which is not a new login.",
        ),
    ],
    constraints: &[],
};
