//! Defaults that never apply.

use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Condition, Effect, Matches, Organization, Platform, Rule, TargetGroup};
use crate::language::yaml::Spanned;
use crate::text::visible::visible;

/// Reports defaults that never apply: that of all applications if a rule always grants something, and that of one if
/// a rule always grants a group of the application.
pub(super) fn lint(platform: &Platform, organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    let everyone = || organization.rules.iter().filter(|rule| is_for_everyone(rule));
    if let Some(default) = organization.default.first()
        && let Some(rule) = everyone().find(|rule| rule.when.is_none())
    {
        diagnostics.push(report(organization, default, rule, "grants to everyone"));
    }
    for (application, groups) in &organization.application_defaults {
        let Some(default) = groups.first() else { continue };
        let Some(at) = platform.applications.iter().position(|it| it.name.value == application.value) else {
            continue;
        };
        let always = |rule: &&Rule| match &rule.when {
            None => grants_one_of(platform, rule, at),
            Some(Condition::Application(names)) => {
                names.iter().any(|name| name.value == application.value) && grants_one_of(platform, rule, at)
            }
            Some(_) => false,
        };
        if let Some(rule) = everyone().find(always) {
            let what = format!("grants a group of `{}` to everyone", visible(&application.value));
            diagnostics.push(report(organization, default, rule, &what));
        }
    }
}

fn is_for_everyone(rule: &Rule) -> bool {
    rule.effect == Effect::Grant && rule.expires.is_none() && matches!(rule.matches, Matches::Everyone)
}

/// Whether a rule grants a group of an application, directly or as one that another includes.
fn grants_one_of(platform: &Platform, rule: &Rule, application: usize) -> bool {
    let groups = &platform.groups;
    let is_there = |group: &TargetGroup| group.applications.contains(&application);
    rule.groups.iter().filter(|grant| grant.expansion.is_none()).any(|grant| {
        let named = groups.iter().find(|group| group.name.value == grant.written.value);
        named.is_some_and(|group| {
            is_there(group) || group.included.iter().filter_map(|at| groups.get(*at)).any(is_there)
        })
    })
}

fn report(organization: &Organization, default: &Spanned<String>, rule: &Rule, what: &str) -> Diagnostic {
    let message = format!(
        "`{}` is never granted by default, because `{}` {what}",
        visible(&default.value),
        rule.id.value
    );
    let span = default.span.clone();
    let diagnostic = Diagnostic::new(Code::UnreachableDefault, &organization.file, span, message);
    // A template's rule is in another file; the place where the template is used is in this one.
    match &rule.used {
        Some(used) => diagnostic.related(&organization.file, used.clone(), "the template with that rule"),
        None => diagnostic.related(&rule.file, rule.span.clone(), "that rule"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        check_one, everyone, exact, grant, lint_all, lint_organization, name, names, of_template,
        organization, platform, rule, when,
    };
    use crate::diagnostic::{Code, Diagnostic};
    use crate::language::model::{Condition, Effect, Matches, Rule};

    fn find(rule: Rule) -> Vec<Diagnostic> {
        let mut acme = organization(vec![grant("viewers", exact(&["staff"]), &["x"]), rule]);
        acme.default = names(&["guests"]);
        lint_organization(&acme, Code::UnreachableDefault)
    }

    #[test]
    fn unreachable_default_with_a_rule_for_everyone_is_reported() {
        check_one(
            &find(everyone("all", &["x"])),
            "`guests` is never granted by default, because `all` grants",
        );
        let found = find(of_template(everyone("all", &["x"])));
        check_one(&found, "`guests`");
        assert_eq!(found[0].related.as_ref().expect("the use").file, "organizations/acme.yaml");
    }

    #[test]
    fn unreachable_default_ignores_defaults_that_can_apply() {
        assert_eq!(find(grant("all", exact(&["all"]), &["x"])), []);
        assert_eq!(find(when(everyone("all", &["x"]), Condition::Application(names(&["qlik"])))), []);
        assert_eq!(find(rule("none", Effect::Exclude, Matches::Everyone, &["x"])), []);
        assert_eq!(find(Rule { expires: Some((9, 0..1)), ..everyone("all", &["x"]) }), []);
        let no_default = organization(vec![everyone("all", &["x"])]);
        assert_eq!(lint_organization(&no_default, Code::UnreachableDefault), []);
    }

    #[test]
    fn default_of_an_application_counts_the_rules_that_grant_its_groups() {
        let find = |rule: Rule| {
            let mut acme = organization(vec![rule]);
            acme.application_defaults = vec![(name("qlik"), names(&["guests"]))];
            let mut platform = platform(&["guests", "members", "readers"]);
            for group in &mut platform.groups {
                group.applications = vec![usize::from(group.name.value != "readers")];
            }
            platform.groups[2].included = if rule_includes(&acme) { vec![1] } else { Vec::new() };
            lint_all(&platform, &[acme], Code::UnreachableDefault)
        };
        let only = |application: &str| Condition::Application(names(&[application]));
        check_one(&find(everyone("all", &["members"])), "because `all` grants a group of `qlik` to everyone");
        check_one(&find(when(everyone("all", &["members"]), only("qlik"))), "because `all`");
        check_one(&find(everyone("including", &["readers"])), "because `including`");
        assert_eq!(find(everyone("all", &["readers"])), []);
        assert_eq!(find(when(everyone("all", &["members"]), only("catalog"))), []);
        assert_eq!(find(grant("all", exact(&["all"]), &["members"])), []);
    }

    fn rule_includes(acme: &crate::language::model::Organization) -> bool {
        acme.rules[0].id.value == "including"
    }
}
