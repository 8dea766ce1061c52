//! `claimsmith matrix`: which customers can grant which target groups.

use anyhow::Context;
use claimsmith::Bundle;
use claimsmith::compiler::inspect;
use clap::ValueEnum;

use crate::arguments::MappingsArgument;
use crate::exit_status::ExitStatus;
use crate::platform;
use crate::render::{html, json, matrix};
use crate::terminal::Terminal;

/// Show which customers can grant which target groups, and by which rules
///
/// Every rule that can grant or exclude a group is listed, also one that captures choose, and one whose condition
/// also decides. Whether a user has the group depends on the login; `claimsmith explain` shows one.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct MatrixArguments {
    #[command(flatten)]
    mappings: MappingsArgument,
    /// How to print the matrix
    #[arg(long, value_enum, default_value_t)]
    format: MatrixFormat,
}

/// How the matrix is printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum MatrixFormat {
    /// Text for people
    #[default]
    Human,
    /// A table for spreadsheets
    Csv,
    /// A page for a browser, which needs nothing else
    Html,
    /// One JSON document with a version
    Json,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith matrix
  claimsmith matrix --format csv > matrix.csv
  claimsmith matrix --format html > matrix.html";

impl MatrixArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some(platform) = platform::load(&self.mappings.path, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        let found = inspect::matrix(&platform, &bundle);
        match self.format {
            MatrixFormat::Human => matrix::human(&mut terminal.out, &found)?,
            MatrixFormat::Csv => matrix::table(&mut terminal.out, &found)?,
            MatrixFormat::Html => html::matrix(&mut terminal.out, &found)?,
            MatrixFormat::Json => json::versioned(&mut terminal.out, &found)?,
        }
        Ok(ExitStatus::Success)
    }
}
