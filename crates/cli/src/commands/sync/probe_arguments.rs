//! The arguments of `claimsmith sync probe`.

#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "it is only read where there is a network"))]

use std::path::PathBuf;

/// What a probe found is written into this file of the working folder, and read from there.
pub(super) const DIALECT_FILE: &str = "claimsmith.dialect.json";

use crate::arguments::OutputFormat;

/// Try how the service removes members of groups, and write it down
///
/// Services differ in how one member is removed, and what removes one member of one service removes all members of
/// another. This creates a group and two users whose names begin with `claimsmith-probe-`, changes the members, reads
/// what became of them, and deletes the group and the users. The exit code is 1 if no single member can be removed, if
/// that is not known, or if something could not be deleted.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
SCIM_URL is the base of the service, such as https://catalog.example.com/scim/v2, and SCIM_TOKEN its
bearer token, in the environment or in the file of `--scim-credentials`.

Examples:
  claimsmith sync probe
  claimsmith sync probe --scim-credentials catalog.json --out catalog.dialect.json")]
pub(super) struct ProbeArguments {
    /// A JSON file with SCIM_URL and SCIM_TOKEN, in place of the environment
    #[arg(long, value_name = "FILE")]
    pub(super) scim_credentials: Option<PathBuf>,
    /// The file to write what was found into
    #[arg(long, value_name = "FILE", default_value = DIALECT_FILE)]
    pub(super) out: PathBuf,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}
