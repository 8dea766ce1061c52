//! What was found, for people and for programs.

use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "each has a meaning for exit codes")]
pub enum Severity {
    /// Logins are refused, or get other groups than the files say.
    Problem,
    /// Some logins may be, depending on what was intended.
    Warning,
    /// Good to know.
    Note,
}

impl Severity {
    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Something that was found in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What kind of thing it is.
    pub code: FindingCode,
    /// How much it matters.
    pub severity: Severity,
    /// Where: a part of the tenant, such as ``connection `acme-entra` ``.
    pub place: String,
    /// The file of the mapping that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What was found.
    pub what: String,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub fix: String,
}

impl Finding {
    /// A finding without a file.
    pub fn new(code: FindingCode, place: String, what: String, fix: String) -> Self {
        let (severity, why) = code.meaning();
        Self { code, severity, place, file: None, what, why, fix }
    }

    /// The same finding about the mapping in a file.
    #[must_use]
    pub(super) fn of_file(self, file: &str) -> Self {
        Self { file: Some(file.to_owned()), ..self }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $name:literal $severity:ident $why:literal;)*) => {
        /// The kinds of findings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[non_exhaustive]
        pub enum FindingCode {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl FindingCode {
            /// All kinds, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The code, which is part of the interface.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How much it matters, and why.
            pub fn meaning(self) -> (Severity, &'static str) {
                match self { $(Self::$variant => (Severity::$severity, $why),)* }
            }
        }
    };
}

codes! {
    /// There is no Action, or no version of it is deployed.
    ActionMissing "action-missing" Problem
        "logins get no groups";
    /// The Action of this name was not built for the tenant.
    ForeignAction "foreign-action" Problem
        "logins run code that these mapping files did not give";
    /// The deployed code is not what the files give.
    ActionDiffers "action-differs" Problem
        "logins get what other mapping files, or another version of claimsmith, gave";
    /// The draft is neither what is deployed nor what the files give.
    DraftDiffers "draft-differs" Warning
        "somebody has edited it in the dashboard, and a click there on Deploy gives logins that code";
    /// The trigger does not run the Action.
    ActionNotBound "action-not-bound" Problem
        "logins do not run the Action, so they get no groups";
    /// The trigger runs another Action that claimsmith built.
    SecondAction "second-action" Problem
        "of several Actions that claimsmith built, the one that runs last overwrites the claims of the others";
    /// A mapping names an Auth0 organization that the tenant does not have.
    MissingOrganization "missing-organization" Problem
        "no login has this organization, so its customer gets nothing";
    /// A mapping names a connection that the tenant does not have.
    MissingConnection "missing-connection" Problem
        "no login comes through this connection, so its customer gets nothing";
    /// The tenant has an organization without a mapping.
    UnmappedOrganization "unmapped-organization" Warning
        "its logins follow the policy `closed`";
    /// The tenant has a connection that no mapping names.
    UnknownConnection "unknown-connection" Warning
        "logins through it follow the policy `closed`";
    /// A connection of a mapping is not enabled for its organization.
    ConnectionNotEnabled "connection-not-enabled" Problem
        "no login to the organization comes through it, so its users get nothing";
    /// A connection is enabled for an organization whose mapping does not name it.
    ConnectionNotMapped "connection-not-mapped" Warning
        "logins to the organization through it follow the policy `closed`";
    /// Mapping and tenant disagree about a connection's strategy.
    OtherStrategy "other-strategy" Problem
        "the defaults of the source, such as attribute and shape, are those of another strategy";
    /// The connection does not store attributes at each login.
    LoginSyncOff "login-sync-off" Problem
        "the groups of the profile are missing, or are those of an old login";
    /// An attribute map joins lists.
    ListsBecomeText "lists-become-text" Problem
        "several groups arrive as one string with commas, which the mapping takes for one group or refuses";
    /// The connection does not ask the directory for groups.
    GroupsNotFetched "groups-not-fetched" Problem
        "profiles have no groups";
    /// The connection does not store the ids of groups.
    GroupIdsOff "group-ids-off" Problem
        "profiles lack the attribute with the ids of groups, which the mapping reads";
    /// The form of Google's groups is another one.
    ExtendedGroups "extended-groups" Problem
        "the groups of the profile have another shape than the mapping reads, so logins are incomplete";
    /// Groups that are members of groups are ignored.
    NestedGroupsOff "nested-groups-off" Warning
        "users who belong to a group only through another group do not receive it";
    /// The connection cuts lists.
    GroupsAreCut "groups-are-cut" Warning
        "a list that was cut looks complete, so exclusions may not see their group";
    /// There is no block.
    NoBlock "no-block" Problem
        "the Action has no mapping for the organization, so its logins follow the policy `closed`";
    /// The Action of the files would refuse the block.
    BlockRefused "block-refused" Problem
        "the Action of these files would refuse the block, so where logins run it, those of the organization follow the policy `closed`";
    /// The block has another mapping.
    BlockDiffers "block-differs" Problem
        "logins get what an older or another mapping gives";
    /// A candidate waits for its confirmation.
    BlockPending "block-pending" Note
        "without a confirmation, the old mapping returns by itself at the deadline";
    /// A candidate was not confirmed.
    BlockExpired "block-expired" Warning
        "the candidate was not confirmed, so logins get the old mapping";
    /// A block counts, and its mapping is gone.
    BlockWithoutMapping "block-without-mapping" Problem
        "logins of the organization still get what the block grants; deleting it from the metadata is not enough, because it could be written back";
    /// The Action does not use the block.
    BlockUnused "block-unused" Note
        "the Action ignores it";
    /// Blocks were signed after their floors.
    BlocksReplaceable "blocks-replaceable" Note
        "someone who kept an earlier block that was signed since its floor could write it back, and logins would get what it grants";
    /// A profile is too large for Auth0.
    ProfileTooLarge "profile-too-large" Problem
        "Auth0 holds up to 10 KB per profile; above that, logins may fail and attributes may be missing";
    /// A profile is nearly too large for Auth0.
    ProfileLarge "profile-large" Warning
        "Auth0 holds up to 10 KB per profile, and a few more groups would exceed that";
}

/// How an organization is named to people.
pub(super) fn organization_place(name: &str) -> String {
    format!("organization `{name}`")
}

/// How a connection is named to people.
pub(super) fn connection_place(name: &str) -> String {
    format!("connection `{name}`")
}
