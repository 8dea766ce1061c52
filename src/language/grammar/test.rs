//! Test cases, and files that hold a whole platform.

use super::texts::{ANY_TEXT, APPLICATION_NAME, DATE, ORGANIZATION_NAME, TARGET_NAME, TEMPLATE_NAME};
use super::{
    Constraint, Key, ORGANIZATION, Object, PLATFORM, TEMPLATE, TextType, ValueType, Where, Word, word,
};
use crate::outcome::{Note, Reason};

pub(crate) static TESTS: Object = Object {
    name: "tests",
    what: "the test file",
    page: "docs/language/tests.md#test-files",
    doc: "Logins of one organization, and their expected results.",
    base: None,
    keys: &[Key::required(
        "cases",
        ValueType::List { of: &ValueType::Object(&CASE), least: 0 },
        "The cases.",
    )],
    constraints: &[],
};

pub(crate) static CASE: Object = Object {
    name: "case",
    what: "a case",
    page: "docs/language/tests.md#test-files",
    doc: "A login and its expected result.",
    base: None,
    keys: &[
        Key::required(
            "name",
            ValueType::Text(&ANY_TEXT),
            "What the case shows, as a sentence that is unique in the file.",
        ),
        Key::optional(
            "application",
            ValueType::Text(&APPLICATION_NAME),
            "The application of the login; required unless `event` is set.",
        ),
        Key::optional(
            "connection",
            ValueType::Text(&CONNECTION_NAME),
            "The connection of the login; required if the mapping has several.",
        ),
        Key::optional(
            "groups",
            ValueType::Texts { of: &ANY_TEXT, least: 0 },
            "The upstream groups; they are put where the connection's first source reads them.",
        ),
        Key::optional("user", ValueType::Raw, "The attributes of `event.user`, as they are."),
        Key::optional(
            "email",
            ValueType::Text(&ADDRESS),
            "The user's e-mail address, which counts as verified.",
        ),
        Key::optional(
            "metadata",
            ValueType::Object(&METADATA),
            "Auth0's metadata of the organization, the connection and the client of the login.",
        ),
        Key::optional(
            "event",
            ValueType::Raw,
            "The raw event, instead of the other keys that describe the login.",
        ),
        Key::optional(
            "provisioned",
            ValueType::Either(&[
                ValueType::Word(&[word("unavailable", "They could not be fetched.")]),
                ValueType::List {
                    of: &ValueType::Either(&[
                        ValueType::Text(&ANY_TEXT),
                        ValueType::Object(&PROVISIONED_GROUP),
                    ]),
                    least: 0,
                },
            ]),
            "The provisioned groups of the user, by name or as objects.",
        ),
        Key::optional(
            "auth0-roles",
            ValueType::Texts { of: &ANY_TEXT, least: 0 },
            "The roles that the user has in Auth0: `event.authorization.roles`.",
        ),
        Key::optional("now", ValueType::Text(&DATE), "The time of the login.").or("1970-01-01T00:00:00Z"),
        Key::required("expect", ValueType::Object(&EXPECT), "The expected result."),
    ],
    constraints: &[
        Constraint::AtLeastOne(&["event", "application"]),
        Constraint::AtLeastOne(&["event", "groups", "user", "provisioned", "auth0-roles"]),
        Constraint::Excludes(
            &["event"],
            &["application", "connection", "groups", "user", "email", "metadata", "auth0-roles"],
        ),
        Constraint::Excludes(&["groups"], &["user"]),
    ],
};

static CONNECTION_NAME: TextType = TextType::ANY.such_as("acme-entra");
static ADDRESS: TextType = TextType::matching(
    usize::MAX,
    "^[^@\\t-\\r \\u0085\\u00a0]+@[^@\\t-\\r \\u0085\\u00a0]+$",
    "write it as `name@example.com`",
)
.such_as("analyst@acme.example");

pub(crate) static METADATA: Object = Object {
    name: "metadata",
    what: "`metadata`",
    page: "docs/language/tests.md#test-files",
    doc: "Auth0's metadata of the organization, the connection and the client of the login.",
    base: None,
    keys: &[
        Key::optional("organization", METADATA_TEXTS, "Metadata of the Auth0 organization."),
        Key::optional("connection", METADATA_TEXTS, "Metadata of the connection."),
        Key::optional("client", METADATA_TEXTS, "Metadata of the client."),
    ],
    constraints: &[],
};

const METADATA_TEXTS: ValueType =
    ValueType::Map { key: &ANY_TEXT, of: &ValueType::Text(&ANY_TEXT), least: 0 };

pub(crate) static PROVISIONED_GROUP: Object = Object {
    name: "provisioned-group",
    what: "a provisioned group",
    page: "docs/language/tests.md#test-files",
    doc: "A group that SCIM or directory sync wrote to Auth0.",
    base: None,
    keys: &[
        Key::required("name", ValueType::Text(&ANY_TEXT), "Its name."),
        Key::optional("id", ValueType::Text(&ANY_TEXT), "Its id in Auth0."),
        Key::optional("external_id", ValueType::Text(&ANY_TEXT), "Its id in the customer's directory."),
        Key::optional(
            "connection_id",
            ValueType::Text(&ANY_TEXT),
            "The id of the connection that it came through.",
        ),
    ],
    constraints: &[],
};

pub(crate) static EXPECT: Object = Object {
    name: "expect",
    what: "`expect`",
    page: "docs/language/tests.md#what-a-case-expects",
    doc: "The expected result of a login; a key that is left out is not compared.",
    base: None,
    keys: &[
        Key::optional(
            "claims",
            ValueType::Texts { of: &TARGET_NAME, least: 0 },
            "The groups in the claim; required with outcome `groups`.",
        ),
        Key::optional(
            "joined",
            ValueType::Text(&ANY_TEXT),
            "The claim of an application that reads one string, letter by letter.",
        ),
        Key::optional("outcome", ValueType::Word(OUTCOMES), "The outcome of the login.").or("groups"),
        Key::optional("rules", ValueType::Texts { of: &FIRED, least: 0 }, "The ids of the rules that fire."),
        Key::optional(
            "unmatched",
            ValueType::Texts { of: &ANY_TEXT, least: 0 },
            "The upstream groups that no rule matches, each once.",
        ),
        Key::optional(
            "reason",
            ValueType::Text(&REASON),
            "The reason code; with `claims`, the default is `ok`.",
        ),
        Key::optional("notes", ValueType::Texts { of: &NOTE, least: 0 }, "The codes of the notes."),
    ],
    constraints: &[
        Constraint::Requires(Where::is_or_missing("outcome", &["groups"]), &["claims"]),
        Constraint::OnlyIf(Where::is_or_missing("outcome", &["groups"]), &["claims", "joined"]),
    ],
};

static FIRED: TextType = TextType::ANY.such_as("bi-viewers");
static REASON: TextType = TextType::among(|| Reason::ALL.iter().map(|reason| reason.code()).collect());
static NOTE: TextType = TextType::among(|| Note::ALL.iter().map(|note| note.code()).collect());

static OUTCOMES: &[Word] = &[
    word("groups", "The claim is set to the groups."),
    word("deny", "The login is refused."),
    word("none", "The client does not belong to an application of the platform; the tokens are not changed."),
];

pub(crate) static SINGLE_FILE: Object = Object {
    name: "whole",
    what: "the file",
    page: "docs/language/tests.md#a-platform-in-one-file",
    doc: "A whole platform in one file, with its cases.",
    base: None,
    keys: &[
        Key::required("platform", ValueType::Object(&PLATFORM), "The content of `platform.yaml`."),
        Key::required(
            "organizations",
            ORGANIZATIONS,
            "The content of the files in `organizations`, by the organization's name.",
        ),
        Key::optional(
            "templates",
            TEMPLATES,
            "The content of the files in `templates`, by name and version.",
        ),
        Key::optional(
            "cases",
            ValueType::List { of: &ValueType::Object(&SINGLE_FILE_CASE), least: 0 },
            "The cases.",
        ),
    ],
    constraints: &[],
};

const ORGANIZATIONS: ValueType =
    ValueType::Map { key: &ORGANIZATION_NAME, of: &ValueType::Object(&ORGANIZATION), least: 0 };
const TEMPLATES: ValueType =
    ValueType::Map { key: &TEMPLATE_NAME, of: &ValueType::Object(&TEMPLATE), least: 0 };

pub(crate) static SINGLE_FILE_CASE: Object = Object {
    name: "whole-case",
    what: "a case",
    page: "docs/language/tests.md#a-platform-in-one-file",
    doc: "A login and its expected result.",
    base: Some(&CASE),
    keys: &[Key::optional(
        "organization",
        ValueType::Text(&ORGANIZATION_NAME),
        "The organization, by its name in the file; required if there are several.",
    )],
    constraints: &[
        Constraint::AtLeastOne(&["event", "application"]),
        Constraint::AtLeastOne(&["event", "groups", "user", "provisioned", "auth0-roles"]),
        Constraint::Excludes(
            &["event"],
            &[
                "organization",
                "application",
                "connection",
                "groups",
                "user",
                "email",
                "metadata",
                "auth0-roles",
            ],
        ),
        Constraint::Excludes(&["groups"], &["user"]),
    ],
};
