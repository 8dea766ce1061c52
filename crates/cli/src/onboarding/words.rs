//! Words of a kit, as Markdown.

use crate::escape::escaped;

/// How a place begins that a person has to fill in. `onboard --check` lists these.
pub(crate) const TODO: &str = "TODO: ";

/// A place that a person has to fill in.
pub(crate) fn todo(what: &str) -> String {
    format!("{TODO}{what}")
}

/// A text that an option may give.
pub(crate) fn given(text: Option<&str>, what: &str) -> String {
    text.map_or_else(|| todo(what), plain)
}

/// A text of a stranger as plain text in a cell of a table.
pub(crate) fn plain(text: &str) -> String {
    let mut safe = String::new();
    for char in escaped(text).chars() {
        if matches!(char, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '{' | '}') {
            safe.push('\\');
        }
        safe.push(char);
    }
    safe
}

/// A text of a stranger as code. Inside, `|` is escaped, as a cell of a table needs.
pub(crate) fn code(text: &str) -> String {
    let text = escaped(text).replace('|', "\\|");
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let is_at_end = text.is_empty() || text.starts_with('`') || text.ends_with('`');
    let space = if is_at_end { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Texts as code, with commas.
pub(crate) fn codes<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().map(code).collect::<Vec<_>>().join(", ")
}

/// A row of a table.
pub(crate) fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::{code, plain};

    #[test]
    fn texts_of_strangers_have_no_markup() {
        assert_eq!(plain("<b> a|b *c* [d](e)\n"), r"\<b\> a\|b \*c\* \[d\](e)\\n");
        assert_eq!(code("it-admins"), "`it-admins`");
        assert_eq!(code("a`b|c"), "``a`b\\|c``");
        assert_eq!(code("`"), "`` ` ``");
    }
}
