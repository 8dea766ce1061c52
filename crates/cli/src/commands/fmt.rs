//! `claimsmith fmt`: brings mapping files into their canonical form.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};
use claimsmith::compiler::misnamed_file;
use claimsmith::diagnostic::SourceFile;

use crate::arguments::ReportFormat;
use crate::exit_status::ExitStatus;
use crate::input;
use crate::mapping_files::{DEFAULT_FOLDER, FoundFiles};
use crate::render::{github, human, json};
use crate::results::{FormattedFile, Formatting, Unformatted};
use crate::source_map::SourceMap;
use crate::terminal::Terminal;
use crate::write::{PendingWrites, Unwritten, leftover_drafts};

/// Bring mapping files into their canonical form, and keep their comments
///
/// Key order, indentation, quotes and empty lines become the same in every file; the meaning of a file does not
/// change. A file is reported and not changed if it is not YAML, uses YAML that the canonical form does not
/// allow, or cannot be replaced safely: a link, a file with several hard links, a read-only file. The others are
/// written, all of them or none.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct FmtArguments {
    /// Folders of mapping files, and YAML files; `-` formats standard input to standard output
    #[arg(value_name = "PATH", default_value = DEFAULT_FOLDER)]
    paths: Vec<PathBuf>,
    /// Write nothing, and show what would change; the exit code is 1 if anything would
    #[arg(long)]
    check: bool,
    /// How to print what was done
    #[arg(long, value_enum, default_value_t)]
    format: ReportFormat,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith fmt
  claimsmith fmt --check mappings tests/cases
  claimsmith fmt --check --format github  # annotations of a GitHub workflow
  claimsmith fmt - < acme.yaml";

impl FmtArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        if self.paths.iter().any(|path| path == Path::new("-")) {
            return self.run_standard_input(terminal);
        }
        let FoundFiles { mut files, mut unreadable, undecoded, misnamed, .. } =
            FoundFiles::at_all(&self.paths)?;
        let is_there = |path: &str| files.iter().any(|file| file.path == path);
        unreadable.extend(misnamed.iter().filter_map(|file| misnamed_file(&file.path, is_there)));
        files.extend(undecoded);
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let sources = SourceMap::new(files);
        let is_read = |file: &&SourceFile| !unreadable.iter().any(|it| it.file == file.path);
        let mut files: Vec<_> = sources.files().iter().filter(is_read).map(FormattedFile::new).collect();
        files.extend(unreadable.iter().map(FormattedFile::unreadable));
        files.sort_by_key(|file| file.path);
        if !self.check {
            write(&mut files)?;
        }
        let formatting = Formatting { sources: &sources, files, check: self.check };
        self.print(&formatting, terminal)?;
        leftover_drafts::note(formatting.files.iter().map(|file| Path::new(file.path)), terminal)?;
        Ok(formatting.exit_status())
    }

    fn run_standard_input(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        ensure!(self.paths.len() == 1, "`-` cannot be combined with other paths");
        let format = match self.format {
            ReportFormat::Human => None,
            ReportFormat::Json => Some("json"),
            ReportFormat::Github => Some("github"),
        };
        if let (Some(format), false) = (format, self.check) {
            bail!("`--format {format}` needs paths, or `--check`");
        }
        let sources = input::standard_input()?;
        let files = sources.files().iter().map(FormattedFile::new).collect();
        let formatting = Formatting { sources: &sources, files, check: self.check };
        if self.check {
            self.print(&formatting, terminal)?;
        } else {
            for file in &formatting.files {
                match &file.result {
                    Ok(text) => terminal.out.write_all(text.as_bytes())?,
                    // Standard output is for the formatted text; a program that reads it must not read this instead.
                    Err(refusal) => human::refusal(&mut terminal.err, &sources, file, refusal)?,
                }
            }
        }
        Ok(formatting.exit_status())
    }

    fn print(&self, formatting: &Formatting<'_>, terminal: &mut Terminal) -> anyhow::Result<()> {
        match self.format {
            ReportFormat::Human => human::formatting(&mut terminal.out, formatting)?,
            ReportFormat::Json => json::formatting(&mut terminal.out, formatting)?,
            ReportFormat::Github => github::formatting(&mut terminal.out, formatting)?,
        }
        Ok(())
    }
}

/// Writes the files that changed, all of them or none, except those that must not be written, which are reported.
fn write(files: &mut [FormattedFile<'_>]) -> anyhow::Result<()> {
    let mut writing = PendingWrites::default();
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
