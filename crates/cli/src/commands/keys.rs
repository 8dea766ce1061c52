//! `claimsmith keys`: the keys that sign blocks.

mod list;
mod new;
mod revoke;
mod rotate;

use clap::Subcommand;

use self::list::ListArguments;
use self::new::NewArguments;
use self::revoke::RevokeArguments;
use self::rotate::RotateArguments;
use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

/// Make, list, replace and revoke the keys that sign blocks
///
/// `platform.yaml` says under `blocks` which keys sign the mappings that travel in the metadata of Auth0 organizations.
/// No verb changes it: each prints what to write there.
#[derive(Debug, clap::Args)]
#[command(after_help = "`claimsmith help blocks` describes the keys of `platform.yaml`.")]
pub(super) struct KeysArguments {
    #[command(subcommand)]
    what: KeysVerb,
}

#[derive(Debug, Subcommand)]
enum KeysVerb {
    New(NewArguments),
    List(ListArguments),
    Rotate(RotateArguments),
    Revoke(RevokeArguments),
}

impl KeysArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        match &self.what {
            KeysVerb::New(arguments) => arguments.run(terminal),
            KeysVerb::List(arguments) => arguments.run(terminal),
            KeysVerb::Rotate(arguments) => arguments.run(terminal),
            KeysVerb::Revoke(arguments) => arguments.run(terminal),
        }
    }
}
