//! `platform.yaml`.

use super::blocks::BLOCKS;
use super::lint::{ALLOW, LINTS};
use super::scim::SCIM;
use super::texts::{
    APPLICATION_NAME, CLAIM, NOT_IN_TENANT, ORGANIZATION_NAME, REMARK, TARGET_NAME, TENANT_NAME,
};
use super::{Constraint, Key, Object, TextType, ValueType, Word, word};
use crate::limits::{MAX_CLIENT, MAX_OPTION, MAX_SAML_ATTRIBUTE, MAX_TARGET_GROUP};

pub(crate) static PLATFORM: Object = Object {
    name: "platform",
    what: "the platform",
    page: "docs/language/platform.md#keys",
    doc: "The applications, the registry of target groups, and the limits of every mapping.",
    base: None,
    keys: &[
        Key::optional(
            "tenants",
            ValueType::Map { key: &TENANT_NAME, of: &ValueType::Object(&TENANT), least: 1 },
            "The Auth0 tenants that the folder is for, by a name of your own; left out if there is one, or if its domain does not matter.",
        ),
        Key::required(
            "applications",
            ValueType::Map { key: &APPLICATION_NAME, of: &ValueType::Object(&APPLICATION), least: 1 },
            "The applications, by name.",
        ),
        Key::required(
            "groups",
            ValueType::Map { key: &TARGET_NAME, of: &ValueType::Object(&TARGET_GROUP), least: 0 },
            "The registry: every target group that a rule can grant, by name.",
        ),
        Key::optional(
            "tiers",
            ValueType::Map {
                key: &APPLICATION_NAME,
                of: &ValueType::Unique(&ValueType::List { of: &ValueType::Text(&TARGET_NAME), least: 2 }),
                least: 0,
            },
            "Ordered lists of target groups, the highest first; a user keeps only the highest of each list.",
        ),
        Key::optional(
            "ceilings",
            ValueType::Map { key: &ORGANIZATION_NAME, of: &ValueType::Object(&CEILING), least: 0 },
            "The most that an organization may grant, by the organization's name.",
        ),
        Key::optional(
            "policies",
            ValueType::Object(&PLATFORM_POLICIES),
            "What happens with logins that cannot be evaluated.",
        ),
        Key::optional(
            "blocks",
            ValueType::Object(&BLOCKS),
            "Which keys sign the mappings that travel in the metadata of Auth0 organizations, and how old these may be.",
        ),
        Key::optional("lints", LINTS, "How severe warnings are, by code."),
    ],
    constraints: &[Constraint::Needs("blocks", "tenants")],
};

pub(crate) static TENANT: Object = Object {
    name: "tenant",
    what: "a tenant",
    page: "docs/language/tenants.md#tenants",
    doc: "An Auth0 tenant.",
    base: None,
    keys: &[Key::required(
        "domain",
        ValueType::Text(&DOMAIN),
        "The domain that Auth0 gave to the tenant, not a custom domain.",
    )],
    constraints: &[],
};

static DOMAIN: TextType = TextType::matching(
    253,
    "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+auth0(app)?\\.com$",
    "write the domain that Auth0 gave to the tenant, such as `acme-staging.eu.auth0.com`",
)
.such_as("acme-staging.eu.auth0.com");

pub(crate) static APPLICATION: Object = Object {
    name: "application",
    what: "an application",
    page: "docs/language/platform.md#applications",
    doc: "An application that receives its users' groups.",
    base: None,
    keys: &[
        Key::required(
            "clients",
            ValueType::Either(&[
                CLIENTS,
                ValueType::Map {
                    key: &TENANT_NAME,
                    of: &ValueType::Either(&[CLIENTS, ValueType::Word(NOT_IN_TENANT)]),
                    least: 1,
                },
            ]),
            "The client ids that the application has in Auth0, or those of each tenant; a client belongs to one application only.",
        ),
        Key::required("claim", ValueType::Text(&CLAIM), "The groups claim that the application reads."),
        Key::optional("tokens", ValueType::Words { of: TOKENS, least: 1 }, "Which tokens carry the claim.")
            .or("[id, access]"),
        Key::optional(
            "saml-attribute",
            ValueType::Text(&SAML_ATTRIBUTE),
            "The SAML attribute that carries the groups if the application uses SAML.",
        ),
        Key::optional(
            "joined-by",
            ValueType::Text(&JOINED_BY),
            "What separates the groups, for an application that reads one string instead of a list.",
        ),
        Key::optional(
            "provenance",
            ValueType::Text(&CLAIM),
            "A claim with the bundle's digest and the rules that fired.",
        ),
        Key::optional("profile", ValueType::Word(PROFILES), "What the application accepts.").or("generic"),
        Key::optional("limits", ValueType::Object(&LIMITS), "Limits that differ from those of the profile."),
        Key::optional(
            "ungranted",
            ValueType::Word(POLICY),
            "What happens with a login that receives no group of the application; `deny` cannot be undone by an organization.",
        )
        .or("no-groups"),
        Key::optional(
            "scim",
            ValueType::Object(&SCIM),
            "How the users and groups of the application's SCIM service follow directories.",
        ),
    ],
    constraints: &[],
};

const CLIENTS: ValueType = ValueType::Unique(&ValueType::Texts { of: &CLIENT, least: 1 });
static CLIENT: TextType = TextType::name(MAX_CLIENT).such_as("Zx81QlikAnalyticsClient0000000001");
static SAML_ATTRIBUTE: TextType =
    TextType::name(MAX_SAML_ATTRIBUTE).such_as("https://claims.example.com/groups");

static JOINED_BY: TextType = TextType::printed(MAX_OPTION).such_as(",");

static TOKENS: &[Word] = &[word("id", "The ID token."), word("access", "The access token.")];

static PROFILES: &[Word] = &[
    word("generic", "Names of groups have at most 512 characters."),
    word("qlik-cloud", "Names of groups have at most 256 characters."),
];

pub(crate) static LIMITS: Object = Object {
    name: "limits",
    what: "`limits`",
    page: "docs/language/platform.md#limits",
    doc: "What an application accepts.",
    base: None,
    keys: &[
        Key::optional(
            "groups",
            ValueType::Number { least: 1, most: 100_000 },
            "The most groups that one user may have.",
        )
        .or("1000"),
        Key::optional(
            "name-characters",
            ValueType::Number { least: 1, most: MAX_TARGET_GROUP as i64 },
            "The longest name of a group, in characters: 256 for `qlik-cloud`, otherwise 512.",
        ),
        Key::optional(
            "claim-bytes",
            ValueType::Number { least: 2, most: 90_000 },
            "The longest claim, in bytes of its JSON.",
        )
        .or("8192"),
        Key::optional("over", ValueType::Word(OVER), "What happens with a login that exceeds a limit.")
            .or("deny"),
    ],
    constraints: &[],
};

static OVER: &[Word] = &[
    word("deny", "It is refused."),
    word("no-groups", "It continues without groups."),
    word("truncate", "It continues with the first groups, in the order of their names."),
];

pub(crate) static TARGET_GROUP: Object = Object {
    name: "target-group",
    what: "a target group",
    page: "docs/language/platform.md#groups",
    doc: "A group that exists in applications, and that rules can grant.",
    base: None,
    keys: &[
        Key::required(
            "applications",
            ValueType::Texts { of: &APPLICATION_NAME, least: 1 },
            "The applications that receive the group.",
        ),
        Key::required("description", ValueType::Text(&REMARK), "What members may do."),
        Key::optional("owner", ValueType::Text(&REMARK), "The team that answers for it."),
        Key::optional(
            "protected",
            ValueType::Boolean,
            "Whether only rules with `protected: true` may grant it.",
        )
        .or("false"),
        Key::optional(
            "includes",
            ValueType::Texts { of: &TARGET_NAME, least: 1 },
            "The target groups that its members receive as well.",
        ),
        Key::optional("allow", ALLOW, "Why warnings about this group are allowed, by code."),
    ],
    constraints: &[],
};

pub(crate) static CEILING: Object = Object {
    name: "ceiling",
    what: "a ceiling",
    page: "docs/language/platform.md#ceilings",
    doc: "The most that the mapping of one organization may grant.",
    base: None,
    keys: &[
        Key::optional(
            "groups",
            ValueType::Texts { of: &TARGET_PATTERN, least: 1 },
            "The target groups that it may grant, by name or glob; every group if it is left out.",
        ),
        Key::optional(
            "protected",
            ValueType::Texts { of: &TARGET_NAME, least: 0 },
            "The protected target groups that its rules may grant.",
        )
        .or("[]"),
        Key::optional(
            "prefix",
            ValueType::Text(&TARGET_NAME),
            "The prefix that the name of every group that it grants must have.",
        ),
    ],
    constraints: &[],
};

static TARGET_PATTERN: TextType = TextType::up_to(usize::MAX).such_as("catalog-*");

pub(crate) static PLATFORM_POLICIES: Object = Object {
    name: "platform-policies",
    what: "`policies`",
    page: "docs/language/platform.md#policies",
    doc: "What happens with logins that cannot be evaluated.",
    base: None,
    keys: &[
        Key::optional(
            "closed",
            ValueType::Word(POLICY),
            "What happens with a login to which no mapping applies.",
        )
        .or("no-groups"),
        Key::optional(
            "failure",
            ValueType::Word(POLICY),
            "What happens with a login while the bundle or the engine cannot be used.",
        )
        .or("no-groups"),
        Key::optional(
            "incomplete",
            ValueType::Word(INCOMPLETE),
            "What happens with a login whose groups could not be read completely.",
        )
        .or("deny"),
        Key::optional(
            "unmatched",
            ValueType::Word(UNMATCHED),
            "What happens with an upstream group that no rule matches.",
        )
        .or("drop"),
        Key::optional(
            "ungranted",
            ValueType::Word(POLICY),
            "What happens with a login that receives no group of its application.",
        )
        .or("no-groups"),
        Key::optional(
            "refresh",
            REFRESH_VALUE,
            "What happens when a refresh token is exchanged, which is not a new login.",
        )
        .or("recompute"),
    ],
    constraints: &[],
};

pub(super) static POLICY: &[Word] =
    &[word("no-groups", "It continues without groups."), word("deny", "It is refused.")];

pub(super) static INCOMPLETE: &[Word] = &[
    word("deny", "It is refused."),
    word("no-groups", "It continues without groups."),
    word("use-partial", "It continues with the groups that could be read."),
];

pub(super) static UNMATCHED: &[Word] =
    &[word("drop", "The group is dropped and counted."), word("deny", "The login is refused.")];

pub(super) const REFRESH_VALUE: ValueType = ValueType::Either(&[
    ValueType::Word(&[word(
        "recompute",
        "The groups are computed again from the stored attributes, however old they are.",
    )]),
    ValueType::Object(&REFRESH),
]);

pub(crate) static REFRESH: Object = Object {
    name: "refresh",
    what: "`refresh`",
    page: "docs/language/evaluation.md#refresh-tokens",
    doc: "The maximum age of the attributes when a refresh token is exchanged.",
    base: None,
    keys: &[Key::required(
        "deny-if-older-than",
        ValueType::Text(&DURATION),
        "The maximum age of the attributes: a number and `s`, `m`, `h` or `d`, at most 366 days.",
    )],
    constraints: &[],
};

static DURATION: TextType = TextType::matching(
    usize::MAX,
    "^[0-9]+[smhd]$",
    "write a number and a unit, such as `90s`, `30m`, `12h` or `7d`",
)
.such_as("12h");
