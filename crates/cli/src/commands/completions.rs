//! `claimsmith completions`: what a shell needs to complete the command's arguments.

use std::io::Write;

use clap_complete::{Shell, generate};

use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CompletionsArguments {
    /// The shell that reads them
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith completions bash > ~/.local/share/bash-completion/completions/claimsmith
  claimsmith completions fish > ~/.config/fish/completions/claimsmith.fish
  claimsmith completions zsh > FOLDER/_claimsmith       # FOLDER is one of $fpath
  claimsmith completions powershell >> $PROFILE         # in PowerShell";

impl CompletionsArguments {
    pub(super) fn run(
        &self,
        mut command: clap::Command,
        terminal: &mut Terminal,
    ) -> anyhow::Result<ExitStatus> {
        // Not into the terminal at once: the generator panics if its output cannot be written.
        let mut script = Vec::new();
        generate(self.shell, &mut command, "claimsmith", &mut script);
        terminal.out.write_all(&script)?;
        Ok(ExitStatus::Success)
    }
}
