//! Paths, names of members and delimiters that look like another language.

use super::escaped::decoded;
use super::marks::{quotes, replaced, unquoted};
use super::{Foreign, ReadAs, shown};

/// What a JSON Pointer below `event.user` looks like, if not like one.
pub(crate) fn in_path(text: &str) -> Option<Foreign> {
    let steps: Vec<&str> = text.split('/').skip(1).collect();
    let write = |steps: &[&str]| format!("write `/{}`", shown(&steps.join("/")));
    let message = |what: &str| format!("`{}` {what}", shown(text));
    if let Some(found) = quoted_path(text).or_else(|| replaced(text, ReadAs::Name)) {
        return Some(found);
    }
    if let Some(decoded) = decoded(text) {
        let help = format!("write `{}`", shown(&decoded));
        return Some(Foreign::new(message("has an encoded character, which is not decoded"), help));
    }
    if text.contains(",/") || text.contains(", /") {
        let help = "write each path as a source of its own: `groups: [{ from: … }, { from: … }]`";
        return Some(Foreign::new(message("looks like several paths, and is read as one"), help));
    }
    if steps.iter().any(|step| *step == "*" || step.ends_with("[*]") || step.ends_with("[]")) {
        let help =
            "end the path at the list: `shape: objects` with `field` reads a member of each of its entries";
        return Some(Foreign::new(message("has a wildcard, and paths have none"), help));
    }
    if steps.iter().any(|step| step.ends_with(']') && step.contains('[')) {
        let plain: Vec<String> = steps.iter().map(|step| without_brackets(step)).collect();
        let plain: Vec<&str> = plain.iter().map(String::as_str).collect();
        let help = format!("{}: an entry or a member is a step of its own", write(&plain));
        return Some(Foreign::new(message("has brackets, which are part of a name here"), help));
    }
    let below = match steps.as_slice() {
        ["$", rest @ ..] | ["event", "user", rest @ ..] | ["user", rest @ ..] => rest,
        [first, rest @ ..] if first.starts_with("$.") => {
            let first = first.trim_start_matches("$.");
            let help = write(&[&[first], rest].concat());
            return Some(Foreign::new(message("looks like a JSONPath"), help));
        }
        _ => return None,
    };
    let help = format!("{}: the path begins below `event.user`", write(below));
    (!below.is_empty()).then(|| Foreign::new(message("begins above the user"), help))
}

fn quoted_path(text: &str) -> Option<Foreign> {
    let typographic = ['“', '”', '„', '‘', '’'];
    if !text.contains(typographic) {
        return None;
    }
    let message = format!("`{}` has typographic quotes in it", shown(text));
    Some(Foreign::new(message, format!("write `{}`", shown(&text.replace(typographic, "")))))
}

/// A step such as `groups[0]` or `['a']` as steps of a JSON Pointer.
fn without_brackets(step: &str) -> String {
    let marks = ['[', ']', '\'', '"'];
    let parts: Vec<&str> = step.split(marks).filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

/// What the name of a member of an object looks like.
pub(crate) fn in_member(text: &str, key: &str) -> Option<Foreign> {
    let found = quotes(text).or_else(|| replaced(text, ReadAs::Name));
    if found.is_some() {
        return found;
    }
    if let Some(decoded) = decoded(text) {
        let message = format!("`{}` has an encoded character, which is not decoded", shown(text));
        return Some(Foreign::new(message, format!("write `{}`", shown(&decoded))));
    }
    let is_step = |step: &str| {
        !step.is_empty() && step.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'))
    };
    let has_dots = text.contains('.') && text.split('.').all(is_step);
    let has_slashes = text.contains('/') && text.split('/').all(is_step);
    let is_path = text.starts_with(['$', '.'])
        || text.ends_with(']') && text.contains('[')
        || text.contains("->")
        || text.contains('*');
    if !has_dots && !has_slashes && !is_path {
        return None;
    }
    if key == "field" && !is_path {
        let message = format!("`{}` looks like a path, and a path begins with `/`", shown(text));
        let path = shown(&text.replace('.', "/")).to_string();
        let help = format!("write the name of one member of each object, or `/{path}` for a path inside it");
        return Some(Foreign::new(message, help));
    }
    let bare = without_brackets(text.trim_start_matches(['$', '.']));
    let help = if is_path && is_step(&bare) && bare.parse::<u32>().is_err() {
        format!("write `{bare}`")
    } else {
        "write the name of one member of each object".to_owned()
    };
    let message = format!("`{}` looks like a path, and `{key}` is the name of one member", shown(text));
    Some(Foreign::new(message, help))
}

/// What the delimiter of a string looks like.
pub(crate) fn in_delimiter(text: &str) -> Option<Foreign> {
    const WORDS: [(&str, &str); 6] =
        [("comma", ","), ("semicolon", ";"), ("pipe", "|"), ("space", " "), ("colon", ":"), ("slash", "/")];
    if text.chars().count() < 2 {
        return None;
    }
    let meant = unquoted_delimiter(text)
        .or_else(|| decoded(text))
        .or_else(|| {
            WORDS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, sign)| (*sign).to_owned())
        })
        .or_else(|| escaped_sign(text));
    let message =
        format!("the delimiter `{}` is read as these {} characters", shown(text), text.chars().count());
    if let Some(meant) = meant {
        return Some(Foreign::new(message, format!("write `{}`", shown(&meant))));
    }
    let is_line = matches!(text, "\\t" | "\\n" | "\\r" | "\\r\\n" | "tab" | "newline");
    if is_line {
        let help = "a control character cannot be a delimiter: have the identity provider send a list, or another delimiter";
        return Some(Foreign::new(message, help));
    }
    let is_class = text.starts_with('[') && text.ends_with(']');
    (is_class || text.contains("\\s") || text.contains(" *") || has_alternatives(text))
        .then(|| Foreign::new(message, "write the one text that is between two groups: it is not a pattern"))
}

fn unquoted_delimiter(text: &str) -> Option<String> {
    let inner =
        text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|it| it.chars().count() == 1);
    let slashes = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|it| !it.is_empty());
    inner.or(slashes).or(unquoted(text)).map(str::to_owned)
}

/// The sign of an escape such as `\,`.
fn escaped_sign(text: &str) -> Option<String> {
    let sign = text.strip_prefix('\\')?;
    (sign.chars().count() == 1 && !sign.starts_with(char::is_alphanumeric) && sign != "\\")
        .then(|| sign.to_owned())
}

/// Whether a delimiter is several signs with `|` between them.
fn has_alternatives(text: &str) -> bool {
    let parts: Vec<&str> = text.split('|').collect();
    parts.len() > 1 && parts.iter().all(|part| part.chars().count() == 1 && part.trim() == *part)
}

#[cfg(test)]
mod tests {
    use super::{in_delimiter, in_member, in_path};

    fn help(found: Option<super::Foreign>) -> String {
        found.map(|found| found.help).unwrap_or_default()
    }

    #[test]
    fn paths_of_other_languages_are_found() {
        for (path, expected) in [
            ("/a[0]/b", "write `/a/0/b`"),
            ("/a/['b']", "write `/a/b`"),
            ("/groups[*]", "end the path at the list"),
            ("/a/*/b", "end the path at the list"),
            ("/$.groups", "write `/groups`"),
            ("/event/user/groups", "write `/groups`"),
            ("/user/groups", "write `/groups`"),
            ("/“groups”", "write `/groups`"),
            ("/a%20b", "write `/a b`"),
            ("/groups,/roles", "a source of its own"),
            ("/{{claim}}", "write the text itself"),
        ] {
            assert!(help(in_path(path)).contains(expected), "{path}: {:?}", in_path(path));
        }
        for path in [
            "/groups",
            "/a.b",
            "/info/roles/0",
            "/https:~1~1x.example~1groups",
            "/user",
            "/urn:oid:1.2",
            "/a b",
        ] {
            assert_eq!(in_path(path), None, "{path}");
        }
    }

    #[test]
    fn members_that_look_like_paths_are_found() {
        for (member, expected) in [
            ("$.name", "write `name`"),
            ("$['name']", "write `name`"),
            (".name", "write `name`"),
            ("name.id", "one member of each object"),
            ("name[0]", "one member of each object"),
            ("name/id", "one member of each object"),
            ("“name”", "write `name`"),
            ("{{name}}", "write the text itself"),
        ] {
            assert!(
                help(in_member(member, "field")).contains(expected),
                "{member}: {:?}",
                in_member(member, "field")
            );
        }
        for member in ["name", "@name", "display name", "https://x.example/name", "urn:a:b"] {
            assert_eq!(in_member(member, "field"), None, "{member}");
        }
    }

    #[test]
    fn delimiters_of_other_languages_are_found() {
        for (delimiter, expected) in [
            ("\\,", "write `,`"),
            ("','", "write `,`"),
            ("[;]", "write `;`"),
            ("%2C", "write `,`"),
            ("&#44;", "write `,`"),
            ("comma", "write `,`"),
            ("\\t", "control character"),
            ("[,;]", "not a pattern"),
            (",|;", "not a pattern"),
            ("\\s*,\\s*", "not a pattern"),
        ] {
            assert!(
                help(in_delimiter(delimiter)).contains(expected),
                "{delimiter}: {:?}",
                in_delimiter(delimiter)
            );
        }
        for delimiter in [",", ", ", "||", ";;", " | ", "\\", "::", "^", "#;#"] {
            assert_eq!(in_delimiter(delimiter), None, "{delimiter}");
        }
    }
}
