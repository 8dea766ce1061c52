//! `directory` of an organization: what its people are read from, for an application that has them before they log in.

use super::organization::CONNECTION_NAME;
use super::texts::{APPLICATION_NAME, POINTER};
use super::{Key, Object, TextType, ValueType, Word, word};
use crate::limits::MAX_OPTION;

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
    constraints: &[],
};

static KINDS: &[Word] = &[word("file", "From a file of JSON Lines that another program writes.")];

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
