//! Writes files. Every verb that writes does so through this module.
//!
//! The folder that is written into may be hostile, such as a checkout of another person's branch. These are the
//! guarantees:
//!
//! - **Only the named path is written.** The file must not be a link, nor a folder of its path. Two kinds of links are
//!   trusted: those in the path of the working folder, and those in the root folder, such as `/tmp` on some systems,
//!   which only an administrator can make.
//! - **A half-written file is never visible.** The new content is first written into a draft in the same folder, which
//!   is then renamed. A draft is a new file with a random name that begins with a dot. Only its owner can read it
//!   until it is complete and has the mode of the file that it replaces.
//! - **Files that are written together are all written or none is**, as far as the system allows: every draft is
//!   complete before the first one is renamed. If one cannot be renamed, the error names the files that were written
//!   and those that were not. Drafts are removed, unless the process is killed;
//!   the next run that looks at the folder names those that are left.
//! - **Owner, group and mode are kept**; a new file has the mode that the user's mask gives it. A file is refused with
//!   a reason if they cannot be kept, if it has several hard links, which replacing it would separate, if it is
//!   read-only or this user may not write it, and if it is not a file at all.
//! - **Changes by others are kept.** `fmt` replaces a file only if it still has the content that was read, and a file
//!   that changes between the draft and its renaming is not touched.
//!
//! Access control lists and extended attributes are not kept. Where the command runs as WebAssembly, neither are owner,
//! group and mode, which it cannot see.
//!
//! The crate `tempfile` names the drafts, makes each as a new file, and removes it if it is not renamed. Its `persist`
//! is not used: it renames by path, so a folder that becomes a link meanwhile would be followed, and
//! `a_folder_that_becomes_a_link_is_not_followed` would fail. [`Folder::rename`] renames within the open folder.

mod draft;
pub(crate) mod leftover_drafts;
mod no_follow;
mod refusal;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, anyhow, ensure};

use self::draft::{Draft, FileMode, not_a_file};
use self::no_follow::enter;
use self::refusal::described;
pub(crate) use self::refusal::{Unwritten, WriteRefusal};
use crate::folder::{EntryType, Folder};
use crate::numbers::counted;

/// Files that are written together, by [`commit`](Self::commit).
#[derive(Debug, Default)]
pub(crate) struct PendingWrites {
    /// The open folders, by the paths by which they were named.
    folders: BTreeMap<PathBuf, Rc<Folder>>,
    drafts: Vec<Draft>,
}

impl PendingWrites {
    /// Prepares to write a file, which may exist already.
    pub(crate) fn put(&mut self, path: &Path, content: Vec<u8>) -> Result<(), Unwritten> {
        self.draft(path, None, content)
    }

    /// Prepares to replace a file if its content is still `read`.
    pub(crate) fn replace(&mut self, path: &Path, read: &[u8], content: Vec<u8>) -> Result<(), Unwritten> {
        self.draft(path, Some(read), content)
    }

    fn draft(&mut self, path: &Path, read: Option<&[u8]>, content: Vec<u8>) -> Result<(), Unwritten> {
        self.draft_with(path, read, content, FileMode::Plain)
    }

    fn draft_with(
        &mut self,
        path: &Path,
        read: Option<&[u8]>,
        content: Vec<u8>,
        mode: FileMode,
    ) -> Result<(), Unwritten> {
        let name = path.file_name().ok_or_else(|| {
            WriteRefusal::new("does not name a file".to_owned(), "name the file to write, not its folder")
        })?;
        let folder = self.folder_of(path)?;
        self.drafts.extend(Draft::of(folder, (path, name), read, content, mode)?);
        Ok(())
    }

    fn folder_of(&mut self, path: &Path) -> Result<Rc<Folder>, Unwritten> {
        let path = path.parent().unwrap_or(Path::new(""));
        if let Some(folder) = self.folders.get(path) {
            return Ok(Rc::clone(folder));
        }
        let folder = Rc::new(enter(path, false)?);
        self.folders.insert(path.to_owned(), Rc::clone(&folder));
        Ok(folder)
    }

    /// Writes the files that were prepared.
    ///
    /// # Errors
    ///
    /// If one cannot be written; the error says which files were written and which were not.
    pub(crate) fn commit(self) -> anyhow::Result<()> {
        let paths: Vec<PathBuf> = self.drafts.iter().map(|draft| draft.path.clone()).collect();
        for (at, draft) in self.drafts.into_iter().enumerate() {
            let path = draft.path.clone();
            if let Err(error) = draft.commit() {
                let (written, unwritten) = paths.split_at(at);
                let error = anyhow!("cannot write `{}`: {}", path.display(), described(&error));
                return Err(if paths.len() > 1 { with_progress(error, written, unwritten) } else { error });
            }
        }
        Ok(())
    }
}

/// New files that are written together. A file that exists is never replaced.
#[derive(Debug, Default)]
pub(crate) struct NewFiles {
    pending: PendingWrites,
}

impl NewFiles {
    /// Prepares to write a file, and makes its folder.
    ///
    /// # Errors
    ///
    /// If the path exists, or cannot be written.
    pub(crate) fn add(&mut self, path: &Path, content: Vec<u8>, executable: bool) -> anyhow::Result<()> {
        make_folder(path.parent().unwrap_or(Path::new("")))?;
        self.add_with(path, content, if executable { FileMode::Executable } else { FileMode::Plain })
    }

    /// Prepares to write a file that only its owner may read, into a folder that exists.
    ///
    /// # Errors
    ///
    /// If the path exists, or cannot be written.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn add_private(&mut self, path: &Path, content: Vec<u8>) -> anyhow::Result<()> {
        self.add_with(path, content, FileMode::Private)
    }

    fn add_with(&mut self, path: &Path, content: Vec<u8>, mode: FileMode) -> anyhow::Result<()> {
        self.pending.draft_with(path, None, content, mode).map_err(|unwritten| unwritten.at(path))?;
        let replaces = self.pending.drafts.last().is_none_or(Draft::replaces_a_file);
        ensure!(!replaces, "`{}` exists already; nothing was written", path.display());
        Ok(())
    }

    /// Writes the files that were prepared.
    ///
    /// # Errors
    ///
    /// If one cannot be written, or exists by now; the error says which files were written and which were not.
    pub(crate) fn commit(self) -> anyhow::Result<()> {
        self.pending.commit()
    }
}

/// An error that also says which files were written before it, and which were not.
fn with_progress(error: anyhow::Error, written: &[PathBuf], unwritten: &[PathBuf]) -> anyhow::Error {
    let list = |paths: &[PathBuf]| {
        let names: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
        names.join(", ")
    };
    if written.is_empty() {
        return anyhow!("{error}; nothing was written");
    }
    anyhow!(
        "{error}; {} written: {}; {} not written: {}",
        counted(written.len(), "file"),
        list(written),
        counted(unwritten.len(), "file"),
        list(unwritten)
    )
}

/// Writes one file.
pub(crate) fn write(path: &Path, content: Vec<u8>) -> anyhow::Result<()> {
    let mut writing = PendingWrites::default();
    writing.put(path, content).map_err(|unwritten| unwritten.at(path))?;
    writing.commit()
}

/// Writes one file that only its owner may read.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn write_private(path: &Path, content: Vec<u8>) -> anyhow::Result<()> {
    let mut writing = PendingWrites::default();
    let draft = writing.draft_with(path, None, content, FileMode::Private);
    draft.map_err(|unwritten| unwritten.at(path))?;
    writing.commit()
}

/// What a file holds that [`PendingWrites::put`] would replace, up to a number of bytes; `None` if there is none yet.
///
/// # Errors
///
/// If the path cannot be written: it is a link, a folder of it is one, or it is not a file.
pub(crate) fn existing(path: &Path, most: u64) -> Result<Option<Vec<u8>>, Unwritten> {
    let missing =
        |error: &Unwritten| matches!(error, Unwritten::Failed(it) if it.kind() == io::ErrorKind::NotFound);
    let folder = match enter(path.parent().unwrap_or(Path::new("")), false) {
        Err(error) if missing(&error) => return Ok(None),
        entered => entered?,
    };
    let name = path.file_name().unwrap_or_default();
    match folder.kind(name)? {
        None => Ok(None),
        Some(EntryType::File) => {
            let mut content = Vec::new();
            folder.open(name, false)?.take(most).read_to_end(&mut content)?;
            Ok(Some(content))
        }
        Some(EntryType::Link) => Err(WriteRefusal::link(None, &folder.target(name)).into()),
        Some(kind) => Err(not_a_file(kind).into()),
    }
}

/// Makes a folder and its parents, unless they exist.
pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    let made = enter(path, true).map_err(|unwritten| unwritten.reason());
    made.map(|_| ()).with_context(|| format!("cannot make the folder `{}`", path.display()))
}

#[cfg(test)]
mod tests;
