//! Every code of a diagnostic has a page with examples in `tests/diagnostics/` and a heading in `docs/diagnostics.md`.
//! What is on the pages is checked in `crates/cli/tests/command/diagnostics.rs`, where the command can run.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

#[path = "support/diagnostic_pages.rs"]
mod diagnostic_pages;
#[path = "support/files.rs"]
mod files;

use std::collections::BTreeSet;

use claimsmith::compiler::compile_whole;
use claimsmith::diagnostic::{Code, Severity, SourceFile};
use diagnostic_pages::pages;
use files::{read, root};

const EXPLANATIONS: &str = "docs/diagnostics.md";

#[test]
fn every_code_has_its_heading() {
    let page = read(EXPLANATIONS);
    let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let codes: Vec<_> = Code::ALL.iter().map(|code| format!("`{}`", code.name())).collect();
    assert_eq!(headings, codes);
}

#[test]
fn warnings_are_marked_as_such() {
    let page = read(EXPLANATIONS);
    for code in Code::ALL {
        let (_, section) = page.split_once(&format!("\n## `{}`\n\n", code.name())).expect("a heading");
        let is_warning = section.starts_with("This is a warning.\n");
        assert_eq!(is_warning, code.severity() == Severity::Warning, "{}", code.name());
    }
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages: Vec<_> = pages(root()).into_iter().map(|page| page.code).collect();
    let mut codes: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
    codes.sort_unstable();
    assert_eq!(pages, codes);
}

#[test]
fn variants_are_named_after_the_code_and_differ() {
    let mut names = BTreeSet::new();
    for page in pages(root()) {
        assert!(!page.variants.is_empty(), "{}", page.code);
        for variant in page.variants {
            let suffix = variant.name.strip_prefix(&page.code);
            let is_named = suffix.is_some_and(|suffix| suffix.is_empty() || suffix.starts_with('.'));
            assert!(is_named, "{} is on the page of `{}`", variant.name, page.code);
            assert!(names.insert(variant.name.clone()), "{} is there twice", variant.name);
        }
    }
}

#[test]
fn writing_expected_texts_anew_changes_nothing_else() {
    for page in pages(root()) {
        let texts: Vec<_> = page.variants.iter().map(|variant| page.expected(variant).to_owned()).collect();
        assert_eq!(page.with_expected(&texts), page.text);
    }
}

#[test]
fn helps_name_sections_of_the_documentation_that_exist() {
    let helps = Code::ALL.iter().map(|code| code.help().to_owned());
    let expected = pages(root()).into_iter().map(|page| page.text);
    let mut found = 0;
    for text in helps.chain(expected) {
        for words in text.split("`claimsmith help ").skip(1) {
            let words = words.split('`').next().expect("the words of a command");
            let (page, section) = words.split_once(' ').unwrap_or((words, ""));
            let folder = ["docs/language", "docs/guides"]
                .into_iter()
                .find(|folder| root().join(folder).join(format!("{page}.md")).is_file());
            let text = read(&format!("{}/{page}.md", folder.expect("a page")));
            let headings = text.lines().filter(|line| line.starts_with('#')).map(anchor);
            assert!(section.is_empty() || headings.into_iter().any(|it| it == section), "{words}");
            found += 1;
        }
    }
    assert!(found > 5, "{found}");
}

#[test]
fn changelog_quotes_messages_that_are_printed() {
    let changelog = read("CHANGELOG.md");
    let (_, table) =
        changelog.split_once("| typed | before | now | example |").expect("the table of messages");
    let pages = pages(root());
    let mut rows = 0;
    for row in table.lines().skip(2).take_while(|row| row.starts_with('|')) {
        // A bar that is part of a text is escaped.
        let row = row.replace("\\|", "\u{0}");
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect();
        let [_, _, _, now, example, _] = cells.as_slice() else { panic!("{row} has four cells") };
        let name = example.trim_matches('`');
        let found = pages.iter().flat_map(|page| page.variants.iter().map(move |it| (page, it)));
        let (page, variant) = found.into_iter().find(|(_, it)| it.name == name).expect(name);
        assert!(page.expected(variant).contains(now.as_str()), "{name} does not print {now}");
        rows += 1;
    }
    assert!(rows > 40, "{rows}");
}

/// The anchor of a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_'));
    kept.map(|char| if char == ' ' { '-' } else { char }).collect()
}

/// What `validate` says about a mapping whose only rule has a condition that can never hold, with `lints` and `allow`.
fn findings(lints: &str, allow: &str) -> (Vec<(&'static str, &'static str)>, usize, bool) {
    let text = format!(
        "version: 1
platform:
  applications: {{ qlik: {{ clients: [Zx81], claim: https://claims.example.com/groups }} }}
  groups: {{ viewers: {{ applications: [qlik], description: May view. }} }}
  lints: {lints}
organizations:
  acme:
    connections: {{ acme: {{ strategy: waad }} }}
    allow: {allow}
    rules: [{{ id: view, when: {{ strategy: okta }}, match: {{ exact: GG }}, grant: viewers }}]
"
    );
    let text = text.replace("    allow: {}\n", "");
    let compilation = compile_whole(&SourceFile { path: "a.yaml".to_owned(), text });
    let found = compilation.diagnostics.iter().map(|it| (it.code.name(), it.severity.name())).collect();
    (found, compilation.suppressed.len(), compilation.platform.is_some())
}

#[test]
fn lints_and_allow_apply_to_errors_about_what_never_happens() {
    let allow = "{ impossible-condition: Okta comes in May. }";
    let code = "impossible-condition";
    assert_eq!(findings("{}", "{}"), (vec![(code, "error")], 0, false));
    assert_eq!(findings("{ impossible-condition: warning }", "{}"), (vec![(code, "warning")], 0, true));
    assert_eq!(findings("{ impossible-condition: \"off\" }", "{}"), (vec![], 0, true));
    assert_eq!(findings("{}", allow), (vec![], 1, true));
    let (found, suppressed, builds) = findings("{ impossible-condition: error }", allow);
    assert!(found.contains(&(code, "error")) && found.contains(&("unused-allow", "warning")), "{found:?}");
    assert_eq!((suppressed, builds), (0, false));
}
