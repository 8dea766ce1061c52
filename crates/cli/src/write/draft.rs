//! One file that is written: first its draft, in the same folder, then the draft gets its name.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use tempfile::{Builder, NamedTempFile, TempPath};

use super::refusal::{Unwritten, WriteRefusal};
use crate::folder::{EntryType, Folder};

/// What the name of a draft begins with.
pub(super) const PREFIX: &str = ".claimsmith-";

/// What it ends with.
pub(super) const SUFFIX: &str = ".tmp";

#[derive(Debug)]
pub(super) struct Draft {
    /// How the user names it.
    pub(super) path: PathBuf,
    folder: Rc<Folder>,
    name: OsString,
    /// The file that it replaces.
    replaced: Option<FileStamp>,
    content: Vec<u8>,
    draft: TempPath,
}

impl Draft {
    /// Writes the draft of a file in an open folder, which is named by its path and by its name in the folder; `None` if
    /// the file was `read` and has the new content already.
    ///
    /// # Errors
    ///
    /// If the file must not be written, its content is not what was `read`, or the draft cannot be written.
    pub(super) fn of(
        folder: Rc<Folder>,
        (path, name): (&Path, &OsStr),
        read: Option<&[u8]>,
        content: Vec<u8>,
        mode: FileMode,
    ) -> Result<Option<Self>, Unwritten> {
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
                    Some(true) => Ok(None),
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
        Ok(Some(Self { path, folder, name, replaced, content, draft }))
    }

    pub(super) fn replaces_a_file(&self) -> bool {
        self.replaced.is_some()
    }

    /// Renames the draft to the name of the file.
    pub(super) fn commit(self) -> io::Result<()> {
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

/// Properties of a file of which at least one changes when the file does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct FileStamp {
    length: u64,
    modified: Option<std::time::SystemTime>,
    #[cfg(unix)]
    identity: (u64, u64),
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

/// Who may do what with a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileMode {
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

pub(super) fn not_a_file(kind: EntryType) -> WriteRefusal {
    WriteRefusal::new(format!("is {}, not a file", kind.name()), "remove it, or name another file")
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
pub(super) fn new_file(folder: &Folder, private: bool) -> io::Result<NamedTempFile> {
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
