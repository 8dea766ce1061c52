//! The JSON Schemas of the mapping files: they are up to date, accept everything that the compiler accepts, and refuse
//! nothing else.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops at what is wrong, and code shared with other tests prints"
)]

#[path = "support/diagnostic_pages.rs"]
mod diagnostic_pages;
#[path = "schema/mutations.rs"]
mod mutations;
#[path = "schema/random.rs"]
mod random;
#[path = "schema/readers.rs"]
mod readers;
#[path = "schema/seen.rs"]
mod seen;
mod support;
#[path = "schema/unseen.rs"]
mod unseen;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::Path;

use claimsmith::compiler::{Compilation, compile, compile_whole};
use claimsmith::diagnostic::{Code, Diagnostic, Severity, SourceFile};
use claimsmith::schema::{Schema, schemas};
use diagnostic_pages::{SINGLE_FILE, pages};
use jsonschema::Validator;
use random::Random;
use seen::SEEN;
use serde_json::{Value as Json, json};
use support::{case_files, mapping_files};
use unseen::UNSEEN;

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

    /// The errors that the schema reports for a file.
    fn check(&self, kind: &str, json: &Json) -> Vec<String> {
        let errors = self.0.get(kind).expect("a kind").iter_errors(json);
        errors.map(|error| format!("{}: {:.200}", error.instance_path(), error.to_string())).collect()
    }

    fn is_valid(&self, kind: &str, json: &Json) -> bool {
        self.0.get(kind).expect("a kind").is_valid(json)
    }
}

fn has_errors(compilation: &Compilation) -> bool {
    compilation.diagnostics.iter().any(|it| it.severity == Severity::Error)
}

#[test]
fn committed_schemas_are_up_to_date() {
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
fn schemas_are_valid_json_schemas() {
    for Schema { kind, json, .. } in schemas() {
        assert!(jsonschema::meta::is_valid(&json), "{kind}");
    }
}

#[test]
fn schemas_accept_valid_files() {
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
fn samples_name_their_schemas() {
    for file in mapping_files().into_iter().chain(case_files()) {
        let above = "../".repeat(file.path.matches('/').count());
        let line =
            format!("# yaml-language-server: $schema={above}{FOLDER}/{}.schema.json", kind(&file.path));
        assert_eq!(file.text.lines().next(), Some(line.as_str()), "{}", file.path);
    }
}

#[test]
fn schemas_refuse_known_wrong_files() {
    let validators = Validators::new();
    let mut seen = Vec::new();
    for variant in pages(root()).into_iter().flat_map(|page| page.variants) {
        let refused = |file: &SourceFile| match read(file) {
            // A file in the wrong place has no kind.
            Ok(_) if kind(&file.path) == "whole" && file.path != SINGLE_FILE => false,
            Ok(json) => !validators.is_valid(kind(&file.path), &json),
            // A schema cannot check text that is not YAML.
            Err(_) => false,
        };
        if variant.files.iter().filter(|file| file.path.ends_with(".yaml")).any(refused) {
            seen.push(variant.name);
        }
    }
    seen.sort();
    assert_eq!(seen, SEEN, "the variants in which a schema sees something wrong");
}

/// The compiler accepts no file that a schema refuses, so editors mark no valid file.
#[test]
fn compiler_refuses_what_schemas_refuse() {
    let validators = Validators::new();
    let (mut refused, mut alarms) = (0, Vec::new());
    let mut check =
        |path: &str, changed: Vec<(String, Json)>, compile_with: &dyn Fn(SourceFile) -> Compilation| {
            let kind = kind(path);
            for (what, json) in changed {
                if validators.is_valid(kind, &json) {
                    continue;
                }
                refused += 1;
                let compilation = compile_with(as_file(path, &json));
                let no_yaml = compilation.diagnostics.iter().any(|it| it.code == Code::YamlSyntax);
                if no_yaml || !has_errors(&compilation) {
                    alarms.push(format!("{path}: {what}: {:?}", validators.check(kind, &json)));
                }
            }
        };
    let language = read(&source(LANGUAGE)).expect("YAML");
    check(LANGUAGE, mutations::of(&language), &|file| compile_whole(&file));

    let folder = apart(&language);
    let files = || folder.iter().map(|(path, json)| as_file(path, json));
    let compilation = compile(&files().collect::<Vec<_>>());
    assert!(!has_errors(&compilation), "{:#?}", compilation.diagnostics);
    for (path, json) in &folder {
        check(path, mutations::of_top(json), &|changed| {
            let others = files().filter(|file| file.path != changed.path);
            compile(&others.chain([changed.clone()]).collect::<Vec<_>>())
        });
    }
    assert!(alarms.is_empty(), "only the schema refuses:\n{}", alarms.join("\n"));
    assert!(refused > 1_000, "only {refused} changes were refused");
}

/// Compiler and schema agree on random files, apart from what a schema cannot know.
///
/// `SCHEMA_FILES=100000 cargo test --release --test schema random` tries more of them than a test run does.
#[test]
fn compiler_and_schemas_agree_on_random_files() {
    let validators = Validators::new();
    let count = file_count(600);
    let files = Files::new();
    let (mut alarms, mut gaps) = (Vec::new(), Vec::new());
    let (mut agreed, mut seen) = ([0, 0], BTreeSet::new());
    for seed in 0..count {
        let (path, what, changed) = files.changed(seed);
        let what = format!("seed {seed}, {path}: {what}");
        let errors = validators.check(kind(path), &random::as_read(&changed));
        let (text, plain) = random::as_text(&changed);
        let compilation = files.compile(SourceFile { path: path.to_owned(), text });
        let found = compilation.diagnostics.iter().filter(|it| it.severity == Severity::Error);
        let found: Vec<_> = found.collect();
        match (errors.is_empty(), found.is_empty()) {
            (true, true) => agreed[0] += 1,
            (false, false) => agreed[1] += 1,
            (false, true) => alarms.push(format!("{what}: {errors:?}")),
            (true, false) => {
                // An editor may read a value without quotes differently.
                let is_plain = |it: &Diagnostic| {
                    let is_in =
                        |place: &Range<usize>| place.start <= it.span.start && it.span.end <= place.end;
                    it.file == path && plain.iter().any(is_in)
                };
                for it in found {
                    let is_of = |(code, part): &(Code, &str)| *code == it.code && it.message.contains(part);
                    seen.extend(UNSEEN.iter().position(is_of));
                    if !is_plain(it) && !UNSEEN.iter().any(is_of) {
                        gaps.push(format!("{what}: {} {}", it.code.name(), it.message));
                    }
                }
            }
        }
    }
    assert!(alarms.is_empty(), "only the schema refuses:\n{}", alarms.join("\n"));
    assert!(
        gaps.is_empty(),
        "only the compiler refuses; tighten the schema, or say in tests/schema/unseen.rs why it cannot know:\n{}",
        gaps.join("\n")
    );
    assert!(agreed.iter().all(|agreed| agreed * 10 > count), "{agreed:?}");
    // A short run does not meet all of them.
    let unused: Vec<_> = UNSEEN.iter().enumerate().filter(|(at, _)| !seen.contains(at)).collect();
    let is_long = count >= 20_000;
    assert!(!is_long || unused.is_empty(), "these are not seen, so a schema may know them: {unused:?}");
    assert!(seen.len() >= 10, "{seen:?}");
}

/// How many random files a test tries, unless `SCHEMA_FILES` has another number.
fn file_count(usual: u64) -> u64 {
    std::env::var("SCHEMA_FILES").map_or(usual, |count| count.parse().expect("a number"))
}

/// The fixture of the whole language: as one file, and as a folder of files.
struct Files {
    whole: Json,
    parts: BTreeMap<String, Json>,
}

impl Files {
    fn new() -> Self {
        let whole = read(&source(LANGUAGE)).expect("YAML");
        let parts = apart(&whole);
        Self { whole, parts }
    }

    /// One of the files with random changes, and a description of them.
    fn changed(&self, seed: u64) -> (&str, String, Json) {
        let own =
            self.parts.iter().map(|(path, json)| (path.as_str(), json)).chain([(LANGUAGE, &self.whole)]);
        let files: Vec<(&str, &Json)> = own.collect();
        let at = usize::try_from(seed).expect("small") % files.len();
        let (path, json) = files.get(at).expect("one of them");
        let (what, changed) = random::changed(json, &mut Random::new(seed));
        (path, what, changed)
    }

    /// Compiles a file, which takes the place of the one in the folder if it is one of those.
    fn compile(&self, file: SourceFile) -> Compilation {
        if !self.parts.contains_key(&file.path) {
            return compile_whole(&file);
        }
        let others = self.parts.iter().filter(|(path, _)| **path != file.path);
        let mut files: Vec<_> = others.map(|(path, json)| as_file(path, json)).collect();
        files.push(file);
        compile(&files)
    }
}

/// A file with this content; JSON is YAML.
fn as_file(path: &str, json: &Json) -> SourceFile {
    SourceFile { path: path.to_owned(), text: json.to_string() }
}

/// A whole platform as a folder of files.
fn apart(whole: &Json) -> BTreeMap<String, Json> {
    let mut files = BTreeMap::new();
    let mut add = |path: String, json: &Json| {
        let mut json = json.clone();
        json.as_object_mut().expect("a mapping").insert("version".to_owned(), json!(1));
        files.insert(path, json);
    };
    add("platform.yaml".to_owned(), &whole["platform"]);
    for (folder, parts) in [("organizations", &whole["organizations"]), ("templates", &whole["templates"])] {
        for (name, json) in parts.as_object().expect("a mapping") {
            add(format!("x/{folder}/{name}.yaml"), json);
        }
    }
    let mut cases = whole["cases"].clone();
    for case in cases.as_array_mut().into_iter().flatten() {
        case.as_object_mut().expect("a mapping").remove("organization");
    }
    add("x/organizations/acme.test.yaml".to_owned(), &json!({ "cases": cases }));
    files
}

/// The fixture of the whole language has every key that a schema knows, so that the mutations reach it.
#[test]
fn schema_fixture_has_every_key() {
    let whole = schemas().into_iter().find(|schema| schema.kind == "whole").expect("a kind").json;
    let used = mutations::keys(&read(&source(LANGUAGE)).expect("YAML"));
    let definitions = whole["definitions"].as_object().expect("definitions").values();
    for object in definitions.chain([&whole]) {
        for key in object["properties"].as_object().into_iter().flatten().map(|(key, _)| key) {
            assert!(used.contains(key), "{LANGUAGE} has no `{key}`");
        }
    }
}
