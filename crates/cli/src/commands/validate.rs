//! `claimsmith validate`: checks mapping files and reports all problems.

use std::path::Path;

use claimsmith::diagnostic::Severity;
use clap::ValueEnum;

use crate::arguments::MappingsArgument;
use crate::exit_status::ExitStatus;
use crate::fix;
use crate::mappings::{Coverage, Mappings};
use crate::platform::unfilled_ids;
use crate::render::{github, human, json, sarif};
use crate::terminal::Terminal;
use crate::watch;
use crate::write::leftover_drafts;

/// Check mapping files and report all problems
///
/// All problems of all files are reported in one run, each with its location and what to do about it.
/// Warnings are about likely mistakes: the mappings can be used, but may not do what their author meant.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ValidateArguments {
    #[command(flatten)]
    mappings: MappingsArgument,
    /// Treat warnings as errors: the exit code is 1 if there are any
    #[arg(long)]
    deny_warnings: bool,
    /// Correct the files where it is certain what to write, and report what remains
    ///
    /// Corrects misspelled keys, words that select how a file is read, numbers that must be text, and a missing
    /// version. Never changes patterns, conditions, or the names of target groups. All files are written or none is.
    #[arg(long, conflicts_with = "watch")]
    fix: bool,
    /// Run again whenever a mapping file changes, until Ctrl-C
    #[arg(long)]
    watch: bool,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t)]
    format: ValidateFormat,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ValidateFormat {
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
  claimsmith validate --fix
  claimsmith validate --watch             # again after each change
  claimsmith validate --format github     # annotations of a GitHub workflow
  claimsmith validate --format sarif > findings.sarif";

impl ValidateArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        if self.watch {
            return watch::repeat(&self.mappings.path, terminal, &|terminal| self.run_once(terminal));
        }
        self.run_once(terminal)
    }

    fn run_once(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let (mappings, fixed) = match self.fix {
            true => {
                let (mappings, fixed) = fix::fix(&self.mappings.path)?;
                (mappings, Some(fixed))
            }
            false => (Mappings::load(&self.mappings.path, Coverage::Checked)?, None),
        };
        let warnings = mappings.count(Severity::Warning);
        let fine = mappings.platform.is_some() && !(self.deny_warnings && warnings > 0);
        match self.format {
            ValidateFormat::Human => {
                human::fixes(&mut terminal.out, fixed.as_deref())?;
                human::validation(&mut terminal.out, &mappings, fine)?;
                let tenants = mappings.platform.iter().chain(&mappings.other_tenants);
                unfilled_ids::note(tenants, terminal)?;
            }
            ValidateFormat::Json => json::validation(&mut terminal.out, &mappings, fixed.as_deref())?,
            ValidateFormat::Github => {
                human::fixes(&mut terminal.out, fixed.as_deref())?;
                github::validation(&mut terminal.out, &mappings)?;
            }
            ValidateFormat::Sarif => {
                // Standard output is one document.
                human::fixes(&mut terminal.err, fixed.as_deref())?;
                sarif::validation(&mut terminal.out, &mappings)?;
            }
        }
        let files = mappings.sources.files().iter().map(|file| Path::new(&file.path));
        leftover_drafts::note(files, terminal)?;
        Ok(if fine { ExitStatus::Success } else { ExitStatus::Failure })
    }
}
