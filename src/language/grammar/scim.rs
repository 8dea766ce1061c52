//! `scim` of an application: how the users and groups of its SCIM service are written.

use super::{Key, Object, ValueType, Word, word};

pub(crate) static SCIM: Object = Object {
    name: "scim",
    what: "`scim` of an application",
    page: "docs/language/scim.md#keys",
    doc: "How the users and groups of the application's SCIM service follow directories.",
    base: None,
    keys: &[
        Key::optional(
            "ungranted",
            ValueType::Word(UNGRANTED),
            "What happens to a user whom the directory has, and to whom no rule grants a group of the application.",
        )
        .or("keep"),
        Key::optional(
            "requests-per-second",
            ValueType::Number { least: 1, most: 1000 },
            "How many requests the service takes.",
        )
        .or("5"),
        Key::optional(
            "guards",
            ValueType::Object(&GUARDS),
            "How much one run may remove before a person has to release it.",
        ),
    ],
    constraints: &[],
};

static UNGRANTED: &[Word] =
    &[word("keep", "The user stays active, without groups."), word("deactivate", "The user is deactivated.")];

pub(crate) static GUARDS: Object = Object {
    name: "guards",
    what: "`guards`",
    page: "docs/language/scim.md#guards",
    doc: "How much one run may remove before a person has to release it.",
    base: None,
    keys: &[
        Key::optional("users", ValueType::Object(&GUARD), "Users that are deactivated."),
        Key::optional("names", ValueType::Object(&GUARD), "Users whose names change, by which they log in."),
        Key::optional(
            "memberships",
            ValueType::Object(&GUARD),
            "Memberships that are removed, of all groups together.",
        ),
        Key::optional("group", ValueType::Object(&GUARD), "Memberships that are removed from one group."),
    ],
    constraints: &[],
};

pub(crate) static GUARD: Object = Object {
    name: "guard",
    what: "a guard",
    page: "docs/language/scim.md#guards",
    doc: "How much of one thing a run may remove.",
    base: None,
    keys: &[
        Key::optional(
            "most",
            ValueType::Number { least: 0, most: MOST },
            "At most this number, whatever the percentage.",
        ),
        Key::optional(
            "percent",
            ValueType::Number { least: 0, most: 100 },
            "At most this part, in percent of what there is.",
        ),
        Key::optional(
            "always",
            ValueType::Number { least: 0, most: MOST },
            "This number even if the percentage allows fewer, so that small customers can change.",
        ),
    ],
    constraints: &[],
};

/// More than a service has.
const MOST: i64 = 10_000_000;
