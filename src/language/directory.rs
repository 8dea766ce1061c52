//! `directory`: what the people of an organization are read from, so that an application has them before they log in.

use core::ops::Range;

use super::yaml::Spanned;

/// The member of `event.user` with the groups of a person of a directory. Auth0 has no attribute of this name.
pub(crate) const DIRECTORY_GROUPS: &str = "claimsmith_directory_groups";

/// The directory whose people are provisioned in an application.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    /// The location of the key.
    pub(crate) span: Range<usize>,
    pub(crate) kind: DirectoryKind,
    pub(crate) application: Spanned<String>,
    /// The position of the connection through which its people log in.
    pub(crate) connection: usize,
    /// What conditions may read.
    pub(crate) provides: Vec<Provided>,
    pub(crate) user: DirectoryUser,
}

/// How a directory is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what reads directories has to know all of them")]
pub enum DirectoryKind {
    /// From a file of JSON Lines that another program writes.
    File,
}

/// A member of `event.user` that a directory knows as well.
#[derive(Clone, Debug)]
pub(crate) struct Provided {
    /// Its JSON Pointer below `event.user`.
    pub(crate) pointer: Spanned<String>,
    pub(crate) value: ProvidedValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProvidedValue {
    /// The attribute of the directory with the value.
    Attribute(String),
    /// The value of everyone.
    Constant(bool),
}

/// The attributes of a directory that become those of a user; `None` is the default of the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct DirectoryUser {
    /// `userName`.
    pub user_name: Option<String>,
    /// `displayName`.
    pub display_name: Option<String>,
    /// `name.givenName`.
    pub given_name: Option<String>,
    /// `name.familyName`.
    pub family_name: Option<String>,
    /// The value of the entry of `emails` with the type `work`.
    pub email: Option<String>,
}

impl DirectoryKind {
    /// The words of the language.
    pub(super) const WORDS: [(&'static str, Self); 1] = [("file", Self::File)];
}
