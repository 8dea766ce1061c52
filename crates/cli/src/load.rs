//! Reads what the user names: mapping files and events.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use claimsmith::compiler::{self, CompiledPlatform};
use claimsmith::diagnostic::{Diagnostic, SourceFile};
use claimsmith::event::Event;

use crate::commands::now;
use crate::location::Sources;
use crate::render::human;
use crate::terminal::Terminal;
use crate::text::counted;

/// The largest file that is read, in bytes.
pub(crate) const MAX_FILE: usize = 16 * 1024 * 1024;

/// How deep folders of mapping files may be nested; a loop of symbolic links ends here.
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
/// # Errors
///
/// When a file cannot be read. What is wrong with its content is a diagnostic.
pub(crate) fn mappings(path: &Path) -> anyhow::Result<Mappings> {
    let name = path.display();
    let metadata = fs::metadata(path).with_context(|| format!("cannot open `{name}`"))?;
    // Rules that have expired are reported.
    let now = Some(now::clock());
    let (files, compilation) = if metadata.is_dir() {
        let mut paths = Vec::new();
        find(path, MAX_DEPTH, &mut paths)?;
        let mut files = paths.iter().map(|path| source(path)).collect::<anyhow::Result<Vec<_>>>()?;
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let compilation = compiler::compile_at(&files, now);
        (files, compilation)
    } else {
        ensure!(is_yaml(path), "`{name}` is neither a folder nor a YAML file");
        let file = source(path)?;
        let compilation = compiler::compile_whole_at(&file, now);
        (vec![file], compilation)
    };
    let sources = Sources::new(files);
    let mut diagnostics = compilation.diagnostics;
    // The compiler does not know in which folder a file is missing.
    for diagnostic in &mut diagnostics {
        if !sources.contains(&diagnostic.file) {
            diagnostic.file = slashed(&path.join(&diagnostic.file))?;
        }
    }
    Ok(Mappings { sources, diagnostics, platform: compilation.platform })
}

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
/// # Errors
///
/// When one of them cannot be read.
pub(crate) fn yaml_files(named: &[PathBuf]) -> anyhow::Result<Sources> {
    let mut paths = Vec::new();
    for path in named {
        let name = path.display();
        let metadata = fs::metadata(path).with_context(|| format!("cannot open `{name}`"))?;
        if metadata.is_dir() {
            find(path, MAX_DEPTH, &mut paths)?;
        } else {
            ensure!(is_yaml(path), "`{name}` is neither a folder nor a YAML file");
            paths.push(path.clone());
        }
    }
    let mut files = paths.iter().map(|path| source(path)).collect::<anyhow::Result<Vec<_>>>()?;
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files.dedup_by(|left, right| left.path == right.path);
    Ok(Sources::new(files))
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
    Event::parse(&text).with_context(|| format!("cannot use {name}"))
}

/// Opens a file, or standard input if its name is `-`; the second is what to call it in a message.
pub(crate) fn open(path: &Path) -> anyhow::Result<(Box<dyn Read>, String)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin().lock()), "standard input".to_owned()));
    }
    let name = format!("`{}`", path.display());
    let file = File::open(path).with_context(|| format!("cannot open {name}"))?;
    Ok((Box::new(file), name))
}

/// Reads one mapping file.
fn source(path: &Path) -> anyhow::Result<SourceFile> {
    let (reader, name) = open(path)?;
    Ok(SourceFile { path: slashed(path)?, text: read_text(reader, &name)? })
}

/// Every YAML file below a folder, wherever it lies: the compiler says which are out of place.
///
/// Hidden files and folders are left out: editors and version control keep theirs there.
fn find(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let name = folder.display();
    let Some(depth) = depth.checked_sub(1) else {
        bail!("`{name}` is nested deeper than {}", counted(MAX_DEPTH, "folder"));
    };
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list `{name}`"))? {
        let entry = entry.with_context(|| format!("cannot list `{name}`"))?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        // Follows symbolic links, which is how a volume of a cluster presents its files.
        let kind = fs::metadata(&path).with_context(|| format!("cannot open `{}`", path.display()))?;
        if kind.is_dir() {
            find(&path, depth, found)?;
        } else if is_yaml(&path) {
            ensure!(kind.is_file(), "`{}` is no regular file", path.display());
            found.push(path);
        }
    }
    Ok(())
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The path as the user would write it, with `/` between its parts.
fn slashed(path: &Path) -> anyhow::Result<String> {
    let path = path.to_str().with_context(|| format!("the name of `{}` is not UTF-8", path.display()))?;
    Ok(if std::path::MAIN_SEPARATOR == '/' { path.to_owned() } else { path.replace('\\', "/") })
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
