//! A journal, to which each step is appended before anything else is done.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use claimsmith_lifecycle::digest::sha256_hex;
use claimsmith_lifecycle::journal::{Phase, Record};

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
        let beside = plan.with_extension("journal.jsonl");
        Self::open(named.unwrap_or(&beside), domain, &sha256_hex(text))
    }

    /// Opens a journal, or begins one. A link is not followed.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn open(path: &Path, domain: &str, of: &str) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.custom_flags((rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits() as i32);
        }
        let (file, is_new) = match options.open(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                (options.create_new(false).open(path), false)
            }
            opened => (opened, true),
        };
        let file = file.with_context(|| format!("cannot write the journal `{}`", path.display()))?;
        let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
        anyhow::ensure!(is_file, "the journal `{}` is not a file", path.display());
        Ok(Self { file, path: path.to_owned(), is_new, domain: domain.to_owned(), of: of.to_owned() })
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
