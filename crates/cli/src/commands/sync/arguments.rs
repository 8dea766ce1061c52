//! The arguments of the verbs of `claimsmith sync`.

#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]

use std::path::PathBuf;

use crate::arguments::{MappingsOption, OutputFormat};
use crate::directory_source::DirectoryArguments;
use crate::login_time;
use crate::tenant::TenantArgument;

/// What all verbs need that ask the service.
#[derive(Debug, clap::Args)]
pub(super) struct ServiceArguments {
    #[command(flatten)]
    pub(super) mappings: MappingsOption,
    #[command(flatten)]
    pub(super) tenant: TenantArgument,
    /// A JSON file with SCIM_URL and SCIM_TOKEN, in place of the environment
    #[arg(long, value_name = "FILE")]
    pub(super) scim_credentials: Option<PathBuf>,
    /// What `claimsmith sync probe` found about the service; by default `claimsmith.dialect.json`, if it is there
    #[arg(long, value_name = "FILE")]
    pub(super) dialect: Option<PathBuf>,
    /// How many minutes all requests together may take
    #[arg(long, value_name = "MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=1440))]
    pub(super) deadline: u64,
}

/// How a verb prints.
#[derive(Debug, clap::Args)]
pub(super) struct PrintArguments {
    /// List the people who change, and those about whom something has to be decided, by their ids in the directory
    #[arg(long)]
    pub(super) show_people: bool,
    /// How to print what changes
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}

/// The option for a journal.
#[derive(Debug, clap::Args)]
pub(super) struct JournalArgument {
    /// The file that each decision and each request is appended to, which has names of people; by default
    /// `NAME.sync-journal.jsonl`
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

impl JournalArgument {
    /// The journal of a mapping.
    pub(super) fn of(&self, organization: &str) -> PathBuf {
        self.journal.clone().unwrap_or_else(|| file_of(organization, "sync-journal.jsonl"))
    }
}

/// Say what would change in the service, and write it down
///
/// Reads the directory and the service, and changes nothing. The exit code is 3 if a guard stops the plan, and 1 if
/// there is something that a person has to decide.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
SCIM_URL is the base of the service, such as https://catalog.example.com/scim/v2, and SCIM_TOKEN its
bearer token, in the environment or in the file of `--scim-credentials`. LDAP_URL, LDAP_BIND_DN and
LDAP_PASSWORD name the server of a directory and the account that reads it, likewise.

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
    pub(super) service: ServiceArguments,
    /// The file to write the plan into, which has names of people; by default `NAME.sync-plan.json`
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) print: PrintArguments,
}

/// The plan of a mapping.
pub(super) fn plan_file(named: Option<&PathBuf>, organization: &str) -> PathBuf {
    named.cloned().unwrap_or_else(|| file_of(organization, "sync-plan.json"))
}

/// The plan that takes a run of a mapping back; a scheduled run does not replace it.
pub(super) fn undo_file(named: Option<&PathBuf>, organization: &str) -> PathBuf {
    named.cloned().unwrap_or_else(|| file_of(organization, "sync-undo.json"))
}

/// A file of a mapping in the working folder, whatever the name of the mapping is.
fn file_of(organization: &str, what: &str) -> PathBuf {
    let is_plain = |byte: u8, at: usize| {
        byte.is_ascii_alphanumeric() || byte == b'_' || (at > 0 && matches!(byte, b'.' | b'-'))
    };
    let mut name = String::new();
    for (at, byte) in organization.bytes().enumerate() {
        if is_plain(byte, at) {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    PathBuf::from(format!("{name}.{what}"))
}

/// Carry out a plan
///
/// Only if the mapping is still the same, the plan is not older than a day, and each change fits what the service
/// has. What was made already is left out, so a plan that was interrupted can be carried out again. Afterwards the
/// service is read again: what was accepted and did not take effect is named.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The exit code is 3 if a guard stops the plan. Look at the people with `--show-people` before you release it.

Examples:
  claimsmith sync apply acme.sync-plan.json
  claimsmith sync apply acme.sync-plan.json --release 1f0c9a3b")]
pub(super) struct ApplyArguments {
    /// The plan
    #[arg(value_name = "PLAN")]
    pub(super) plan: PathBuf,
    /// Carry it out although it breaks the guards that it names: the first eight digits of its digest, which are printed
    /// with the plan
    #[arg(long, value_name = "DIGEST")]
    pub(super) release: Option<String>,
    #[command(flatten)]
    pub(super) service: ServiceArguments,
    #[command(flatten)]
    pub(super) journal: JournalArgument,
    #[command(flatten)]
    pub(super) metrics: MetricsArgument,
    #[command(flatten)]
    pub(super) print: PrintArguments,
}

/// The option for metrics.
#[derive(Debug, clap::Args)]
pub(super) struct MetricsArgument {
    /// The file to write the figures of the run into, as Prometheus's node exporter reads them
    #[arg(long = "metrics", value_name = "FILE")]
    pub(super) path: Option<PathBuf>,
}

/// Plan, and carry the plan out unless a guard stops it
///
/// For a schedule. Of several runs of the same mapping, one goes on and the others end with an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The exit code is 3 if a guard stops the run: the plan is written, and `claimsmith sync apply PLAN --release DIGEST`
carries it out. It is 1 if a person has to decide something, or not everything took effect.

Examples:
  claimsmith sync run acme --directory acme.jsonl
  claimsmith sync run acme --directory acme.jsonl --metrics /var/lib/node_exporter/acme.prom")]
pub(super) struct RunArguments {
    /// The name of the mapping
    #[arg(value_name = "NAME")]
    pub(super) organization: String,
    #[command(flatten)]
    pub(super) directory: DirectoryArguments,
    #[command(flatten)]
    pub(super) service: ServiceArguments,
    /// The file to write a plan into that a guard stops, which has names of people; by default `NAME.sync-plan.json`
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) journal: JournalArgument,
    #[command(flatten)]
    pub(super) metrics: MetricsArgument,
    #[command(flatten)]
    pub(super) print: PrintArguments,
}

/// Explain step by step why a person of the directory gets their groups
///
/// As `claimsmith explain` does for a login. It asks no service.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith sync explain acme --directory acme.jsonl --person 7f3a
  claimsmith sync explain acme --directory acme.jsonl --person ada@example.com --format json")]
pub(super) struct ExplainArguments {
    /// The name of the mapping
    #[arg(value_name = "NAME")]
    pub(super) organization: String,
    /// The person, by the id in the directory or by the name of the user
    #[arg(long, value_name = "PERSON")]
    pub(super) person: String,
    #[command(flatten)]
    pub(super) directory: DirectoryArguments,
    #[command(flatten)]
    pub(super) mappings: MappingsOption,
    #[command(flatten)]
    pub(super) tenant: TenantArgument,
    /// The time for rules that expire, as an RFC 3339 date or date-time; the current time by default
    #[arg(long, value_name = "TIME", value_parser = login_time::parse)]
    pub(super) now: Option<f64>,
    /// How to print the explanation
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: OutputFormat,
}

/// Plan to take a run back
///
/// Takes back what the run has added, removed and written, and nothing that has changed since. Users that it created
/// are deactivated. The plan is carried out by `claimsmith sync apply`, within the same guards.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The next run gives what the mapping gives: correct the mapping, or stop the schedule, before you take a run back.

Examples:
  claimsmith sync history acme
  claimsmith sync undo acme 2026-11-28T17:00:04Z-1f0c9a3b
  claimsmith sync apply acme.sync-undo.json")]
pub(super) struct UndoArguments {
    /// The name of the mapping
    #[arg(value_name = "NAME")]
    pub(super) organization: String,
    /// The run, as `claimsmith sync history` names it
    #[arg(value_name = "RUN")]
    pub(super) run: String,
    #[command(flatten)]
    pub(super) service: ServiceArguments,
    /// The file to write the plan into, which has names of people; by default `NAME.sync-undo.json`
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) journal: JournalArgument,
    #[command(flatten)]
    pub(super) print: PrintArguments,
}

/// Say what changed, when and why
///
/// Reads the journal alone, and asks no service.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith sync history acme
  claimsmith sync history acme --run 2026-11-28T17:00:04Z-1f0c9a3b --show-people
  claimsmith sync history acme --person 7f3a")]
pub(super) struct HistoryArguments {
    /// The name of the mapping
    #[arg(value_name = "NAME")]
    pub(super) organization: String,
    /// This run alone
    #[arg(long, value_name = "RUN")]
    pub(super) run: Option<String>,
    /// The changes of this person alone, by the id in the directory
    #[arg(long, value_name = "ID")]
    pub(super) person: Option<String>,
    #[command(flatten)]
    pub(super) journal: JournalArgument,
    #[command(flatten)]
    pub(super) print: PrintArguments,
}
