//! The arguments of the verbs of `claimsmith sync`.

#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]

use std::path::PathBuf;

use crate::arguments::{MappingsOption, OutputFormat};
use crate::directory_source::DirectoryArguments;
use crate::tenant::TenantArgument;

/// Say what would change in the service, and write it down
///
/// Reads the directory and the service, and changes nothing. The exit code is 1 if a guard stops the plan, or if
/// there is something that a person has to decide.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
SCIM_URL is the base of the service, such as https://catalog.example.com/scim/v2, and SCIM_TOKEN its
bearer token, in the environment or in the file of `--scim-credentials`.

Examples:
  claimsmith sync plan acme --directory acme.jsonl
  claimsmith sync plan acme --directory acme.jsonl --show-people
  claimsmith sync plan acme --directory acme.jsonl --format json | jq .memberships")]
pub(super) struct PlanArguments {
    /// The name of the mapping
    #[arg(value_name = "NAME")]
    pub(super) organization: String,
    #[command(flatten)]
    pub(super) directory: DirectoryArguments,
    #[command(flatten)]
    pub(super) mappings: MappingsOption,
    #[command(flatten)]
    pub(super) tenant: TenantArgument,
    /// A JSON file with SCIM_URL and SCIM_TOKEN, in place of the environment
    #[arg(long, value_name = "FILE")]
    pub(super) scim_credentials: Option<PathBuf>,
    /// The file to write the plan into, which has names of people
    #[arg(long, value_name = "FILE", default_value = "claimsmith.sync.json")]
    pub(super) out: PathBuf,
    /// List the people who change, and those about whom something has to be decided, by their ids in the directory
    #[arg(long)]
    pub(super) show_people: bool,
    /// How to print what would change
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}
