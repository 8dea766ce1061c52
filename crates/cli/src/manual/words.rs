//! What the reference of the language says of one of its words: the sections about it, and the rows of tables.

use std::collections::BTreeSet;

use super::{PAGES, Page, anchor, is_code_list};

/// The most places that are named besides the sections.
const MOST_ROWS: usize = 8;

/// What the reference says of a word, as plain text; `None` if it has no section and no row about it.
pub(crate) fn help(word: &str) -> Option<String> {
    let word = word.trim_matches('`').to_lowercase();
    let pages = || PAGES.iter().filter(|page| is_reference(page));
    let mut parts = Vec::new();
    for page in pages() {
        if let Some(section) = page.section(&word).filter(|section| !section.starts_with("# ")) {
            let section = page.plain(section);
            parts.push(format!("From `claimsmith help {} {word}`:\n\n{}", page.name, section.trim_end()));
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
    let (mut rows, mut columns) = (Vec::new(), Vec::new());
    let lines = lines(page);
    for (at, (section, line)) in lines.iter().enumerate() {
        if lines.get(at + 1).is_some_and(|(_, next)| next.starts_with("| ---")) {
            columns = cells(line);
        } else if keys(line).contains(&word) {
            let described: Vec<String> = cells(line).iter().zip(&columns).filter_map(described).collect();
            let place = format!("`claimsmith help {} {}`", page.name, anchor(section));
            rows.push(format!("- {}\n  {place}", page.without_links(&described.join(": "))));
        }
    }
    rows
}

/// A cell with the name of its column, if it needs that to be understood; `None` if it says nothing.
fn described((cell, column): (&&str, &&str)) -> Option<String> {
    match *column {
        _ if cell.is_empty() => None,
        // Whether a key is required does not explain it.
        "required" => None,
        "default" => Some(format!("(default {cell})")),
        _ => Some((*cell).to_owned()),
    }
}

/// The cells of a row. A bar that is part of a text has a backslash before it.
fn cells(line: &str) -> Vec<&str> {
    let inside = line.trim().trim_start_matches('|').trim_end_matches('|');
    let (mut cells, mut start) = (Vec::new(), 0);
    for (at, _) in inside.match_indices('|') {
        if inside.get(..at).is_some_and(|before| !before.ends_with('\\')) {
            cells.extend(inside.get(start..at).map(str::trim));
            start = at + 1;
        }
    }
    cells.extend(inside.get(start..).map(str::trim));
    cells
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

/// The lines of a page outside code and outside the lists of codes, each with the heading that it is under.
fn lines(page: &Page) -> Vec<(&'static str, &'static str)> {
    page.lines().into_iter().filter(|(heading, _)| !is_code_list(heading)).collect()
}
