//! The arguments of `claimsmith verify-live`.

#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]

use std::path::PathBuf;

use crate::arguments::{OutputFormat, TenantAccess};

/// Compare what logins give with the groups that people hold in an application
///
/// Reads profiles and memberships from Auth0, evaluates the mappings for them, and compares the groups with those that
/// Qlik Cloud has of the identity provider, or with the members of the groups of a SCIM service. Changes nothing. People
/// whom one side does not have are counted as unseen, and never as equal.
///
/// The exit code is 1 if somebody holds other groups, should hold one that the SCIM service does not have, or if the
/// service does not name the members of a group, and 2 if no one could be compared.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Qlik Cloud is set by QLIK_HOST with QLIK_CLIENT_ID and QLIK_CLIENT_SECRET, or with QLIK_ACCESS_TOKEN,
in the environment or in the file of `--qlik-credentials`. With `--scim`, SCIM_URL is the base of the
service, such as https://catalog.example.com/scim/v2, and SCIM_TOKEN its bearer token, in the
environment or in the file of `--scim-credentials`. Auth0 needs the scopes read:users and
read:organization_members; `claimsmith help deploy` lists the credentials.

Examples:
  claimsmith verify-live
  claimsmith verify-live --scim --application catalog
  claimsmith verify-live --people 1000 --format json | jq .different")]
pub(crate) struct VerifyLiveArguments {
    #[command(flatten)]
    pub(super) access: TenantAccess,
    /// A JSON file with the credentials of Qlik Cloud, in place of the environment
    #[arg(long, value_name = "FILE")]
    pub(super) qlik_credentials: Option<PathBuf>,
    /// Compare with the groups of a SCIM service, in place of Qlik Cloud
    #[arg(long, conflicts_with = "qlik_credentials")]
    pub(super) scim: bool,
    /// A JSON file with SCIM_URL and SCIM_TOKEN, in place of the environment
    #[arg(long, value_name = "FILE", requires = "scim")]
    pub(super) scim_credentials: Option<PathBuf>,
    /// The application, by its name in `platform.yaml`; needed if there are several
    #[arg(long, value_name = "NAME")]
    pub(super) application: Option<String>,
    /// How many people of each connection to read, those with the newest logins, at most 1000
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) people: u16,
    /// Print the subjects of people whose groups differ, which are personal data, and not digests of them
    #[arg(long)]
    pub(super) show_people: bool,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}
