//! The outcome of a login, its reason and its notes, each with a stable code.

/// What happens with the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the Action has to act on every outcome")]
pub enum Outcome {
    /// The claim is set to the evaluation's groups, also if there are none.
    Groups,
    /// The login is refused.
    Deny,
    /// No application of the platform has the client id: the login is left unchanged.
    None,
}

impl Outcome {
    /// The stable word for the outcome, as it appears in log lines and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Groups => "groups",
            Self::Deny => "deny",
            Self::None => "none",
        }
    }
}

/// Why an evaluation has its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The input was complete and every rule was tried.
    Ok,
    /// No application has this client id.
    UnknownClient,
    /// No mapping names this Auth0 organization.
    UnknownOrganization,
    /// The mapping does not list this connection.
    UnknownConnection,
    /// The login has no organization, and several mappings list its connection.
    AmbiguousConnection,
    /// The attribute with the groups is missing.
    AttributeAbsent,
    /// The attribute with the groups is null.
    AttributeNull,
    /// The attribute with the groups does not have the declared shape.
    AttributeType,
    /// The attribute could not be read.
    AttributeUnreadable,
    /// An entry of the list has the wrong type.
    EntryType,
    /// An entry of the list lacks the member that holds the group.
    EntryUnnamed,
    /// An entry has a control character or damaged text.
    EntryMalformed,
    /// There are more than [`MAX_GROUPS`](crate::MAX_GROUPS) groups.
    TooManyGroups,
    /// A name has more than [`MAX_GROUP_BYTES`](crate::MAX_GROUP_BYTES) bytes.
    GroupTooLong,
    /// A group matched no rule, and the policy refuses that.
    Unmatched,
    /// The bundle is damaged, or was not written by this compiler.
    BadBundle,
    /// The engine failed.
    EngineFailure,
    /// Entra withheld the groups: there were more than it sends.
    Overage,
    /// The list has as many entries as its source ever sends: more may be missing.
    AtCap,
    /// The string can be split into known groups in more than one way.
    AmbiguousSplit,
    /// An entry does not have the declared form, such as a distinguished name.
    EntryForm,
    /// Accounts are linked, and it is unclear which of them logged in.
    IdentityUnclear,
    /// The provisioned groups could not be fetched, or not in time.
    ProvisionedUnavailable,
    /// A refresh token was exchanged, and the attributes are older than the policy allows.
    StaleAttributes,
    /// The login leads to more groups than its application accepts.
    OverLimit,
    /// The groups were read, and none of the application's was granted, which a policy refuses.
    Ungranted,
    /// The metadata of the organization holds no block.
    NoBlock,
    /// The block is damaged.
    BlockDamaged,
    /// The block has a format that this engine does not read.
    BlockVersion,
    /// No key that may sign for the organization has signed the block.
    BlockKey,
    /// The signature of the block is not valid.
    BlockSignature,
    /// The block is for another tenant or organization.
    BlockForeign,
    /// The block was signed before the least accepted time, before the application existed, or in the future.
    BlockStale,
    /// The login has no organization, no mapping of the Action lists its connection, and mappings may travel as blocks,
    /// which only an organization leads to.
    OrganizationRequired,
}

impl Reason {
    /// Every reason, in the order of their numbers at the boundary.
    pub const ALL: [Self; 34] = [
        Self::Ok,
        Self::UnknownClient,
        Self::UnknownOrganization,
        Self::UnknownConnection,
        Self::AmbiguousConnection,
        Self::AttributeAbsent,
        Self::AttributeNull,
        Self::AttributeType,
        Self::AttributeUnreadable,
        Self::EntryType,
        Self::EntryUnnamed,
        Self::EntryMalformed,
        Self::TooManyGroups,
        Self::GroupTooLong,
        Self::Unmatched,
        Self::BadBundle,
        Self::EngineFailure,
        Self::Overage,
        Self::AtCap,
        Self::AmbiguousSplit,
        Self::EntryForm,
        Self::IdentityUnclear,
        Self::ProvisionedUnavailable,
        Self::StaleAttributes,
        Self::OverLimit,
        Self::Ungranted,
        Self::NoBlock,
        Self::BlockDamaged,
        Self::BlockVersion,
        Self::BlockKey,
        Self::BlockSignature,
        Self::BlockForeign,
        Self::BlockStale,
        Self::OrganizationRequired,
    ];

    /// The stable code of the reason, as it appears in log lines and JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::UnknownClient => "unknown-client",
            Self::UnknownOrganization => "unknown-organization",
            Self::UnknownConnection => "unknown-connection",
            Self::AmbiguousConnection => "ambiguous-connection",
            Self::AttributeAbsent => "attribute-absent",
            Self::AttributeNull => "attribute-null",
            Self::AttributeType => "attribute-type",
            Self::AttributeUnreadable => "attribute-unreadable",
            Self::EntryType => "entry-type",
            Self::EntryUnnamed => "entry-unnamed",
            Self::EntryMalformed => "entry-malformed",
            Self::TooManyGroups => "too-many-groups",
            Self::GroupTooLong => "group-too-long",
            Self::Unmatched => "unmatched",
            Self::BadBundle => "bad-bundle",
            Self::EngineFailure => "engine-failure",
            Self::Overage => "overage",
            Self::AtCap => "at-cap",
            Self::AmbiguousSplit => "ambiguous-split",
            Self::EntryForm => "entry-form",
            Self::IdentityUnclear => "identity-unclear",
            Self::ProvisionedUnavailable => "provisioned-unavailable",
            Self::StaleAttributes => "stale-attributes",
            Self::OverLimit => "over-limit",
            Self::Ungranted => "ungranted",
            Self::NoBlock => "no-block",
            Self::BlockDamaged => "block-damaged",
            Self::BlockVersion => "block-version",
            Self::BlockKey => "block-key",
            Self::BlockSignature => "block-signature",
            Self::BlockForeign => "block-foreign",
            Self::BlockStale => "block-stale",
            Self::OrganizationRequired => "organization-required",
        }
    }
}

/// An event of an evaluation that did not decide its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Note {
    /// Entries that were empty strings and name no group.
    EmptyEntry,
    /// The input was incomplete, and what could be read of it was used.
    Partial,
    /// Entries of another directory branch or domain than the source declares.
    OutsideScope,
    /// Groups that no rule matches, but would match without their spaces and invisible characters or in another Unicode
    /// normalization form.
    NearMiss,
    /// Expanded grants that name no target group of the registry.
    UnregisteredTarget,
    /// Expanded grants that name a target group which the rule may not grant.
    ForbiddenTarget,
    /// Rules that did not fire because they have expired.
    ExpiredRule,
    /// Rules whose condition or expiry is unknown, because a value is missing or of another type.
    ConditionUnknown,
    /// Groups that were granted and removed by an excluding rule.
    Excluded,
    /// No rule granted anything, so the default groups were granted.
    Default,
    /// Groups that were left out, because the application accepts no more.
    Truncated,
    /// Entries that the source skips because its mapping says that they are not groups.
    SkippedEntry,
    /// The organization's metadata holds a block, but its mapping is in the bundle.
    BlockIgnored,
}

impl Note {
    /// Every note, in the order of their numbers at the boundary.
    pub const ALL: [Self; 13] = [
        Self::EmptyEntry,
        Self::Partial,
        Self::OutsideScope,
        Self::NearMiss,
        Self::UnregisteredTarget,
        Self::ForbiddenTarget,
        Self::ExpiredRule,
        Self::ConditionUnknown,
        Self::Excluded,
        Self::Default,
        Self::Truncated,
        Self::SkippedEntry,
        Self::BlockIgnored,
    ];

    /// The stable code of the note, as it appears in log lines and JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::EmptyEntry => "empty-entry",
            Self::Partial => "partial",
            Self::OutsideScope => "outside-scope",
            Self::NearMiss => "near-miss",
            Self::UnregisteredTarget => "unregistered-target",
            Self::ForbiddenTarget => "forbidden-target",
            Self::ExpiredRule => "expired-rule",
            Self::ConditionUnknown => "condition-unknown",
            Self::Excluded => "excluded",
            Self::Default => "default",
            Self::Truncated => "truncated",
            Self::SkippedEntry => "skipped-entry",
            Self::BlockIgnored => "block-ignored",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Note, Reason};

    #[test]
    fn reasons_and_notes_are_numbered_by_their_position() {
        for (position, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, position, "{reason:?}");
        }
        for (position, note) in Note::ALL.into_iter().enumerate() {
            assert_eq!(note as usize, position, "{note:?}");
        }
    }
}
