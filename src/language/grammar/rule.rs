//! Rules: what they match, under which conditions, and what they grant or exclude.

use super::connection::STRATEGIES;
use super::lint::ALLOW;
use super::texts::{
    ANY_TEXT, APPLICATION_NAME, DATE, ORGANIZATION_NAME, POINTER, REMARK, RULE_ID, TARGET_NAME,
};
use super::{Constraint, Key, Object, TextRole, TextType, ValueType};
use crate::limits::{MAX_CLIENT, MAX_OPTION, MAX_TEXT};

pub(crate) static RULE: Object = Object {
    name: "rule",
    what: "a rule",
    page: "docs/language/rules.md#keys",
    doc: "Which target groups are granted or excluded, and for which upstream groups.",
    base: None,
    keys: &[
        Key::required("id", ValueType::Text(&RULE_ID), "The rule's name in reports, unique in the file."),
        Key::optional(
            "when",
            ValueType::Object(&CONDITION),
            "A condition that must also hold for the rule to fire.",
        ),
        Key::optional("match", ValueType::Object(&MATCH), "The upstream groups for which the rule fires."),
        Key::optional("everyone", ValueType::True, "The rule fires whatever groups the user has."),
        Key::optional(
            "grant",
            ValueType::OneOrList(&ValueType::Either(&[
                ValueType::Text(&GRANT),
                ValueType::Object(&TARGET_GLOBS),
            ])),
            "The target groups that the user receives, by name or glob; in a name, `${name}` is replaced by the capture of that name.",
        ),
        Key::optional(
            "exclude",
            ValueType::OneOrList(&ValueType::Either(&[
                ValueType::Text(&TARGET_NAME),
                ValueType::Object(&TARGET_GLOBS),
            ])),
            "The target groups that the user does not receive, whatever other rules grant, by name or glob.",
        ),
        Key::optional("protected", ValueType::Boolean, "Whether the rule may grant protected target groups.")
            .or("false"),
        Key::optional("expires", ValueType::Text(&DATE), "From this moment on the rule does not fire."),
        Key::optional("owner", ValueType::Text(&REMARK), "The team that is responsible for the rule."),
        Key::optional("why", ValueType::Text(&REMARK), "Why the rule exists."),
        Key::optional("allow", ALLOW, "Why warnings about this rule are allowed, by code."),
    ],
    constraints: &[
        Constraint::ExactlyOne(&["match", "everyone"]),
        Constraint::ExactlyOne(&["grant", "exclude"]),
    ],
};

static GRANT: TextType = TextType::up_to(usize::MAX).with_role(TextRole::Grant).such_as("bi-${team}");

pub(crate) static TARGET_GLOBS: Object = Object {
    name: "target-globs",
    what: "a glob of target groups",
    page: "docs/language/target-groups.md#globs-of-target-groups",
    doc: "The target groups of the registry whose names match one of the globs.",
    base: None,
    keys: &[Key::required(
        "glob",
        ValueType::Texts { of: &TARGET_GLOB, least: 1 },
        "One of these globs matches the whole name of the target group.",
    )],
    constraints: &[],
};

static TARGET_GLOB: TextType = TextType::up_to(MAX_TEXT).with_role(TextRole::Glob).such_as("acme-*");

pub(crate) static MATCH: Object = Object {
    name: "match",
    what: "`match`",
    page: "docs/language/rules.md#match",
    doc: "Patterns, of which at least one must match a group, or a combination of such patterns.",
    base: Some(&PATTERNS),
    keys: &[
        Key::optional("any", PATTERN_LIST, "At least one of these matches a group."),
        Key::optional("all", PATTERN_LIST, "Each of these matches a group."),
        Key::optional("none", PATTERN_LIST, "None of these matches a group; requires `any` or `all`."),
    ],
    constraints: &[
        Constraint::AtLeastOneEntry(&["exact", "glob", "regex", "any", "all"]),
        Constraint::Excludes(&["any", "all", "none"], &["exact", "glob", "regex", "ignore-case"]),
    ],
};

const PATTERN_LIST: ValueType = ValueType::OneOrList(&ValueType::Object(&PATTERNS));

pub(crate) static PATTERNS: Object = Object {
    name: "patterns",
    what: "a set of patterns",
    page: "docs/language/rules.md#match",
    doc: "Patterns, of which at least one must match a group.",
    base: None,
    keys: &[
        Key::optional("exact", ValueType::Texts { of: &NAME, least: 0 }, "Names that match exactly."),
        Key::optional("glob", ValueType::Texts { of: &GLOB, least: 0 }, "Globs that match the whole name."),
        Key::optional(
            "regex",
            ValueType::Texts { of: &REGEX, least: 0 },
            "Regular expressions that match the whole name.",
        ),
        Key::optional("ignore-case", ValueType::Boolean, "Whether letter case is ignored.").or("false"),
    ],
    constraints: &[Constraint::AtLeastOneEntry(&["exact", "glob", "regex"])],
};

static NAME: TextType = TextType::up_to(MAX_TEXT).with_role(TextRole::ExactName).such_as("GG-BI-Viewers");
static GLOB: TextType = TextType::up_to(MAX_TEXT).with_role(TextRole::Glob).such_as("GG-BI-*");
static REGEX: TextType =
    TextType::up_to(MAX_TEXT).with_role(TextRole::Regex).such_as("GG-(?<team>[a-z]+)-BI");

pub(crate) static CONDITION: Object = Object {
    name: "condition",
    what: "a condition",
    page: "docs/language/conditions.md#keys",
    doc: "A condition on the login; the conditions of all keys must hold.",
    base: None,
    keys: &[
        Key::optional(
            "connection",
            ValueType::Texts { of: &CONNECTION_NAME, least: 1 },
            "The login came through one of these connections of the mapping.",
        ),
        Key::optional(
            "strategy",
            ValueType::Words { of: STRATEGIES, least: 1 },
            "The connection has one of these strategies.",
        ),
        Key::optional(
            "application",
            ValueType::Texts { of: &APPLICATION_NAME, least: 1 },
            "The login is to one of these applications.",
        ),
        Key::optional(
            "client",
            ValueType::Texts { of: &CLIENT, least: 1 },
            "The login is to one of these clients, by client id.",
        ),
        Key::optional(
            "organization",
            ValueType::Texts { of: &ORGANIZATION_NAME, least: 1 },
            "The mapping is one of these, by its name.",
        ),
        Key::optional(
            "email-domain",
            ValueType::Texts { of: &EMAIL_DOMAIN, least: 1 },
            "The domain of the user's verified e-mail address is one of these.",
        ),
        Key::optional("organization-metadata", METADATA_VALUES, "Metadata of the Auth0 organization."),
        Key::optional("connection-metadata", METADATA_VALUES, "Metadata of the connection."),
        Key::optional("client-metadata", METADATA_VALUES, "Metadata of the client."),
        Key::optional(
            "user",
            ValueType::OneOrList(&ValueType::Object(&ATTRIBUTE_TEST)),
            "Tests of the user's attributes; all of them must hold.",
        ),
        Key::optional(
            "any",
            ValueType::List { of: &ValueType::Object(&CONDITION), least: 1 },
            "At least one of these conditions holds.",
        ),
        Key::optional("not", ValueType::Object(&CONDITION), "The condition does not hold."),
        IF_UNKNOWN,
    ],
    constraints: &[Constraint::AtLeastOne(&[
        "connection",
        "strategy",
        "application",
        "client",
        "organization",
        "email-domain",
        "organization-metadata",
        "connection-metadata",
        "client-metadata",
        "user",
        "any",
        "not",
    ])],
};

const IF_UNKNOWN: Key = Key::optional(
    "if-unknown",
    ValueType::False,
    "If a value is missing or cannot be compared, the condition is false instead of unknown.",
);

// A template does not know the connections of the organizations that use it, so any name is allowed.
static CONNECTION_NAME: TextType = TextType::ANY.such_as("acme-entra");
static CLIENT: TextType = TextType::up_to(MAX_CLIENT).such_as("Zx81QlikAnalyticsClient0000000001");
static EMAIL_DOMAIN: TextType = TextType::matching(
    255,
    "^[^\\u0000-,/:-@\\[-\\^`{-\\u00a0]+$",
    "write the part after the `@`, such as `acme.example`",
)
.such_as("acme.example");

const METADATA_VALUES: ValueType =
    ValueType::Map { key: &METADATA_KEY, of: &ValueType::Texts { of: &ANY_TEXT, least: 1 }, least: 1 };

static METADATA_KEY: TextType = TextType::up_to(MAX_OPTION * 2).such_as("tier");

pub(crate) static ATTRIBUTE_TEST: Object = Object {
    name: "attribute-test",
    what: "an entry of `user`",
    page: "docs/language/conditions.md#tests-of-attributes",
    doc: "A test of an attribute of the user.",
    base: None,
    keys: &[
        Key::required("attribute", ValueType::Text(&POINTER), "A JSON Pointer below `event.user`."),
        Key::optional("equals", ValueType::Scalars, "It equals one of these."),
        Key::optional(
            "contains",
            ValueType::Either(&[ValueType::Scalars, ValueType::Object(&ENTRY_TEST)]),
            "It is a list, and one of its entries equals one of these, or passes a test of its text.",
        ),
        GLOB_TEST,
        REGEX_TEST,
        STARTS_WITH,
        ENDS_WITH,
        CONTAINS_TEXT,
        Key::optional("ignore-case", ValueType::Boolean, "Whether letter case is ignored.").or("false"),
        Key::optional("at-least", ValueType::AnyNumber, "It is at least this number."),
        Key::optional("at-most", ValueType::AnyNumber, "It is at most this number."),
        Key::optional("above", ValueType::AnyNumber, "It is greater than this number."),
        Key::optional("below", ValueType::AnyNumber, "It is less than this number."),
        Key::optional(
            "exists",
            ValueType::Boolean,
            "With `true`, the attribute exists; with `false`, it does not.",
        ),
        Key::optional(
            "as-number",
            ValueType::Boolean,
            "Whether a text that holds a number is compared as that number.",
        )
        .or("false"),
        IF_UNKNOWN,
    ],
    constraints: &[
        Constraint::ExactlyOne(ATTRIBUTE_TESTS),
        Constraint::Excludes(&["ignore-case"], NO_TESTS_OF_TEXT),
        Constraint::Excludes(&["as-number"], NO_TESTS_OF_NUMBERS),
    ],
};

/// The tests of an attribute, of which an entry has one.
pub(crate) const ATTRIBUTE_TESTS: &[&str] = &[
    "equals",
    "contains",
    "glob",
    "regex",
    "starts-with",
    "ends-with",
    "contains-text",
    "at-least",
    "at-most",
    "above",
    "below",
    "exists",
];

/// The tests next to which `ignore-case` is refused.
pub(crate) const NO_TESTS_OF_TEXT: &[&str] = &["at-least", "at-most", "above", "below", "exists"];

/// The tests next to which `as-number` is refused.
pub(crate) const NO_TESTS_OF_NUMBERS: &[&str] =
    &["equals", "contains", "glob", "regex", "starts-with", "ends-with", "contains-text", "exists"];

/// The tests of a text, apart from `equals`.
pub(crate) const TEXT_TESTS: &[&str] = &["glob", "regex", "starts-with", "ends-with", "contains-text"];

pub(crate) static ENTRY_TEST: Object = Object {
    name: "entry-test",
    what: "`contains`",
    page: "docs/language/conditions.md#texts",
    doc: "A test of the text of an entry.",
    base: None,
    keys: &[GLOB_TEST, REGEX_TEST, STARTS_WITH, ENDS_WITH, CONTAINS_TEXT],
    constraints: &[Constraint::ExactlyOne(TEXT_TESTS)],
};

const GLOB_TEST: Key = Key::optional(
    "glob",
    ValueType::Texts { of: &TEXT_GLOB, least: 1 },
    "One of these globs matches the whole text.",
);
const REGEX_TEST: Key = Key::optional(
    "regex",
    ValueType::Texts { of: &TEXT_REGEX, least: 1 },
    "One of these regular expressions matches the whole text.",
);
const STARTS_WITH: Key =
    Key::optional("starts-with", TEXT_PARTS, "The text begins with one of these, which are taken literally.");
const ENDS_WITH: Key =
    Key::optional("ends-with", TEXT_PARTS, "The text ends with one of these, which are taken literally.");
const CONTAINS_TEXT: Key =
    Key::optional("contains-text", TEXT_PARTS, "One of these is part of the text; they are taken literally.");

const TEXT_PARTS: ValueType = ValueType::Texts { of: &TEXT_PART, least: 1 };

static TEXT_GLOB: TextType = TextType::up_to(MAX_TEXT).with_role(TextRole::Glob).such_as("Head of *");
static TEXT_REGEX: TextType = TextType::up_to(MAX_TEXT).with_role(TextRole::Regex).such_as("Grade [3-5]");
static TEXT_PART: TextType = TextType::up_to(MAX_TEXT).such_as("Head of ");
