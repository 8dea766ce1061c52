//! Names and patterns that never match names of some connections, because those normalize what arrives.

use super::contradictions::connections_of;
use super::rule_diagnostic::in_rule;
use super::unreachable_pattern::is_reported;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Connection, Organization};
use crate::language::normalize_names::Normalization;
use crate::language::yaml::Spanned;
use crate::patterns::automaton::Automaton;
use crate::patterns::folding::fold_pattern;
use crate::text::visible::visible;

/// Reports names and patterns that differ from names after `normalize`.
///
/// If every source normalizes names, exact names and aliases have been normalized too. Patterns that match no name of
/// any source have been reported.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    let tidies = |connection: &&Connection| {
        connection.sources.iter().any(|source| Normalization::of(source) != Normalization::NONE)
    };
    if !organization.connections.iter().any(|connection| tidies(&connection)) {
        return;
    }
    for alias in &organization.aliases {
        let connections = organization.connections.iter().filter(tidies);
        if let Some((message, help)) =
            find(&alias.id, connections, |normalization| is_normalized(&alias.id, normalization))
        {
            let span = alias.id.span.clone();
            let diagnostic = Diagnostic::new(Code::UntidyName, &organization.file, span, message);
            diagnostics.push(diagnostic.help(help));
        }
    }
    for rule in &organization.rules {
        let connections = || connections_of(organization, rule).filter(tidies);
        let mut report = |name: &Spanned<String>, can_match: &dyn Fn(Normalization) -> bool| {
            if let Some((message, help)) = find(name, connections(), can_match)
                && !is_reported(diagnostics, rule, name)
            {
                let place = (organization, rule);
                let diagnostic = in_rule(place, Code::UntidyName, &name.span, message, None);
                diagnostics.push(diagnostic.help(help));
            }
        };
        for patterns in rule.patterns() {
            for exact in &patterns.exact {
                report(exact, &|normalization| is_normalized(exact, normalization));
            }
            for glob in patterns.glob.iter().filter(|glob| may_be_untidy(&glob.written.value)) {
                let Ok(parsed) = &glob.parsed else { continue };
                let automaton = |lowered: &String| match patterns.ignore_case {
                    true => Automaton::of_glob(&fold_pattern(lowered)),
                    false => Automaton::of_glob(lowered),
                };
                let all: Vec<_> = parsed.names.iter().chain(&parsed.patterns).map(automaton).collect();
                report(&glob.written, &|normalization| all.iter().all(|it| normalization.can_match(it)));
            }
            for regex in patterns.regex.iter().filter(|regex| may_be_untidy(&regex.written.value)) {
                if let Ok(parsed) = &regex.parsed {
                    let automaton = parsed.automaton();
                    report(&regex.written, &|normalization| normalization.can_match(&automaton));
                }
            }
        }
    }
}

/// Whether a pattern can contain anything that `normalize` changes.
fn may_be_untidy(text: &str) -> bool {
    !text.is_ascii() || text.contains([' ', '\\'])
}

fn is_normalized(name: &Spanned<String>, normalization: Normalization) -> bool {
    normalization.normalize(&name.value) == name.value
}

/// The message and the help for a name that some of the connections never send.
fn find<'o>(
    name: &Spanned<String>,
    connections: impl Iterator<Item = &'o Connection>,
    can_match: impl Fn(Normalization) -> bool,
) -> Option<(String, String)> {
    let never = |connection: &&Connection| {
        let mut sources = connection.sources.iter();
        connection.sends_no_groups.is_none() && sources.all(|source| !can_match(Normalization::of(source)))
    };
    let connections: Vec<&Connection> = connections.filter(never).collect();
    let names: Vec<String> = connections.iter().map(|it| format!("`{}`", visible(&it.name.value))).collect();
    let first = connections.first()?.sources.first()?;
    let message =
        format!("`{}` is not normalized, and the names of {} are", visible(&name.value), names.join(" and "));
    let normalized = Normalization::of(first).normalize(&name.value);
    let help = match normalized.is_empty() || normalized == name.value {
        true => "write the name as `normalize` leaves it".to_owned(),
        false => format!("write `{}`, or both if other connections send it unchanged", visible(&normalized)),
    };
    Some((message, help))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        alias, check_one, exact, glob, grant, ignoring_case, lint_organization, names, organization, regex,
        when,
    };
    use crate::diagnostic::Code;
    use crate::language::model::{Condition, Organization, OwnedForm, Patterns};

    const CODE: Code = Code::UntidyName;

    /// An organization whose connection `acme-okta` normalizes names, and whose other connections do not.
    fn acme(patterns: Patterns) -> Organization {
        let mut acme = organization(vec![grant("viewers", patterns, &["x"])]);
        for connection in acme.connections.iter_mut().filter(|it| it.name.value == "acme-okta") {
            connection.sources[0].trim = true;
            connection.sources[0].nfc = true;
        }
        acme
    }

    #[test]
    fn untidy_name_is_reported() {
        for patterns in [
            exact(&["admins", "admins "]),
            ignoring_case(exact(&["Ko\u{308}ln"])),
            glob(&[" admins-*"]),
            glob(&["{x,y }"]),
            ignoring_case(glob(&["*-Ko\u{308}ln"])),
            glob(&["bi\u{200b}${team}"]),
            regex(&["admins.* "]),
            regex(&["[ ]admins"]),
        ] {
            let found = lint_organization(&acme(patterns), CODE);
            check_one(&found, "is not normalized, and the names of `acme-okta` are");
        }
        let mut other = acme(exact(&["SG"]));
        other.aliases = vec![alias(" 4711", "SG")];
        check_one(
            &lint_organization(&other, CODE),
            "` 4711` is not normalized, and the names of `acme-okta` are",
        );
    }

    #[test]
    fn untidy_name_ignores_names_that_can_be_sent() {
        for patterns in [exact(&["bi admins", "Köln"]), glob(&["* x", "?\u{308}*"]), regex(&["a b", " ?x"])]
        {
            assert_eq!(lint_organization(&acme(patterns), CODE), []);
        }
        let mut acme = acme(exact(&["admins "]));
        let rule = acme.rules.remove(0);
        acme.rules.push(when(rule, Condition::Connection(names(&["acme-saml"]))));
        assert_eq!(lint_organization(&acme, CODE), [], "the rule is for a connection that sends it");
    }

    #[test]
    fn untidy_name_does_not_depend_on_the_form() {
        let mut acme = acme(glob(&[" admins*"]));
        acme.connections[0].sources[0].form = OwnedForm::Path;
        assert_eq!(lint_organization(&acme, CODE).len(), 1);
    }
}
