//! Entries of `grant` and `exclude` that never change what a login receives, and marks for protected groups in rules that
//! grant none.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use super::contradictions::applications_of;
use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Effect, Organization, Platform, Rule, TargetGroup};
use crate::language::parsed_patterns::Grant;
use crate::language::suggestions::word_list;
use crate::text::visible::visible;

/// How many groups a message names.
const MAX_EXAMPLES: usize = 3;

/// What a rule names in one place, and where.
type Entry<'r> = (&'r Range<usize>, Vec<&'r Grant>);

/// What an organization grants, by rules and defaults.
struct Granted<'m> {
    names: BTreeSet<&'m str>,
    expanding: Vec<&'m Grant>,
}

/// Reports groups that their rule's condition keeps away from their applications.
pub(super) fn lint(platform: &Platform, organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    for rule in organization.rules.iter().filter(|rule| rule.when.is_some()) {
        let applications = applications_of(platform, rule);
        if applications.is_empty() || applications.len() == platform.applications.len() {
            continue;
        }
        for (span, grants) in entries(rule) {
            let is_there =
                |group: &TargetGroup| group.applications.iter().any(|it| applications.contains(it));
            if affected(platform, rule, &grants).any(is_there) {
                continue;
            }
            let names: Vec<&str> = applications
                .iter()
                .filter_map(|at| platform.applications.get(*at))
                .map(|application| application.name.value.as_str())
                .collect();
            let have = if names.len() == 1 { "has" } else { "have" };
            let message = format!(
                "the rule fires only for {}, which {have} no target group {}",
                word_list(names.into_iter()),
                named(&grants)
            );
            let help = "correct the group or the application, or remove the group: it is never in that claim";
            diagnostics.push(in_rule((organization, rule), Code::NoEffect, span, message, None).help(help));
        }
    }
}

/// Reports exclusions of groups that the organization never grants. A rule of a template is reported if that is so
/// wherever it is used.
pub(super) fn lint_exclusions(
    platform: &Platform,
    organizations: &[Organization],
    diagnostics: &mut Vec<Diagnostic>,
) {
    // By the place of the entry: the first finding, unless a use of the template has an effect.
    let mut of_templates: BTreeMap<(&str, usize), Option<Diagnostic>> = BTreeMap::new();
    for organization in organizations {
        let mut granted = None;
        for rule in organization.rules.iter().filter(|rule| rule.effect == Effect::Exclude) {
            let granted = granted.get_or_insert_with(|| Granted::of(organization));
            for (span, grants) in entries(rule) {
                let finding = find_exclusion(platform, (organization, rule), granted, (span, &grants));
                if rule.used.is_none() {
                    diagnostics.extend(finding);
                    continue;
                }
                let entry = of_templates.entry((rule.file.as_str(), span.start));
                entry
                    .and_modify(|known| {
                        if finding.is_none() {
                            *known = None;
                        }
                    })
                    .or_insert(finding);
            }
        }
    }
    diagnostics.extend(of_templates.into_values().flatten());
}

/// Reports rules that are marked to grant protected groups, and grant none. A rule of a template is reported if that is
/// so wherever it is used.
pub(super) fn lint_marks(
    platform: &Platform,
    organizations: &[Organization],
    diagnostics: &mut Vec<Diagnostic>,
) {
    // By the place of the mark: the finding, unless a use of the template needs it.
    let mut found: BTreeMap<(&str, usize), Option<Diagnostic>> = BTreeMap::new();
    for organization in organizations {
        for rule in &organization.rules {
            let Some(span) = &rule.protected_span else { continue };
            let grants: Vec<&Grant> = rule.groups.iter().collect();
            let is_needed = rule.effect == Effect::Grant
                && affected(platform, rule, &grants).any(|group| group.protected);
            let place = (rule.file.as_str(), span.start);
            if is_needed {
                found.insert(place, None);
            } else {
                found.entry(place).or_insert_with(|| Some(needless_mark((organization, rule), span)));
            }
        }
    }
    diagnostics.extend(found.into_values().flatten());
}

fn needless_mark(place: (&Organization, &Rule), span: &Range<usize>) -> Diagnostic {
    let (message, help) = match place.1.effect {
        Effect::Grant => (
            "`protected: true` has no effect, because the rule grants no protected group",
            "remove it, so that a group that is protected later is not granted by this rule unseen; or grant the protected \
             group that is meant",
        ),
        Effect::Exclude => (
            "`protected: true` has no effect, because the rule excludes: it is for rules that grant",
            "remove it: any rule may exclude protected groups",
        ),
    };
    in_rule(place, Code::NoEffect, span, message, None).help(help)
}

fn find_exclusion(
    platform: &Platform,
    (organization, rule): (&Organization, &Rule),
    granted: &Granted<'_>,
    (span, grants): (&Range<usize>, &[&Grant]),
) -> Option<Diagnostic> {
    if affected(platform, rule, grants).any(|group| granted.has(&group.name.value)) {
        return None;
    }
    let message = format!(
        "no rule and no default of `{}` grants {}, so there is nothing to exclude",
        visible(&organization.name),
        named(grants)
    );
    let help = "name the group that is meant, or remove it";
    Some(in_rule((organization, rule), Code::NoEffect, span, message, None).help(help))
}

/// What a rule grants or excludes, by the place where it is written: a glob means several groups.
fn entries(rule: &Rule) -> Vec<Entry<'_>> {
    let mut entries: BTreeMap<(usize, usize), Entry<'_>> = BTreeMap::new();
    for grant in &rule.groups {
        let span = &grant.written.span;
        entries.entry((span.start, span.end)).or_insert((span, Vec::new())).1.push(grant);
    }
    entries.into_values().collect()
}

/// The groups that an entry adds or removes: a group that is granted brings those that it includes, and an exclusion
/// also removes those that include it.
fn affected<'p>(
    platform: &'p Platform,
    rule: &Rule,
    grants: &[&Grant],
) -> impl Iterator<Item = &'p TargetGroup> {
    let groups = &platform.groups;
    let mut positions = BTreeSet::new();
    for grant in grants {
        match &grant.expansion {
            None => positions
                .extend(groups.binary_search_by(|group| group.name.value.as_str().cmp(&grant.written.value))),
            Some(expansion) => {
                let fits = |(_, group): &(usize, &TargetGroup)| expansion.can_name(&group.name.value);
                positions.extend(groups.iter().enumerate().filter(fits).map(|(at, _)| at));
            }
        }
    }
    let related: Vec<usize> = match rule.effect {
        Effect::Grant => {
            let included = positions.iter().filter_map(|at| groups.get(*at)).flat_map(|it| &it.included);
            included.copied().collect()
        }
        Effect::Exclude => {
            let includes = |(_, group): &(usize, &TargetGroup)| {
                group.included.iter().any(|included| positions.contains(included))
            };
            groups.iter().enumerate().filter(includes).map(|(at, _)| at).collect()
        }
    };
    positions.extend(related);
    positions.into_iter().filter_map(|at| groups.get(at))
}

fn named(grants: &[&Grant]) -> String {
    let names: Vec<String> =
        grants.iter().take(MAX_EXAMPLES).map(|grant| visible(&grant.written.value)).collect();
    let more = if grants.len() > MAX_EXAMPLES { " and others" } else { "" };
    format!("{}{more}", word_list(names.iter().map(String::as_str)))
}

impl<'m> Granted<'m> {
    fn of(organization: &'m Organization) -> Self {
        let granting = organization.rules.iter().filter(|rule| rule.effect == Effect::Grant);
        let (expanding, plain): (Vec<&Grant>, Vec<&Grant>) =
            granting.flat_map(|rule| &rule.groups).partition(|grant| grant.expansion.is_some());
        let defaults = organization.default_groups().map(|group| group.value.as_str());
        let names = plain.into_iter().map(|grant| grant.written.value.as_str()).chain(defaults).collect();
        Self { names, expanding }
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains(name) || self.expanding.iter().any(|grant| grant.can_name(name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        check_one, everyone, exact, exclude, glob, grant, lint_all, names, of_template, organization,
        platform, when,
    };
    use crate::diagnostic::{Code, Diagnostic};
    use crate::language::model::{Condition, Organization, Platform, Rule};

    fn find(platform: &Platform, organizations: &[Organization]) -> Vec<Diagnostic> {
        lint_all(platform, organizations, Code::NoEffect)
    }

    /// A platform on which `admins` includes `editors`, and both, and `readers`, are groups of the catalog alone.
    fn catalog() -> Platform {
        let mut platform = platform(&["admins", "editors", "qlik-viewers", "readers"]);
        for group in &mut platform.groups {
            let application = usize::from(group.name.value.starts_with("qlik"));
            group.applications = vec![application];
        }
        platform.groups[0].included = vec![1];
        platform
    }

    fn find_of(rules: Vec<Rule>) -> Vec<Diagnostic> {
        find(&catalog(), &[organization(rules)])
    }

    fn only(rule: Rule, application: &str) -> Rule {
        when(rule, Condition::Application(names(&[application])))
    }

    #[test]
    fn group_of_another_application_is_reported() {
        let found =
            find_of(vec![only(grant("staff", exact(&["staff"]), &["readers", "qlik-viewers"]), "qlik")]);
        check_one(&found, "the rule fires only for `qlik`, which has no target group `readers`");
        let not = Condition::Not(Box::new(Condition::Application(names(&["catalog"]))));
        check_one(&find_of(vec![when(everyone("all", &["readers"]), not)]), "only for `qlik`");
        let client = Condition::Client(names(&["qlik-client"]));
        check_one(&find_of(vec![when(everyone("all", &["readers"]), client)]), "only for `qlik`");
        let expanding = grant("teams", glob(&["x-${team}"]), &["read${team}"]);
        check_one(&find_of(vec![only(expanding, "qlik")]), "`read${team}`");
        let excluding =
            vec![everyone("all", &["readers"]), only(exclude("no", exact(&["x"]), &["readers"]), "qlik")];
        check_one(&find_of(excluding), "`readers`");
    }

    #[test]
    fn group_of_the_application_is_not_reported() {
        assert_eq!(find_of(vec![only(everyone("all", &["readers"]), "catalog")]), []);
        assert_eq!(find_of(vec![only(grant("teams", glob(&["x-${team}"]), &["qlik-${team}"]), "qlik")]), []);
        let either = Condition::Any(vec![
            Condition::Application(names(&["qlik"])),
            Condition::Connection(names(&["acme-okta"])),
        ]);
        assert_eq!(find_of(vec![when(everyone("all", &["readers"]), either)]), []);
        let mut platform = catalog();
        platform.groups[1].applications = vec![1];
        let admins = organization(vec![only(everyone("all", &["admins"]), "qlik")]);
        assert_eq!(find(&platform, &[admins]), [], "it includes a group of the application");
    }

    #[test]
    fn exclusion_of_a_group_that_is_never_granted_is_reported() {
        let found = find_of(vec![
            everyone("all", &["readers"]),
            exclude("no", exact(&["x"]), &["readers", "editors"]),
        ]);
        check_one(
            &found,
            "no rule and no default of `acme` grants `editors`, so there is nothing to exclude",
        );
        let found = find_of(vec![everyone("all", &["editors"]), exclude("no", exact(&["x"]), &["admins"])]);
        check_one(&found, "`admins`");
    }

    #[test]
    fn exclusion_of_a_group_that_may_be_granted_is_not_reported() {
        let no = |group: &str| exclude("no", exact(&["x"]), &[group]);
        assert_eq!(find_of(vec![everyone("all", &["admins"]), no("editors")]), [], "it is included");
        assert_eq!(find_of(vec![grant("teams", glob(&["x-${t}"]), &["read${t}"]), no("readers")]), []);
        let mut acme = organization(vec![no("readers")]);
        acme.default = names(&["readers"]);
        assert_eq!(find(&catalog(), &[acme]), []);
        // A glob of target groups, of which one is granted.
        let mut all = exclude("no", exact(&["x"]), &["readers", "editors"]);
        let span = all.groups[0].written.span.clone();
        all.groups[1].written.span = span;
        assert_eq!(find_of(vec![everyone("all", &["readers"]), all]), []);
    }

    fn marked(rule: Rule) -> Rule {
        Rule { protected: true, protected_span: Some(30..39), ..rule }
    }

    #[test]
    fn mark_without_a_protected_group_is_reported() {
        let mut platform = catalog();
        platform.groups[1].protected = true;
        let find_of = |rules| find(&platform, &[organization(rules)]);
        let found = find_of(vec![marked(grant("staff", exact(&["staff"]), &["readers"]))]);
        check_one(&found, "`protected: true` has no effect, because the rule grants no protected group");
        let all = everyone("all", &["readers"]);
        let found = find_of(vec![all, marked(exclude("no", exact(&["x"]), &["readers"]))]);
        check_one(&found, "because the rule excludes");
        assert_eq!(find_of(vec![marked(grant("staff", exact(&["staff"]), &["editors"]))]), []);
        assert_eq!(find_of(vec![marked(grant("staff", exact(&["staff"]), &["admins"]))]), [], "included");
        assert_eq!(find_of(vec![marked(grant("teams", glob(&["x-${t}"]), &["edit${t}"]))]), []);
        let used = |group| organization(vec![marked(of_template(grant("staff", exact(&["x"]), &[group])))]);
        assert_eq!(find(&platform, &[used("readers"), used("editors")]), []);
        assert_eq!(find(&platform, &[used("editors"), used("readers")]), []);
        check_one(&find(&platform, &[used("readers"), used("readers")]), "no protected group");
    }

    #[test]
    fn exclusion_of_a_template_counts_every_use() {
        let span = 40..45;
        let no = || {
            let mut rule = of_template(exclude("no", exact(&["x"]), &["readers"]));
            rule.groups[0].written.span = span.clone();
            rule
        };
        let without = || organization(vec![no()]);
        let with = || organization(vec![everyone("all", &["readers"]), no()]);
        assert_eq!(find(&catalog(), &[without(), with()]), []);
        assert_eq!(find(&catalog(), &[with(), without()]), []);
        check_one(&find(&catalog(), &[without(), without()]), "`readers`");
    }
}
