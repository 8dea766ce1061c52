//! Formatting changes the layout of a mapping file, and never its meaning or its comments.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

mod support {
    pub(crate) mod diagnostic_pages;
    pub(crate) mod yaml_text;
}

use std::fs;
use std::path::{Path, PathBuf};

use claimsmith::diagnostic::{Code, SourceFile};
use claimsmith::format::{Construct, FormatRefusal, format};
use proptest::prelude::{any, prop_assert_eq};
use proptest::proptest;

use self::support::diagnostic_pages::pages;
use self::support::yaml_text::Author;

fn file(text: &str) -> SourceFile {
    SourceFile { path: "x.yaml".to_owned(), text: text.to_owned() }
}

/// Formats a text, and asserts that formatting the result again changes nothing.
#[track_caller]
fn formatted(text: &str) -> String {
    let once = format(&file(text)).unwrap_or_else(|refusal| panic!("{refusal}: {refusal:?}\n{text}"));
    let twice = format(&file(&once)).unwrap_or_else(|refusal| panic!("{refusal}: {refusal:?}\n{once}"));
    assert_eq!(once, twice, "from\n{text}");
    once
}

fn yaml_below(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                files.push(path);
            }
        }
    }
    assert!(!files.is_empty(), "{folder} has no files");
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn format_writes_fixtures_as_expected() {
    let paths = yaml_below("tests/fixtures/format");
    let inputs = paths.iter().filter_map(|path| path.to_str()?.strip_suffix(".in.yaml"));
    let mut count = 0;
    for stem in inputs {
        let expected = read(Path::new(&format!("{stem}.out.yaml")));
        assert_eq!(formatted(&read(Path::new(&format!("{stem}.in.yaml")))), expected, "{stem}");
        count += 1;
    }
    assert_eq!(paths.len(), 2 * count, "each has an input and an output");
}

#[test]
fn samples_are_canonical() {
    for path in [yaml_below("mappings"), yaml_below("tests/cases")].concat() {
        let text = read(&path);
        assert_eq!(formatted(&text), text, "{}", path.display());
    }
}

#[test]
fn wrong_files_are_formatted_or_refused() {
    let mut refused = Vec::new();
    for page in pages(Path::new(env!("CARGO_MANIFEST_DIR"))) {
        for variant in page.variants {
            for wrong in variant.files.iter().filter(|file| file.path.ends_with(".yaml")) {
                let place = format!("{}: {}", variant.name, wrong.path);
                match format(wrong) {
                    Ok(once) => assert_eq!(formatted(&once), once, "{place}"),
                    Err(refusal) => {
                        assert!(matches!(refusal, FormatRefusal::Invalid(_)), "{place}: {refusal:?}");
                        refused.push(place);
                    }
                }
            }
        }
    }
    let is_syntax = |place: &&String| place.starts_with("yaml-syntax");
    let (syntax, others): (Vec<_>, Vec<_>) = refused.iter().partition(is_syntax);
    assert!(!syntax.is_empty() && others.is_empty(), "{others:?}");
}

#[track_caller]
fn check_refused(text: &str, expected: Construct, marked: &str) {
    match format(&file(text)) {
        Err(FormatRefusal::Unsupported { construct, span }) => {
            assert_eq!((construct, text.get(span)), (expected, Some(marked)), "{text}");
        }
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn unsupported_construct_is_refused_with_its_location() {
    check_refused("just text\n", Construct::Outermost, "just text");
    // The byte order mark and the line breaks that formatting removes count in the location.
    check_refused("\u{feff}# ä\r\njust text\r\n", Construct::Outermost, "just text");
}

/// The compiler refuses these too, so the two commands agree.
#[test]
fn signs_that_hide_text_are_refused_as_by_the_compiler() {
    for (text, marked) in [
        ("a: &x b\n", "&x"),
        ("a: &x b\nc: *x\n", "&x"),
        ("a: *x\n", "*x"),
        ("a: !!str 1\n", "!!str"),
        ("a: !x [b]\n", "!x"),
        ("%YAML 1.2\n---\na: b\n", "%YAML"),
        ("? a\n: b\n", "?"),
        ("\u{feff}# ä\r\nb: 1\r\na: !x b\r\n", "!x"),
    ] {
        match format(&file(text)) {
            Err(FormatRefusal::Invalid(diagnostic)) => {
                assert_eq!(
                    (diagnostic.code, text.get(diagnostic.span)),
                    (Code::YamlSyntax, Some(marked)),
                    "{text}"
                );
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn refusal_says_what_to_do() {
    for text in ["a: &x b\n", "a: [\n", "just text\n"] {
        let refusal = format(&file(text)).expect_err(text);
        assert!(!refusal.to_string().is_empty() && !refusal.help().is_empty(), "{refusal:?}");
        assert!(text.get(refusal.span().clone()).is_some(), "{refusal:?}");
    }
}

#[test]
fn file_without_content_keeps_its_comments() {
    for text in ["", "# one\n\n# two\n"] {
        assert_eq!(formatted(text), text);
    }
    assert_eq!(formatted("\n\n# one\n\n\n\n# two\n\n"), "# one\n\n# two\n");
}

proptest! {
    /// A formatted file has the same values and the same comments, in whatever style its author wrote it.
    #[test]
    fn formatting_keeps_values_and_comments(choices in proptest::collection::vec(any::<u8>(), 0..400)) {
        let (text, mut comments) = Author::new(choices).write();
        let value = |text: &str| serde_saphyr::from_str::<serde_json::Value>(text).expect("the author writes YAML");
        let before = value(&text);
        let after = formatted(&text);
        prop_assert_eq!(before, value(&after), "from\n{}\nto\n{}", text, after);
        let mut kept: Vec<_> = after.lines().filter_map(|line| line.split_once("# c")).map(|(_, number)| number.to_owned()).collect();
        kept.sort_unstable();
        comments.sort_unstable();
        prop_assert_eq!(kept, comments, "from\n{}\nto\n{}", text, after);
    }

    /// Arbitrary text is formatted or refused, and never panics.
    #[test]
    fn any_text_is_formatted_or_refused(text in "[-ab:?&*!|>%#'\" \t\n\\[\\]{},1.\u{feff}\r]{0,60}") {
        if let Ok(once) = format(&file(&text)) {
            prop_assert_eq!(formatted(&once), once);
        }
    }
}
