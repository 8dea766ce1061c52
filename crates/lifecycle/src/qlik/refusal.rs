//! Why a plan is not made or not carried out, in words for people.

use std::fmt;

use super::options::ClaimSpelling;
use super::{LONGEST_NAME, MOST_GROUPS};
use crate::plan_json::NotRead;

/// Why the set-up stops before it changes anything more.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the texts below say what each is")]
pub enum Refusal {
    NoProvider,
    OtherProtocol { protocol: String },
    OtherProvider,
    OptionsChanged,
    PendingChanged,
    PendingOfOthers,
    TooManyGroups { there: usize, missing: usize },
    LongName { name: String },
    NoGroups { claim: ClaimSpelling, was_sent: bool },
    OtherGroups { name: String },
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProvider => formatter.write_str(
                "no identity provider for people is active in Qlik Cloud; set one up for Auth0 in its administration, or give `--only-groups`",
            ),
            Self::OtherProtocol { protocol } => write!(
                formatter,
                "the active identity provider uses {protocol}, and only the claims mapping of OIDC is changed; give `--only-groups`, and set the groups attribute in the administration of Qlik Cloud"
            ),
            Self::OtherProvider => formatter.write_str(
                "another identity provider is active now than when the plan was made; plan again",
            ),
            Self::OptionsChanged => formatter.write_str(
                "somebody has changed the options of the identity provider since the plan was made; plan again, or build on what is there with `--force`",
            ),
            Self::PendingChanged => formatter.write_str(
                "somebody has changed the pending options of the identity provider since the plan was made; plan again, or replace them with `--force`",
            ),
            Self::PendingOfOthers => formatter.write_str(
                "the identity provider has pending options that are not from this command, and somebody may be testing them; ask who, or replace them with `--replace-pending`",
            ),
            Self::TooManyGroups { there, missing } => write!(
                formatter,
                "the tenant has {there} groups of identity providers and would need {missing} more, and has room for {MOST_GROUPS}; delete groups that are not used in the administration of Qlik Cloud"
            ),
            Self::LongName { name } => write!(
                formatter,
                "the group `{name}` has {} characters, and Qlik Cloud takes {LONGEST_NAME}; shorten it in platform.yaml",
                name.chars().count()
            ),
            Self::NoGroups { claim, was_sent: true } => write!(
                formatter,
                "the verification received the claim `{}`, and {} did not find a list of groups in it; verify with a person who has groups, or plan again with another `--claim-path`",
                claim.name,
                paths(&claim.paths)
            ),
            Self::NoGroups { claim, was_sent: false } => write!(
                formatter,
                "the verification did not receive the claim `{}`; check that logins of its application run the Action, with `claimsmith status`, and verify again",
                claim.name
            ),
            Self::OtherGroups { name } => write!(
                formatter,
                "the verification shows the group `{name}`, which the application does not know in platform.yaml; check that the tenant of Auth0 runs these mappings, with `claimsmith status`, and verify again"
            ),
        }
    }
}

fn paths(paths: &[String]) -> String {
    paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}

/// Why a plan cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanError {
    /// Its text cannot be read.
    NotRead(NotRead),
    /// It is for another tenant.
    #[non_exhaustive]
    OtherTenant {
        /// The host of its tenant.
        own: String,
        /// The host of the tenant that was chosen.
        other: String,
    },
    /// It was made from other mappings.
    Stale,
}

impl From<NotRead> for PlanError {
    fn from(error: NotRead) -> Self {
        Self::NotRead(error)
    }
}

impl std::error::Error for PlanError {}

impl fmt::Display for PlanError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRead(error) => error.fmt(formatter),
            Self::OtherTenant { own, other } => {
                write!(formatter, "it is for the tenant {own}, and not for {other}")
            }
            Self::Stale => formatter.write_str(
                "the groups or the claim of the application have changed in platform.yaml since it was made; plan again",
            ),
        }
    }
}
