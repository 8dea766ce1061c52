//! A folder that is held open: what is done in it is done in it, whatever becomes of its path meanwhile, and no
//! link in it is followed.
//!
//! Mapping files and what the command writes are in folders that strangers may have filled, such as a checkout of
//! somebody's branch. There, a name is first looked at, and then opened in a way that fails if it is anything else
//! by now. Systems other than Unix have no such way: there, a name is looked at just before.

use std::ffi::OsStr;
use std::fs::{self, File, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// A folder, and the path by which messages name it.
#[derive(Debug)]
pub(crate) struct Folder {
    #[cfg(unix)]
    handle: std::os::fd::OwnedFd,
    path: PathBuf,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Link,
    Pipe,
    Socket,
    Device,
}

impl Kind {
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
    /// By what path messages name the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where a link leads, as it says itself.
    pub(crate) fn target(&self, name: &OsStr) -> PathBuf {
        fs::read_link(self.path.join(name)).unwrap_or_default()
    }

    /// Opens a file of the folder to read it, and to write it if `write` says so.
    ///
    /// Never waits, and never opens anything but a file: a pipe that nothing writes to could be waited for without
    /// end, and opening a device can do something.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if it is not a file.
    pub(crate) fn open(&self, name: &OsStr, write: bool) -> io::Result<File> {
        let no_file = |kind: Kind| io::Error::new(io::ErrorKind::InvalidInput, format!("is {}", kind.name()));
        match self.look(name)? {
            None => return Err(io::ErrorKind::NotFound.into()),
            Some(Kind::File) => {}
            Some(kind) => return Err(no_file(kind)),
        }
        let file = self.open_looked_at(name, write)?;
        match Kind::of(file.metadata()?.file_type()) {
            Kind::File => Ok(file),
            kind => Err(no_file(kind)),
        }
    }

    /// Opens a file that is some folders further down, to read it.
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

    /// Opens a folder by its path, in which links are followed.
    pub(crate) fn named(path: &Path) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags, open};
        let handle = open(path, Self::HANDLE | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        Ok(Self { handle, path: path.to_owned() })
    }

    /// Opens a folder of the folder, or `..`.
    pub(crate) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags, openat};
        let flags = Self::HANDLE | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = openat(&self.handle, name, flags, Mode::empty())?;
        Ok(Self { handle, path: self.path.join(name) })
    }

    /// What a name of the folder stands for, if there is such a name.
    pub(crate) fn look(&self, name: &OsStr) -> io::Result<Option<Kind>> {
        use rustix::fs::{AtFlags, FileType, statat};
        let kind = match statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => FileType::from_raw_mode(stat.st_mode),
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(match kind {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            FileType::Symlink => Kind::Link,
            FileType::Fifo => Kind::Pipe,
            FileType::Socket => Kind::Socket,
            _ => Kind::Device,
        }))
    }

    fn open_looked_at(&self, name: &OsStr, write: bool) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, openat};
        let access = if write { OFlags::RDWR } else { OFlags::RDONLY };
        let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        Ok(openat(&self.handle, name, flags, Mode::empty())?.into())
    }

    /// Makes a folder in the folder. An existing folder is not an error.
    pub(crate) fn make(&self, name: &OsStr) -> io::Result<()> {
        match rustix::fs::mkdirat(&self.handle, name, rustix::fs::Mode::from_raw_mode(0o777)) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a file in the folder: a new one, whatever stands there. With `private`, for its owner alone.
    pub(crate) fn create(&self, name: &OsStr, private: bool) -> io::Result<File> {
        use rustix::fs::{Mode, OFlags, openat};
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(if private { 0o600 } else { 0o666 });
        Ok(openat(&self.handle, name, flags, mode)?.into())
    }

    /// Gives a file of the folder another name, and takes the place of what has that name.
    pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.handle, from, &self.handle, to)?)
    }
}

#[cfg(not(unix))]
impl Folder {
    /// Opens a folder by its path, in which links are followed.
    pub(crate) fn named(path: &Path) -> io::Result<Self> {
        match fs::metadata(path)?.is_dir() {
            true => Ok(Self { path: path.to_owned() }),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Opens a folder of the folder, or `..`.
    pub(crate) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        match self.look(name)? {
            Some(Kind::Folder) => Ok(Self { path: self.path.join(name) }),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// What a name of the folder stands for, if there is such a name.
    pub(crate) fn look(&self, name: &OsStr) -> io::Result<Option<Kind>> {
        match fs::symlink_metadata(self.path.join(name)) {
            Ok(metadata) => Ok(Some(Kind::of(metadata.file_type()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn open_looked_at(&self, name: &OsStr, write: bool) -> io::Result<File> {
        File::options().read(true).write(write).open(self.path.join(name))
    }

    /// Makes a folder in the folder. An existing folder is not an error.
    pub(crate) fn make(&self, name: &OsStr) -> io::Result<()> {
        match fs::create_dir(self.path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// Makes a file in the folder: a new one, whatever stands there.
    pub(crate) fn create(&self, name: &OsStr, _private: bool) -> io::Result<File> {
        File::options().read(true).write(true).create_new(true).open(self.path.join(name))
    }

    /// Gives a file of the folder another name, and takes the place of what has that name.
    pub(crate) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }
}

/// Opens what the user names to be read, through links, if it is a file or a pipe that something writes to.
///
/// Never waits for a writer to open a pipe; waits for data from an open one.
///
/// # Errors
///
/// `InvalidInput` with what it is, if it can only be something else.
pub(crate) fn open_named(path: &Path) -> io::Result<Box<dyn io::Read>> {
    let refused = |message: String| Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    match Kind::of(fs::metadata(path)?.file_type()) {
        Kind::File | Kind::Pipe => open_stream(path),
        Kind::Device => refused("is a device, not a file; `-` reads standard input".to_owned()),
        kind => refused(format!("is {}, not a file", kind.name())),
    }
}

#[cfg(unix)]
fn open_stream(path: &Path) -> io::Result<Box<dyn io::Read>> {
    use std::io::Read;

    use rustix::fs::{Mode, OFlags, fcntl_getfl, fcntl_setfl, open};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let mut file = File::from(open(path, flags, Mode::empty())?);
    match Kind::of(file.metadata()?.file_type()) {
        Kind::File => return Ok(Box::new(file)),
        Kind::Pipe => {}
        kind => {
            let message = format!("is {}, not a file", kind.name());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
    }
    // Without somebody at the other end a pipe reads as empty at once, which would be taken for an empty file.
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
