//! What a platform has: groups that can be granted, and who is responsible for which file.

use std::collections::{BTreeMap, BTreeSet};

use super::super::CompiledPlatform;
use crate::language::strategy::Strategy;

/// A target group that a rule may grant without being marked, and an application that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct OpenGroup {
    /// The name of the group.
    pub group: String,
    /// The name of its first application.
    pub application: String,
}

/// The target groups that are not protected, sorted by name.
pub fn open_groups(platform: &CompiledPlatform) -> Vec<OpenGroup> {
    let platform = &platform.model.platform;
    let open = platform.groups.iter().filter(|group| !group.protected);
    let open = open.filter_map(|group| {
        let application = platform.applications.get(*group.applications.first()?)?;
        Some(OpenGroup { group: group.name.value.clone(), application: application.name.value.clone() })
    });
    open.collect()
}

/// The names of the mappings, each with the path of its file.
pub fn mapping_files(platform: &CompiledPlatform) -> impl Iterator<Item = (&str, &str)> {
    platform.model.organizations.iter().map(|it| (it.name.as_str(), it.file.as_str()))
}

/// The `owner`s that each file names, by the file's path.
pub fn owners(platform: &CompiledPlatform) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let model = &platform.model;
    let groups = model.platform.groups.iter();
    let of_groups = groups.map(|group| (model.platform.file.as_str(), group.owner.as_deref()));
    let rules = model.organizations.iter().flat_map(|it| &it.rules);
    let of_rules = rules.map(|rule| (rule.file.as_str(), rule.owner.as_deref()));
    for (file, owner) in of_groups.chain(of_rules) {
        owners.entry(file).or_default().extend(owner);
    }
    owners
}

/// The strategies that a connection can have.
pub fn strategies() -> impl Iterator<Item = &'static str> {
    Strategy::CHOICES.iter().map(|(name, _)| *name)
}
