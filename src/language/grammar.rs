//! Every kind of mapping file, declared once: its objects, their keys, and the values of the keys.
//!
//! [`Fields`](super::fields::Fields) reads with these tables, and the schemas for editors are generated from them, so
//! all of them know the same keys.

mod all_keys;
mod blocks;
mod connection;
mod directory;
mod lint;
mod organization;
mod platform;
mod rule;
mod scim;
mod template;
mod test;
mod texts;

pub(crate) use self::all_keys::{has_keys_below, is_key, is_remark};
pub(crate) use self::blocks::{BLOCKS, FLOORS, SIGNING_KEY};
pub(crate) use self::connection::{CONNECTION, SKIP, SOURCE};
pub(crate) use self::directory::{DIRECTORY, DIRECTORY_GROUPS_SCOPE, DIRECTORY_PEOPLE, DIRECTORY_USER};
pub(crate) use self::lint::{LINT_LEVELS, guard_codes, guard_levels, is_lint_code, lint_codes};
pub(crate) use self::organization::{ORGANIZATION, ORGANIZATION_POLICIES};
pub(crate) use self::platform::{
    APPLICATION, CEILING, LIMITS, PLATFORM, PLATFORM_POLICIES, REFRESH, TARGET_GROUP, TENANT,
};
pub(crate) use self::rule::{
    ATTRIBUTE_TEST, ATTRIBUTE_TESTS, CONDITION, ENTRY_TEST, MATCH, NO_TESTS_OF_NUMBERS, NO_TESTS_OF_TEXT,
    PATTERNS, RULE, TARGET_GLOBS, TEXT_TESTS,
};
pub(crate) use self::scim::{GUARD, GUARDS, SCIM};
pub(crate) use self::template::{PARAMETER, TEMPLATE, USE};
pub(crate) use self::test::{
    CASE, EXPECT, METADATA, PROVISIONED_GROUP, SINGLE_FILE, SINGLE_FILE_CASE, TESTS,
};

pub(crate) use self::texts::{TextRole, TextType};

/// A kind of mapping file.
#[derive(Debug)]
pub(crate) struct FileKind {
    /// Its name among the kinds, such as `platform`.
    pub(crate) name: &'static str,
    /// The path of such files below the folder of mappings, as a glob for editors.
    pub(crate) path: &'static str,
    /// The keys of its outermost mapping, apart from `version`.
    pub(crate) object: &'static Object,
}

/// Every kind of file.
pub(crate) static FILES: &[FileKind] = &[
    FileKind { name: "platform", path: "platform.yaml", object: &PLATFORM },
    FileKind { name: "organization", path: "organizations/**/*.yaml", object: &ORGANIZATION },
    FileKind { name: "test", path: "organizations/**/*.test.yaml", object: &TESTS },
    FileKind { name: "template", path: "templates/*@*.yaml", object: &TEMPLATE },
    FileKind { name: "whole", path: "*.yaml", object: &SINGLE_FILE },
];

/// How the mapping files of a platform are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Each part is a file of its own, with a version.
    Folder,
    /// All parts are members of one file.
    SingleFile,
}

/// The key that every file begins with.
pub(crate) static VERSION: Key =
    Key::required("version", ValueType::Version, "The version of the mapping language.");

/// A mapping with keys that the language defines.
#[derive(Debug)]
pub(crate) struct Object {
    /// Its unique name, in lower case with `-`.
    pub(crate) name: &'static str,
    /// Its name in messages, such as "a rule".
    pub(crate) what: &'static str,
    /// The section of the documentation that describes its keys.
    pub(crate) page: &'static str,
    /// A description, in a sentence.
    pub(crate) doc: &'static str,
    /// The object whose keys it also has.
    pub(crate) base: Option<&'static Object>,
    pub(crate) keys: &'static [Key],
    /// Constraints between its keys.
    pub(crate) constraints: &'static [Constraint],
}

impl Object {
    /// The command that prints its page: authors may have no other copy of the documentation.
    pub(crate) fn help_command(&self) -> String {
        let file = self.page.split('#').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        format!("`claimsmith help {}`", file.trim_end_matches(".md"))
    }

    /// Whether messages call it by a key, such as "an entry of `use`", and not by a name of its own.
    pub(crate) fn is_called_by_key(&self) -> bool {
        self.what.contains('`')
    }

    /// All its keys, in the order in which authors write them.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static Key> + Clone {
        let own: &'static [Key] = self.keys;
        own.iter().chain(self.base.map_or::<&'static [Key], _>(&[], |base| base.keys))
    }

    /// Whether a file, or its counterpart in a single file, has these keys.
    pub(crate) fn is_file(&'static self) -> bool {
        FILES.iter().any(|file| core::ptr::eq(file.object, self))
    }

    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }
}

/// A constraint between the keys of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Constraint {
    /// Exactly one of these keys is present.
    ExactlyOne(&'static [&'static str]),
    /// At least one of these keys is present.
    AtLeastOne(&'static [&'static str]),
    /// At least one of these keys is present and is not an empty list.
    AtLeastOneEntry(&'static [&'static str]),
    /// If one of the first keys is present, none of the second is.
    Excludes(&'static [&'static str], &'static [&'static str]),
    /// If the condition holds, all of these keys are present.
    Requires(Where, &'static [&'static str]),
    /// If the condition holds, none of these keys is present.
    Forbids(Where, &'static [&'static str]),
    /// These keys are present only if the condition holds.
    OnlyIf(Where, &'static [&'static str]),
    /// The second key is present if, and only if, the first is a list of at least two entries.
    WithSeveral(&'static str, &'static str),
    /// The first key is present only if the second is.
    Needs(&'static str, &'static str),
}

/// A condition on the value of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Where {
    pub(crate) key: &'static str,
    pub(crate) words: &'static [&'static str],
    /// Whether the condition also holds without the key.
    pub(crate) or_missing: bool,
}

impl Where {
    /// The value of the key is one of these words.
    const fn is(key: &'static str, words: &'static [&'static str]) -> Self {
        Self { key, words, or_missing: false }
    }

    /// The value of the key is one of these words, or the key is missing.
    const fn is_or_missing(key: &'static str, words: &'static [&'static str]) -> Self {
        Self { key, words, or_missing: true }
    }
}

/// A key of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) value: ValueType,
    /// A description, in a sentence.
    pub(crate) doc: &'static str,
    /// The default, as it would be written; `None` if there is none, or it depends on something else.
    pub(crate) default: Option<&'static str>,
}

impl Key {
    pub(crate) const fn required(name: &'static str, value: ValueType, doc: &'static str) -> Self {
        Self { name, required: true, value, doc, default: None }
    }

    pub(crate) const fn optional(name: &'static str, value: ValueType, doc: &'static str) -> Self {
        Self { name, required: false, value, doc, default: None }
    }

    /// Adds a default.
    pub(crate) const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }
}

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ValueType {
    /// The number 1.
    Version,
    /// `true` or `false`.
    Boolean,
    /// `true`.
    True,
    /// `false`.
    False,
    /// An integer in a range that includes both ends.
    Number {
        least: i64,
        most: i64,
    },
    /// Any finite number.
    AnyNumber,
    Text(&'static TextType),
    /// One text, or a list of at least `least` texts.
    Texts {
        of: &'static TextType,
        least: usize,
    },
    /// One of a few words.
    Word(&'static [Word]),
    /// One of a few words, or a list of at least `least` of them.
    Words {
        of: &'static [Word],
        least: usize,
    },
    /// A text, a number or a boolean, or a list of them with at least one.
    Scalars,
    /// A mapping with at least `least` members, whose keys are chosen by the author.
    Map {
        key: &'static TextType,
        of: &'static ValueType,
        least: usize,
    },
    /// A list of at least `least` entries.
    List {
        of: &'static ValueType,
        least: usize,
    },
    /// One value, or a list of at least one.
    OneOrList(&'static ValueType),
    Object(&'static Object),
    /// Any one of these.
    Either(&'static [ValueType]),
    /// A mapping with any content.
    Raw,
    /// A list of the inner type without duplicates.
    Unique(&'static ValueType),
    /// The inner type, in which texts may also contain parameters of a template, as `{{name}}`.
    Templated(&'static ValueType),
}

impl ValueType {
    /// The value of a key in a mapping that is such a value, or is in a list that is one.
    pub(crate) fn member(&'static self, key: &str) -> Option<&'static Self> {
        match self {
            Self::Object(object) => object.key(key).map(|key| &key.value),
            Self::Map { of, .. } => Some(of),
            Self::List { of, .. } => of.member(key),
            Self::OneOrList(of) | Self::Unique(of) | Self::Templated(of) => of.member(key),
            Self::Either(all) => all.iter().find_map(|of| of.member(key)),
            _ => None,
        }
    }

    /// The role of a text that is such a value, or is in a list that is one.
    pub(crate) fn text_role(&self) -> TextRole {
        match self {
            Self::Text(text) | Self::Texts { of: text, .. } => text.role,
            Self::List { of, .. } => of.text_role(),
            Self::OneOrList(of) | Self::Unique(of) | Self::Templated(of) => of.text_role(),
            Self::Either(all) => {
                let mut roles = all.iter().map(Self::text_role);
                roles.find(|role| *role != TextRole::Plain).unwrap_or(TextRole::Plain)
            }
            _ => TextRole::Plain,
        }
    }
}

/// A word that a key allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub(crate) word: &'static str,
    /// Its meaning, in a sentence.
    pub(crate) doc: &'static str,
}

pub(crate) const fn word(word: &'static str, doc: &'static str) -> Word {
    Word { word, doc }
}

#[cfg(test)]
mod tests;
