//! Writes the files of a kit, and keeps those that people have changed.

use std::path::{Path, PathBuf};

use crate::onboarding::{KitFile, PAGE, filled};
use crate::scaffold::NewFile;
use crate::write::{self, NewFiles};

/// How much of a file is read, in bytes; those that are written are far smaller.
const LARGEST_FILE: u64 = 1 << 22;

/// What became of the files of a kit.
#[derive(Debug, Default)]
pub(super) struct WrittenKit {
    pub(super) paths: Vec<String>,
    /// Files in which places were filled in that had to be.
    pub(super) filled: Vec<String>,
    /// Files that have other content.
    pub(super) kept: Vec<String>,
}

/// The path of a file of a kit.
pub(super) fn path_of(out: &Path, file: &str) -> PathBuf {
    file.split('/').fold(out.to_path_buf(), |folder, name| folder.join(name))
}

/// What a file of a kit holds now, as text; `None` if it is not there.
///
/// # Errors
///
/// If it is a link or not a file, or in a folder that is a link.
pub(super) fn existing(out: &Path, file: &str) -> anyhow::Result<Option<String>> {
    let path = path_of(out, file);
    let content = write::existing(&path, LARGEST_FILE).map_err(|unwritten| unwritten.at(&path))?;
    Ok(content.map(|content| String::from_utf8_lossy(&content).into_owned()))
}

/// Writes the new mapping files, those files of the kit that do not exist, what is known now in place of the `TODO`s of
/// those that do, and the page, which is made from the others.
pub(super) fn write_files(
    mappings: &Path,
    added: &[NewFile],
    out: &Path,
    kit: Vec<KitFile>,
) -> anyhow::Result<WrittenKit> {
    let mut written = WrittenKit::default();
    let mut writing = NewFiles::default();
    let mut replaced = Vec::new();
    for file in added {
        let path = mappings.join(&file.path);
        writing.add(&path, file.text.clone().into_bytes(), file.executable)?;
    }
    for KitFile { path, text } in kit {
        let full = path_of(out, &path);
        match existing(out, &path)? {
            None => {
                writing.add(&full, text.into_bytes(), false)?;
                written.paths.push(path);
            }
            Some(content) if content == text => {}
            Some(_) if path == PAGE => {
                replaced.push((full, text));
                written.paths.push(path);
            }
            Some(content) => match filled(&content, &text) {
                Some(text) if text != content => {
                    replaced.push((full, text));
                    written.filled.push(path);
                }
                Some(_) => {}
                None => written.kept.push(path),
            },
        }
    }
    writing.commit()?;
    for (path, text) in replaced {
        write::write(&path, text.into_bytes())?;
    }
    Ok(written)
}
