//! An application of the platform: how it receives its groups, and how many.

use crate::codec::reader::Reader;
use crate::codec::tags::{application as flag, policy};

/// An application of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Application<'b> {
    /// Its name on the platform.
    pub name: &'b str,
    /// The name of its groups claim.
    pub claim: &'b str,
    /// Whether the ID token carries the claim.
    pub id_token: bool,
    /// Whether the access token carries the claim.
    pub access_token: bool,
    /// The SAML attribute that carries the groups too.
    pub saml_attribute: Option<&'b str>,
    /// The delimiter of a claim that is one string; `None` if it is a list.
    pub joined_by: Option<&'b str>,
    /// The claim that carries the bundle's digest and the rules that fired.
    pub provenance: Option<&'b str>,
    /// The most groups of one user.
    pub max_groups: u32,
    /// The longest groups claim, in bytes of its JSON.
    pub max_claim_bytes: u32,
    /// What happens with a login that exceeds one of these limits.
    pub over_limit: OverLimit,
    /// Whether a login that receives none of its groups is refused.
    pub deny_ungranted: bool,
}

/// What happens with a login that has more groups than its application accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the engine has to act on every policy")]
pub enum OverLimit {
    /// It goes on, with no groups.
    NoGroups,
    /// It is refused.
    Deny,
    /// It goes on with the first groups by name.
    Truncate,
}

impl<'b> Application<'b> {
    pub(crate) fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        let (name, claim) = (reader.text()?, reader.text()?);
        let flags = reader.flags(flag::ALL)?;
        let mut optional = |flag: u8| match flags & flag {
            0 => Some(None),
            _ => reader.text().map(Some),
        };
        let (saml_attribute, provenance) = (optional(flag::SAML)?, optional(flag::PROVENANCE)?);
        let joined_by = optional(flag::JOINED)?;
        let (max_groups, max_claim_bytes) = (reader.number()?, reader.number()?);
        let over_limit = match reader.byte()? {
            policy::NO_GROUPS => OverLimit::NoGroups,
            policy::DENY => OverLimit::Deny,
            policy::TRUNCATE => OverLimit::Truncate,
            _ => return None,
        };
        let [id_token, access_token, deny_ungranted] =
            [flag::ID_TOKEN, flag::ACCESS_TOKEN, flag::DENY_UNGRANTED].map(|flag| flags & flag != 0);
        Some(Self {
            name,
            claim,
            id_token,
            access_token,
            saml_attribute,
            joined_by,
            provenance,
            max_groups,
            max_claim_bytes,
            over_limit,
            deny_ungranted,
        })
    }
}
