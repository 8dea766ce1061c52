//! Pipes, sockets, devices and folders in the place of files are reported, and not waited for.

use std::fs;
use std::os::unix::net::UnixListener;
use std::process::Command;

use super::{acme, check_unreadable, checkout, link, pipe, plant, text, untidy};
use crate::support::{ACME, Run, claimsmith, login, run_in, write};

#[test]
fn yaml_paths_that_are_not_files_are_findings() {
    let folder = checkout();
    let path = acme(&folder);
    let name = "mappings/organizations/acme.yaml";
    plant("nowhere.yaml", &path);
    check_unreadable(&folder, name, "is a link that leads nowhere: to `nowhere.yaml`");
    fs::remove_file(&path).expect("a link");
    pipe(&path);
    check_unreadable(&folder, name, "is a named pipe, not a file");
    plant("pipe", &path);
    pipe(path.with_file_name("pipe"));
    check_unreadable(&folder, name, "is a named pipe, not a file");
    fs::remove_file(&path).expect("a link");
    let socket = UnixListener::bind(&path).expect("a socket");
    check_unreadable(&folder, name, "is a socket, not a file");
    drop(socket);
    plant("/dev/zero", &path);
    check_unreadable(&folder, name, "leads out of `mappings`, to `/dev/zero`");
    fs::remove_file(&path).expect("a link");
    fs::create_dir(&path).expect("a folder");
    check_unreadable(&folder, name, "is a folder, not a file");
    // `fmt` formats the other files.
    let untidy = untidy();
    write(&folder, "organizations/globex.yaml", &untidy);
    assert!(run_in(&folder, &["fmt"]).stdout(1).ends_with("3 files: 1 formatted, 1 refused\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn links_whose_names_are_not_utf8_are_findings() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = checkout();
    let link_name = folder.path().join("mappings/organizations").join(OsStr::from_bytes(b"a\xff.yaml"));
    let name = "mappings/organizations/a\u{fffd}.yaml";
    for (target, message) in
        [("nowhere.yaml", "is a link that leads nowhere: to `nowhere.yaml`"), ("/dev/zero", "leads out of")]
    {
        link(target, &link_name);
        check_unreadable(&folder, name, message);
        fs::remove_file(&link_name).expect("a link");
    }
    pipe(&link_name);
    check_unreadable(&folder, name, "is a named pipe, not a file");
}

#[test]
fn devices_are_findings() {
    let folder = checkout();
    let path = acme(&folder);
    fs::remove_file(&path).expect("a file");
    let made = Command::new("mknod").arg(&path).args(["c", "1", "5"]).output().expect("mknod starts");
    // Only root may make a device.
    if made.status.success() {
        check_unreadable(&folder, "mappings/organizations/acme.yaml", "is a device, not a file");
    }
}

#[test]
fn unreadable_platform_is_a_finding() {
    let folder = checkout();
    let platform = folder.path().join("mappings/platform.yaml");
    fs::remove_file(&platform).expect("a file");
    pipe(&platform);
    check_unreadable(&folder, "mappings/platform.yaml", "is a named pipe, not a file");
}

#[test]
fn unreadable_path_that_is_named_is_a_finding() {
    let folder = checkout();
    pipe(folder.path().join("whole.yaml"));
    for verb in ["validate", "test"] {
        let out = run_in(&folder, &[verb, "whole.yaml"]).stdout(1);
        assert!(
            out.starts_with("error[unreadable-file]: `whole.yaml` is a named pipe, not a file\n"),
            "{out}"
        );
    }
    let out = run_in(&folder, &["fmt", "whole.yaml", "mappings"]).stdout(1);
    assert!(out.ends_with("3 files: 1 formatted, 1 refused\n"), "{out}");
    assert_eq!(text(acme(&folder)), ACME);
}

#[test]
fn event_must_be_a_file_or_a_pipe_that_something_writes_to() {
    let folder = checkout();
    let root = folder.path();
    pipe(root.join("pipe"));
    fs::create_dir(root.join("folder")).expect("a folder");
    link("nowhere", root.join("dangling"));
    link("/dev/zero", root.join("zero"));
    let _socket = UnixListener::bind(root.join("socket")).expect("a socket");
    for (name, message) in [
        ("pipe", "`pipe` is a named pipe that nothing writes to"),
        ("folder", "`folder` is a folder, not a file"),
        ("dangling", "cannot open `dangling`: it is a link that leads nowhere, to `nowhere`; fix the link\n"),
        ("zero", "`zero` is a device, not a file; `-` reads standard input"),
        ("socket", "`socket` is a socket, not a file"),
    ] {
        for more in [&[] as &[&str], &["--jsonl"]] {
            let err = run_in(&folder, &[&["evaluate", "--event", name], more].concat()).failed();
            assert!(err.contains(message), "{err}");
        }
    }
    // A shell's `<(…)` is a pipe, and so is standard input by its name.
    let event = login(r#"["it-admins"]"#);
    for path in ["/dev/stdin", "/dev/fd/0"] {
        let command = claimsmith(&["evaluate", "--event", path]).current_dir(root).stdin(event.as_str());
        let json = Run::new(command.output().expect("the command starts")).json(0);
        assert_eq!(json["groups"], serde_json::json!(["catalog-admins"]));
    }
}
