//! Signs of other languages in texts that begin or end something, or that are compared as a whole.

use super::other_pattern::find as other_pattern;
use super::{Foreign, ReadAs, shown};
use crate::text::quotes::{quoted, written};

/// Comparisons as programs write them, with the keys that this language has for them; the longest first.
const COMPARISONS: [(&str, &str); 8] = [
    (">=", "at-least"),
    ("=>", "at-least"),
    ("≥", "at-least"),
    ("<=", "at-most"),
    ("=<", "at-most"),
    ("≤", "at-most"),
    (">", "above"),
    ("<", "below"),
];

pub(super) fn find(text: &str, read_as: ReadAs<'_>) -> Option<Foreign> {
    match read_as {
        ReadAs::Text("equals") => in_value(text, "equals").or_else(|| comparison(text)),
        ReadAs::Text(key @ ("contains" | "starts-with")) => in_value(text, key),
        ReadAs::Text("ends-with") => in_value(text, "ends-with").or_else(|| end(text)),
        _ => None,
    }
}

/// What the prefix of a ceiling looks like, if not like the beginning of a name.
pub(crate) fn in_prefix(text: &str) -> Option<Foreign> {
    if let Some(found) = wildcard_after(text) {
        return Some(found);
    }
    let found = other_pattern(text, ReadAs::Text("prefix"))?;
    let help = "write how the names begin, without signs of patterns, or globs under `groups`";
    Some(Foreign::new(found.message, help))
}

/// A beginning with a `*` after it, although anything may follow.
fn wildcard_after(text: &str) -> Option<Foreign> {
    let rest = text.strip_suffix('*')?;
    let rest = rest.strip_suffix('.').unwrap_or(rest);
    let rest = rest.strip_prefix('^').unwrap_or(rest);
    if rest.is_empty() || rest.contains(METACHARACTERS) {
        return None;
    }
    let message = format!("`{}` ends with a `*`, and `prefix` compares it as it is", shown(text));
    Some(Foreign::new(message, format!("write `prefix: {}`; anything may follow a prefix", quoted(rest))))
}

/// An end with the `$` of a regular expression.
fn end(text: &str) -> Option<Foreign> {
    let rest = text.strip_suffix('$')?;
    if rest.is_empty() || rest.contains(METACHARACTERS) {
        return None;
    }
    let message = format!("`{}` ends with a `$`, and `ends-with` compares it as it is", shown(text));
    Some(Foreign::new(message, format!("write `ends-with: {}`; anything may precede it", quoted(rest))))
}

/// Signs of patterns.
const METACHARACTERS: [char; 13] = ['*', '?', '[', ']', '{', '}', '(', ')', '^', '$', '|', '\\', '%'];

/// The rest of a text with an operator for "not" in front, such as `!=x` or `!x`.
fn negated(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("!=").or_else(|| text.strip_prefix("<>"));
    let rest = rest.map(|rest| rest.trim_start_matches('=').trim()).filter(|rest| !rest.is_empty());
    rest.or_else(|| text.strip_prefix('!').filter(|rest| rest.starts_with(char::is_alphanumeric)))
}

/// An operator in the value of a test.
fn in_value(text: &str, key: &str) -> Option<Foreign> {
    let message =
        |what: &str| format!("`{}` looks like {what}, and `{key}` compares it as it is", shown(text));
    if let Some(rest) = negated(text) {
        let help = format!(
            "write `{key}: {}`, and `not` around this test alone, as in `not: {{ user: {{ … }} }}`, next to other tests as before",
            quoted(rest)
        );
        return Some(Foreign::new(message("a comparison"), help));
    }
    let parts: Vec<&str> = text.split("||").map(str::trim).collect();
    if parts.len() > 1 && parts.iter().all(|part| !part.is_empty()) {
        let parts: Vec<String> = parts.iter().map(|part| written(part)).collect();
        let help = format!("write `{key}: [{}]`, of which one is enough", parts.join(", "));
        return Some(Foreign::new(message("several values"), help));
    }
    None
}

/// A value that others must not be, in a list of values of which one is enough.
pub(crate) fn in_list(text: &str, key: &str) -> Option<Foreign> {
    let rest = negated(text)?;
    let found = in_value(text, key)?;
    let help = format!(
        "leave in the list only values of which one is enough, and write what the value must not be as a test of its own, as \
         in `not: {{ user: {{ attribute: …, {key}: {} }} }}`",
        quoted(rest)
    );
    Some(Foreign { help, ..found })
}

/// A value of metadata that is not to be.
pub(crate) fn in_metadata(text: &str, (key, name): (&str, &str)) -> Option<Foreign> {
    let rest = negated(text)?;
    let message = format!("`{}` looks like a comparison, and `{key}` compares it as it is", shown(text));
    let help = format!(
        "leave it out, and write what the value must not be as a condition of its own: `not: {{ {key}: {{ {}: {} }} }}`",
        written(name),
        written(rest)
    );
    Some(Foreign::new(message, help))
}

/// A comparison in front of a number.
fn comparison(text: &str) -> Option<Foreign> {
    let message = || format!("`{}` looks like a comparison, and `equals` compares it as it is", shown(text));
    if let Some(rest) = text.strip_prefix('=') {
        let rest = rest.trim_start_matches('=').trim();
        let is_other = rest.is_empty() || rest.starts_with(['<', '>']);
        if !is_other {
            return Some(Foreign::new(message(), format!("write `equals: {}`", quoted(rest))));
        }
    }
    let (sign, key) = COMPARISONS.iter().find(|(sign, _)| text.starts_with(sign))?;
    let number = text.strip_prefix(sign)?.trim();
    number.parse::<f64>().ok().filter(|number| number.is_finite())?;
    let help =
        format!("write `{key}: {number}`, and `as-number: true` beside it if the number arrives as text");
    Some(Foreign::new(message(), help))
}

#[cfg(test)]
mod tests {
    use super::{find, in_list, in_metadata, in_prefix};
    use crate::patterns::foreign::ReadAs;

    #[track_caller]
    fn check(key: &str, text: &str, help: &str) {
        let found = find(text, ReadAs::Text(key)).expect(text);
        assert!(found.help.contains(help), "{found:?}");
    }

    #[test]
    fn comparisons_are_found_in_values() {
        check("equals", ">5", "`above: 5`");
        check("equals", ">= 5", "`at-least: 5`");
        check("equals", "<=-1.5", "`at-most: -1.5`");
        check("equals", "!=x", "`equals: \"x\"`, and `not` around this test alone");
        check("equals", "==x", "write `equals: \"x\"`");
        for text in [">", "> a", "<a@acme.example>", "=", "a>5", "<5 years", ">inf", "=>", "!"] {
            assert_eq!(find(text, ReadAs::Text("equals")), None, "{text}");
        }
        assert_eq!(find(">5", ReadAs::Text("contains")), None);
        check("equals", "!x", "`equals: \"x\"`, and `not` around this test alone");
        check("contains", "!=x", "`contains: \"x\"`, and `not`");
        check("starts-with", "<>x", "`starts-with: \"x\"`, and `not`");
        check("equals", "A || B", "write `equals: [A, B]`");
        for text in ["!", "!!", "||", "a ||", "x!=y"] {
            assert_eq!(find(text, ReadAs::Text("equals")), None, "{text}");
        }
    }

    #[test]
    fn negated_values_of_lists_are_found() {
        let found = in_list("!=B", "equals").expect("a comparison");
        assert!(found.help.contains("`not: { user: { attribute: …, equals: \"B\" } }`"), "{found:?}");
        let found = in_metadata("!gold", ("client-metadata", "tier")).expect("a comparison");
        assert!(found.help.contains("`not: { client-metadata: { tier: gold } }`"), "{found:?}");
        assert_eq!((in_list("B", "equals"), in_metadata("gold", ("client-metadata", "tier"))), (None, None));
    }

    #[test]
    fn dollar_at_an_end_is_found() {
        check("ends-with", "tor$", "`ends-with: \"tor\"`");
        for text in ["$", "\\$", "a*$", "US$ 5"] {
            assert_eq!(find(text, ReadAs::Text("ends-with")), None, "{text}");
        }
        assert_eq!(find("PC$", ReadAs::Text("exact")), None);
    }

    #[test]
    fn patterns_are_found_in_prefixes() {
        let help = |text| in_prefix(text).map(|found| found.help).unwrap_or_default();
        assert!(help("role-*").starts_with("write `prefix: \"role-\"`"));
        assert!(help("^role-.*").starts_with("write `prefix: \"role-\"`"));
        assert!(help("{a,b}-").contains("globs under `groups`"));
        for text in ["role-", "R&D ", "a.b/", "100 %"] {
            assert_eq!(in_prefix(text), None, "{text}");
        }
    }
}
