//! Reading and writing in a hostile checkout, with links, pipes and devices instead of files and folders.

#![allow(clippy::indexing_slicing, reason = "JSON of another shape fails the test")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use claimsmith::Bundle;
use tempfile::TempDir;

use crate::support::{ACME, Run, claimsmith, folder, login, run_in, write};

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

#[test]
fn drafts_have_unpredictable_names() {
    let folder = checkout();
    // More process ids than the next commands are likely to reach.
    let next = std::process::id();
    for id in next..next + 3_000 {
        link("../../.git/hooks/pre-commit", acme(&folder).with_file_name(format!(".acme.yaml.{id}.tmp")));
        link(".git/hooks/pre-commit", folder.path().join(format!(".acme.csmb.{id}.tmp")));
    }
    assert!(run_in(&folder, &["fmt"]).stdout(0).ends_with("2 files: 1 formatted\n"));
    assert_eq!(run_in(&folder, &["bundle", "--bundle-only", "acme.csmb"]).code, Some(0));
    assert_eq!(text(acme(&folder)), ACME);
    assert_eq!(text(folder.path().join(".git/hooks/pre-commit")), HOOK);
    assert!(!fs::symlink_metadata(acme(&folder)).expect("a file").is_symlink());
}

#[test]
fn fmt_does_not_write_through_a_link_to_a_file() {
    let folder = checkout();
    let kept = folder.path().join("mappings/kept.txt");
    fs::write(&kept, untidy()).expect("a file");
    plant("../kept.txt", acme(&folder));
    // A link within the folder is read, and its file would change.
    let checked = run_in(&folder, &["fmt", "--check"]).stdout(1);
    assert!(checked.starts_with("would change mappings/organizations/acme.yaml\n"), "{checked}");
    let out = run_in(&folder, &["fmt"]).stdout(1);
    let reason = "error: `mappings/organizations/acme.yaml` is a link to `../kept.txt`, and links are not written through\n";
    assert!(out.starts_with(reason), "{out}");
    assert!(out.ends_with("2 files: 1 refused\n"), "{out}");
    let json = run_in(&folder, &["fmt", "--format", "json"]).json(1);
    assert_eq!(json["files"][0]["outcome"], "refused");
    assert_eq!((text(&kept), json["refused"].as_u64()), (untidy(), Some(1)));
    assert!(fs::symlink_metadata(acme(&folder)).expect("a link").is_symlink());

    // A link out of the folder is not even read.
    plant("../../.git/hooks/pre-commit", acme(&folder));
    let out = run_in(&folder, &["fmt"]).stdout(1);
    let hook = fs::canonicalize(folder.path().join(".git/hooks/pre-commit")).expect("the hook");
    let reason = format!(
        "error[unreadable-file]: the link `mappings/organizations/acme.yaml` leads out of `mappings`, to `{}`\n",
        hook.display()
    );
    assert!(out.starts_with(&reason), "{out}");
    check_untouched(&folder);
}

#[test]
fn fmt_does_not_follow_a_link_that_is_named() {
    let folder = checkout();
    let link_path = folder.path().join("evil.yaml");
    for target in ["mappings/organizations/acme.yaml", ".git/hooks/pre-commit", "nowhere", "evil.yaml"] {
        link(target, &link_path);
        for arguments in [&["fmt", "evil.yaml"] as &[&str], &["fmt", "--check", "evil.yaml"]] {
            let out = run_in(&folder, arguments).stdout(1);
            let reason = format!("error[unreadable-file]: `evil.yaml` is a link to `{target}`");
            assert!(out.starts_with(&reason), "{out}");
        }
        fs::remove_file(&link_path).expect("a link");
    }
    assert_eq!(text(acme(&folder)), untidy());
    check_untouched(&folder);
}

#[test]
fn fmt_does_not_write_into_a_folder_that_is_a_link() {
    let folder = checkout();
    let root = folder.path();
    fs::rename(root.join("mappings"), root.join("elsewhere")).expect("a folder");
    link("elsewhere", root.join("mappings"));
    // The user named this folder, so it is read.
    assert_eq!(run_in(&folder, &["validate"]).code, Some(0));
    assert!(run_in(&folder, &["fmt", "--check"]).stdout(1).ends_with("1 would change\n"));
    for named in ["mappings", "mappings/", "./mappings", "elsewhere/../mappings/organizations"] {
        let out = run_in(&folder, &["fmt", named]).stdout(1);
        assert!(
            out.contains("mappings` is a link to `elsewhere`, and links are not written through\n"),
            "{out}"
        );
    }
    let absolute = root.join("mappings");
    let out = run_in(&folder, &["fmt", absolute.to_str().expect("UTF-8")]).stdout(1);
    assert!(out.contains("mappings` is a link to `elsewhere`"), "{out}");
    assert_eq!(text(root.join("elsewhere/organizations/acme.yaml")), untidy());
    assert!(run_in(&folder, &["fmt", "elsewhere"]).stdout(0).ends_with("1 formatted\n"));
}

#[test]
fn links_to_the_working_folder_are_trusted() {
    let folder = checkout();
    let way = folder.path().join("way");
    link(".", &way);
    let command = claimsmith(&["fmt", way.join("mappings").to_str().expect("UTF-8")]);
    let run = Run::new(command.current_dir(&way).output().expect("the command starts"));
    assert!(run.stdout(0).ends_with("1 formatted\n"));
}

#[test]
fn a_link_that_leaves_the_folder_is_not_read() {
    let folder = checkout();
    fs::write(folder.path().join("secret.yaml"), "token: s3cret\n").expect("a file");
    let secret = fs::canonicalize(folder.path().join("secret.yaml")).expect("a file");
    let leaves = format!("leads out of `mappings`, to `{}`", secret.display());
    for target in [Path::new("../../secret.yaml"), &secret, Path::new("../../mappings/../secret.yaml")] {
        plant(target, acme(&folder));
        check_unreadable(&folder, "mappings/organizations/acme.yaml", &leaves);
    }
    // A link to a link.
    link("../secret.yaml", folder.path().join("mappings/hop.txt"));
    plant("../hop.txt", acme(&folder));
    check_unreadable(&folder, "mappings/organizations/acme.yaml", &leaves);
    for verb in [&["validate"] as &[&str], &["test"], &["fmt"], &["fmt", "--check"]] {
        let Run { out, err, .. } = run_in(&folder, verb);
        assert!(!(out + &err).contains("s3cret"));
    }
    // A folder whose name only begins like that of the mappings.
    let sibling = folder.path().join("mappings-of-others");
    fs::create_dir(&sibling).expect("a folder");
    fs::write(sibling.join("acme.yaml"), ACME).expect("a file");
    plant("../../mappings-of-others/acme.yaml", acme(&folder));
    check_unreadable(&folder, "mappings/organizations/acme.yaml", "leads out of `mappings`");
}

#[test]
fn a_linked_folder_that_leaves_the_folder_is_not_read() {
    let folder = checkout();
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).expect("a folder");
    fs::write(elsewhere.join("order@1.yaml"), "version: 1\n").expect("a file");
    link("../elsewhere", folder.path().join("mappings/templates"));
    check_unreadable(&folder, "mappings/templates", "leads out of `mappings`, to");
    assert!(run_in(&folder, &["fmt"]).stdout(1).ends_with("3 files: 1 formatted, 1 refused\n"));
    assert_eq!(text(acme(&folder)), ACME);
}

#[test]
fn links_within_the_folder_are_read() {
    let folder = folder(&[]);
    // Kubernetes mounts the files of a volume like this.
    write(&folder, "..2026/organizations/acme.yaml", ACME);
    link("..2026", folder.path().join("mappings/..data"));
    link("..data/organizations", folder.path().join("mappings/organizations"));
    fs::create_dir(folder.path().join("mappings/real")).expect("a folder");
    let fine = "1 organization, 2 rules, 0 cases: no problems\n";
    assert_eq!(run_in(&folder, &["validate"]).stdout(0), fine);
    // The folder itself may be a link, because the user named it.
    link("mappings", folder.path().join("linked"));
    assert_eq!(run_in(&folder, &["validate", "linked"]).stdout(0), fine);
    assert_eq!(run_in(&folder, &["fmt", "--check", "linked"]).stdout(0), "2 files: nothing to change\n");
}

#[test]
fn loops_of_links_are_findings() {
    let folder = checkout();
    let root = folder.path().join("mappings");
    for at in 0..30 {
        link(".", root.join(format!("loop-{at}")));
    }
    let json = run_in(&folder, &["validate", "--format", "json"]).json(1);
    assert_eq!(json["errors"], 30, "{json:#}");
    for at in 0..30 {
        fs::remove_file(root.join(format!("loop-{at}"))).expect("a link");
    }
    link("../organizations", root.join("organizations/europe"));
    check_unreadable(&folder, "mappings/organizations/europe", "is a link to a folder that is read already");
    fs::remove_file(root.join("organizations/europe")).expect("a link");
    plant("acme.yaml", acme(&folder));
    check_unreadable(
        &folder,
        "mappings/organizations/acme.yaml",
        "is a link that leads back to itself: to `acme.yaml`",
    );
}

#[test]
fn folders_that_are_nested_too_deep_are_findings() {
    let folder = checkout();
    write(&folder, "1/2/3/4/5/6/7/8/acme.yaml", ACME);
    check_unreadable(&folder, "mappings/1/2/3/4/5/6/7/8", "is nested deeper than 8 folders");
}

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

#[test]
fn bundle_follows_no_link() {
    let folder = checkout();
    let root = folder.path();
    link(".git/hooks", root.join("dist"));
    link(".git/hooks/pre-commit", root.join("acme.csmb"));
    fs::create_dir(root.join("build")).expect("a folder");
    link("../.git/hooks", root.join("build/out"));
    let hooks = root.join("dist/pre-commit");
    let mut cases = vec![
        (
            vec!["--bundle-only", "acme.csmb"],
            "cannot write `acme.csmb`: it is a link to `.git/hooks/pre-commit`",
        ),
        (vec!["--bundle-only", "dist/pre-commit"], "`dist` is a link to `.git/hooks`"),
        (vec!["--bundle-only", "build/out/pre-commit"], "`build/out` is a link to `../.git/hooks`"),
        (vec!["--bundle-only", "./build/../dist/new"], "`./build/../dist` is a link to `.git/hooks`"),
        (vec!["--bundle-only", hooks.to_str().expect("UTF-8")], "is a link to `.git/hooks`"),
    ];
    if cfg!(embedded_engine) {
        cases.push((vec![], "`dist` is a link to `.git/hooks`"));
        cases.push((vec!["--out", "build/out"], "`build/out` is a link to `../.git/hooks`"));
        cases.push((vec!["--out", "build/out/more"], "`build/out` is a link to `../.git/hooks`"));
    }
    for (arguments, message) in cases {
        let err = run_in(&folder, &[&["bundle"], arguments.as_slice()].concat()).failed();
        assert!(err.contains(message) && err.contains("links are not written through"), "{err}");
        check_untouched(&folder);
    }
    if cfg!(embedded_engine) {
        fs::remove_file(root.join("dist")).expect("a link");
        fs::create_dir(root.join("dist")).expect("a folder");
        link("../.git/hooks/pre-commit", root.join("dist/action.js"));
        let err = run_in(&folder, &["bundle"]).failed();
        assert!(
            err.contains("cannot write `dist/action.js`: it is a link to `../.git/hooks/pre-commit`"),
            "{err}"
        );
        check_untouched(&folder);
    }
}

#[test]
fn schema_follows_no_link_and_writes_all_or_none() {
    let folder = checkout();
    let root = folder.path();
    link(".git/hooks", root.join("linked"));
    let err = run_in(&folder, &["schema", "--out", "linked"]).failed();
    assert!(err.contains("`linked` is a link to `.git/hooks`"), "{err}");
    fs::create_dir(root.join("schemas")).expect("a folder");
    for block in [0, 1] {
        let last = root.join("schemas/whole.schema.json");
        if block == 0 {
            link("../.git/hooks/pre-commit", &last);
        } else {
            fs::remove_file(&last).expect("a link");
            fs::create_dir(&last).expect("a folder");
        }
        let err = run_in(&folder, &["schema", "--out", "schemas"]).failed();
        assert!(err.contains("cannot write `schemas/whole.schema.json`: it is a "), "{err}");
        let written: Vec<_> = fs::read_dir(root.join("schemas")).expect("a folder").collect();
        assert_eq!(written.len(), 1, "{written:?}");
    }
    check_untouched(&folder);
}

#[test]
fn modes_are_kept_and_new_files_follow_the_umask() {
    let folder = checkout();
    let modes = [0o640, 0o600, 0o755, 0o664];
    for kept in modes {
        fs::write(acme(&folder), untidy()).expect("a file");
        fs::set_permissions(acme(&folder), Permissions::from_mode(kept)).expect("permissions");
        run_in(&folder, &["fmt"]).stdout(0);
        assert_eq!((text(acme(&folder)), mode(acme(&folder))), (ACME.to_owned(), kept));
    }
    let bundle = folder.path().join("acme.csmb");
    let program = snapbox::cmd::cargo_bin!("claimsmith");
    let build = |umask: &str| {
        let script = format!("umask {umask}; exec \"$0\" bundle --bundle-only acme.csmb");
        let mut command = Command::new("sh");
        let output = command.arg("-c").arg(script).arg(program).current_dir(folder.path()).output();
        let run = Run::new(output.expect("sh starts"));
        assert_eq!(run.code, Some(0), "{run:?}");
    };
    for (umask, expected) in [("022", 0o644), ("077", 0o600), ("027", 0o640), ("000", 0o666)] {
        build(umask);
        assert_eq!(mode(&bundle), expected, "{umask}");
        fs::remove_file(&bundle).expect("a file");
    }
    for kept in modes {
        fs::write(&bundle, "").expect("a file");
        fs::set_permissions(&bundle, Permissions::from_mode(kept)).expect("permissions");
        build("077");
        assert_eq!(mode(&bundle), kept);
        Bundle::decode(&fs::read(&bundle).expect("a file")).expect("a bundle");
    }
}

#[test]
fn owners_are_kept() {
    let folder = checkout();
    // Only root may give a file away.
    if chown(acme(&folder), Some(4_711), Some(4_712)).is_err() {
        return;
    }
    fs::set_permissions(acme(&folder), Permissions::from_mode(0o640)).expect("permissions");
    run_in(&folder, &["fmt"]).stdout(0);
    let metadata = fs::metadata(acme(&folder)).expect("a file");
    assert_eq!((metadata.uid(), metadata.gid(), metadata.mode() & 0o7777), (4_711, 4_712, 0o640));
    assert_eq!(text(acme(&folder)), ACME);
}

#[test]
fn files_with_several_hard_links_or_read_only_are_refused() {
    let folder = checkout();
    write(&folder, "organizations/globex.yaml", untidy().replace("acme", "globex"));
    fs::hard_link(acme(&folder), folder.path().join("twin.yaml")).expect("a hard link");
    let out = run_in(&folder, &["fmt"]).stdout(1);
    let reason =
        "error: `mappings/organizations/acme.yaml` has 2 hard links, and replacing it would separate them\n";
    assert!(out.starts_with(reason), "{out}");
    assert!(out.ends_with("3 files: 1 formatted, 1 refused\n"), "{out}");
    assert_eq!(text(acme(&folder)), untidy());
    fs::remove_file(folder.path().join("twin.yaml")).expect("a file");

    fs::set_permissions(acme(&folder), Permissions::from_mode(0o444)).expect("permissions");
    let out = run_in(&folder, &["fmt"]).stdout(1);
    assert!(out.starts_with("error: `mappings/organizations/acme.yaml` is read-only\n"), "{out}");
    assert_eq!((text(acme(&folder)), mode(acme(&folder))), (untidy(), 0o444));

    // A canonical file is not written, so it is not refused.
    write(&folder, "organizations/initech.yaml", ACME.replace("acme", "initech"));
    let initech = folder.path().join("mappings/organizations/initech.yaml");
    fs::hard_link(&initech, folder.path().join("twin.yaml")).expect("a hard link");
    fs::set_permissions(&initech, Permissions::from_mode(0o444)).expect("permissions");
    assert!(
        run_in(&folder, &["fmt", "mappings/organizations/initech.yaml"])
            .stdout(0)
            .contains("nothing to change")
    );

    fs::write(folder.path().join("acme.csmb"), "").expect("a file");
    fs::hard_link(folder.path().join("acme.csmb"), folder.path().join("twin.csmb")).expect("a hard link");
    fs::set_permissions(acme(&folder), Permissions::from_mode(0o644)).expect("permissions");
    fs::remove_file(&initech).expect("a file");
    fs::remove_file(folder.path().join("mappings/organizations/globex.yaml")).expect("a file");
    let err = run_in(&folder, &["bundle", "--bundle-only", "acme.csmb"]).failed();
    assert!(err.contains("cannot write `acme.csmb`: it has 2 hard links"), "{err}");
}

/// A limit on the size of files has the effect of a full disk: the second draft cannot be written.
#[test]
fn fmt_writes_all_files_or_none() {
    let folder = checkout();
    let comments = "# a long comment\n".repeat(1_000);
    write(&folder, "organizations/globex.yaml", untidy().replace("acme", "globex") + &comments);
    let program = snapbox::cmd::cargo_bin!("claimsmith");
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" fmt";
    let output = Command::new("sh").arg("-c").arg(script).arg(program).current_dir(folder.path()).output();
    let err = Run::new(output.expect("sh starts")).failed();
    assert!(err.starts_with("error: cannot write `mappings/organizations/globex.yaml`: "), "{err}");
    assert!(err.ends_with("; nothing was written\n"), "{err}");
    assert_eq!(text(acme(&folder)), untidy());
    check_untouched(&folder);
    assert!(run_in(&folder, &["fmt"]).stdout(0).ends_with("3 files: 2 formatted\n"));
}

#[test]
fn concurrent_runs_of_fmt_succeed() {
    let folder = checkout();
    let organizations: Vec<String> = (0..20).map(|at| format!("o{at}")).collect();
    for name in &organizations {
        write(&folder, &format!("organizations/{name}.yaml"), untidy().replace("acme", name));
    }
    let program = snapbox::cmd::cargo_bin!("claimsmith");
    let start = |_| {
        let mut command = Command::new(program);
        command.arg("fmt").current_dir(folder.path()).stdout(std::process::Stdio::null());
        command.spawn().expect("the command starts")
    };
    let running: Vec<_> = (0..8).map(start).collect();
    for mut run in running {
        assert_eq!(run.wait().expect("the command ends").code(), Some(0));
    }
    for name in &organizations {
        let path = folder.path().join(format!("mappings/organizations/{name}.yaml"));
        assert_eq!(text(path), ACME.replace("acme", name));
    }
    check_untouched(&folder);
}

#[test]
fn names_and_targets_of_links_are_escaped() {
    let folder = checkout();
    let name = "mappings/organizations/a\u{1b}[31m\n::error::b.yaml";
    link("x\u{1b}[2J\n::error::forged", folder.path().join(name));
    for arguments in [&["validate"] as &[&str], &["validate", "--format", "github"], &["fmt"]] {
        let out = run_in(&folder, arguments).stdout(1);
        assert!(!out.contains('\u{1b}') && !out.contains("\n::error::"), "{out:?}");
    }
}
