//! Patterns that exclude, and do not see some of what they match because a source skips it.
//!
//! A pattern of which nothing is left is found by `unreachable_pattern`. Here it still matches other names, or the names
//! of other connections, so nothing shows that the members of the skipped group keep access.

use std::collections::BTreeSet;

use super::contradictions::connections_of;
use super::impossible_names::SKIP_FEWER;
use super::rule_diagnostic::in_rule;
use super::unreachable_pattern::{is_reported, written};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Connection, Organization, OwnedForm, Rule, takes_any_address};
use crate::language::yaml::Spanned;
use crate::patterns::automaton::Automaton;
use crate::patterns::example::example_of_glob;
use crate::patterns::folding::fold;
use crate::patterns::inclusion::is_covered;
use crate::text::visible::visible;

/// An entry of `skip`, lowered.
type Skipped<'o> = (&'o str, Automaton);

/// Reports patterns that exclude, and that match all that an entry of `skip` matches, or nothing else.
///
/// Two globs that merely have some names in common are not reported: most have.
pub(super) fn lint(organization: &Organization, budget: &mut usize, diagnostics: &mut Vec<Diagnostic>) {
    let skipping: Vec<(&Connection, Vec<Vec<Skipped<'_>>>)> = organization
        .connections
        .iter()
        .filter_map(|connection| Some((connection, skipped_by(connection)?)))
        .collect();
    if skipping.is_empty() {
        return;
    }
    let any_address = takes_any_address(&organization.connections);
    let names = organization.aliases.iter().map(|alias| &alias.name.value);
    let aliases: BTreeSet<(bool, String)> =
        names.flat_map(|name| [(false, name.clone()), (true, fold(name))]).collect();
    for rule in organization.rules.iter().filter(|rule| rule.used.is_none()) {
        let able: Vec<&str> = connections_of(organization, rule).map(|it| it.name.value.as_str()).collect();
        let able =
            || skipping.iter().filter(|(connection, _)| able.contains(&connection.name.value.as_str()));
        for (patterns, _) in rule.patterns_against_access().filter(|(_, is_against)| *is_against) {
            for (pattern, alternatives) in written(patterns, &aliases, any_address) {
                if *budget == 0 {
                    return;
                }
                if is_reported(diagnostics, rule, pattern) {
                    continue;
                }
                let automata: Vec<&Automaton> = alternatives.iter().flatten().collect();
                let found = able().find_map(|(connection, sources)| {
                    // Another source of the connection may send what one of them skips.
                    let mut found = sources.iter().map(|it| example(it, pattern, &automata, budget));
                    let first = found.next()??;
                    found.all(|it| it.is_some()).then_some((*connection, first))
                });
                if let Some((connection, example)) = found {
                    report((organization, rule), connection, pattern, &example, diagnostics);
                }
            }
        }
    }
}

/// What each source of a connection skips; `None` if one of them skips nothing. A name that is read in a form is another
/// one than the entry that was skipped.
fn skipped_by(connection: &Connection) -> Option<Vec<Vec<Skipped<'_>>>> {
    let of_source = connection.sources.iter().map(|source| {
        let names = source.skip.names.iter();
        let skipped: Vec<Skipped<'_>> = names.map(|name| (name.as_str(), Automaton::of_glob(name))).collect();
        (source.form == OwnedForm::Plain && !skipped.is_empty()).then_some(skipped)
    });
    let sources: Vec<Vec<Skipped<'_>>> = of_source.collect::<Option<_>>()?;
    if sources.is_empty() { None } else { Some(sources) }
}

/// A name that the pattern matches and that the source skips.
fn example(
    skipped: &[Skipped<'_>],
    pattern: &Spanned<String>,
    automata: &[&Automaton],
    budget: &mut usize,
) -> Option<String> {
    skipped.iter().find_map(|(text, skipped)| {
        if is_covered(skipped, automata, budget) {
            return Some(example_of_glob(text));
        }
        let is_within = automata.iter().any(|it| is_covered(it, &[skipped], budget));
        is_within.then(|| pattern.value.clone())
    })
}

fn report(
    place: (&Organization, &Rule),
    connection: &Connection,
    pattern: &Spanned<String>,
    example: &str,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let connection = visible(&connection.name.value);
    let (shown, example) = (visible(&pattern.value), visible(example));
    let message = match shown == example {
        true => format!("`{shown}` excludes nothing at `{connection}`, which skips it"),
        false => format!("`{shown}` does not exclude `{example}` at `{connection}`, which skips it"),
    };
    let diagnostic = in_rule(place, Code::UnreachablePattern, &pattern.span, message, None);
    diagnostics.push(diagnostic.help(SKIP_FEWER));
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        check_one, combined, exact, exclude, glob, grant, lint_organization, of_template, organization,
        regex, rule,
    };
    use crate::diagnostic::{Code, Diagnostic};
    use crate::language::model::{Effect, OwnedForm, OwnedSkip, Patterns, Rule};
    use crate::language::parsed_patterns::GlobPattern;

    /// The findings in a mapping with one rule, whose second connection skips what globs match.
    fn found(rule: Rule, skipped: &[&str]) -> Vec<Diagnostic> {
        let mut acme = organization(vec![rule]);
        let names = super::super::samples::names(skipped).into_iter().map(GlobPattern::parse);
        let lowered = names.map(|glob| glob.parsed.expect("a glob"));
        let names =
            lowered.flat_map(|glob| glob.patterns.iter().chain(&glob.names).cloned().collect::<Vec<_>>());
        acme.connections[1].sources[0].skip = OwnedSkip { names: names.collect(), ..OwnedSkip::default() };
        lint_organization(&acme, Code::UnreachablePattern)
    }

    fn excluding(patterns: Patterns) -> Rule {
        exclude("no", patterns, &["x"])
    }

    #[test]
    fn exclusion_that_does_not_see_an_entry_is_reported() {
        check_one(
            &found(excluding(glob(&["Guest*"])), &["Guests"]),
            "`Guest*` does not exclude `Guests` at `acme-saml`, which skips it",
        );
        check_one(&found(excluding(regex(&["Gu.*"])), &["Guest*"]), "does not exclude `Guestexample`");
        check_one(
            &found(excluding(exact(&["Guests"])), &["Gu*"]),
            "`Guests` excludes nothing at `acme-saml`",
        );
        let none = combined(vec![exact(&["staff"])], Vec::new(), vec![glob(&["Guest*"])]);
        check_one(&found(rule("some", Effect::Grant, none, &["x"]), &["Guests"]), "`Guests`");
    }

    #[test]
    fn patterns_that_do_not_exclude_what_is_skipped_are_not_reported() {
        assert_eq!(found(excluding(glob(&["Guest*"])), &["*CNF:*"]), [], "they have names in common");
        assert_eq!(found(grant("some", glob(&["Guest*"]), &["x"]), &["Guests"]), []);
        assert_eq!(found(of_template(excluding(glob(&["Guest*"]))), &["Guests"]), []);
        let mut acme = organization(vec![excluding(glob(&["Guest*"]))]);
        acme.connections[1].sources[0].skip =
            OwnedSkip { names: vec!["Guests".to_owned()], ..OwnedSkip::default() };
        let mut other = acme.connections[1].sources[0].clone();
        acme.connections[1].sources[0].form = OwnedForm::Path;
        assert_eq!(lint_organization(&acme, Code::UnreachablePattern), []);
        acme.connections[1].sources[0].form = OwnedForm::Plain;
        other.skip = OwnedSkip::default();
        acme.connections[1].sources.push(other);
        assert_eq!(lint_organization(&acme, Code::UnreachablePattern), [], "the other source sends it");
    }
}
