//! `claimsmith assumptions`: what is assumed because documentation does not say it, and what was found out on a tenant.

mod arguments;
#[cfg(not(target_family = "wasm"))]
mod list;
#[cfg(not(target_family = "wasm"))]
mod probe;
#[cfg(not(target_family = "wasm"))]
mod run;

use clap::Subcommand;

use self::arguments::{ListArguments, RunArguments};
use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

/// List and test what is assumed about your tenant
///
/// Documentation does not say everything about Auth0, Qlik Cloud and your applications. `list` shows each assumption with
/// what is known about it, and `run` tests them on your tenant, with a test user and a test organization. What depends on
/// an assumption that failed refuses from then on, and says why.
#[derive(Debug, clap::Args)]
pub(super) struct AssumptionsArguments {
    #[command(subcommand)]
    what: AssumptionsVerb,
}

#[derive(Debug, Subcommand)]
enum AssumptionsVerb {
    List(ListArguments),
    Run(RunArguments),
}

impl AssumptionsArguments {
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        match &self.what {
            AssumptionsVerb::List(arguments) => arguments.run(terminal),
            AssumptionsVerb::Run(arguments) => arguments.run(terminal),
        }
    }

    /// Fails, because WebAssembly has no network.
    #[cfg(target_family = "wasm")]
    pub(super) fn run(&self, _: &mut Terminal) -> anyhow::Result<ExitStatus> {
        anyhow::bail!(
            "`claimsmith assumptions` needs a claimsmith that is built for this system; this one is WebAssembly"
        )
    }
}
