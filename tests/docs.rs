//! The documentation describes what the program does: every code is listed, and every quoted example is in its file.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

#[path = "support/diagnostic_pages.rs"]
mod diagnostic_pages;
#[path = "support/files.rs"]
mod files;

use claimsmith::compiler::compile;
use claimsmith::diagnostic::{Code, Severity, SourceFile};
use claimsmith::event::Event;
use claimsmith::format::format;
use claimsmith::{Bundle, Note, Reason, evaluate};
use diagnostic_pages::Variant;
use files::{files_below, read, root};

#[test]
fn reasons_and_notes_are_listed() {
    let page = read("docs/language/reasons.md");
    let reasons = Reason::ALL.iter().map(|reason| reason.code());
    for code in reasons.chain(Note::ALL.iter().map(|note| note.code())) {
        let row = format!("| `{code}` |");
        assert!(
            page.lines().any(|line| line.starts_with(&row)),
            "`{code}` is not in docs/language/reasons.md"
        );
    }
}

/// A line of the list of codes in docs/diagnostics.md: the subject, and the codes as they are linked.
fn codes_by_subject(page: &str) -> Vec<(&str, Vec<&str>)> {
    let (_, list) = page.split_once("\nThe codes by subject:\n\n").expect("a list of codes");
    let lines = list.lines().map_while(|line| line.strip_prefix("- ")?.split_once(": "));
    lines.map(|(subject, links)| (subject, links.split(", ").collect())).collect()
}

#[test]
fn diagnostics_are_listed_by_subject() {
    let page = read("docs/diagnostics.md");
    let link = |code: &Code| format!("[`{0}`](#{0})", code.name());
    let mut missing: Vec<_> = Code::ALL.iter().map(link).collect();
    for (subject, links) in codes_by_subject(&page) {
        for listed in links {
            let code = Code::ALL.iter().find(|code| link(code) == listed);
            let code = code.unwrap_or_else(|| panic!("{subject}: {listed} is not a code"));
            assert_eq!(code.severity() == Severity::Warning, subject == "Warnings", "{listed}");
            let at = missing.iter().position(|it| it == listed);
            missing.remove(at.unwrap_or_else(|| panic!("{subject}: {listed} is listed twice")));
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
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

/// The files that docs/language/index.md begins with.
const START: &str = "tests/fixtures/start";

#[test]
fn the_files_to_start_from_have_no_findings_and_pass_their_cases() {
    let source = |path: String| SourceFile { text: read(&path), path };
    let mut files: Vec<_> = files_below(START).into_iter().map(source).collect();
    assert_eq!(files.len(), 3);
    let page = read("docs/language/index.md");
    for file in &mut files {
        assert!(page.contains(&file.text), "docs/language/index.md does not show the whole of {}", file.path);
        assert_eq!(format(file).expect("it can be formatted"), file.text, "{}", file.path);
        file.path = file.path.trim_start_matches(START).trim_start_matches('/').to_owned();
    }
    let compilation = compile(&files);
    assert!(compilation.diagnostics.is_empty(), "{:#?}", compilation.diagnostics);
    let platform = compilation.platform.expect("there is no error");
    let bundle = Bundle::decode(&platform.bundle).expect("the compiler's bundles decode");
    assert_eq!(platform.cases.len(), 2);
    for case in &platform.cases {
        let result = case.run(&bundle);
        assert!(result.failures.is_empty(), "{}: {result:#?}", case.name);
    }
}

#[test]
fn the_event_of_the_readme_is_enough_to_grant() {
    let yaml = files_below("mappings").into_iter().filter(|path| path.ends_with(".yaml"));
    let files: Vec<_> = yaml
        .map(|path| SourceFile { text: read(&path), path: path.trim_start_matches("mappings/").to_owned() })
        .collect();
    let platform = compile(&files).platform.expect("the sample has no errors");
    let bundle = Bundle::decode(&platform.bundle).expect("the compiler's bundles decode");
    let json = serde_json::from_str(&read("tests/fixtures/events/acme.json")).expect("JSON");
    let event = Event::from_json(json).expect("an event");
    let fetched = event.fetch(&bundle);
    let login = fetched.login();
    let evaluation = evaluate(&bundle, &login);
    assert_eq!(evaluation.reason, Reason::Ok);
    assert_eq!(evaluation.groups.len(), 1);
}
