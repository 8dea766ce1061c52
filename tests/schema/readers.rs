//! Files for other programs that read YAML, with what the compiler makes of them.
//!
//! tests/schema/readers/compare-readers.mjs reads them with YAML libraries and with the language server that editors use.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use claimsmith::compiler::compile_whole;
use claimsmith::diagnostic::SourceFile;
use claimsmith::format::format;
use serde_json::{Value as Json, json};

use crate::random::{self, Random};
use crate::{Files, Validators, has_errors, kind, read};

/// Values without quotes that programs disagree on, or did in some version of YAML.
const SCALARS: &[&str] = &[
    "007",
    "08",
    "0777",
    "00",
    "0",
    "-0",
    "+0",
    "-01",
    "0o17",
    "0O17",
    "-0o17",
    "0x1F",
    "0X1F",
    "-0x1F",
    "0b11",
    "-0b1",
    "1_000",
    "_1",
    "1_",
    "1e3",
    "1E3",
    "1e+3",
    "1.5e3",
    "1.5e+3",
    "1e400",
    "+5",
    "5.",
    ".5",
    "-.5",
    "+.5",
    ".",
    "-",
    "+",
    "._5",
    "1.2.3",
    "9007199254740993",
    "18446744073709551615",
    "99999999999999999999999",
    ".inf",
    "-.INF",
    "+.Inf",
    ".nan",
    ".NaN",
    "inf",
    "NaN",
    "Infinity",
    "12:30",
    "12:30:45",
    "1:20.5",
    "190:20:30",
    "-1:30",
    "12:75",
    "01:30",
    "2026-01-01",
    "2026-1-1",
    "2026-01-01T10:00:00Z",
    "2026-01-01 10:00:00 +2",
    "2026-1-1 1:0:0",
    "20260101",
    "true",
    "True",
    "TRUE",
    "tRUE",
    "false",
    "yes",
    "Yes",
    "YES",
    "no",
    "No",
    "on",
    "off",
    "OFF",
    "y",
    "Y",
    "n",
    "N",
    "~",
    "null",
    "Null",
    "NULL",
    "nULL",
    "none",
    "None",
    "nil",
    "=",
    "<<",
    "<",
    "!",
    "!x",
    "!!str",
    "!!str 5",
    "!!int \"5\"",
    "!x y",
    "&a",
    "&a x",
    "*a",
    "*",
    "|",
    ">",
    "|-",
    "? x",
    "?x",
    ":x",
    "::",
    "x:y",
    "-x",
    "--",
    "---",
    "...",
    "%x",
    "@x",
    "`x`",
    "x #y",
    "x#y",
    "#x",
    "'x'",
    "''",
    "'it''s'",
    "\"\\x41\"",
    "\"\\u0041\"",
    "\"\\/\"",
    "\"\\e\"",
    "\"\\0\"",
    "\"a\\\n b\"",
    "[x]",
    "{x}",
    "{x: y}",
    "x, y",
    "é",
    "e\u{301}",
    "\u{a0}x",
    "x\u{a0}",
    "x\u{2028}y",
    "x\u{85}y",
    "\u{feff}x",
    "x\ty",
];

/// What random values are made of.
const PIECES: &[&str] = &[
    "0", "0", "1", "7", "8", "9", "59", "60", "2026", "-01", "-1", "_", "+", "-", ".", ":", "e", "E", "x",
    "o", "b", "0x", "0o", "0b", "inf", ".Inf", "nan", ".NaN", "y", "N", "yes", "NO", "on", "Off", "true",
    "TRUE", "null", "Null", "~", "=", "<<", "T", "t", " ", "Z", "a", "f", "F", "!", "&", "*", "?", "%", "|",
    ">", "#", "'", "\"", "\\", "/", ",", "@", "é",
];

/// A file in which a value of each type, and keys, are between marks.
const SMALL: &str = "\
version: 1
platform:
  applications:
    app: { clients: ⟦Client⟧, claim: https://claims.example.com/groups, limits: { groups: ⟦500⟧ } }
  groups:
    viewers:
      applications: app
      description: ⟦Opens dashboards.⟧
      protected: ⟦false⟧
organizations:
  acme:
    organization: org_A
    connections:
      idp: { strategy: oidc }
    aliases:
      ⟦Viewers⟧: ⟦id-1⟧
    rules:
      - id: viewers
        match:
          exact:
            - ⟦staff⟧
        grant: viewers
        expires: ⟦2040-01-01⟧
        owner:
          ⟦Acme⟧
      - id: department
        when: { user: { attribute: /department, equals: [Finance, ⟦7⟧] } }
        everyone: true
        grant: viewers
cases:
  - name: ⟦any value⟧
    organization: acme
    application: app
    user: { groups: [⟦staff⟧], ⟦key⟧: ⟦value⟧, more: { ⟦inner⟧: [[⟦x⟧]] } }
    expect: { claims: viewers }
  - name: a raw event
    event:
      user:
        ⟦key⟧: ⟦value⟧
    expect: { outcome: none }
";

/// A file as other programs get it.
struct Document {
    name: String,
    file: SourceFile,
    is_accepted: bool,
    /// Whether the schema of its kind refuses it as an editor reads it, if that is known.
    is_refused_by_schema: Option<bool>,
}

impl Document {
    fn new(files: &Files, name: String, file: SourceFile, is_refused_by_schema: Option<bool>) -> Self {
        let is_accepted = !has_errors(&files.compile(file.clone()));
        Self { name, file, is_accepted, is_refused_by_schema }
    }

    fn to_json(&self) -> Json {
        let value =
            if self.is_accepted { read(&self.file).expect("the compiler reads it") } else { Json::Null };
        json!({
            "name": self.name,
            "kind": kind(&self.file.path),
            "text": self.file.text,
            "accepted": self.is_accepted,
            "refusedBySchema": self.is_refused_by_schema,
            "value": value,
        })
    }
}

/// Files of all kinds with random changes, as their generator writes them and in canonical form.
fn random_files(files: &Files, validators: &Validators, count: u64) -> Vec<Document> {
    let mut documents = Vec::new();
    for seed in 0..count {
        let (path, what, changed) = files.changed(seed);
        let name = format!("seed {seed}, {path}: {what}");
        let as_read = random::as_read(&changed);
        let is_refused = !validators.is_valid(kind(path), &as_read);
        let file = SourceFile { path: path.to_owned(), text: random::as_text(&changed).0 };
        let formatted = format(&file);
        let document = Document::new(files, name.clone(), file, Some(is_refused));
        if document.is_accepted {
            assert_eq!(read(&document.file).expect("YAML"), as_read, "{name}");
        }
        if let Ok(text) = formatted {
            let file = SourceFile { path: path.to_owned(), text };
            documents.push(Document::new(files, format!("{name}, formatted"), file, None));
        }
        documents.push(document);
    }
    documents
}

/// The small file with one value in place of one of its own.
fn with_value(at: usize, value: &str) -> String {
    let mut text = String::new();
    for (hole, part) in SMALL.split('⟦').enumerate() {
        let (own, rest) = part.split_once('⟧').unwrap_or(("", part));
        text.push_str(if hole == at + 1 { value } else { own });
        text.push_str(rest);
    }
    text
}

/// Values that programs read in different ways, in every place, and random ones.
fn values(files: &Files, count: u64) -> Vec<Document> {
    let holes = SMALL.matches('⟦').count();
    // A short run tries each value in some of the places.
    let step = if count < 1_000 { 4 } else { 1 };
    let places = |(first, scalar): (usize, &&str)| {
        let scalar = (*scalar).to_owned();
        (first % step..holes).step_by(step).map(move |at| (at, scalar.clone()))
    };
    let in_places = SCALARS.iter().enumerate().flat_map(places);
    let by_chance = (0..count).map(|seed| {
        let mut random = Random::new(seed);
        let pieces = 1 + random.below(5);
        (random.below(holes), (0..pieces).map(|_| *random.pick(PIECES)).collect())
    });
    let document = |(at, value): (usize, String)| {
        let file = SourceFile { path: "small.yaml".to_owned(), text: with_value(at, &value) };
        Document::new(files, format!("{value:?} as value {at}"), file, None)
    };
    in_places.chain(by_chance).map(document).collect()
}

/// The values without quotes whose readings are known, in every place.
fn known_values(files: &Files) -> Vec<Document> {
    let mut documents = Vec::new();
    for at in 0..SMALL.matches('⟦').count() {
        for (mark, written) in random::plain_values() {
            let file =
                |value: &str| SourceFile { path: "small.yaml".to_owned(), text: with_value(at, value) };
            let name = format!("{written} as value {at}");
            let document = Document::new(files, name.clone(), file(written), None);
            if document.is_accepted {
                let marked = read(&file(&mark)).expect("YAML");
                assert_eq!(read(&document.file).expect("YAML"), random::as_read(&marked), "{name}");
            }
            documents.push(document);
        }
    }
    documents
}

/// The compiler takes the values of accepted files for the same as an editor does, as far as these are known here.
///
/// `READERS=FILE` writes the files, for tests/schema/readers/compare-readers.mjs.
#[test]
fn random_files_are_written_for_other_readers() {
    let own = SourceFile { path: "small.yaml".to_owned(), text: with_value(usize::MAX - 1, "") };
    let compilation = compile_whole(&own);
    assert!(!has_errors(&compilation), "{:#?}", compilation.diagnostics);

    let count = crate::file_count(300);
    let files = Files::new();
    let mut documents = random_files(&files, &Validators::new(), count);
    documents.extend(known_values(&files));
    documents.extend(values(&files, 2 * count));
    let accepted = documents.iter().filter(|it| it.is_accepted).count();
    assert!(accepted * 10 > documents.len(), "{accepted} of {} are accepted", documents.len());
    let kinds: BTreeSet<_> = documents.iter().map(|it| kind(&it.file.path)).collect();
    assert_eq!(kinds.len(), 5, "{kinds:?}");
    if let Ok(path) = std::env::var("READERS") {
        let mut lines = String::new();
        for document in documents {
            writeln!(lines, "{}", document.to_json()).expect("a string grows");
        }
        std::fs::write(&path, lines).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
}
