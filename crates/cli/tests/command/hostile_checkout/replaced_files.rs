//! Files that are replaced keep their modes and owners, and all of a run's files are replaced, or none.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::process::Command;

use claimsmith::Bundle;

use super::{acme, check_untouched, checkout, mode, text, untidy};
use crate::support::{ACME, Run, run_in, write};

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
