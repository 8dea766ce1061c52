//! Entries that are twice in one list.

use core::ops::Range;
use std::collections::HashMap;

use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Condition, Matches, Organization, Patterns, Platform, Rule};
use crate::language::yaml::Spanned;
use crate::patterns::domains;
use crate::patterns::folding::fold;
use crate::text::visible::visible;

/// An entry of a list that was there before.
struct Repeated<'l> {
    entry: &'l Spanned<String>,
    first: &'l Spanned<String>,
    /// The name with the entry after it, if a comma between the two may belong to one name.
    with_comma: Option<String>,
}

/// Reports groups and globs that are twice in a ceiling.
pub(super) fn lint_platform(platform: &Platform, diagnostics: &mut Vec<Diagnostic>) {
    for ceiling in &platform.ceilings {
        let groups = ceiling.groups.iter().flatten().map(|glob| &glob.written);
        check_in_file(&platform.file, &groups.collect::<Vec<_>>(), diagnostics);
        check_in_file(&platform.file, &ceiling.protected.iter().collect::<Vec<_>>(), diagnostics);
    }
}

/// Reports patterns, groups and values that are twice in one list.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    for rule in &organization.rules {
        if let Matches::Groups { any, all, none, .. } = &rule.matches {
            check_patterns(organization, rule, any, diagnostics);
            all.iter()
                .for_each(|it| check_patterns(organization, rule, core::slice::from_ref(it), diagnostics));
            check_patterns(organization, rule, none, diagnostics);
        }
        let groups: Vec<&Spanned<String>> = rule.groups.iter().map(|grant| &grant.written).collect();
        check(organization, rule, &groups, Clone::clone, diagnostics);
        if let Some(condition) = &rule.when {
            check_condition(organization, rule, condition, diagnostics);
        }
    }
    let of_applications = organization.application_defaults.iter().map(|(_, groups)| groups);
    for list in core::iter::once(&organization.default).chain(of_applications) {
        check_in_file(&organization.file, &list.iter().collect::<Vec<_>>(), diagnostics);
    }
}

fn check_in_file(file: &str, list: &[&Spanned<String>], diagnostics: &mut Vec<Diagnostic>) {
    for repeated in repeated(list, Clone::clone) {
        let span = repeated.entry.span.clone();
        let diagnostic = Diagnostic::new(Code::DuplicateEntry, file, span, repeated.message());
        diagnostics.push(diagnostic.related(file, repeated.first.span.clone(), FIRST));
    }
}

const FIRST: &str = "the first one";

/// Patterns of which one has to match; those of each kind and letter case are one list.
fn check_patterns(
    organization: &Organization,
    rule: &Rule,
    all: &[Patterns],
    diagnostics: &mut Vec<Diagnostic>,
) {
    for ignore_case in [false, true] {
        let of_case = || all.iter().filter(|patterns| patterns.ignore_case == ignore_case);
        let exact = of_case().flat_map(|patterns| &patterns.exact).collect();
        let globs = of_case().flat_map(|patterns| &patterns.glob).map(|glob| &glob.written).collect();
        let regexes = of_case().flat_map(|patterns| &patterns.regex).map(|it| &it.written).collect();
        // In an expression, `\D` and `\d` are not the same.
        let lists: [(Vec<_>, bool); 3] = [(exact, ignore_case), (globs, ignore_case), (regexes, false)];
        for (list, folds) in lists {
            let key = |text: &String| if folds { fold(text) } else { text.clone() };
            check(organization, rule, &list, key, diagnostics);
        }
    }
}

fn check_condition(
    organization: &Organization,
    rule: &Rule,
    condition: &Condition,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match condition {
        Condition::All(all) | Condition::Any(all) => {
            all.iter().for_each(|inner| check_condition(organization, rule, inner, diagnostics));
        }
        Condition::Not(inner) | Condition::FalseIfUnknown(inner) => {
            check_condition(organization, rule, inner, diagnostics);
        }
        Condition::Connection(names)
        | Condition::Application(names)
        | Condition::Client(names)
        | Condition::Organization(names)
        | Condition::Metadata { values: names, .. } => {
            check(organization, rule, &names.iter().collect::<Vec<_>>(), Clone::clone, diagnostics);
        }
        Condition::EmailDomain(names) => {
            // The spellings of one domain are the same domain.
            let key = |domain: &String| domains::spellings(domain).iter().map(|it| fold(it)).min();
            let key = |domain: &String| key(domain).unwrap_or_default();
            check(organization, rule, &names.iter().collect::<Vec<_>>(), key, diagnostics);
        }
        Condition::Strategy(_) | Condition::User { .. } => {}
    }
}

fn check(
    organization: &Organization,
    rule: &Rule,
    list: &[&Spanned<String>],
    key: impl Fn(&String) -> String,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for repeated in repeated(list, key) {
        let span: &Range<usize> = &repeated.entry.span;
        let first = Some((rule.file.as_str(), &repeated.first.span, FIRST));
        let diagnostic = in_rule((organization, rule), Code::DuplicateEntry, span, repeated.message(), first);
        diagnostics.push(match repeated.help() {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
}

fn repeated<'l>(list: &[&'l Spanned<String>], key: impl Fn(&String) -> String) -> Vec<Repeated<'l>> {
    if list.len() < 2 {
        return Vec::new();
    }
    let mut known: HashMap<String, (usize, &Spanned<String>)> = HashMap::new();
    let mut found = Vec::new();
    for (at, entry) in list.iter().enumerate() {
        let (first_at, first) = *known.entry(key(&entry.value)).or_insert((at, entry));
        // The groups of one glob are in the same place.
        if first_at == at || first.span == entry.span {
            continue;
        }
        // Both are followed by an entry, which may be the other part of a name.
        let next = list.get(first_at + 1).filter(|_| at - first_at > 1 && at + 1 < list.len());
        let with_comma = next.map(|next| format!("{}, {}", first.value, next.value));
        found.push(Repeated { entry, first, with_comma });
    }
    found
}

impl Repeated<'_> {
    fn message(&self) -> String {
        let (entry, first) = (&self.entry.value, &self.first.value);
        match entry == first {
            true => format!("`{}` is in the list twice", visible(entry)),
            false => format!("`{}` and `{}` mean the same here", visible(first), visible(entry)),
        }
    }

    fn help(&self) -> Option<String> {
        let name = self.with_comma.as_ref()?;
        Some(format!(
            "remove it; if a comma is part of a name, put the name in quotes: `\"{}\"`",
            visible(name)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        check, check_silent, combined, everyone, exact, glob, grant, ignoring_case, lint, names, regex, rule,
        when,
    };
    use crate::diagnostic::Code;
    use crate::language::model::{Condition, Effect, Patterns, Rule};

    const CODE: Code = Code::DuplicateEntry;

    fn of(patterns: Patterns) -> Rule {
        grant("a", patterns, &["x"])
    }

    #[test]
    fn entry_that_is_twice_in_a_list_is_reported() {
        check(of(exact(&["m", "n", "m"])), CODE, "`m` is in the list twice");
        check(of(glob(&["m*", "m*"])), CODE, "`m*` is in the list twice");
        check(of(regex(&["m+", "m+"])), CODE, "`m+` is in the list twice");
        check(of(ignoring_case(exact(&["M", "m"]))), CODE, "`M` and `m` mean the same here");
        check(of(ignoring_case(glob(&["M*", "m*"]))), CODE, "`M*` and `m*` mean the same here");
        check(grant("a", exact(&["m"]), &["x", "x"]), CODE, "`x` is in the list twice");
        let parts = combined(vec![exact(&["m"]), exact(&["m"])], Vec::new(), Vec::new());
        check(rule("a", Effect::Grant, parts, &["x"]), CODE, "`m` is in the list twice");
        let clients = Condition::Not(Box::new(Condition::Client(names(&["qlik-client", "qlik-client"]))));
        check(when(everyone("a", &["x"]), clients), CODE, "`qlik-client` is in the list twice");
        let domains = Condition::EmailDomain(names(&["bücher.example", "XN--bcher-kva.example"]));
        check(when(everyone("a", &["x"]), domains), CODE, "mean the same here");
    }

    #[test]
    fn different_entries_are_not_reported() {
        check_silent(of(exact(&["m", "M"])), CODE);
        check_silent(of(ignoring_case(regex(&[r"\D+", r"\d+"]))), CODE);
        let parts = combined(Vec::new(), vec![exact(&["m"]), exact(&["n", "m"])], vec![exact(&["o"])]);
        check_silent(rule("a", Effect::Grant, parts, &["x"]), CODE);
        check_silent(of(Patterns { glob: glob(&["m"]).glob, ..exact(&["m"]) }), CODE);
    }

    #[test]
    fn names_with_commas_may_lack_their_quotes() {
        let help = |names: &[&str]| lint(of(exact(names)), CODE)[0].help.clone();
        let expected = "remove it; if a comma is part of a name, put the name in quotes: `\"Sales, EMEA\"`";
        assert_eq!(help(&["Sales", "EMEA", "Sales", "Americas"]), expected);
        assert_eq!(help(&["Sales", "Sales", "EMEA"]), CODE.help());
        assert_eq!(help(&["Sales", "EMEA", "Sales"]), CODE.help());
    }
}
