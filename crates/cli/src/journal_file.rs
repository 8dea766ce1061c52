//! A journal, to which each step is appended before anything else is done.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use claimsmith::compiler::time_text;
use claimsmith_lifecycle::digest::sha256_hex;
use claimsmith_lifecycle::journal::{self, Phase, Record};

use crate::login_time;

/// An open journal.
#[derive(Debug)]
pub(crate) struct JournalFile {
    file: File,
    path: PathBuf,
    /// Whether it did not exist before.
    is_new: bool,
    domain: String,
    /// What is carried out.
    of: String,
    /// What was done of it before.
    earlier: Earlier,
}

/// The steps of one plan that earlier runs have recorded.
#[derive(Debug, Default)]
pub(crate) struct Earlier(Vec<Record>);

impl Earlier {
    /// Reads what the journal next to a plan has of the plan with a text. A journal that cannot be read has nothing.
    pub(crate) fn beside(plan: &Path, text: &str) -> Self {
        Self::read(&beside(plan), &sha256_hex(text))
    }

    /// A link is not followed.
    fn read(path: &Path, of: &str) -> Self {
        let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
        let text = if is_file { fs::read_to_string(path).unwrap_or_default() } else { String::new() };
        let records = journal::read(&text).unwrap_or_default();
        Self(records.into_iter().filter(|record| record.of == of && record.phase == Phase::Done).collect())
    }

    /// The times at which a step was done, from the first to the last.
    pub(crate) fn times(&self, step: &str) -> Vec<String> {
        self.0.iter().filter(|record| record.step == step).map(time).collect()
    }

    /// What was done last with the block of an organization, and when.
    pub(crate) fn of_block(&self, organization: &str) -> Option<(BlockStep, String)> {
        let step_of = |record: &Record| {
            let all = [BlockStep::Written, BlockStep::Confirmed, BlockStep::TakenBack];
            all.into_iter().find(|step| record.step == step.of(organization))
        };
        self.0.iter().rev().find_map(|record| Some((step_of(record)?, time(record))))
    }
}

/// What is done with a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockStep {
    Written,
    Confirmed,
    TakenBack,
}

impl BlockStep {
    /// The step in a journal.
    pub(crate) fn of(self, organization: &str) -> String {
        let before = match self {
            Self::Written => "",
            Self::Confirmed => "confirm ",
            Self::TakenBack => "roll back ",
        };
        format!("{before}block of {organization}")
    }
}

fn time(record: &Record) -> String {
    time_text(u32::try_from(record.at).unwrap_or(u32::MAX))
}

/// Lets a file be opened only if it is not a link, and without waiting for the other end of a pipe.
pub(crate) fn refuse_links(options: &mut OpenOptions) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags((rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits() as i32);
    }
    #[cfg(not(unix))]
    let _ = options;
}

/// The journal next to a plan.
fn beside(plan: &Path) -> PathBuf {
    plan.with_extension("journal.jsonl")
}

impl JournalFile {
    /// Opens the journal of a plan with a text: the one that was named, or the one next to the plan.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn beside(
        plan: &Path,
        named: Option<&Path>,
        domain: &str,
        text: &str,
    ) -> anyhow::Result<Self> {
        Self::open(named.unwrap_or(&beside(plan)), domain, &sha256_hex(text))
    }

    /// Opens a journal, or begins one. A link is not followed.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn open(path: &Path, domain: &str, of: &str) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        refuse_links(&mut options);
        let (file, is_new) = match options.open(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                (options.create_new(false).open(path), false)
            }
            opened => (opened, true),
        };
        let file = file.with_context(|| {
            format!("cannot write the journal `{}`, and `--journal FILE` names another one", path.display())
        })?;
        let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
        anyhow::ensure!(is_file, "the journal `{}` is not a file", path.display());
        let earlier = Earlier::read(path, of);
        Ok(Self {
            file,
            path: path.to_owned(),
            is_new,
            domain: domain.to_owned(),
            of: of.to_owned(),
            earlier,
        })
    }

    /// What earlier runs have done of the same plan.
    pub(crate) fn earlier(&self) -> &Earlier {
        &self.earlier
    }

    /// Appends a step.
    ///
    /// # Errors
    ///
    /// Text for people, if it cannot be written.
    pub(crate) fn append(&mut self, step: &str, phase: Phase, error: Option<&str>) -> Result<(), String> {
        let record = Record {
            at: login_time::current() as u64,
            domain: self.domain.clone(),
            of: self.of.clone(),
            step: step.to_owned(),
            phase,
            error: error.map(str::to_owned),
        };
        let written = self.file.write_all(record.to_line().as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| format!("`{}`: {error}", self.path.display()))
    }
}

impl Drop for JournalFile {
    /// A journal that nothing was written into says nothing.
    fn drop(&mut self) {
        if self.is_new && self.file.metadata().is_ok_and(|metadata| metadata.len() == 0) {
            let _ = fs::remove_file(&self.path);
        }
    }
}
