//! Texts that look like several names, or like the opposite of a name, and are one name here.
//!
//! Such a name matches nothing. Where it grants, that gives less than was meant; where it excludes, everyone keeps what
//! some should not have, and nothing shows it. So more is taken for a mistake there.

use super::marks::unquoted;
use super::{Foreign, looks_like_dn, shown};
use crate::text::quotes::written;

/// What it means that a pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// A rule that grants can fire.
    Grants,
    /// The rule excludes.
    Excludes,
    /// A rule that grants does not fire.
    LeavesOut,
    /// A rule that excludes does not fire.
    Spares,
}

impl Effect {
    pub(crate) fn is_against_access(self) -> bool {
        matches!(self, Self::Excludes | Self::LeavesOut)
    }
}

/// Where a text is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'k> {
    pub(crate) key: &'k str,
    pub(crate) effect: Effect,
    pub(crate) ignore_case: bool,
}

impl Place<'_> {
    /// A set of patterns with one name, which is compared as the text is.
    fn set(self, name: &str) -> String {
        let ignore_case = if self.ignore_case { ", ignore-case: true" } else { "" };
        format!("{{ {}: {}{ignore_case} }}", self.key, written(name))
    }
}

/// How parts of a text are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    And,
    Or,
}

/// What is between names in other languages.
struct Sign {
    text: &'static str,
    joint: Joint,
    /// Whether it is a usual part of the names of groups.
    is_usual: bool,
}

const fn sign(text: &'static str, joint: Joint, is_usual: bool) -> Sign {
    Sign { text, joint, is_usual }
}

/// Longer signs are before those that they contain. ` and ` and `&` are in the names of too many departments.
const SIGNS: [Sign; 8] = [
    sign("||", Joint::Or, false),
    sign("&&", Joint::And, false),
    sign(" OR ", Joint::Or, false),
    sign(" AND ", Joint::And, false),
    sign(" or ", Joint::Or, true),
    sign("|", Joint::Or, true),
    sign(";", Joint::Or, true),
    sign(",", Joint::Or, true),
];

/// What a text under a key such as `exact` looks like, if not like one name or pattern.
pub(crate) fn find_several(text: &str, place: Place<'_>) -> Option<Foreign> {
    negated(text, place).or_else(|| in_brackets(text, place.key)).or_else(|| joined(text, place))
}

/// What a text with a space at an end looks like.
pub(crate) fn find_padded(text: &str) -> Option<Foreign> {
    let bare = text.trim_matches(' ');
    if bare.is_empty() || bare.len() == text.len() {
        return None;
    }
    let end = if text.starts_with(' ') { "begins" } else { "ends" };
    let message = format!("`{}` {end} with a space, which is a part of it", shown(text));
    Some(Foreign::new(message, format!("write `{}`", shown(bare))))
}

/// A text such as `!Staff` or `NOT Staff`.
fn negated(text: &str, place: Place<'_>) -> Option<Foreign> {
    let is_name = |rest: &&str| rest.trim_start().starts_with(char::is_alphanumeric);
    let has_word = |word| {
        text.strip_prefix(word).filter(|rest| place.effect.is_against_access() || has_small_letters(rest))
    };
    let (word, rest) = match text.strip_prefix('!') {
        Some(rest) => ("!", rest),
        None => ("NOT", has_word("NOT ")?),
    };
    let rest = Some(rest).filter(is_name)?.trim();
    let message =
        format!("`{}` begins with `{word}`, which is a part of it and negates nothing", shown(text));
    let help = match place.effect {
        Effect::Grants => {
            format!(
                "name the groups that are meant under `any`, and add `none: {}` next to it",
                place.set(rest)
            )
        }
        Effect::Excludes => format!(
            "name the groups whose members lose access; if these are all but `{}`, write `match: {{ any: {{ glob: \"?*\" }}, none: {} }}`",
            shown(rest),
            place.set(rest)
        ),
        Effect::LeavesOut => format!("write `{}: {}`: `none` negates it already", place.key, written(rest)),
        Effect::Spares => "name the groups whose members keep access: `none` negates them already".to_owned(),
    };
    Some(Foreign::new(message, help))
}

/// A list that is a text because it is in quotes.
fn in_brackets(text: &str, key: &str) -> Option<Foreign> {
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    let separator = if key == "exact" { "," } else { ", " };
    if inside.contains(['[', ']']) || !inside.contains(separator) {
        return None;
    }
    let message = format!("`{}` is a list in quotes, and is read as one text", shown(text));
    Some(Foreign::new(message, format!("write `{}`", list(key, &named(inside.split(',').collect())?))))
}

/// A text such as `Guests, Interns` or `Guests OR Interns`.
fn joined(text: &str, place: Place<'_>) -> Option<Foreign> {
    let Place { key, effect, .. } = place;
    let fits = |sign: &&Sign| {
        // A distinguished name has commas, and a regular expression has alternatives.
        let is_other = sign.text == "," && (text.contains('=') || looks_like_dn(text))
            || sign.text.starts_with('|') && key == "regex";
        let is_word = sign.text.starts_with(' ');
        let is_certain = !is_word || has_small_letters(&text.replace(sign.text, ""));
        let is_excluded = effect.is_against_access() && sign.text != " AND ";
        !is_other && (is_excluded || !sign.is_usual && is_certain)
    };
    let signs: Vec<&Sign> = SIGNS.iter().filter(fits).collect();
    let (parts, found) = split(text, &signs);
    let [first, ..] = found.as_slice() else { return None };
    let parts = named(parts)?;
    let sign = first.text.trim();
    let what = if key == "exact" { "name" } else { "pattern" };
    let message = format!("`{}` is read as one {what}, with `{sign}` in it", shown(text));
    if let [only] = parts.as_slice() {
        return Some(Foreign::new(message, format!("write `{key}: {}`", written(only))));
    }
    let all = || {
        let each: Vec<String> = parts.iter().map(|part| place.set(part)).collect();
        format!("all: [{}]", each.join(", "))
    };
    let has = |joint: Joint| found.iter().any(|sign| sign.joint == joint);
    let help = match effect {
        Effect::Grants if has(Joint::And) && has(Joint::Or) => {
            "write groups that are all needed under `all`, each in a set of its own with its alternatives"
                .to_owned()
        }
        Effect::Grants if has(Joint::And) => format!("write `{}`", all()),
        // `none` is about any of its entries. Two rules spare only who is spared by both.
        Effect::Spares if has(Joint::And) && has(Joint::Or) => {
            "write the rule once for each of the groups that are needed together, with that group under `none`"
                .to_owned()
        }
        Effect::Spares if has(Joint::And) => {
            let each: Vec<String> = parts.iter().map(|part| format!("`none: {}`", place.set(part))).collect();
            format!(
                "write the rule once for each, with {}: then only members of all of them keep access",
                each.join(" and with ")
            )
        }
        Effect::Excludes if has(Joint::And) => {
            format!("write `{}` to exclude the members of any of them", list(key, &parts))
        }
        _ => format!("write `{}`", list(key, &parts)),
    };
    Some(Foreign::new(message, help))
}

/// The parts of a text between signs that are not in brackets, and the signs.
fn split<'t, 's>(text: &'t str, signs: &[&'s Sign]) -> (Vec<&'t str>, Vec<&'s Sign>) {
    let (mut parts, mut found) = (Vec::new(), Vec::new());
    let (mut from, mut depth, mut after) = (0, 0_usize, 0);
    for (at, char) in text.char_indices() {
        match char {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let rest = text.get(at..).unwrap_or_default();
        let begins = signs.iter().find(|sign| rest.starts_with(sign.text));
        if let Some(sign) = begins.filter(|_| depth == 0 && at >= after) {
            parts.push(text.get(from..at).unwrap_or_default());
            found.push(*sign);
            // The space after a word may be before the next one.
            from = at + sign.text.trim_end().len();
            after = from;
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    (parts, found)
}

/// The names that parts of a text are; `None` if one has no letter or digit, or there is none.
fn named(parts: Vec<&str>) -> Option<Vec<String>> {
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    let bare: Vec<String> = parts.map(|part| unquoted(part).unwrap_or(part).trim().to_owned()).collect();
    let is_name = |part: &String| part.contains(char::is_alphanumeric);
    (!bare.is_empty() && bare.iter().all(is_name)).then_some(bare)
}

fn list(key: &str, parts: &[String]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| written(part)).collect();
    format!("{key}: [{}]", parts.join(", "))
}

/// Whether a text is not in capitals throughout, so that a word in capitals differs from the rest.
fn has_small_letters(text: &str) -> bool {
    text.contains(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::Effect::{Excludes, Grants, LeavesOut, Spares};
    use super::{Effect, Place, find_padded, find_several};

    fn place(key: &str, effect: Effect) -> Place<'_> {
        Place { key, effect, ignore_case: false }
    }

    #[track_caller]
    fn check(text: &str, effect: Effect, help: &str) {
        let found = find_several(text, place("exact", effect)).unwrap_or_else(|| panic!("{text}: nothing"));
        assert!(found.help.contains(help), "{text}: {found:?}");
    }

    #[test]
    fn signs_between_names_are_found_where_they_exclude() {
        for text in [
            "Guests, Interns",
            "Guests,Interns",
            "Guests; Interns",
            "Guests | Interns",
            "Guests || Interns",
            "Guests OR Interns",
            "Guests or Interns",
            "'Guests', 'Interns'",
            "[Guests, Interns]",
        ] {
            check(text, Excludes, "write `exact: [Guests, Interns]`");
            check(text, LeavesOut, "write `exact: [Guests, Interns]`");
        }
        check("GUESTS OR INTERNS", Excludes, "write `exact: [GUESTS, INTERNS]`");
        check("Guests OR Interns, Temps", Excludes, "write `exact: [Guests, Interns, Temps]`");
        check("Guests && Interns", Excludes, "to exclude the members of any of them");
        check("Guests AND Interns", LeavesOut, "write `exact: [Guests, Interns]`");
        check("Guests,", Excludes, "write `exact: Guests`");
    }

    #[test]
    fn signs_between_names_are_found_where_they_grant_if_no_name_has_them() {
        check("Guests OR Interns", Grants, "write `exact: [Guests, Interns]`");
        check("Guests || Interns", Grants, "write `exact: [Guests, Interns]`");
        check("Guests AND Interns", Grants, "write `all: [{ exact: Guests }, { exact: Interns }]`");
        check("Guests && Interns", Grants, "write `all: [{ exact: Guests }, { exact: Interns }]`");
        check(
            "Guests AND Interns",
            Spares,
            "with `none: { exact: Guests }` and with `none: { exact: Interns }`: then only members of all",
        );
        check("a AND b OR c", Spares, "once for each of the groups that are needed together");
        check("a AND b OR c", Grants, "under `all`, each in a set of its own");
    }

    #[test]
    fn negated_names_are_found() {
        check("!Staff", Grants, "add `none: { exact: Staff }`");
        check("NOT Staff", Excludes, "none: { exact: Staff } }`");
        check("! Staff", LeavesOut, "write `exact: Staff`");
        check("!Staff", Spares, "name the groups whose members keep access");
        let ignoring = Place { ignore_case: true, ..place("exact", Grants) };
        let found = find_several("!Staff", ignoring).expect("it begins with a sign");
        assert!(found.help.contains("`none: { exact: Staff, ignore-case: true }`"), "{found:?}");
    }

    #[test]
    fn names_with_such_signs_are_not_found() {
        for text in
            ["Smith, John", "R&D, Sales", "Sales | EMEA", "this or that", "a;b", "SALES AND MARKETING"]
        {
            assert_eq!(find_several(text, place("exact", Grants)), None, "{text}");
        }
        for text in [
            "Sales (EU, US)",
            "Research and Development",
            "SALES AND MARKETING",
            "R&D",
            "CN=a,DC=b",
            "!",
            "NOTES",
            "a/b",
            "[EU] Sales",
            "Oregon",
            "a (x) b",
        ] {
            assert_eq!(find_several(text, place("exact", Excludes)), None, "{text}");
        }
        assert_eq!(find_several("{a,b}-*", place("glob", Excludes)), None);
        assert_eq!(find_several("a|b", place("regex", Excludes)), None);
        assert_eq!(find_several("a{1,2}", place("regex", Excludes)), None);
    }

    #[test]
    fn spaces_at_the_ends_are_found() {
        let help = |text| find_padded(text).map(|found| found.help).unwrap_or_default();
        assert_eq!(help("Guests "), "write `Guests`");
        assert_eq!(help(" Guests"), "write `Guests`");
        assert_eq!((help(" "), help("a b")), (String::new(), String::new()));
    }
}
