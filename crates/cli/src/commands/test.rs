//! `claimsmith test`: runs the test cases of mapping files.

#[cfg(not(target_family = "wasm"))]
mod in_tenant;

use std::path::PathBuf;

use anyhow::{Context, bail};
use claimsmith::Bundle;
use claimsmith::cases::Case;
use claimsmith::compiler::inspect;
use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith::diagnostic::Severity;
use clap::ValueEnum;

use crate::action::{self, LIMIT};
use crate::action_run;
use crate::arguments::{MappingsArgument, ReportFormat};
use crate::case_filter;
use crate::exit_status::ExitStatus;
use crate::mappings::{Coverage, Mappings};
use crate::render::{github, human, json};
use crate::results::TestedCase;
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;
use crate::watch;

/// Run the test cases of the mapping files
///
/// Each case of an `organizations/NAME.test.yaml` is a login and its expected result. Errors in mappings are
/// reported as by `validate`, and then no case runs. Finding no case at all is a failure.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct TestArguments {
    #[command(flatten)]
    mappings: MappingsArgument,
    /// Run only the cases of one Auth0 tenant, by its name in `platform.yaml`; by default those of all
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// What evaluates the logins; with `wasm`, a case also fails if the Action does not do what this program answers
    #[arg(long, value_enum, default_value_t)]
    engine: Engine,
    /// Also run the cases in the Auth0 tenant, by the test of its Action `claimsmith`, and compare the claims
    #[arg(long, conflicts_with_all = ["watch", "engine"])]
    in_tenant: bool,
    /// A JSON file with credentials for `--in-tenant`, in place of the environment
    #[arg(long, value_name = "FILE", requires = "in_tenant")]
    credentials: Option<PathBuf>,
    /// Run only the cases whose name or file contains PATTERN; `*` is any text
    #[arg(long, value_name = "PATTERN")]
    only: Option<String>,
    /// Treat warnings as errors: the exit code is 1 if there are any
    #[arg(long)]
    deny_warnings: bool,
    /// Run again whenever a mapping file changes, until Ctrl-C
    #[arg(long)]
    watch: bool,
    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: ReportFormat,
}

/// What evaluates the logins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// This program
    #[default]
    Native,
    /// Also the Action that `claimsmith bundle` builds, in WebAssembly; needs Node 20 or newer
    Wasm,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith test
  claimsmith test --engine wasm
  claimsmith test --only acme
  claimsmith test --only 'an analyst*finance'
  claimsmith test --deny-warnings
  claimsmith test --watch --only acme
  claimsmith test --in-tenant --tenant staging
  claimsmith test --format json | jq '.cases[] | select(.passed | not)'";

impl TestArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        if self.watch {
            return watch::repeat(&self.mappings.path, terminal, &|terminal| self.run_once(terminal));
        }
        self.run_once(terminal)
    }

    fn run_once(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        // What no case shows is of no interest to someone who looks at a few cases.
        let coverage = if self.only.is_some() { Coverage::Ignored } else { Coverage::Checked };
        let mappings = Mappings::load(&self.mappings.path, coverage)?;
        let mut tested = Vec::new();
        let mut node = None;
        let tenant = TenantArgument { name: self.tenant.clone() };
        if mappings.platform.is_some() {
            tenant.check(mappings.platforms())?;
        }
        let mut count = 0;
        for platform in mappings.platforms().filter(|platform| tenant.includes(platform)) {
            let mut own = self.run_cases(platform, !mappings.other_tenants.is_empty())?;
            if self.engine == Engine::Wasm && !own.is_empty() {
                node = Some(run_action(platform, &mut own)?);
            }
            tested.append(&mut own);
            count += platform.cases.len();
        }
        if let (Some(only), true) = (&self.only, tested.is_empty() && count > 0) {
            bail!("no case has `{only}` in its name or file; `claimsmith test` runs all {count}");
        }
        if self.in_tenant {
            return self.run_in_tenant(&mappings, &tested, &tenant, terminal);
        }
        let denied = self.deny_warnings && mappings.count(Severity::Warning) > 0;
        match self.format {
            ReportFormat::Human => {
                human::tests(&mut terminal.out, &mappings, &tested, denied)?;
                if let Some(node) = &node {
                    human::action_run(&mut terminal.out, node, &tested)?;
                }
            }
            ReportFormat::Json => json::tests(&mut terminal.out, &mappings, &tested)?,
            ReportFormat::Github => github::tests(&mut terminal.out, &mappings, &tested, denied)?,
        }
        let passed = !tested.is_empty() && tested.iter().all(TestedCase::passed);
        Ok(if passed && !denied { ExitStatus::Success } else { ExitStatus::Failure })
    }
}

impl TestArguments {
    /// Runs the cases in the tenant. Those that fail here are reported first: comparing them would show nothing.
    #[cfg(not(target_family = "wasm"))]
    fn run_in_tenant(
        &self,
        mappings: &Mappings,
        tested: &[TestedCase<'_>],
        tenant: &TenantArgument,
        terminal: &mut Terminal,
    ) -> anyhow::Result<ExitStatus> {
        let mut platforms = mappings.platforms().filter(|platform| tenant.includes(platform));
        let platform = platforms.next();
        if tested.is_empty() || tested.iter().any(|case| !case.passed()) {
            human::tests(&mut terminal.out, mappings, tested, false)?;
            return Ok(ExitStatus::Failure);
        }
        let (Some(platform), None) = (platform, platforms.next()) else {
            bail!("the mappings are for several tenants; choose one with `--tenant NAME`");
        };
        let is_json = match self.format {
            ReportFormat::Human => false,
            ReportFormat::Json => true,
            ReportFormat::Github => bail!("`--in-tenant` prints text or JSON; leave out `--format github`"),
        };
        let is_same = in_tenant::run(platform, tested, self.credentials.as_deref(), is_json, terminal)?;
        Ok(if is_same { ExitStatus::Success } else { ExitStatus::Failure })
    }

    #[cfg(target_family = "wasm")]
    fn run_in_tenant(
        &self,
        _: &Mappings,
        _: &[TestedCase<'_>],
        _: &TenantArgument,
        _: &mut Terminal,
    ) -> anyhow::Result<ExitStatus> {
        let _ = &self.credentials;
        bail!(
            "this command runs as WebAssembly and has no network; use the program of a system for `--in-tenant`"
        )
    }

    /// Runs the chosen cases of a tenant natively.
    fn run_cases<'p>(
        &self,
        platform: &'p CompiledPlatform,
        names_tenant: bool,
    ) -> anyhow::Result<Vec<TestedCase<'p>>> {
        let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        let is_chosen = |case: &&Case| self.only.as_ref().is_none_or(|only| case_filter::selects(only, case));
        let tenant = platform.tenant().map(Tenant::name).filter(|_| names_tenant);
        let cases = platform.cases.iter().filter(is_chosen);
        Ok(cases.map(|case| run_case(platform, tenant, &bundle, case)).collect())
    }
}

/// Runs the cases through the Action as well, and returns the version of Node.
fn run_action(platform: &CompiledPlatform, tested: &mut [TestedCase<'_>]) -> anyhow::Result<String> {
    let engine = action::embedded_engine()?;
    // Whether the Action fits into Auth0 makes no difference to what it does.
    let action = action::compose(engine, platform, LIMIT)?;
    let events: Vec<_> = tested.iter().map(|tested| &tested.case.event).collect();
    let run = action_run::run(&action.text, engine.login_runner, &events)?;
    for (tested, login) in tested.iter_mut().zip(&run.logins) {
        tested.action = Some(login.differences(&tested.result.answer, &tested.case.event));
    }
    Ok(run.node)
}

fn run_case<'p>(
    platform: &CompiledPlatform,
    tenant: Option<&'p str>,
    bundle: &Bundle<'_>,
    case: &'p Case,
) -> TestedCase<'p> {
    let result = case.run(bundle);
    let reasons = match result.failures.is_empty() {
        true => inspect::Reasons::new(),
        false => inspect::reasons(platform, bundle, case, &result),
    };
    TestedCase { case, tenant, result, reasons, action: None }
}
