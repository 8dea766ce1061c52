//! `claimsmith test`: runs the test cases of mapping files.

use anyhow::Context;
use claimsmith::Bundle;
use clap::ValueEnum;

use crate::arguments::MappingsArgument;
use crate::exit_status::ExitStatus;
use crate::mappings::Mappings;
use crate::render::{github, human, json};
use crate::results::TestedCase;
use crate::terminal::Terminal;

/// Run the test cases of the mapping files
///
/// Each case of an `organizations/NAME.test.yaml` is a login and its expected result. Errors in mappings are
/// reported as by `validate`, and then no case runs. Finding no case at all is a failure.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct TestArguments {
    #[command(flatten)]
    mappings: MappingsArgument,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: TestFormat,
}

/// How test results are printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum TestFormat {
    /// Text for people
    #[default]
    Human,
    /// One JSON document with a version
    Json,
    /// Annotations of a GitHub workflow
    Github,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith test
  claimsmith test tests/cases/glob.yaml
  claimsmith test --format json | jq '.cases[] | select(.passed | not)'";

impl TestArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let mappings = Mappings::load(&self.mappings.path)?;
        let mut tested = Vec::new();
        if let Some(platform) = &mappings.platform {
            let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
            tested.extend(platform.cases.iter().map(|case| TestedCase { case, result: case.run(&bundle) }));
        }
        match self.format {
            TestFormat::Human => human::tests(&mut terminal.out, &mappings, &tested)?,
            TestFormat::Json => json::tests(&mut terminal.out, &mappings, &tested)?,
            TestFormat::Github => github::tests(&mut terminal.out, &mappings, &tested)?,
        }
        let passed = !tested.is_empty() && tested.iter().all(TestedCase::passed);
        Ok(if passed { ExitStatus::Success } else { ExitStatus::Failure })
    }
}
