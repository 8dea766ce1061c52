//! Runs a command again whenever the mapping files change.
//!
//! The parent of the named folder is watched too, so a folder that is removed and made again, as version control does
//! when it switches branches, is still watched.

#[cfg(not(target_family = "wasm"))]
mod native;

use std::path::Path;

use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

/// One run of the command.
type Run<'r> = &'r dyn Fn(&mut Terminal) -> anyhow::Result<ExitStatus>;

/// Runs a command, and again after each change of the files at `path`, until the process is ended or the reader of its
/// output is gone.
///
/// A run that fails is reported, and the next change starts another.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn repeat(path: &Path, terminal: &mut Terminal, run: Run<'_>) -> anyhow::Result<ExitStatus> {
    native::repeat(path, terminal, run)
}

/// Fails, because the system does not say when files change.
#[cfg(target_family = "wasm")]
pub(crate) fn repeat(_: &Path, _: &mut Terminal, _: Run<'_>) -> anyhow::Result<ExitStatus> {
    anyhow::bail!("`--watch` needs a claimsmith that is built for this system; this one is WebAssembly")
}
