//! Why a deployment ended too early, and what to do then.

use std::fmt;

use claimsmith_lifecycle::deployment::Refusal;

use crate::error::Error;

/// Why a deployment ended too early.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeployError {
    /// It must not go on.
    Refused(Refusal),
    /// A request failed.
    Request(Error),
    /// Auth0 accepted a deployment, but logins do not run it.
    NotDeployed,
    /// The list of bindings is not the one that was written: these names in their order.
    OtherBindings(Vec<String>),
    /// What others change never ends.
    Unsettled,
    /// A step could not be recorded.
    Journal(String),
    /// It is not known whether logins run an old version again.
    #[non_exhaustive]
    RollBack {
        /// The number of the version.
        to: u64,
        /// Why it is not known.
        cause: Box<DeployError>,
    },
    /// There is no signed block of this organization.
    NoBlock(String),
    /// The block of this organization is not there after it was written.
    NotWritten(String),
    /// Auth0 does not take the metadata of an organization.
    #[non_exhaustive]
    Metadata {
        /// The name of the mapping.
        organization: String,
        /// What Auth0 says.
        error: Box<Error>,
    },
    /// The Action in between cannot be made.
    InBetween(String),
    /// There is no Action to take back.
    NoAction(String),
    /// There is no version to go back to.
    #[non_exhaustive]
    NoVersion {
        /// The number that was asked for; `None` for the newest older version with other code.
        asked: Option<u64>,
        /// The numbers that there are.
        kept: Vec<u64>,
    },
}

impl DeployError {
    /// Whether it says something about the metadata of one organization, and nothing about others.
    pub(super) fn is_about_one_block(&self) -> bool {
        match self {
            Self::Refused(Refusal::NoKeys { .. } | Refusal::BlockChanged { .. }) | Self::NotWritten(_) => {
                true
            }
            // Auth0 refuses these metadata, for their size or for what they have.
            Self::Request(error) => {
                error.method == "PATCH"
                    && error.path.contains("/organizations/")
                    && matches!(error.status(), Some(400 | 413 | 422))
            }
            _ => false,
        }
    }

    /// The same, with the name of the organization.
    pub(super) fn of(self, organization: &str) -> Self {
        match self {
            Self::Request(error) => {
                Self::Metadata { organization: organization.to_owned(), error: Box::new(error) }
            }
            other => other,
        }
    }
}

impl std::error::Error for DeployError {}

impl fmt::Display for DeployError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::Request(error) => {
                error.fmt(formatter)?;
                match error.status() {
                    Some(409) => {
                        write!(formatter, "; somebody else has created an Action of this name: plan again")
                    }
                    Some(404) => write!(formatter, "; somebody else has deleted it: plan again"),
                    Some(401 | 403) => Ok(()),
                    Some(400) if error.path.ends_with("/actions/actions") => {
                        write!(formatter, "; a tenant has at most 100 Actions, each of at most 100 000 bytes")
                    }
                    Some(400..=428) => Ok(()),
                    _ => write!(
                        formatter,
                        "; run the same command again, it continues where this run has stopped"
                    ),
                }
            }
            Self::NotDeployed => write!(
                formatter,
                "Auth0 accepted the deployment, but still runs another version; run the same command again later"
            ),
            Self::OtherBindings(names) => write!(
                formatter,
                "somebody has changed the bindings while they were written: now bound are {}; plan again",
                names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
            Self::Unsettled => write!(
                formatter,
                "others change the Action or the bindings all the time; run the same command again when they have ended"
            ),
            Self::Journal(why) => {
                write!(formatter, "the journal cannot be written, and nothing more was done: {why}")
            }
            Self::RollBack { to, cause } => {
                match cause.as_ref() {
                    Self::Request(error) => error.fmt(formatter)?,
                    other => other.fmt(formatter)?,
                }
                write!(formatter, "; go on with `--to {to}`, which does nothing if it took effect")
            }
            Self::NoBlock(organization) => {
                write!(formatter, "there is no signed block of `{organization}`; `claimsmith sign` writes it")
            }
            Self::NotWritten(organization) => write!(
                formatter,
                "the block of `{organization}` is not there after it was written; if another program writes the metadata of this organization, stop it, and run the same command again"
            ),
            Self::Metadata { organization, error } => write!(
                formatter,
                "Auth0 does not take the metadata of `{organization}`, with those of others in them: {error}; remove what it does not take, and run the same command again"
            ),
            Self::InBetween(why) => write!(
                formatter,
                "the Action that takes old and new blocks cannot be made, and nothing was changed: {why}"
            ),
            Self::NoAction(name) => write!(
                formatter,
                "the tenant has no deployed Action `{name}`, so there is nothing to go back to"
            ),
            Self::NoVersion { asked, kept } => {
                match asked {
                    Some(number) => write!(formatter, "Auth0 keeps no version {number} to go back to")?,
                    None => write!(formatter, "Auth0 keeps no older version with other code to go back to")?,
                }
                let kept: Vec<String> = kept.iter().map(u64::to_string).collect();
                write!(
                    formatter,
                    " (it keeps {}); deploy the mapping files of that time instead, with `claimsmith deploy plan` and `apply`",
                    kept.join(", ")
                )
            }
        }
    }
}

impl From<Error> for DeployError {
    fn from(error: Error) -> Self {
        Self::Request(error)
    }
}

impl From<Refusal> for DeployError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
