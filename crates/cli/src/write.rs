//! Writes files: every command that writes does it through this module.
//!
//! The folder that is written into may be hostile, such as a checkout of somebody's branch. What holds:
//!
//! - **Nothing outside of the place that was named is touched.** No link is followed, neither the file itself nor a
//!   folder on the way to it. The ways that are trusted are the working folder, however it was reached, and links in
//!   the root folder, such as `/tmp` on some systems, which only an administrator can make.
//! - **A file is never seen half written.** Its new content is written into a draft beside it first, which then
//!   takes its place. A draft is a new file with a random name that begins with a dot; only its owner can read it
//!   until it is complete and has the mode of the file that it replaces.
//! - **Files that are written together are all written or none is**, as far as the system can do that: every draft is
//!   complete before the first one takes its place. If one cannot, the error names the files that were written and
//!   those that were not. Drafts do not stay, unless the process is killed.
//! - **Owner, group and mode are kept**; a new file has the mode that the user's mask gives it. What cannot be kept
//!   is refused with a reason: a file with several hard links, which replacing would part; one that is read-only or
//!   not the user's to write; one whose owner cannot be kept; and what is not a file at all.
//! - **No change is lost.** A file that is replaced because of its content is compared with that content
//!   first, and a file that changes between the draft and its turn is left alone.
//!
//! Access control lists and extended attributes are not kept.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, anyhow};
use tempfile::{Builder, NamedTempFile, TempPath};

use crate::folder::{Folder, Kind};
use crate::text::counted;

/// Files to be written together.
#[derive(Debug, Default)]
pub(crate) struct Writing {
    /// The folders that are open, by the paths by which they were named.
    folders: BTreeMap<PathBuf, Rc<Folder>>,
    drafts: Vec<Draft>,
}

/// Why a file was not written.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// Writing it would break what this module promises.
    Refused(Refusal),
    /// The system could not do it.
    Failed(io::Error),
}

/// A reason not to write a file, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What the reason is about, if it is not the file itself but a folder on the way to it.
    folder: Option<String>,
    reason: String,
    pub(crate) help: &'static str,
}

#[derive(Debug)]
struct Draft {
    /// As it was named.
    path: PathBuf,
    folder: Rc<Folder>,
    name: OsString,
    /// The file that is replaced.
    replaced: Option<Stamp>,
    content: Vec<u8>,
    draft: TempPath,
}

/// What changes when a file does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<std::time::SystemTime>,
    #[cfg(unix)]
    identity: (u64, u64),
}

impl Writing {
    /// Prepares a file to be written, whether there is one or not.
    pub(crate) fn put(&mut self, path: &Path, content: Vec<u8>) -> Result<(), Unwritten> {
        self.draft(path, None, content)
    }

    /// Prepares a file to be replaced because its content is `read`.
    pub(crate) fn replace(&mut self, path: &Path, read: &[u8], content: Vec<u8>) -> Result<(), Unwritten> {
        self.draft(path, Some(read), content)
    }

    fn draft(&mut self, path: &Path, read: Option<&[u8]>, content: Vec<u8>) -> Result<(), Unwritten> {
        let name = path.file_name().ok_or_else(|| {
            Refusal::new("does not name a file".to_owned(), "name the file to write, not its folder")
        })?;
        let folder = self.folder_of(path)?;
        let replaced = match folder.look(name)? {
            None => None,
            Some(Kind::File) => Some(open_replaced(&folder, name)?),
            Some(Kind::Link) => return Err(Refusal::link(None, &folder.target(name)).into()),
            Some(kind) => {
                let reason = format!("is {}, not a file", kind.name());
                return Err(Refusal::new(reason, "remove it, or name another place").into());
            }
        };
        if let Some(read) = read {
            let same = replaced.as_ref().map(|file| has_content(&file.file, read)).transpose()?;
            if same != Some(true) {
                let written = replaced.as_ref().map(|file| has_content(&file.file, &content)).transpose()?;
                // Another run had the same to do.
                return match written {
                    Some(true) => Ok(()),
                    _ => {
                        Err(Refusal::new("has changed since it was read".to_owned(), "run the command again")
                            .into())
                    }
                };
            }
        }
        let draft = write_draft(&folder, replaced.as_ref(), &content)?;
        let replaced = replaced.map(|file| Stamp::of(&file.metadata));
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
    /// If one cannot be written; the error says which were and which were not.
    pub(crate) fn commit(self) -> anyhow::Result<()> {
        let paths: Vec<PathBuf> = self.drafts.iter().map(|draft| draft.path.clone()).collect();
        for (at, draft) in self.drafts.into_iter().enumerate() {
            let path = draft.path.clone();
            if let Err(error) = draft.commit() {
                let (written, unwritten) = paths.split_at(at);
                let error = anyhow!("cannot write `{}`: {}", path.display(), described(&error));
                return Err(if paths.len() > 1 { told(error, written, unwritten) } else { error });
            }
        }
        Ok(())
    }
}

/// An error about a file as part of a sentence. One that is about what stands in its place begins with `is`.
fn described(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::InvalidInput => format!("it {error}"),
        _ => error.to_string(),
    }
}

/// Which files were written before an error, and which were not.
fn told(error: anyhow::Error, written: &[PathBuf], unwritten: &[PathBuf]) -> anyhow::Error {
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
    let mut writing = Writing::default();
    writing.put(path, content).map_err(|unwritten| unwritten.at(path))?;
    writing.commit()
}

/// Makes a folder and those on the way to it, unless they are there.
pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    let made = enter(path, true).map_err(|unwritten| unwritten.reason());
    made.map(|_| ()).with_context(|| format!("cannot make the folder `{}`", path.display()))
}

/// Opens the folder at a path without following a link, and makes it if `make` says so.
fn enter(path: &Path, make: bool) -> Result<Folder, Unwritten> {
    let (start, rest) = trusted(path);
    // Messages name each folder as the user did.
    let mut named = if path.has_root() { start.clone() } else { PathBuf::new() };
    let mut folder = Folder::named(&start)?;
    for part in rest.components() {
        let name = match part {
            Component::Normal(name) => name,
            Component::ParentDir => OsStr::new(".."),
            Component::CurDir => {
                named.push(".");
                continue;
            }
            Component::RootDir | Component::Prefix(_) => continue,
        };
        named.push(name);
        if make && folder.look(name)?.is_none() {
            folder.make(name)?;
        }
        match folder.look(name)? {
            Some(Kind::Folder) => folder = folder.enter(name)?,
            Some(Kind::Link) => return Err(Refusal::link(Some(&named), &folder.target(name)).into()),
            Some(kind) => {
                let refusal = Refusal {
                    folder: Some(named.display().to_string()),
                    reason: format!("is {}, not a folder", kind.name()),
                    help: "name another place",
                };
                return Err(refusal.into());
            }
            None => return Err(io::Error::from(io::ErrorKind::NotFound).into()),
        }
    }
    Ok(folder)
}

/// The part of a path whose links are followed, and what remains of it.
///
/// Of a relative path that is the working folder, of an absolute one the way to the working folder or the first
/// folder below the root.
fn trusted(path: &Path) -> (PathBuf, &Path) {
    if !path.has_root() {
        return (PathBuf::from("."), path);
    }
    if let Ok(working) = fs::canonicalize(".") {
        for above in path.ancestors() {
            if fs::canonicalize(above).is_ok_and(|it| it == working) {
                return (above.to_owned(), path.strip_prefix(above).unwrap_or(Path::new("")));
            }
        }
    }
    let start: PathBuf = path
        .components()
        .take_while(|part| !matches!(part, Component::Normal(_) | Component::ParentDir))
        .collect();
    let rest = path.strip_prefix(&start).unwrap_or(path);
    let first = rest.components().next().map(|first| start.join(first));
    match first.filter(|first| first.is_dir()) {
        Some(first) => {
            let rest = path.strip_prefix(&first).unwrap_or(Path::new(""));
            (first, rest)
        }
        None => (start, rest),
    }
}

/// A file that is to be replaced, open.
struct Replaced {
    file: File,
    metadata: Metadata,
}

fn open_replaced(folder: &Folder, name: &OsStr) -> Result<Replaced, Unwritten> {
    // Replacing a file needs no right to write it, but who may not write it may not replace it either.
    let file = match folder.open(name, true) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let reason = "may not be written by this user".to_owned();
            return Err(Refusal::new(reason, "change its mode or its owner first").into());
        }
        Err(error) => return Err(error.into()),
    };
    let metadata = file.metadata()?;
    if metadata.permissions().readonly() {
        return Err(Refusal::new("is read-only".to_owned(), "make it writable first").into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if metadata.nlink() > 1 {
            let reason = format!("has {} hard links, and replacing it would part them", metadata.nlink());
            return Err(Refusal::new(reason, "copy it into a file of its own first").into());
        }
    }
    Ok(Replaced { file, metadata })
}

/// Writes a draft beside its place.
fn write_draft(folder: &Folder, replaced: Option<&Replaced>, content: &[u8]) -> Result<TempPath, Unwritten> {
    let mut draft = new_file(folder, true)?;
    draft.as_file_mut().write_all(content)?;
    let file = draft.as_file();
    match replaced {
        Some(replaced) => {
            keep_owner(file, &replaced.metadata)?;
            file.set_permissions(replaced.metadata.permissions())?;
        }
        // What the mask leaves of a new file's mode, only a new file can tell; it never holds anything.
        None => file.set_permissions(new_file(folder, false)?.as_file().metadata()?.permissions())?,
    }
    file.sync_all()?;
    Ok(draft.into_temp_path())
}

/// Makes a file with a random name in a folder; it goes away with what is returned.
fn new_file(folder: &Folder, private: bool) -> io::Result<NamedTempFile> {
    let create = |path: &Path| folder.create(path.file_name().unwrap_or_default(), private);
    Builder::new().prefix(".claimsmith-").suffix(".tmp").make_in(folder.path(), create)
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
        Refusal::new(reason.to_owned(), "run the command as its owner").into()
    })
}

#[cfg(not(unix))]
fn keep_owner(_draft: &File, _replaced: &Metadata) -> Result<(), Unwritten> {
    Ok(())
}

/// Whether a file that was just opened has this content.
fn has_content(file: &File, content: &[u8]) -> io::Result<bool> {
    let mut there = Vec::with_capacity(content.len() + 1);
    file.take(content.len() as u64 + 1).read_to_end(&mut there)?;
    io::Seek::rewind(&mut &*file)?;
    Ok(there == content)
}

impl Draft {
    /// Puts the draft into its place.
    fn commit(self) -> io::Result<()> {
        let name = self.draft.file_name().unwrap_or_default().to_owned();
        if self.current()? != self.replaced {
            let file = self.folder.open(&self.name, false)?;
            // Another run that had the same to do was first.
            return if has_content(&file, &self.content)? {
                Ok(())
            } else {
                Err(io::Error::other("it has changed while the command ran"))
            };
        }
        self.folder.rename(&name, &self.name)?;
        // It has another name now, so there is nothing left to be removed.
        let _ = self.draft.keep();
        Ok(())
    }

    /// What is in the place now.
    fn current(&self) -> io::Result<Option<Stamp>> {
        match self.folder.open(&self.name, false) {
            Ok(file) => Ok(Some(Stamp::of(&file.metadata()?))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Stamp {
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

impl Refusal {
    fn new(reason: String, help: &'static str) -> Self {
        Self { folder: None, reason, help }
    }

    fn link(folder: Option<&Path>, target: &Path) -> Self {
        Self {
            folder: folder.map(|folder| folder.display().to_string()),
            reason: format!("is a link to `{}`, and links are not written through", target.display()),
            help: "name what the link leads to, if that is what you mean to write",
        }
    }

    /// The reason, with what it is about.
    pub(crate) fn describe(&self, path: &str) -> String {
        format!("`{}` {}", self.folder.as_deref().unwrap_or(path), self.reason)
    }
}

impl Unwritten {
    /// As an error about the file at a path.
    pub(crate) fn at(self, path: &Path) -> anyhow::Error {
        anyhow!("cannot write `{}`: {}", path.display(), self.reason())
    }

    fn reason(&self) -> anyhow::Error {
        match self {
            Self::Refused(refusal) => anyhow!("{refusal}; {}", refusal.help),
            Self::Failed(error) => anyhow!(described(error)),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.folder {
            Some(folder) => write!(formatter, "`{folder}` {}", self.reason),
            None => write!(formatter, "it {}", self.reason),
        }
    }
}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Refusal> for Unwritten {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

#[cfg(test)]
mod tests;
