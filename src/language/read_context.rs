//! What is in scope while an organization's file is read.

use super::model::Platform;
use super::template::Templates;

/// The platform, the other organizations and the templates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadContext<'s> {
    /// `None` if the platform could not be read, which has been reported.
    pub(crate) platform: Option<&'s Platform>,
    /// The names of the platform's applications; `None` if the platform is.
    pub(crate) applications: Option<&'s [&'s str]>,
    /// The names of all mappings.
    pub(crate) organizations: &'s [&'s str],
    pub(crate) templates: &'s Templates,
}
