//! Which rules grant or exclude nothing that another one does not.

use super::super::samples::{
    check_one, combined, everyone, exact, exclude, glob, grant, ignoring_case, lint_organization, names,
    of_template, organization, regex, rule, texts, user, when,
};
use crate::bundle::policy::UnmatchedPolicy;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Condition, Effect, Patterns, Rule, Test};

fn find(rules: Vec<Rule>, code: Code) -> Vec<Diagnostic> {
    lint_organization(&organization(rules), code)
}

fn check_duplicate(first: Rule, later: Rule) {
    let (id, other) = (later.id.value.clone(), first.id.value.clone());
    let place = (later.id.span.clone(), first.id.span.clone());
    let rules = vec![first, grant("between", exact(&["z"]), &["z"]), later];
    let acme = organization(rules);
    let found = lint_organization(&acme, Code::DuplicateRule);
    check_one(&found, &format!("`{id}` does the same as `{other}`"));
    let related = found[0].related.as_ref().expect("the first").span.clone();
    assert_eq!((found[0].span.clone(), related), place);
    assert_eq!(lint_organization(&acme, Code::ShadowedRule), [], "said once");
}

fn check_no_duplicate(first: Rule, later: Rule) {
    assert_eq!(find(vec![first, later], Code::DuplicateRule), []);
}

fn a(patterns: Patterns) -> Rule {
    grant("a", patterns, &["x", "y"])
}

fn b(patterns: Patterns) -> Rule {
    grant("b", patterns, &["y", "x"])
}

fn is(values: &[&str]) -> Condition {
    user("/department", Test::Equals(texts(values)))
}

#[test]
fn duplicate_rule_is_reported() {
    check_duplicate(a(exact(&["m", "n"])), b(exact(&["n", "m", "n"])));
    check_duplicate(
        a(glob(&["m-*", "{n,o}"])),
        b(Patterns { glob: glob(&["m-*"]).glob, ..exact(&["o", "n"]) }),
    );
    check_duplicate(a(regex(&["m+"])), b(regex(&["m+"])));
    check_duplicate(a(ignoring_case(exact(&["M"]))), b(ignoring_case(exact(&["m"]))));
    check_duplicate(when(a(exact(&["m"])), is(&["f", "g"])), when(b(exact(&["m"])), is(&["g", "f"])));
    check_duplicate(everyone("a", &["x"]), everyone("b", &["x"]));
    check_duplicate(exclude("a", exact(&["m"]), &["x"]), exclude("b", exact(&["m"]), &["x"]));
    let all = |first, second| Condition::All(vec![first, second]);
    let domain = || Condition::EmailDomain(names(&["acme.example"]));
    check_duplicate(
        when(a(exact(&["m"])), all(is(&["f"]), domain())),
        when(b(exact(&["m"])), all(domain(), is(&["f"]))),
    );
    let expanding = |id| grant(id, glob(&["m-${p}"]), &["x-${p}"]);
    check_duplicate(expanding("a"), expanding("b"));
}

#[test]
fn duplicate_rule_ignores_rules_that_differ() {
    check_no_duplicate(a(exact(&["m"])), b(exact(&["M"])));
    check_no_duplicate(a(exact(&["m"])), b(ignoring_case(exact(&["m"]))));
    check_no_duplicate(a(exact(&["m"])), grant("b", exact(&["m"]), &["x"]));
    check_no_duplicate(a(exact(&["m"])), exclude("b", exact(&["m"]), &["x", "y"]));
    check_no_duplicate(when(a(exact(&["m"])), is(&["f"])), when(b(exact(&["m"])), is(&["g"])));
    check_no_duplicate(a(exact(&["m"])), Rule { expires: Some((1, 0..1)), ..b(exact(&["m"])) });
    let expanding = |id, text: &str| grant(id, glob(&[text]), &["x-${p}"]);
    check_no_duplicate(expanding("a", "${p}-${q}"), expanding("b", "${q}-${p}"));
}

fn check_shadowed(shadow: Rule, shadowed: Rule) {
    let message = format!("`{}` grants nothing that `{}` does not grant", shadowed.id.value, shadow.id.value);
    check_one(&find(vec![shadow, shadowed], Code::ShadowedRule), &message);
}

fn check_no_shadow(one: Rule, other: Rule) {
    assert_eq!(find(vec![one, other], Code::ShadowedRule), []);
}

fn less(patterns: Patterns) -> Rule {
    grant("less", patterns, &["x"])
}

#[test]
fn shadowed_rule_is_reported() {
    check_shadowed(a(exact(&["m", "n"])), less(exact(&["n"])));
    check_shadowed(a(glob(&["m-*"])), less(exact(&["m-1", "m-2"])));
    check_shadowed(a(glob(&["m-*"])), less(glob(&["m-*"])));
    check_shadowed(a(glob(&["m-*"])), less(glob(&["m-x-*", "m-*y"])));
    check_shadowed(a(glob(&["*-m"])), less(glob(&["x-*-m"])));
    check_shadowed(a(glob(&["m-[0-4]", "m-[5-9]"])), less(glob(&["m-[1-7]"])));
    check_shadowed(a(glob(&["m-*"])), less(glob(&["m-${part}-x"])));
    check_shadowed(a(regex(&["m+"])), less(regex(&["m+"])));
    check_shadowed(a(regex(&["m.*"])), less(regex(&["mn?"])));
    check_shadowed(a(glob(&["m*"])), less(regex(&["m[0-9]+"])));
    check_shadowed(a(regex(&["m.*"])), less(exact(&["mn", "m"])));
    check_shadowed(a(ignoring_case(glob(&["m-*"]))), less(exact(&["M-1"])));
    check_shadowed(a(ignoring_case(glob(&["m-*"]))), less(ignoring_case(glob(&["M-x*"]))));
    check_shadowed(everyone("a", &["x", "y"]), less(exact(&["m"])));
    check_shadowed(everyone("a", &["x", "y"]), less(regex(&["m"])));
    check_shadowed(everyone("a", &["x", "y"]), everyone("less", &["x"]));
    check_shadowed(a(exact(&["m"])), when(less(exact(&["m"])), is(&["f"])));
    check_shadowed(when(a(glob(&["m*"])), is(&["f"])), when(less(exact(&["m"])), is(&["f"])));
    check_shadowed(a(exact(&["m"])), Rule { expires: Some((1, 0..1)), ..less(exact(&["m"])) });
    let both = combined(vec![exact(&["m"])], vec![exact(&["n"])], vec![exact(&["o"])]);
    check_shadowed(a(exact(&["n"])), rule("less", Effect::Grant, both, &["x"]));
}

#[test]
fn shadowed_rule_does_not_depend_on_order_and_names_the_later_of_two() {
    let found = find(vec![less(exact(&["m-1"])), a(glob(&["m-*"]))], Code::ShadowedRule);
    check_one(&found, "`less` grants nothing that `a`");
    let found = find(vec![a(glob(&["m-[ab]"])), b(exact(&["m-a", "m-b"]))], Code::ShadowedRule);
    check_one(&found, "`b` grants nothing that `a`");
    let found = find(
        vec![exclude("a", glob(&["m*"]), &["x"]), exclude("b", exact(&["m"]), &["x"])],
        Code::ShadowedRule,
    );
    check_one(&found, "`b` excludes nothing that `a` does not exclude as well");
}

#[test]
fn shadowed_rule_ignores_rules_with_an_effect() {
    check_no_shadow(a(exact(&["m"])), less(exact(&["m", "n"])));
    check_no_shadow(a(glob(&["m-?"])), less(glob(&["m-*"])));
    check_no_shadow(a(glob(&["m-*"])), grant("more", exact(&["m-1"]), &["x", "z"]));
    check_no_shadow(a(glob(&["m-*"])), exclude("less", exact(&["m-1"]), &["x"]));
    check_no_shadow(when(a(exact(&["m"])), is(&["f"])), less(exact(&["m"])));
    check_no_shadow(when(a(exact(&["m"])), is(&["f"])), when(less(exact(&["m"])), is(&["g"])));
    check_no_shadow(Rule { expires: Some((1, 0..1)), ..a(exact(&["m"])) }, less(exact(&["m"])));
    check_no_shadow(a(glob(&["m-*"])), less(ignoring_case(exact(&["m-1"]))));
    check_no_shadow(a(regex(&["m.?"])), less(regex(&["m.*"])));
    let own_none = combined(vec![exact(&["m"])], Vec::new(), vec![exact(&["o"])]);
    check_no_shadow(rule("a", Effect::Grant, own_none, &["x", "y"]), less(exact(&["m"])));
    check_no_shadow(
        grant("a", glob(&["${p}-${q}"]), &["x-${p}"]),
        grant("less", glob(&["m-${p}-n"]), &["x-${p}"]),
    );
}

#[test]
fn shadowed_rule_counts_matches_if_unmatched_groups_are_refused() {
    let mut acme = organization(vec![everyone("a", &["x"]), less(exact(&["m"]))]);
    check_one(&lint_organization(&acme, Code::ShadowedRule), "`less`");
    acme.unmatched = Some(UnmatchedPolicy::Deny);
    assert_eq!(lint_organization(&acme, Code::ShadowedRule), []);
    acme.rules[0] = a(exact(&["m", "n"]));
    check_one(&lint_organization(&acme, Code::ShadowedRule), "`less`");
}

#[test]
fn shadowed_rule_of_a_template_names_the_use() {
    let found = find(vec![a(glob(&["m*"])), of_template(less(exact(&["m"])))], Code::ShadowedRule);
    check_one(&found, "`less` grants nothing that `a`");
    assert_eq!(found[0].file, "templates/bi@1.yaml");
    assert_eq!(found[0].related.as_ref().expect("the use").file, "organizations/acme.yaml");
}
