//! `contains` on an attribute that is one text: it looks for an entry of a list, and in other languages it looks for a
//! part of a text.

use std::collections::BTreeSet;

use super::rule_diagnostic::in_rule;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Condition, Organization, Scalar, Test};
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

/// Reports `contains` with texts, on an attribute that is a text or that another condition matches with patterns.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    let conditions = || organization.rules.iter().filter_map(|rule| rule.when.as_ref());
    let mut texts: BTreeSet<&str> = TEXTS.iter().copied().collect();
    // `equals` does not show that the attribute is a text: that condition may be the wrong one.
    conditions().for_each(|condition| {
        visit(condition, &mut |attribute, test, _| {
            if matches!(test, Test::Matches(_)) {
                texts.insert(attribute);
            }
        });
    });
    for rule in &organization.rules {
        let Some(condition) = &rule.when else { continue };
        visit(condition, &mut |attribute, test, span| {
            if let Test::Contains(values) = test
                && values.iter().any(is_text)
                && texts.contains(attribute)
            {
                let attribute = visible(attribute);
                let message =
                    format!("`contains` looks for an entry of a list, and `{attribute}` is one text");
                diagnostics.push(in_rule((organization, rule), Code::ContainsOnText, span, message, None));
            }
        });
    }
}

fn is_text(value: &Scalar) -> bool {
    matches!(value, Scalar::Text(_) | Scalar::AnyCase(_))
}

/// Calls `each` for every test of an attribute, with its place.
fn visit<'c>(
    condition: &'c Condition,
    each: &mut impl FnMut(&'c str, &'c Test, &'c core::ops::Range<usize>),
) {
    match condition {
        Condition::All(all) | Condition::Any(all) => {
            all.iter().for_each(|condition| visit(condition, each));
        }
        Condition::Not(inner) | Condition::FalseIfUnknown(inner) => visit(inner, each),
        Condition::User { attribute, test, span, .. } => each(&attribute.value, test, span),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_silent, exact, grant, texts, user, when};
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
    fn contains_is_not_reported_where_the_attribute_may_be_a_list() {
        check_silent(under(user("/roles", Test::Contains(texts(&["x"])))), CODE);
        check_silent(under(user("/name", Test::Contains(vec![Scalar::Number(1.0)]))), CODE);
        let equals = user("/roles", Test::Equals(texts(&["y"])));
        let both = Condition::Any(vec![equals, user("/roles", Test::Contains(texts(&["x"])))]);
        check_silent(under(both), CODE);
    }
}
