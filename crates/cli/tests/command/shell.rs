//! Completions and manual pages.

use std::fs;

use crate::support::{folder, run};

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(&["completions", shell]).stdout(0);
        for verb in ["validate", "explain", "completions"] {
            assert!(script.contains(verb), "{shell}: {verb}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = folder(&[]);
    let out = folder.path().join("man1");
    let told = run(&["man", "--out", out.to_str().expect("UTF-8")]).stdout(0);
    for name in ["claimsmith.1", "claimsmith-validate.1", "claimsmith-man.1"] {
        let page = fs::read_to_string(out.join(name)).expect("the page is written");
        assert!(page.contains(".SH SYNOPSIS") && page.contains(".TH "), "{name}: {page}");
        assert!(told.contains(name), "{told}");
    }
    assert_eq!(told.lines().count(), fs::read_dir(&out).expect("the folder is made").count());
}
