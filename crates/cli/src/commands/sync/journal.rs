//! The journal of a mapping, which one run at a time can write.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, ensure};
use claimsmith_lifecycle::journal::Phase;
use claimsmith_lifecycle::sync::record::{self, Beginning, Event, Record};

use crate::journal_file::refuse_links;
use crate::login_time;

/// An open journal. No other run can open it meanwhile.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    /// What it had when it was opened.
    records: Vec<Record>,
    run: String,
    /// Whether a record could not be written, so that the file ends in the middle of one.
    is_broken: bool,
}

impl Journal {
    /// Opens the journal of a mapping, or begins one. A link is not followed.
    ///
    /// # Errors
    ///
    /// If another run has it open, it cannot be written, or it is not a journal.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let shown = || format!("the journal `{}`", path.display());
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        refuse_links(&mut options);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options
            .open(path)
            .with_context(|| format!("cannot write {}, and `--journal FILE` names another one", shown()))?;
        ensure!(file.metadata().is_ok_and(|it| it.is_file()), "{} is not a file", shown());
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(anyhow!("another run has {} open; wait until it ends", shown()));
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} cannot be locked", shown()));
            }
        }
        let mut text = String::new();
        file.read_to_string(&mut text).with_context(|| format!("cannot read {}", shown()))?;
        let records = record::read(&text).map_err(|line| {
            anyhow!("{}:{line}: this is not a record of this version; put the journal aside, or use the program that wrote it", path.display())
        })?;
        // The end of a process has cut this line off.
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        if whole < text.len() {
            file.set_len(whole as u64).with_context(|| format!("cannot write {}", shown()))?;
        }
        file.seek(SeekFrom::End(0)).with_context(|| format!("cannot write {}", shown()))?;
        Ok(Self { file, path: path.to_owned(), records, run: String::new(), is_broken: false })
    }

    /// Begins a run, and returns its name.
    ///
    /// # Errors
    ///
    /// If the journal is of another service or mapping, or cannot be written.
    pub(super) fn begin(&mut self, beginning: Beginning) -> anyhow::Result<String> {
        if let Some(other) = self.records.iter().find_map(|record| match &record.event {
            Event::Begun(it) => Some(it),
            _ => None,
        }) {
            ensure!(
                other.service == beginning.service && other.organization == beginning.organization,
                "the journal `{}` is of the mapping `{}` and the service {}; each mapping and service needs a journal of its own, which `--journal FILE` names",
                self.path.display(),
                other.organization.escape_debug(),
                other.service.escape_debug()
            );
        }
        let now = login_time::current() as u64;
        let time = claimsmith::compiler::time_text(u32::try_from(now).unwrap_or(u32::MAX));
        let plan = beginning.plan.get(..8).unwrap_or_default();
        let name = format!("{time}-{plan}");
        let same = self.records.iter().filter(|record| record.run.starts_with(&name));
        let same = same.map(|record| record.run.as_str()).collect::<std::collections::BTreeSet<_>>().len();
        self.run = if same == 0 { name } else { format!("{name}-{}", same + 1) };
        self.append(Event::Begun(beginning)).map_err(|error| anyhow!(error))?;
        Ok(self.run.clone())
    }

    /// Appends what happens in the run.
    ///
    /// # Errors
    ///
    /// Text for people, if it cannot be written.
    pub(super) fn append(&mut self, event: Event) -> Result<(), String> {
        // What begins is on the disk before it is asked for; what it came to is there with the next step.
        let waits = !matches!(event, Event::Step { phase: Phase::Done, .. });
        let record = Record { at: login_time::current() as u64, run: self.run.clone(), event };
        let shown = |error: io::Error| format!("`{}`: {error}", self.path.display());
        if self.is_broken {
            return Err(format!("`{}` ends in the middle of a record", self.path.display()));
        }
        let length = self.file.metadata().map_err(shown)?.len();
        let written = self.file.write_all(record.to_line().as_bytes());
        if written.is_err() {
            // A full disk takes half a record, after which no other one can be read.
            self.is_broken = self.file.set_len(length).is_err();
        }
        written.and_then(|()| if waits { self.file.sync_data() } else { Ok(()) }).map_err(shown)
    }

    /// The last run that changed something by a plan that was made after a time, in milliseconds since 1970. One that
    /// changed nothing leaves earlier plans as they are.
    pub(super) fn run_of_later_plan(&self, made_at: u64) -> Option<&str> {
        let is_later =
            |record: &&Record| matches!(&record.event, Event::Begun(it) if it.plan_made_at > made_at);
        let has_steps = |run: &&str| {
            self.records.iter().any(|it| it.run == *run && matches!(it.event, Event::Step { .. }))
        };
        self.records.iter().rev().filter(is_later).map(|record| record.run.as_str()).find(has_steps)
    }

    /// When a run last ended with everything in place, in seconds since 1970.
    pub(super) fn last_success(&self) -> Option<u64> {
        self.records.iter().rev().find_map(|record| match &record.event {
            Event::Ended(ending) if ending.is_in_step => Some(record.at),
            _ => None,
        })
    }
}
