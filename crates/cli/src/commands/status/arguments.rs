//! The arguments of `claimsmith status`.

use std::path::PathBuf;

use crate::arguments::{OutputFormat, TenantAccess};

/// Show what the logins of a tenant run, and what would break them
///
/// Reads the tenant and changes nothing: the deployed Action, all organizations with their blocks, all connections, those
/// that are enabled for each organization of a mapping, and the profiles with the newest logins, and compares them with
/// the mapping files. Requests are half a second apart.
///
/// The exit code is 1 if there is a problem, and 2 if there is none but something could not be checked.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Needs the scopes read:actions, read:organizations and read:connections, read:organization_connections
unless `--skip-enabled` is given, and read:users unless `--profiles 0` is; what cannot be checked
without one is named. `claimsmith help deploy` lists
the credentials. `--calendar` needs read:connections, read:organizations if the platform has blocks,
read:scim_token, read:client_credentials and read:signing_keys.

Examples:
  claimsmith status
  claimsmith status --tenant staging --profiles 1000
  claimsmith status --calendar expiries.ics
  claimsmith status --format json | jq -r '.findings[].code'")]
#[cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(super) access: TenantAccess,
    /// How many profiles to measure, those with the newest logins, at most 1000; 0 reads none
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub(super) profiles: u16,
    /// Do not read which connections are enabled for which organization, a request for each organization of a mapping
    #[arg(long)]
    pub(super) skip_enabled: bool,
    /// Exit with 1 for warnings too
    #[arg(long)]
    pub(super) deny_warnings: bool,
    /// Write what expires as a calendar into this file, which must not exist, and print that instead of the state
    #[arg(long, value_name = "FILE.ics", conflicts_with_all = ["profiles", "skip_enabled", "deny_warnings"])]
    pub(super) calendar: Option<PathBuf>,
    /// How to print the state
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}
