//! The files of the project, for tests that read them.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of the project.
pub(crate) fn read(path: &str) -> String {
    let text = fs::read_to_string(root().join(path));
    text.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The paths of all files below a folder of the project, sorted.
pub(crate) fn files_below(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(root().join(&folder));
        for entry in entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = folder.join(entry.expect("an entry").file_name());
            if root().join(&path).is_dir() {
                open.push(path);
            } else {
                files.push(path.to_str().expect("UTF-8").replace('\\', "/"));
            }
        }
    }
    files.sort();
    files
}

/// Folders with files that are not the project's own: built, installed, or found by a fuzzer.
const FOREIGN: [&str; 5] = ["artifacts", "corpus", "dist", "node_modules", "target"];

/// The paths of all files of the project, sorted. Of the hidden folders, only `.ci` is the project's.
pub(crate) fn project_files() -> Vec<String> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
            let path = folder.join(&name);
            if !root().join(&path).is_dir() {
                files.push(path.to_str().expect("UTF-8").replace('\\', "/"));
            } else if (!name.starts_with('.') || name == ".ci") && !FOREIGN.contains(&name.as_str()) {
                open.push(path);
            }
        }
    }
    files.sort();
    files
}
