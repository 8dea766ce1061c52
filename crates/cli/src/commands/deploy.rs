//! `claimsmith deploy`: takes the Action to its tenant, and takes it back.

#[cfg(not(target_family = "wasm"))]
mod applied;
mod arguments;
#[cfg(not(target_family = "wasm"))]
mod block_warnings;
#[cfg(not(target_family = "wasm"))]
mod blocks_plan;
#[cfg(not(target_family = "wasm"))]
mod closed;
#[cfg(not(target_family = "wasm"))]
mod confirmed;
#[cfg(not(target_family = "wasm"))]
mod in_between;
#[cfg(not(target_family = "wasm"))]
mod origin;
#[cfg(not(target_family = "wasm"))]
mod planned;
#[cfg(not(target_family = "wasm"))]
mod prepared;
#[cfg(not(target_family = "wasm"))]
mod rolled_back;
#[cfg(not(target_family = "wasm"))]
mod second_action;
#[cfg(not(target_family = "wasm"))]
mod shown;
#[cfg(not(target_family = "wasm"))]
mod signed_blocks;
#[cfg(not(target_family = "wasm"))]
mod slice_names;
#[cfg(not(target_family = "wasm"))]
mod sliced;
#[cfg(not(target_family = "wasm"))]
mod traveling;

use clap::Subcommand;

pub(super) use self::arguments::DeployPackaging;
#[cfg(not(target_family = "wasm"))]
pub(super) use self::origin::origin;
#[cfg(not(target_family = "wasm"))]
pub(super) use self::prepared::{Prepared, ours};
#[cfg(not(target_family = "wasm"))]
pub(super) use self::second_action::SecondActions;
#[cfg(not(target_family = "wasm"))]
pub(super) use self::shown::{TenantSummary, names, quoted, short};
#[cfg(not(target_family = "wasm"))]
pub(super) use self::slice_names::slices_in_flow;
#[cfg(not(target_family = "wasm"))]
pub(super) use self::sliced::differing_slices;

use self::arguments::{ApplyArguments, ConfirmArguments, PlanArguments, RollbackArguments};
use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

/// Deploy the Action to its Auth0 tenant
///
/// `plan` says what would change and writes it down, `apply` does that and nothing else, `confirm` keeps what would
/// otherwise return to what it was, and `rollback` takes a change back; `claimsmith status` shows what logins run. The
/// tenant has to be declared in `platform.yaml`, and no other one is talked to.
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

`plan` needs the scope read:actions, `rollback` also create:actions, and `apply` also
update:actions. Where mappings travel as blocks, `plan` and `rollback` need read:organizations as
well, `apply` also update:organizations, and `confirm` and `rollback --organization` the last two.";

#[derive(Debug, Subcommand)]
enum DeployVerb {
    Plan(PlanArguments),
    Apply(ApplyArguments),
    Confirm(ConfirmArguments),
    Rollback(RollbackArguments),
}

impl DeployArguments {
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        match &self.what {
            DeployVerb::Plan(arguments) => arguments.run(terminal),
            DeployVerb::Apply(arguments) => arguments.run(terminal),
            DeployVerb::Confirm(arguments) => arguments.run(terminal),
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
