//! Patterns of mapping files are parsed in one place only, so that they cannot be parsed twice or in two ways.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

use regex::Regex;

#[path = "support/files.rs"]
mod files;

/// The functions that parse patterns and grants, and the builders of the libraries that do.
const PARSERS: [&str; 5] =
    ["Glob::parse", "ParsedRegex::parse", "GrantText::parse", "GlobBuilder::new", "RegexBuilder::new"];

/// The only file outside `src/patterns/` that may call them.
const PLACE: &str = "src/language/parsed_patterns.rs";

#[test]
fn pattern_texts_are_parsed_in_one_place() {
    let comments = Regex::new(r"//[^\n]*").expect("a regular expression");
    let mut callers: Vec<String> = Vec::new();
    for path in files::files_below("src") {
        let is_test = path.contains("/tests") || path.ends_with("samples.rs");
        if is_test || path.starts_with("src/patterns/") {
            continue;
        }
        let text = files::read(&path);
        let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
        let code = comments.replace_all(code, "");
        if PARSERS.iter().any(|parser| code.contains(parser) || code.contains(&format!("{parser}_"))) {
            callers.push(path);
        }
    }
    assert_eq!(callers, [PLACE]);
    let place = files::read(PLACE);
    for parser in ["Glob::parse_with_captures(", "ParsedRegex::parse(", "GrantText::parse("] {
        assert_eq!(place.matches(parser).count(), 1, "{parser}");
    }
}
