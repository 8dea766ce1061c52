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
    /// Where people and groups are, of a kind that is searched.
    pub(crate) search: Option<DirectorySearch>,
    /// The property of a group that is its name at a login, of a kind that a service in the cloud has.
    pub(crate) group_name: Option<&'static str>,
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
    /// From a server of LDAP.
    Ldap,
    /// From a domain controller.
    ActiveDirectory,
    /// From an Okta organization.
    Okta,
    /// From a tenant of Microsoft Entra, by Microsoft Graph.
    Entra,
    /// From an account of Google Workspace.
    Google,
}

/// Where a server of LDAP has the people and the groups.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct DirectorySearch {
    /// The people.
    pub people: SearchScope,
    /// The groups whose names rules match.
    pub groups: SearchScope,
    /// The attribute of a group that a login has as its name; [`DISTINGUISHED_NAME`] is the name of its entry.
    pub group_name: String,
}

/// In place of an attribute: the name of the entry itself.
pub const DISTINGUISHED_NAME: &str = "dn";

/// Entries below one, itself included.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct SearchScope {
    /// The distinguished name of the entry.
    pub base: String,
    /// Which of the entries, as RFC 4515 writes it.
    pub filter: String,
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

/// The attributes of a directory that become those of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct DirectoryUser {
    /// `userName`.
    pub user_name: String,
    /// `displayName`.
    pub display_name: String,
    /// `name.givenName`.
    pub given_name: String,
    /// `name.familyName`.
    pub family_name: String,
    /// The value of the entry of `emails` with the type `work`.
    pub email: String,
}

impl DirectoryKind {
    /// The words of the language.
    pub(super) const WORDS: [(&'static str, Self); 6] = [
        ("file", Self::File),
        ("ldap", Self::Ldap),
        ("active-directory", Self::ActiveDirectory),
        ("okta", Self::Okta),
        ("entra", Self::Entra),
        ("google", Self::Google),
    ];

    /// The properties that can be the name of a group, the default first; none if the kind is searched, or a file.
    pub(super) fn group_names(self) -> &'static [&'static str] {
        match self {
            Self::File | Self::Ldap | Self::ActiveDirectory => &[],
            Self::Okta => &["name"],
            // Entra's tokens have object ids unless the application asks for names.
            Self::Entra => &["id", "displayName"],
            Self::Google => &["email", "name"],
        }
    }

    /// Which people there are if the mapping does not say it. A computer of Active Directory is a person, too.
    pub(super) fn people_filter(self) -> &'static str {
        match self {
            Self::ActiveDirectory => "(&(objectCategory=person)(objectClass=user))",
            _ => "(objectClass=person)",
        }
    }

    /// Which groups there are if the mapping does not say it.
    pub(super) fn groups_filter(self) -> &'static str {
        match self {
            Self::ActiveDirectory => "(objectCategory=group)",
            _ => "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
        }
    }

    /// The attributes of a user if the mapping does not say them.
    pub(super) fn user(self) -> DirectoryUser {
        let names = match self {
            Self::File => ["mail", "displayName", "givenName", "familyName", "mail"],
            Self::Ldap => ["mail", "displayName", "givenName", "sn", "mail"],
            Self::ActiveDirectory => ["userPrincipalName", "displayName", "givenName", "sn", "mail"],
            Self::Okta => ["login", "displayName", "firstName", "lastName", "email"],
            Self::Entra => ["userPrincipalName", "displayName", "givenName", "surname", "mail"],
            Self::Google => {
                ["primaryEmail", "name.fullName", "name.givenName", "name.familyName", "primaryEmail"]
            }
        };
        let [user_name, display_name, given_name, family_name, email] = names.map(str::to_owned);
        DirectoryUser { user_name, display_name, given_name, family_name, email }
    }
}
