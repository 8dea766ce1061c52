//! `--watch`: a running command, whose output is read line by line.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use snapbox::cmd::cargo_bin;

use crate::support::{ACME, folder, root, write};

/// Longer than any machine needs for a run of a small folder.
const PATIENCE: Duration = Duration::from_secs(30);

/// A command that runs until it is dropped.
struct Watching {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Watching {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(cargo_bin!("claimsmith"))
            .current_dir(folder)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let (out, err) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
        Self { child, out: lines(out), err: lines(err) }
    }

    /// Reads standard output up to the first line that contains a text.
    #[track_caller]
    fn out_until(&self, text: &str) -> String {
        until(&self.out, text)
    }

    #[track_caller]
    fn err_until(&self, text: &str) -> String {
        until(&self.err, text)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            if line.is_err() || line.is_ok_and(|line| sender.send(line).is_err()) {
                return;
            }
        }
    });
    receiver
}

#[track_caller]
fn until(lines: &Receiver<String>, text: &str) -> String {
    let mut all = String::new();
    loop {
        let line = lines.recv_timeout(PATIENCE);
        assert!(line.is_ok(), "no line with `{text}` after: {all}");
        let line = line.unwrap_or_default();
        all = all + &line + "\n";
        if line.contains(text) {
            return all;
        }
    }
}

#[test]
fn validate_runs_again_after_a_change() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let watching = Watching::start(folder.path(), &["validate", "--watch"]);
    let first = watching.out_until("no problems");
    assert_eq!(first, "1 organization, 2 rules, 0 cases: no problems\n", "nothing is cleared in a pipe");
    watching.err_until("watching `mappings`; Ctrl-C ends");

    write(&folder, "organizations/acme.yaml", ACME.replace("catalog-admins", "catalog-admin"));
    let second = watching.out_until("1 error in 1 file");
    assert!(second.contains("the registry has no target group `catalog-admin`"), "{second}");

    // A new folder is watched as well.
    write(&folder, "organizations/acme.yaml", ACME);
    watching.out_until("no problems");
    write(&folder, "templates/viewers@1.yaml", "version: 1\nrules: [\n");
    watching.out_until("yaml-syntax");
}

#[test]
fn test_runs_again_after_a_change() {
    let case = |claims: &str| {
        format!(
            "version: 1\ncases:\n  - {{ name: a, application: catalog, groups: [it-admins], expect: {{ claims: [{claims}] }} }}\n"
        )
    };
    let folder = folder(&[
        ("organizations/acme.yaml", ACME),
        ("organizations/acme.test.yaml", &case("catalog-admins")),
    ]);
    let watching = Watching::start(folder.path(), &["test", "--watch"]);
    watching.out_until("1 case in 1 file: all passed");
    write(&folder, "organizations/acme.test.yaml", case("finance-readers"));
    watching.out_until("1 case in 1 file: 1 failed");
    // An editor that writes a draft and renames it.
    let path = folder.path().join("mappings/organizations");
    fs::write(path.join(".draft"), case("catalog-admins")).expect("a file");
    fs::rename(path.join(".draft"), path.join("acme.test.yaml")).expect("a new name");
    watching.out_until("1 case in 1 file: all passed");
}

#[test]
fn a_folder_that_vanishes_is_reported_and_watched_when_it_is_back() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let watching = Watching::start(folder.path(), &["validate", "--watch"]);
    watching.out_until("no problems");
    let (path, aside) = (folder.path().join("mappings"), folder.path().join("aside"));
    fs::rename(&path, &aside).expect("another name");
    watching.err_until("`mappings` is gone; waiting until it is there again");
    fs::rename(&aside, &path).expect("the old name");
    watching.out_until("no problems");
    write(&folder, "organizations/acme.yaml", "version: [1\n");
    watching.out_until("1 error in 1 file");
}

#[test]
fn a_folder_that_vanishes_with_its_parent_ends_the_command() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let path = folder.path().join("mappings");
    let mut watching = Watching::start(&root(), &["validate", path.to_str().expect("UTF-8"), "--watch"]);
    watching.out_until("no problems");
    drop(folder);
    let end = watching.err_until("error:");
    assert!(end.contains("is gone, with the folder that it was in"), "{end}");
    assert_eq!(watching.child.wait().expect("it ends").code(), Some(2));
}

#[test]
fn a_single_file_is_watched() {
    let folder = folder(&[]);
    let whole = |client: &str| {
        format!(
            "version: 1\nplatform:\n  applications: {{ a: {{ clients: [{client}], claim: 'https://claims.example.com/a' }} }}\n  groups: {{ g: {{ applications: [a], description: x }} }}\norganizations:\n  acme:\n    connections: {{ c: {{ strategy: ad }} }}\n    rules: [{{ id: r, match: {{ exact: x }}, grant: g }}]\ncases:\n  - {{ name: x, application: a, groups: [x], expect: {{ claims: [g] }} }}\n"
        )
    };
    write(&folder, "whole.yaml", whole("one"));
    let watching = Watching::start(folder.path(), &["validate", "mappings/whole.yaml", "--watch"]);
    watching.out_until("no problems");
    write(&folder, "whole.yaml", whole("[one"));
    watching.out_until("1 error in 1 file");
}

#[test]
fn nothing_to_watch_is_an_error() {
    let folder = folder(&[]);
    let watching = Watching::start(folder.path(), &["validate", "nowhere", "--watch"]);
    let err = watching.err_until("error:");
    assert!(err.contains("cannot watch `nowhere`"), "{err}");
}
