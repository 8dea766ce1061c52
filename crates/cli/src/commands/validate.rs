//! `claimsmith validate`: everything that is wrong with mapping files.

use claimsmith::diagnostic::Severity;
use clap::ValueEnum;

use crate::Verdict;
use crate::commands::Directory;
use crate::load;
use crate::render::{count, github, human, json, sarif};
use crate::terminal::Terminal;

/// Check mapping files and report everything that is wrong with them
///
/// Every problem of every file is reported in one run, with its place and, where it is known, its fix.
/// Warnings are about mappings that can be used and are probably not what their author meant.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Validate {
    #[command(flatten)]
    directory: Directory,
    /// Take warnings for errors: the exit code is 1 if there are any
    #[arg(long)]
    deny_warnings: bool,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t)]
    format: Findings,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Findings {
    /// Text for people
    #[default]
    Human,
    /// One JSON document with a version
    Json,
    /// Annotations of a GitHub workflow
    Github,
    /// A SARIF 2.1.0 log, for code hosts and editors
    Sarif,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith validate
  claimsmith validate customers/mappings --format json
  claimsmith validate --deny-warnings
  claimsmith validate --format github     # annotations of a GitHub workflow
  claimsmith validate --format sarif > findings.sarif";

impl Validate {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        let mappings = load::mappings(&self.directory.path)?;
        let warnings = count(&mappings.diagnostics, Severity::Warning);
        let fine = mappings.platform.is_some() && !(self.deny_warnings && warnings > 0);
        match self.format {
            Findings::Human => human::validation(&mut terminal.out, &mappings, fine)?,
            Findings::Json => json::validation(&mut terminal.out, &mappings)?,
            Findings::Github => github::validation(&mut terminal.out, &mappings)?,
            Findings::Sarif => sarif::validation(&mut terminal.out, &mappings)?,
        }
        Ok(if fine { Verdict::Fine } else { Verdict::No })
    }
}
