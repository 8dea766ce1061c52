//! The metadata of signed blocks in the form of the program that writes the metadata of organizations.

use std::path::{Path, PathBuf};

use claimsmith::compiler::MetadataWriter;
use serde_json::json;

use crate::block_file::BlockFile;

/// A Terraform module that reads the files of blocks in its folder.
const TERRAFORM: &str = include_str!("../../../templates/deployment/blocks.tf");

/// The files to write besides the file of a block, with their texts. A block that needs a confirmation has none: only
/// `claimsmith deploy` confirms it.
pub(super) fn of(writer: MetadataWriter, out: &Path, block: &BlockFile) -> Option<(PathBuf, String)> {
    if block.deadline.is_some() {
        return None;
    }
    match writer {
        MetadataWriter::Api => None,
        MetadataWriter::Terraform => Some((out.join("blocks.tf"), TERRAFORM.to_owned())),
        MetadataWriter::DeployCli => {
            let organization = json!({ "name": block.organization, "metadata": block.values });
            let path = out.join("organizations").join(format!("{}.json", block.organization));
            Some((path, format!("{organization:#}\n")))
        }
    }
}

/// What to do with these files.
pub(super) fn note(writer: MetadataWriter, out: &Path) -> Option<String> {
    match writer {
        MetadataWriter::Api => None,
        MetadataWriter::Terraform => Some(format!(
            "`{}` makes the folder a Terraform module: merge its output `metadata` into each `auth0_organization`",
            out.join("blocks.tf").display()
        )),
        MetadataWriter::DeployCli => Some(format!(
            "`{}` has the metadata for auth0-deploy-cli: merge them into the files of its folder `organizations`",
            out.join("organizations").display()
        )),
    }
}
