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

pub(crate) mod leftover_drafts;
mod no_follow;
mod refusal;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, anyhow, ensure};
use tempfile::{Builder, NamedTempFile, TempPath};

use self::no_follow::enter;
use self::refusal::described;
pub(crate) use self::refusal::{Unwritten, WriteRefusal};
use crate::folder::{EntryType, Folder};
use crate::numbers::counted;

/// What the name of a draft begins with.
const PREFIX: &str = ".claimsmith-";
/// What it ends with.
const SUFFIX: &str = ".tmp";

/// Files that are written together, by [`commit`](Self::commit).
#[derive(Debug, Default)]
pub(crate) struct PendingWrites {
    /// The open folders, by the paths by which they were named.
    folders: BTreeMap<PathBuf, Rc<Folder>>,
    drafts: Vec<Draft>,
}

#[derive(Debug)]
struct Draft {
    /// How the user names it.
    path: PathBuf,
    folder: Rc<Folder>,
    name: OsString,
    /// The file that it replaces.
    replaced: Option<FileStamp>,
    content: Vec<u8>,
    draft: TempPath,
}

/// Properties of a file of which at least one changes when the file does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FileStamp {
    length: u64,
    modified: Option<std::time::SystemTime>,
    #[cfg(unix)]
    identity: (u64, u64),
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
        let replaced = match folder.kind(name)? {
            None => None,
            Some(EntryType::File) => Some(open_replaced(&folder, name)?),
            Some(EntryType::Link) => return Err(WriteRefusal::link(None, &folder.target(name)).into()),
            Some(kind) => return Err(not_a_file(kind).into()),
        };
        if let Some(read) = read {
            let same = replaced.as_ref().map(|file| has_content(&file.file, read)).transpose()?;
            if same != Some(true) {
                let written = replaced.as_ref().map(|file| has_content(&file.file, &content)).transpose()?;
                // Another run of the command has already written the same.
                return match written {
                    Some(true) => Ok(()),
                    _ => Err(WriteRefusal::new(
                        "has changed since it was read".to_owned(),
                        "run the command again",
                    )
                    .into()),
                };
            }
        }
        let draft = write_draft(&folder, replaced.as_ref(), &content, mode)?;
        let replaced = replaced.map(|file| FileStamp::of(&file.metadata));
        let (path, name) = (path.to_owned(), name.to_owned());
        self.drafts.push(Draft { path, folder, name, replaced, content, draft });
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

/// Who may do what with a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileMode {
    Plain,
    /// Who may read it may run it.
    Executable,
    /// Only its owner may read or write it.
    #[cfg_attr(target_family = "wasm", allow(dead_code, reason = "WebAssembly makes no keys"))]
    Private,
}

impl FileMode {
    /// Gives a new file the mode that the user's mask left to another. Drafts are private already.
    fn set_on_new_file(self, file: &File, masked: &Metadata) -> io::Result<()> {
        if self == Self::Private {
            return Ok(());
        }
        #[cfg(unix)]
        if self == Self::Executable {
            use std::os::unix::fs::PermissionsExt;
            let mode = masked.permissions().mode();
            return file.set_permissions(std::fs::Permissions::from_mode(mode | (mode & 0o444) >> 2));
        }
        set_mode(file, masked)
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
        let replaces = self.pending.drafts.last().is_none_or(|draft| draft.replaced.is_some());
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

fn not_a_file(kind: EntryType) -> WriteRefusal {
    WriteRefusal::new(format!("is {}, not a file", kind.name()), "remove it, or name another file")
}

/// Makes a folder and its parents, unless they exist.
pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    let made = enter(path, true).map_err(|unwritten| unwritten.reason());
    made.map(|_| ()).with_context(|| format!("cannot make the folder `{}`", path.display()))
}

/// A file that will be replaced, open.
struct Replaced {
    file: File,
    metadata: Metadata,
}

fn open_replaced(folder: &Folder, name: &OsStr) -> Result<Replaced, Unwritten> {
    // The system would let the user replace a file without permission to write it, so that is checked here.
    let file = match folder.open(name, true) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let reason = "may not be written by this user".to_owned();
            return Err(WriteRefusal::new(reason, "change its mode or its owner first").into());
        }
        Err(error) => return Err(error.into()),
    };
    let metadata = file.metadata()?;
    // WASI has no modes, from which the standard library concludes that every file is read-only.
    if cfg!(not(target_os = "wasi")) && metadata.permissions().readonly() {
        return Err(WriteRefusal::new("is read-only".to_owned(), "make it writable first").into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if metadata.nlink() > 1 {
            let reason = format!("has {} hard links, and replacing it would separate them", metadata.nlink());
            return Err(WriteRefusal::new(reason, "replace it by a copy first").into());
        }
    }
    Ok(Replaced { file, metadata })
}

/// Writes a draft into the folder of the file.
fn write_draft(
    folder: &Folder,
    replaced: Option<&Replaced>,
    content: &[u8],
    mode: FileMode,
) -> Result<TempPath, Unwritten> {
    let mut draft = new_file(folder, true)?;
    draft.as_file_mut().write_all(content)?;
    let file = draft.as_file();
    match replaced {
        Some(replaced) => {
            keep_owner(file, &replaced.metadata)?;
            set_mode(file, &replaced.metadata)?;
        }
        // Only a new file shows which mode the user's mask gives it, so an empty one is made and removed.
        None => mode.set_on_new_file(file, &new_file(folder, false)?.as_file().metadata()?)?,
    }
    file.sync_all()?;
    Ok(draft.into_temp_path())
}

/// Makes a file with a random name in a folder. It is removed when the returned value is dropped.
fn new_file(folder: &Folder, private: bool) -> io::Result<NamedTempFile> {
    let create = |path: &Path| folder.create(path.file_name().unwrap_or_default(), private);
    Builder::new().prefix(PREFIX).suffix(SUFFIX).make_in(folder.path(), create)
}

#[cfg(unix)]
fn keep_owner(draft: &File, replaced: &Metadata) -> Result<(), Unwritten> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let now = draft.metadata()?;
    let owner = (now.uid() != replaced.uid()).then_some(replaced.uid());
    let group = (now.gid() != replaced.gid()).then_some(replaced.gid());
    if owner.is_none() && group.is_none() {
        return Ok(());
    }
    fchown(draft, owner, group).map_err(|_| {
        let reason = "belongs to another user or group, and replacing it would change that";
        WriteRefusal::new(reason.to_owned(), "run the command as its owner").into()
    })
}

#[cfg(not(unix))]
fn keep_owner(_draft: &File, _replaced: &Metadata) -> Result<(), Unwritten> {
    Ok(())
}

#[cfg(not(target_os = "wasi"))]
fn set_mode(draft: &File, from: &Metadata) -> io::Result<()> {
    draft.set_permissions(from.permissions())
}

/// WASI has no modes: every file gets the one that the user's mask gives it.
#[cfg(target_os = "wasi")]
fn set_mode(_draft: &File, _from: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Whether a file that is open at its beginning has this content.
fn has_content(file: &File, content: &[u8]) -> io::Result<bool> {
    let mut there = Vec::with_capacity(content.len() + 1);
    file.take(content.len() as u64 + 1).read_to_end(&mut there)?;
    io::Seek::rewind(&mut &*file)?;
    Ok(there == content)
}

impl Draft {
    /// Renames the draft to the name of the file.
    fn commit(self) -> io::Result<()> {
        let name = self.draft.file_name().unwrap_or_default().to_owned();
        if self.current()? != self.replaced {
            let file = self.folder.open(&self.name, false)?;
            // Another run of the command may have written the same meanwhile.
            return if has_content(&file, &self.content)? {
                Ok(())
            } else {
                Err(io::Error::other("it has changed while the command ran"))
            };
        }
        self.folder.rename(&name, &self.name)?;
        // It has another name now, so there is nothing to remove.
        let _ = self.draft.keep();
        Ok(())
    }

    /// The file that has the name now.
    fn current(&self) -> io::Result<Option<FileStamp>> {
        match self.folder.open(&self.name, false) {
            Ok(file) => Ok(Some(FileStamp::of(&file.metadata()?))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl FileStamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            identity: {
                use std::os::unix::fs::MetadataExt;
                (metadata.dev(), metadata.ino())
            },
        }
    }
}

#[cfg(test)]
mod tests;
