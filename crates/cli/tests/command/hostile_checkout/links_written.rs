//! Nothing is written through a link: not by `fmt`, `bundle` or `schema`, and not to a draft whose name could be guessed.

use std::fs;

use super::{HOOK, acme, check_untouched, checkout, link, plant, text, untidy};
use crate::support::{ACME, Run, claimsmith, run_in};

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
