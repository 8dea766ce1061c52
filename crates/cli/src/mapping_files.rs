//! Finds and reads mapping files.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, ensure};
use claimsmith::compiler::is_misnamed;
use claimsmith::diagnostic::{Diagnostic, SourceFile};

use crate::encoding::{self, WrongByte};
use crate::escape::escaped;
use crate::folder::{EntryType, Folder, open_named};
use crate::input::{MAX_FILE, cannot_open, read_bytes};
use crate::numbers::counted;
use crate::whole_folder::folder_around;

/// How deep folders of mapping files may be nested.
const MAX_DEPTH: usize = 8;

/// The folder of mappings that is read if none is named.
pub(crate) const DEFAULT_FOLDER: &str = "mappings";

/// The folder of mappings as an argument after a command that a message names: with a space before it, and empty for the
/// folder that is read if none is named.
pub(crate) fn as_argument(mappings: &str) -> String {
    if mappings == DEFAULT_FOLDER { String::new() } else { format!(" {}", escaped(mappings)) }
}

/// What happens to a file that the user names if it is a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NamedLink {
    Follow,
    Refuse,
}

/// The mapping files that were found, sorted by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct FoundFiles {
    pub(crate) files: Vec<SourceFile>,
    /// One diagnostic for each path that has the name of a mapping file and cannot be read as one.
    pub(crate) unreadable: Vec<Diagnostic>,
    /// Files among these that are text in another encoding, as they were probably meant, so that messages can show it.
    pub(crate) undecoded: Vec<SourceFile>,
    /// Files of a folder with nearly the name of a mapping file, without their texts.
    pub(crate) misnamed: Vec<SourceFile>,
}

impl FoundFiles {
    /// Reads the YAML files of a folder, or one YAML file; also returns whether the path is a folder.
    ///
    /// # Errors
    ///
    /// When the path does not exist, or is not a folder that can be listed and not the path of a YAML file.
    pub(crate) fn at(path: &Path) -> anyhow::Result<(Self, bool)> {
        let mut found = Self::default();
        let is_folder = found.add(path, NamedLink::Follow)?;
        found.sort();
        Ok((found, is_folder))
    }

    /// Reads the YAML files that are named, and those in the folders that are named, each once.
    ///
    /// A named file that is a link is not read: `*.yaml` in a shell names all files of a folder, including links
    /// that another person put there.
    ///
    /// # Errors
    ///
    /// As for [`at`](Self::at).
    pub(crate) fn at_all(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut found = Self::default();
        for path in paths {
            found.add(path, NamedLink::Refuse)?;
        }
        found.sort();
        Ok(found)
    }

    /// Adds a file, or the files of a folder; returns whether the path is a folder.
    ///
    /// The folder itself may be a link, because the user named it.
    fn add(&mut self, path: &Path, named_link: NamedLink) -> anyhow::Result<bool> {
        let cannot = |error| cannot_open(path, error, "folder or file");
        let is_link = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && path == Path::new(DEFAULT_FOLDER) => {
                return Err(no_mappings());
            }
            other => other.map_err(cannot)?.is_symlink(),
        };
        let kind = fs::metadata(path).map(|metadata| EntryType::of(metadata.file_type()));
        if let Ok(EntryType::Folder) = kind {
            FolderWalk::read(path, self)?;
            return Ok(true);
        }
        ensure!(
            is_yaml(path),
            "`{}` is neither a folder nor a YAML file; name a folder of mapping files, or a `.yaml` file",
            path.display()
        );
        if is_link && named_link == NamedLink::Refuse {
            let target = fs::read_link(path).unwrap_or_default();
            let reason = format!("is a link to `{}`, and links are not followed here", target.display());
            self.refuse(path, &reason, "name the file that it leads to");
            return Ok(false);
        }
        match kind {
            Ok(EntryType::File) => self.add_file(path, open_named(path)),
            Ok(kind) => self.refuse_kind(path, kind),
            Err(_) if is_link => self.refuse_dangling(path),
            Err(error) => return Err(cannot(error)),
        }
        Ok(false)
    }

    /// Reads a file that was opened, or reports why it cannot be.
    fn add_file(&mut self, path: &Path, opened: io::Result<impl Read>) {
        let Ok(name) = slashed(path) else {
            let help = "give it a name of letters, digits and `-`";
            return self.refuse(path, "has a name that is not UTF-8", help);
        };
        let bytes = match opened.and_then(read_bytes) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                let reason = format!("is larger than {} MiB", MAX_FILE >> 20);
                return self.refuse(path, &reason, "remove what is not part of the mapping, or split it");
            }
            Err(error) => return self.refuse_error(path, "read", &error),
        };
        match encoding::decode(bytes) {
            Ok(text) => self.files.push(SourceFile { path: name, text }),
            Err(found) => {
                let message = format!("`{name}` {}", found.message);
                let mut diagnostic = Diagnostic::unreadable_file(&name, &message, &found.help(Some(&name)));
                if let Some(WrongByte { text, span }) = found.place {
                    diagnostic.span = span;
                    self.undecoded.push(SourceFile { path: name, text });
                }
                self.unreadable.push(diagnostic);
            }
        }
    }

    /// Reports a file that cannot be read, or a folder that cannot be listed.
    fn refuse_error(&mut self, path: &Path, verb: &str, error: &io::Error) {
        let (reason, help) = match error.kind() {
            io::ErrorKind::PermissionDenied => (
                format!("cannot be {verb}: permission denied"),
                "change its permissions, so that the user who runs this may read it",
            ),
            _ => (format!("cannot be {verb}: {error}"), "make it readable, or remove it"),
        };
        self.refuse(path, &reason, help);
    }

    fn refuse(&mut self, path: &Path, reason: &str, help: &str) {
        let path = shown(path);
        self.unreadable.push(Diagnostic::unreadable_file(&path, &format!("`{path}` {reason}"), help));
    }

    fn refuse_kind(&mut self, path: &Path, kind: EntryType) {
        self.refuse(
            path,
            &format!("is {}, not a file", kind.name()),
            "remove it, or write the file in its place",
        );
    }

    fn refuse_dangling(&mut self, path: &Path) {
        let target = fs::read_link(path).unwrap_or_default();
        let reason = format!("is a link that leads nowhere: to `{}`", target.display());
        self.refuse(path, &reason, "remove the link, or write what it leads to");
    }

    fn refuse_loop(&mut self, path: &Path) {
        let target = fs::read_link(path).unwrap_or_default();
        let reason = format!("is a link that leads back to itself: to `{}`", target.display());
        self.refuse(path, &reason, "remove the link, or write the file in its place");
    }

    /// Sorts by path, and removes what was found twice.
    fn sort(&mut self) {
        self.files.sort_by(|left, right| left.path.cmp(&right.path));
        self.files.dedup_by(|left, right| left.path == right.path);
        self.unreadable.sort_by(|left, right| left.file.cmp(&right.file));
        self.unreadable.dedup_by(|left, right| left.file == right.file);
        self.undecoded.sort_by(|left, right| left.path.cmp(&right.path));
        self.undecoded.dedup_by(|left, right| left.path == right.path);
    }
}

/// Reads the mapping files below a folder.
struct FolderWalk<'w> {
    /// The folder as the user named it.
    named: &'w Path,
    /// Its path without links.
    root: PathBuf,
    /// The folder itself, held open.
    folder: Folder,
    /// The folders that were read, by their paths without links.
    seen: BTreeSet<PathBuf>,
    /// Links to folders within, which are read last so that a folder that is also there directly is read by its own
    /// name: the link's path, the path without links, and how much deeper folders may be nested.
    links: Vec<(PathBuf, PathBuf, usize)>,
    found: &'w mut FoundFiles,
}

impl<'w> FolderWalk<'w> {
    /// Reads every YAML file below a folder: the compiler reports those that are in the wrong place.
    ///
    /// Hidden files and folders are ignored, because editors and version control keep their own files there.
    fn read(named: &'w Path, found: &'w mut FoundFiles) -> anyhow::Result<()> {
        let cannot = || format!("cannot open `{}`", named.display());
        let root = fs::canonicalize(named).with_context(cannot)?;
        let folder = Folder::named(&root).with_context(cannot)?;
        let mut walk = Self { named, root, folder, seen: BTreeSet::new(), links: Vec::new(), found };
        let root = walk.root.clone();
        walk.read_folder(named, &root, MAX_DEPTH)?;
        while let Some((path, real, depth)) = walk.links.pop() {
            if walk.seen.contains(&real) {
                let reason = format!("is a link to a folder that is read already, `{}`", real.display());
                walk.found.refuse(&path, &reason, "remove the link");
            } else {
                walk.read_folder(&path, &real, depth)?;
            }
        }
        Ok(())
    }

    /// Reads a folder: `path` is how the user would name it, `real` is its path without links.
    fn read_folder(&mut self, path: &Path, real: &Path, depth: usize) -> anyhow::Result<()> {
        let name = path.display();
        let Some(depth) = depth.checked_sub(1) else {
            let reason = format!("is nested deeper than {}", counted(MAX_DEPTH, "folder"));
            self.found.refuse(path, &reason, "move its files into a folder further up");
            return Ok(());
        };
        self.seen.insert(real.to_owned());
        let entries = fs::read_dir(real).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) if path == self.named => {
                return Err(anyhow!(error).context(format!("cannot list `{name}`")));
            }
            Err(error) => {
                self.found.refuse_error(path, "listed", &error);
                return Ok(());
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = path.join(&name);
            match entry.file_type() {
                Ok(kind) => self.read_entry(&path, &real.join(&name), EntryType::of(kind), depth)?,
                Err(error) => self.found.refuse_error(&path, "read", &error),
            }
        }
        Ok(())
    }

    fn read_entry(&mut self, path: &Path, real: &Path, kind: EntryType, depth: usize) -> anyhow::Result<()> {
        match kind {
            EntryType::Folder if !is_yaml(path) => self.read_folder(path, real, depth),
            EntryType::File if is_yaml(path) => {
                self.read_file(path, real);
                Ok(())
            }
            EntryType::Link => self.read_link(path, real, depth),
            kind if is_yaml(path) => {
                self.found.refuse_kind(path, kind);
                Ok(())
            }
            EntryType::File => {
                self.note_other(path);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Notes a file without the name of a mapping file, if its name shows that it is meant as one, or as a folder.
    fn note_other(&mut self, path: &Path) {
        let name = shown(path);
        if is_misnamed(&name) {
            self.found.misnamed.push(SourceFile { path: name, text: String::new() });
        } else if path.parent() == Some(self.named)
            && ["organizations", "templates"].iter().any(|folder| path.ends_with(folder))
        {
            self.found.refuse(
                path,
                "is a file, not a folder",
                "remove it, and make a folder of this name for the mapping files",
            );
        }
    }

    /// Follows a link if it stays in the folder. Kubernetes, for example, mounts the files of a volume as such links.
    fn read_link(&mut self, path: &Path, link: &Path, depth: usize) -> anyhow::Result<()> {
        let real = match fs::canonicalize(link) {
            Ok(real) => real,
            Err(error) => {
                // It may be meant as a link to a folder of mapping files, so it is reported whether named `.yaml` or not.
                match is_loop(&error) {
                    true => self.found.refuse_loop(path),
                    false => self.found.refuse_dangling(path),
                }
                return Ok(());
            }
        };
        let kind = fs::metadata(&real).map(|metadata| EntryType::of(metadata.file_type()));
        let kind = match kind {
            Ok(kind) => kind,
            Err(error) => {
                self.found.refuse_error(path, "read", &error);
                return Ok(());
            }
        };
        if kind != EntryType::Folder && !is_yaml(path) {
            self.note_other(path);
            return Ok(());
        }
        if !real.starts_with(&self.root) {
            let path_name = shown(path);
            let (named, real) = (self.named.display(), real.display());
            let message = format!("the link `{path_name}` leads out of `{named}`, to `{real}`");
            let help = "copy what it leads to into the folder, or remove the link";
            self.found.unreadable.push(Diagnostic::unreadable_file(&path_name, &message, help));
            return Ok(());
        }
        match kind {
            EntryType::Folder if !is_yaml(path) => self.links.push((path.to_owned(), real, depth)),
            kind => self.read_entry(path, &real, kind, depth)?,
        }
        Ok(())
    }

    /// Reads a file without following links, so that it is in the folder even if the folder changes meanwhile.
    fn read_file(&mut self, path: &Path, real: &Path) {
        let below = real.strip_prefix(&self.root).unwrap_or(real);
        let opened = self.folder.open_below(below);
        self.found.add_file(path, opened);
    }
}

/// The error if the folder that is read by default does not exist.
fn no_mappings() -> anyhow::Error {
    let here = Path::new(".");
    let whole = match here.join("platform.yaml").is_file() {
        true => Some(here.to_owned()),
        false => folder_around(here),
    };
    match whole {
        Some(whole) => anyhow!(
            "there is no folder `{DEFAULT_FOLDER}` here, but `platform.yaml` is in `{0}`; name that folder, as in `claimsmith validate {0}` or `claimsmith explain --mappings {0}`",
            whole.display()
        ),
        None => anyhow!(
            "there is no folder `{DEFAULT_FOLDER}` here; name the folder of your mapping files, as in `claimsmith validate FOLDER` or `claimsmith explain --mappings FOLDER`, or start one with `claimsmith init`"
        ),
    }
}

/// Whether a path cannot be followed because its links lead in a circle.
#[cfg(unix)]
fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

/// Other systems are not asked: the link is reported as one that leads nowhere.
#[cfg(not(unix))]
fn is_loop(_: &io::Error) -> bool {
    false
}

/// Whether a path has the name of a mapping file.
pub(crate) fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Whether a path has nearly the name of a mapping file. Only `--watch` asks for a path that it has not read.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn is_misnamed_path(path: &Path) -> bool {
    is_misnamed(&shown(path))
}

/// The path as the user would write it, with `/` between its parts.
pub(crate) fn slashed(path: &Path) -> anyhow::Result<String> {
    ensure!(path.to_str().is_some(), "the name of `{}` is not UTF-8", path.display());
    Ok(shown(path))
}

/// Like [`slashed`], for a path that is reported instead of read: bytes that are not UTF-8 become U+FFFD.
fn shown(path: &Path) -> String {
    let path = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { path.into_owned() } else { path.replace('\\', "/") }
}
