//! `claimsmith schema`.

use std::fs;

use crate::support::{claimsmith, folder, run, run_in};

const KINDS: [&str; 5] = ["platform", "organization", "test", "template", "whole"];

#[test]
fn kinds_are_listed_with_the_paths_of_their_files() {
    let out = run(&["schema"]).stdout(0);
    let kinds: Vec<&str> = out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(kinds, KINDS);
    assert!(out.contains("test          organizations/**/*.test.yaml\n"), "{out}");
}

#[test]
fn schemas_are_printed_or_written() {
    let folder = folder(&[]);
    let out = run_in(&folder, &["schema", "--out", "some/schemas"]).stdout(0);
    assert_eq!(out.lines().count(), KINDS.len(), "{out}");
    for kind in KINDS {
        let printed = run(&["schema", kind]).stdout(0);
        let json: serde_json::Value = serde_json::from_str(&printed).expect("a schema is JSON");
        assert_eq!(json["title"], format!("Claimsmith {kind}"));
        let path = format!("some/schemas/{kind}.schema.json");
        assert!(out.contains(&format!("wrote {path}\n")), "{out}");
        assert_eq!(fs::read_to_string(folder.path().join(path)).expect("a schema"), printed);
    }
}

#[test]
fn unknown_kind_is_an_error_that_lists_the_known_ones() {
    let output = claimsmith(&["schema", "rules"]).output().expect("the command starts");
    let err = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("platform, organization, test, template, whole"), "{err}");
}
