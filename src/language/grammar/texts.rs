//! The types of texts: which texts a value may be, and what the language reads them as.

use super::{Word, word};
use crate::limits::{MAX_APPLICATION_NAME, MAX_ID, MAX_TARGET_GROUP, MAX_TEXT};

/// The texts that a value may be.
#[derive(Debug)]
pub(crate) struct TextType {
    /// The fewest characters.
    pub(crate) least: usize,
    /// The most characters.
    pub(crate) most: usize,
    /// A regular expression of JSON Schema that the text matches, and what to write where it does not.
    pub(crate) pattern: Option<(&'static str, &'static str)>,
    /// An example.
    pub(crate) example: Option<&'static str>,
    /// All allowed texts, if there are only a few.
    pub(crate) codes: Option<fn() -> Vec<&'static str>>,
    pub(crate) role: TextRole,
}

/// What the language reads a text as; it decides how a template's parameter is put into the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextRole {
    /// None of the others, such as an id.
    Plain,
    /// An explanation for people.
    Remark,
    /// A date, or a date with a time.
    Date,
    /// The exact name of an upstream group.
    ExactName,
    Glob,
    Regex,
    /// A target group to grant, in which `${name}` inserts what a pattern captured.
    Grant,
}

impl TextType {
    pub(super) const ANY: Self =
        Self { least: 0, most: usize::MAX, pattern: None, example: None, codes: None, role: TextRole::Plain };

    pub(super) const fn up_to(most: usize) -> Self {
        Self { least: 1, most, ..Self::ANY }
    }

    pub(super) const fn matching(most: usize, pattern: &'static str, help: &'static str) -> Self {
        Self { least: 1, most, pattern: Some((pattern, help)), ..Self::ANY }
    }

    /// A text without control characters.
    pub(super) const fn printed(most: usize) -> Self {
        Self::matching(most, "^[^\\u0000-\\u001f\\u007f-\\u009f]*$", "write it without control characters")
    }

    /// A text without control characters, and without spaces around it.
    pub(super) const fn name(most: usize) -> Self {
        let pattern = "^[^\\u0000-\\u0020\\u007f-\\u009f]([^\\u0000-\\u001f\\u007f-\\u009f]*[^\\u0000-\\u0020\\u007f-\\u009f])?$";
        Self::matching(most, pattern, "write it without control characters, and without spaces around it")
    }

    pub(super) const fn among(codes: fn() -> Vec<&'static str>) -> Self {
        Self { codes: Some(codes), ..Self::ANY }
    }

    pub(super) const fn with_role(self, role: TextRole) -> Self {
        Self { role, ..self }
    }

    pub(super) const fn such_as(self, example: &'static str) -> Self {
        Self { example: Some(example), ..self }
    }
}

pub(super) static ANY_TEXT: TextType = TextType::ANY;
pub(super) static REMARK: TextType = TextType::ANY.with_role(TextRole::Remark);
pub(super) static APPLICATION_NAME: TextType = TextType::name(MAX_APPLICATION_NAME).such_as("catalog");
pub(super) static TARGET_NAME: TextType = TextType::name(MAX_TARGET_GROUP).such_as("bi-viewers");
pub(super) static CLAIM: TextType = TextType::matching(
    usize::MAX,
    "^https?://[^\\u0000-\\u0020\\u007f-\\u00a0]+$",
    "write a URL of the platform's own, such as `https://claims.example.com/groups`",
)
.such_as("https://claims.example.com/groups");
pub(super) static TENANT_NAME: TextType =
    TextType::matching(MAX_ID, "^[A-Za-z0-9._-]+$", "write letters, digits, `-`, `_` and `.`")
        .such_as("staging");
pub(super) static NOT_IN_TENANT: &[Word] = &[word("none", "It does not exist in this tenant.")];
pub(super) static ORGANIZATION_NAME: TextType = TextType::ANY.such_as("acme");
pub(super) static RULE_ID: TextType =
    TextType::matching(MAX_ID, "^[A-Za-z0-9._-]+$", "write letters, digits, `-`, `_` and `.`")
        .such_as("bi-viewers");
pub(super) static POINTER: TextType = TextType::matching(
    MAX_TEXT,
    "^(/([^/~\\u0000-\\u001f\\u007f]|~[01])+){1,8}$",
    "write a JSON Pointer of at most 8 parts, such as `/groups`",
)
.such_as("/groups");
pub(super) static DATE: TextType = TextType::matching(
    usize::MAX,
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$",
    "write a date such as `2027-01-31`, or with a time and its offset `2027-01-31T18:00:00+01:00`",
)
.with_role(TextRole::Date)
.such_as("2027-01-31");
pub(super) static TEMPLATE_NAME: TextType = TextType::matching(
    usize::MAX,
    "^[a-z0-9-]{1,64}@[1-9][0-9]{0,3}$",
    "write lowercase letters, digits and `-`, then `@` and a version, such as `bi-standard@1`",
)
.such_as("bi-standard@1");
