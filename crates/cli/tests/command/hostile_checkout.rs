//! Reading and writing in a hostile checkout, with links, pipes and devices instead of files and folders.

#![allow(clippy::indexing_slicing, reason = "JSON of another shape fails the test")]

mod links_read;
mod links_written;
mod not_files;
mod replaced_files;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::support::{ACME, folder, run_in, write};

/// [`ACME`] in a form that `fmt` changes.
fn untidy() -> String {
    ACME.replace("version: 1", "version:   1")
}

/// The script that a planted link leads to: if it were written, the next commit would run text of a mapping.
const HOOK: &str = "#!/bin/sh\n";

/// A checkout with an untidy mapping, and a git hook that can be executed.
fn checkout() -> TempDir {
    let folder = folder(&[("organizations/acme.yaml", &untidy())]);
    let hooks = folder.path().join(".git/hooks");
    fs::create_dir_all(&hooks).expect("a folder");
    fs::write(hooks.join("pre-commit"), HOOK).expect("a hook");
    fs::set_permissions(hooks.join("pre-commit"), Permissions::from_mode(0o755)).expect("permissions");
    folder
}

fn acme(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("mappings/organizations/acme.yaml")
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).expect("a file")
}

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o7777
}

#[track_caller]
fn link(target: impl AsRef<Path>, at: impl AsRef<Path>) {
    symlink(target, at).expect("a link");
}

/// Replaces a file by a link.
#[track_caller]
fn plant(target: impl AsRef<Path>, at: impl AsRef<Path>) {
    fs::remove_file(&at).expect("a file");
    link(target, at);
}

#[track_caller]
fn pipe(at: impl AsRef<Path>) {
    let made = Command::new("mkfifo").arg(at.as_ref()).status().expect("mkfifo starts");
    assert!(made.success());
}

/// Asserts that the hook is unchanged, and that all drafts are removed.
#[track_caller]
fn check_untouched(folder: &TempDir) {
    assert_eq!(text(folder.path().join(".git/hooks/pre-commit")), HOOK);
    let hooks: Vec<_> = fs::read_dir(folder.path().join(".git/hooks")).expect("a folder").collect();
    assert_eq!(hooks.len(), 1, "{hooks:?}");
    check_no_drafts(folder.path());
}

#[track_caller]
fn check_no_drafts(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        assert!(!entry.file_name().to_string_lossy().ends_with(".tmp"), "{}", entry.path().display());
        if entry.file_type().expect("a type").is_dir() {
            check_no_drafts(&entry.path());
        }
    }
}

/// Asserts that `validate` has one finding about a file that cannot be read, and reports everything else.
#[track_caller]
fn check_unreadable(folder: &TempDir, file: &str, message: &str) {
    let (other, bad) = ("organizations/zz-other.yaml", "version: [1\n");
    write(folder, other, bad);
    let json = run_in(folder, &["validate", "--format", "json"]).json(1);
    let found: Vec<_> = json["diagnostics"].as_array().expect("findings").iter().collect();
    let codes: Vec<_> = found.iter().map(|it| it["code"].as_str().expect("a code")).collect();
    assert_eq!(codes.iter().filter(|code| **code == "yaml-syntax").count(), 1, "{json:#}");
    let found = found.iter().find(|it| it["code"] == "unreadable-file").expect("a finding");
    assert_eq!(found["file"], file, "{json:#}");
    let found_message = found["message"].as_str().expect("a message");
    assert!(found_message.contains(message), "{found_message}");
    assert_eq!(codes.len(), 2, "{json:#}");
    assert_eq!(json["counts"], serde_json::json!(null));
    fs::remove_file(folder.path().join("mappings").join(other)).expect("a file");
    // Mappings of which a file is not read are not bundled.
    let bundled = run_in(folder, &["bundle", "--bundle-only", "acme.csmb"]);
    assert_eq!(bundled.code, Some(1), "{bundled:?}");
    assert!(!folder.path().join("acme.csmb").exists());
}
