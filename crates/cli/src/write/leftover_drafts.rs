//! Drafts of runs that were killed before they could rename or remove them.
//!
//! They are not removed: another run may be writing at the same time, and its draft looks the same, apart from its age.
//! Nothing reads them, because their names begin with a dot.

use std::collections::BTreeSet;
use std::fs::DirEntry;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::draft::{PREFIX, SUFFIX};
use crate::escape::escaped;
use crate::terminal::Terminal;

/// A draft is renamed within moments; a run that takes longer is named by mistake, and nothing is removed.
const LONGEST_RUN: Duration = Duration::from_secs(60);

/// How many are named.
const MOST: usize = 10;

/// Says on standard error which drafts are in the folders of some files.
pub(crate) fn note<'p>(
    files: impl IntoIterator<Item = &'p Path>,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let folders: BTreeSet<&Path> = files.into_iter().filter_map(Path::parent).collect();
    let found: Vec<PathBuf> = folders.into_iter().flat_map(drafts_in).collect();
    if found.is_empty() {
        return Ok(());
    }
    terminal.out.flush()?;
    for path in found.iter().take(MOST) {
        writeln!(
            terminal.err,
            "note: `{}` is the draft of a run that was stopped; remove it, unless another run is writing now",
            escaped(&path.to_string_lossy())
        )?;
    }
    if let Some(more) = found.len().checked_sub(MOST).filter(|more| *more > 0) {
        writeln!(terminal.err, "note: and {more} more drafts")?;
    }
    Ok(())
}

/// The drafts in a folder; none if it cannot be listed, which the reader of its files reports.
fn drafts_in(folder: &Path) -> Vec<PathBuf> {
    let named = if folder == Path::new("") { Path::new(".") } else { folder };
    let mut found: Vec<PathBuf> = std::fs::read_dir(named)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter(|entry| is_draft(&entry.file_name().to_string_lossy()) && is_old(entry))
        .map(|entry| folder.join(entry.file_name()))
        .collect();
    found.sort();
    found
}

/// Whether a draft is older than any that another run may be writing now.
fn is_old(entry: &DirEntry) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    modified.ok().and_then(|at| at.elapsed().ok()).is_some_and(|age| age > LONGEST_RUN)
}

fn is_draft(name: &str) -> bool {
    name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX)).is_some_and(|it| !it.is_empty())
}
