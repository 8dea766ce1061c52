//! The runner of the pages in `tests/diagnostics/`: each shows mappings with one thing wrong and what the command
//! prints about them.

#![allow(clippy::indexing_slicing, reason = "output of another form fails the test")]

use claimsmith::compiler::{Checks, compile_whole_with, compile_with};
use claimsmith::diagnostic::{Code, Severity};
use serde_json::json;
use tempfile::TempDir;

use crate::diagnostic_pages::{SINGLE_FILE, Variant, pages};
use crate::sarif::check_sarif;
use crate::support::{check_file, root, run_in, without_case_lints, write_in};

/// 2026-11-01, so that there are rules that have expired.
const NOW: Option<f64> = Some(1_793_491_200.0);

/// Few of the examples have cases, so they would have these findings too.
const NEED_CASES: [&str; 2] = ["untested-organization", "untested-rule"];

/// Only a host that reads folders finds this.
const FOUND_BY_HOSTS: &str = "unreadable-file";

#[test]
fn the_compiler_finds_the_one_thing_that_is_wrong() {
    for page in pages(&root()).iter().filter(|page| page.code != FOUND_BY_HOSTS) {
        for variant in &page.variants {
            check_compiler(&page.code, variant);
        }
    }
}

fn check_compiler(code: &str, Variant { name, files, .. }: &Variant) {
    let checks = Checks { now: NOW, cases: NEED_CASES.contains(&code) };
    let diagnostics = match files.as_slice() {
        [file] if file.path == SINGLE_FILE => compile_whole_with(file, checks).diagnostics,
        files => compile_with(files, checks).diagnostics,
    };
    let codes: Vec<_> = diagnostics.iter().map(|it| it.code.name()).collect();
    assert_eq!(codes, [code], "{name} has one thing wrong: {diagnostics:#?}");
    for diagnostic in diagnostics {
        assert!(!diagnostic.help.is_empty(), "{name}: {diagnostic:#?}");
        let related = diagnostic.related.iter().map(|it| (&it.file, &it.span));
        for (path, span) in related.chain([(&diagnostic.file, &diagnostic.span)]) {
            // A file that is missing altogether has no text.
            let file = files.iter().find(|file| file.path == *path);
            let text = file.map(|file| file.text.as_str()).unwrap_or_default();
            assert!(text.get(span.clone()).is_some(), "{name}: {diagnostic:#?}");
        }
    }
}

#[test]
fn validate_prints_what_the_pages_show() {
    for page in pages(&root()) {
        let code = Code::ALL.iter().find(|code| code.name() == page.code).expect("a code");
        let printed: Vec<_> = page.variants.iter().map(|variant| check_command(*code, variant)).collect();
        check_file(&page.path, &page.with_expected(&printed));
    }
}

/// Runs `claimsmith validate` in all its formats, and returns what it prints for people.
fn check_command(code: Code, variant: &Variant) -> String {
    let folder = TempDir::new().expect("a temporary folder");
    let is_other_warning = code.severity() == Severity::Warning && !NEED_CASES.contains(&code.name());
    for file in &variant.files {
        match is_other_warning && file.path == "mappings/platform.yaml" {
            true => write_in(&folder, &file.path, without_case_lints(&file.text)),
            false => write_in(&folder, &file.path, variant.bytes(file)),
        }
    }
    let name = &variant.name;
    let mappings = if variant.is_single_file() { SINGLE_FILE } else { "mappings" };
    let validate = |options: &[&str]| run_in(&folder, &[&["validate", mappings], options].concat());
    // Mappings with nothing but warnings can be used.
    let exit = i32::from(code.severity() == Severity::Error);
    let (code, severity) = (code.name(), code.severity().name());

    let out = validate(&[]).stdout(exit);
    assert!(out.starts_with(&format!("{severity}[{code}]: ")), "{name}: {out}");
    assert_eq!(validate(&["--deny-warnings"]).stdout(1), out, "{name}");

    let json = validate(&["--format", "json"]).json(exit);
    let finding = &json["diagnostics"][0];
    assert_eq!((&finding["code"], &finding["severity"]), (&json!(code), &json!(severity)), "{name}");
    assert_eq!(json["diagnostics"].as_array().map(Vec::len), Some(1), "{name}: {out}");
    assert!(!finding["help"].as_str().expect("help").is_empty(), "{name}");
    let file = finding["file"].as_str().expect("a file");
    assert!(file.starts_with(mappings), "{name}: {file}");
    let mut place = file.to_owned();
    // There is no line of a file that is missing.
    if folder.path().join(file).is_file() {
        place = format!("{file}:{}:{}", finding["line"], finding["column"]);
    }
    let shown = out.lines().find_map(|line| line.trim_start().strip_prefix("--> "));
    assert_eq!(shown, Some(place.as_str()), "{name}: {out}");

    let github = validate(&["--format", "github"]).stdout(exit);
    let annotation = format!("::{severity} file={file},line={}", finding["line"]);
    assert!(github.starts_with(&annotation), "{name}: {github}");
    check_sarif(&validate(&["--format", "sarif"]).stdout(exit), &json);
    out
}
