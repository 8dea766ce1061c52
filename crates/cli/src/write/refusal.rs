//! Why a file was not written.

use std::fmt;
use std::io;
use std::path::Path;

use anyhow::anyhow;

/// Why a file was not written.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// Writing it would break a guarantee of [`write`](crate::write).
    Refused(WriteRefusal),
    /// The system reported an error.
    Failed(io::Error),
}

/// A reason not to write a file, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WriteRefusal {
    /// What the reason is about, if it is not the file itself but a folder of its path.
    pub(super) folder: Option<String>,
    pub(super) reason: String,
    pub(crate) help: &'static str,
}

impl WriteRefusal {
    pub(super) fn new(reason: String, help: &'static str) -> Self {
        Self { folder: None, reason, help }
    }

    pub(super) fn link(folder: Option<&Path>, target: &Path) -> Self {
        Self {
            folder: folder.map(|folder| folder.display().to_string()),
            reason: format!("is a link to `{}`, and links are not written through", target.display()),
            help: "name the file or folder that the link leads to, if you mean that one",
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

    pub(super) fn reason(&self) -> anyhow::Error {
        match self {
            Self::Refused(refusal) => anyhow!("{refusal}; {}", refusal.help),
            Self::Failed(error) => anyhow!(described(error)),
        }
    }
}

impl fmt::Display for WriteRefusal {
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

impl From<WriteRefusal> for Unwritten {
    fn from(refusal: WriteRefusal) -> Self {
        Self::Refused(refusal)
    }
}

/// An error about a file, as part of a sentence. `InvalidInput` errors of [`Folder`](crate::folder::Folder) begin
/// with `is`.
pub(super) fn described(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::InvalidInput => format!("it {error}"),
        // What is written need not exist, so it is its folder that does not.
        io::ErrorKind::NotFound => {
            "its folder does not exist; make it first, or name another file".to_owned()
        }
        _ => error.to_string(),
    }
}
