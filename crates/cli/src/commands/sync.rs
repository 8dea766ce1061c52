//! `claimsmith sync`: the users and memberships of a service follow a customer's directory.

#[cfg(not(target_family = "wasm"))]
mod applied;
mod arguments;
#[cfg(not(target_family = "wasm"))]
mod explained;
#[cfg(not(target_family = "wasm"))]
mod history;
#[cfg(not(target_family = "wasm"))]
mod journal;
#[cfg(not(target_family = "wasm"))]
mod metrics;
#[cfg(not(target_family = "wasm"))]
mod planned;
#[cfg(not(target_family = "wasm"))]
mod probe;
mod probe_arguments;
#[cfg(not(target_family = "wasm"))]
mod shown;
#[cfg(not(target_family = "wasm"))]
mod target;

use clap::Subcommand;

use self::arguments::{
    ApplyArguments, ExplainArguments, HistoryArguments, PlanArguments, RunArguments, UndoArguments,
};
use self::probe_arguments::ProbeArguments;
use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

/// Let the users and groups of an application follow a customer's directory
///
/// For applications that have to know people before they log in, and whose users the customer's identity provider does
/// not provision. People receive the groups that the rules of the mapping grant at a login.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub(super) struct SyncArguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Plan(PlanArguments),
    Apply(ApplyArguments),
    Run(RunArguments),
    Explain(ExplainArguments),
    History(HistoryArguments),
    Undo(UndoArguments),
    Probe(ProbeArguments),
}

impl SyncArguments {
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        match &self.verb {
            Verb::Plan(arguments) => arguments.run(terminal),
            Verb::Apply(arguments) => arguments.run(terminal),
            Verb::Run(arguments) => arguments.run(terminal),
            Verb::Explain(arguments) => arguments.run(terminal),
            Verb::History(arguments) => arguments.run(terminal),
            Verb::Undo(arguments) => arguments.run(terminal),
            Verb::Probe(arguments) => arguments.run(terminal),
        }
    }

    /// Fails, because WebAssembly has no network.
    #[cfg(target_family = "wasm")]
    pub(super) fn run(&self, _: &mut Terminal) -> anyhow::Result<ExitStatus> {
        anyhow::bail!(
            "`claimsmith sync` needs a claimsmith that is built for this system; this one is WebAssembly"
        )
    }
}
