//! A folder that is held open. Reading and writing through it stays in that folder, even if its path is replaced by
//! another folder or a link meanwhile, and follows no link in it.
//!
//! The command reads and writes in folders that strangers may have filled, such as a checkout of another person's
//! branch. So it looks up what a name is, and then opens it in a way that fails if it is something else by then.
//! Systems other than Unix cannot open files in this way; there, the lookup directly before is the only check.

use std::ffi::OsStr;
use std::fs::{self, File, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// An open folder, and the path by which messages name it.
#[derive(Debug)]
pub(crate) struct Folder {
    #[cfg(unix)]
    handle: std::os::fd::OwnedFd,
    path: PathBuf,
}

/// What an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryType {
    File,
    Folder,
    Link,
    #[cfg_attr(not(unix), expect(dead_code, reason = "other systems do not say what it is"))]
    Pipe,
    #[cfg_attr(not(unix), expect(dead_code, reason = "other systems do not say what it is"))]
    Socket,
    Device,
}

impl EntryType {
    pub(crate) fn of(kind: FileType) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt;
            if kind.is_fifo() {
                return Self::Pipe;
            }
            if kind.is_socket() {
                return Self::Socket;
            }
        }
        match kind {
            kind if kind.is_file() => Self::File,
            kind if kind.is_dir() => Self::Folder,
            kind if kind.is_symlink() => Self::Link,
            _ => Self::Device,
        }
    }

    /// Such as `a folder`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Link => "a link",
            Self::Pipe => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
        }
    }
}

impl Folder {
    /// The path by which messages name the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The target of a link, as it is written in the link.
    pub(crate) fn target(&self, name: &OsStr) -> PathBuf {
        fs::read_link(self.path.join(name)).unwrap_or_default()
    }

    /// Opens a file of the folder to read it, and to write it if `write` says so.
    ///
    /// Never waits, and opens nothing but a file: opening a pipe that nothing writes to would wait forever, and
    /// opening a device can have effects.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if it is not a file.
    pub(crate) fn open(&self, name: &OsStr, write: bool) -> io::Result<File> {
        let not_a_file =
            |kind: EntryType| io::Error::new(io::ErrorKind::InvalidInput, format!("is {}", kind.name()));
        match self.kind(name)? {
            None => return Err(io::ErrorKind::NotFound.into()),
            Some(EntryType::File) => {}
            Some(kind) => return Err(not_a_file(kind)),
        }
        let file = self.open_no_follow(name, write)?;
        match EntryType::of(file.metadata()?.file_type()) {
            EntryType::File => Ok(file),
            kind => Err(not_a_file(kind)),
        }
    }

    /// Opens a file in the folder or in folders below it, to read it.
    pub(crate) fn open_below(&self, path: &Path) -> io::Result<File> {
        let name = path.file_name().unwrap_or_default();
        let mut names = path.parent().into_iter().flat_map(Path::iter);
        let Some(first) = names.next() else { return self.open(name, false) };
        let folder = names.try_fold(self.enter(first)?, |folder, name| folder.enter(name))?;
        folder.open(name, false)
    }
}

#[cfg(unix)]
impl Folder {
    #[cfg(target_os = "linux")]
    const HANDLE: rustix::fs::OFlags = rustix::fs::OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    const HANDLE: rustix::fs::OFlags = rustix::fs::OFlags::RDONLY;

    /// Opens a folder by its path. Links in the path are followed.
    pub(crate) fn named(path: &Path) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags, open};
        let handle = open(path, Self::HANDLE | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        Ok(Self { handle, path: path.to_owned() })
    }

    /// Opens a folder in the folder, or `..`.
    pub(crate) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags, openat};
        let flags = Self::HANDLE | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = openat(&self.handle, name, flags, Mode::empty())?;
        Ok(Self { handle, path: self.path.join(name) })
    }

    /// What a name in the folder is, if there is such a name. A link is not followed.
    pub(crate) fn kind(&self, name: &OsStr) -> io::Result<Option<EntryType>> {
        use rustix::fs::{AtFlags, FileType, statat};
        let kind = match statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => FileType::from_raw_mode(stat.st_mode),
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(match kind {
            FileType::RegularFile => EntryType::File,
            FileType::Directory => EntryType::Folder,
            FileType::Symlink => EntryType::Link,
            FileType::Fifo => EntryType::Pipe,
            FileType::Socket => EntryType::Socket,
            _ => EntryType::Device,
        }))
    }

    fn open_no_follow(&self, name: &OsStr, write: bool) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, openat};
        let access = if write { OFlags::RDWR } else { OFlags::RDONLY };
        let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        Ok(openat(&self.handle, name, flags, Mode::empty())?.into())
    }

    /// Makes a folder in the folder. It is not an error if the name exists already.
    pub(crate) fn make(&self, name: &OsStr) -> io::Result<()> {
        match rustix::fs::mkdirat(&self.handle, name, rustix::fs::Mode::from_raw_mode(0o777)) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a new file in the folder, and fails if the name exists already. If `private`, only its owner may use it.
    pub(crate) fn create(&self, name: &OsStr, private: bool) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, openat};
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(if private { 0o600 } else { 0o666 });
        Ok(openat(&self.handle, name, flags, mode)?.into())
    }

    /// Renames a file of the folder, and replaces the file that has the new name.
    pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.handle, from, &self.handle, to)?)
    }
}

#[cfg(not(unix))]
impl Folder {
    /// Opens a folder by its path. Links in the path are followed.
    pub(crate) fn named(path: &Path) -> io::Result<Self> {
        match fs::metadata(path)?.is_dir() {
            true => Ok(Self { path: path.to_owned() }),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Opens a folder in the folder, or `..`.
    pub(crate) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        match self.kind(name)? {
            Some(EntryType::Folder) => Ok(Self { path: self.path.join(name) }),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// What a name in the folder is, if there is such a name. A link is not followed.
    pub(crate) fn kind(&self, name: &OsStr) -> io::Result<Option<EntryType>> {
        match fs::symlink_metadata(self.path.join(name)) {
            Ok(metadata) => Ok(Some(EntryType::of(metadata.file_type()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn open_no_follow(&self, name: &OsStr, write: bool) -> io::Result<File> {
        File::options().read(true).write(write).open(self.path.join(name))
    }

    /// Makes a folder in the folder. It is not an error if the name exists already.
    pub(crate) fn make(&self, name: &OsStr) -> io::Result<()> {
        match fs::create_dir(self.path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// Makes a new file in the folder, and fails if the name exists already.
    pub(crate) fn create(&self, name: &OsStr, _private: bool) -> io::Result<File> {
        File::options().read(true).write(true).create_new(true).open(self.path.join(name))
    }

    /// Renames a file of the folder, and replaces the file that has the new name.
    pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }
}

/// Opens a path that the user names for reading, through links, if it is a file or a pipe that something writes to.
///
/// Never waits for a pipe to be opened for writing; does wait for data from one that is open.
///
/// # Errors
///
/// `InvalidInput` if it is something else; the error says what it is.
pub(crate) fn open_named(path: &Path) -> io::Result<Box<dyn io::Read>> {
    let refused = |message: String| Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    match EntryType::of(fs::metadata(path)?.file_type()) {
        EntryType::File | EntryType::Pipe => open_stream(path),
        EntryType::Device => refused("is a device, not a file; `-` reads standard input".to_owned()),
        kind => refused(format!("is {}, not a file", kind.name())),
    }
}

#[cfg(unix)]
fn open_stream(path: &Path) -> io::Result<Box<dyn io::Read>> {
    use std::io::Read;

    use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl, open};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let mut file = File::from(open(path, flags, Mode::empty())?);
    match EntryType::of(file.metadata()?.file_type()) {
        EntryType::File => return Ok(Box::new(file)),
        EntryType::Pipe => {}
        kind => {
            let message = format!("is {}, not a file", kind.name());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
    }
    // A pipe that nothing writes to reads as empty, which must not be taken for an empty file.
    let mut first = [0];
    let length = match file.read(&mut first) {
        Ok(0) => {
            let message = "is a named pipe that nothing writes to";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Ok(length) => length as u64,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
        Err(error) => return Err(error),
    };
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(Box::new(io::Cursor::new(first).take(length).chain(file)))
}

#[cfg(not(unix))]
fn open_stream(path: &Path) -> io::Result<Box<dyn io::Read>> {
    Ok(Box::new(File::open(path)?))
}
