//! The arguments of the verbs of `claimsmith qlik`.

#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]

use std::path::PathBuf;

use clap::ValueEnum;

use crate::arguments::{JournalOption, MappingsOption, OutputFormat, TenantAccess};
use crate::credentials::CredentialsArgument;

/// Say what the set-up would change in Qlik Cloud, and write it down
///
/// Changes nothing. Also says what is noticed and not changed: groups that `platform.yaml` does not know, names that
/// differ by letter case alone, whether logins create groups, how long sessions last, and limits.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith qlik plan
  claimsmith qlik plan --claim-path name
  claimsmith qlik plan customers/mappings --only-groups --out groups.qlik.json

`claimsmith help qlik` lists the credentials.")]
pub(super) struct PlanArguments {
    #[command(flatten)]
    pub(super) access: TenantAccess,
    /// The application, by its name in `platform.yaml`; needed if several have the profile `qlik-cloud`
    #[arg(long, value_name = "NAME")]
    pub(super) application: Option<String>,
    /// How the claims mapping spells the claim; which spelling a tenant takes is shown by the verification
    #[arg(long, value_enum, default_value_t)]
    pub(super) claim_path: ClaimPath,
    /// Leave the identity provider as it is
    #[arg(long, conflicts_with_all = ["claim_path", "replace_pending"])]
    pub(super) only_groups: bool,
    /// Replace options of the identity provider that somebody else left pending
    #[arg(long)]
    pub(super) replace_pending: bool,
    /// The file to write the plan into
    #[arg(long, value_name = "FILE", default_value = "claimsmith.qlik.json")]
    pub(super) out: PathBuf,
    /// How to print what would change
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}

/// A spelling of a claim in a claims mapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ClaimPath {
    /// A JSON pointer, such as /https:~1~1example.com~1groups
    #[default]
    Pointer,
    /// The name of the claim as it is, such as https://example.com/groups
    Name,
    /// Both, the pointer first
    Either,
}

/// Carry out a plan, as far as that is possible without a person
///
/// Creates the groups, then lets the options of the identity provider wait for a verification. Once a person has
/// verified them and the groups have arrived, `--promote` makes them live. A run that was interrupted is continued by
/// running it again. The exit code is 1 as long as a person has to do something.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith qlik apply claimsmith.qlik.json
  claimsmith qlik apply claimsmith.qlik.json --promote

`claimsmith help qlik` lists the credentials.")]
pub(super) struct ApplyArguments {
    /// What `claimsmith qlik plan` has written
    #[arg(value_name = "PLAN")]
    pub(super) plan: PathBuf,
    #[command(flatten)]
    pub(super) mappings: MappingsOption,
    #[command(flatten)]
    pub(super) credentials: CredentialsArgument,
    /// Make verified options live for all logins
    #[arg(long)]
    pub(super) promote: bool,
    /// Accept what somebody else has changed at the identity provider since the plan was made
    #[arg(long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) journal: JournalOption,
}
