//! `claimsmith test`: the logins that mapping files describe, and whether they give what they must.

use anyhow::Context;
use claimsmith::Bundle;

use crate::Verdict;
use crate::commands::Directory;
use crate::load;
use crate::render::{Report, Tested, github, human, json};
use crate::terminal::Terminal;

/// Run the test cases that lie beside the mapping files
///
/// Each case of an `organizations/NAME.test.yaml` is a login and what it must give. Mappings that have errors
/// are reported like `validate` does, and no case runs. Finding no case at all is a failure.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Test {
    #[command(flatten)]
    directory: Directory,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Report,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith test
  claimsmith test tests/cases/glob.yaml
  claimsmith test --format json | jq '.cases[] | select(.passed | not)'";

impl Test {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        let mappings = load::mappings(&self.directory.path)?;
        let mut tested = Vec::new();
        if let Some(platform) = &mappings.platform {
            let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
            tested.extend(platform.cases.iter().map(|case| Tested { case, result: case.run(&bundle) }));
        }
        match self.format {
            Report::Human => human::tests(&mut terminal.out, &mappings, &tested)?,
            Report::Json => json::tests(&mut terminal.out, &mappings, &tested)?,
            Report::Github => github::tests(&mut terminal.out, &mappings, &tested)?,
        }
        let passed = !tested.is_empty() && tested.iter().all(Tested::passed);
        Ok(if passed { Verdict::Fine } else { Verdict::No })
    }
}
