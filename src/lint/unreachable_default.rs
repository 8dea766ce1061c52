//! Defaults that never apply.

use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Effect, Matches, Organization, Rule};
use crate::text::visible::visible;

/// Reports a default that never applies.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    let Some(default) = organization.default.first() else { return };
    let always = |rule: &&Rule| {
        rule.effect == Effect::Grant
            && rule.when.is_none()
            && rule.expires.is_none()
            && matches!(rule.matches, Matches::Everyone)
    };
    if let Some(rule) = organization.rules.iter().find(always) {
        let message = format!(
            "`{}` is never granted by default, because `{}` grants to everyone",
            visible(&default.value),
            rule.id.value
        );
        let span = default.span.clone();
        let diagnostic = Diagnostic::new(Code::UnreachableDefault, &organization.file, span, message);
        // A template's rule is in another file; the place where the template is used is in this one.
        diagnostics.push(match &rule.used {
            Some(used) => diagnostic.related(&organization.file, used.clone(), "the template with that rule"),
            None => diagnostic.related(&rule.file, rule.span.clone(), "that rule"),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        check_one, everyone, exact, grant, lint_organization, names, of_template, organization, rule, when,
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
}
