//! `contains` on an attribute that is one text: it looks for an entry of a list, and in other languages it looks for a
//! part of a text.
//!
//! A string of joined groups is one text as well. A part of it is not a group: `contains-text: admins` also holds for
//! members of `not-admins`. So the advice is to match the group.

use core::ops::Range;
use std::collections::BTreeSet;

use super::contradictions::connections_of;
use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Condition, From, Organization, OwnedShape, OwnedSource, Rule, Scalar, Test};
use crate::text::quotes::written;
use crate::text::visible::visible;

/// The attributes of Auth0's normalized user profile that are single texts
/// (auth0.com/docs/manage-users/user-accounts/user-profiles/user-profile-structure).
const TEXTS: &[&str] = &[
    "/email",
    "/family_name",
    "/given_name",
    "/name",
    "/nickname",
    "/phone_number",
    "/picture",
    "/user_id",
    "/username",
];

/// Where a test is in its condition.
#[derive(Clone, Copy, Debug, Default)]
struct Within {
    negated: bool,
    /// Whether another condition is enough.
    alternative: bool,
}

/// A test of an attribute, in its place.
struct AttributeTest<'c> {
    attribute: &'c str,
    test: &'c Test,
    span: &'c Range<usize>,
    within: Within,
}

/// Reports `contains`, on an attribute that is a text, that another condition matches with patterns, or that holds the
/// groups of the rule's connections in one string.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    let conditions = || organization.rules.iter().filter_map(|rule| rule.when.as_ref());
    let mut texts: BTreeSet<&str> = TEXTS.iter().copied().collect();
    // `equals` does not show that the attribute is a text: that condition may be the wrong one.
    conditions().for_each(|condition| {
        visit(condition, Within::default(), &mut |it| {
            if matches!(it.test, Test::Matches(_)) {
                texts.insert(it.attribute);
            }
        });
    });
    for rule in &organization.rules {
        let Some(condition) = &rule.when else { continue };
        visit(condition, Within::default(), &mut |it| {
            let attribute = visible(it.attribute);
            let is_joined = has_joined_groups(organization, rule, it.attribute);
            if let Some(patterns) = patterns_of(it.test).filter(|_| is_joined) {
                let message = format!(
                    "`contains` looks for an entry of a list, and `{attribute}` is one string with all groups"
                );
                let finding = in_rule((organization, rule), Code::ContainsOnText, it.span, message, None);
                diagnostics.push(finding.help(help_for_groups(it.within, &patterns)));
            } else if let Test::Contains(values) = it.test
                && values.iter().any(is_text)
                && texts.contains(it.attribute)
            {
                let message =
                    format!("`contains` looks for an entry of a list, and `{attribute}` is one text");
                diagnostics.push(in_rule((organization, rule), Code::ContainsOnText, it.span, message, None));
            }
        });
    }
}

/// Whether every connection that the rule can fire for has its groups in the attribute, in one string. Other customers
/// use a template as well, so its rules are not looked at.
fn has_joined_groups(organization: &Organization, rule: &Rule, attribute: &str) -> bool {
    let is_joined = |source: &OwnedSource| {
        matches!(source.shape, OwnedShape::Delimited(_) | OwnedShape::Json(_))
            && matches!(&source.from, From::Attribute { pointer, .. } if pointer == attribute)
    };
    let mut connections = connections_of(organization, rule).peekable();
    rule.used.is_none()
        && connections.peek().is_some()
        && connections.all(|connection| connection.sources.iter().any(is_joined))
}

/// The patterns of groups that a test of entries is meant as; `None` if it is another test.
fn patterns_of(test: &Test) -> Option<String> {
    match test {
        Test::Contains(values) if values.iter().any(is_text) => {
            let texts = values.iter().filter_map(|value| match value {
                Scalar::Text(text) | Scalar::AnyCase(text) => Some(written(text)),
                Scalar::Number(_) | Scalar::Bool(_) => None,
            });
            let texts: Vec<String> = texts.collect();
            let ignores = values.iter().any(|value| matches!(value, Scalar::AnyCase(_)));
            Some(set("exact", &texts, ignores))
        }
        Test::ContainsMatch(patterns) => {
            let key = patterns.key.as_str();
            let texts: Vec<String> = patterns.written.iter().map(|text| written(&text.value)).collect();
            Some(match key {
                "glob" | "regex" => set(key, &texts, patterns.ignore_case),
                _ => "{ glob: … }".to_owned(),
            })
        }
        _ => None,
    }
}

fn set(key: &str, texts: &[String], ignores_case: bool) -> String {
    let ignore_case = if ignores_case { ", ignore-case: true" } else { "" };
    match texts {
        [only] => format!("{{ {key}: {only}{ignore_case} }}"),
        all => format!("{{ {key}: [{}]{ignore_case} }}", all.join(", ")),
    }
}

/// What to do about a condition on a group.
fn help_for_groups(within: Within, patterns: &str) -> String {
    match within {
        Within { alternative: true, negated: false } => format!(
            "instead of the test, write a rule of its own, whose `match` has the patterns of this one and `{patterns}` as \
             entries of `all`"
        ),
        Within { alternative: true, negated: true } => format!(
            "instead of the test, write a rule of its own, whose `match` has the patterns of this one under `any`, and \
             `none: {patterns}`"
        ),
        Within { negated: true, .. } => format!(
            "instead of the test, write what no group of the user may match under `match`, as `none: {patterns}` beside `any`"
        ),
        _ => format!(
            "instead of the test, write what a group must match as well under `match`, as an entry `{patterns}` of `all`"
        ),
    }
}

fn is_text(value: &Scalar) -> bool {
    matches!(value, Scalar::Text(_) | Scalar::AnyCase(_))
}

/// Calls `each` for every test of an attribute.
fn visit<'c>(condition: &'c Condition, within: Within, each: &mut impl FnMut(AttributeTest<'c>)) {
    match condition {
        Condition::All(all) | Condition::Any(all) => {
            // A negated condition holds if one of its parts does not.
            let is_any = matches!(condition, Condition::Any(_)) != within.negated;
            let alternative = within.alternative || is_any && all.len() > 1;
            all.iter().for_each(|condition| visit(condition, Within { alternative, ..within }, each));
        }
        Condition::Not(inner) => visit(inner, Within { negated: !within.negated, ..within }, each),
        Condition::FalseIfUnknown(inner) => visit(inner, within, each),
        Condition::User { attribute, test, span, .. } => {
            each(AttributeTest { attribute: &attribute.value, test, span, within });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_silent, exact, grant, lint, names, texts, user, when};
    use crate::diagnostic::Code;
    use crate::language::model::{Condition, Rule, Scalar, Test, TextPatterns};

    const CODE: Code = Code::ContainsOnText;

    fn under(condition: Condition) -> Rule {
        when(grant("viewers", exact(&["staff"]), &["bi-viewers"]), condition)
    }

    #[test]
    fn contains_on_a_text_is_reported() {
        let has = |attribute| user(attribute, Test::Contains(texts(&["x"])));
        check(under(has("/name")), CODE, "looks for an entry of a list, and `/name` is one text");
        let patterns = TextPatterns {
            ignore_case: false,
            key: "glob".to_owned(),
            written: Vec::new(),
            lowered: Vec::new(),
            expressions: Vec::new(),
        };
        let matches = user("/title", Test::Matches(patterns));
        let both = Condition::Any(vec![matches, Condition::Not(Box::new(has("/title")))]);
        check(under(both), CODE, "and `/title` is one text");
    }

    #[test]
    fn contains_on_joined_groups_is_reported() {
        let okta = || Condition::Connection(names(&["acme-okta"]));
        let has = || user("/federated_groups", Test::Contains(texts(&["Admins"])));
        let message = "`/federated_groups` is one string with all groups";
        check(under(Condition::All(vec![okta(), has()])), CODE, message);
        check_silent(under(has()), CODE);
        let elsewhere = user("/groups", Test::Contains(texts(&["Admins"])));
        check_silent(under(Condition::All(vec![okta(), elsewhere])), CODE);
        let help = |condition| lint(under(Condition::All(vec![okta(), condition])), CODE)[0].help.clone();
        assert!(help(has()).contains("an entry `{ exact: Admins }` of `all`"));
        assert!(help(Condition::Not(Box::new(has()))).contains("`none: { exact: Admins }`"));
        let either = Condition::Any(vec![has(), user("/x", Test::Exists(true))]);
        assert!(help(either).contains("a rule of its own"));
    }

    #[test]
    fn contains_is_not_reported_where_the_attribute_may_be_a_list() {
        check_silent(under(user("/roles", Test::Contains(texts(&["x"])))), CODE);
        check_silent(under(user("/name", Test::Contains(vec![Scalar::Number(1.0)]))), CODE);
        let equals = user("/roles", Test::Equals(texts(&["y"])));
        let both = Condition::Any(vec![equals, user("/roles", Test::Contains(texts(&["x"])))]);
        check_silent(under(both), CODE);
    }
}
