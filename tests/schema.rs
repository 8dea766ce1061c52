//! The JSON Schemas of the mapping files: they are those of the language, they accept what it accepts, and refuse
//! nothing that it does not refuse.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

#[path = "schema/mutations.rs"]
mod mutations;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use claimsmith::compiler::schema::{Schema, schemas};
use claimsmith::compiler::{Compilation, compile, compile_whole};
use claimsmith::diagnostic::{Severity, SourceFile};
use jsonschema::Validator;
use serde_json::Value as Json;
use support::{case_files, mapping_files};

const FOLDER: &str = "docs/schema";
const LANGUAGE: &str = "tests/fixtures/schema/language.yaml";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn source(path: &str) -> SourceFile {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    SourceFile { path: path.to_owned(), text }
}

/// A file as an editor reads it.
fn read(file: &SourceFile) -> Result<Json, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
    };
    serde_saphyr::from_str_with_options(&file.text, options)
}

/// The kind of a file of a folder of mappings.
fn kind(path: &str) -> &'static str {
    match path {
        _ if path.ends_with("platform.yaml") => "platform",
        _ if path.ends_with(".test.yaml") => "test",
        _ if path.contains("/organizations/") => "organization",
        _ if path.contains("/templates/") => "template",
        _ => "whole",
    }
}

struct Validators(BTreeMap<&'static str, Validator>);

impl Validators {
    fn new() -> Self {
        let validator = |Schema { kind, json, .. }| {
            let validator = jsonschema::draft7::new(&json);
            (kind, validator.unwrap_or_else(|error| panic!("{kind}: {error}")))
        };
        Self(schemas().into_iter().map(validator).collect())
    }

    /// What the schema has against a file.
    fn check(&self, kind: &str, json: &Json) -> Vec<String> {
        let errors = self.0.get(kind).expect("a kind").iter_errors(json);
        errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    fn is_valid(&self, kind: &str, json: &Json) -> bool {
        self.0.get(kind).expect("a kind").is_valid(json)
    }
}

fn has_errors(compilation: &Compilation) -> bool {
    compilation.diagnostics.iter().any(|it| it.severity == Severity::Error)
}

#[test]
fn the_committed_schemas_are_those_of_the_language() {
    let mut names = BTreeSet::new();
    for schema in schemas() {
        let path = format!("{FOLDER}/{}", schema.file_name());
        let committed = fs::read_to_string(root().join(&path)).unwrap_or_default();
        let renew = format!("run `cargo run -p claimsmith-cli -- schema --out {FOLDER}`");
        assert!(committed == schema.to_text(), "{path} is not the schema of the language any more: {renew}");
        names.insert(schema.file_name());
    }
    let entries = fs::read_dir(root().join(FOLDER)).expect(FOLDER);
    let there: BTreeSet<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    assert_eq!(there, names, "{FOLDER}");
}

#[test]
fn the_schemas_are_schemas() {
    for Schema { kind, json, .. } in schemas() {
        assert!(jsonschema::meta::is_valid(&json), "{kind}");
    }
}

#[test]
fn good_files_are_good_to_the_schemas() {
    let validators = Validators::new();
    let mut files: Vec<_> = mapping_files().into_iter().chain(case_files()).collect();
    files.push(source(LANGUAGE));
    assert!(files.len() > 20, "{}", files.len());
    for file in files {
        let json = read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.path));
        let problems = validators.check(kind(&file.path), &json);
        assert!(problems.is_empty(), "{}: {problems:#?}", file.path);
    }
}

/// Every sample file opens in an editor with the schema of its kind.
#[test]
fn the_samples_name_their_schemas() {
    for file in mapping_files().into_iter().chain(case_files()) {
        let above = "../".repeat(file.path.matches('/').count());
        let line =
            format!("# yaml-language-server: $schema={above}{FOLDER}/{}.schema.json", kind(&file.path));
        assert_eq!(file.text.lines().next(), Some(line.as_str()), "{}", file.path);
    }
}

/// The fixtures in which a schema sees something wrong; in the others it takes the compiler to see it.
const SEEN: &[&str] = &[
    "empty-grant",
    "empty-grant.missing",
    "empty-list",
    "empty-list.applications",
    "empty-pattern",
    "empty-pattern.glob",
    "empty-pattern.in-list",
    "invalid-name",
    "invalid-name.empty",
    "invalid-name.rule-id",
    "invalid-pointer",
    "invalid-pointer.escape",
    "invalid-value",
    "invalid-value.absent",
    "invalid-value.claims-of-a-refusal",
    "invalid-value.delimiter",
    "invalid-value.event-and-application",
    "invalid-value.everyone-and-match",
    "invalid-value.everyone-false",
    "invalid-value.note",
    "invalid-value.organization",
    "invalid-value.outcome",
    "invalid-value.policy",
    "invalid-value.profile",
    "invalid-value.reason",
    "invalid-value.shape",
    "missing-key",
    "missing-key.claim",
    "missing-key.claims",
    "missing-key.groups-or-user",
    "missing-key.rule-id",
    "missing-match",
    "missing-match.empty",
    "missing-source",
    "missing-version",
    "missing-version.platform",
    "missing-version.test",
    "reserved-claim",
    "shape-option",
    "shape-option.field",
    "shape-option.missing-field",
    "unknown-key",
    "unknown-key.platform",
    "unknown-key.test",
    "unnamespaced-claim",
    "unnamespaced-claim.scheme",
    "unsupported-version",
    "wrong-type",
    "wrong-type.boolean",
    "wrong-type.number",
    "wrong-type.pattern",
];

#[test]
fn wrong_files_are_wrong_to_the_schemas() {
    let validators = Validators::new();
    let folder = "tests/fixtures/invalid";
    let mut seen = Vec::new();
    for (name, files) in fixtures(folder) {
        let refused = |file: &SourceFile| match read(file) {
            // A file in the wrong place has no kind.
            Ok(_) if kind(&file.path) == "whole" && !name.ends_with(".yaml") => false,
            Ok(json) => !validators.is_valid(kind(&file.path), &json),
            // What is no YAML is no matter of a schema.
            Err(_) => false,
        };
        if files.iter().any(refused) {
            seen.push(name);
        }
    }
    assert_eq!(seen, SEEN);
}

/// Every fixture below a folder: a file, or a folder of files.
fn fixtures(folder: &str) -> BTreeMap<String, Vec<SourceFile>> {
    let mut fixtures: BTreeMap<String, Vec<SourceFile>> = BTreeMap::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(folder_path) = open.pop() {
        for entry in fs::read_dir(root().join(&folder_path)).expect(folder) {
            let path = folder_path.join(entry.expect("an entry").file_name());
            let text = path.to_str().expect("UTF-8").replace('\\', "/");
            if root().join(&path).is_dir() {
                open.push(path);
            } else if text.ends_with(".yaml") {
                let name = text.strip_prefix(&format!("{folder}/")).and_then(|rest| rest.split('/').next());
                let name = name.expect("a path below the folder").to_owned();
                fixtures.entry(name).or_default().push(source(&text));
            }
        }
    }
    fixtures
}

/// Nothing that a schema refuses is accepted by the compiler: an editor marks no good file.
#[test]
fn what_a_schema_refuses_the_compiler_refuses() {
    let validators = Validators::new();
    let mut refused = 0;
    let mut alarms = Vec::new();
    let mut check = |file: &SourceFile, compile_with: &dyn Fn(SourceFile) -> Compilation| {
        assert!(!has_errors(&compile_with(file.clone())), "{}", file.path);
        let kind = kind(&file.path);
        for (what, json) in mutations::of(&read(file).expect("YAML")) {
            if validators.is_valid(kind, &json) {
                continue;
            }
            refused += 1;
            // JSON is YAML.
            let text = serde_json::to_string(&json).expect("JSON");
            if !has_errors(&compile_with(SourceFile { path: file.path.clone(), text })) {
                alarms.push(format!("{}: {what}: {:?}", file.path, validators.check(kind, &json)));
            }
        }
    };
    check(&source(LANGUAGE), &|file| compile_whole(&file));
    let mut all = mapping_files();
    all.retain(|file| ["platform", "acme"].iter().any(|name| file.path.contains(name)));
    for file in &all {
        check(file, &|changed| {
            let other = |file: &&SourceFile| file.path != changed.path;
            let mut files: Vec<_> = all.iter().filter(other).cloned().collect();
            files.push(changed);
            compile(&files)
        });
    }
    assert!(alarms.is_empty(), "only the schema refuses:\n{}", alarms.join("\n"));
    assert!(refused > 1_000, "only {refused} changes were refused");
}

/// The fixture of the whole language has every key that a schema knows, so that the mutations reach it.
#[test]
fn the_fixture_has_every_key() {
    let whole = schemas().into_iter().find(|schema| schema.kind == "whole").expect("a kind").json;
    let used = mutations::keys(&read(&source(LANGUAGE)).expect("YAML"));
    let definitions = whole["definitions"].as_object().expect("definitions").values();
    for object in definitions.chain([&whole]) {
        for key in object["properties"].as_object().into_iter().flatten().map(|(key, _)| key) {
            assert!(used.contains(key), "{LANGUAGE} has no `{key}`");
        }
    }
}
