//! Connections of an organization, and where the groups of each are found.

use super::texts::POINTER;
use super::{Constraint, Key, Object, TextType, ValueType, Where, Word, word};
use crate::limits::{MAX_OPTION, MAX_TEXT};

pub(crate) static CONNECTION: Object = Object {
    name: "connection",
    what: "a connection",
    page: "docs/language/connections.md#connection-and-source-keys",
    doc: "A connection to the customer's identity provider.",
    base: None,
    keys: &[
        Key::required("strategy", ValueType::Word(STRATEGIES), "The connection's strategy in Auth0."),
        Key::optional(
            "groups",
            ValueType::Either(&[
                ValueType::OneOrList(&ValueType::Object(&SOURCE)),
                ValueType::Word(&[word("none", "The connection sends no groups.")]),
            ]),
            "Where the groups are found, and in which form, or `none` if the connection sends no groups; the default depends on the strategy.",
        ),
        Key::optional("combine", ValueType::Word(COMBINE), "How several sources are combined."),
    ],
    constraints: &[
        Constraint::Requires(Where::is("strategy", &["other"]), &["groups"]),
        Constraint::WithSeveral("groups", "combine"),
    ],
};

pub(super) static STRATEGIES: &[Word] = &[
    word("waad", "Microsoft Entra ID."),
    word("okta", "Okta Workforce."),
    word("oidc", "OpenID Connect."),
    word("samlp", "SAML."),
    word("adfs", "Active Directory Federation Services."),
    word("pingfederate", "PingFederate."),
    word("google-apps", "Google Workspace."),
    word("ad", "Active Directory or LDAP, through the connector."),
    word("other", "A strategy that is not in this list, or an attribute that another Action writes."),
];

static COMBINE: &[Word] = &[
    word("first", "The first source that is present is used."),
    word("all", "All sources are used, and each must be complete."),
];

pub(crate) static SOURCE: Object = Object {
    name: "source",
    what: "`groups`",
    page: "docs/language/connections.md#connection-and-source-keys",
    doc: "Where groups are found, and in which form.",
    base: None,
    keys: &[
        Key::optional(
            "from",
            ValueType::Either(&[
                ValueType::Text(&POINTER),
                ValueType::Word(&[
                    word("provisioned", "The groups that SCIM or directory sync wrote to Auth0."),
                    word("auth0-roles", "The names of the roles that the user has in Auth0."),
                ]),
            ]),
            "A JSON Pointer below `event.user`, `provisioned` or `auth0-roles`; the default depends on the strategy.",
        ),
        Key::optional(
            "identity",
            ValueType::Word(IDENTITIES),
            "Whose attributes are read if accounts are linked.",
        )
        .or("login"),
        Key::optional(
            "shape",
            ValueType::Word(SHAPES),
            "The shape of the groups; the default depends on the strategy.",
        ),
        Key::optional(
            "delimiter",
            ValueType::Text(&DELIMITER),
            "What separates the groups of one string: with `shape: delimited` or `delimited-or-list`, or with `list-or-string` also inside the entries of the list.",
        ),
        Key::optional(
            "field",
            ValueType::Text(&FIELD),
            "With `shape: objects`, `objects-or-object`, `values` or `json`, or with provisioned groups: the member that holds the group, or a JSON Pointer to it inside the object.",
        ),
        Key::optional(
            "having",
            ValueType::Text(&HAVING),
            "With `shape: keys`: only members whose value has a member of this name are groups.",
        ),
        Key::optional(
            "nested",
            ValueType::True,
            "The entries of lists inside the list, and of lists in the field of objects, are groups too.",
        ),
        Key::optional(
            "accept",
            ValueType::Words { of: ACCEPT, least: 0 },
            "Types of entries that are read as text.",
        )
        .or("[]"),
        Key::optional("form", ValueType::Word(FORMS), "The form of each entry.").or("plain"),
        Key::optional(
            "attribute",
            ValueType::Text(&ATTRIBUTE),
            "With `form: dn`: the attribute whose value is the group.",
        )
        .or("CN"),
        Key::optional(
            "attribute-of",
            ValueType::Word(ATTRIBUTE_OF),
            "With `form: dn`: whether the attribute is in the entry's own name or in a name above it.",
        )
        .or("entry"),
        Key::optional(
            "below",
            ValueType::Text(&BELOW),
            "With `form: dn`: entries that are not below this distinguished name are left out.",
        ),
        Key::optional(
            "domain",
            ValueType::Text(&DOMAIN),
            "With `form: domain` or `email`: entries of another domain are left out.",
        ),
        Key::optional("normalize", ValueType::Words { of: NORMALIZE, least: 0 }, "How names are cleaned.")
            .or("[]"),
        Key::optional(
            "skip",
            ValueType::Object(&SKIP),
            "Entries that are in the list and are not groups; they are left out with a note.",
        ),
        Key::optional("absent", ValueType::Word(ABSENT), "What it means if the attribute is missing.")
            .or("incomplete"),
        Key::optional("if-null", ValueType::Word(ABSENT), "What it means if the attribute is null.")
            .or("incomplete"),
        Key::optional(
            "overage",
            ValueType::Word(OVERAGE),
            "Which signs of withheld groups are checked; by default `entra` for `waad`, `oidc` and `samlp` unless `from` is in `/app_metadata` or a word, otherwise `none`.",
        ),
        Key::optional(
            "cap",
            ValueType::Either(&[
                ValueType::Number { least: 1, most: 10_000 },
                ValueType::Word(&[word("none", "A list of any length is complete.")]),
            ]),
            "The number of entries at which the list counts as cut off; by default 100 for `okta`, 200 for `google-apps` unless `from` is in `/app_metadata` or `provisioned`, otherwise `none`.",
        ),
    ],
    constraints: &[
        Constraint::Forbids(
            Where::is("from", &["provisioned", "auth0-roles"]),
            &["shape", "identity", "delimiter", "having", "nested"],
        ),
        Constraint::OnlyIf(Where::is("shape", &["keys"]), &["having"]),
        Constraint::Forbids(Where::is("from", &["auth0-roles"]), &["field"]),
        Constraint::OnlyIf(
            Where::is_or_missing("shape", &["delimited", "delimited-or-list", "list-or-string"]),
            &["delimiter"],
        ),
        Constraint::OnlyIf(
            Where::is_or_missing("shape", &["objects", "objects-or-object", "values", "json"]),
            &["field"],
        ),
        Constraint::Requires(Where::is("shape", &["objects", "objects-or-object"]), &["field"]),
        Constraint::Forbids(Where::is("shape", &["string", "delimited", "keys"]), &["nested"]),
        Constraint::OnlyIf(Where::is("form", &["dn"]), &["attribute", "attribute-of", "below"]),
        Constraint::OnlyIf(Where::is("form", &["domain", "email"]), &["domain"]),
    ],
};

pub(crate) static SKIP: Object = Object {
    name: "skip",
    what: "`skip`",
    page: "docs/language/names.md#skipped-entries",
    doc: "Entries that are not groups; the mapping says that leaving them out does no harm.",
    base: None,
    keys: &[
        Key::optional("nulls", ValueType::True, "Entries that are null, and objects whose member is null."),
        Key::optional("without-form", ValueType::True, "Entries that do not have the declared form."),
        Key::optional(
            "exact",
            ValueType::Texts { of: &SKIPPED_NAME, least: 1 },
            "Entries that are one of these texts, before the form is read.",
        ),
        Key::optional(
            "glob",
            ValueType::Texts { of: &SKIPPED_GLOB, least: 1 },
            "Entries that match one of these globs, before the form is read.",
        ),
    ],
    constraints: &[Constraint::AtLeastOne(&["nulls", "without-form", "exact", "glob"])],
};

static SKIPPED_NAME: TextType = TextType::up_to(MAX_TEXT).such_as("All Users");
static SKIPPED_GLOB: TextType = TextType::up_to(MAX_TEXT).such_as("*\\0ACNF:*");
static DELIMITER: TextType = TextType::printed(MAX_OPTION).such_as(",");
static HAVING: TextType = TextType::matching(
    MAX_OPTION,
    "^[^/\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
    "write the name of a member, without `/` before it",
)
.such_as("1001");
static FIELD: TextType = TextType::matching(
    MAX_OPTION,
    "^([^/\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*|(/([^/~\\u0000-\\u001f\\u007f-\\u009f]|~[01])+){1,8})$",
    "write the name of a member, or a JSON Pointer of at most 8 parts, such as `/group/name`",
)
.such_as("email");
static ATTRIBUTE: TextType = TextType::matching(
    MAX_OPTION,
    "^([A-Za-z][A-Za-z0-9-]*|[0-9]+(\\.[0-9]+)*)$",
    "write an attribute's type, such as `CN` or `OU`",
)
.such_as("CN");
static BELOW: TextType = TextType::up_to(MAX_TEXT).such_as("OU=Groups,DC=acme,DC=example");
static DOMAIN: TextType = TextType::printed(MAX_OPTION).such_as("ACME");

static IDENTITIES: &[Word] = &[
    word("login", "Those of the identity that logged in."),
    word("primary", "Those of the primary identity, which are the attributes of the user."),
];

static SHAPES: &[Word] = &[
    word("list", "An array of strings."),
    word("list-or-string", "An array of strings, or one string that is one group."),
    word("string", "One string that is one group."),
    word("delimited", "One string, split at each delimiter."),
    word(
        "delimited-or-list",
        "One string, split at each delimiter, or an array of strings that are not split.",
    ),
    word("objects", "An array of objects; `field` names the member that holds the group."),
    word("objects-or-object", "An array of objects, or one object."),
    word("json", "A string that holds JSON: an array of strings, or of objects if `field` is set."),
    word("keys", "An object whose members are named like the groups."),
    word(
        "values",
        "An object; the values of its members are the groups, or with `field` objects that hold them.",
    ),
];

static ACCEPT: &[Word] =
    &[word("numbers", "Whole numbers, as decimal digits."), word("booleans", "`true` and `false`.")];

static FORMS: &[Word] = &[
    word("plain", "The entry is the group."),
    word("dn", "A distinguished name; the value of `attribute` is the group."),
    word("domain", "`DOMAIN\\name`; the part after the backslash is the group."),
    word("email", "An e-mail address; with `domain` only the part before `@` is the group."),
    word("path", "A path that begins with `/`; the rest is the group."),
];

static ATTRIBUTE_OF: &[Word] = &[
    word("entry", "The entry's own name, which is the first part of the distinguished name."),
    word("parent", "The nearest name above the entry's own that has the attribute."),
];

static NORMALIZE: &[Word] = &[
    word("nfc", "Names are converted to Unicode normalization form C."),
    word("trim", "Spaces at both ends and invisible characters are removed."),
];

static ABSENT: &[Word] =
    &[word("incomplete", "The groups were withheld."), word("empty", "The user has no groups.")];

static OVERAGE: &[Word] = &[word("entra", "Those of Microsoft Entra ID."), word("none", "None.")];
