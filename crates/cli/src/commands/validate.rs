//! `claimsmith validate`: everything that is wrong with mapping files.

use crate::Verdict;
use crate::commands::Directory;
use crate::load;
use crate::render::{Report, github, human, json};
use crate::terminal::Terminal;

/// Check mapping files and report everything that is wrong with them
///
/// Every problem of every file is reported in one run, with its place and, where it is known, its fix.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Validate {
    #[command(flatten)]
    directory: Directory,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t)]
    format: Report,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith validate
  claimsmith validate customers/mappings --format json
  claimsmith validate --format github     # annotations of a GitHub workflow";

impl Validate {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        let mappings = load::mappings(&self.directory.path)?;
        match self.format {
            Report::Human => human::validation(&mut terminal.out, &mappings)?,
            Report::Json => json::validation(&mut terminal.out, &mappings)?,
            Report::Github => github::validation(&mut terminal.out, &mappings)?,
        }
        Ok(if mappings.platform.is_some() { Verdict::Fine } else { Verdict::No })
    }
}
