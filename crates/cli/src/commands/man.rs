//! `claimsmith man`: the help of every command as manual pages.

use std::io::{self, Write};
use std::path::PathBuf;

use clap_mangen::Man;

use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;
use crate::write::{PendingWrites, make_folder};

/// Write the help of every command as manual pages
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ManArguments {
    /// The folder for the pages, such as claimsmith-validate.1; it is created if it does not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

const AFTER_HELP: &str = "\
Example:
  claimsmith man --out ~/.local/share/man/man1";

impl ManArguments {
    pub(super) fn run(
        &self,
        mut command: clap::Command,
        terminal: &mut Terminal,
    ) -> anyhow::Result<ExitStatus> {
        // `build` gives each command the name by which it is called.
        command.build();
        let mut pages = Vec::new();
        add_pages(&command, &mut pages)?;
        make_folder(&self.out)?;
        let mut writing = PendingWrites::default();
        let mut paths = Vec::new();
        for (name, page) in pages {
            let path = self.out.join(name);
            writing.put(&path, page).map_err(|unwritten| unwritten.at(&path))?;
            paths.push(path);
        }
        writing.commit()?;
        for path in paths {
            writeln!(terminal.out, "wrote {}", path.display())?;
        }
        Ok(ExitStatus::Success)
    }
}

/// Adds the pages of a command and of those below it, each with the name of its file.
fn add_pages(command: &clap::Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render(&mut page)?;
    pages.push((man.get_filename(), page));
    command.get_subcommands().filter(|it| !it.is_hide_set()).try_for_each(|it| add_pages(it, pages))
}
