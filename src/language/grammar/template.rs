//! `templates/<name>@<version>.yaml`, and the uses of templates.

use super::lint::ALLOW;
use super::texts::{ANY_TEXT, REMARK, RULE_ID, TEMPLATE_NAME};
use super::{Key, Object, RULE, TextType, ValueType, Word, word};
use crate::limits::MAX_ID;

pub(crate) static USE: Object = Object {
    name: "use",
    what: "an entry of `use`",
    page: "docs/language/templates.md#using-a-template",
    doc: "The use of a template.",
    base: None,
    keys: &[
        Key::required("template", ValueType::Text(&TEMPLATE_NAME), "The template and its version."),
        Key::optional(
            "id",
            ValueType::Text(&RULE_ID),
            "The prefix of the ids of its rules; by default the template's name.",
        ),
        Key::optional(
            "with",
            ValueType::Map {
                key: &PARAMETER_NAME,
                of: &ValueType::Texts { of: &ANY_TEXT, least: 1 },
                least: 0,
            },
            "The values of the parameters, by name.",
        ),
    ],
    constraints: &[],
};

static PARAMETER_NAME: TextType = TextType::matching(
    MAX_ID,
    "^[a-z][a-z0-9_-]*$",
    "begin with a letter, and write lowercase letters, digits, `-` and `_`",
)
.such_as("prefix");

pub(crate) static TEMPLATE: Object = Object {
    name: "template",
    what: "the template",
    page: "docs/language/templates.md#the-file",
    doc: "Rules that organizations share, with parameters.",
    base: None,
    keys: &[
        Key::required("description", ValueType::Text(&REMARK), "What the template is for."),
        Key::optional(
            "parameters",
            ValueType::Map { key: &PARAMETER_NAME, of: &ValueType::Object(&PARAMETER), least: 0 },
            "The parameters, by name.",
        ),
        Key::required(
            "rules",
            ValueType::Templated(&ValueType::List { of: &ValueType::Object(&RULE), least: 1 }),
            "The rules; `{{name}}` in a text is replaced by a parameter.",
        ),
        Key::optional("allow", ALLOW, "Why warnings about this template are allowed, by code."),
    ],
    constraints: &[],
};

pub(crate) static PARAMETER: Object = Object {
    name: "parameter",
    what: "a parameter",
    page: "docs/language/templates.md#the-file",
    doc: "A value that each use of a template can set.",
    base: None,
    keys: &[
        Key::required("type", ValueType::Word(PARAMETER_TYPES), "The type of its value."),
        Key::optional("description", ValueType::Text(&REMARK), "What it is for."),
        Key::optional(
            "default",
            ValueType::Texts { of: &ANY_TEXT, least: 1 },
            "The value if a use does not set it; without a default, each use must set it.",
        ),
    ],
    constraints: &[],
};

static PARAMETER_TYPES: &[Word] = &[
    word("text", "A text."),
    word("texts", "One or several texts."),
    word("group", "A target group of the registry."),
    word("groups", "One or several target groups of the registry."),
];
