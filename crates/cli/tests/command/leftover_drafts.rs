//! Drafts that a killed run has left.

use std::fs;
use std::time::SystemTime;

use crate::support::{ACME, claimsmith, folder, run_in, write};

#[test]
fn drafts_of_killed_runs_are_named_and_change_nothing_else() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let clean = [&["validate"][..], &["fmt", "--check"]].map(|it| run_in(&folder, it).stdout(0));
    write(&folder, "organizations/.claimsmith-aB3xYz.tmp", b"version: 1\nrules: [");
    write(&folder, ".claimsmith-c.tmp", b"");
    write(&folder, "organizations/.claimsmith-now.tmp", b"the draft of a run that is writing");
    for old in ["organizations/.claimsmith-aB3xYz.tmp", ".claimsmith-c.tmp"] {
        let file =
            fs::File::options().write(true).open(folder.path().join("mappings").join(old)).expect("a file");
        file.set_modified(SystemTime::UNIX_EPOCH).expect("a time");
    }
    // Other hidden files are not drafts.
    write(&folder, ".claimsmith-.tmp", b"");
    write(&folder, ".claimsmith-notes", b"");
    let with_drafts =
        [&["validate"][..], &["fmt", "--check"], &["bundle", "--bundle-only", "mappings/x.csmb"]];
    for (at, arguments) in with_drafts.into_iter().enumerate() {
        let output = claimsmith(arguments).current_dir(folder.path()).output().expect("the command starts");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{err}");
        if let Some(clean) = clean.get(at) {
            assert_eq!(&out, clean);
            assert!(
                err.contains("note: `mappings/organizations/.claimsmith-aB3xYz.tmp` is the draft"),
                "{err}"
            );
        }
        assert!(err.contains("note: `mappings/.claimsmith-c.tmp` is the draft"), "{err}");
        assert!(
            !err.contains("notes") && !err.contains("-now.tmp") && !err.contains(".claimsmith-.tmp"),
            "{err}"
        );
    }
    assert!(fs::metadata(folder.path().join("mappings/.claimsmith-c.tmp")).is_ok(), "it is not removed");
}
