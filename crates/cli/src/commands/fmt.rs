//! `claimsmith fmt`: mapping files in their canonical form.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use claimsmith::compiler::format::format;

use crate::Verdict;
use crate::load;
use crate::render::{Format, Formatted, Formatting, human, json};
use crate::terminal::Terminal;

/// Bring mapping files into their canonical form, and keep their comments
///
/// Keys, indentation, quotes and empty lines become the same in every file; what a file says does not change.
/// A file that is no YAML, or uses what the form does not have, is reported and left as it is.
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
        let sources = load::yaml_files(&self.paths)?;
        let files = sources.files().iter().map(|file| Formatted { file, result: format(file) }).collect();
        let formatting = Formatting { sources: &sources, files, check: self.check };
        if !self.check {
            for (file, text) in formatting.changed() {
                replace(Path::new(&file.path), text)?;
            }
        }
        self.tell(&formatting, terminal)?;
        Ok(formatting.verdict())
    }

    fn run_standard_input(&self, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        ensure!(self.paths.len() == 1, "`-` goes with no other path");
        let json = matches!(self.format, Format::Json);
        ensure!(self.check || !json, "`--format json` goes with files, or with `--check`");
        let sources = load::standard_input()?;
        let files = sources.files().iter().map(|file| Formatted { file, result: format(file) }).collect();
        let formatting = Formatting { sources: &sources, files, check: self.check };
        if self.check {
            self.tell(&formatting, terminal)?;
        } else {
            for file in &formatting.files {
                match &file.result {
                    Ok(text) => terminal.out.write_all(text.as_bytes())?,
                    // Standard output is for the text; a program that takes it must not take this for it.
                    Err(refusal) => human::refusal(&mut terminal.err, &sources, file.file, refusal)?,
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

/// Replaces the text of a file at once, so that nobody ever sees a part of it; its permissions stay.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let cannot = || format!("cannot write `{}`", path.display());
    // A symbolic link stays one, and what it leads to is replaced.
    let target = fs::canonicalize(path).with_context(cannot)?;
    let permissions = fs::metadata(&target).with_context(cannot)?.permissions();
    // Whoever may not write the file may not replace it either.
    File::options().write(true).open(&target).with_context(cannot)?;
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().with_context(|| format!("`{}` does not name a file", path.display()))?);
    name.push(format!(".{}.tmp", std::process::id()));
    let draft = target.with_file_name(name);
    let written = File::create(&draft)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.set_permissions(permissions)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&draft, &target));
    if written.is_err() {
        // The error that is about to be told matters more than a draft that stays.
        let _ = fs::remove_file(&draft);
    }
    written.with_context(cannot)
}
