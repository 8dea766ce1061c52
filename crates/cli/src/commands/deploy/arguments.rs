//! The arguments of the verbs of `claimsmith deploy`.

#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]

use std::path::PathBuf;

use crate::arguments::{MappingsArgument, OutputFormat};
use crate::tenant::TenantArgument;

/// Say what a deployment would change, and write it down
///
/// Changes nothing in the tenant. Refuses an Action of the same name that claimsmith did not build for the tenant, and
/// a trigger without a free place.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith deploy plan
  claimsmith deploy plan customers/mappings --tenant staging --out staging.plan.json
  claimsmith deploy plan --before 'Enrich profile'

`claimsmith help deploy` lists the credentials.")]
pub(super) struct PlanArguments {
    #[command(flatten)]
    pub(super) mappings: MappingsArgument,
    #[command(flatten)]
    pub(super) tenant: TenantArgument,
    #[command(flatten)]
    pub(super) credentials: CredentialsArgument,
    /// The file to write the plan into
    #[arg(long, value_name = "FILE", default_value = "claimsmith.plan.json")]
    pub(super) out: PathBuf,
    /// Bind the Action before this one, and not at the end; an Action that is bound already stays where it is
    #[arg(long, value_name = "ACTION")]
    pub(super) before: Option<String>,
    /// How to print what would change
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}

/// Carry out a plan
///
/// Creates or updates the Action, waits until it is built, deploys it, binds it without touching the other bindings,
/// and reads back that logins run it. Refuses a plan that was made from other mappings or for another tenant, and
/// everything that somebody else has changed since. A run that was interrupted is continued by running it again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith deploy apply claimsmith.plan.json
  claimsmith deploy apply staging.plan.json --mappings customers/mappings --credentials config.json

`claimsmith help deploy` lists the credentials.")]
pub(super) struct ApplyArguments {
    /// What `claimsmith deploy plan` has written
    #[arg(value_name = "PLAN")]
    pub(super) plan: PathBuf,
    /// The folder of mapping files, or a YAML file that holds a whole platform
    #[arg(long, value_name = "DIR", default_value = "mappings")]
    pub(super) mappings: PathBuf,
    #[command(flatten)]
    pub(super) credentials: CredentialsArgument,
    /// Accept what somebody else has changed since the plan was made, and replace an edited draft
    #[arg(long)]
    pub(super) force: bool,
    /// Where each step is recorded, one JSON object a line; next to the plan by default
    #[arg(long, value_name = "FILE")]
    pub(super) journal: Option<PathBuf>,
}

/// Let logins run an older version of the Action again
///
/// Without `--to`, that is the newest older one whose code differs. Bindings stay as they are.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith deploy rollback
  claimsmith deploy rollback --tenant staging --to 12

`claimsmith help deploy` lists the credentials.")]
pub(super) struct RollbackArguments {
    #[command(flatten)]
    pub(super) mappings: MappingsArgument,
    #[command(flatten)]
    pub(super) tenant: TenantArgument,
    #[command(flatten)]
    pub(super) credentials: CredentialsArgument,
    /// The number of the version, as `claimsmith status` shows it
    #[arg(long, value_name = "NUMBER")]
    pub(super) to: Option<u64>,
    /// Where the step is recorded, as one JSON object a line
    #[arg(long, value_name = "FILE", default_value = "claimsmith.rollback.jsonl")]
    pub(super) journal: PathBuf,
}

/// Who asks.
#[derive(Debug, clap::Args)]
pub(crate) struct CredentialsArgument {
    /// A JSON file with credentials, such as the config.json of auth0-deploy-cli, in place of the environment
    #[arg(long = "credentials", value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
}
