//! `claimsmith explain`: one login, step by step.

use anyhow::Context;
use claimsmith::Bundle;

use crate::arguments::{LoginArguments, OutputFormat};
use crate::exit_status::ExitStatus;
use crate::input;
use crate::platform;
use crate::render::{human, json};
use crate::terminal::Terminal;

/// Explain step by step why a login gets its groups
///
/// The steps are those of the evaluation itself: which mapping applies and why, where the groups were read,
/// which rule fired for which group, and what the application receives.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ExplainArguments {
    #[command(flatten)]
    login: LoginArguments,
    /// How to print the explanation
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith explain --event login.json
  claimsmith explain --mappings customers/mappings --event - --format json < login.json";

impl ExplainArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some(platform) = platform::load(&self.login.mappings, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        let event = input::event(&self.login.event)?.at(self.login.now());
        let explanation = claimsmith::explanation::explain(&bundle, &event);
        match self.format {
            OutputFormat::Human => human::explanation(&mut terminal.out, &explanation)?,
            OutputFormat::Json => json::explanation(&mut terminal.out, &explanation)?,
        }
        Ok(ExitStatus::Success)
    }
}
