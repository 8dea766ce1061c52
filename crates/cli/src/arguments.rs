//! Arguments that several verbs have.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::login_time;
use crate::mapping_files::DEFAULT_FOLDER;
use crate::tenant::TenantArgument;

/// Where the mapping files are, for verbs that need nothing else.
#[derive(Debug, Args)]
pub(crate) struct MappingsArgument {
    /// The folder of mapping files, or a YAML file that holds a whole platform
    #[arg(value_name = "DIR", default_value = DEFAULT_FOLDER)]
    pub(crate) path: PathBuf,
}

/// Which logins to evaluate against which mappings.
#[derive(Debug, Args)]
pub(crate) struct LoginArguments {
    /// The folder of mapping files, or a YAML file that holds a whole platform
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    pub(crate) mappings: PathBuf,
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
