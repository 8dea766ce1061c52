//! Strings that contain several groups: where they are split, and which are lists of another kind and are not split.

/// What reading groups needs to know about a mapping: a known name can contain the delimiter of a string that is split.
pub(crate) trait KnownNames {
    /// The most delimiters that a known name contains.
    fn max_delimiters(&self) -> usize;

    /// Whether a rule or an alias names this group exactly, letter case ignored where the rule ignores it.
    fn is_known(&self, name: &[u8]) -> bool;

    /// Whether any pattern matches this name.
    fn is_matched(&self, name: &[u8]) -> bool;

    /// Whether a name, or a glob as the compiler lowers it, matches this name.
    fn matches(&self, pattern: &str, name: &[u8]) -> bool;
}

/// The position of the first delimiter.
pub(crate) fn find(text: &[u8], delimiter: &[u8]) -> Option<usize> {
    text.windows(delimiter.len().max(1)).position(|window| window == delimiter)
}

pub(crate) fn split<'a>(joined: &'a [u8], delimiter: &[u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = (!joined.is_empty()).then_some(joined);
    core::iter::from_fn(move || {
        let current = rest?;
        let (part, next) = match find(current, delimiter) {
            Some(at) => (current.get(..at)?, current.get(at + delimiter.len()..)),
            None => (current, None),
        };
        rest = next;
        Some(part)
    })
}

/// Whether a text looks like a JSON array that is empty, or of strings or objects. Such a text is not one name, but
/// `[1,2]` may be one.
pub(crate) fn is_json_list(text: &[u8]) -> bool {
    let inner = text.trim_ascii().strip_prefix(b"[").and_then(|text| text.strip_suffix(b"]"));
    inner.is_some_and(|inner| {
        let inner = inner.trim_ascii();
        let quoted = inner.starts_with(b"\"") && inner.ends_with(b"\"");
        inner.is_empty() || quoted || inner.starts_with(b"{") && inner.ends_with(b"}")
    })
}

/// Whether a text is a list with its brackets, such as `[a, b]`, or an object in JSON. It is not split, because its
/// brackets would end up in names. In `[EU] staff` and `[EU],[US]` the first bracket belongs to a name.
pub(crate) fn is_list(text: &[u8]) -> bool {
    let trimmed = text.trim_ascii();
    let is_object = trimmed.ends_with(b"}")
        && trimmed.strip_prefix(b"{").is_some_and(|inner| inner.trim_ascii_start().starts_with(b"\""));
    if is_json_list(text) || is_object {
        return true;
    }
    let mut depth = 0u32;
    let closing = trimmed.iter().position(|byte| {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    trimmed.starts_with(b"[") && closing == Some(trimmed.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::{is_json_list, is_list, split};

    #[test]
    fn is_list_accepts_lists_with_brackets_but_not_names() {
        fn check(text: &str, list: bool, json: bool) {
            assert_eq!((is_list(text.as_bytes()), is_json_list(text.as_bytes())), (list, json), "{text}");
        }
        check("[a, b]", true, false);
        check("[a]", true, false);
        check("[[a], [b]]", true, false);
        check(" [a,b] \n", true, false);
        check("[1,2]", true, false);
        check("[]", true, true);
        check("[ ]", true, true);
        check(r#"["a","b"]"#, true, true);
        check(r#"[ "a]", "b" ]"#, true, true);
        check(r#"["a]x","[b"]"#, true, true);
        check(r#"[{"name": "a"}]"#, true, true);
        check(r#"{"a": 1}"#, true, false);
        check(r#"{ "a": ["b"]}"#, true, false);
        check("", false, false);
        check("a", false, false);
        check("[EU] staff", false, false);
        check("[EU] staff,editors", false, false);
        check("[EU],[US]", false, false);
        check("[EU] staff,x [US]", false, false);
        check("staff [EU]", false, false);
        check("[", false, false);
        check("]", false, false);
        check("[a", false, false);
        check("[a]]", false, false);
        check("{6f1c2a54-0e7e-4f5b-9b62-2f6d8e0c9a11}", false, false);
    }

    #[test]
    fn split_cuts_at_every_delimiter() {
        fn check(joined: &str, delimiter: &str, expected: &[&str]) {
            let parts: Vec<_> = split(joined.as_bytes(), delimiter.as_bytes()).collect();
            let expected: Vec<_> = expected.iter().map(|part| part.as_bytes()).collect();
            assert_eq!(parts, expected);
        }
        check("", ",", &[]);
        check("a", ",", &["a"]);
        check("a,b", ",", &["a", "b"]);
        check(",a,", ",", &["", "a", ""]);
        check("a; b; c", "; ", &["a", "b", "c"]);
    }
}
