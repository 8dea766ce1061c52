//! The arguments of `claimsmith sign`.

use std::path::PathBuf;

use crate::arguments::{BLOCKS_FOLDER, MappingsArgument, OutputFormat};
use crate::login_time;
use crate::tenant::TenantArgument;

/// Sign the mappings of customers as blocks for the metadata of their Auth0 organizations
///
/// Compiles the mappings, signs each block with the given keys, and writes one JSON file per organization. Talks to no
/// tenant, and signs nothing that it did not compile itself. Organizations without a block stay in the Action; the
/// output says why.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SignArguments {
    #[command(flatten)]
    pub(super) mappings: MappingsArgument,
    #[command(flatten)]
    pub(super) tenant: TenantArgument,
    /// Only the block of this organization, by the name of its mapping; may be repeated
    #[arg(long = "organization", value_name = "NAME")]
    pub(super) organizations: Vec<String>,
    /// The folder to write OUT/NAME.json into, which is created if it does not exist
    #[arg(long, value_name = "OUT", default_value = BLOCKS_FOLDER)]
    pub(super) out: PathBuf,
    /// The file of a private key; twice while one key replaces another
    #[arg(long = "key", value_name = "FILE")]
    pub(super) keys: Vec<PathBuf>,
    /// A plan of `claimsmith deploy plan --confirm-within`: sign its blocks so that they need a confirmation
    #[arg(long, value_name = "PLAN")]
    pub(super) plan: Option<PathBuf>,
    /// The time of signing, for tests
    #[arg(long, value_name = "TIME", value_parser = login_time::parse, hide = true)]
    pub(super) at: Option<f64>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith sign --key production-2026.key
  claimsmith sign customers/mappings --tenant staging --out dist/blocks --key staging.key
  claimsmith sign --organization acme --key production-2026.key --key production-2027.key
  claimsmith sign --plan claimsmith.plan.json --key production-2026.key

Without `--key`, the key is in the variable CLAIMSMITH_SIGNING_KEY (the content of the file), or in an SSH agent
(SSH_AUTH_SOCK); of an agent, every key that `platform.yaml` declares for the tenant signs.";
