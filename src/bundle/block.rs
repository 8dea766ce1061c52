//! A block: the mapping of one customer, which travels with the customer and not in the platform's bundle.
//!
//! It may be older than the platform, so both are connected by names, and the platform only narrows what it grants.

use super::block_settings::BlockTerms;
use super::index::{Bundle, Organization};
use crate::ids::{ApplicationId, Id, OrganizationId, TargetId};
use crate::outcome::Note;

/// The mapping of one customer, connected with the platform that its logins come to.
#[derive(Debug)]
pub struct Block<'b> {
    pub(crate) bundle: Bundle<'b>,
    /// For each of its target groups, that of the platform, or why the platform does not grant it.
    targets: Vec<Result<TargetId, Note>>,
    /// For each application of the platform, the block's; `None` if it did not exist when the block was signed.
    applications: Vec<Option<ApplicationId>>,
}

impl<'b> Block<'b> {
    /// Connects a block's bundle with a platform.
    ///
    /// `None` if the bundle does not have exactly one organization, with the id of the terms, or if the platform takes no
    /// blocks.
    pub fn new(platform: &Bundle<'_>, bundle: Bundle<'b>, terms: &BlockTerms<'_>) -> Option<Self> {
        let settings = platform.block_settings.as_ref()?;
        match bundle.organizations() {
            [Organization { id: Some(id), .. }] if *id == terms.organization => {}
            _ => return None,
        }
        let target = |name: &&str| {
            let group = platform.find_group(name.as_bytes()).ok_or(Note::UnregisteredTarget)?;
            if settings.permits(group, terms) { Ok(group) } else { Err(Note::ForbiddenTarget) }
        };
        let targets = bundle.group_names().iter().map(target).collect();
        let applications = platform.applications().iter();
        let applications = applications.map(|application| bundle.find_application_named(application.name));
        Some(Self { applications: applications.collect(), targets, bundle })
    }

    /// The SHA-256 of the content of the block's bundle.
    pub fn digest(&self) -> [u8; 32] {
        self.bundle.digest()
    }

    /// The customer.
    pub fn organization(&self) -> Option<&Organization<'b>> {
        self.bundle.organization(OrganizationId(0))
    }

    /// The block's application for one of the platform's.
    pub(crate) fn application(&self, application: ApplicationId) -> Option<ApplicationId> {
        self.applications.get(application.index()).copied().flatten()
    }

    /// The platform's target group for one of the block's, or the note why it is not granted.
    pub(crate) fn target(&self, group: TargetId) -> Result<TargetId, Note> {
        self.targets.get(group.index()).copied().unwrap_or(Err(Note::UnregisteredTarget))
    }
}
