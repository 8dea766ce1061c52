//! Texts that look like another language than the one that they are read as.

use core::ops::Range;

use super::contradictions::connections_of;
use super::other_form::{OtherForms, WrittenForm, may_have_any_form, name_in};
use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{
    Condition, Effect, Organization, OwnedForm, Patterns, Platform, Rule, Scalar, Test, TextPatterns,
};
use crate::language::yaml::Spanned;
use crate::patterns::foreign::{
    Foreign, MatchEffect, Place, QuotedHalf, ReadAs, find, find_padded, find_several, in_list, in_metadata,
    in_prefix, looks_like_dn, shown, with_point,
};

/// Reports names of target groups that look like another language.
pub(super) fn lint_platform(platform: &Platform, diagnostics: &mut Vec<Diagnostic>) {
    for group in &platform.groups {
        in_file(&platform.file, &group.name, diagnostics);
    }
    for prefix in platform.ceilings.iter().filter_map(|ceiling| ceiling.prefix.as_ref()) {
        report_in_file(&platform.file, prefix, in_prefix(&prefix.value), diagnostics);
    }
}

/// Reports names, patterns and conditions of an organization that look like another language.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    let connections = organization.connections.iter().map(|connection| &connection.name);
    let aliases = organization.aliases.iter().flat_map(|alias| [&alias.id, &alias.name]);
    for name in connections.chain(aliases) {
        in_file(&organization.file, name, diagnostics);
    }
    let forms = OtherForms::of(organization);
    for rule in &organization.rules {
        let mut report = |span: &Range<usize>, found: Option<Foreign>| {
            if let Some(found) = found {
                let place = (organization, rule);
                let diagnostic = in_rule(place, Code::ForeignSyntax, span, found.message.as_str(), None);
                diagnostics.push(diagnostic.help(found.help_or_allow()));
            }
        };
        for (patterns, is_against) in rule.patterns_against_access() {
            let effect = match rule.effect {
                Effect::Exclude if is_against => MatchEffect::Excludes,
                Effect::Exclude => MatchEffect::Spares,
                Effect::Grant if is_against => MatchEffect::LeavesOut,
                Effect::Grant => MatchEffect::Grants,
            };
            in_patterns(&forms, (organization, rule), (patterns, effect), &mut report);
        }
        if let Some(condition) = &rule.when {
            in_condition(condition, &mut report);
        }
    }
}

/// Reports names and globs with a space at an end that no other finding is about.
pub(super) fn lint_spaces(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    for rule in &organization.rules {
        for patterns in rule.patterns() {
            let globs = patterns.glob.iter().map(|glob| &glob.written);
            for name in patterns.exact.iter().chain(globs) {
                let is_reported = |it: &Diagnostic| it.span == name.span && it.file == rule.file;
                if let Some(found) = find_padded(&name.value)
                    && !diagnostics.iter().any(is_reported)
                {
                    let place = (organization, rule);
                    let diagnostic =
                        in_rule(place, Code::ForeignSyntax, &name.span, found.message.as_str(), None);
                    diagnostics.push(diagnostic.help(found.help_or_allow()));
                }
            }
        }
    }
}

fn in_file(file: &str, name: &Spanned<String>, diagnostics: &mut Vec<Diagnostic>) {
    report_in_file(file, name, find(&name.value, ReadAs::Name), diagnostics);
}

fn report_in_file(
    file: &str,
    name: &Spanned<String>,
    found: Option<Foreign>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let Some(found) = found {
        let span = name.span.clone();
        let diagnostic = Diagnostic::new(Code::ForeignSyntax, file, span, found.message.as_str());
        diagnostics.push(diagnostic.help(found.help_or_allow()));
    }
}

fn in_patterns(
    forms: &OtherForms<'_>,
    (organization, rule): (&Organization, &Rule),
    (patterns, effect): (&Patterns, MatchEffect),
    report: &mut impl FnMut(&Range<usize>, Option<Foreign>),
) {
    let several =
        |text: &str, key| find_several(text, Place { key, effect, ignore_case: patterns.ignore_case });
    let find_form = |text: &str| {
        let other = || if !effect.is_against_access() { None } else { forms.find(rule, text) };
        with_form(organization, rule, text).or_else(other)
    };
    let mut before = None;
    for exact in &patterns.exact {
        let half = QuotedHalf::of(&exact.value);
        // What is wrong with the last half has been said of the first.
        if (before.replace(half), half) == (Some(Some(QuotedHalf::First)), Some(QuotedHalf::Last)) {
            continue;
        }
        // A name that is declared as an alias has been looked at there.
        if !organization.aliases.iter().any(|alias| alias.name.value == exact.value) {
            let text = exact.value.as_str();
            let found = find(text, ReadAs::Text("exact")).or_else(|| several(text, "exact"));
            report(&exact.span, found.or_else(|| find_form(text)));
        }
    }
    for glob in &patterns.glob {
        let text = glob.written.value.as_str();
        let in_glob = || if has_points(organization, text) { None } else { with_point(text, effect) };
        let found = find(text, ReadAs::Glob).or_else(in_glob);
        let found = found.or_else(|| several(text, "glob"));
        // A glob that begins like this can match a name in any form.
        let form =
            || if may_have_any_form(text) { with_form(organization, rule, text) } else { find_form(text) };
        report(&glob.written.span, found.or_else(form));
    }
    for regex in &patterns.regex {
        let text = regex.written.value.as_str();
        let found = find(text, ReadAs::Regex);
        report(&regex.written.span, found.or_else(|| several(text, "regex")));
    }
}

/// Whether the point of a glob can be that of names: another name or glob has one too.
fn has_points(organization: &Organization, glob: &str) -> bool {
    let of_patterns = |patterns: &Patterns| {
        let globs = patterns.glob.iter().map(|glob| &glob.written);
        patterns.exact.iter().chain(globs).any(|it| it.value != glob && it.value.contains('.'))
    };
    let mut aliases = organization.aliases.iter().flat_map(|alias| [&alias.id, &alias.name]);
    glob.contains('.')
        && (organization.rules.iter().flat_map(Rule::patterns).any(of_patterns)
            || aliases.any(|name| name.value.contains('.')))
}

/// A name with a part that every source of the rule's connections has removed.
fn with_form(organization: &Organization, rule: &Rule, text: &str) -> Option<Foreign> {
    let mut forms = connections_of(organization, rule)
        .flat_map(|connection| &connection.sources)
        .map(|source| source_part(&source.form, text));
    let (what, rest) = forms.next()??;
    if !forms.all(|form| form.is_some()) {
        return None;
    }
    let message = format!("`{}` {what}, and its source leaves only a part of that", shown(text));
    Some(Foreign { message, help: format!("write `{}`", shown(rest)), says_if_right: false })
}

/// What a text of a form is, and the part of it that rules see.
fn source_part<'t>(form: &OwnedForm, text: &'t str) -> Option<(&'static str, &'t str)> {
    let (what, rest) = match form {
        OwnedForm::Plain => return None,
        OwnedForm::DistinguishedName { .. } if looks_like_dn(text) => {
            ("is a distinguished name", name_in(text, WrittenForm::DistinguishedName)?)
        }
        OwnedForm::Domain { .. } => ("has its domain", name_in(text, WrittenForm::Domain)?),
        OwnedForm::Email { domain: Some(_) } => ("is an address", text.split_once('@')?.0),
        OwnedForm::Path => ("begins with `/`", text.strip_prefix('/')?),
        _ => return None,
    };
    (!rest.is_empty() && !rest.contains('\\')).then_some((what, rest))
}

fn in_condition(condition: &Condition, report: &mut impl FnMut(&Range<usize>, Option<Foreign>)) {
    match condition {
        Condition::All(all) | Condition::Any(all) => {
            all.iter().for_each(|condition| in_condition(condition, report));
        }
        Condition::Not(inner) | Condition::FalseIfUnknown(inner) => in_condition(inner, report),
        Condition::Metadata { of, key, values } => {
            for value in values {
                let text = value.value.as_str();
                let place = (of.key(), key.value.as_str());
                report(&value.span, find(text, ReadAs::Name).or_else(|| in_metadata(text, place)));
            }
        }
        Condition::User { test: Test::Equals(values), span, .. } => in_values("equals", values, span, report),
        Condition::User { test: Test::Contains(values), span, .. } => {
            in_values("contains", values, span, report);
        }
        Condition::User { test: Test::Matches(patterns) | Test::ContainsMatch(patterns), .. } => {
            in_texts(patterns, report);
        }
        _ => {}
    }
}

fn in_values(
    key: &str,
    values: &[Scalar],
    span: &Range<usize>,
    report: &mut impl FnMut(&Range<usize>, Option<Foreign>),
) {
    for value in values {
        if let Scalar::Text(text) | Scalar::AnyCase(text) = value {
            let listed = if values.len() > 1 { in_list(text, key) } else { None };
            report(span, listed.or_else(|| find(text, ReadAs::Text(key))));
        }
    }
}

fn in_texts(patterns: &TextPatterns, report: &mut impl FnMut(&Range<usize>, Option<Foreign>)) {
    let read_as = match patterns.key.as_str() {
        "glob" => ReadAs::Glob,
        "regex" => ReadAs::Regex,
        key => ReadAs::Text(key),
    };
    for text in &patterns.written {
        report(&text.span, find(&text.value, read_as));
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        alias, check, check_one, check_silent, exact, glob, grant, lint_all, lint_organization, organization,
        platform, regex, texts, user, when,
    };
    use crate::diagnostic::Code;
    use crate::language::model::{OwnedForm, Test};
    use crate::login::dn::AttributeOf;

    const CODE: Code = Code::ForeignSyntax;

    #[test]
    fn every_kind_of_name_and_pattern_is_looked_at() {
        check(grant("viewers", exact(&["BI *"]), &["x"]), CODE, "looks like a glob");
        check(grant("viewers", glob(&["BI (A|B)"]), &["x"]), CODE, "looks like a regular expression");
        check(grant("viewers", regex(&["acme-*"]), &["x"]), CODE, "looks like a glob");
        check(grant("viewers", glob(&["BI.*"]), &["x"]), CODE, "looks like a regular expression");
        let title = user("/title", Test::Equals(texts(&["Dir*"])));
        check(when(grant("viewers", exact(&["bi"]), &["x"]), title), CODE, "`equals` compares it");
        check_one(&lint_all(&platform(&["role-*"]), &[], CODE), "is compared as it is written");
        let mut acme = organization(vec![grant("viewers", exact(&["“BI”"]), &["x"])]);
        acme.aliases = vec![alias("4711", "“BI”")];
        acme.connections[0].name.value = "{{name}}".to_owned();
        assert_eq!(lint_organization(&acme, CODE).len(), 2);
    }

    #[test]
    fn names_with_a_part_that_their_sources_remove_are_reported() {
        let dn = "CN=BI,OU=Groups,DC=acme";
        let mut acme = organization(vec![grant("viewers", exact(&[dn, "BI"]), &["x"])]);
        assert_eq!(lint_organization(&acme, CODE), []);
        let form =
            OwnedForm::DistinguishedName { attribute: "CN".to_owned(), of: AttributeOf::Entry, below: None };
        acme.connections[0].sources[0].form = form.clone();
        assert_eq!(lint_organization(&acme, CODE), [], "the other connection can send it");
        acme.connections[1].sources[0].form = form;
        check_one(
            &lint_organization(&acme, CODE),
            "is a distinguished name, and its source leaves only a part",
        );
    }

    #[test]
    fn usual_names_are_not_reported() {
        let usual =
            ["SG BI (EU)", "Smith, John", "CORP\\bi", "R&D", "bi@acme.example", "100 % remote", "[x] y"];
        check_silent(grant("viewers", exact(&usual), &["x"]), CODE);
        check_silent(grant("viewers", glob(&["acme.*", "acme.eu-*", "{a,b}-*", "CORP\\*"]), &["x"]), CODE);
        check_silent(grant("viewers", regex(&["bi-(?<x>.+)", "a *b", "[a-z]+-\\d*"]), &["x"]), CODE);
    }
}
