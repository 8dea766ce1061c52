//! The record of what was found out about a tenant, and what of a platform depends on it.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::inspect;
use claimsmith_lifecycle::assumptions::{Feature, Record};

use crate::folder;

/// More than any record has, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// Where the record of a tenant is, unless an option says something else: next to the folder of mapping files, or to the
/// file that holds a whole platform, from wherever the command is run.
pub(crate) fn default_path(mappings: &Path, domain: &str) -> PathBuf {
    let beside = match (mappings.file_name(), mappings.parent()) {
        (Some(_), Some(parent)) => parent.to_owned(),
        // `.` and `..` do not say what they are in.
        _ => mappings.join(".."),
    };
    beside.join("assumptions").join(format!("{domain}.json"))
}

/// Reads the record of a tenant. One that is not there yet is empty.
///
/// # Errors
///
/// If it cannot be read, or is of another tenant.
pub(crate) fn read(path: &Path, domain: &str) -> anyhow::Result<Record> {
    let reader = match folder::open_named(path) {
        Ok(reader) => reader,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Record::new(domain)),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    };
    let mut text = String::new();
    let read = reader.take(MOST_BYTES).read_to_string(&mut text);
    read.with_context(|| format!("cannot read `{}`", path.display()))?;
    Record::from_json(&text, domain).map_err(|error| anyhow!("cannot use `{}`: {error}", path.display()))
}

/// Refuses what depends on an assumption that failed on the tenant of a platform, by the record next to its
/// mapping files.
///
/// # Errors
///
/// The assumption that failed; or the record cannot be read, so it is not known whether one has.
pub(crate) fn require(
    mappings: &Path,
    platform: &CompiledPlatform,
    features: &[Feature],
) -> anyhow::Result<()> {
    let Some(tenant) = platform.tenant() else { return Ok(()) };
    let record = read(&default_path(mappings, tenant.domain()), tenant.domain())?;
    features.iter().try_for_each(|feature| record.require_feature(*feature)).map_err(anyhow::Error::from)
}

/// The same for single assumptions, by their ids.
///
/// # Errors
///
/// As for features.
pub(crate) fn require_each(mappings: &Path, platform: &CompiledPlatform, ids: &[&str]) -> anyhow::Result<()> {
    let Some(tenant) = platform.tenant() else { return Ok(()) };
    let record = read(&default_path(mappings, tenant.domain()), tenant.domain())?;
    ids.iter().try_for_each(|id| record.require(id)).map_err(anyhow::Error::from)
}

/// What a deployment of a platform depends on.
pub(crate) fn features_of_deployment(platform: &CompiledPlatform) -> Vec<Feature> {
    let mut features = vec![Feature::Deploy];
    for connection in inspect::organization_connections(platform).flat_map(|it| it.connections) {
        for source in &connection.sources {
            match source.from.as_str() {
                "provisioned" => features.push(Feature::ProvisionedGroups),
                from if from.starts_with('/') => features.push(Feature::Attributes(connection.strategy)),
                _ => {}
            }
        }
    }
    if inspect::limits_refresh(platform) {
        features.push(Feature::Refresh);
    }
    if inspect::applications(platform).iter().any(|it| it.saml_attribute.is_some()) {
        features.push(Feature::SamlAttribute);
    }
    features.sort_unstable();
    features.dedup();
    features
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::default_path;

    #[test]
    fn record_is_next_to_the_mappings() {
        for (mappings, expected) in [
            ("mappings", "assumptions/a.json"),
            ("mappings/", "assumptions/a.json"),
            ("customers/mappings", "customers/assumptions/a.json"),
            ("all.yaml", "assumptions/a.json"),
            (".", "./../assumptions/a.json"),
            ("..", "../../assumptions/a.json"),
        ] {
            assert_eq!(default_path(Path::new(mappings), "a"), Path::new(expected), "{mappings}");
        }
    }
}
