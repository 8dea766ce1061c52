//! What happens if something else changes the files meanwhile, or a file cannot be written.

use std::fs;

use tempfile::TempDir;

use super::*;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).expect("a file")
}

#[track_caller]
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

/// Prepares to replace the text `old` of files by `new`.
#[track_caller]
fn prepared(folder: &Path, files: &[&str]) -> PendingWrites {
    let mut writing = PendingWrites::default();
    for name in files {
        writing.replace(&folder.join(name), b"old", b"new".to_vec()).expect("a draft");
    }
    writing
}

#[test]
fn commit_writes_and_drop_removes_the_drafts() {
    let folder = folder(&[("a", "old"), ("b", "old")]);
    let writing = prepared(folder.path(), &["a", "b"]);
    assert_eq!(names(folder.path()).len(), 4);
    assert_eq!((text(folder.path().join("a")), text(folder.path().join("b"))), ("old".into(), "old".into()));
    drop(writing);
    assert_eq!(names(folder.path()), ["a", "b"], "drafts are removed");
    prepared(folder.path(), &["a", "b"]).commit().expect("both are written");
    assert_eq!((text(folder.path().join("a")), text(folder.path().join("b"))), ("new".into(), "new".into()));
    assert_eq!(names(folder.path()), ["a", "b"]);
}

#[test]
fn an_error_midway_says_what_was_written() {
    let folder = folder(&[("a", "old"), ("b", "old"), ("c", "old")]);
    let writing = prepared(folder.path(), &["a", "b", "c"]);
    let [a, b, c] = ["a", "b", "c"].map(|name| folder.path().join(name));
    fs::remove_file(&b).expect("a file");
    fs::create_dir(&b).expect("a folder");
    let error = writing.commit().expect_err("a folder cannot be replaced").to_string();
    let expected = format!(
        "cannot write `{1}`: it is a folder; 1 file written: `{0}`; 2 files not written: `{1}`, `{2}`",
        a.display(),
        b.display(),
        c.display()
    );
    assert_eq!(error, expected);
    assert_eq!((text(a), text(c)), ("new".into(), "old".into()));
    assert_eq!(names(folder.path()), ["a", "b", "c"]);
}

#[test]
fn an_error_at_the_first_file_says_that_nothing_was_written() {
    let folder = folder(&[("a", "old"), ("b", "old")]);
    let writing = prepared(folder.path(), &["a", "b"]);
    fs::remove_file(folder.path().join("a")).expect("a file");
    let error = writing.commit().expect_err("it is gone").to_string();
    assert!(error.ends_with("; nothing was written"), "{error}");
    assert_eq!(names(folder.path()), ["b"]);
}

#[test]
fn files_that_changed_since_they_were_read_are_not_replaced() {
    let folder = folder(&[("a", "other")]);
    let path = folder.path().join("a");
    let mut writing = PendingWrites::default();
    let refused = writing.replace(&path, b"old", b"new".to_vec()).expect_err("the file has changed");
    assert!(refused.at(&path).to_string().contains("has changed since it was read"));
    fs::write(&path, "old").expect("a file");
    let writing = prepared(folder.path(), &["a"]);
    fs::write(&path, "other").expect("a file");
    let error = writing.commit().expect_err("the file has changed").to_string();
    assert!(error.ends_with("it has changed while the command ran"), "{error}");
    assert_eq!((text(&path), names(folder.path())), ("other".into(), vec!["a".into()]));
}

#[test]
fn files_that_already_have_the_new_content_are_not_an_error() {
    let folder = folder(&[("a", "new"), ("b", "old")]);
    let mut writing = prepared(folder.path(), &["a", "b"]);
    writing.put(&folder.path().join("c"), b"new".to_vec()).expect("a draft");
    fs::write(folder.path().join("b"), "new").expect("a file");
    fs::write(folder.path().join("c"), "new").expect("a file");
    writing.commit().expect("all files have the new text");
    assert_eq!(names(folder.path()), ["a", "b", "c"]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::super::draft::new_file;
    use super::*;

    #[test]
    fn a_draft_is_private_until_it_is_complete() {
        let folder = folder(&[]);
        let open = Folder::named(folder.path()).expect("a folder");
        let draft = new_file(&open, true).expect("a draft");
        let mode = draft.as_file().metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let name = draft.path().file_name().expect("a name").to_string_lossy().into_owned();
        assert!(name.starts_with(".claimsmith-") && name.ends_with(".tmp"), "{name}");
        assert_ne!(new_file(&open, true).expect("a draft").path(), draft.path());
        // `create` opens nothing that exists already.
        let taken = open.create(draft.path().file_name().expect("a name"), true);
        assert_eq!(taken.expect_err("it exists").kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn a_folder_that_becomes_a_link_is_not_followed() {
        let folder = folder(&[]);
        let [real, moved, other] = ["real", "moved", "other"].map(|name| folder.path().join(name));
        for path in [&real, &other] {
            fs::create_dir(path).expect("a folder");
            fs::write(path.join("a"), "old").expect("a file");
        }
        let writing = prepared(&real, &["a"]);
        fs::rename(&real, &moved).expect("a folder");
        symlink(&other, &real).expect("a link");
        writing.commit().expect("the folder is still there");
        assert_eq!((text(moved.join("a")), text(other.join("a"))), ("new".into(), "old".into()));
        assert_eq!((names(&moved), names(&other)), (vec!["a".to_owned()], vec!["a".to_owned()]));
    }

    #[test]
    fn a_file_that_becomes_a_link_is_not_followed() {
        let folder = folder(&[("a", "old"), ("other", "old")]);
        let path = folder.path().join("a");
        let writing = prepared(folder.path(), &["a"]);
        fs::remove_file(&path).expect("a file");
        symlink("other", &path).expect("a link");
        let error = writing.commit().expect_err("a link is not followed").to_string();
        assert!(error.ends_with("it is a link"), "{error}");
        assert_eq!(text(folder.path().join("other")), "old");
        assert!(fs::symlink_metadata(&path).expect("a link").is_symlink());
    }
}
