//! The files of a kit.

use super::bodies;
use super::facts::Facts;
use super::parts::parts;
use super::samples::{self, pretty};
use super::terraform;

/// A file of a kit.
#[derive(Clone, Debug)]
pub(crate) struct KitFile {
    /// Below the kit's folder, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl KitFile {
    fn new(path: impl Into<String>, text: String) -> Self {
        Self { path: path.into(), text }
    }
}

/// All files of a kit but its page, with the parts first.
pub(crate) fn files(facts: &Facts<'_>) -> Vec<KitFile> {
    let mut files: Vec<KitFile> =
        parts(facts).into_iter().map(|(path, text)| KitFile::new(path, text)).collect();
    for request in bodies::requests(facts).into_iter().chain(bodies::ticket(facts)) {
        files.push(KitFile::new(request.file, pretty(&request.body)));
    }
    for (path, json) in bodies::deploy_cli(facts) {
        files.push(KitFile::new(format!("auth0/deploy-cli/{path}"), pretty(&json)));
    }
    files.push(KitFile::new("auth0/terraform/onboarding.tf", terraform::module(facts)));
    if facts.qlik().next().is_some() {
        files.push(KitFile::new("qlik-cloud/groups.json", pretty(&bodies::qlik_groups(facts))));
        files.push(KitFile::new("qlik-cloud/group-settings.json", pretty(&bodies::qlik_group_settings())));
    }
    files.extend(samples::files(facts).into_iter().map(|(path, text)| KitFile::new(path, text)));
    files
}
