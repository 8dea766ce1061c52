//! The arguments of the verbs of `claimsmith deploy`.

#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]

use std::path::PathBuf;

use crate::arguments::{BLOCKS_FOLDER, JournalOption, MappingsOption, OutputFormat, TenantAccess};
use crate::credentials::CredentialsArgument;
use crate::slices;

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
  claimsmith deploy plan --packaging slices --slices 3
  claimsmith deploy plan --packaging organizations
  claimsmith deploy plan --organization acme --confirm-within 30m
  claimsmith deploy plan --action-only

`claimsmith help deploy` lists the credentials.")]
pub(super) struct PlanArguments {
    #[command(flatten)]
    pub(super) access: TenantAccess,
    /// The file to write the plan into
    #[arg(long, value_name = "FILE", default_value = "claimsmith.plan.json")]
    pub(super) out: PathBuf,
    /// Bind the Action before this one, and not at the end; an Action that is bound already stays where it is
    #[arg(long, value_name = "ACTION")]
    pub(super) before: Option<String>,
    /// Where the mappings are: in the Action, or in the metadata of the customers' Auth0 organizations; by default where
    /// the Action that logins run has them
    #[arg(long, value_enum)]
    pub(super) packaging: Option<DeployPackaging>,
    /// The number of slices, from 2 to 10; by default as many as there are in the flow, or the fewest that fit
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(slices::COUNTS))]
    pub(super) slices: Option<u8>,
    /// Only the block of this organization, by the name of its mapping; may be repeated, and leaves the Action alone
    #[arg(long = "organization", value_name = "NAME")]
    pub(super) organizations: Vec<String>,
    /// Deploy the Action alone and leave the blocks as they are, such as to stop trusting a key at once; the plan names the
    /// organizations whose logins that closes
    #[arg(long, conflicts_with_all = ["organizations", "rewrite", "confirm_within"])]
    pub(super) action_only: bool,
    /// Write all blocks, also those whose mappings are as they were: after a new key has signed them
    #[arg(long)]
    pub(super) rewrite: bool,
    /// Let the old mappings return after a time such as `30m` or `2h`, unless `claimsmith deploy confirm` comes before
    #[arg(long, value_name = "TIME", value_parser = parse_window)]
    pub(super) confirm_within: Option<u32>,
    /// Let changes that may remove access wait for a confirmation: without it, that access comes back
    #[arg(long, requires = "confirm_within")]
    pub(super) force: bool,
    /// How to print what would change
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}

/// Where the mappings of customers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum DeployPackaging {
    /// All in the Action
    #[default]
    Embedded,
    /// Divided among several Actions of the same trigger
    Slices,
    /// Each in the metadata of its Auth0 organization, as a signed block
    Organizations,
}

/// The longest time for a confirmation, in seconds. A block may have a day from when it was signed; an hour is for clocks
/// that differ. WebAssembly has no blocks, but has these arguments.
const LONGEST_WINDOW: u32 = 82_800;
#[cfg(not(target_family = "wasm"))]
const _: () = assert!(LONGEST_WINDOW < claimsmith_lifecycle::block::MAX_PENDING_SECONDS);

/// Reads how long a change waits for its confirmation, in seconds.
fn parse_window(text: &str) -> Result<u32, &'static str> {
    const HINT: &str = "write a number of minutes or hours, such as `30m` or `2h`, of at least 1 minute and at most 23 hours";
    let (number, seconds) = match (text.strip_suffix('m'), text.strip_suffix('h')) {
        (Some(number), _) => (number, 60),
        (_, Some(number)) => (number, 3600),
        _ => return Err(HINT),
    };
    let window = number.parse::<u32>().ok().and_then(|number| number.checked_mul(seconds));
    window.filter(|seconds| (60..=LONGEST_WINDOW).contains(seconds)).ok_or(HINT)
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
    #[command(flatten)]
    pub(super) mappings: MappingsOption,
    #[command(flatten)]
    pub(super) credentials: CredentialsArgument,
    /// The folder with the signed blocks that the plan writes
    #[arg(long, value_name = "DIR", default_value = BLOCKS_FOLDER)]
    pub(super) blocks: PathBuf,
    /// Accept what somebody else has changed since the plan was made, and replace an edited draft or block
    #[arg(long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) journal: JournalOption,
}

/// Confirm the blocks of a plan that was made with `--confirm-within`
///
/// Writes the blocks that `claimsmith sign` has signed in advance, and only over those that the plan has written. Without
/// it, the old mappings return by themselves at the deadline.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith deploy confirm claimsmith.plan.json

`claimsmith help deploy` lists the credentials.")]
pub(super) struct ConfirmArguments {
    /// What `claimsmith deploy plan` has written
    #[arg(value_name = "PLAN")]
    pub(super) plan: PathBuf,
    #[command(flatten)]
    pub(super) mappings: MappingsOption,
    /// The folder with the signed blocks of the plan
    #[arg(long, value_name = "DIR", default_value = BLOCKS_FOLDER)]
    pub(super) blocks: PathBuf,
    #[command(flatten)]
    pub(super) credentials: CredentialsArgument,
    #[command(flatten)]
    pub(super) journal: JournalOption,
}

/// Let logins run an older version of the Action again
///
/// Without `--to`, that is the newest older one whose code differs. Bindings stay as they are. Refused if a customer whose
/// mapping travels could no longer log in, or if that version takes blocks that the present one refuses.
///
/// With `--organization`, writes the block back that a plan found, and leaves the Action alone.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith deploy rollback
  claimsmith deploy rollback --tenant staging --to 12
  claimsmith deploy rollback --organization acme --plan claimsmith.plan.json

`claimsmith help deploy` lists the credentials.")]
pub(super) struct RollbackArguments {
    #[command(flatten)]
    pub(super) access: TenantAccess,
    /// The number of the version, as `claimsmith status` shows it
    #[arg(long, value_name = "NUMBER")]
    pub(super) to: Option<u64>,
    /// Take the block of this organization back, by the name of its mapping, and not the Action; may be repeated
    #[arg(long = "organization", value_name = "NAME", requires = "plan", conflicts_with = "to")]
    pub(super) organizations: Vec<String>,
    /// The plan whose blocks are taken back
    #[arg(long, value_name = "PLAN", requires = "organizations")]
    pub(super) plan: Option<PathBuf>,
    /// Take back a block that somebody else has changed since, or let an older version trust what is not trusted any more
    #[arg(long)]
    pub(super) force: bool,
    /// Where each step is recorded, one JSON object a line; `claimsmith.rollback.jsonl` by default, and with `--plan` next to
    /// the plan
    #[arg(long, value_name = "FILE")]
    pub(super) journal: Option<PathBuf>,
}
