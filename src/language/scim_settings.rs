//! How the users and groups of an application's SCIM service follow directories.

/// The settings of `scim` of an application. What is `None` has the default of what writes to the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ScimSettings {
    /// Whether a user of the directory without a group of the application is deactivated.
    pub deactivates_ungranted: bool,
    /// How many requests the service takes.
    pub requests_per_second: Option<u32>,
    /// How much one run may remove.
    pub guards: GuardSettings,
}

/// How much one run may remove before a person has to release it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct GuardSettings {
    /// Users that are deactivated.
    pub users: GuardLimit,
    /// Users whose names change.
    pub names: GuardLimit,
    /// Memberships of all groups together.
    pub memberships: GuardLimit,
    /// Memberships of one group.
    pub group: GuardLimit,
}

/// How much of one thing may be removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct GuardLimit {
    /// At most this number.
    pub most: Option<u32>,
    /// At most this part, in percent.
    pub percent: Option<u32>,
    /// This number even if the percentage allows fewer.
    pub always: Option<u32>,
}
