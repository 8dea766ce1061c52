//! Rules that can never fire, because of their condition or their patterns.

use super::contradictions;
use super::pattern_set::PatternSet;
use super::prepared::Prepared;
use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Matches, Organization, Platform};

/// Reports conditions that contradict themselves, and rules whose `none` matches everything that the rest matches.
pub(super) fn lint(
    platform: &Platform,
    organization: &Organization,
    prepared: &Prepared<'_>,
    budget: &mut usize,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (rule, matches) in organization.rules.iter().zip(&prepared.rules) {
        if let Some(found) = contradictions::find(platform, organization, rule) {
            let other = found.other.as_ref().map(|span| (rule.file.as_str(), span, "together with this"));
            let place = (organization, rule);
            diagnostics.push(in_rule(place, Code::ImpossibleCondition, &found.span, found.message, other));
        }
        let Matches::Groups { any, all, none, span } = &rule.matches else { continue };
        let Some(first) = none.first() else { continue };
        if matches.none.is_empty() {
            continue;
        }
        let mut check = |patterns: &PatternSet<'_>, span, message: &str| {
            if !patterns.is_empty() && matches.none.covers(patterns, budget) {
                let other = Some((rule.file.as_str(), &first.span, "this excludes them"));
                let place = (organization, rule);
                diagnostics.push(in_rule(place, Code::ImpossibleCondition, span, message, other));
            }
        };
        let span = any.first().map_or(span, |first| &first.span);
        check(&matches.any, span, "every group that `any` matches is excluded by `none`");
        for (written, patterns) in all.iter().zip(&matches.all) {
            check(
                patterns,
                &written.span,
                "every group that this entry of `all` matches is excluded by `none`",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        check, check_silent, combined, exact, glob, grant, ignoring_case, lint, name, names, of_template,
        place, regex, rule, texts, user, when,
    };
    use crate::diagnostic::{Code, Severity};
    use crate::language::model::{Condition, Effect, MetadataOf, Rule, Scalar, Test};
    use crate::language::strategy::Strategy;

    const CODE: Code = Code::ImpossibleCondition;

    fn under(condition: Condition) -> Rule {
        when(grant("viewers", exact(&["staff"]), &["bi-viewers"]), condition)
    }

    fn check_impossible(all: Vec<Condition>, message: &str) {
        check(under(Condition::All(all)), CODE, message);
    }

    fn check_possible(all: Vec<Condition>) {
        check_silent(under(Condition::All(all)), CODE);
    }

    fn not(condition: Condition) -> Condition {
        Condition::Not(Box::new(condition))
    }

    fn connection(all: &[&str]) -> Condition {
        Condition::Connection(names(all))
    }

    fn strategy(of: Strategy) -> Condition {
        Condition::Strategy(vec![(of, place())])
    }

    fn metadata(of: MetadataOf, value: &str) -> Condition {
        Condition::Metadata { of, key: name("tier"), values: names(&[value]) }
    }

    #[test]
    fn contradiction_of_connections_is_reported() {
        let nothing = "no connection of this mapping can pass the condition";
        check_impossible(vec![connection(&["acme-okta"]), connection(&["acme-saml"])], nothing);
        check_impossible(vec![connection(&["acme-okta"]), not(connection(&["acme-okta"]))], nothing);
        check_impossible(vec![not(connection(&["acme-okta", "acme-saml"]))], nothing);
        check_impossible(vec![connection(&["acme-saml"]), strategy(Strategy::Okta)], nothing);
        check_impossible(
            vec![strategy(Strategy::Waad)],
            "no connection of this mapping has the strategy `waad`",
        );
        let any = Condition::Any(vec![connection(&["acme-okta"]), strategy(Strategy::Ad)]);
        check_impossible(vec![any, connection(&["acme-saml"])], nothing);
        let either =
            Condition::All(vec![connection(&["acme-okta"]), connection(&["acme-okta", "acme-saml"])]);
        check_impossible(vec![not(Condition::Any(vec![either.clone(), not(either)]))], nothing);
    }

    #[test]
    fn contradiction_is_not_reported_if_a_connection_passes() {
        check_possible(vec![connection(&["acme-okta", "acme-saml"]), connection(&["acme-saml"])]);
        check_possible(vec![connection(&["acme-saml"]), not(connection(&["acme-okta"]))]);
        check_possible(vec![strategy(Strategy::Samlp), connection(&["acme-okta", "acme-saml"])]);
        let any = Condition::Any(vec![connection(&["acme-okta"]), connection(&["acme-saml"])]);
        check_possible(vec![any.clone(), connection(&["acme-saml"])]);
        check_possible(vec![not(not(any))]);
    }

    #[test]
    fn contradiction_of_applications_is_reported() {
        let application = |names_of: &[&str]| Condition::Application(names(names_of));
        let client = |ids: &[&str]| Condition::Client(names(ids));
        let nothing = "no client of any application can pass the condition";
        check_impossible(vec![application(&["qlik"]), application(&["catalog"])], nothing);
        check_impossible(vec![application(&["qlik"]), client(&["catalog-client"])], nothing);
        check_impossible(vec![client(&["unheard-of"])], "no application has the client `unheard-of`");
        check_impossible(vec![not(application(&["qlik", "catalog"]))], nothing);
        check_possible(vec![application(&["qlik"]), client(&["catalog-client", "qlik-client"])]);
        check_possible(vec![application(&["qlik"]), not(client(&["qlik-client"]))]);
    }

    #[test]
    fn contradiction_with_the_organization_is_reported() {
        let organization = |all: &[&str]| Condition::Organization(names(all));
        check_impossible(
            vec![organization(&["hooli"])],
            "for `acme` alone, which the condition does not name",
        );
        check_impossible(
            vec![not(organization(&["acme"]))],
            "for `acme` alone, which the condition excludes",
        );
        check_possible(vec![organization(&["hooli", "acme"])]);
        check_possible(vec![not(organization(&["hooli"]))]);
    }

    #[test]
    fn contradiction_in_a_template_does_not_depend_on_the_organization() {
        let organization = Condition::Organization(names(&["hooli"]));
        check_silent(of_template(under(organization)), CODE);
        check_silent(of_template(under(strategy(Strategy::Waad))), CODE);
        check_silent(of_template(under(not(connection(&["acme-okta", "acme-saml"])))), CODE);
        let client = Condition::Client(names(&["unheard-of"]));
        check(of_template(under(client)), CODE, "no application has the client");
    }

    #[test]
    fn contradiction_of_domains_and_metadata_is_reported() {
        let domain = |all: &[&str]| Condition::EmailDomain(names(all));
        check_impossible(
            vec![domain(&["acme.example"]), domain(&["hooli.example"])],
            "no e-mail domain passes both",
        );
        check_impossible(vec![not(domain(&["ACME.example"])), domain(&["acme.example"])], "no e-mail domain");
        let of = MetadataOf::Organization;
        let message = "no value of `tier` in the organization's metadata passes both";
        check_impossible(vec![metadata(of, "gold"), metadata(of, "silver")], message);
        check_possible(vec![metadata(of, "gold"), metadata(MetadataOf::Client, "silver")]);
        check_possible(vec![domain(&["acme.example"]), domain(&["ACME.example", "hooli.example"])]);
        check_possible(vec![not(domain(&["acme.example"])), not(domain(&["hooli.example"]))]);
    }

    fn check_values(tests: Vec<Condition>, message: &str) {
        check_impossible(tests, message);
    }

    #[test]
    fn contradiction_of_attribute_tests_is_reported() {
        let is = |values: &[&str]| user("/a", Test::Equals(texts(values)));
        let has = |values: &[&str]| user("/a", Test::Contains(texts(values)));
        let number = |number| user("/a", Test::Equals(vec![Scalar::Number(number)]));
        check_values(vec![is(&["x"]), is(&["y"])], "`/a` has no value that passes all of its tests");
        check_values(vec![is(&["x"]), not(is(&["x", "y"]))], "has no value");
        check_values(
            vec![user("/a", Test::AtLeast(5.0)), user("/a", Test::AtMost(4.0))],
            "bounds that exclude every number",
        );
        check_values(
            vec![user("/a", Test::AtLeast(5.0)), user("/a", Test::Below(5.0))],
            "bounds that exclude every number",
        );
        check_values(vec![user("/a", Test::Above(5.0)), not(user("/a", Test::Above(5.0)))], "bounds");
        check_values(vec![number(3.0), user("/a", Test::Above(3.0))], "has no value");
        check_values(vec![is(&["3"]), user("/a", Test::Above(1.0))], "has no value");
        check_values(vec![user("/a", Test::Exists(false)), is(&["x"])], "must not exist, but another test");
        check_values(vec![not(user("/a", Test::Exists(true))), not(is(&["x"]))], "must not exist");
        check_values(vec![user("/a", Test::Exists(false)), user("/a", Test::Exists(true))], "must not exist");
        check_values(vec![is(&["x"]), has(&["y"])], "has no value");
        check_values(vec![has(&["x"]), has(&["y"]), not(is(&["z"]))], "has no value");
        check_values(vec![user("/a", Test::AtLeast(5.0)), has(&["x"])], "has no value");
        check_values(vec![has(&["x"]), not(has(&["x", "y"]))], "has no value");
    }

    #[test]
    fn contradiction_is_not_reported_if_a_value_passes() {
        let is = |values: &[&str]| user("/a", Test::Equals(texts(values)));
        let has = |values: &[&str]| user("/a", Test::Contains(texts(values)));
        check_possible(vec![is(&["x", "y"]), is(&["y", "z"]), not(is(&["x"]))]);
        check_possible(vec![is(&["x"]), user("/b", Test::Equals(texts(&["y"])))]);
        check_possible(vec![user("/a", Test::AtLeast(5.0)), user("/a", Test::AtMost(5.0))]);
        check_possible(vec![user("/a", Test::Above(4.0)), user("/a", Test::Below(5.0))]);
        check_possible(vec![has(&["x"]), has(&["y"]), not(has(&["z"]))]);
        check_possible(vec![has(&["x", "y"]), is(&["y", "z"])]);
        check_possible(vec![
            user("/a", Test::Contains(vec![Scalar::Number(5.0)])),
            user("/a", Test::Above(4.0)),
        ]);
        check_possible(vec![user("/a", Test::Exists(true)), is(&["x"])]);
        check_possible(vec![not(user("/a", Test::Exists(false))), not(is(&["x"]))]);
        check_possible(vec![Condition::Any(vec![is(&["x"]), is(&["y"])]), is(&["y"])]);
    }

    #[test]
    fn contradiction_is_an_error_with_both_places() {
        let found =
            lint(under(Condition::All(vec![connection(&["acme-okta"]), connection(&["acme-saml"])])), CODE);
        let related = found[0].related.as_ref().expect("the other");
        assert!(related.span.start < found[0].span.start);
        assert_eq!(found[0].severity, Severity::Error);
    }

    #[test]
    fn none_that_matches_everything_is_reported() {
        let matching = |any, all, none| rule("r", Effect::Grant, combined(any, all, none), &["x"]);
        let any = "every group that `any` matches is excluded by `none`";
        let all = "every group that this entry of `all` matches is excluded by `none`";
        check(matching(vec![exact(&["a-b"])], vec![], vec![glob(&["a-*"])]), CODE, any);
        check(matching(vec![exact(&["a"]), exact(&["b"])], vec![], vec![exact(&["a", "b"])]), CODE, any);
        check(matching(vec![glob(&["a-x-*"])], vec![], vec![glob(&["a-*"])]), CODE, any);
        check(
            matching(vec![], vec![glob(&["b*"]), exact(&["A"])], vec![ignoring_case(exact(&["a"]))]),
            CODE,
            all,
        );
        check(matching(vec![regex(&["a+"])], vec![], vec![regex(&["a+"])]), CODE, any);
    }

    #[test]
    fn none_that_matches_a_part_is_not_reported() {
        let silent = |any, all, none| {
            check_silent(rule("r", Effect::Grant, combined(any, all, none), &["x"]), CODE);
        };
        silent(vec![exact(&["a-b"]), exact(&["b"])], vec![], vec![glob(&["a-*"])]);
        silent(vec![glob(&["a-*"])], vec![], vec![glob(&["a-?*"])]);
        silent(vec![], vec![ignoring_case(exact(&["a"]))], vec![exact(&["a"])]);
        silent(vec![regex(&["a"])], vec![], vec![exact(&["a"])]);
    }
}
