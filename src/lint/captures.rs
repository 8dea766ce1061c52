//! Parts of names that patterns capture and grants expand: `${name}`, and `(?<name>…)` in a regular expression.

use super::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Matches, Organization, Rule};
use crate::language::yaml::Spanned;
use crate::matching::glob::{ANY, ONE, Pattern};
use crate::text::visible::visible;

/// Reports captures that no grant uses.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    for rule in &organization.rules {
        let Matches::Groups { any, .. } = &rule.matches else { continue };
        let globs = any.iter().flat_map(|patterns| &patterns.glob).map(|glob| (glob, of_glob(&glob.value)));
        let regexes =
            any.iter().flat_map(|patterns| &patterns.regex).map(|regex| (regex, of_regex(&regex.value)));
        for (pattern, captures) in globs.chain(regexes) {
            check(organization, rule, pattern, captures, diagnostics);
        }
    }
}

fn check(
    organization: &Organization,
    rule: &Rule,
    pattern: &Spanned<String>,
    captures: Vec<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for capture in captures {
        let is_use = |piece: Piece<'_>| matches!(piece, Piece::Capture(used) if used == capture);
        if !rule.groups.iter().any(|group| of_grant(&group.value).into_iter().any(is_use)) {
            let message = format!(
                "`{}` captures `{capture}`, and nothing that `{}` grants uses it",
                visible(&pattern.value),
                rule.id.value
            );
            diagnostics.push(in_rule(
                (organization, rule),
                Code::UnusedCapture,
                &pattern.span,
                message,
                None,
            ));
        }
    }
}

/// A part of a text with captures in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Literal(&'t str),
    Capture(&'t str),
}

/// A grant, taken apart.
pub(super) fn of_grant(grant: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = grant;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((inside, after)) = behind.split_once('}') else { break };
        let name = inside.split(':').next().unwrap_or_default();
        pieces.extend([Piece::Literal(before), Piece::Capture(name)]);
        rest = after;
    }
    pieces.push(Piece::Literal(rest));
    pieces
}

/// Whether a grant with captures in it can name a target group.
pub(super) fn can_name(grant: &str, group: &str) -> bool {
    let mut lowered = String::new();
    for piece in of_grant(grant) {
        match piece {
            Piece::Literal(text) => lowered.push_str(text),
            Piece::Capture(_) => lowered.extend([char::from(ONE), char::from(ANY)]),
        }
    }
    match Pattern::decode(&lowered) {
        Some(pattern) => pattern.is_match(group.as_bytes()),
        None => grant == group,
    }
}

/// The names of a glob's captures.
fn of_glob(glob: &str) -> Vec<&str> {
    let captures = |piece| match piece {
        Piece::Capture(name) => Some(name),
        Piece::Literal(_) => None,
    };
    take_apart(glob).into_iter().filter_map(captures).collect()
}

/// A glob with wildcards in the places of its captures: they match one or more characters.
pub(super) fn without(glob: &str) -> String {
    let mut plain = String::new();
    for piece in take_apart(glob) {
        match piece {
            Piece::Literal(text) if plain.ends_with("?*") => {
                plain.push_str(text.strip_prefix('*').unwrap_or(text));
            }
            Piece::Literal(text) => plain.push_str(text),
            Piece::Capture(_) => plain.push_str("?*"),
        }
    }
    plain
}

/// A glob, taken apart; `${…}` in a class of characters is no capture.
fn take_apart(glob: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = glob;
    // How much of the rest is literal.
    let mut literal = 0;
    while let Some(ahead) = rest.get(literal..).filter(|ahead| !ahead.is_empty()) {
        if let Some((name, length)) = capture_at(ahead) {
            pieces.extend(rest.get(..literal).map(Piece::Literal));
            pieces.push(Piece::Capture(name));
            rest = ahead.get(length..).unwrap_or_default();
            literal = 0;
        } else {
            literal += class_at(ahead).unwrap_or_else(|| ahead.chars().next().map_or(1, char::len_utf8));
        }
    }
    pieces.push(Piece::Literal(rest));
    pieces
}

/// The capture that a text begins with, and its length.
fn capture_at(text: &str) -> Option<(&str, usize)> {
    let (name, _) = text.strip_prefix("${")?.split_once('}')?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let good = name.starts_with(|char: char| char.is_ascii_lowercase()) && name.bytes().all(fits);
    good.then_some((name, name.len() + "${}".len()))
}

/// The length of the class that a text begins with.
fn class_at(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?;
    let listed = inside.strip_prefix(['!', '^']).unwrap_or(inside);
    // The first character is listed, even if it is the sign of the end.
    let first = listed.chars().next()?.len_utf8();
    let end = listed.get(first..)?.find(']')?;
    Some(text.len() - listed.len() + first + end + 1)
}

/// The names of a regular expression's captures.
fn of_regex(regex: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = regex.chars();
    // How many brackets are open: classes can stand in classes.
    let mut classes = 0_usize;
    while let Some(char) = rest.next() {
        match char {
            '\\' => {
                rest.next();
            }
            '[' => {
                classes += 1;
                // Right behind its beginning, the sign of the end stands for itself.
                let listed = rest.as_str().strip_prefix('^').unwrap_or(rest.as_str());
                if let Some(behind) = listed.strip_prefix(']') {
                    rest = behind.chars();
                }
            }
            ']' => classes = classes.saturating_sub(1),
            '(' if classes == 0 => {
                let named = rest.as_str().strip_prefix("?<").or_else(|| rest.as_str().strip_prefix("?P<"));
                let name = named.and_then(|named| named.split_once('>')).map(|(name, _)| name);
                names.extend(name.filter(|name| !name.starts_with(['=', '!'])));
            }
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, check, check_silent, exact, glob, grant, regex};
    use super::{can_name, of_glob, of_regex, without};
    use crate::diagnostic::Code;

    #[test]
    fn a_capture_without_use_is_found() {
        let rule = grant("teams", glob(&["bi-${team}"]), &["bi-viewers"]);
        check(
            rule,
            Code::UnusedCapture,
            "`bi-${team}` captures `team`, and nothing that `teams` grants uses it",
        );
        let rule = grant("teams", glob(&["bi-${team}-${level}"]), &["bi-${team}"]);
        check(rule, Code::UnusedCapture, "captures `level`");
        let rule = grant("teams", regex(&["bi-(?<team>[a-z]+)"]), &["bi-viewers"]);
        check(rule, Code::UnusedCapture, "captures `team`");
    }

    #[test]
    fn a_capture_that_is_used_is_none_of_it() {
        check_silent(grant("teams", glob(&["bi-${team}"]), &["bi-${team}"]), Code::UnusedCapture);
        check_silent(grant("teams", glob(&["bi-${team}"]), &["x", "bi-${team:lower}"]), Code::UnusedCapture);
        check_silent(grant("teams", regex(&["bi-(?P<team>.+)"]), &["bi-${team:upper}"]), Code::UnusedCapture);
        check_silent(grant("teams", exact(&["bi-${team}"]), &["bi-viewers"]), Code::UnusedCapture);
    }

    #[test]
    fn a_finding_in_a_template_says_where_it_is_used() {
        let mut rule = grant("teams", glob(&["bi-${team}"]), &["bi-viewers"]);
        rule.file = "templates/bi@1.yaml".to_owned();
        rule.used = Some(7..9);
        let found = samples::lint(rule, Code::UnusedCapture);
        let related = found[0].related.clone().expect("where it is used");
        assert_eq!(found[0].file, "templates/bi@1.yaml");
        assert_eq!((related.file.as_str(), related.span), ("organizations/acme.yaml", 7..9));
    }

    #[test]
    fn captures_are_told_from_what_looks_like_them() {
        assert_eq!(of_glob("a-${x}-[${y}]-${z_1}"), ["x", "z_1"]);
        assert_eq!(of_glob("[]${y}]${x}[!]]"), ["x"]);
        assert!(of_glob("${X}-$[{]y[}]-${}").is_empty());
        assert_eq!(of_regex(r"(?<a>x)\(?<b>(?P<c>[(?<d>])(?:e)([^](?<f>]g)"), ["a", "c"]);
        assert_eq!(of_regex("(?=a)(?<!b)(?<=c)(?<d>e)"), ["d"]);
        assert_eq!(without("a${x}b"), "a?*b");
        assert_eq!(without("a${x}*${y}"), "a?*?*");
    }

    #[test]
    fn an_expanded_grant_names_what_its_literal_parts_fit() {
        assert!(can_name("bi-${team}", "bi-finance"));
        assert!(can_name("${team:lower}-${x}", "a-b"));
        assert!(!can_name("bi-${team}", "bi-"));
        assert!(!can_name("bi-${team}-x", "bi-finance"));
        assert!(can_name("bi", "bi"));
    }
}
