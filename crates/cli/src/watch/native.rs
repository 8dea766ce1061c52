//! Watching files on systems that say when they change.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use notify::event::{MetadataKind, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::mapping_files::{is_misnamed_path, is_yaml};
use crate::terminal::{ErrorText, Terminal};

/// One run of the command.
type Run<'r> = &'r dyn Fn(&mut Terminal) -> anyhow::Result<ExitStatus>;

/// The next run begins when nothing has changed for this time. An editor that saves a file, or version control that
/// switches branches, changes several things in a row.
const QUIET: Duration = Duration::from_millis(100);
/// The next run begins at the latest after this time, even if changes continue.
const LONGEST: Duration = Duration::from_secs(2);

/// Runs the command, and again after each change.
pub(super) fn repeat(path: &Path, terminal: &mut Terminal, run: Run<'_>) -> anyhow::Result<ExitStatus> {
    let mut watched = WatchedPath::new(path)?;
    loop {
        if terminal.out.is_screen {
            // Clears the screen, and begins at its top.
            write!(terminal.out, "\x1b[2J\x1b[H")?;
        }
        let status = run(terminal);
        terminal.out.flush()?;
        let status = match status {
            Ok(status) => status,
            Err(error) => {
                writeln!(terminal.err, "error: {}", ErrorText(&error))?;
                ExitStatus::Failure
            }
        };
        if terminal.out.is_closed() {
            return Ok(status);
        }
        let name = path.to_string_lossy();
        writeln!(terminal.err, "watching `{}`; Ctrl-C ends", escaped(&name))?;
        while !watched.wait()? {
            let name = escaped(&name);
            writeln!(terminal.err, "`{name}` is gone; waiting until it is there again")?;
        }
    }
}

/// A folder of mapping files, or one file, whose changes are reported.
struct WatchedPath {
    /// Its path without links.
    root: PathBuf,
    is_folder: bool,
    watcher: RecommendedWatcher,
    events: Receiver<notify::Result<Event>>,
}

impl WatchedPath {
    fn new(path: &Path) -> anyhow::Result<Self> {
        let cannot = || format!("cannot watch `{}`", path.display());
        let root = fs::canonicalize(path).with_context(cannot)?;
        let is_folder = root.is_dir();
        let (sender, events) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(sender).with_context(cannot)?;
        if let Some(parent) = root.parent() {
            watcher.watch(parent, RecursiveMode::NonRecursive).with_context(cannot)?;
        }
        let mut watched = Self { root, is_folder, watcher, events };
        watched.watch_folder().with_context(cannot)?;
        Ok(watched)
    }

    /// Watches what is below the folder. A file is watched through its parent: editors replace files.
    fn watch_folder(&mut self) -> notify::Result<()> {
        if !self.is_folder {
            return Ok(());
        }
        // After the folder was removed there is nothing to forget, which is fine.
        let _ = self.watcher.unwatch(&self.root);
        self.watcher.watch(&self.root, RecursiveMode::Recursive)
    }

    /// Waits until something changes, and then until nothing does. Says whether the folder or file is there.
    fn wait(&mut self) -> anyhow::Result<bool> {
        let mut is_replaced = false;
        let mut first: Option<Instant> = None;
        loop {
            let received = match first {
                None => self.events.recv().map_err(|_| mpsc::RecvTimeoutError::Disconnected),
                Some(first) if first.elapsed() > LONGEST => Err(mpsc::RecvTimeoutError::Timeout),
                Some(_) => self.events.recv_timeout(QUIET),
            };
            match received {
                Ok(event) => {
                    let event = event.context("the files cannot be watched any longer")?;
                    if event.need_rescan() || event.paths.iter().any(|path| self.concerns(&event.kind, path))
                    {
                        is_replaced |= event.need_rescan() || event.paths.contains(&self.root);
                        first.get_or_insert_with(Instant::now);
                    }
                }
                Err(mpsc::RecvTimeoutError::Timeout) => break,
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    bail!("the files cannot be watched any longer")
                }
            }
        }
        match fs::metadata(&self.root) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let parent = self.root.parent();
                if parent.is_none_or(|parent| !parent.exists()) {
                    bail!("`{}` is gone, with the folder that it was in", self.root.display());
                }
                return Ok(false);
            }
            Err(error) => return Err(error).context("the files cannot be watched any longer"),
        }
        if is_replaced {
            self.watch_folder().context("the files cannot be watched any longer")?;
        }
        Ok(true)
    }

    /// Whether an event can change what the command prints.
    fn concerns(&self, kind: &EventKind, path: &Path) -> bool {
        let is_read = matches!(
            kind,
            EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime))
        );
        let Ok(below) = path.strip_prefix(&self.root) else {
            return !is_read && self.root.parent() == Some(path);
        };
        // Editors and version control keep files of their own under names that begin with a dot.
        let is_hidden = |part: &std::ffi::OsStr| part.as_encoded_bytes().starts_with(b".");
        let may_be_folder = path.extension().is_none();
        !is_read
            && !below.iter().any(is_hidden)
            && (is_yaml(path) || is_misnamed_path(path) || may_be_folder || path == self.root)
    }
}
