//! `claimsmith deploy`: takes the Action to its tenant, and takes it back.

mod arguments;
#[cfg(not(target_family = "wasm"))]
mod journal_file;
#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(not(target_family = "wasm"))]
mod origin;
#[cfg(not(target_family = "wasm"))]
mod shown;

use clap::Subcommand;

pub(super) use self::arguments::CredentialsArgument;
#[cfg(not(target_family = "wasm"))]
pub(super) use self::native::{Prepared, ours};
#[cfg(not(target_family = "wasm"))]
pub(super) use self::origin::origin;
#[cfg(not(target_family = "wasm"))]
pub(super) use self::shown::{TenantSummary, names, quoted, short};

use self::arguments::{ApplyArguments, PlanArguments, RollbackArguments};
use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

/// Deploy the Action to its Auth0 tenant
///
/// `plan` says what would change and writes it down, `apply` does that and nothing else, and `rollback` lets logins run
/// an older version again; `claimsmith status` shows what they run. The tenant has to be declared in `platform.yaml`,
/// and no other one is talked to.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct DeployArguments {
    #[command(subcommand)]
    what: DeployVerb,
}

const AFTER_HELP: &str = "\
Credentials, from the environment or from a JSON file with the same names:
  AUTH0_DOMAIN                    the domain of the tenant; must be the declared one
  AUTH0_CLIENT_ID                 the application that may use the Auth0 Management API, with
  AUTH0_CLIENT_SECRET               its secret, or
  AUTH0_CLIENT_SIGNING_KEY_PATH     the path of its private RSA key
  AUTH0_ACCESS_TOKEN              an access token instead
`plan` needs the scope read:actions, `rollback` also create:actions, and `apply` also update:actions.";

#[derive(Debug, Subcommand)]
enum DeployVerb {
    Plan(PlanArguments),
    Apply(ApplyArguments),
    Rollback(RollbackArguments),
}

impl DeployArguments {
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        match &self.what {
            DeployVerb::Plan(arguments) => arguments.run(terminal),
            DeployVerb::Apply(arguments) => arguments.run(terminal),
            DeployVerb::Rollback(arguments) => arguments.run(terminal),
        }
    }

    /// Fails, because WebAssembly has no network.
    #[cfg(target_family = "wasm")]
    pub(super) fn run(&self, _: &mut Terminal) -> anyhow::Result<ExitStatus> {
        anyhow::bail!(
            "`claimsmith deploy` needs a claimsmith that is built for this system; this one is WebAssembly"
        )
    }
}
