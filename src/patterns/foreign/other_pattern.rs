//! Patterns of one language in the place of another: globs, regular expressions and patterns of SQL.

use super::super::glob::Glob;
use super::super::regex::ParsedRegex;
use super::{Foreign, MatchEffect, ReadAs, shown};
use crate::matching::glob::{ANY, ONE};
use crate::text::quotes::{quoted, single_quoted};

pub(super) fn find(text: &str, read_as: ReadAs<'_>) -> Option<Foreign> {
    let text_shown = shown(text);
    let key = match read_as {
        ReadAs::Text(key) => key,
        ReadAs::Glob => "glob",
        ReadAs::Regex => "regex",
        ReadAs::Name => return in_name(text),
    };
    if read_as == ReadAs::Regex {
        return in_regex(text).or_else(|| like(text, key));
    }
    if let Some(sign) = extended_sign(text) {
        let message = format!(
            "`{text_shown}` looks like an extended glob of a shell, which this language does not have"
        );
        let help = match sign {
            '!' => "name the groups that are meant; leave others out by `none`, or with a rule that excludes",
            _ => "write each alternative as a pattern of its own, in a list",
        };
        return Some(Foreign::new(message, help));
    }
    if is_regex(text, read_as == ReadAs::Glob) {
        let message = match read_as {
            ReadAs::Glob => format!("`{text_shown}` looks like a regular expression, and is read as a glob"),
            _ => format!("`{text_shown}` looks like a regular expression, and `{key}` compares it as it is"),
        };
        return Some(Foreign::new(message, as_regex(text, key, Shown::Effect)));
    }
    if read_as == ReadAs::Glob {
        return like(text, key);
    }
    if is_glob(text) && (text.len() > 1 || matches!(key, "exact" | "equals")) {
        let message = format!("`{text_shown}` looks like a glob, and `{key}` compares it as it is");
        let help = match Glob::parse(text) {
            Ok(_) => written_glob(text, key).map_or_else(whole, |it| format!("write `{it}`")),
            Err(_) => "write it under `glob`".to_owned(),
        };
        return Some(Foreign::new(message, help));
    }
    like(text, key)
}

/// The help where a pattern would match everything.
fn whole() -> String {
    "name the groups or texts that are meant, or a part that they all have".to_owned()
}

/// Names that are declared are compared as they are written.
fn in_name(text: &str) -> Option<Foreign> {
    let is_anchored = text.starts_with('^') && text.ends_with('$');
    if !text.contains('*') && !is_anchored && !is_like(text) {
        return None;
    }
    let sign = if is_anchored {
        "^"
    } else if text.contains('*') {
        "*"
    } else {
        "%"
    };
    let message = format!("`{}` has a `{sign}`, and is compared as it is written", shown(text));
    Some(Foreign::new(message, "write what is meant in full, and each of several by itself"))
}

/// Whether a text has signs that only regular expressions have.
pub(super) fn is_regex(text: &str, in_glob: bool) -> bool {
    let body = within_slashes(text).map_or(text, |(body, _)| body);
    body.len() < text.len()
        || text.starts_with('^')
        || text.contains("(?")
        || [".+", "]+", ")+", ")*", "\\d+", "\\w+", "\\s+", "\\d{", "\\w{", "\\d\\d"]
            .iter()
            .any(|it| text.contains(it))
        || has_alternatives(text)
        || has_class(text)
        || has_any(text, in_glob)
}

/// The sign before the brackets with which an extended glob of a shell begins, such as `!(a|b)*`.
fn extended_sign(text: &str) -> Option<char> {
    let (before, rest) = text.split_once('(')?;
    let is_closed = rest.contains(')');
    before.chars().next().filter(|it| is_closed && before.len() == 1 && "!@+?*".contains(*it))
}

/// Whether alternatives are separated as in a regular expression, without spaces: a name may have ` | `.
fn has_alternatives(text: &str) -> bool {
    let mut parts = text.split('|');
    let is_tight = |part: &str| !part.is_empty() && part.trim() == part;
    text.contains('|') && parts.all(is_tight)
}

/// Whether the `\d` or `\w` of a text cannot be the beginning of a name after its domain.
fn has_class(text: &str) -> bool {
    ["\\d", "\\w", "\\s"].iter().any(|class| {
        text.split_once(class).is_some_and(|(before, after)| {
            // No name after a domain has one letter.
            (!before.ends_with(char::is_alphanumeric) || after.is_empty())
                && !after.starts_with(char::is_alphanumeric)
        })
    })
}

/// Whether a text has `.*`. A glob may have a point before its `*`.
fn has_any(text: &str, in_glob: bool) -> bool {
    text.match_indices(".*").any(|(at, any)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + any.len()..).unwrap_or_default();
        !in_glob || !before.ends_with(char::is_alphanumeric) || !after.is_empty() && !after.starts_with('.')
    })
}

/// What a glob such as `BI.*` or `BI.?` looks like where no other name has a point.
///
/// In a rule that grants, the names with a point come first, which are fewer.
pub(crate) fn with_point(text: &str, effect: MatchEffect) -> Option<Foreign> {
    let stem = text.strip_suffix(".*").or_else(|| text.strip_suffix(".?"))?;
    if !stem.ends_with(char::is_alphanumeric) || stem.contains(['.', '*', '?', '{', '[']) {
        return None;
    }
    let message = format!(
        "`{}` looks like a regular expression, and as a glob matches only names with the `.`",
        shown(text)
    );
    let begins = shown(stem);
    let wider = if text.ends_with('?') {
        format!(
            "{}, which matches `{begins}` with or without one more character",
            as_regex(text, "glob", Shown::Expression)
        )
    } else {
        let glob = quoted(&format!("{stem}*"));
        format!("write `glob: {glob}`, which matches every name that begins with `{begins}`")
    };
    let right = format!(
        "if only names that begin with `{begins}.` are meant, the glob is right: allow `foreign-syntax` with a reason"
    );
    let help = if effect.is_against_access() {
        format!("{wider}; {right}")
    } else {
        format!("{right}; otherwise {wider}")
    };
    Some(Foreign { message, help, says_if_right: true })
}

/// Whether a text has signs of globs.
fn is_glob(text: &str) -> bool {
    let is_one = |(at, _): (usize, &str)| {
        let [before, after] = [text.get(..at), text.get(at + 1..)].map(Option::unwrap_or_default);
        after.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '?' | '*'))
            || before.ends_with(['-', '_', '?', '.'])
    };
    let alternatives = text.split_once('{').and_then(|(_, after)| after.split_once('}'));
    let class = text.split_once('[').and_then(|(_, after)| after.split_once(']'));
    text.contains('*')
        || text.match_indices('?').any(is_one)
        || alternatives.is_some_and(|(inside, _)| inside.contains(',') && !inside.contains(' '))
        || class.is_some_and(|(inside, _)| {
            inside.starts_with(['!', '^']) || inside.len() == 3 && inside.chars().nth(1) == Some('-')
        })
}

/// What is shown of a regular expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Expression,
    /// A name that it matches as well: more match than before.
    Effect,
}

/// The advice to write a text as a regular expression, which is compared with whole names.
fn as_regex(text: &str, key: &str, shows: Shown) -> String {
    let (body, flags) = within_slashes(text).unwrap_or((text, ""));
    let bare = body.strip_prefix("(?i)").unwrap_or(body);
    let ignore_case = bare.len() < body.len() || flags.contains('i');
    let from_start = bare.strip_prefix('^');
    let inner = from_start.unwrap_or(bare);
    let to_end = inner.strip_suffix('$').filter(|inner| !inner.ends_with('\\'));
    let inner = to_end.unwrap_or(inner);
    let before = if to_end.is_some() && from_start.is_none() && !inner.starts_with(".*") { ".*" } else { "" };
    let after = if from_start.is_some() && to_end.is_none() && !inner.ends_with(".*") { ".*" } else { "" };
    let regex = format!("{before}{inner}{after}");
    match ParsedRegex::parse(&regex, ignore_case) {
        Ok(parsed) if parsed.matches_everything() => whole(),
        Ok(parsed) => {
            let case = if ignore_case { ", with `ignore-case: true`" } else { "" };
            let effect = match shows {
                Shown::Expression => None,
                Shown::Effect => parsed.example(&[]).filter(|example| example != text),
            };
            let effect = effect.map(|example| format!(", which also matches `{}`", shown(&example)));
            let written = with_key("regex", &single_quoted(&regex), key);
            format!("write `{written}`{case}{}", effect.unwrap_or_default())
        }
        Err(_) => "write it as a regular expression for whole names under `regex`".to_owned(),
    }
}

/// The body and the flags of an expression between slashes, such as `/^bi/i`.
fn within_slashes(text: &str) -> Option<(&str, &str)> {
    let (body, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    let is_flagged = !flags.is_empty() && flags.len() <= 3 && flags.chars().all(|it| "gimsux".contains(it));
    let is_whole = flags.is_empty() && !body.contains('/');
    let has_signs = body.contains(['^', '$', '*', '+', '\\', '|']);
    (!body.is_empty() && (is_whole || is_flagged && has_signs)).then_some((body, flags))
}

/// A regular expression that looks like something else.
fn in_regex(text: &str) -> Option<Foreign> {
    let text_shown = shown(text);
    if let Some((body, flags)) = within_slashes(text) {
        let message = format!("the slashes around `{text_shown}` are part of the expression");
        let case = if flags.contains('i') { ", with `ignore-case: true`" } else { "" };
        return Some(Foreign::new(message, format!("write `regex: {}`{case}", single_quoted(body))));
    }
    if let Some(class) = class_after_domain(text) {
        let message = format!("`{class}` in `{text_shown}` is a class of characters, and not a backslash");
        let doubled = text.replacen('\\', "\\\\", 1);
        return Some(Foreign::new(message, format!("write `regex: {}`", single_quoted(&doubled))));
    }
    let sign = repeated(text)?;
    let glob = glob_for_regex(text)?;
    let message =
        format!("`{text_shown}` looks like a glob: in a regular expression, `{sign}*` repeats `{sign}`");
    Some(Foreign::new(
        message,
        format!("write `{glob}` if `*` is meant as any text, or `.*` in the expression"),
    ))
}

/// The class that a domain with a backslash after it has made of the first letter of a name.
fn class_after_domain(text: &str) -> Option<&str> {
    let at = text.find('\\')?;
    let (domain, rest) = text.split_at_checked(at)?;
    let class = rest.get(..2).filter(|class| class.ends_with(['d', 'D', 's', 'S', 'w', 'W']))?;
    let is_domain =
        domain.len() > 1 && domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_name = rest.get(2..)?.chars().take(2).filter(char::is_ascii_lowercase).count() == 2;
    (is_domain && is_name).then_some(class)
}

/// The sign before a `*` that is hardly meant to be repeated: a mark, or the last letter.
fn repeated(text: &str) -> Option<char> {
    text.match_indices('*').find_map(|(at, star)| {
        let before = text.get(..at)?;
        let sign = before.chars().next_back()?;
        let is_escaped = before.strip_suffix(sign).is_some_and(|before| before.ends_with('\\'));
        let is_last = at + star.len() == text.len();
        let fits = matches!(sign, '-' | '_' | '/') || is_last && (sign.is_alphanumeric() || sign == ' ');
        (fits && !is_escaped).then_some(sign)
    })
}

/// The key and the value of a glob, if a text that is a regular expression is one that does not match everything.
pub(super) fn glob_for_regex(text: &str) -> Option<String> {
    if text.contains(['(', ')', '+', '^', '$', '\\', '|']) || text.contains(".*") {
        return None;
    }
    if text.contains(['*', '?', '{']) { written_glob(text, "regex") } else { None }
}

/// A pattern of SQL, whose `%` is any text.
fn like(text: &str, key: &str) -> Option<Foreign> {
    if !is_like(text) {
        return None;
    }
    let is_variable = super::marks::is_variable(text.trim_matches('%'));
    let (what, or) = match text.starts_with('%') && text.ends_with('%') && is_variable {
        true => {
            ("a pattern of SQL or a variable", " for a part of the text, or the value of the variable itself")
        }
        false => ("a pattern of SQL", ""),
    };
    let message = format!("`{}` looks like {what}, and `%` has no meaning here", shown(text));
    let help =
        written_glob(&text.replace('%', "*"), key).map_or_else(whole, |it| format!("write `{it}`{or}"));
    Some(Foreign::new(message, help))
}

/// Whether a text begins or ends with a `%` that is next to a letter or a mark, so that it is not a percentage.
fn is_like(text: &str) -> bool {
    let is_near = |char: char| char.is_alphabetic() || matches!(char, '-' | '_' | '.' | '@');
    text.strip_suffix('%').is_some_and(|before| before.ends_with(is_near))
        || text.strip_prefix('%').is_some_and(|after| after.starts_with(is_near))
}

/// A text as a glob, with its key; `None` if it is not one, or matches everything.
pub(super) fn written_glob(text: &str, key: &str) -> Option<String> {
    let glob = Glob::parse(text).ok()?;
    let wildcards = [ANY, ONE].map(char::from);
    let has_text = |pattern: String| pattern.contains(|char| !wildcards.contains(&char));
    glob.patterns_without_captures().all(has_text).then(|| with_key("glob", &quoted(text), key))
}

/// A pattern with its key, in the place of another key.
fn with_key(pattern: &str, text: &str, key: &str) -> String {
    match key {
        "contains" => format!("contains: {{ {pattern}: {text} }}"),
        _ => format!("{pattern}: {text}"),
    }
}
