//! `claimsmith explain`: one login, told step by step.

use anyhow::Context;
use claimsmith::Bundle;

use crate::Verdict;
use crate::commands::Inputs;
use crate::load;
use crate::render::{Format, human, json};
use crate::terminal::Terminal;

/// Tell step by step why a login gets the groups that it gets
///
/// The steps are those of the evaluation itself: which mapping applies and why, where the groups were read,
/// which rule fired on which group, and what the application is told.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Explain {
    #[command(flatten)]
    inputs: Inputs,
    /// How to print the explanation
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith explain --event login.json
  claimsmith explain --mappings customers/mappings --event - --format json < login.json";

impl Explain {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        let Some(platform) = load::platform(&self.inputs.mappings, terminal)? else {
            return Ok(Verdict::No);
        };
        let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        let event = load::event(&self.inputs.event)?.at(self.inputs.now());
        let explanation = claimsmith::explanation::explain(&bundle, &event);
        match self.format {
            Format::Human => human::explanation(&mut terminal.out, &explanation)?,
            Format::Json => json::explanation(&mut terminal.out, &explanation)?,
        }
        Ok(Verdict::Fine)
    }
}
