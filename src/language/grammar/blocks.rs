//! `blocks` of `platform.yaml`.

use super::texts::{DATE, ORGANIZATION_NAME, TARGET_NAME, TENANT_NAME};
use super::{Key, Object, TextType, ValueType, Word, word};

pub(crate) static BLOCKS: Object = Object {
    name: "blocks",
    what: "`blocks`",
    page: "docs/language/blocks.md#keys",
    doc: "Mappings that travel as signed blocks in the metadata of Auth0 organizations.",
    base: None,
    keys: &[
        Key::optional(
            "writer",
            ValueType::Word(WRITERS),
            "Which program writes the metadata of the tenants' organizations.",
        )
        .or("api"),
        Key::required(
            "keys",
            ValueType::Map { key: &KEY_NAME, of: &ValueType::Object(&SIGNING_KEY), least: 1 },
            "The keys that may sign, by a name of your own.",
        ),
        Key::optional(
            "embedded",
            ValueType::Texts { of: &ORGANIZATION_NAME, least: 1 },
            "The organizations whose mappings stay in the Action, by the names of their files.",
        ),
        Key::optional("floor", ValueType::Text(&DATE), "Blocks that were signed before are refused."),
        Key::optional(
            "floors",
            ValueType::Object(&FLOORS),
            "Later floors of single organizations and target groups.",
        ),
    ],
    constraints: &[],
};

static WRITERS: &[Word] = &[
    word("api", "Claimsmith, with the Management API."),
    word("terraform", "Terraform, which replaces what others wrote."),
    word("deploy-cli", "auth0-deploy-cli, which replaces what others wrote."),
];

static KEY_NAME: TextType =
    TextType::matching(64, "^[A-Za-z0-9._-]+$", "write letters, digits, `-`, `_` and `.`")
        .such_as("production-2026");

pub(crate) static SIGNING_KEY: Object = Object {
    name: "signing-key",
    what: "a signing key",
    page: "docs/language/blocks.md#signing-keys",
    doc: "A key that may sign blocks for one tenant.",
    base: None,
    keys: &[
        Key::required(
            "public",
            ValueType::Text(&PUBLIC_KEY),
            "The public key: the line of its `.pub` file, which begins with `ssh-ed25519`.",
        ),
        Key::optional(
            "tenant",
            ValueType::Text(&TENANT_NAME),
            "The tenant whose blocks it signs; needed if several are declared.",
        ),
        Key::optional(
            "organizations",
            ValueType::Texts { of: &ORGANIZATION_NAME, least: 1 },
            "The organizations whose blocks it may sign, by the names of their files; all if it is left out.",
        ),
        Key::optional(
            "protected",
            ValueType::Boolean,
            "Whether blocks that it signed may grant protected target groups.",
        )
        .or("false"),
    ],
    constraints: &[],
};

static PUBLIC_KEY: TextType = TextType::matching(
    usize::MAX,
    "^ssh-ed25519 +AAAAC3NzaC1lZDI1NTE5AAAAI[A-P][A-Za-z0-9+/]{42}( [^\\u0000-\\u001f\\u007f-\\u009f]*)?$",
    "write the line of the key's `.pub` file, which begins with `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI`",
)
.such_as("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI");

pub(crate) static FLOORS: Object = Object {
    name: "floors",
    what: "`floors`",
    page: "docs/language/blocks.md#floors",
    doc: "Floors that are later than that of all blocks.",
    base: None,
    keys: &[
        Key::optional(
            "organizations",
            ValueType::Map { key: &ORGANIZATION_NAME, of: &ValueType::Text(&DATE), least: 0 },
            "By organization: its blocks that were signed before are refused.",
        ),
        Key::optional(
            "groups",
            ValueType::Map { key: &TARGET_NAME, of: &ValueType::Text(&DATE), least: 0 },
            "By target group: blocks that were signed before do not grant it.",
        ),
    ],
    constraints: &[],
};
