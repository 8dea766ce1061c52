//! Reads what the user names: mapping files and events.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use claimsmith::compiler::{self, CompiledPlatform};
use claimsmith::diagnostic::{Diagnostic, SourceFile};
use claimsmith::event::Event;

use crate::commands::now;
use crate::folder::{self, Folder, Kind};
use crate::location::Sources;
use crate::render::human;
use crate::terminal::Terminal;
use crate::text::counted;

/// The largest file that is read, in bytes.
pub(crate) const MAX_FILE: usize = 16 * 1024 * 1024;

/// How deep folders of mapping files may be nested.
const MAX_DEPTH: usize = 8;

/// Mapping files and what the compiler says about them.
#[derive(Debug)]
pub(crate) struct Mappings {
    pub(crate) sources: Sources,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What they compile to, if nothing is wrong with them.
    pub(crate) platform: Option<CompiledPlatform>,
}

/// Reads and compiles the mapping files of a folder, or a whole platform in one file.
///
/// Anything in the place of a file that is not a file, or leads out of the folder, is a finding like those of
/// the compiler: the other files are read and checked all the same.
///
/// # Errors
///
/// When a file cannot be read. What is wrong with its content is a diagnostic.
pub(crate) fn mappings(path: &Path) -> anyhow::Result<Mappings> {
    // Rules that have expired are reported.
    let now = Some(now::clock());
    let mut found = Found::default();
    let is_folder = found.add(path, Named::Followed)?;
    found.sort();
    let Found { mut files, unreadable } = found;
    // To the compiler they are files with something wrong, so it does not report them as missing.
    let placeholder =
        |diagnostic: &Diagnostic| SourceFile { path: diagnostic.file.clone(), text: UNREADABLE.to_owned() };
    files.extend(unreadable.iter().filter(|it| is_yaml(Path::new(&it.file))).map(placeholder));
    files.sort_by(|left, right| left.path.cmp(&right.path));
    let compilation = match files.as_slice() {
        [file] if !is_folder => compiler::compile_whole_at(file, now),
        files => compiler::compile_at(files, now),
    };
    let is_unreadable = |file: &str| unreadable.iter().any(|it| it.file == file);
    files.retain(|file| !is_unreadable(&file.path));
    let sources = Sources::new(files);
    let mut diagnostics = compilation.diagnostics;
    diagnostics.retain(|diagnostic| !is_unreadable(&diagnostic.file));
    // The compiler does not know in which folder a file is missing.
    for diagnostic in &mut diagnostics {
        if !sources.contains(&diagnostic.file) {
            diagnostic.file = slashed(&path.join(&diagnostic.file))?;
        }
    }
    let platform = compilation.platform.filter(|_| unreadable.is_empty());
    diagnostics.extend(unreadable);
    diagnostics.sort_by(|left, right| left.file.cmp(&right.file));
    Ok(Mappings { sources, diagnostics, platform })
}

/// What the compiler is given in the place of a file that cannot be read: something that is no mapping file.
const UNREADABLE: &str = "[";

/// Like [`mappings`], for a command that cannot work with mappings that have errors.
///
/// Tells the findings on standard error; returns `None` if there are errors among them.
pub(crate) fn platform(path: &Path, terminal: &mut Terminal) -> anyhow::Result<Option<CompiledPlatform>> {
    let mappings = mappings(path)?;
    if !mappings.diagnostics.is_empty() {
        human::obstacles(&mut terminal.err, &mappings)?;
    }
    Ok(mappings.platform)
}

/// Reads the YAML files that are named, and those in the folders that are named, each once and sorted by path.
///
/// A file that is named and is a link is not read: shells name all files of a folder, whoever put them there.
///
/// # Errors
///
/// When one of them cannot be read.
pub(crate) fn yaml_files(named: &[PathBuf]) -> anyhow::Result<(Sources, Vec<Diagnostic>)> {
    let mut found = Found::default();
    for path in named {
        found.add(path, Named::Refused)?;
    }
    found.sort();
    Ok((Sources::new(found.files), found.unreadable))
}

/// Reads standard input as if it were a mapping file.
pub(crate) fn standard_input() -> anyhow::Result<Sources> {
    let (reader, name) = open(Path::new("-"))?;
    let text = read_text(reader, &name)?;
    Ok(Sources::new(vec![SourceFile { path: name, text }]))
}

/// Reads the event of a login from a file, or from standard input if its name is `-`.
pub(crate) fn event(path: &Path) -> anyhow::Result<Event> {
    let (reader, name) = open(path)?;
    let text = read_text(reader, &name)?;
    Event::parse(without_mark(&text)).with_context(|| format!("cannot use {name}"))
}

/// Opens a file, or standard input if its name is `-`; the second is what to call it in a message.
pub(crate) fn open(path: &Path) -> anyhow::Result<(Box<dyn Read>, String)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin().lock()), "standard input".to_owned()));
    }
    let name = format!("`{}`", path.display());
    match folder::open_named(path) {
        Ok(reader) => Ok((reader, name)),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => bail!("{name} {error}"),
        Err(error) => Err(error).with_context(|| format!("cannot open {name}")),
    }
}

/// What becomes of a file that is named and is a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Followed,
    Refused,
}

/// The mapping files that were found.
#[derive(Debug, Default)]
struct Found {
    files: Vec<SourceFile>,
    /// Anything in the place of one that cannot be read as one, each with the finding.
    unreadable: Vec<Diagnostic>,
}

impl Found {
    /// Adds a file that is named, or the files of a folder that is named; returns whether it is a folder.
    ///
    /// The folder itself may be a link, because it is what was named.
    fn add(&mut self, path: &Path, links: Named) -> anyhow::Result<bool> {
        let cannot = || format!("cannot open `{}`", path.display());
        let is_link = fs::symlink_metadata(path).with_context(cannot)?.is_symlink();
        let kind = fs::metadata(path).map(|metadata| Kind::of(metadata.file_type()));
        if let Ok(Kind::Folder) = kind {
            Tree::read(path, self)?;
            return Ok(true);
        }
        ensure!(is_yaml(path), "`{}` is neither a folder nor a YAML file", path.display());
        if is_link && links == Named::Refused {
            let target = fs::read_link(path).unwrap_or_default();
            let reason = format!("is a link to `{}`, and links are not followed here", target.display());
            self.refuse(path, &reason, "name the file that it leads to");
            return Ok(false);
        }
        match kind.with_context(cannot) {
            Ok(Kind::File) => {
                let (reader, name) = open(path)?;
                self.files.push(SourceFile { path: slashed(path)?, text: read_text(reader, &name)? });
            }
            Ok(kind) => self.refuse_kind(path, kind),
            Err(_) if is_link => self.refuse_dangling(path),
            Err(error) => return Err(error),
        }
        Ok(false)
    }

    fn refuse(&mut self, path: &Path, reason: &str, help: &str) {
        let path = shown(path);
        self.unreadable.push(Diagnostic::unreadable_file(&path, &format!("`{path}` {reason}"), help));
    }

    fn refuse_kind(&mut self, path: &Path, kind: Kind) {
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

    /// Sorts by path, and leaves out what was found twice.
    fn sort(&mut self) {
        self.files.sort_by(|left, right| left.path.cmp(&right.path));
        self.files.dedup_by(|left, right| left.path == right.path);
        self.unreadable.sort_by(|left, right| left.file.cmp(&right.file));
        self.unreadable.dedup_by(|left, right| left.file == right.file);
    }
}

/// A folder of mapping files while they are looked for.
struct Tree<'t> {
    /// As it was named.
    named: &'t Path,
    /// Where it is, without links.
    root: PathBuf,
    /// The same, open.
    folder: Folder,
    /// The folders that were read, without links.
    seen: BTreeSet<PathBuf>,
    /// Links to folders within, which are read last: what else the folder holds is read by its own name.
    links: Vec<(PathBuf, PathBuf, usize)>,
    found: &'t mut Found,
}

impl<'t> Tree<'t> {
    /// Reads every YAML file of a folder, wherever it lies: the compiler says which are out of place.
    ///
    /// Hidden files and folders are left out: editors and version control keep theirs there.
    fn read(named: &'t Path, found: &'t mut Found) -> anyhow::Result<()> {
        let cannot = || format!("cannot open `{}`", named.display());
        let root = fs::canonicalize(named).with_context(cannot)?;
        let folder = Folder::named(&root).with_context(cannot)?;
        let mut tree = Self { named, root, folder, seen: BTreeSet::new(), links: Vec::new(), found };
        let root = tree.root.clone();
        tree.read_folder(named, &root, MAX_DEPTH)?;
        while let Some((path, real, depth)) = tree.links.pop() {
            if tree.seen.contains(&real) {
                let reason = format!("is a link to a folder that is read already, `{}`", real.display());
                tree.found.refuse(&path, &reason, "remove the link");
            } else {
                tree.read_folder(&path, &real, depth)?;
            }
        }
        Ok(())
    }

    /// Reads a folder: `path` is as the user would name it, `real` is where it is.
    fn read_folder(&mut self, path: &Path, real: &Path, depth: usize) -> anyhow::Result<()> {
        let name = path.display();
        let Some(depth) = depth.checked_sub(1) else {
            let reason = format!("is nested deeper than {}", counted(MAX_DEPTH, "folder"));
            self.found.refuse(path, &reason, "move its files further up");
            return Ok(());
        };
        self.seen.insert(real.to_owned());
        let cannot = || format!("cannot list `{name}`");
        let entries = fs::read_dir(real).with_context(cannot)?.collect::<io::Result<Vec<_>>>();
        let mut entries = entries.with_context(cannot)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let kind = Kind::of(entry.file_type().with_context(cannot)?);
            self.read_entry(&path.join(&name), &real.join(&name), kind, depth)?;
        }
        Ok(())
    }

    fn read_entry(&mut self, path: &Path, real: &Path, kind: Kind, depth: usize) -> anyhow::Result<()> {
        match kind {
            Kind::Folder if !is_yaml(path) => self.read_folder(path, real, depth),
            Kind::File if is_yaml(path) => self.read_file(path, real),
            Kind::Link => self.read_link(path, real, depth),
            kind if is_yaml(path) => {
                self.found.refuse_kind(path, kind);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Follows a link, as long as it stays in the folder; this is how a volume of a cluster presents its files.
    fn read_link(&mut self, path: &Path, link: &Path, depth: usize) -> anyhow::Result<()> {
        let Ok(real) = fs::canonicalize(link) else {
            // What cannot be reached could be a whole folder.
            self.found.refuse_dangling(path);
            return Ok(());
        };
        let kind = fs::metadata(&real).map(|metadata| Kind::of(metadata.file_type()));
        let kind = kind.with_context(|| format!("cannot open `{}`", path.display()))?;
        if kind != Kind::Folder && !is_yaml(path) {
            return Ok(());
        }
        if !real.starts_with(&self.root) {
            let path_name = shown(path);
            let (named, real) = (self.named.display(), real.display());
            let message = format!("the link `{path_name}` leads out of `{named}`, to `{real}`");
            let help = "put what it leads to into the folder, or remove the link";
            self.found.unreadable.push(Diagnostic::unreadable_file(&path_name, &message, help));
            return Ok(());
        }
        match kind {
            Kind::Folder if !is_yaml(path) => self.links.push((path.to_owned(), real, depth)),
            kind => self.read_entry(path, &real, kind, depth)?,
        }
        Ok(())
    }

    /// Reads a file without following any link any more, so it is one of the folder whatever happens meanwhile.
    fn read_file(&mut self, path: &Path, real: &Path) -> anyhow::Result<()> {
        let name = format!("`{}`", path.display());
        let below = real.strip_prefix(&self.root).unwrap_or(real);
        let file = self.folder.open_below(below).with_context(|| format!("cannot open {name}"))?;
        self.found.files.push(SourceFile { path: slashed(path)?, text: read_text(file, &name)? });
        Ok(())
    }
}

/// A text without the byte order mark that some programs write before it.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The path as the user would write it, with `/` between its parts.
fn slashed(path: &Path) -> anyhow::Result<String> {
    ensure!(path.to_str().is_some(), "the name of `{}` is not UTF-8", path.display());
    Ok(shown(path))
}

/// The same for what is refused, whatever its name: bytes that are not UTF-8 become U+FFFD.
fn shown(path: &Path) -> String {
    let path = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { path.into_owned() } else { path.replace('\\', "/") }
}

fn read_text(reader: impl Read, name: &str) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let limit = MAX_FILE as u64 + 1;
    reader.take(limit).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    ensure!(bytes.len() <= MAX_FILE, "{name} is larger than {} MiB", MAX_FILE >> 20);
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = valid.filter(|byte| **byte == b'\n').count() + 1;
        anyhow::anyhow!("{name} is not UTF-8 text: its line {line} holds other bytes")
    })
}
