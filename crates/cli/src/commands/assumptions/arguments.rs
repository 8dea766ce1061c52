//! The arguments of the verbs of `claimsmith assumptions`.

#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]

use std::path::PathBuf;

use crate::arguments::{MappingsArgument, OutputFormat, TenantAccess};
use crate::tenant::TenantArgument;

/// List what is assumed, and what is known about it on a tenant
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith assumptions list
  claimsmith assumptions list --format json | jq -r '.assumptions[] | select(.outcome != \"held\") | .id'")]
pub(super) struct ListArguments {
    #[command(flatten)]
    pub(super) mappings: MappingsArgument,
    #[command(flatten)]
    pub(super) tenant: TenantArgument,
    /// The record; `assumptions/DOMAIN.json` next to the mapping files by default
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,
    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}

/// Test what is assumed, and record what held and what failed
///
/// Tests that an API can make are made with the credentials of the environment or of `--credentials`, on the test
/// organization and the test users that you name; without them nothing is known. For the others, the command says what to
/// do and what means that the assumption held: run it again with the answer. The exit code is 1 if an assumption failed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith assumptions run
  claimsmith assumptions run --test-organization org_… --test-user 'waad|…'
  claimsmith assumptions run --only qlik-claim-path --answer qlik-claim-path=held

Tests of a test organization need the scopes read:organizations and update:organizations, those of test
users read:users. `claimsmith help deploy` lists the credentials.")]
pub(super) struct RunArguments {
    #[command(flatten)]
    pub(super) access: TenantAccess,
    /// The id of an assumption to test; can be repeated, and all are tested without it
    #[arg(long, value_name = "ID")]
    pub(super) only: Vec<String>,
    /// The id of an Auth0 organization without customers, whose metadata are written and restored
    #[arg(long, value_name = "ORG_ID")]
    pub(super) test_organization: Option<String>,
    /// The id of a test user who has groups, whose profile is read; can be repeated, one for each strategy
    #[arg(long, value_name = "USER_ID")]
    pub(super) test_user: Vec<String>,
    /// What you have seen, such as `qlik-claim-path=held`; `failed` and `unknown` are the other answers
    #[arg(long, value_name = "ID=OUTCOME")]
    pub(super) answer: Vec<String>,
    /// A JSON file with answers by id, such as `{ "qlik-claim-path": "held" }`
    #[arg(long, value_name = "FILE")]
    pub(super) answers: Option<PathBuf>,
    /// The record; `assumptions/DOMAIN.json` next to the mapping files by default, which the other commands read
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}
