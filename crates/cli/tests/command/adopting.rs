//! `docs/adopting.md`, followed literally.

use std::fs;

use serde_json::json;

use crate::deploy::World;
use crate::followed::{arguments, command_lines, page};
use crate::support::{Run, root, write};

/// The files that the page names, and where this project has them.
const FILES: &[(&str, &str)] = &[
    ("authorization-extension.json", "tests/fixtures/import/authorization-extension.json"),
    ("people.csv", "tests/fixtures/import/people.csv"),
    ("old-action.js", "tests/fixtures/compare/old-action.js"),
    ("logins.jsonl", "tests/fixtures/compare/logins.jsonl"),
];

const CASES: &str = "\
version: 1
cases:
  - name: an administrator
    application: catalog
    groups: [it-admins]
    expect: { claims: [catalog-admins] }
";

#[test]
fn every_command_of_the_page_does_what_it_says() {
    let lines = command_lines(&page("adopting.md"));
    let own = lines.iter().filter(|line| line.starts_with("claimsmith "));
    let commands: Vec<_> = own.map(|line| arguments(line)).collect();
    let verbs: Vec<String> = commands.iter().map(|words| words[..2].join(" ")).collect();
    assert_eq!(
        verbs,
        [
            "import authorization-extension",
            "import csv",
            "compare-action old-action.js",
            "bundle --smoke",
            "bundle --smoke",
            "test --in-tenant",
            "test --in-tenant"
        ]
    );
    for words in commands {
        let world = World::new(json!({ "runs_tests": true }));
        write(&world.folder, "organizations/acme.test.yaml", CASES);
        for (name, path) in FILES {
            fs::copy(root().join(path), world.folder.path().join(name)).expect("a file");
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if words[0] == "test" {
            world.run(&["deploy", "plan"]).stdout(0);
            world.run(&["deploy", "apply", "claimsmith.plan.json"]).stdout(0);
        }
        let Run { code, err, .. } = world.run(&words);
        // The old Action and the mappings differ.
        let expected = if words[0] == "compare-action" { 1 } else { 0 };
        assert_eq!((code, err.as_str()), (Some(expected), ""), "{words:?}");
        let written = match words[..2] {
            ["import", "csv"] => "draft/organizations/northwind.yaml",
            ["import", _] => "draft/organizations/northwind-entra.yaml",
            ["bundle", _] => "dist/smoke.js",
            _ => continue,
        };
        assert!(world.folder.path().join(written).is_file(), "{words:?}");
    }
}
