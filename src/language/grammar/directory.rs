//! `directory` of an organization: what its people are read from, for an application that has them before they log in.

use super::organization::CONNECTION_NAME;
use super::texts::{APPLICATION_NAME, POINTER};
use super::{Constraint, Key, Object, TextType, ValueType, Where, Word, word};
use crate::limits::{MAX_OPTION, MAX_TEXT};

pub(crate) static DIRECTORY: Object = Object {
    name: "directory",
    what: "`directory`",
    page: "docs/language/directory.md#keys",
    doc: "The directory whose people are provisioned in an application.",
    base: None,
    keys: &[
        Key::required("kind", ValueType::Word(KINDS), "How the directory is read."),
        Key::required(
            "application",
            ValueType::Text(&APPLICATION_NAME),
            "The application whose groups its people receive.",
        ),
        Key::optional(
            "connection",
            ValueType::Text(&CONNECTION_NAME),
            "The connection through which its people log in; needed if the mapping has several.",
        ),
        Key::optional(
            "people",
            ValueType::Object(&DIRECTORY_PEOPLE),
            "With `kind: ldap` or `active-directory`: where the people are.",
        ),
        Key::optional(
            "groups",
            ValueType::Object(&DIRECTORY_GROUPS_SCOPE),
            "With `kind: ldap` or `active-directory`: where the groups are, and what their names are; with `entra` or `google`: what their names are.",
        ),
        Key::optional(
            "provides",
            ValueType::Map { key: &POINTER, of: &PROVIDED, least: 0 },
            "What conditions may read, by its JSON Pointer below `event.user`: the attribute of the directory that holds the same value, or `true` or `false` if it is the same for everyone.",
        ),
        Key::optional(
            "user",
            ValueType::Object(&DIRECTORY_USER),
            "The attributes of the directory that become those of the user; the defaults depend on the kind.",
        ),
    ],
    constraints: &[
        Constraint::Requires(Where::is("kind", SEARCHED_KINDS), &["people"]),
        Constraint::OnlyIf(Where::is("kind", SEARCHED_KINDS), &["people"]),
        Constraint::OnlyIf(Where::is("kind", NAMED_KINDS), &["groups"]),
    ],
};

static KINDS: &[Word] = &[
    word("file", "From a file of JSON Lines that another program writes."),
    word("ldap", "From a server of LDAP."),
    word("active-directory", "From a domain controller of Active Directory."),
    word("okta", "From an Okta organization."),
    word("entra", "From a tenant of Microsoft Entra, by Microsoft Graph."),
    word("google", "From an account of Google Workspace."),
];

/// The kinds of directories whose entries are searched.
const SEARCHED_KINDS: &[&str] = &["ldap", "active-directory"];
/// The kinds of directories whose groups have several names.
const NAMED_KINDS: &[&str] = &["ldap", "active-directory", "entra", "google"];

pub(crate) static DIRECTORY_PEOPLE: Object = Object {
    name: "directory-people",
    what: "`people` of a directory",
    page: "docs/language/directory.md#ldap",
    doc: "Where the people of a directory are.",
    base: None,
    keys: &[
        Key::required("base", ValueType::Text(&BASE), "The entry that the people are below."),
        Key::optional(
            "filter",
            ValueType::Text(&FILTER),
            "Which entries are people; the default depends on the kind.",
        ),
    ],
    constraints: &[],
};

pub(crate) static DIRECTORY_GROUPS_SCOPE: Object = Object {
    name: "directory-groups",
    what: "`groups` of a directory",
    page: "docs/language/directory.md#ldap",
    doc: "Where the groups of a directory are, and what their names are.",
    base: None,
    keys: &[
        Key::optional(
            "base",
            ValueType::Text(&BASE),
            "The entry that the groups are below; the default is that of the people.",
        ),
        Key::optional(
            "filter",
            ValueType::Text(&FILTER),
            "Which entries are groups whose names rules match; the default depends on the kind.",
        ),
        Key::optional(
            "name",
            ATTRIBUTE,
            "The attribute that the identity provider sends at a login as the group, or `dn` for the name of the entry; with `entra`, `id` (the default) or `displayName`; with `google`, `email` (the default) or `name`.",
        )
        .or("cn"),
    ],
    constraints: &[],
};

static BASE: TextType = TextType::name(MAX_TEXT).such_as("ou=people,dc=example,dc=com");
static FILTER: TextType = TextType::matching(
    MAX_TEXT,
    "^\\([^\\u0000-\\u001f\\u007f-\\u009f]*\\)$",
    "write it in parentheses, such as `(objectClass=person)`",
)
.such_as("(objectClass=person)");

const PROVIDED: ValueType = ValueType::Either(&[ValueType::Text(&DIRECTORY_ATTRIBUTE), ValueType::Boolean]);

static DIRECTORY_ATTRIBUTE: TextType = TextType::printed(MAX_OPTION).such_as("mail");

pub(crate) static DIRECTORY_USER: Object = Object {
    name: "directory-user",
    what: "`user` of a directory",
    page: "docs/language/directory.md#users",
    doc: "The attributes of the directory that become those of the user in the application.",
    base: None,
    keys: &[
        Key::optional(
            "user-name",
            ATTRIBUTE,
            "The name of the user, by which the application knows the person who logs in.",
        ),
        Key::optional("display-name", ATTRIBUTE, "The name that is shown."),
        Key::optional("given-name", ATTRIBUTE, "The given name."),
        Key::optional("family-name", ATTRIBUTE, "The family name."),
        Key::optional("email", ATTRIBUTE, "The e-mail address."),
    ],
    constraints: &[],
};

const ATTRIBUTE: ValueType = ValueType::Text(&DIRECTORY_ATTRIBUTE);
