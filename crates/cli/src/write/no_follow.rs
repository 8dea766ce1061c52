//! Opens the folder that is written into, without following links in its path.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::refusal::{Unwritten, WriteRefusal};
use crate::folder::{EntryType, Folder};

/// Opens the folder at a path without following a link, and makes missing folders if `make` is set.
pub(super) fn enter(path: &Path, make: bool) -> Result<Folder, Unwritten> {
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
        if make && folder.kind(name)?.is_none() {
            folder.make(name)?;
        }
        match folder.kind(name)? {
            Some(EntryType::Folder) => folder = folder.enter(name)?,
            Some(EntryType::Link) => {
                return Err(WriteRefusal::link(Some(&named), &folder.target(name)).into());
            }
            Some(kind) => {
                let refusal = WriteRefusal {
                    folder: Some(named.display().to_string()),
                    reason: format!("is {}, not a folder", kind.name()),
                    help: "name another folder",
                };
                return Err(refusal.into());
            }
            None => return Err(io::Error::from(io::ErrorKind::NotFound).into()),
        }
    }
    Ok(folder)
}

/// Splits a path into the part whose links are followed, and the rest.
///
/// Of a relative path, the first part is the working folder. Of an absolute one, it is the path to the working folder
/// or, if that does not lead there, the first folder below the root.
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
    match first {
        Some(first) if first.is_dir() => {
            let rest = path.strip_prefix(&first).unwrap_or(Path::new(""));
            (first, rest)
        }
        _ => (start, rest),
    }
}
