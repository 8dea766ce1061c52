//! `all` with one set of several patterns: a group needs to match only one of a set, so `all` has no meaning.

use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Matches, Organization, Patterns};
use crate::text::quotes::written;

/// The most patterns that a help shows.
const MAX_SHOWN: usize = 3;

/// Reports rules whose `all` is one set of several patterns, next to no `any`, from which they could be told apart.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    for rule in &organization.rules {
        let Matches::Groups { any, all, .. } = &rule.matches else { continue };
        let ([], [only]) = (any.as_slice(), all.as_slice()) else { continue };
        let count = only.written().count();
        if count > 1 {
            let message =
                format!("`all` has one set of {count} patterns, of which a group needs to match only one");
            let help = format!(
                "if a group must match each, write a set for each, as in `all: [{}]`; if one is enough, write `any` in place of \
                 `all`",
                sets(only)
            );
            let diagnostic = in_rule((organization, rule), Code::ForeignSyntax, &only.span, message, None);
            diagnostics.push(diagnostic.help(help));
        }
    }
}

/// A set for each of the first patterns.
fn sets(patterns: &Patterns) -> String {
    let exact = patterns.exact.iter().map(|name| ("exact", name));
    let globs = patterns.glob.iter().map(|glob| ("glob", &glob.written));
    let expressions = patterns.regex.iter().map(|regex| ("regex", &regex.written));
    let all = exact.chain(globs).chain(expressions);
    let option = if patterns.ignore_case { ", ignore-case: true" } else { "" };
    let set = |(key, text): (&str, &crate::language::yaml::Spanned<String>)| {
        format!("{{ {key}: {}{option} }}", written(&text.value))
    };
    let mut sets: Vec<String> = all.take(MAX_SHOWN).map(set).collect();
    if patterns.written().count() > MAX_SHOWN {
        sets.push("…".to_owned());
    }
    sets.join(", ")
}
