//! What the reference of the language says of one of its words: the sections about it, and the rows of tables.

use std::collections::BTreeSet;

use super::{PAGES, Page, anchor};

/// The most places that are named besides the sections.
const MOST_ROWS: usize = 8;

/// What the reference says of a word, in Markdown; `None` if it has no section and no row about it.
pub(crate) fn help(word: &str) -> Option<String> {
    let word = word.trim_matches('`').to_lowercase();
    let pages = || PAGES.iter().filter(|page| is_reference(page));
    let mut parts = Vec::new();
    for page in pages() {
        if let Some(section) = page.section(&word).filter(|section| !section.starts_with("# ")) {
            parts.push(format!("From `claimsmith help {} {word}`:\n\n{section}", page.name));
        }
    }
    let rows: Vec<String> = pages().flat_map(|page| rows(page, &word)).take(MOST_ROWS).collect();
    if !rows.is_empty() {
        parts.push(format!("In tables of the reference:\n\n{}", rows.join("\n")));
    }
    if parts.is_empty() { None } else { Some(parts.join("\n\n") + "\n") }
}

/// Every word that [`help`] knows.
pub(crate) fn all() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for page in PAGES.iter().filter(|page| is_reference(page)) {
        words.extend(page.headings().into_iter().map(anchor));
        for (_, line) in lines(page) {
            words.extend(keys(line).into_iter().map(str::to_owned));
        }
    }
    words
}

/// Whether a page belongs to the reference of the language.
fn is_reference(page: &Page) -> bool {
    page.path.starts_with("language/")
}

/// The rows of a page whose first cell has the word as a key, each with the place of the section that it is in.
fn rows(page: &Page, word: &str) -> Vec<String> {
    let is_about = |line: &&str| keys(line).contains(&word);
    let found = lines(page).into_iter().filter(|(_, line)| is_about(line));
    found
        .map(|(section, line)| {
            // Whether a key is required says little without the names of the columns.
            let says = |cell: &&str| !matches!(*cell, "" | "|" | "yes" | "no");
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).filter(says).collect();
            format!("- {}\n  `claimsmith help {} {}`", cells.join(": "), page.name, anchor(section))
        })
        .collect()
}

/// The keys that the first cell of a row names, in backticks.
fn keys(line: &str) -> Vec<&str> {
    let Some(cell) = line.strip_prefix("| `") else { return Vec::new() };
    let first = cell.split(" | ").next().unwrap_or_default();
    first.split('`').step_by(2).filter(|key| is_word(key)).collect()
}

fn is_word(key: &str) -> bool {
    !key.is_empty()
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether a section lists codes, which [`code`](super::code) knows.
fn is_code_list(heading: &str) -> bool {
    matches!(heading, "Reason codes" | "Notes")
}

/// The lines of a page outside code, each with the heading that it is under.
fn lines(page: &Page) -> Vec<(&'static str, &'static str)> {
    let (mut in_code, mut heading, mut lines) = (false, "", Vec::new());
    for line in page.text.lines() {
        in_code ^= line.starts_with("```");
        if in_code {
            continue;
        }
        if line.starts_with('#') {
            heading = line.trim_start_matches('#').trim();
        } else if !is_code_list(heading) {
            lines.push((heading, line));
        }
    }
    lines
}
