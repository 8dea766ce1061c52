//! The pages of the project: their links, contents and sizes, and what they say about the code.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

#[path = "support/files.rs"]
mod files;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use claimsmith::FORMAT_VERSION;
use files::{files_below, project_files, read, root};

/// The paths of all pages of the project, sorted.
fn pages() -> Vec<String> {
    let mut pages = project_files();
    pages.retain(|path| path.ends_with(".md"));
    pages
}

/// The lines of a page outside fenced blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_fenced = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_fenced ^= is_fence;
        !is_fenced && !is_fence
    })
}

/// The headings of a page below its title.
fn headings(text: &str) -> Vec<String> {
    let below = prose(text).filter(|line| line.starts_with("##"));
    below.map(|line| line.trim_start_matches('#').trim().replace('`', "")).collect()
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|it| it.is_alphanumeric() || matches!(it, '-' | '_')).collect()
}

/// The anchors that are written into a page as HTML.
fn written_anchors(text: &str) -> Vec<&str> {
    text.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors: BTreeSet<_> = written_anchors(text).into_iter().map(str::to_owned).collect();
    for line in prose(text).filter(|line| line.starts_with('#')) {
        let anchor = anchor(line.trim_start_matches('#').trim());
        // GitHub numbers headings with the same text.
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let mut free = std::iter::once(anchor.clone()).chain(numbered).filter(|it| !anchors.contains(it));
        let free = free.next().expect("a free anchor");
        anchors.insert(free);
    }
    anchors
}

/// The targets of the links in a line. What is between backticks is an example, not a link.
fn targets(line: &str) -> Vec<String> {
    let text: String = line.split('`').step_by(2).collect();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.map(str::to_owned).collect()
}

#[test]
fn every_relative_link_resolves() {
    for page in pages() {
        let text = read(&page);
        let folder = Path::new(&page).parent().expect("a page is in a folder");
        for target in prose(&text).flat_map(targets).filter(|it| !it.contains("://")) {
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = if path.is_empty() { root().join(&page) } else { root().join(folder).join(path) };
            assert!(path.exists(), "{page}: `{target}` leads to no file");
            if !anchor.is_empty() {
                let text = fs::read_to_string(path).expect("a page");
                assert!(anchors(&text).contains(anchor), "{page}: `{target}` leads to no section");
            }
        }
    }
}

/// The mark of a line that lists the sections of its page.
const CONTENTS: &str = "On this page: ";

#[test]
fn tables_of_contents_list_all_headings_in_order() {
    for page in pages() {
        let text = read(&page);
        let Some(contents) = text.lines().find_map(|line| line.strip_prefix(CONTENTS)) else {
            assert!(!page.starts_with("docs/language/"), "{page} has no table of contents");
            continue;
        };
        let links: Vec<_> = headings(&text).iter().map(|it| format!("[{it}](#{})", anchor(it))).collect();
        assert_eq!(contents, links.join(", "), "{page}");
    }
}

#[test]
fn pages_keep_to_their_sizes() {
    for page in pages() {
        let most = match page.as_str() {
            "ARCHITECTURE.md" => 20_000,
            "README.md" => 12_000,
            _ if page.starts_with("docs/language/") => 14_000,
            _ => continue,
        };
        let size = read(&page).len();
        assert!(size <= most, "{page} has {size} bytes of at most {most}");
    }
}

/// The sections that docs/mapping.md had when it was the whole reference. Old links still lead to them.
const FORWARDED: [&str; 53] = [
    "the-folder",
    "platformyaml",
    "applications",
    "limits",
    "groups",
    "tiers",
    "ceilings",
    "organizationsnameyaml",
    "which-file-applies",
    "connections",
    "from",
    "several-sources",
    "linked-accounts",
    "shapes",
    "delimited",
    "objects",
    "json",
    "numbers-and-booleans",
    "forms",
    "normalize",
    "absent",
    "overage",
    "cap",
    "provisioned-groups",
    "aliases",
    "rules",
    "match",
    "exact",
    "glob",
    "regex",
    "ignore-case",
    "captures",
    "several-groups",
    "everyone",
    "when",
    "if-unknown",
    "exclude",
    "expires",
    "default",
    "templatesnameversionyaml",
    "how-a-login-is-evaluated",
    "what-comes-out-of-a-login",
    "what-a-login-that-sends-less-gets",
    "policies",
    "refresh-tokens",
    "incomplete-logins",
    "reason-codes",
    "what-this-cannot-say-and-why",
    "test-files",
    "a-platform-in-one-file",
    "names-and-sizes",
    "canonical-form",
    "editor-support",
];

#[test]
fn the_forwarding_page_has_every_old_anchor() {
    assert_eq!(written_anchors(&read("docs/mapping.md")), FORWARDED);
    // Where each leads to is checked with all other links.
    for row in read("docs/mapping.md").lines().filter(|line| line.contains("<a id=")) {
        assert_eq!(targets(row).len(), 1, "{row}");
    }
}

#[test]
fn the_index_of_the_language_begins_with_tasks() {
    let index = read("docs/language/index.md");
    let (_, section) = index.split_once("\n## ").expect("a section");
    let (section, _) = section.split_once("\n## ").expect("another section");
    let rows = section.lines().filter(|line| line.starts_with("| ") && line.contains(".md"));
    let tasks: Vec<_> = rows.collect();
    assert!(tasks.len() >= 15, "{tasks:#?}");
    for task in tasks {
        assert!(targets(task).iter().all(|target| target.contains(".md")), "{task}");
    }
}

#[test]
fn the_spec_of_the_bundle_names_its_version() {
    let layout = format!("version: byte, {FORMAT_VERSION} ");
    assert!(read("docs/spec/bundle.md").contains(&layout), "`{layout}` is not in docs/spec/bundle.md");
}

/// The rooms that ARCHITECTURE.md lists, each with the names of its files.
fn rooms() -> Vec<(String, Vec<String>)> {
    let page = read("ARCHITECTURE.md");
    let (_, section) = page.split_once("\n## Rooms\n").expect("the section");
    let (section, _) = section.split_once("\nOutside `src/`:\n").expect("the end of the core");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("/` |"));
    rows.map(|(room, rest)| {
        let (_, files) = rest.split_once(" | ").expect("a column of files");
        // What is between parentheses explains a file.
        let outside = files.split('(').map(|part| part.split_once(')').map_or(part, |(_, rest)| rest));
        let files: String = outside.collect();
        let names = files.split('`').skip(1).step_by(2).map(|name| name.trim_end_matches('/').to_owned());
        (room.to_owned(), names.collect())
    })
    .collect()
}

#[test]
fn architecture_lists_all_rooms() {
    let listed: BTreeSet<_> = rooms().into_iter().map(|(room, _)| room).collect();
    let entries = fs::read_dir(root().join("src")).expect("src").map(|entry| entry.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<_> = folders.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect();
    assert_eq!(listed, folders);
}

#[test]
fn architecture_names_files_that_exist() {
    for (room, names) in rooms() {
        for name in names {
            let path = format!("src/{room}/{name}");
            let exists = root().join(&path).is_dir() || root().join(format!("{path}.rs")).is_file();
            assert!(exists, "{path}.rs does not exist");
        }
    }
}

/// The text of all files in which tests are, each with its path.
fn test_sources() -> Vec<(String, String)> {
    let folders = ["src", "tests", "crates", "js-shim/test", "scripts"];
    let files = folders.into_iter().flat_map(files_below);
    let is_source = |path: &String| [".rs", ".mjs", ".sh"].iter().any(|end| path.ends_with(end));
    files
        .filter(is_source)
        .map(|path| {
            let text = read(&path);
            (path, text)
        })
        .collect()
}

#[test]
fn every_invariant_names_tests_that_exist() {
    let section = read("docs/design/invariants.md");
    let sources = test_sources();
    let rows = section.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once(" | "));
    let mut count = 0;
    for (invariant, tests) in rows {
        for name in tests.split('`').skip(1).step_by(2) {
            let is_function = name.contains('_') && !name.contains(['.', '/', '*', ' ', '-']);
            let exists = if is_function {
                let [rust, shell] = [format!("fn {name}("), format!("{name}()")];
                sources.iter().any(|(_, text)| text.contains(&rust) || text.contains(&shell))
            } else if name.contains(' ') {
                sources.iter().any(|(path, text)| path.ends_with(".mjs") && text.contains(name))
            } else if name.contains('*') {
                true
            } else if name.contains('/') && name.contains('.') {
                root().join(name).is_file()
            } else if let Some(file) = name.strip_suffix(".yaml") {
                root().join(format!("tests/cases/{file}.yaml")).is_file()
            } else if name.ends_with(".test.mjs") {
                root().join("js-shim/test").join(name).is_file()
            } else {
                continue;
            };
            assert!(exists, "`{name}` does not exist, and should enforce: {invariant}");
            count += 1;
        }
    }
    assert!(count > 100, "{count} tests are named");
}
