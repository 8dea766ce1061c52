//! `claimsmith fmt`: mapping files in their canonical form.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};

use crate::Verdict;
use crate::load;
use crate::render::{Format, Formatted, Formatting, Unformatted, human, json};
use crate::terminal::Terminal;
use crate::write::{Unwritten, Writing};

/// Bring mapping files into their canonical form, and keep their comments
///
/// Keys, indentation, quotes and empty lines become the same in every file; what a file says does not change.
/// A file that is not YAML, or uses what the form does not have, is reported and left as it is, and so is one
/// that cannot be replaced as it is: a link, a file with several hard links, one that is read-only. The others are
/// written, all of them or none.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Fmt {
    /// Folders of mapping files, and YAML files; `-` formats standard input to standard output
    #[arg(value_name = "PATH", default_value = "mappings")]
    paths: Vec<PathBuf>,
    /// Write nothing, and show what would change; the exit code is 1 if anything would
    #[arg(long)]
    check: bool,
    /// How to print what was done
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith fmt
  claimsmith fmt --check mappings tests/cases
  claimsmith fmt - < acme.yaml";

impl Fmt {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        if self.paths.iter().any(|path| path == Path::new("-")) {
            return self.run_standard_input(terminal);
        }
        let (sources, unreadable) = load::yaml_files(&self.paths)?;
        let mut files: Vec<_> = sources.files().iter().map(Formatted::new).collect();
        files.extend(unreadable.iter().map(Formatted::unreadable));
        files.sort_by_key(|file| file.path);
        if !self.check {
            write(&mut files)?;
        }
        let formatting = Formatting { sources: &sources, files, check: self.check };
        self.tell(&formatting, terminal)?;
        Ok(formatting.verdict())
    }

    fn run_standard_input(&self, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        ensure!(self.paths.len() == 1, "`-` goes with no other path");
        let json = matches!(self.format, Format::Json);
        ensure!(self.check || !json, "`--format json` goes with files, or with `--check`");
        let sources = load::standard_input()?;
        let files = sources.files().iter().map(Formatted::new).collect();
        let formatting = Formatting { sources: &sources, files, check: self.check };
        if self.check {
            self.tell(&formatting, terminal)?;
        } else {
            for file in &formatting.files {
                match &file.result {
                    Ok(text) => terminal.out.write_all(text.as_bytes())?,
                    // Standard output is for the text; a program that takes it must not take this for it.
                    Err(refusal) => human::refusal(&mut terminal.err, &sources, file, refusal)?,
                }
            }
        }
        Ok(formatting.verdict())
    }

    fn tell(&self, formatting: &Formatting<'_>, terminal: &mut Terminal) -> anyhow::Result<()> {
        match self.format {
            Format::Human => human::formatting(&mut terminal.out, formatting)?,
            Format::Json => json::formatting(&mut terminal.out, formatting)?,
        }
        Ok(())
    }
}

/// Writes the files that changed, all of them or none; those that may not be written are refused.
fn write(files: &mut [Formatted<'_>]) -> anyhow::Result<()> {
    let mut writing = Writing::default();
    for file in files {
        let Some(text) = file.changed() else { continue };
        let path = Path::new(file.path);
        match writing.replace(path, file.text.as_bytes(), text.as_bytes().to_vec()) {
            Ok(()) => {}
            Err(Unwritten::Refused(refusal)) => file.result = Err(Unformatted::Write(refusal)),
            Err(failed) => bail!("{}; nothing was written", failed.at(path)),
        }
    }
    writing.commit()
}
