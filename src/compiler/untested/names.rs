//! Lists of groups for which a rule probably fires.

use std::collections::BTreeSet;

use super::inputs::DraftContext;
use crate::bundle::grant_expansion::LetterCase;
use crate::language::model::{Alias, Effect, Matches, Organization, Patterns, Platform, Rule};
use crate::language::parsed_patterns::Grant;
use crate::patterns::example::Captured;
use crate::patterns::grant_text::GrantPiece;
use crate::patterns::regex::ParsedRegex;

/// How many target groups of an expanded grant are tried.
const MAX_TARGETS: usize = 6;
/// How many names of one set of patterns are tried.
const MAX_NAMES: usize = 6;
/// How many aliases are tried, before names.
const FEW: usize = 3;

/// Lists of upstream groups to try, the most promising first.
pub(super) fn lists_of_groups(rule: &Rule, context: DraftContext<'_>) -> Vec<Vec<String>> {
    let lists = lists_for(rule, context);
    // That a rule excludes something only shows where another one grants it.
    let grants_excluded = |other: &&Rule| {
        let excluded = rule.groups.iter().map(|group| group.written.value.as_str());
        let mut granted = excluded.filter(|name| other.groups.iter().any(|group| group.can_name(name)));
        other.effect == Effect::Grant && other.when.is_none() && granted.next().is_some()
    };
    let granting = context.organization.rules.iter().find(grants_excluded);
    match granting.filter(|_| rule.effect == Effect::Exclude) {
        None => lists,
        Some(granting) => {
            let granted = lists_for(granting, context).into_iter().next().unwrap_or_default();
            let with_granted = lists.iter().map(|list| granted.iter().chain(list).cloned().collect());
            with_granted.chain(lists.clone()).collect()
        }
    }
}

fn lists_for(rule: &Rule, context: DraftContext<'_>) -> Vec<Vec<String>> {
    let DraftContext { platform, organization, .. } = context;
    let Matches::Groups { any, all, .. } = &rule.matches else { return vec![Vec::new()] };
    let mut lists = Vec::new();
    for captured in captures(rule, platform) {
        let required: Option<Vec<String>> = all
            .iter()
            .map(|patterns| examples(patterns, organization, &captured).into_iter().next())
            .collect();
        let Some(required) = required else { continue };
        if any.is_empty() {
            lists.push(required);
            continue;
        }
        for name in
            any.iter().flat_map(|patterns| examples(patterns, organization, &captured)).take(MAX_NAMES)
        {
            lists.push(required.iter().cloned().chain([name]).collect());
        }
    }
    for list in &mut lists {
        let mut seen = BTreeSet::new();
        list.retain(|name| seen.insert(name.clone()));
    }
    lists
}

/// What logins carry when one of the patterns matches.
fn examples(patterns: &Patterns, organization: &Organization, captured: &Captured) -> Vec<String> {
    // Patterns match the readable names of groups, and logins carry their ids.
    let is_matched = |alias: &&Alias| {
        let name = &alias.name.value;
        let globs = patterns.glob.iter().filter_map(|glob| glob.parsed.as_ref().ok());
        let regexes = patterns.regex.iter().filter_map(|regex| regex.parsed.as_ref().ok());
        patterns.exact.iter().any(|exact| exact.value == *name)
            || globs.into_iter().any(|glob| glob.is_match(name))
            || regexes.filter_map(ParsedRegex::decoded).any(|regex| regex.is_match(name))
    };
    let ids = organization.aliases.iter().filter(is_matched).map(|alias| alias.id.value.clone());
    let globs = patterns.glob.iter().filter_map(|glob| glob.parsed.as_ref().ok());
    let globs = globs.flat_map(|glob| glob.examples(captured));
    let regexes = patterns.regex.iter().filter_map(|regex| regex.parsed.as_ref().ok());
    let regexes = regexes.filter_map(|regex| regex.example(captured));
    let exact = patterns.exact.iter().map(|name| name.value.clone());
    ids.take(FEW).chain(exact).chain(globs).chain(regexes).take(MAX_NAMES).collect()
}

/// The texts that captures need for a grant to name a target group.
fn captures(rule: &Rule, platform: &Platform) -> Vec<Vec<(String, String)>> {
    let expansions = rule.groups.iter().filter_map(|Grant { expansion, .. }| expansion.as_ref());
    let mut found = Vec::new();
    for expansion in expansions {
        let names = platform.groups.iter().map(|group| group.name.value.as_str());
        let names = names.filter(|name| expansion.can_name(name));
        found.extend(names.filter_map(|name| solve(&expansion.pieces, name)).take(MAX_TARGETS));
    }
    if found.is_empty() { vec![Vec::new()] } else { found }
}

/// Texts of the captures with which the pieces together are a name; each capture is as short as possible.
fn solve(pieces: &[GrantPiece], name: &str) -> Option<Vec<(String, String)>> {
    let Some((first, rest)) = pieces.split_first() else {
        return if name.is_empty() { Some(Vec::new()) } else { None };
    };
    match first {
        GrantPiece::Literal(text) => solve(rest, name.strip_prefix(text.as_str())?),
        GrantPiece::Capture { name: capture, case } => {
            let ends = name.char_indices().skip(1).map(|(at, _)| at).chain([name.len()]);
            ends.filter_map(|end| name.split_at_checked(end)).find_map(|(text, after)| {
                let fits = match case {
                    LetterCase::AsIs => true,
                    LetterCase::Lower => text == text.to_lowercase(),
                    LetterCase::Upper => text == text.to_uppercase(),
                };
                let others = solve(rest, after).filter(|_| fits && !text.is_empty())?;
                let agrees = others.iter().all(|(other, its)| other != capture || its == text);
                agrees.then(|| [&[(capture.clone(), text.to_owned())], others.as_slice()].concat())
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::solve;
    use crate::patterns::grant_text::GrantText;

    #[test]
    fn solve_finds_the_texts_of_captures() {
        let check = |grant: &str, name: &str, expected: Option<&[(&str, &str)]>| {
            let pieces = GrantText::parse(grant).expect(grant).pieces;
            let expected: Option<Vec<(String, String)>> =
                expected.map(|all| all.iter().map(|(key, text)| ((*key).into(), (*text).into())).collect());
            assert_eq!(solve(&pieces, name), expected, "{grant} {name}");
        };
        check("${team}-writers", "bi-writers", Some(&[("team", "bi")]));
        check("${a}-${b:lower}", "x-y-z", Some(&[("a", "x"), ("b", "y-z")]));
        check("${a:lower}x", "Ax", None);
        check("${a}-${a}", "x-x", Some(&[("a", "x"), ("a", "x")]));
        check("${a}-${a}", "x-y", None);
    }
}
