//! Files of blocks whose mappings do not travel any more. Programs that write the metadata of organizations from these
//! files would go on to write them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use claimsmith::compiler::MetadataWriter;
use claimsmith_lifecycle::block::key_position;
use serde_json::Value;

use crate::block_file;
use crate::input;

/// The files in the folder of blocks that another program would write to organizations which are not among those whose
/// mappings travel. What cannot be read, or is not a block of the domain, is not one of them.
pub(super) fn files(
    writer: MetadataWriter,
    out: &Path,
    domain: &str,
    traveling: &BTreeSet<&str>,
) -> Vec<PathBuf> {
    let is_left = |name: &str| !traveling.contains(name);
    let is_block = |name: &str| {
        let file = block_file::read(out, name, false).ok().flatten();
        file.is_some_and(|file| file.domain == domain && file.deadline.is_none())
    };
    let mut found = match writer {
        MetadataWriter::Api => return Vec::new(),
        MetadataWriter::Terraform => Vec::new(),
        MetadataWriter::DeployCli => {
            let folder = out.join("organizations");
            let is_left = |(name, path): &(String, PathBuf)| is_left(name) && has_block(path);
            names(&folder).into_iter().filter(is_left).map(|(_, path)| path).collect()
        }
    };
    let own = names(out).into_iter().filter(|(name, _)| is_left(name) && is_block(name));
    found.extend(own.map(|(_, path)| path));
    found.sort();
    found
}

/// The JSON files of a folder, with their names.
fn names(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let named = paths.filter_map(|path| {
        let name = path.file_name()?.to_str()?.strip_suffix(".json")?.to_owned();
        Some((name, path))
    });
    named.collect()
}

/// Whether a file for auth0-deploy-cli has the metadata of a block.
fn has_block(path: &Path) -> bool {
    let text = input::open(path).and_then(|(reader, name)| input::read_text(reader, &name));
    let file = text.ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let metadata = file.as_ref().and_then(|file| file.get("metadata")?.as_object());
    metadata.is_some_and(|metadata| metadata.keys().any(|key| key_position(key).is_some()))
}
