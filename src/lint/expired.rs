//! Rules that have expired, and defaults that never apply.

use super::in_rule::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Effect, Matches, Organization, Rule};
use crate::text::rfc3339::format_rfc3339;
use crate::text::visible::visible;

/// Reports rules that have expired, and a default that never applies.
pub(super) fn lint(organization: &Organization, now: Option<f64>, diagnostics: &mut Vec<Diagnostic>) {
    for rule in &organization.rules {
        if let Some((expires, span)) = &rule.expires
            && now.is_some_and(|now| now >= seconds(*expires))
        {
            let message = format!("`{}` has not fired since {}", rule.id.value, date(*expires));
            diagnostics.push(in_rule((organization, rule), Code::ExpiredRule, span, message, None));
        }
    }
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

/// A moment as a number that can be compared with the time of a clock.
#[expect(clippy::cast_precision_loss, reason = "dates are far below 2^53 seconds")]
fn seconds(moment: i64) -> f64 {
    moment as f64
}

/// A moment, such as `2027-01-31` or `2027-01-31T09:30:00Z`.
fn date(moment: i64) -> String {
    let text = format_rfc3339(moment);
    text.strip_suffix("T00:00:00Z").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        check_one, everyone, exact, grant, lint_organization, names, of_template, organization, rule, when,
    };
    use super::{date, lint};
    use crate::diagnostic::{Code, Diagnostic};
    use crate::language::model::{Condition, Effect, Matches, Rule};

    #[test]
    fn date_at_midnight_is_a_day() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(1_801_353_600), "2027-01-31");
        assert_eq!(date(1_801_353_599), "2027-01-30T23:59:59Z");
    }

    fn expired(now: Option<f64>) -> Vec<Diagnostic> {
        let rule = Rule { expires: Some((86_400, 3..5)), ..grant("guests", exact(&["guests"]), &["x"]) };
        let mut found = Vec::new();
        lint(&organization(vec![rule]), now, &mut found);
        found
    }

    #[test]
    fn expired_rule_is_reported_from_its_moment_on() {
        let found = expired(Some(86_400.0));
        check_one(&found, "`guests` has not fired since 1970-01-02");
        assert_eq!((found[0].code, found[0].span.clone()), (Code::ExpiredRule, 3..5));
        assert_eq!(expired(Some(86_399.9)), []);
        assert_eq!(expired(None), []);
    }

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
