//! Patterns that no name from their sources can match.

use std::collections::BTreeSet;

use super::contradictions::connections_of;
use super::impossible_names::{ImpossibleNames, Reason};
use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Organization, OwnedShape, Patterns, Rule, takes_any_address};
use crate::language::normalize_names::{self, Normalization};
use crate::language::yaml::Spanned;
use crate::patterns::automaton::Automaton;
use crate::patterns::domains::addresses;
use crate::patterns::folding::{fold, fold_pattern};
use crate::patterns::inclusion::is_covered;
use crate::text::visible::visible;

/// What comparing a known name with a pattern may cost, in steps.
const BUDGET: usize = 5_000;

/// A pattern as it is written, and the automata of each of its alternatives.
pub(super) type Written<'r> = (&'r Spanned<String>, Vec<Vec<Automaton>>);

/// What can be seen of one rule.
struct Sources<'o> {
    /// The normalization that all names have.
    normalization: Normalization,
    /// Those of the connections that the rule can fire for.
    impossible: Vec<&'o ImpossibleNames>,
    /// The names that are put together again after a split.
    joined: &'o [Automaton],
}

/// Reports patterns, and alternatives of them, that match no name that any source of their rule sends.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    let normalization = normalize_names::certain(&organization.connections);
    let of_connections: Vec<(&str, Vec<ImpossibleNames>)> = organization
        .connections
        .iter()
        .map(|it| (it.name.value.as_str(), it.sources.iter().map(ImpossibleNames::of).collect()))
        .collect();
    if normalization == Normalization::NONE
        && of_connections.iter().all(|(_, sources)| sources.iter().any(ImpossibleNames::is_empty))
    {
        return;
    }
    let joined = joined_names(organization);
    let any_address = takes_any_address(&organization.connections);
    let names = organization.aliases.iter().map(|alias| &alias.name.value);
    // As they are written, and folded.
    let aliases = names.flat_map(|name| [(false, name.clone()), (true, fold(name))]).collect();
    for rule in &organization.rules {
        let able: Vec<&str> =
            connections_of(organization, rule).map(|connection| connection.name.value.as_str()).collect();
        let of_able = of_connections.iter().filter(|(name, _)| able.contains(name));
        // What a template matches is written for other customers as well.
        let impossible = match rule.used {
            Some(_) => Vec::new(),
            None => of_able.flat_map(|(_, sources)| sources).collect(),
        };
        let sources = Sources { normalization, impossible, joined: &joined };
        for (patterns, is_against) in rule.patterns_against_access() {
            for (written, alternatives) in written(patterns, &aliases, any_address) {
                sources.check((organization, rule), (written, is_against), &alternatives, diagnostics);
            }
        }
    }
}

/// Whether a pattern of a rule has been reported, so that other findings about its characters would only repeat it.
pub(super) fn is_reported(diagnostics: &[Diagnostic], rule: &Rule, pattern: &Spanned<String>) -> bool {
    let is_it = |it: &Diagnostic| it.span == pattern.span && it.file == rule.file;
    diagnostics.iter().any(|it| it.code == Code::UnreachablePattern && is_it(it))
}

/// The patterns that can be examined. Names that are not normalized are normalized before, and those of aliases mean
/// their ids.
pub(super) fn written<'r>(
    patterns: &'r Patterns,
    aliases: &BTreeSet<(bool, String)>,
    any_address: bool,
) -> Vec<Written<'r>> {
    let of_text = |text: &String| {
        let texts = if any_address { addresses(text) } else { Vec::new() };
        let texts = if texts.is_empty() { vec![text.clone()] } else { texts };
        texts.iter().map(|text| Automaton::of_glob_as(text, patterns.ignore_case)).collect()
    };
    let in_case = |name: &String| if patterns.ignore_case { fold(name) } else { name.clone() };
    let is_alias = |name: &String| aliases.contains(&(patterns.ignore_case, in_case(name)));
    let exact = patterns.exact.iter().filter(|name| !is_alias(&name.value));
    let mut all: Vec<Written<'_>> = exact.map(|name| (name, vec![of_text(&in_case(&name.value))])).collect();
    for glob in &patterns.glob {
        let Ok(parsed) = &glob.parsed else { continue };
        let names = parsed.names.iter().filter(|name| !is_alias(name)).map(in_case);
        let lowered = parsed.patterns_without_captures();
        let lowered = lowered.map(|it| if patterns.ignore_case { fold_pattern(&it) } else { it });
        all.push((&glob.written, names.chain(lowered).map(|text| of_text(&text)).collect()));
    }
    for regex in &patterns.regex {
        if let Ok(parsed) = &regex.parsed {
            all.push((&regex.written, vec![vec![parsed.automaton()]]));
        }
    }
    all
}

/// The names that the mapping names exactly and that contain a delimiter.
fn joined_names(organization: &Organization) -> Vec<Automaton> {
    let sources = organization.connections.iter().flat_map(|connection| &connection.sources);
    let delimiters: Vec<&String> = sources
        .filter_map(|source| match &source.shape {
            OwnedShape::Delimited(delimiter) => Some(delimiter),
            _ => None,
        })
        .collect();
    let is_joined = |name: &&String| delimiters.iter().any(|delimiter| name.contains(delimiter.as_str()));
    let ids = organization.aliases.iter().map(|alias| &alias.id.value).filter(is_joined);
    let mut joined: Vec<Automaton> = ids.map(|id| Automaton::of_glob(id)).collect();
    for patterns in organization.rules.iter().flat_map(Rule::patterns) {
        let exact = patterns.exact.iter().map(|exact| &exact.value);
        let globs = patterns.glob.iter().filter_map(|glob| glob.parsed.as_ref().ok());
        let names = exact.chain(globs.flat_map(|glob| &glob.names)).filter(is_joined);
        let automaton = |name: &String| match patterns.ignore_case {
            true => Automaton::of_glob_as(&fold(name), true),
            false => Automaton::of_glob(name),
        };
        joined.extend(names.map(automaton));
    }
    joined
}

impl Sources<'_> {
    fn check(
        &self,
        place: (&Organization, &Rule),
        (written, is_against): (&Spanned<String>, bool),
        alternatives: &[Vec<Automaton>],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        // What looks like another language, such as a whole distinguished name, has the better advice already.
        let is_foreign = |it: &Diagnostic| it.code == Code::ForeignSyntax && it.span == written.span;
        if diagnostics.iter().any(|it| is_foreign(it) && it.file == place.1.file) {
            return;
        }
        let found: Vec<(String, String)> =
            alternatives.iter().filter_map(|automata| self.problem(written, is_against, automata)).collect();
        let Some((why, help)) = found.first() else { return };
        let part = if found.len() < alternatives.len() { "an alternative of " } else { "" };
        let message = format!("{part}`{}` cannot match any name: {why}", visible(&written.value));
        let diagnostic = in_rule(place, Code::UnreachablePattern, &written.span, message, None);
        diagnostics.push(diagnostic.help(help.as_str()));
    }

    /// Why no name matches an alternative, and what to do about it.
    fn problem(
        &self,
        written: &Spanned<String>,
        is_against: bool,
        automata: &[Automaton],
    ) -> Option<(String, String)> {
        let can_match = |normalization: Normalization| automata.iter().any(|it| normalization.can_match(it));
        if self.normalization != Normalization::NONE && !can_match(self.normalization) {
            let normalized = self.normalization.normalize(&written.value);
            let what = match can_match(Normalization { nfc: false, ..self.normalization }) {
                true => "brings letters into normalization form C",
                false => "leaves no spaces at the ends and no invisible characters",
            };
            let help = match normalized == written.value || normalized.is_empty() {
                true => "write the name as `normalize` leaves it".to_owned(),
                false => format!("write `{}`", visible(&normalized)),
            };
            return Some((format!("`normalize` {what}"), help));
        }
        let mut first = None;
        for source in &self.impossible {
            for automaton in automata {
                let reason = source.covering(&written.value, automaton)?;
                if reason.except_known && self.is_joined(automaton) {
                    return None;
                }
                first = first.or(Some(reason));
            }
        }
        let Reason { why, help, help_against_access, .. } = first?;
        let help = help_against_access.filter(|_| is_against).map_or_else(|| help.clone(), str::to_owned);
        Some((why.clone(), help))
    }

    /// Whether the pattern matches a name that is put together again.
    fn is_joined(&self, pattern: &Automaton) -> bool {
        self.joined.iter().any(|name| is_covered(name, &[pattern], &mut BUDGET.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        alias, connection, exact, glob, grant, ignoring_case, lint_organization, names, of_template,
        organization, regex, source, when,
    };
    use crate::diagnostic::Code;
    use crate::language::model::{
        Condition, Organization, OwnedForm, OwnedShape, OwnedSkip, OwnedSource, Patterns,
    };
    use crate::language::strategy::Strategy;
    use crate::login::dn::AttributeOf;

    fn formed(form: OwnedForm) -> OwnedSource {
        OwnedSource { form, ..source("/groups", OwnedShape::List) }
    }

    fn delimited() -> OwnedSource {
        source("/groups", OwnedShape::Delimited(", ".to_owned()))
    }

    fn dn() -> OwnedSource {
        formed(OwnedForm::DistinguishedName {
            attribute: "CN".to_owned(),
            of: AttributeOf::Entry,
            below: None,
        })
    }

    /// An organization with one rule, and a connection for each source.
    fn with(sources: Vec<OwnedSource>, patterns: Patterns) -> Organization {
        let named = |(at, source)| connection(&format!("acme-{at}"), Strategy::Samlp, source);
        let connections = sources.into_iter().enumerate().map(named).collect();
        Organization { connections, ..organization(vec![grant("a", patterns, &["x"])]) }
    }

    fn found(acme: &Organization) -> Vec<String> {
        lint_organization(acme, Code::UnreachablePattern).into_iter().map(|it| it.message).collect()
    }

    fn check(source: OwnedSource, patterns: Patterns, message: &str) {
        let found = found(&with(vec![source], patterns));
        assert!(matches!(found.as_slice(), [only] if only.contains(message)), "{message}: {found:?}");
    }

    fn check_silent(source: OwnedSource, patterns: Patterns) {
        assert_eq!(found(&with(vec![source], patterns)), [""; 0]);
    }

    #[test]
    fn pattern_with_the_delimiter_is_reported() {
        check(
            delimited(),
            glob(&["a, b[0-9]"]),
            "`a, b[0-9]` cannot match any name: the string of groups is split",
        );
        check(delimited(), regex(&["a, [bc]+"]), "is split at `, `");
        check(delimited(), glob(&["{a-*,b[,] *}"]), "an alternative of");
        check_silent(delimited(), glob(&["a,b*"]));
        check_silent(delimited(), glob(&["a[, ]*"]));
        // An exact name is put together again, and then globs match it too.
        check_silent(delimited(), exact(&["a, b"]));
        check_silent(delimited(), Patterns { glob: glob(&["a, *"]).glob, ..exact(&["a, b"]) });
        let mut acme = with(vec![delimited()], glob(&["a, *"]));
        acme.aliases = vec![alias("a, b", "c")];
        assert_eq!(found(&acme), [""; 0]);
    }

    #[test]
    fn pattern_with_what_a_form_leaves_out_is_reported() {
        check(dn(), regex(&["CN=eng,OU=.*"]), "the form `dn` leaves only the value of `CN`");
        check(dn(), glob(&["*,ou=Groups,DC=acme"]), "the form `dn`");
        check_silent(dn(), glob(&["a=*", "*=b", "CN*"]));
        let domain = || formed(OwnedForm::Domain { domain: None });
        check(domain(), regex(&[r"ACME[\\]eng"]), "the form `domain`");
        check_silent(domain(), glob(&["eng*"]));
        let local = || formed(OwnedForm::Email { domain: Some("acme.example".to_owned()) });
        check(local(), ignoring_case(regex(&["eng-.*@acme[.]example"])), "the form `email` with the domain");
        check_silent(local(), glob(&["eng*"]));
        let address = || formed(OwnedForm::Email { domain: None });
        check(address(), exact(&["eng"]), "every name is an address");
        check(address(), glob(&["eng@*.ACME.example"]), "every name is an address");
        check_silent(address(), exact(&["eng@ACME.example"]));
        check_silent(address(), glob(&["eng*", "eng@*.acme.example"]));
        check(formed(OwnedForm::Path), regex(&["/eng/.*"]), "the form `path`");
        check(formed(OwnedForm::Path), glob(&["eng/*/"]), "the form `path`");
        check_silent(formed(OwnedForm::Path), glob(&["eng/*", "*/core"]));
    }

    #[test]
    fn pattern_of_what_is_skipped_is_reported() {
        let names = vec!["Everyone".to_owned(), "eng-\u{1}".to_owned()];
        let skips = || OwnedSource {
            skip: OwnedSkip { names: names.clone(), ..OwnedSkip::default() },
            ..source("/groups", OwnedShape::List)
        };
        check(skips(), glob(&["eng-core-*"]), "`skip` leaves out all entries that it matches");
        check(skips(), exact(&["Everyone"]), "`skip`");
        check_silent(skips(), glob(&["eng*"]));
    }

    #[test]
    fn every_source_of_the_rule_counts() {
        let names_only = regex(&["CN=eng,DC=acme"]);
        let plain = source("/groups", OwnedShape::List);
        let mut acme = with(vec![dn(), plain], names_only);
        assert_eq!(found(&acme), [""; 0]);
        let rule = acme.rules.remove(0);
        acme.rules.push(when(rule, Condition::Connection(names(&["acme-0"]))));
        assert_eq!(found(&acme).len(), 1);
        let rule = acme.rules.remove(0);
        acme.rules.push(of_template(rule));
        assert_eq!(found(&acme), [""; 0], "other customers use it");
    }
}
