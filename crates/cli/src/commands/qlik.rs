//! `claimsmith qlik`: sets up Qlik Cloud for an application.

mod arguments;
#[cfg(not(target_family = "wasm"))]
mod native;
#[cfg(not(target_family = "wasm"))]
mod shown;

use clap::Subcommand;

use self::arguments::{ApplyArguments, PlanArguments};
use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

/// Set up Qlik Cloud for its application: groups, and the claim that is read
///
/// `plan` says what would change and writes it down, and `apply` does that and nothing else: it creates the groups of
/// `platform.yaml` that do not exist, and lets the claims mapping of the identity provider wait for a verification by
/// a person, before which no login is changed. No group is deleted.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct QlikArguments {
    #[command(subcommand)]
    what: QlikVerb,
}

const AFTER_HELP: &str = "\
Credentials, from the environment or from a JSON file with the same names:
  QLIK_HOST                the original host of the tenant, such as acme.eu.qlikcloud.com
  QLIK_CLIENT_ID           an OAuth client with machine-to-machine access, with
  QLIK_CLIENT_SECRET         its secret
  QLIK_ACCESS_TOKEN        a token or an API key of a tenant administrator instead
  QLIK_IDP_CLIENT_SECRET   the client secret that the identity provider of the tenant uses at Auth0; needed once, to
                           change its claims mapping, if Qlik Cloud does not give it back
The client needs the scope admin_classic.";

#[derive(Debug, Subcommand)]
enum QlikVerb {
    Plan(PlanArguments),
    Apply(ApplyArguments),
}

impl QlikArguments {
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        match &self.what {
            QlikVerb::Plan(arguments) => arguments.run(terminal),
            QlikVerb::Apply(arguments) => arguments.run(terminal),
        }
    }

    /// Fails, because WebAssembly has no network.
    #[cfg(target_family = "wasm")]
    pub(super) fn run(&self, _: &mut Terminal) -> anyhow::Result<ExitStatus> {
        anyhow::bail!(
            "`claimsmith qlik` needs a claimsmith that is built for this system; this one is WebAssembly"
        )
    }
}
