//! Quotes that are part of a text, and texts that other languages replace.

use super::other_pattern::written_glob;
use super::{Foreign, ReadAs, shown};
use crate::text::quotes::quoted;

/// Quotes that people and programs put around a text.
const QUOTES: [(char, char); 14] = [
    ('“', '"'),
    ('”', '"'),
    ('„', '"'),
    ('“', '”'),
    ('„', '“'),
    ('„', '”'),
    ('”', '”'),
    ('‘', '’'),
    ('‚', '‘'),
    ('«', '»'),
    ('»', '«'),
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
];

/// A text without the quotes around it that are not those of YAML.
pub(crate) fn unquoted(text: &str) -> Option<&str> {
    QUOTES.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(*open)?.strip_suffix(*close)?;
        (!inner.trim().is_empty() && !inner.contains([*open, *close])).then_some(inner)
    })
}

/// Whether YAML reads a text as something else if it has no quotes.
fn needs_quotes(text: &str) -> bool {
    text.starts_with(['*', '&', '!', '%', '@', '`', '|', '>', '#', '?', '-'])
        || text.contains(['[', ']', '{', '}', ','])
        || text.contains(": ")
        || text.contains(" #")
}

pub(super) fn quotes(text: &str) -> Option<Foreign> {
    let text_shown = shown(text);
    if let Some(inner) = unquoted(text) {
        const STRAIGHT: [char; 3] = ['"', '\'', '`'];
        let around = match (text.starts_with(STRAIGHT), text.ends_with(STRAIGHT)) {
            (true, true) => "quotes around it, which are part of the text",
            (false, false) => "typographic quotes around it, which are part of the text",
            _ => "quotes around it, one of them typographic, which are part of the text",
        };
        let message = format!("`{text_shown}` has {around}");
        let inner = shown(inner.trim());
        let help = match needs_quotes(&inner) {
            true => format!("write `{}`, with straight quotes", quoted(&inner)),
            false => format!("write `{inner}`, without the quotes"),
        };
        return Some(Foreign::new(message, help));
    }
    if text.contains(['“', '”', '„']) {
        let message = format!("`{text_shown}` has typographic quotes in it");
        if QuotedHalf::of(text).is_some() {
            let help = "YAML knows straight quotes only, so a comma or a colon between these ends the text: write straight \
                        quotes around the whole text";
            return Some(Foreign::new(message, help));
        }
        let help = "remove them, or write straight quotes if the name has those: `'Team \"A\"'`";
        return Some(Foreign::new(message, help));
    }
    None
}

/// An end of a text that was in typographic quotes, and was split at a comma or a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuotedHalf {
    First,
    Last,
}

impl QuotedHalf {
    /// Which half a text is that has one typographic quote, at one end; `None` for all others.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let is_quote = |char: char| matches!(char, '“' | '”' | '„');
        match (text.matches(is_quote).count(), text.starts_with(is_quote), text.ends_with(is_quote)) {
            (1, true, false) => Some(Self::First),
            (1, false, true) => Some(Self::Last),
            _ => None,
        }
    }
}

/// A part of a text that other languages would replace, such as a variable.
pub(super) fn replaced(text: &str, read_as: ReadAs<'_>) -> Option<Foreign> {
    if let (ReadAs::Text(key), Some(capture)) = (read_as, between(text, "${", "}"))
        && super::super::glob::is_capture_name(capture)
    {
        let message = format!("`${{{capture}}}` is a capture of globs, and `{key}` compares it as it is");
        let help = match written_glob(text, key) {
            Some(glob) => format!("write `{glob}`"),
            None => "write the text itself".to_owned(),
        };
        return Some(Foreign::new(message, help));
    }
    let part = template(text).or_else(|| variable(text))?;
    let message = format!("`{}` is not replaced by anything here", shown(&part));
    let help = if part.starts_with("{{") {
        "write the text itself, or move the rule to a template, which has parameters"
    } else {
        "write the text itself: mapping files have no variables"
    };
    Some(Foreign::new(message, help))
}

/// A placeholder of a template engine.
fn template(text: &str) -> Option<String> {
    let is_word = |inside: &str| {
        let inside = inside.trim();
        !inside.is_empty() && !inside.contains(['{', '}', ','])
    };
    for (open, close) in [("${{", "}}"), ("{{", "}}"), ("<%", "%>"), ("#{", "}"), ("%{", "}"), ("$(", ")")] {
        if let Some(inside) = between(text, open, close).filter(|inside| is_word(inside)) {
            return Some(format!("{open}{inside}{close}"));
        }
    }
    let inside = text.strip_prefix('<')?.strip_suffix('>')?;
    (!inside.is_empty() && !inside.contains(['<', '>', '='])).then(|| text.to_owned())
}

/// A variable of a shell, such as `$TEAM`, `${TEAM}` or `%TEAM%`.
fn variable(text: &str) -> Option<String> {
    if let Some(inside) = between(text, "${", "}").filter(|inside| is_variable(inside)) {
        return Some(format!("${{{inside}}}"));
    }
    // A text that is nothing else can be a pattern of SQL.
    if let Some(inside) = between(text, "%", "%").filter(|inside| is_variable(inside))
        && inside.len() + 2 < text.len()
    {
        return Some(format!("%{inside}%"));
    }
    let (before, after) = text.split_once('$')?;
    let end = after.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(after.len());
    let name = after.get(..end)?;
    (!before.ends_with(char::is_alphanumeric) && is_variable(name)).then(|| format!("${name}"))
}

/// Whether a word is the name of a variable of a shell.
pub(super) fn is_variable(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    word.len() > 1 && word.starts_with(|first: char| first.is_ascii_uppercase()) && word.bytes().all(fits)
}

/// The text between two signs.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<&'t str> {
    let (_, after) = text.split_once(open)?;
    after.split_once(close).map(|(inside, _)| inside)
}
