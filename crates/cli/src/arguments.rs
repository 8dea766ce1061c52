//! Arguments that several verbs have.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::credentials::CredentialsArgument;
use crate::login_time;
use crate::mapping_files::DEFAULT_FOLDER;
use crate::tenant::TenantArgument;

/// The folder that `sign` writes signed blocks into, and `deploy` reads them from, if none is named.
pub(crate) const BLOCKS_FOLDER: &str = "blocks";

/// Where the mapping files are, for verbs that need nothing else.
#[derive(Debug, Args)]
pub(crate) struct MappingsArgument {
    /// The folder of mapping files, or a YAML file that holds a whole platform
    #[arg(value_name = "DIR", default_value = DEFAULT_FOLDER)]
    pub(crate) path: PathBuf,
}

/// A tenant of the mapping files, and the credentials for it.
#[derive(Debug, Args)]
#[cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]
pub(crate) struct TenantAccess {
    #[command(flatten)]
    pub(crate) mappings: MappingsArgument,
    #[command(flatten)]
    pub(crate) tenant: TenantArgument,
    #[command(flatten)]
    pub(crate) credentials: CredentialsArgument,
}

/// Where the mapping files are, for verbs whose argument is something else.
#[derive(Debug, Args)]
pub(crate) struct MappingsOption {
    /// The folder of mapping files, or a YAML file that holds a whole platform
    #[arg(id = "mappings", long = "mappings", value_name = "DIR", default_value = DEFAULT_FOLDER)]
    pub(crate) path: PathBuf,
}

/// The journal of a verb that carries out a plan.
#[derive(Debug, Args)]
#[cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]
pub(crate) struct JournalOption {
    /// Where each step is recorded, one JSON object a line; next to the plan by default
    #[arg(id = "journal", long = "journal", value_name = "FILE")]
    pub(crate) path: Option<PathBuf>,
}

/// Which logins to evaluate against which mappings.
#[derive(Debug, Args)]
pub(crate) struct LoginArguments {
    #[command(flatten)]
    pub(crate) mappings: MappingsOption,
    #[command(flatten)]
    pub(crate) tenant: TenantArgument,
    /// The event of a login as Auth0 passes it to an Action, as JSON; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) event: PathBuf,
    /// The time of logins whose event does not state one, as an RFC 3339 date or date-time; the current time by
    /// default
    #[arg(long, value_name = "TIME", value_parser = login_time::parse)]
    now: Option<f64>,
}

impl LoginArguments {
    /// The time of logins whose event does not state one, in seconds since 1970.
    pub(crate) fn now(&self) -> f64 {
        self.now.unwrap_or_else(login_time::current)
    }
}

/// How the results of most verbs are printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Text for people
    #[default]
    Human,
    /// One JSON document with a version
    Json,
}

/// How results are printed that belong to places in files.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Text for people
    #[default]
    Human,
    /// One JSON document with a version
    Json,
    /// Annotations of a GitHub workflow
    Github,
}
