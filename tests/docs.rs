//! The documentation describes what the program does: every code is listed, and every quoted example is in its file.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

#[path = "support/diagnostic_pages.rs"]
mod diagnostic_pages;
#[path = "support/files.rs"]
mod files;

use claimsmith::diagnostic::Code;
use claimsmith::{Note, Reason};
use diagnostic_pages::Variant;
use files::{files_below, read, root};

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

/// Whole lines of the file that the quote names; if it names a folder, the list of the files in it. A variant of a
/// diagnostic, `tests/diagnostics/CODE.md#VARIANT`, is a folder of which the lines may also be from any file.
fn check_quote(quote: &Quote<'_>, variants: &[Variant]) {
    let Quote { page, line, from, lines } = quote;
    assert!(!lines.is_empty(), "{page}:{line}: the block is empty");
    let wanted = unindented(lines);
    let has_lines = |text: &str| {
        let all: Vec<_> = text.lines().collect();
        all.windows(lines.len()).any(|window| unindented(window) == wanted)
    };
    let found = if let Some((_, name)) = from.split_once('#') {
        let variant = variants.iter().find(|it| *from == format!("{}#{}", it.page(), it.name));
        let files =
            variant.unwrap_or_else(|| panic!("{page}:{line}: there is no variant `{name}`")).files.iter();
        files.clone().any(|file| has_lines(&file.text)) || files.map(|file| &file.path).eq(&wanted)
    } else if root().join(from).is_dir() {
        let within = |path: &String| path.strip_prefix(&format!("{from}/")).map(str::to_owned);
        files_below(from).iter().filter_map(within).eq(wanted.iter().cloned())
    } else {
        has_lines(&read(from))
    };
    assert!(found, "{page}:{line}: {from} has no such lines:\n{}", lines.join("\n"));
}

#[test]
fn quoted_examples_match_their_files() {
    let mut pages = files_below("docs");
    pages.retain(|path| path.ends_with(".md"));
    pages.extend(root().join("README.md").is_file().then(|| "README.md".to_owned()));
    let variants: Vec<_> =
        diagnostic_pages::pages(root()).into_iter().flat_map(|page| page.variants).collect();
    let mut count = 0;
    for page in &pages {
        let text = read(page);
        let quotes = quotes(page, &text);
        quotes.iter().for_each(|quote| check_quote(quote, &variants));
        count += quotes.len();
        if page == "docs/diagnostics.md" {
            assert!(quotes.len() >= 2 * Code::ALL.len(), "a wrong and a right example for each code");
        }
    }
    assert!(count > 0, "{pages:?} quote nothing");
}
