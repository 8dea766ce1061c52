//! The documentation says what the program does: every code is explained, every example is a real one.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

use std::fs;
use std::path::{Path, PathBuf};

use claimsmith::compiler::{compile_at, compile_whole_at};
use claimsmith::diagnostic::{Code, Diagnostic, Severity, SourceFile};
use claimsmith::{Note, Reason};

const FIXTURES: &str = "tests/fixtures/invalid";

/// 2026-11-01, so that there are rules that have expired.
const NOW: Option<f64> = Some(1_793_491_200.0);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of the project.
fn read(path: &str) -> String {
    let text = fs::read_to_string(root().join(path));
    text.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The paths of all files below a folder of the project, sorted.
fn files_below(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(root().join(&folder));
        for entry in entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = folder.join(entry.expect("an entry").file_name());
            if root().join(&path).is_dir() {
                open.push(path);
            } else {
                files.push(path.to_str().expect("UTF-8").replace('\\', "/"));
            }
        }
    }
    files.sort();
    files
}

/// A file or folder with something wrong.
struct Fixture {
    /// Its name, which begins with the code.
    name: String,
    code: String,
    files: Vec<SourceFile>,
    diagnostics: Vec<Diagnostic>,
}

fn fixtures() -> Vec<Fixture> {
    let entries = fs::read_dir(root().join(FIXTURES)).expect(FIXTURES);
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.retain(|name| name != "README.md");
    names.sort();
    let fixture = |name: String| {
        let path = format!("{FIXTURES}/{name}");
        let paths = if root().join(&path).is_dir() { files_below(&path) } else { vec![path] };
        let files: Vec<_> = paths.into_iter().map(|path| SourceFile { text: read(&path), path }).collect();
        let diagnostics = match files.as_slice() {
            [file] if name.ends_with(".yaml") => compile_whole_at(file, NOW).diagnostics,
            files => compile_at(files, NOW).diagnostics,
        };
        let code = name.split('.').next().expect("a name has a first part").to_owned();
        Fixture { name, code, files, diagnostics }
    };
    names.into_iter().map(fixture).collect()
}

#[test]
fn every_code_has_its_heading() {
    let page = read("docs/diagnostics.md");
    let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let codes: Vec<_> = Code::ALL.iter().map(|code| format!("`{}`", code.name())).collect();
    assert_eq!(headings, codes);
}

#[test]
fn warnings_are_marked_as_such() {
    let page = read("docs/diagnostics.md");
    for code in Code::ALL {
        let (_, section) = page.split_once(&format!("\n## `{}`\n\n", code.name())).expect("a heading");
        let is_warning = section.starts_with("This is a warning.\n");
        assert_eq!(is_warning, code.severity() == Severity::Warning, "{}", code.name());
    }
}

#[test]
fn reasons_and_notes_are_listed() {
    let page = read("docs/language/evaluation.md");
    let reasons = Reason::ALL.iter().map(|reason| reason.code());
    for code in reasons.chain(Note::ALL.iter().map(|note| note.code())) {
        let row = format!("| `{code}` |");
        assert!(
            page.lines().any(|line| line.starts_with(&row)),
            "`{code}` is not in docs/language/evaluation.md"
        );
    }
}

/// What only a host that reads folders finds. `crates/cli/tests/command/` holds its fixtures to their names.
const OF_HOSTS: [&str; 1] = ["unreadable-file"];

#[test]
fn every_fixture_has_what_it_is_named_after() {
    for Fixture { name, code, files, diagnostics } in fixtures() {
        if OF_HOSTS.contains(&code.as_str()) {
            continue;
        }
        let codes: Vec<_> = diagnostics.iter().map(|it| it.code.name()).collect();
        assert_eq!(codes, [code], "{name} has one thing wrong: {diagnostics:#?}");
        for diagnostic in diagnostics {
            assert!(!diagnostic.help.is_empty(), "{name}: {diagnostic:#?}");
            let related = diagnostic.related.iter().map(|it| (&it.file, &it.span));
            for (path, span) in related.chain([(&diagnostic.file, &diagnostic.span)]) {
                // What is missing altogether has no text.
                let file = files.iter().find(|file| file.path == *path);
                let text = file.map(|file| file.text.as_str()).unwrap_or_default();
                assert!(text.get(span.clone()).is_some(), "{name}: {diagnostic:#?}");
            }
        }
    }
}

#[test]
fn every_code_has_a_fixture_and_every_fixture_is_listed() {
    let fixtures = fixtures();
    for code in Code::ALL {
        assert!(fixtures.iter().any(|it| it.code == code.name()), "`{}` has no fixture", code.name());
    }
    let list = read(&format!("{FIXTURES}/README.md"));
    let rows = list.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mut listed: Vec<_> = rows.collect();
    listed.sort_unstable();
    let names: Vec<_> = fixtures.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(listed, names);
}

/// A fenced block of a page that says where it is from.
struct Quote<'p> {
    page: &'p str,
    /// Where on the page it begins, counted from one.
    line: usize,
    from: &'p str,
    lines: Vec<&'p str>,
}

fn quotes<'p>(page: &'p str, text: &'p str) -> Vec<Quote<'p>> {
    let mut quotes = Vec::new();
    let mut lines = text.lines().zip(1..);
    while let Some((comment, line)) = lines.next() {
        let Some(from) = comment.trim().strip_prefix("<!-- from ").and_then(|it| it.strip_suffix(" -->"))
        else {
            continue;
        };
        let fence = lines.next().unwrap_or_default().0;
        assert!(fence.trim_start().starts_with("```"), "{page}:{line}: no block follows");
        let lines: Vec<_> =
            lines.by_ref().map(|(line, _)| line).take_while(|line| line.trim() != "```").collect();
        quotes.push(Quote { page, line, from, lines });
    }
    quotes
}

/// The lines without the spaces that all of them begin with.
fn unindented(lines: &[&str]) -> Vec<String> {
    let written = lines.iter().filter(|line| !line.trim().is_empty());
    let indents = written.map(|line| line.len() - line.trim_start_matches(' ').len());
    let common = indents.min().unwrap_or_default();
    lines.iter().map(|line| line.get(common..).unwrap_or_default().trim_end().to_owned()).collect()
}

/// Whole lines of the file that the quote names; if it names a folder, the list of the files in it.
fn check_quote(quote: &Quote<'_>) {
    let Quote { page, line, from, lines } = quote;
    assert!(!lines.is_empty(), "{page}:{line}: the block is empty");
    let wanted = unindented(lines);
    if root().join(from).is_dir() {
        let within = |path: &String| path.strip_prefix(&format!("{from}/")).map(str::to_owned);
        let files: Vec<_> = files_below(from).iter().filter_map(within).collect();
        assert_eq!(wanted, files, "{page}:{line}: the files of {from}");
        return;
    }
    let text = read(from);
    let all: Vec<_> = text.lines().collect();
    let found = all.windows(lines.len()).any(|window| unindented(window) == wanted);
    assert!(found, "{page}:{line}: {from} has no such lines:\n{}", lines.join("\n"));
}

#[test]
fn every_example_is_quoted() {
    let mut pages = files_below("docs");
    pages.retain(|path| path.ends_with(".md"));
    pages.extend(root().join("README.md").is_file().then(|| "README.md".to_owned()));
    let mut count = 0;
    for page in &pages {
        let text = read(page);
        let quotes = quotes(page, &text);
        quotes.iter().for_each(check_quote);
        count += quotes.len();
        if page == "docs/diagnostics.md" {
            assert!(quotes.len() >= 2 * Code::ALL.len(), "a wrong and a right example for each code");
        }
    }
    assert!(count > 0, "{pages:?} quote nothing");
}
