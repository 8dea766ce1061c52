//! Help for target groups that are written in another language.
//!
//! A similar name must not be suggested for one with a capture or an exclusion: everyone who matches would receive that
//! one group.

use crate::patterns::foreign::{is_valid_glob, looks_like_dn};
use crate::patterns::glob::is_capture_name;

const CAPTURE: &str = "to grant a part of the group's name, write `${name}` both in a glob of the rule and here; other signs have no meaning here";

/// Help for an excluded group that is none of the registry, and often an upstream group.
pub(super) const EXCLUSION: &str = "`exclude` names target groups of the registry that users do not receive; upstream groups, whose members are \
                                    meant, belong under `match`";

/// Help for a word that means all target groups.
pub(super) const ALL: &str = "write `exclude: { glob: \"*\" }` for all target groups";

/// Whether the word probably means all target groups.
pub(super) fn means_all(text: &str) -> bool {
    let words = ["all", "any", "every", "everything", "*", ".*"];
    words.contains(&text.to_lowercase().trim_matches(['<', '>', '{', '}', ' ']))
}

/// Help for a target group that the registry does not have, if it is written in another language.
pub(super) fn of_group(text: &str, allows_globs: bool, is_known: impl Fn(&str) -> bool) -> Option<String> {
    if let Some(bare) = text.strip_prefix(['!', '-']).filter(|bare| is_known(bare)) {
        let help = format!("`exclude: {bare}` in a rule of its own keeps it from those who match");
        return Some(help);
    }
    let parts: Vec<&str> = text.split([',', '|', ';', ' ']).filter(|part| !part.is_empty()).collect();
    if parts.len() > 1 && parts.iter().all(|part| is_known(part)) {
        return Some(format!("several target groups are a list: `[{}]`", parts.join(", ")));
    }
    if has_capture(text) {
        return Some(CAPTURE.to_owned());
    }
    if looks_like_dn(text) {
        return Some(
            "write the name of a target group of the registry, and not a distinguished name".to_owned(),
        );
    }
    if text.contains(['*', '?', '[']) {
        let glob = text.trim_start_matches('^').trim_end_matches('$').replace(".*", "*");
        return Some(match allows_globs && is_valid_glob(&glob) {
            true => format!(
                "name each target group in full, or write `{{ glob: \"{}\" }}` for every one whose name matches",
                glob.escape_debug()
            ),
            false => "name each target group in full: `*`, `?` and `[` have no meaning here".to_owned(),
        });
    }
    if text.contains(", ") {
        return Some("several target groups are a list: `[a, b]`, with a comma between them".to_owned());
    }
    None
}

/// Whether a text has a sign with which another language inserts a part of a name, such as `$1`, `%s` or `:team`.
fn has_capture(text: &str) -> bool {
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(sign) = chars.next() {
        let next = chars.peek().copied();
        let begins = before.is_none_or(|before: char| !before.is_alphanumeric());
        let found = match sign {
            '$' => next.is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, '(' | '_')),
            '\\' => next.is_some_and(|next| next.is_ascii_digit() || next == 'g'),
            '%' => next.is_some_and(|next| next.is_ascii_alphanumeric()),
            '{' | '<' => next.is_some(),
            '&' => begins && next.is_none_or(|next| !next.is_alphanumeric()),
            ':' | '@' => begins && next.is_some_and(|next| next.is_ascii_alphanumeric()),
            _ => false,
        };
        if found {
            return true;
        }
        before = Some(sign);
    }
    false
}

/// Help for a capture whose name cannot be one, such as `X`, ` x ` or `x|lower`.
pub(super) fn of_capture<'n>(name: &str, mut known: impl Iterator<Item = &'n str>) -> Option<String> {
    if is_capture_name(name) {
        return None;
    }
    let inner = name.trim_matches(['{', '}', ' ']);
    let (bare, rest) = inner.split_once(['|', ':', '.', ',']).unwrap_or((inner, ""));
    let (bare, rest) = (bare.trim().to_lowercase(), rest.to_lowercase());
    let case = ["lower", "upper"].into_iter().find(|case| rest.contains(case));
    let case = case.map(|case| format!(":{case}")).unwrap_or_default();
    Some(match known.any(|known| known == bare) {
        true => format!("write `${{{bare}{case}}}`"),
        false => {
            "name the part in the pattern, as in `glob: \"bi-${team}\"`, and write `${team}` here".to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{of_capture, of_group};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let help = of_group(text, true, |name| ["role-x", "role-y"].contains(&name));
        assert!(help.as_deref().is_some_and(|help| help.contains(expected)), "{text}: {help:?}");
    }

    #[test]
    fn foreign_captures_lead_to_captures() {
        for text in [
            "role-$1", "role-\\1", "role-%1", "role-%s", "role-%x%", "role-{x}", "role-&", "role-:x",
            "role-@x",
        ] {
            check(text, "write `${name}`");
        }
    }

    #[test]
    fn foreign_lists_patterns_and_exclusions_are_known() {
        check("role-x,role-y", "`[role-x, role-y]`");
        check("role-x|role-y", "`[role-x, role-y]`");
        check("!role-x", "`exclude: role-x`");
        check("-role-x", "`exclude: role-x`");
        check("role-.*", "`{ glob: \"role-*\" }`");
        check("^role-.*$", "`{ glob: \"role-*\" }`");
        check("role-[xy]", "`{ glob: \"role-[xy]\" }`");
        check("CN=role-x,OU=a", "not a distinguished name");
        for text in ["role-z", "Role X", "r&d", "“role-x”", "a:b", "it@acme"] {
            assert_eq!(of_group(text, true, |_| false), None, "{text}");
        }
    }

    #[test]
    fn captures_with_other_names_are_corrected() {
        let help = |name: &str| of_capture(name, ["x"].into_iter()).unwrap_or_default();
        assert_eq!(help("X"), "write `${x}`");
        assert_eq!(help(" x "), "write `${x}`");
        assert_eq!(help("{x"), "write `${x}`");
        assert_eq!(help("x|lower"), "write `${x:lower}`");
        assert!(help("1").contains("name the part in the pattern"));
        assert_eq!(help("y"), "");
    }
}
